/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sink-journal-wire.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "postern-error.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

/* The plain form ends with the line; a value of more than one has its length before it, 64 bits little endian. */
void
postern_sink_journal_wire_add (GString *entry, const char *name, const char *value)
{
  guint64 length;

  if (value == NULL)
    return;
  g_string_append (entry, name);
  if (strchr (value, '\n')) {
    length = GUINT64_TO_LE ((guint64) strlen (value));
    g_string_append_c (entry, '\n');
    g_string_append_len (entry, (const char *) &length, sizeof length);
  } else {
    g_string_append_c (entry, '=');
  }
  g_string_append (entry, value);
  g_string_append_c (entry, '\n');
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE, "the journal cannot be %s: %s", what, g_strerror (errno));
  return FALSE;
}

int
postern_sink_journal_wire_connect (const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd;

  if (g_strlcpy (address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    fail (error, "reached");
    return -1;
  }
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0 && connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  fail (error, "reached");
  if (fd >= 0)
    close (fd);
  return -1;
}

/* Until there is room. FALSE: @cancellable fired */
static gboolean
wait_for_room (int fd, GCancellable *cancellable, GError **error)
{
  GPollFD polls[2] = { { .fd = fd, .events = G_IO_OUT } };
  gboolean watched = cancellable && g_cancellable_make_pollfd (cancellable, &polls[1]);

  while (g_poll (polls, watched ? 2 : 1, -1) < 0 && errno == EINTR)
    ;
  if (watched)
    g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gboolean
send_message (int fd, const struct msghdr *message, GCancellable *cancellable, GError **error)
{
  while (sendmsg (fd, message, MSG_NOSIGNAL) < 0) {
    if (errno == EINTR)
      continue;
    if (errno != EAGAIN)
      return fail (error, "written");
    if (!wait_for_room (fd, cancellable, error))
      return FALSE;
  }
  return TRUE;
}

/* Returns: a descriptor that nobody can change any more, as the journal asks for; -1 */
static int
seal (const GString *entry)
{
  int fd = memfd_create ("postern-audit", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  gsize done = 0;

  while (fd >= 0 && done < entry->len) {
    gssize written = write (fd, entry->str + done, entry->len - done);
    if (written < 0 && errno != EINTR)
      break;
    done += (gsize) MAX (written, 0);
  }
  if (fd >= 0 && done == entry->len && fcntl (fd, F_ADD_SEALS, SEALS) == 0)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

static gboolean
send_sealed (int fd, const GString *entry, GCancellable *cancellable, GError **error)
{
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE (sizeof (int))];
  } control = { 0 };
  struct msghdr message = { .msg_control = &control, .msg_controllen = sizeof control };
  int sealed = seal (entry);
  gboolean sent;

  if (sealed < 0)
    return fail (error, "given a large entry");
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN (sizeof sealed);
  memcpy (CMSG_DATA (&control.header), &sealed, sizeof sealed);
  sent = send_message (fd, &message, cancellable, error);
  close (sealed);
  return sent;
}

gboolean
postern_sink_journal_wire_send (int fd, const GString *entry, GCancellable *cancellable, GError **error)
{
  struct iovec bytes = { entry->str, entry->len };
  struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1 };

  if (entry->len > POSTERN_SINK_JOURNAL_WIRE_DATAGRAM)
    return send_sealed (fd, entry, cancellable, error);
  return send_message (fd, &message, cancellable, error);
}
