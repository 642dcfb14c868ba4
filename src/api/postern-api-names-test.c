/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

/* What people are shown as a name lies about nothing that stands around it: whoever set it, and whatever it is of. */

/* Ends of a line, which begin another that the page seems to say; and what turns the text behind it, so that "moc.elgoog" reads as another's. */
static const char *const bad[] = { "\\u0007", "\\n", "\\r", "\\t", "\\u007f", "\\u0085", "\\u2028", "\\u2029", "\\u202a", "\\u202b", "\\u202c", "\\u202d", "\\u202e", "\\u2066", "\\u2067", "\\u2068", "\\u2069" };

/* %s is what is written before and behind it */
static const struct {
  const char *path, *body, *words;
} entrances[] = {
  { "/users", "{\"username\":\"liar\",\"name\":\"A%sB\"}", "name: " },
  { "/users", "{\"username\":\"liar\",\"profile\":{\"name\":\"A%sB\"}}", "profile.name: " },
  { "/users", "{\"username\":\"liar\",\"profile\":{\"given_name\":\"A%sB\"}}", "profile.given_name: " },
  { "/users", "{\"username\":\"liar\",\"profile\":{\"family_name\":\"A%sB\"}}", "profile.family_name: " },
  { "/users", "{\"username\":\"liar\",\"profile\":{\"middle_name\":\"A%sB\"}}", "profile.middle_name: " },
  { "/users", "{\"username\":\"liar\",\"profile\":{\"nickname\":\"A%sB\"}}", "profile.nickname: " },
  { "/users", "{\"username\":\"liar\",\"profile\":{\"preferred_username\":\"A%sB\"}}", "profile.preferred_username: " },
  { "/users", "{\"username\":\"liar\",\"profile\":{\"name#ja-Kana-JP\":\"A%sB\"}}", "profile.name#ja-Kana-JP: " },
  { "/users", "{\"username\":\"li%sar\"}", "username" },
  { "/applications", "{\"name\":\"A%sB\",\"kind\":\"service\"}", "name: " },
  { "/organizations", "{\"name\":\"A%sB\"}", "name: " },
  { "/organizations/acme/groups", "{\"name\":\"A%sB\"}", "name: " },
  { "/roles", "{\"name\":\"A%sB\"}", "name: " },
  { "/resources", "{\"indicator\":\"https://liar.example\",\"name\":\"A%sB\"}", "name: " },
  { "/resources", "{\"indicator\":\"https://liar.example\",\"name\":\"A\",\"scopes\":[{\"name\":\"read\",\"description\":\"A%sB\"}]}", "scopes: " },
};

static void
test_refused (void)
{
  g_free (make ("/organizations", "{\"name\":\"Acme\",\"slug\":\"acme\"}", "id"));
  for (guint i = 0; i < G_N_ELEMENTS (entrances); i++)
    for (guint k = 0; k < G_N_ELEMENTS (bad); k++) {
      g_auto (GStrv) around = g_strsplit (entrances[i].body, "%s", -1);
      g_autofree char *body = g_strjoinv (bad[k], around);

      refuses ("POST", entrances[i].path, body, 400, entrances[i].words);
    }
}

/* What people need to write their own script: no end of a line, and nothing turned. */
static void
test_taken (void)
{
  static const char *const good[] = { "عليرضا \\u200c آبادي", "שלום\\u200f!", "O\\u2019Brien-Łukasz 2", "नमस्ते\\u200d", "👩\\u200d💻 Ada" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autofree char *body = g_strdup_printf ("{\"username\":\"good%u\",\"name\":\"%s\",\"profile\":{\"nickname\":\"%s\",\"address\":{\"formatted\":\"1 Road\\nTown\"}}}", i, good[i], good[i]);

    g_free (make ("/users", body, "id"));
  }
}

/* Whoever was given such a name before can still be switched off, and be given another. */
static gboolean
insert_liar (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_new ();

  user->id = postern_id_new ("usr");
  user->username = g_strdup ("old");
  user->profile = g_variant_ref_sink (g_variant_new_parsed ("{'name': <'\u202emoc.elgoog'>, 'nickname': <'a\u2066'>}"));
  return postern_user_store_insert (txn, user, error);
}

static void
test_old (void)
{
  fixture_write (store, insert_liar, NULL);
  g_variant_unref (call ("PATCH", "/users/old", NULL, "{\"disabled\":true}", 200));
  refuses ("PATCH", "/users/old", "{\"profile\":{\"nickname\":\"b\\u2066\"}}", 400, "profile.nickname: ");
  g_variant_unref (call ("PATCH", "/users/old", NULL, "{\"name\":\"Old\",\"profile\":{\"nickname\":null}}", 200));
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-names/refused", test_refused },
    { "/api-names/taken", test_taken },
    { "/api-names/old", test_old },
    { NULL },
  };

  return house_run (argc, argv, NULL, tests);
}
