/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-postgresql-error.h"

#include <string.h>

#include "postern-error.h"

#define LOST "08"
#define TELL_INTERVAL_US (10 * G_USEC_PER_SEC)

/* By SQLSTATE (PostgreSQL's manual, appendix A), or its first two letters. */
static const struct {
  const char *state;
  PosternPostgresqlFault fault;
  PosternError error;
  const char *text;
} errors[] = {
  { "23503", POSTERN_POSTGRESQL_FAULT_ANSWER, POSTERN_ERROR_NOT_FOUND, "what this row refers to does not exist (any more)" },
  { "40001", POSTERN_POSTGRESQL_FAULT_AGAIN, POSTERN_ERROR_STORE, "too many changes at once" },
  { "40P01", POSTERN_POSTGRESQL_FAULT_AGAIN, POSTERN_ERROR_STORE, "too many changes at once" },
  { "55P03", POSTERN_POSTGRESQL_FAULT_WRONG, POSTERN_ERROR_STORE, "another one holds the row for too long" },
  { "57014", POSTERN_POSTGRESQL_FAULT_WRONG, POSTERN_ERROR_STORE, "the statement took too long" },
  { "25006", POSTERN_POSTGRESQL_FAULT_READ_ONLY, POSTERN_ERROR_STORE, "the database cannot be written now: it is read-only or being recovered" },
  { "0A000", POSTERN_POSTGRESQL_FAULT_READ_ONLY, POSTERN_ERROR_STORE, "the database cannot do this now; perhaps it is a standby" },
  { "25P03", POSTERN_POSTGRESQL_FAULT_LOST, POSTERN_ERROR_STORE, "the transaction was idle for too long" },
  { "25P04", POSTERN_POSTGRESQL_FAULT_LOST, POSTERN_ERROR_STORE, "the transaction took too long" },
  { "53", POSTERN_POSTGRESQL_FAULT_WRONG, POSTERN_ERROR_STORE, "the server lacks space, memory or connections" },
  { "58", POSTERN_POSTGRESQL_FAULT_WRONG, POSTERN_ERROR_STORE, "the server's system reports an error" },
  { "57P", POSTERN_POSTGRESQL_FAULT_LOST, POSTERN_ERROR_STORE, "the server is stopping or starting" },
  { LOST, POSTERN_POSTGRESQL_FAULT_LOST, POSTERN_ERROR_STORE, "the connection is broken" },
  { "42501", POSTERN_POSTGRESQL_FAULT_WRONG, POSTERN_ERROR_FAILED, "the role may not do this" },
};

void
postern_postgresql_error_tell (const char *text)
{
  static gint64 told; /* atomic; monotonic µs */
  gint64 now = g_get_monotonic_time (), last = __atomic_load_n (&told, __ATOMIC_RELAXED);

  if ((last == 0 || now - last > TELL_INTERVAL_US) && __atomic_compare_exchange_n (&told, &last, now, FALSE, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    g_warning ("%s", text);
}

/* "Key (tenant, email)=(…) already exists." in any language: whoever named the value is told which one it is. The values are nobody's
 * business, and PostgreSQL leaves the line out where row-level security might hide the row: then the rule's name has to do. */
static PosternPostgresqlFault
set_taken (const PGresult *result, GError **error)
{
  const char *detail = PQresultErrorField (result, PG_DIAG_MESSAGE_DETAIL);
  const char *rule = PQresultErrorField (result, PG_DIAG_CONSTRAINT_NAME);
  const char *begin = detail ? strchr (detail, '(') : NULL, *end = begin ? strchr (begin, ')') : NULL;
  g_autofree char *columns = end ? g_strndup (begin + 1, (gsize) (end - begin - 1)) : NULL;
  const char *last = columns ? strrchr (columns, ' ') : NULL;

  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "%s: another one has this value already", last ? last + 1 : columns ? columns : rule ? rule : "key");
  return POSTERN_POSTGRESQL_FAULT_ANSWER;
}

/* The server's own words, one line of them. */
static char *
dup_words (PGconn *handle, const PGresult *result)
{
  const char *words = result ? PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY) : NULL;

  if (words == NULL)
    words = PQerrorMessage (handle);
  return g_strdelimit (g_strchomp (g_strdup (words)), "\n", ' ');
}

/* @state: SQLSTATE. @words: the server's own, or whoever's that noticed */
static PosternPostgresqlFault
set_by_state (const char *state, const char *words, GError **error)
{
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      if (!g_str_has_prefix (state, errors[i].state))
        continue;
      text = g_strdup_printf ("PostgreSQL: %s (%s)", errors[i].text, words);
      if (errors[i].fault >= POSTERN_POSTGRESQL_FAULT_LOST)
        postern_postgresql_error_tell (text);
      g_set_error_literal (error, POSTERN_ERROR, errors[i].error, text);
      return errors[i].fault;
    }
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "PostgreSQL: %s (%s)", words, state);
  return POSTERN_POSTGRESQL_FAULT_WRONG;
}

PosternPostgresqlFault
postern_postgresql_error_set (PGconn *handle, const PGresult *result, GError **error)
{
  const char *state = result ? PQresultErrorField (result, PG_DIAG_SQLSTATE) : NULL;
  g_autofree char *words = dup_words (handle, result);

  if (g_strcmp0 (state, "23505") == 0)
    return set_taken (result, error);
  return set_by_state (state == NULL || PQstatus (handle) == CONNECTION_BAD ? LOST : state, words, error);
}

PosternPostgresqlFault
postern_postgresql_error_set_lost (const char *why, GError **error)
{
  return set_by_state (LOST, why, error);
}
