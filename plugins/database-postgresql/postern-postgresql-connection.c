/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-postgresql-connection.h"

#include <string.h>

#include "postern-postgresql-open.h"
#include "postern-postgresql-text.h"
#include "postern-postgresql-wait.h"

/* pg_type's numbers, which never change */
#define OID_BYTEA 17
#define OID_INT8 20
#define OID_TEXT 25

typedef struct _PosternPostgresqlStatement {
  const char *sql; /* portable; the key's text, owned */
  guint64 types;   /* two bits a value; none are told of several rows */
  guint n_rows;
  char *name;
  gboolean preparing, prepared; /* asked, and not answered yet; so it was */
} Statement;

static const struct {
  const char *name, *sql;
} fixed[] = {
  [POSTERN_POSTGRESQL_FIXED_BEGIN_LASTING] = { "begin_lasting", "BEGIN ISOLATION LEVEL SERIALIZABLE" },
  [POSTERN_POSTGRESQL_FIXED_BEGIN_EACH] = { "begin_each", "BEGIN ISOLATION LEVEL READ COMMITTED" },
  [POSTERN_POSTGRESQL_FIXED_BEGIN_READ] = { "begin_read", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" },
  [POSTERN_POSTGRESQL_FIXED_TENANT] = { "tenant", "SELECT set_config('postern.tenant', $1, true)" },
  [POSTERN_POSTGRESQL_FIXED_HURRY] = { "hurry", "SET LOCAL synchronous_commit = off" },
  [POSTERN_POSTGRESQL_FIXED_PATIENCE] = { "patience", "SET LOCAL statement_timeout = 0" },
  [POSTERN_POSTGRESQL_FIXED_SAVE] = { "save", "SAVEPOINT one" },
  [POSTERN_POSTGRESQL_FIXED_RELEASE] = { "release", "RELEASE one" },
  [POSTERN_POSTGRESQL_FIXED_BACK] = { "back", "ROLLBACK TO one" },
  [POSTERN_POSTGRESQL_FIXED_COMMIT] = { "commit", "COMMIT" },
  [POSTERN_POSTGRESQL_FIXED_ROLLBACK] = { "rollback", "ROLLBACK" },
};

/* Who serves the connection, by the server's own word: a pooler between gives another number. */
#define WHO                                                                                                                                  \
  "SELECT (extract (epoch FROM pg_postmaster_start_time ()) * 1000000)::bigint, (extract (epoch FROM backend_start) * 1000000)::bigint, pid, " \
  "(SELECT setting FROM pg_settings WHERE name = 'statement_timeout') FROM pg_stat_activity WHERE pid = pg_backend_pid ()"

#define PATIENCE_US (2 * G_USEC_PER_SEC) /* nothing came: the server is looked at, and again after as long */
#define ON_ITS_WAY_US G_USEC_PER_SEC     /* an answer that was given already; what the server takes to end a statement */
#define EVER_US (G_MAXINT64 / 4)
#define OPEN_US (5 * G_USEC_PER_SEC)     /* what is asked of a new connection, before anybody knows who serves it */

/* --- what is prepared ------------------------------------------------------------------------------------------- */

static guint
hash_statement (gconstpointer data)
{
  const Statement *self = data;
  gsize length = strlen (self->sql);
  guint hash = (guint) length ^ (guint) self->types ^ self->n_rows;

  /* Of a text the end tells most: many begin with the same columns. */
  for (gsize i = length > 24 ? length - 24 : 0; i < length; i++)
    hash = hash * 31 + (guchar) self->sql[i];
  return hash;
}

static gboolean
equal_statements (gconstpointer a, gconstpointer b)
{
  const Statement *one = a, *other = b;

  return one->types == other->types && one->n_rows == other->n_rows && strcmp (one->sql, other->sql) == 0;
}

static void
free_statement (gpointer data)
{
  Statement *self = data;

  g_free ((char *) self->sql);
  g_free (self->name);
  g_free (self);
}

void
postern_postgresql_connection_close (PosternPostgresqlConnection *self)
{
  if (self == NULL)
    return;
  PQfinish (self->handle);
  g_hash_table_unref (self->statements);
  g_free (self);
}

gboolean
postern_postgresql_connection_is_lost (PosternPostgresqlConnection *self)
{
  return self->given_up != NULL || PQstatus (self->handle) == CONNECTION_BAD;
}

/* --- waiting ---------------------------------------------------------------------------------------------------- */

/*
 * How long the server may take at most, whatever is seen of it: each statement as long as it lets one run, and a moment to say so. A commit is not ended
 * by the server: it may wait for a standby that does not come back.
 */
static gint64
get_most (PosternPostgresqlConnection *self)
{
  if (self->backend.pid == 0)
    return OPEN_US;
  if (self->patient || self->statement_us == 0)
    return EVER_US;
  return self->statement_us * self->n_asked + ON_ITS_WAY_US;
}

/* Returns: nothing came since @heard_at, and does not until @deadline */
static gboolean
stays_silent (PosternPostgresqlConnection *self, gint64 deadline, gint64 *heard_at)
{
  gint64 before = *heard_at;

  return !postern_postgresql_wait (self->handle, deadline, heard_at) && *heard_at == before;
}

/* (nullable): why it is not worth to wait on */
static const char *
look (PosternPostgresqlConnection *self, gint64 *heard_at)
{
  PosternPostgresqlSeen seen = postern_postgresql_watch_see (self->watch, self->handle, &self->backend);
  gint64 now = g_get_monotonic_time ();

  if (seen == POSTERN_POSTGRESQL_SEEN_DONE && stays_silent (self, now + ON_ITS_WAY_US, heard_at))
    {
      postern_postgresql_watch_end (self->watch, self->handle, &self->backend);
      return "the server has answered long ago, or was never asked: the connection died without a word";
    }
  self->away = seen == POSTERN_POSTGRESQL_SEEN_AWAY && stays_silent (self, now, heard_at);
  return self->away ? "the server does not answer any more" : NULL;
}

static void
wait_for_answer (PosternPostgresqlConnection *self)
{
  gint64 now = g_get_monotonic_time (), heard_at = now, most = get_most (self);
  gint64 next = now + MIN (PATIENCE_US, most);

  while (self->given_up == NULL && !postern_postgresql_wait (self->handle, next, &heard_at))
    {
      now = g_get_monotonic_time ();
      if (now >= heard_at + most)
        self->given_up = "the server did not answer in the time that a statement has";
      else if (now >= heard_at + PATIENCE_US && self->backend.pid != 0)
        self->given_up = look (self, &heard_at);
      next = MIN (g_get_monotonic_time () + PATIENCE_US, heard_at + most);
    }
}

/* (nullable): as PQgetResult(), and within a time; NULL also where the connection is given up */
static PGresult *
get_result (PosternPostgresqlConnection *self)
{
  if (self->given_up == NULL)
    wait_for_answer (self);
  return self->given_up == NULL ? PQgetResult (self->handle) : NULL;
}

static PosternPostgresqlFault
set_error (PosternPostgresqlConnection *self, const PGresult *result, GError **error)
{
  return self->given_up != NULL ? postern_postgresql_error_set_lost (self->given_up, error) : postern_postgresql_error_set (self->handle, result, error);
}

/* The end of what was asked. A connection that is lost never gets there. */
static void
take_sync (PosternPostgresqlConnection *self)
{
  gboolean synced = FALSE;

  while (!synced && !postern_postgresql_connection_is_lost (self))
    {
      PGresult *result = get_result (self);

      synced = PQresultStatus (result) == PGRES_PIPELINE_SYNC;
      PQclear (result);
    }
  for (guint i = 0; i < self->n_asked; i++)
    if (self->preparing[i] != NULL)
      self->preparing[i]->preparing = FALSE;
  self->n_asked = 0;
  memset (self->preparing, 0, sizeof self->preparing);
}

static void
settle (PosternPostgresqlConnection *self)
{
  if (self->unread)
    take_sync (self);
  self->unread = FALSE;
}

/* --- asking: what cannot be sent shows in the answer ------------------------------------------------------------- */

/* What libpq did not take it has no answer to, nor an end: nobody must wait for either. */
static void
note_sent (PosternPostgresqlConnection *self, int sent)
{
  if (!sent && !postern_postgresql_connection_is_lost (self))
    self->given_up = "libpq does not send what was asked";
}

void
postern_postgresql_connection_ask_fixed (PosternPostgresqlConnection *self, PosternPostgresqlFixed which, const char *text)
{
  settle (self);
  g_assert (self->n_asked < POSTERN_POSTGRESQL_MAX_ASKED);
  if (which <= POSTERN_POSTGRESQL_FIXED_BEGIN_READ || which == POSTERN_POSTGRESQL_FIXED_PATIENCE)
    self->patient = which == POSTERN_POSTGRESQL_FIXED_PATIENCE;
  note_sent (self, PQsendQueryPrepared (self->handle, fixed[which].name, text ? 1 : 0, &text, NULL, NULL, 0));
  self->wanted = self->n_asked++;
}

#define MAX_BOUND (POSTERN_POSTGRESQL_MAX_VALUES * POSTERN_POSTGRESQL_MAX_ROWS)

typedef struct {
  const char *values[MAX_BOUND];
  int lengths[MAX_BOUND], formats[MAX_BOUND];
  Oid types[MAX_BOUND];
  gint64 numbers[MAX_BOUND]; /* as they go over the wire */
} Bound;

/* A NULL has no type of its own: the server takes it from where it stands. */
static void
bind_value (Bound *bound, guint i, const PosternValue *value)
{
  bound->values[i] = NULL;
  bound->lengths[i] = bound->formats[i] = 0;
  bound->types[i] = 0;
  switch (value->type)
    {
    case POSTERN_VALUE_INT64:
      bound->types[i] = OID_INT8;
      bound->numbers[i] = GINT64_TO_BE (value->number);
      bound->values[i] = (const char *) &bound->numbers[i];
      bound->lengths[i] = sizeof (gint64);
      bound->formats[i] = 1;
      break;
    case POSTERN_VALUE_TEXT:
      bound->types[i] = OID_TEXT;
      bound->values[i] = value->data;
      break;
    case POSTERN_VALUE_BLOB:
      bound->types[i] = OID_BYTEA;
      bound->values[i] = value->data ? value->data : "";
      bound->lengths[i] = (int) value->number;
      bound->formats[i] = 1;
      break;
    case POSTERN_VALUE_NULL:
    default:
      break;
    }
}

/* Two bits a value: POSTERN_POSTGRESQL_MAX_VALUES fill the number. */
static guint64
get_types (const PosternValue *values, guint n_values)
{
  guint64 types = 0;

  for (guint i = 0; i < n_values; i++)
    types = types * 4 + values[i].type;
  return types;
}

static Statement *
find_statement (PosternPostgresqlConnection *self, const char *sql, guint64 types, guint n_rows)
{
  Statement key = { sql, types, n_rows, NULL, FALSE, FALSE };
  Statement *found = g_hash_table_lookup (self->statements, &key);

  if (found != NULL)
    return found;
  found = g_new0 (Statement, 1);
  found->sql = g_strdup (sql);
  found->types = types;
  found->n_rows = n_rows;
  found->name = g_strdup_printf ("s%u", g_hash_table_size (self->statements));
  g_hash_table_add (self->statements, found);
  return found;
}

static void
ask_to_prepare (PosternPostgresqlConnection *self, Statement *statement, const Bound *bound, guint n_values)
{
  gboolean many = statement->n_rows > 1;
  g_autofree char *text = many ? postern_postgresql_text_repeat_row (statement->sql, n_values, statement->n_rows) : postern_postgresql_text_translate (statement->sql);

  note_sent (self, PQsendPrepare (self->handle, statement->name, text, many ? 0 : (int) n_values, many ? NULL : bound->types));
  statement->preparing = TRUE;
  self->preparing[self->n_asked++] = statement;
}

void
postern_postgresql_connection_ask (PosternPostgresqlConnection *self, const char *sql, const PosternValue *values, guint n_values, guint n_rows)
{
  guint n_bound = n_values * n_rows;
  Statement *statement;
  Bound bound;

  settle (self);
  g_assert (n_values <= POSTERN_POSTGRESQL_MAX_VALUES && n_rows <= POSTERN_POSTGRESQL_MAX_ROWS && self->n_asked + 2 < POSTERN_POSTGRESQL_MAX_ASKED);
  for (guint i = 0; i < n_bound; i++)
    bind_value (&bound, i, &values[i]);
  if (postern_postgresql_text_get_verb (sql) == POSTERN_POSTGRESQL_VERB_OTHER)
    note_sent (self, PQsendQueryParams (self->handle, sql, (int) n_values, bound.types, bound.values, bound.lengths, bound.formats, 0));
  else
    {
      statement = find_statement (self, sql, n_rows > 1 ? 0 : get_types (values, n_values), n_rows);
      if (!statement->prepared && !statement->preparing)
        ask_to_prepare (self, statement, &bound, n_values);
      note_sent (self, PQsendQueryPrepared (self->handle, statement->name, (int) n_bound, bound.values, bound.lengths, bound.formats, 0));
    }
  self->wanted = self->n_asked++;
}

/* --- answers ---------------------------------------------------------------------------------------------------- */

/* (nullable): the result of what was asked next; what follows it up to the next one's is taken, too */
static PGresult *
take_result (PosternPostgresqlConnection *self)
{
  PGresult *result = get_result (self), *more;

  while (result != NULL && PQresultStatus (result) != PGRES_PIPELINE_SYNC && (more = get_result (self)) != NULL)
    PQclear (more);
  return result;
}

static gboolean
is_good (const PGresult *result)
{
  return PQresultStatus (result) == PGRES_COMMAND_OK || PQresultStatus (result) == PGRES_TUPLES_OK;
}

PGresult *
postern_postgresql_connection_answer (PosternPostgresqlConnection *self, PosternPostgresqlFault *fault, GError **error)
{
  guint n = self->n_asked, wanted = self->wanted;
  PGresult *kept = NULL;

  *fault = POSTERN_POSTGRESQL_FAULT_NONE;
  note_sent (self, PQpipelineSync (self->handle));
  for (guint i = 0; i < n && *fault == POSTERN_POSTGRESQL_FAULT_NONE; i++)
    {
      PGresult *result = take_result (self);

      if (!is_good (result))
        *fault = set_error (self, result, error);
      else if (self->preparing[i] != NULL)
        self->preparing[i]->prepared = TRUE;
      if (i == wanted && *fault == POSTERN_POSTGRESQL_FAULT_NONE)
        kept = g_steal_pointer (&result);
      PQclear (result);
    }
  take_sync (self);
  if (*fault != POSTERN_POSTGRESQL_FAULT_NONE)
    g_clear_pointer (&kept, PQclear);
  return kept;
}

void
postern_postgresql_connection_leave (PosternPostgresqlConnection *self)
{
  note_sent (self, PQpipelineSync (self->handle));
  self->unread = TRUE;
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

static gint64
get_number (const PGresult *result, int column)
{
  return g_ascii_strtoll (PQgetvalue (result, 0, column), NULL, 10);
}

/* Returns: FALSE with @error */
static gboolean
begin (PosternPostgresqlConnection *self, GError **error)
{
  PosternPostgresqlFault fault;
  PGresult *who;
  gboolean known;

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++, self->n_asked++)
    note_sent (self, PQsendPrepare (self->handle, fixed[i].name, fixed[i].sql, 0, NULL));
  note_sent (self, PQsendQueryParams (self->handle, WHO, 0, NULL, NULL, NULL, NULL, 0));
  self->wanted = self->n_asked++;
  who = postern_postgresql_connection_answer (self, &fault, error);
  known = who != NULL && PQntuples (who) == 1;
  if (known)
    {
      self->backend = (PosternPostgresqlBackend){ get_number (who, 0), get_number (who, 1), get_number (who, 2) };
      self->statement_us = get_number (who, 3) * 1000;
    }
  else if (who != NULL)
    postern_postgresql_error_set_lost ("the server does not say who serves it", error);
  PQclear (who);
  return known;
}

PosternPostgresqlConnection *
postern_postgresql_connection_open (const char *url, PosternPostgresqlWatch *watch, GError **error)
{
  PGconn *handle = postern_postgresql_open_plain (url, error);
  PosternPostgresqlConnection *self;

  if (handle == NULL)
    return NULL;
  self = g_new0 (PosternPostgresqlConnection, 1);
  self->handle = handle;
  self->watch = watch;
  self->statements = g_hash_table_new_full (hash_statement, equal_statements, NULL, free_statement);
  if (PQsetnonblocking (handle, 1) == 0 && PQenterPipelineMode (handle) == 1 && begin (self, error))
    return self;
  postern_postgresql_connection_close (self);
  return NULL;
}
