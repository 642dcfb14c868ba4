/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sink-file-log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "postern-error.h"
#include "postern-json.h"

#define LINE_MAX_BYTES (16 * 1024 * 1024)
#define READ_MAX_BYTES (64 * 1024 * 1024) /* of what is looked through for entries that came before */
#define CHUNK_BYTES (64 * 1024)

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE, "the file cannot be %s: %s", what, g_strerror (errno));
  return FALSE;
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, why);
  return FALSE;
}

/* --- where it ends -------------------------------------------------------------------------------------------------- */

/* Where the last line feed before @end ends, 0 if there is none, -1 if it cannot be read or is further away than a line is long. */
static gint64
find_line_begin (int fd, gint64 end)
{
  g_autofree char *chunk = g_malloc (CHUNK_BYTES);

  for (gint64 at = end; at > 0 && end - at <= LINE_MAX_BYTES;) {
    gint64 length = MIN (at, CHUNK_BYTES);
    const char *found;

    if (pread (fd, chunk, (gsize) length, at - length) != length)
      return -1;
    if ((found = memrchr (chunk, '\n', (gsize) length)))
      return at - length + (found - chunk) + 1;
    at -= length;
    if (at == 0)
      return 0;
  }
  return end == 0 ? 0 : -1;
}

/* Notes the entry between @begin and @end. Returns: its number, -1 if it is no entry */
static gint64
read_line (PosternSinkFileLog *self, gint64 begin, gint64 end)
{
  gsize length = (gsize) (end - begin);
  g_autofree char *line = g_malloc (length);
  g_autoptr (GVariant) whole = NULL, data = NULL;
  gint64 number = -1;
  const char *id = NULL;

  if (pread (self->fd, line, length, begin) == (gssize) length)
    whole = postern_json_parse_object (line, (gssize) length, LINE_MAX_BYTES, NULL);
  data = whole ? postern_json_get (whole, "data") : NULL;
  if (data && g_variant_is_of_type (data, G_VARIANT_TYPE_VARDICT)) {
    number = postern_json_get_int64 (data, "number", -1);
    id = postern_json_get_string (data, "id");
  }
  if (number < 0 || id == NULL)
    return -1;
  g_hash_table_insert (self->known, g_memdup2 (&number, sizeof number), g_strdup (id));
  return number;
}

/* From the end backwards, until a line has a number below @first: mostly the very last one has. */
static gboolean
read_lines (PosternSinkFileLog *self, gint64 first, GError **error)
{
  gint64 number = G_MAXINT64;

  for (gint64 end = self->size; end > 0 && number >= first && self->size - end < READ_MAX_BYTES;) {
    gint64 begin = find_line_begin (self->fd, end - 1);

    number = begin >= 0 ? read_line (self, begin, end - 1) : -1;
    if (number < 0)
      return refuse (error, "there is a line in the file that is no entry of the audit log; move it away");
    self->last = MAX (self->last, number);
    end = begin;
  }
  return TRUE;
}

/* A line without its line feed is one that a crash, or a full disk, broke off: it comes again. */
static gboolean
find_end (PosternSinkFileLog *self, gint64 size, gint64 first, GError **error)
{
  self->size = find_line_begin (self->fd, size);
  if (self->size < 0)
    return refuse (error, "the file has no end of a line near its end, so it is not of this sink; move it away");
  self->known = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  return read_lines (self, first, error) && (self->size == size || ftruncate (self->fd, self->size) == 0 || fail (error, "cut where a line was broken off"));
}

gboolean
postern_sink_file_log_lacks (const PosternSinkFileLog *self, gint64 number, const char *id, GError **error)
{
  const char *there = g_hash_table_lookup (self->known, &number);

  if (number > self->last)
    return TRUE;
  if (g_strcmp0 (there, id) != 0)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT,
                 "the file goes on to number %" G_GINT64_FORMAT ", and number %" G_GINT64_FORMAT " is not %s there; move it away, and what comes is written to a new one", self->last, number, id);
  return FALSE;
}

/* --- opening and writing --------------------------------------------------------------------------------------------- */

static gboolean
check (int fd, const struct stat *st, GError **error)
{
  if (!S_ISREG (st->st_mode))
    return refuse (error, "it is no regular file; move it away");
  if (st->st_uid != geteuid () || st->st_nlink != 1 || (st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return refuse (error, "the file is not of the server's user alone, or others may write it; have its owner and mode corrected, or move it away");
  return flock (fd, LOCK_EX | LOCK_NB) == 0 || fail (error, "locked, for another process writes it");
}

gboolean
postern_sink_file_log_open (PosternSinkFileLog *self, int folder, const char *name, gint64 first, GError **error)
{
  struct stat st;

  self->folder = folder;
  self->fd = openat (folder, name, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0600);
  if (self->fd < 0)
    return fail (error, "opened");
  if (fstat (self->fd, &st) != 0)
    return fail (error, "looked at");
  return check (self->fd, &st, error) && find_end (self, st.st_size, first, error);
}

static gboolean
write_all (int fd, const GString *lines)
{
  for (gsize done = 0; done < lines->len;) {
    gssize written = write (fd, lines->str + done, lines->len - done);

    if (written < 0 && errno != EINTR)
      return FALSE;
    done += (gsize) MAX (written, 0);
  }
  return TRUE;
}

/*
 * What is skipped because it stands there already may be of a process that ended before it was on the disk, so that is waited for, too; and so is
 * the name of a new file.
 */
gboolean
postern_sink_file_log_append (PosternSinkFileLog *self, GString *lines, GError **error)
{
  if (write_all (self->fd, lines) && fdatasync (self->fd) == 0 && (self->size > 0 || fsync (self->folder) == 0))
    return TRUE;
  fail (error, "written");
  if (ftruncate (self->fd, self->size) != 0)
    g_prefix_error (error, "what was written of it cannot be taken back (%s), and is when it is opened next; ", g_strerror (errno));
  return FALSE;
}

void
postern_sink_file_log_close (PosternSinkFileLog *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  g_clear_pointer (&self->known, g_hash_table_unref);
}
