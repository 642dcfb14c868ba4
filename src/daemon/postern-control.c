/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-control.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#define PACKET_MAX 1024

gboolean
postern_control_pair (int fds[2])
{
  return socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0;
}

void
postern_control_say (int fd, const char *text)
{
  /* A worker that cannot be heard is killed as hung; nothing else is to be done here. */
  if (fd >= 0 && send (fd, text, MIN (strlen (text), PACKET_MAX), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
    g_debug ("the control line is closed: %s", g_strerror (errno));
}

char *
postern_control_read (int fd, gboolean *closed)
{
  char text[PACKET_MAX + 1];
  ssize_t length = recv (fd, text, PACKET_MAX, MSG_DONTWAIT);
  *closed = length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR);
  return length > 0 ? g_strndup (text, (gsize) length) : NULL;
}

int
postern_control_take_fd (const char *name)
{
  const char *text = g_getenv (name);
  gint64 fd = -1;
  if (!text || !g_ascii_string_to_signed (text, 10, 3, 65535, &fd, NULL) || fcntl ((int) fd, F_SETFD, FD_CLOEXEC) < 0)
    fd = -1;
  g_unsetenv (name);
  return (int) fd;
}
