/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-postgresql-text.h"

#include <string.h>

#define SPACES " \t\n"

static const struct {
  const char *portable, *ours;
} words[] = {
  { "?", "$" },
  { "ON CONFLICT (", "ON CONFLICT (tenant, " },
  { " LIKE ", " ILIKE " },
};

/* Returns: how many bytes of @sql were taken */
static gsize
append_next (GString *text, const char *sql)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_has_prefix (sql, words[i].portable))
      {
        g_string_append (text, words[i].ours);
        return strlen (words[i].portable);
      }
  g_string_append_c (text, *sql);
  return 1;
}

char *
postern_postgresql_text_translate (const char *sql)
{
  GString *text = g_string_sized_new (strlen (sql) + 32);
  gboolean quoted = FALSE;

  while (*sql != '\0')
    {
      quoted ^= *sql == '\'';
      if (!quoted)
        sql += append_next (text, sql);
      else
        g_string_append_c (text, *sql++);
    }
  return g_string_free (text, FALSE);
}

char *
postern_postgresql_text_repeat_row (const char *sql, guint n_values, guint n_rows)
{
  const char *row = strstr (sql, "VALUES ("), *behind = row ? strchr (row, ')') : NULL;
  g_autofree char *head = NULL, *tail = NULL;
  GString *text;

  g_return_val_if_fail (behind != NULL && n_values > 0, NULL);
  head = g_strndup (sql, (gsize) (row - sql));
  tail = postern_postgresql_text_translate (behind + 1);
  text = g_string_new (head);
  g_string_append (text, "VALUES ");
  for (guint i = 0; i < n_rows * n_values; i++)
    g_string_append_printf (text, "%s$%u%s", i % n_values > 0 ? ", " : i > 0 ? ", (" : "(", i + 1, (i + 1) % n_values == 0 ? ")" : "");
  g_string_append (text, tail);
  return g_string_free (text, FALSE);
}

PosternPostgresqlVerb
postern_postgresql_text_get_verb (const char *sql)
{
  static const char *const changes[] = { "INSERT ", "UPDATE ", "DELETE ", "WITH " };

  sql += strspn (sql, SPACES);
  if (g_str_has_prefix (sql, "SELECT "))
    return POSTERN_POSTGRESQL_VERB_SELECT;
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    if (g_str_has_prefix (sql, changes[i]))
      return POSTERN_POSTGRESQL_VERB_CHANGE;
  return POSTERN_POSTGRESQL_VERB_OTHER;
}
