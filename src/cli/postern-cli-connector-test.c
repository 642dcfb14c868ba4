/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-fixture.h"

static void
check_stamped (const char *kind)
{
  g_autofree char *new = g_strdup_printf ("connector new new%s --kind %s --directory %s", kind, kind, folder), *name = g_strdup_printf ("new%s", kind);
  g_autofree char *file = g_strdup_printf ("postern-new%s-%s.c", kind, kind), *stamped = g_build_filename (folder, name, file, NULL);
  g_autofree char *rules = g_build_filename (folder, name, "debian", "rules", NULL), *readme = g_build_filename (folder, name, "README.md", NULL);
  g_autofree char *text = NULL, *words = NULL, *type = g_strdup_printf ("PosternNew%s", kind);

  g_assert_cmpint (postern (new), ==, 0);
  g_assert_true (g_file_get_contents (stamped, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, type));
  g_assert_null (strstr (text, "demo"));
  g_assert_true (g_file_test (rules, G_FILE_TEST_IS_EXECUTABLE));
  g_assert_true (g_file_get_contents (readme, &words, NULL, NULL));
  g_assert_true (g_str_has_prefix (words, "# new") && strstr (words, "## What it does") && !strstr (words, "@"));
  g_assert_cmpint (postern (new), ==, 1); /* exists */
}

static void
test_stamp (void)
{
  static const char *const kinds[] = { "connector", "messenger", "factor", "sink" };
  g_autofree char *social = g_strdup_printf ("connector new acme --kind social --directory %s", folder), *acme = g_build_filename (folder, "acme", "postern-acme-connector.c", NULL);
  g_autofree char *control = g_build_filename (folder, "newconnector", "debian", "control", NULL), *text = NULL;

  g_setenv ("DEBFULLNAME", "Demo Ademola", TRUE); /* has the example's name in it */
  g_setenv ("DEBEMAIL", "ada@demo.example", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    check_stamped (kinds[i]);
  g_assert_cmpint (postern (social), ==, 0);
  g_assert_true (g_file_test (acme, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_get_contents (control, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "Maintainer: Demo Ademola <ada@demo.example>\n"));
  g_assert_cmpint (postern ("connector new ../evil --directory ."), ==, 1);
  g_assert_cmpint (postern ("connector new good --directory . --kind spaceship"), ==, 1);
  g_assert_nonnull (strstr (err, "social, messenger, factor or sink"));
}

/* A file that would not load is never written. */
static void
test_instances (void)
{
  g_autofree char *path = g_build_filename (folder, "connectors.d", "corp.conf", NULL), *check = g_strconcat ("connector check ", path, NULL);

  g_autofree char *place = g_path_get_dirname (path), *plugins = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "plugins", NULL);
  GStatBuf info;

  g_setenv ("POSTERN_CONNECTOR_PATH", place, TRUE);
  g_setenv ("POSTERN_PLUGIN_PATH", plugins, TRUE);
  g_assert_cmpint (postern ("connector types"), ==, 0);
  g_assert_nonnull (strstr (out, "sqlite"));
  g_assert_cmpint (postern ("connector create corp --type nonsense"), ==, 78);
  g_assert_cmpint (postern ("connector create corp"), ==, 1);
  g_assert_cmpint (postern ("connector create corp --type sqlite no-such=1"), ==, 78);
  g_assert_cmpint (postern ("connector create corp --type sqlite =1"), ==, 1);
  g_assert_cmpint (postern ("connector create corp --type sqlite no]such=1"), ==, 1);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (postern ("connector create corp --type sqlite"), ==, 0);
  g_assert_cmpint (postern (check), ==, 0);
  g_assert_cmpint (postern ("connector create corp --type sqlite"), ==, 1);
  g_assert_true (g_stat (path, &info) == 0 && (info.st_mode & 0777) == 0600);
  /* a folder that is shared with the server by its group */
  g_assert_cmpint (g_chmod (place, 0750), ==, 0);
  g_assert_cmpint (postern ("connector create corp --type sqlite --replace"), ==, 0);
  g_assert_true (g_stat (path, &info) == 0 && (info.st_mode & 0777) == 0640);
  g_assert_cmpint (postern ("connector delete corp"), ==, 0);
  g_assert_cmpint (postern ("connector delete corp"), ==, 3);
}

/* @text in a file of @mode; then `connector check` on it, as it is on the two streams */
static void
check_conf (const char *text, int mode, int code, const char *words)
{
  g_autofree char *path = g_build_filename (g_getenv ("POSTERN_CONNECTOR_PATH"), "vetted.conf", NULL), *line = g_strconcat ("connector check ", path, NULL);

  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, mode, NULL));
  g_assert_cmpint (g_chmod (path, (mode_t) mode), ==, 0);
  g_assert_cmpint (postern (line), ==, code);
  if (!strstr (out, words) && !strstr (err, words))
    g_error ("no “%s” in\n%s%s", words, out, err);
  g_assert_null (strstr (err, "hush"));
  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* Every fault of a file at once, each with its line, its key and what to do; a value that may be secret is never said. */
static void
test_check (void)
{
  static const char all[] = "[Instance]\nType=vetted\nOrder=first\nisuer=x\nclient-sekret=hush\ncount=many\nSecret=hush\nmode=loud\nzzzzzzzzzz=1\n";
  static const char good[] = "[Instance]\nType=vetted\nissuer=https://provider.example/\nclient-secret-file=";
  g_autofree char *plugins = g_build_filename (folder, "vetted-plugins", NULL), *place = g_build_filename (folder, "vetted.d", NULL);
  g_autofree char *plugin = g_build_filename (plugins, "vetted.plugin", NULL), *module = g_build_filename (plugins, "vetted.so", NULL);
  g_autofree char *secret = g_build_filename (folder, "vetted.secret", NULL), *whole = g_strconcat (good, secret, "\n", NULL), *earlier = g_build_filename (folder, "earlier.d", NULL);
  g_autofree char *hidden = g_build_filename (earlier, "vetted.conf", NULL), *both = g_strconcat (earlier, ":", place, NULL), *line = g_strconcat ("connector check ", hidden, NULL);

  g_assert_true (g_mkdir (plugins, 0755) == 0 && g_mkdir (place, 0755) == 0 && g_mkdir (earlier, 0755) == 0);
  g_assert_true (g_file_set_contents (plugin, "[Plugin]\nId=vetted\nKind=connector\nApi=1\nModule=vetted.so\n[Setting issuer]\nType=url\nRequired=true\n"
                                              "[Setting client-secret]\nSecret=true\nRequired=true\n[Setting count]\nType=integer\n"
                                              "[Setting mode]\nType=choice\nChoices=quiet;normal\n", -1, NULL) &&
                 g_file_set_contents (module, "", -1, NULL) && g_file_set_contents_full (secret, "hush\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_setenv ("POSTERN_CONNECTOR_PATH", place, TRUE);
  g_setenv ("POSTERN_PLUGIN_PATH", plugins, TRUE);
  check_conf (whole, 0600, 0, "The file is good.");
  check_conf (all, 0600, 78, "vetted.conf:3: Order: it is not a whole number");
  check_conf (all, 0600, 78, "vetted.conf:4: isuer: there is no such setting; write issuer");
  check_conf (all, 0600, 78, "vetted.conf:5: client-sekret: there is no such setting; write client-secret");
  check_conf (all, 0600, 78, "vetted.conf:6: count: count has a bad value: it is not a whole number");
  check_conf (all, 0600, 78, "vetted.conf:8: mode: mode has a bad value: it is none of the choices; write one of: quiet, normal");
  check_conf (all, 0600, 78, "vetted.conf:9: zzzzzzzzzz: there is no such setting; remove it");
  check_conf (all, 0600, 78, "issuer: issuer is required; set it");
  check_conf (all, 0600, 78, "client-secret: client-secret is required; set it, or name a file in -file");
  check_conf ("[Instance]\nType=vetted\nissuer=https://p.example/\nclient-secret=hush\n", 0600, 0, ":4: advice: client-secret: a secret stands in clear; move it");
  check_conf ("[Instance]\nType=vetted\nissuer=https://p.example/\nclient-secret=hush\n", 0644, 78, ":4: client-secret: it is a secret and everybody can read the file; run: chmod o-r");
  check_conf (whole, 0666, 78, "others can write it (mode 0666), so it is not trusted; run: chmod go-w");
  check_conf ("[Instance]\nType=veted\n", 0600, 78, ":2: Type: there is no plugin “veted”");
  check_conf ("[Instance]\nType=vetted\nno sign\n", 0600, 78, "vetted.conf:3: this line cannot be read");
  check_conf ("", 0600, 0, "it is empty and hides nothing");
  g_setenv ("POSTERN_CONNECTOR_PATH", both, TRUE);
  g_assert_true (g_file_set_contents_full (hidden, whole, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_cmpint (postern (line), ==, 0);
  g_free (g_steal_pointer (&hidden));
  hidden = g_build_filename (place, "vetted.conf", NULL);
  g_assert_true (g_file_set_contents_full (hidden, "", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_cmpint (postern (line), ==, 78);
  g_assert_nonnull (strstr (err, "it has no effect, because"));
  g_free (g_steal_pointer (&line));
  line = g_strconcat ("connector check ", hidden, NULL);
  g_assert_cmpint (postern (line), ==, 0);
  g_assert_nonnull (strstr (out, "advice: it is empty, so it hides"));
  g_setenv ("POSTERN_CONNECTOR_PATH", place, TRUE);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/cli-connector/stamp", test_stamp },
    { "/cli-connector/instances", test_instances },
    { "/cli-connector/check", test_check },
    { NULL, NULL },
  };

  return cli_run (argc, argv, tests);
}
