/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-postgresql-text.h"

static void
test_translate (void)
{
  static const struct {
    const char *portable, *ours;
  } texts[] = {
    { "SELECT a FROM t WHERE b = ?1 AND c IN (?2, ?12)", "SELECT a FROM t WHERE b = $1 AND c IN ($2, $12)" },
    { "INSERT INTO t (a) VALUES (?1) ON CONFLICT (a) DO NOTHING", "INSERT INTO t (a) VALUES ($1) ON CONFLICT (tenant, a) DO NOTHING" },
    { "SELECT 1 WHERE a LIKE ?1 ESCAPE '\\'", "SELECT 1 WHERE a ILIKE $1 ESCAPE '\\'" },
    { "SELECT '?1 LIKE it''s ?', ?1", "SELECT '?1 LIKE it''s ?', $1" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = postern_postgresql_text_translate (texts[i].portable);

      g_assert_cmpstr (text, ==, texts[i].ours);
    }
}

static void
test_repeat_row (void)
{
  g_autofree char *one = postern_postgresql_text_repeat_row ("INSERT INTO t (a) VALUES (?1) ON CONFLICT (a) DO NOTHING", 1, 1);
  g_autofree char *three = postern_postgresql_text_repeat_row ("INSERT INTO t (a, b) VALUES (?1, ?2)", 2, 3);

  g_assert_cmpstr (one, ==, "INSERT INTO t (a) VALUES ($1) ON CONFLICT (tenant, a) DO NOTHING");
  g_assert_cmpstr (three, ==, "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4), ($5, $6)");
}

static void
test_verb (void)
{
  g_assert_cmpint (postern_postgresql_text_get_verb ("SELECT 1"), ==, POSTERN_POSTGRESQL_VERB_SELECT);
  g_assert_cmpint (postern_postgresql_text_get_verb (" UPDATE t SET a = 1 RETURNING a"), ==, POSTERN_POSTGRESQL_VERB_CHANGE);
  g_assert_cmpint (postern_postgresql_text_get_verb ("WITH x AS (DELETE FROM t) SELECT 1"), ==, POSTERN_POSTGRESQL_VERB_CHANGE);
  g_assert_cmpint (postern_postgresql_text_get_verb ("CREATE TABLE t (a bigint)"), ==, POSTERN_POSTGRESQL_VERB_OTHER);
  g_assert_cmpint (postern_postgresql_text_get_verb ("SET LOCAL a = 1"), ==, POSTERN_POSTGRESQL_VERB_OTHER);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/postgresql/text/translate", test_translate);
  g_test_add_func ("/postgresql/text/repeat-row", test_repeat_row);
  g_test_add_func ("/postgresql/text/verb", test_verb);
  return g_test_run ();
}
