/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-presence.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "postern-error.h"

#define INSIDE 0 /* the bytes that are locked */
#define DOOR 1

#define POLL_US 2000                        /* while a claim is held, usually for 50 ms */
#define FIRST_WORD_US (2 * G_USEC_PER_SEC)  /* then it is worth a line in the log: the holder may be stopped */
#define NEXT_WORD_US (30 * G_USEC_PER_SEC)
#define CLAIM_INTERVAL_US 100000            /* while others are there: how often to look whether they still are */

struct _PosternSqlitePresence {
  char *path;
  int fd;
  gboolean works;  /* this file system has such locks */
  gint64 claim_at; /* monotonic µs: not before */
};

static struct flock
lock_of (short type, off_t byte)
{
  return (struct flock){ .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
}

static gboolean
set_lock (PosternSqlitePresence *self, short type, off_t byte)
{
  struct flock lock = lock_of (type, byte);

  return fcntl (self->fd, F_OFD_SETLK, &lock) == 0;
}

static gboolean
someone_at_the_door (PosternSqlitePresence *self)
{
  struct flock lock = lock_of (F_WRLCK, DOOR);

  return fcntl (self->fd, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

/* FALSE with errno: there are no such locks here, or no memory for one */
static gboolean
come_in (PosternSqlitePresence *self)
{
  gint64 began = g_get_monotonic_time (), speak_at = began + FIRST_WORD_US;

  if (!set_lock (self, F_RDLCK, DOOR))
    return FALSE;
  while (!set_lock (self, F_RDLCK, INSIDE))
    {
      gint64 now = g_get_monotonic_time ();

      if (errno != EAGAIN && errno != EACCES)
        return FALSE;
      if (now >= speak_at)
        {
          g_warning ("%s: another process has held this for %d s, and must commit first; it may be stopped", self->path, (int) ((now - began) / G_USEC_PER_SEC));
          speak_at = now + NEXT_WORD_US;
        }
      g_usleep (POLL_US);
    }
  set_lock (self, F_UNLCK, DOOR);
  return TRUE;
}

/* Where there are no such locks for us there are none for others: all commit each change. Any other failure must not
 * leave us inside unseen. */
static gboolean
is_unsupported (int code)
{
  return code == EINVAL || code == ENOSYS || code == EOPNOTSUPP;
}

PosternSqlitePresence *
postern_sqlite_presence_enter (const char *file, GError **error)
{
  PosternSqlitePresence *self = g_new0 (PosternSqlitePresence, 1);

  self->path = g_strconcat (file, "-lock", NULL);
  self->fd = open (self->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  self->works = self->fd >= 0 && come_in (self);
  if (self->works || (self->fd >= 0 && is_unsupported (errno)))
    return self;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: %s", self->path, g_strerror (errno));
  postern_sqlite_presence_leave (self);
  return NULL;
}

void
postern_sqlite_presence_leave (PosternSqlitePresence *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self);
}

gboolean
postern_sqlite_presence_claim (PosternSqlitePresence *self)
{
  gint64 now;

  if (!self->works)
    return FALSE;
  now = g_get_monotonic_time ();
  if (now < self->claim_at)
    return FALSE;
  if (!someone_at_the_door (self) && set_lock (self, F_WRLCK, INSIDE))
    return TRUE;
  self->claim_at = now + CLAIM_INTERVAL_US;
  return FALSE;
}

void
postern_sqlite_presence_release (PosternSqlitePresence *self)
{
  if (!set_lock (self, F_RDLCK, INSIDE))
    g_warning ("%s: the lock could not be given back: %s", self->path, g_strerror (errno));
}
