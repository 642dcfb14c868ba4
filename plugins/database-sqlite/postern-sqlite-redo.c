/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-redo.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "postern-error.h"

#define MUCH (4 * 1024 * 1024) /* bytes of one transaction: then it is committed early */
#define VALUES_MAX 100

/* One batch in the file: this, and its notes. A batch that was cut off, or was written by another transaction, has another sum or salt. */
typedef struct {
  guint64 salt;       /* random, of the transaction */
  guint32 generation; /* what the transaction makes of user_version */
  guint32 length;     /* of the notes, bytes */
  guint32 sum[2];     /* of all the rest */
} Header;

struct _PosternSqliteRedo {
  char *path;
  int fd;
  off_t size;
  guint64 salt;
  guint32 generation;
  GByteArray *notes; /* begins with room for the header */
};

/* --- the number of a transaction -------------------------------------------------------------------------------- */

static gboolean
get_generation (PosternSqliteConnection *connection, guint32 *generation, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (connection->handle, "PRAGMA user_version", -1, &statement, NULL);

  if (code == SQLITE_OK)
    code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    *generation = (guint32) sqlite3_column_int (statement, 0);
  else
    postern_sqlite_connection_set_error (connection, code, error);
  sqlite3_finalize (statement);
  return code == SQLITE_ROW;
}

/* It is counted round, and only compared for being the next one. */
static gboolean
set_generation (PosternSqliteConnection *connection, guint32 generation, GError **error)
{
  char sql[48];
  int code;

  g_snprintf (sql, sizeof sql, "PRAGMA user_version = %d", (gint32) generation);
  code = sqlite3_exec (connection->handle, sql, NULL, NULL, NULL);
  return code == SQLITE_OK || postern_sqlite_connection_set_error (connection, code, error);
}

gboolean
postern_sqlite_redo_outdate (PosternSqliteConnection *connection, GError **error)
{
  guint32 generation;

  return get_generation (connection, &generation, error) && set_generation (connection, generation + 1, error);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/* The sum of SQLite's own log. */
static void
add_up (const guint8 *data, gsize length, guint32 sum[2])
{
  for (gsize i = 0; i < length; i += 8)
    {
      guint32 words[2] = { 0, 0 };

      memcpy (words, data + i, MIN (8, length - i));
      sum[0] += words[0] + sum[1];
      sum[1] += words[1] + sum[0];
    }
}

static void
seal (Header *header, const guint8 *notes)
{
  header->sum[0] = header->sum[1] = 0;
  add_up ((const guint8 *) header, G_STRUCT_OFFSET (Header, sum), header->sum);
  add_up (notes, header->length, header->sum);
}

static void
append_sized (GByteArray *notes, const void *data, gsize length)
{
  guint32 size = (guint32) length;

  g_byte_array_append (notes, (const guint8 *) &size, sizeof size);
  g_byte_array_append (notes, data, size);
}

void
postern_sqlite_redo_note (GByteArray *notes, const char *sql, const PosternValue *values, guint n_values)
{
  g_return_if_fail (n_values <= VALUES_MAX);
  append_sized (notes, sql, strlen (sql) + 1);
  g_byte_array_append (notes, (const guint8 *) &n_values, sizeof n_values);
  for (guint i = 0; i < n_values; i++)
    {
      guint8 type = (guint8) values[i].type;

      g_byte_array_append (notes, &type, 1);
      if (values[i].type == POSTERN_VALUE_INT64)
        g_byte_array_append (notes, (const guint8 *) &values[i].number, sizeof values[i].number);
      else if (values[i].type == POSTERN_VALUE_TEXT)
        append_sized (notes, values[i].data, strlen (values[i].data) + 1);
      else if (values[i].type == POSTERN_VALUE_BLOB)
        append_sized (notes, values[i].data ? values[i].data : "", (gsize) values[i].number);
    }
}

static void
clear_notes (PosternSqliteRedo *self)
{
  g_byte_array_set_size (self->notes, sizeof (Header));
}

GByteArray *
postern_sqlite_redo_get_notes (PosternSqliteRedo *self)
{
  return self->notes;
}

gboolean
postern_sqlite_redo_begin (PosternSqliteRedo *self, PosternSqliteConnection *connection, GError **error)
{
  if (!get_generation (connection, &self->generation, error) || !set_generation (connection, ++self->generation, error))
    return FALSE;
  self->salt = (guint64) g_random_int () << 32 | g_random_int ();
  self->size = 0;
  clear_notes (self);
  return TRUE;
}

gboolean
postern_sqlite_redo_write (PosternSqliteRedo *self)
{
  Header header = { self->salt, self->generation, self->notes->len - sizeof (Header), { 0, 0 } };
  gssize written;

  if (header.length == 0)
    return TRUE;
  seal (&header, self->notes->data + sizeof header);
  memcpy (self->notes->data, &header, sizeof header);
  written = pwrite (self->fd, self->notes->data, self->notes->len, self->size);
  if (written != (gssize) self->notes->len)
    return FALSE;
  self->size += written;
  clear_notes (self);
  return self->size < MUCH;
}

gboolean
postern_sqlite_redo_discard (PosternSqliteRedo *self)
{
  clear_notes (self);
  return ftruncate (self->fd, 0) == 0;
}

/* --- doing it again ------------------------------------------------------------------------------------------------- */

typedef struct {
  const guint8 *at, *end;
} Reader;

static gboolean
take (Reader *reader, void *value, gsize length)
{
  if ((gsize) (reader->end - reader->at) < length)
    return FALSE;
  memcpy (value, reader->at, length);
  reader->at += length;
  return TRUE;
}

static const guint8 *
take_sized (Reader *reader, guint32 *length)
{
  const guint8 *data;

  if (!take (reader, length, sizeof *length) || (gsize) (reader->end - reader->at) < *length)
    return NULL;
  data = reader->at;
  reader->at += *length;
  return data;
}

static const char *
take_text (Reader *reader)
{
  guint32 length;
  const guint8 *data = take_sized (reader, &length);

  return data != NULL && length > 0 && data[length - 1] == '\0' ? (const char *) data : NULL;
}

static gboolean
take_value (Reader *reader, PosternValue *value)
{
  guint8 type;
  guint32 length = 0;

  if (!take (reader, &type, 1))
    return FALSE;
  *value = (PosternValue){ (PosternValueType) type, 0, NULL };
  switch (value->type)
    {
    case POSTERN_VALUE_NULL:
      return TRUE;
    case POSTERN_VALUE_INT64:
      return take (reader, &value->number, sizeof value->number);
    case POSTERN_VALUE_TEXT:
      return (value->data = take_text (reader)) != NULL;
    case POSTERN_VALUE_BLOB:
      value->data = take_sized (reader, &length);
      value->number = length;
      return value->data != NULL;
    default:
      return FALSE;
    }
}

static gboolean
redo_one (Reader *reader, PosternSqliteConnection *connection, GError **error)
{
  PosternTransaction transaction = { .connection = connection };
  PosternValue values[VALUES_MAX];
  const char *sql = take_text (reader);
  guint n_values = 0;
  gboolean whole = sql != NULL && take (reader, &n_values, sizeof n_values) && n_values <= VALUES_MAX;

  for (guint i = 0; whole && i < n_values; i++)
    whole = take_value (reader, &values[i]);
  if (whole)
    return postern_sqlite_connection_execute (&transaction, sql, values, n_values, error) >= 0;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "a statement cannot be read");
  return FALSE;
}

/* The notes of the next batch, if it is whole and belongs to the transaction after the last one committed. */
static gboolean
take_batch (Reader *reader, guint32 generation, const guint64 *salt, Header *header, Reader *notes)
{
  Header given;

  if (!take (reader, &given, sizeof given) || given.generation != generation || (salt != NULL && given.salt != *salt)
      || (gsize) (reader->end - reader->at) < given.length)
    return FALSE;
  *notes = (Reader){ reader->at, reader->at + given.length };
  *header = given;
  seal (header, notes->at);
  reader->at = notes->end;
  return memcmp (header->sum, given.sum, sizeof given.sum) == 0;
}

static gboolean
redo_all (GByteArray *bytes, PosternSqliteConnection *connection, guint *n_done, GError **error)
{
  Reader reader = { bytes->data, bytes->data + bytes->len }, notes;
  Header header;
  guint32 generation;

  if (!get_generation (connection, &generation, error))
    return FALSE;
  for (gboolean first = TRUE; take_batch (&reader, generation + 1, first ? NULL : &header.salt, &header, &notes); first = FALSE)
    for (; notes.at < notes.end; (*n_done)++)
      if (!redo_one (&notes, connection, error))
        return FALSE;
  return *n_done == 0 || set_generation (connection, generation + 1, error);
}

static GByteArray *
read_all (PosternSqliteRedo *self)
{
  GByteArray *bytes = g_byte_array_new ();
  struct stat st;
  gssize length;

  if (fstat (self->fd, &st) != 0 || st.st_size <= 0 || st.st_size > 16 * MUCH)
    return bytes;
  g_byte_array_set_size (bytes, (guint) st.st_size);
  length = pread (self->fd, bytes->data, bytes->len, 0);
  g_byte_array_set_size (bytes, (guint) MAX (0, length));
  return bytes;
}

/* In a transaction, because another newcomer may be at it, too. */
static gboolean
replay (PosternSqliteRedo *self, PosternSqliteConnection *connection, guint *n_done, GError **error)
{
  g_autoptr (GByteArray) bytes = read_all (self);

  if (redo_all (bytes, connection, n_done, error) && postern_sqlite_connection_step (connection, connection->commit, error))
    return TRUE;
  if (postern_sqlite_connection_in_transaction (connection))
    postern_sqlite_connection_step (connection, connection->rollback, NULL);
  return FALSE;
}

gboolean
postern_sqlite_redo_replay (PosternSqliteRedo *self, PosternSqliteConnection *connection, GError **error)
{
  g_autoptr (GError) failure = NULL;
  guint n_done = 0;
  struct stat st;

  if (fstat (self->fd, &st) == 0 && st.st_size == 0)
    return TRUE;
  if (!postern_sqlite_connection_step (connection, connection->begin_write, error))
    return FALSE;
  if (!replay (self, connection, &n_done, &failure)) /* a full disk must not keep a server from starting */
    g_warning ("%s: what was answered in the last moment before a crash is lost: %s", self->path, failure->message);
  else if (n_done > 0)
    g_message ("%s: %u changes that a process had answered before it ended were done again", self->path, n_done);
  if (postern_sqlite_redo_discard (self) || failure == NULL)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: %s", self->path, g_strerror (errno));
  return FALSE;
}

/* --- opening ---------------------------------------------------------------------------------------------------------- */

PosternSqliteRedo *
postern_sqlite_redo_open (const char *file, GError **error)
{
  PosternSqliteRedo *self = g_new0 (PosternSqliteRedo, 1);

  self->path = g_strconcat (file, "-redo", NULL);
  self->notes = g_byte_array_new ();
  clear_notes (self);
  self->fd = open (self->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->fd >= 0)
    return self;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: %s", self->path, g_strerror (errno));
  postern_sqlite_redo_close (self);
  return NULL;
}

void
postern_sqlite_redo_close (PosternSqliteRedo *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_byte_array_unref (self->notes);
  g_free (self->path);
  g_free (self);
}
