/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The protocol is one datagram (sd_notify(3)); libsystemd would cost the supervisor more memory than all its own code. */
static struct {
  struct sockaddr_un address;
  socklen_t length; /* 0: nobody listens */
  guint watchdog;
} target;

static guint
read_watchdog (void)
{
  const char *pid = g_getenv ("WATCHDOG_PID"), *usec = g_getenv ("WATCHDOG_USEC");
  guint64 number = 0;
  if (!usec || !g_ascii_string_to_unsigned (usec, 10, 1, G_MAXINT64, &number, NULL))
    return 0;
  if (pid && strtol (pid, NULL, 10) != (long) getpid ())
    return 0;
  return (guint) MIN (number / 1000, G_MAXUINT / 2);
}

void
postern_notify_start (void)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  gsize size = path ? strlen (path) : 0;
  if (size > 1 && size < sizeof target.address.sun_path && (path[0] == '/' || path[0] == '@')) {
    target.address.sun_family = AF_UNIX;
    memcpy (target.address.sun_path, path, size);
    if (path[0] == '@')
      target.address.sun_path[0] = '\0';
    target.length = (socklen_t) (offsetof (struct sockaddr_un, sun_path) + size + (path[0] == '/'));
    target.watchdog = read_watchdog ();
  }
  g_unsetenv ("NOTIFY_SOCKET");
  g_unsetenv ("WATCHDOG_USEC");
  g_unsetenv ("WATCHDOG_PID");
}

void
postern_notify_send (const char *state)
{
  if (!target.length)
    return;
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || sendto (fd, state, strlen (state), MSG_NOSIGNAL, (struct sockaddr *) &target.address, target.length) < 0)
    g_warning ("cannot tell the service manager %s: %s", state, g_strerror (errno));
  if (fd >= 0)
    close (fd);
}

void
postern_notify_send_reloading (void)
{
  g_autofree char *state = g_strdup_printf ("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time ());
  postern_notify_send (state);
}

guint
postern_notify_get_watchdog (void)
{
  return target.watchdog;
}
