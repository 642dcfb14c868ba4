/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-log.h"

#include <string.h>

#define HELD_MAX (64 * 1024) /* bytes: fifteen frames; a larger commit takes some calls more */

/*
 * Only logs are opened as this; every other file is the system's own, without us between. Something is held only within a
 * commit, under the lock of who writes: it goes out with the sync that sqlite3 asks for before anybody is let see the commit. So that
 * there is such a sync, that nothing is written behind it, and no page before the commit, are conditions: nobody tells a log of a
 * transaction rolled back. Who has opened it shows that they hold (postern_sqlite_log_hold()); until then nothing is held.
 */
typedef struct {
  sqlite3_file file;
  gboolean holds;
  guint8 *held; /* (nullable) until the first write */
  gsize length;
  sqlite3_int64 offset; /* of what is held */
  sqlite3_file *real;   /* behind this struct */
} Log;

static sqlite3_vfs *real; /* the system's */

static Log *
log_of (sqlite3_file *file)
{
  return (Log *) file;
}

/* Nothing is held any more, even if it could not be written: then sqlite3 gives up the commit that it belongs to, and who writes
 * here next may be another process. */
static int
write_held (Log *self)
{
  gsize length = self->length;

  self->length = 0;
  return length > 0 ? self->real->pMethods->xWrite (self->real, self->held, (int) length, self->offset) : SQLITE_OK;
}

static int
log_close (sqlite3_file *file)
{
  Log *self = log_of (file);

  g_clear_pointer (&self->held, g_free);
  return self->real->pMethods->xClose (self->real);
}

static int
log_read (sqlite3_file *file, void *data, int length, sqlite3_int64 offset)
{
  Log *self = log_of (file);
  int code = write_held (self);

  return code == SQLITE_OK ? self->real->pMethods->xRead (self->real, data, length, offset) : code;
}

static int
log_write (sqlite3_file *file, const void *data, int length, sqlite3_int64 offset)
{
  Log *self = log_of (file);
  gboolean follows = offset == self->offset + (sqlite3_int64) self->length && self->length + (gsize) length <= HELD_MAX;
  int code = self->length > 0 && !follows ? write_held (self) : SQLITE_OK;

  if (code != SQLITE_OK)
    return code;
  if (!self->holds || length > HELD_MAX)
    return self->real->pMethods->xWrite (self->real, data, length, offset);
  if (self->held == NULL)
    self->held = g_malloc (HELD_MAX);
  if (self->length == 0)
    self->offset = offset;
  memcpy (self->held + self->length, data, (gsize) length);
  self->length += (gsize) length;
  return SQLITE_OK;
}

static int
log_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  Log *self = log_of (file);
  int code = write_held (self);

  return code == SQLITE_OK ? self->real->pMethods->xTruncate (self->real, size) : code;
}

static int
log_sync (sqlite3_file *file, int flags)
{
  Log *self = log_of (file);
  int code = write_held (self);

  return code == SQLITE_OK ? self->real->pMethods->xSync (self->real, flags) : code;
}

static int
log_file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  Log *self = log_of (file);
  int code = write_held (self);

  return code == SQLITE_OK ? self->real->pMethods->xFileSize (self->real, size) : code;
}

static int
log_lock (sqlite3_file *file, int level)
{
  return log_of (file)->real->pMethods->xLock (log_of (file)->real, level);
}

static int
log_unlock (sqlite3_file *file, int level)
{
  return log_of (file)->real->pMethods->xUnlock (log_of (file)->real, level);
}

static int
log_check_reserved_lock (sqlite3_file *file, int *locked)
{
  return log_of (file)->real->pMethods->xCheckReservedLock (log_of (file)->real, locked);
}

static int
log_file_control (sqlite3_file *file, int op, void *data)
{
  return log_of (file)->real->pMethods->xFileControl (log_of (file)->real, op, data);
}

static int
log_sector_size (sqlite3_file *file)
{
  return log_of (file)->real->pMethods->xSectorSize (log_of (file)->real);
}

static int
log_device_characteristics (sqlite3_file *file)
{
  return log_of (file)->real->pMethods->xDeviceCharacteristics (log_of (file)->real);
}

static const sqlite3_io_methods log_methods = {
  .iVersion = 1, /* a log is neither mapped nor locked */
  .xClose = log_close,
  .xRead = log_read,
  .xWrite = log_write,
  .xTruncate = log_truncate,
  .xSync = log_sync,
  .xFileSize = log_file_size,
  .xLock = log_lock,
  .xUnlock = log_unlock,
  .xCheckReservedLock = log_check_reserved_lock,
  .xFileControl = log_file_control,
  .xSectorSize = log_sector_size,
  .xDeviceCharacteristics = log_device_characteristics,
};

/* A file that was not opened has no methods, and is not closed. */
static int
open_file (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  Log *log = log_of (file);
  int code;

  if (!(flags & SQLITE_OPEN_WAL))
    return real->xOpen (real, name, file, flags, out_flags);
  memset (log, 0, sizeof *log);
  log->real = (sqlite3_file *) (log + 1);
  code = real->xOpen (real, name, log->real, flags, out_flags);
  if (code == SQLITE_OK)
    log->file.pMethods = &log_methods;
  return code;
}

const char *
postern_sqlite_log_get_vfs (void)
{
  static sqlite3_vfs vfs; /* its other functions are the system's: they take no notice of whom they are called on */
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      real = sqlite3_vfs_find (NULL);
      if (real != NULL)
        {
          vfs = *real;
          vfs.zName = "postern-log";
          vfs.szOsFile += (int) sizeof (Log);
          vfs.xOpen = open_file;
        }
      g_once_init_leave (&ready, real != NULL && sqlite3_vfs_register (&vfs, FALSE) == SQLITE_OK ? 1 : 2);
    }
  return ready == 1 ? vfs.zName : NULL;
}

/* --- whether it may hold ------------------------------------------------------------------------------------------- */

static int
read_number (sqlite3 *handle, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  int number = -1;

  if (sqlite3_prepare_v2 (handle, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step (statement) == SQLITE_ROW)
    number = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  return number;
}

/* Where a write may harm what is beside it, sqlite3 fills a commit up to the end of a sector, and writes a part of that behind the sync. */
static gboolean
fills_sectors (sqlite3 *handle)
{
  int safe = -1;

  return sqlite3_file_control (handle, "main", SQLITE_FCNTL_POWERSAFE_OVERWRITE, &safe) != SQLITE_OK || safe != 1;
}

gboolean
postern_sqlite_log_hold (sqlite3 *handle)
{
  sqlite3_file *log = NULL;

  read_number (handle, "PRAGMA schema_version"); /* the log is opened by the first read */
  sqlite3_file_control (handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log == NULL || log->pMethods != &log_methods)
    return FALSE;
  log_of (log)->holds = read_number (handle, "PRAGMA synchronous") >= 2 && read_number (handle, "PRAGMA cache_spill") == 0 && !fills_sectors (handle);
  return log_of (log)->holds;
}
