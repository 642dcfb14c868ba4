/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-postgresql-connection.h"

#include <string.h>

#include "postern-error.h"
#include "postern-postgresql-text.h"

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
  [POSTERN_POSTGRESQL_FIXED_SAVE] = { "save", "SAVEPOINT one" },
  [POSTERN_POSTGRESQL_FIXED_RELEASE] = { "release", "RELEASE one" },
  [POSTERN_POSTGRESQL_FIXED_BACK] = { "back", "ROLLBACK TO one" },
  [POSTERN_POSTGRESQL_FIXED_COMMIT] = { "commit", "COMMIT" },
  [POSTERN_POSTGRESQL_FIXED_ROLLBACK] = { "rollback", "ROLLBACK" },
};

/*
 * What each session has. The operator's own `options` stand between, so that the times can be set otherwise and the rest cannot. Every
 * statement is small and goes by an index: plans are made once (and without a just-in-time compiler), and no table is read whole while
 * it is small, because a serializable transaction that did would be in everybody's way.
 */
#define OPTIONS_BEFORE                                                                                                \
  "-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s "
#define OPTIONS_BEHIND                                                                                                \
  " -c search_path=postern,postern_short -c row_security=on -c standard_conforming_strings=on -c plan_cache_mode=force_generic_plan " \
  "-c enable_seqscan=off -c jit=off -c client_min_messages=error"

static const struct {
  const char *name, *value;
} defaults[] = {
  { "connect_timeout", "5" },   { "keepalives_idle", "10" },     { "keepalives_interval", "3" },
  { "keepalives_count", "3" },  { "tcp_user_timeout", "15000" }, { "fallback_application_name", "postern" },
};

/* --- opening ---------------------------------------------------------------------------------------------------- */

/* (nullable): libpq would name the URL in its error */
static PQconninfoOption *
read_url (const char *url, GError **error)
{
  PQconninfoOption *options = NULL;
  char *problem = NULL;

  if (g_str_has_prefix (url, "postgresql://") || g_str_has_prefix (url, "postgres://"))
    options = PQconninfoParse (url, &problem);
  PQfreemem (problem);
  if (options == NULL)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "the location of a PostgreSQL database is a URL like postgresql://postern@db.example.com/postern?sslmode=verify-full");
  return options;
}

gboolean
postern_postgresql_connection_check (const char *url, GError **error)
{
  PQconninfoOption *options = read_url (url, error);

  PQconninfoFree (options);
  return options != NULL;
}

typedef struct {
  const char *names[80], *values[80];
  guint n;
} Parameters;

static void
add (Parameters *self, const char *name, const char *value)
{
  g_assert (self->n < G_N_ELEMENTS (self->names) - 1);
  self->names[self->n] = name;
  self->values[self->n++] = value;
}

/* The later of two values holds: ours, then the URL's, then what must be so. */
static PGconn *
connect_with (PQconninfoOption *options)
{
  g_autofree char *ours = NULL;
  Parameters all = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (defaults); i++)
    add (&all, defaults[i].name, defaults[i].value);
  for (PQconninfoOption *option = options; option->keyword != NULL; option++)
    if (option->val != NULL && strcmp (option->keyword, "options") == 0)
      ours = g_strconcat (OPTIONS_BEFORE, option->val, OPTIONS_BEHIND, NULL);
    else if (option->val != NULL)
      add (&all, option->keyword, option->val);
  if (ours == NULL)
    ours = g_strdup (OPTIONS_BEFORE OPTIONS_BEHIND);
  add (&all, "options", ours);
  add (&all, "client_encoding", "UTF8");
  return PQconnectdbParams (all.names, all.values, 0);
}

/* libpq would write it to standard error; what matters comes as an error. */
static void
pass_over (void *data, const PGresult *notice)
{
}

PGconn *
postern_postgresql_connection_open_plain (const char *url, GError **error)
{
  PQconninfoOption *options = read_url (url, error);
  PGconn *handle = options ? connect_with (options) : NULL;

  PQconninfoFree (options);
  if (handle != NULL)
    PQsetNoticeReceiver (handle, pass_over, NULL);
  if (handle == NULL || PQstatus (handle) == CONNECTION_OK)
    return handle;
  postern_postgresql_error_set (handle, NULL, error);
  PQfinish (handle);
  return NULL;
}

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

static gboolean
prepare_fixed (PosternPostgresqlConnection *self, GError **error)
{
  PosternPostgresqlFault fault;
  PGresult *result;

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    {
      PQsendPrepare (self->handle, fixed[i].name, fixed[i].sql, 0, NULL);
      self->wanted = self->n_asked++;
    }
  result = postern_postgresql_connection_answer (self, &fault, error);
  PQclear (result);
  return result != NULL;
}

PosternPostgresqlConnection *
postern_postgresql_connection_open (const char *url, GError **error)
{
  PGconn *handle = postern_postgresql_connection_open_plain (url, error);
  PosternPostgresqlConnection *self;

  if (handle == NULL)
    return NULL;
  self = g_new0 (PosternPostgresqlConnection, 1);
  self->handle = handle;
  self->statements = g_hash_table_new_full (hash_statement, equal_statements, NULL, free_statement);
  if (PQenterPipelineMode (handle) == 1 && prepare_fixed (self, error))
    return self;
  postern_postgresql_connection_close (self);
  return NULL;
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
  return PQstatus (self->handle) == CONNECTION_BAD;
}

/* The end of what was asked. A connection that is lost never gets there. */
static void
take_sync (PosternPostgresqlConnection *self)
{
  gboolean synced = FALSE;

  while (!synced && !postern_postgresql_connection_is_lost (self))
    {
      PGresult *result = PQgetResult (self->handle);

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

void
postern_postgresql_connection_ask_fixed (PosternPostgresqlConnection *self, PosternPostgresqlFixed which, const char *text)
{
  settle (self);
  g_assert (self->n_asked < POSTERN_POSTGRESQL_MAX_ASKED);
  PQsendQueryPrepared (self->handle, fixed[which].name, text ? 1 : 0, &text, NULL, NULL, 0);
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

  PQsendPrepare (self->handle, statement->name, text, many ? 0 : (int) n_values, many ? NULL : bound->types);
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
    PQsendQueryParams (self->handle, sql, (int) n_values, bound.types, bound.values, bound.lengths, bound.formats, 0);
  else
    {
      statement = find_statement (self, sql, n_rows > 1 ? 0 : get_types (values, n_values), n_rows);
      if (!statement->prepared && !statement->preparing)
        ask_to_prepare (self, statement, &bound, n_values);
      PQsendQueryPrepared (self->handle, statement->name, (int) n_bound, bound.values, bound.lengths, bound.formats, 0);
    }
  self->wanted = self->n_asked++;
}

/* --- answers ---------------------------------------------------------------------------------------------------- */

/* (nullable): the result of what was asked next; what follows it up to the next one's is taken, too */
static PGresult *
take_result (PosternPostgresqlConnection *self)
{
  PGresult *result = PQgetResult (self->handle), *more;

  while (result != NULL && PQresultStatus (result) != PGRES_PIPELINE_SYNC && (more = PQgetResult (self->handle)) != NULL)
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
  PQpipelineSync (self->handle);
  for (guint i = 0; i < n && *fault == POSTERN_POSTGRESQL_FAULT_NONE; i++)
    {
      PGresult *result = take_result (self);

      if (!is_good (result))
        *fault = postern_postgresql_error_set (self->handle, result, error);
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
  PQpipelineSync (self->handle);
  self->unread = TRUE;
}
