/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-authenticator.h"
#include "postern-error.h"
#include "postern-registry.h"

#include "postern-instance-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *root, *modules, *vendor, *admin;

static const char settings[] = "[Setting color]\nType=choice\nChoices=red;green\nDefault=red\n"
                               "[Setting endpoint]\nType=url\nRequired=true\n"
                               "[Setting key]\nSecret=true\n"
                               "[Setting count]\nType=integer\n[Data]\nfact=yes\n";

static char *
put (const char *folder, const char *name, const char *text, int mode)
{
  char *path = g_build_filename (folder, name, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (chmod (path, (mode_t) mode), ==, 0);
  return path;
}

/* Puts the module with @flaw and a key file beside it into the plugin folder. */
static char *
put_plugin (const char *id, const char *flaw, int api, const char *rest)
{
  g_autofree char *built = g_strdup_printf ("loader-test-%s.so", flaw);
  g_autofree char *source = g_test_build_filename (G_TEST_BUILT, "src", "loader", built, NULL);
  g_autofree char *name = g_strconcat (id, ".so", NULL), *key_name = g_strconcat (id, ".plugin", NULL);
  g_autofree char *text = g_strdup_printf ("[Plugin]\nId=%s\nKind=connector\nApi=%d\nModule=%s\nName=Test %s\n%s", id, api, name, id, rest);
  g_autofree char *bytes = NULL, *target = g_build_filename (modules, name, NULL);
  gsize length;
  g_assert_true (g_file_get_contents (source, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (target, bytes, (gssize) length, NULL));
  g_assert_cmpint (chmod (target, 0755), ==, 0);
  return put (modules, key_name, text, 0644);
}

static void
set_up (void)
{
  root = g_dir_make_tmp ("postern-registry-XXXXXX", NULL);
  modules = g_build_filename (root, "plugins-1", NULL);
  vendor = g_build_filename (root, "vendor", NULL);
  admin = g_build_filename (root, "admin", NULL);
  g_mkdir (modules, 0755);
  g_mkdir (vendor, 0755);
  g_mkdir (admin, 0755);
}

static void
tear_down (void)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", root);
  g_assert_cmpint (system (command), ==, 0);
  g_clear_pointer (&root, g_free);
  g_clear_pointer (&modules, g_free);
  g_clear_pointer (&vendor, g_free);
  g_clear_pointer (&admin, g_free);
}

static PosternRegistry *
load (void)
{
  const char *const folders[] = { modules, NULL };
  const char *const instances[] = { vendor, admin, NULL };
  PosternRegistry *registry = postern_registry_new (folders);
  postern_registry_scan (registry);
  postern_registry_load_instances (registry, instances);
  for (guint i = 0; i < postern_registry_get_problems (registry)->len; i++)
    g_test_message ("%s", (char *) postern_registry_get_problems (registry)->pdata[i]);
  return registry;
}

static gboolean
has_problem (PosternRegistry *registry, const char *place, const char *word)
{
  GPtrArray *problems = postern_registry_get_problems (registry);
  for (guint i = 0; i < problems->len; i++)
    if (g_str_has_prefix (problems->pdata[i], place) && strstr (problems->pdata[i], word) && !strchr (problems->pdata[i], '\n'))
      return TRUE;
  return FALSE;
}

static void
test_good (void)
{
  set_up ();
  g_free (put_plugin ("good", "none", 1, settings));
  g_autofree char *key = put (root, "key", "s3cret\n", 0600);
  g_autofree char *text = g_strdup_printf ("[Instance]\nType=good\nName=Corp\nOrder=5\nendpoint=https://a.example\nkey-file=%s\n", key);
  g_free (put (vendor, "corp.conf", "[Instance]\nType=good\nendpoint=https://vendor.example\n", 0644));
  g_free (put (admin, "corp.conf", text, 0644));
  g_free (put (vendor, "gone.conf", "[Instance]\nType=good\nendpoint=https://vendor.example\n", 0644));
  g_free (put (admin, "gone.conf", "", 0644));
  g_free (put (vendor, "other.conf", "[Instance]\nType=good\nendpoint=https://b.example\n", 0644));
  g_autoptr (PosternRegistry) registry = load ();
  g_assert_cmpuint (postern_registry_get_problems (registry)->len, ==, 0);
  PosternInstance *corp = postern_registry_get_instance (registry, "corp");
  g_assert_nonnull (corp);
  g_assert_null (postern_registry_get_instance (registry, "gone"));
  g_assert_cmpstr (postern_instance_get_display_name (corp), ==, "Corp");
  g_assert_cmpstr (postern_instance_get_type_id (corp), ==, "good");
  PosternSettings *values = postern_instance_get_settings (corp);
  g_assert_cmpstr (postern_settings_get_string (values, "endpoint"), ==, "https://a.example");
  g_assert_cmpstr (postern_settings_get_string (values, "color"), ==, "red");
  g_assert_cmpstr (postern_settings_get_string (values, "key"), ==, "s3cret");
  g_autoptr (GPtrArray) list = postern_registry_list (registry, POSTERN_TYPE_CONNECTOR);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_true (list->pdata[0] == corp);
  g_assert_true (postern_registry_find_first (registry, POSTERN_TYPE_CONNECTOR, "good") == corp);
  g_assert_null (postern_registry_find_first (registry, POSTERN_TYPE_FACTOR, "good"));
  g_assert_null (postern_registry_find_first (registry, POSTERN_TYPE_CONNECTOR, "gone"));
  g_assert_cmpstr (g_hash_table_lookup (postern_registry_find_info (registry, "good")->data, "fact"), ==, "yes");
  tear_down ();
}

/* Each flaw is named, and the good one works all the same. */
static void
test_flaws (void)
{
  static const struct {
    const char *flaw, *word;
  } flaws[] = { { "symbol", "postern_plugin_query_type" }, { "base", "PosternConnector" }, { "constructor", "crashes" },
                { "type", "exit code 3" }, { "instance", "crashes" } };
  set_up ();
  for (guint i = 0; i < G_N_ELEMENTS (flaws); i++) {
    g_autofree char *name = g_strconcat (flaws[i].flaw, ".conf", NULL), *text = g_strdup_printf ("[Instance]\nType=%s\n", flaws[i].flaw);
    g_free (put_plugin (flaws[i].flaw, flaws[i].flaw, 1, ""));
    g_free (put (admin, name, text, 0644));
  }
  g_free (put_plugin ("configure", "configure", 1, ""));
  g_free (put (admin, "configure.conf", "[Instance]\nType=configure\n", 0644));
  g_free (put_plugin ("zgood", "none", 1, ""));
  g_free (put (admin, "zgood.conf", "[Instance]\nType=zgood\n", 0644));
  g_autoptr (PosternRegistry) registry = load ();
  for (guint i = 0; i < G_N_ELEMENTS (flaws); i++) {
    g_autofree char *place = g_strdup_printf ("%s/%s.so: ", modules, flaws[i].flaw);
    g_assert_true (has_problem (registry, place, flaws[i].word));
  }
  g_autofree char *place = g_strdup_printf ("%s/configure.conf:2: ", admin);
  g_assert_true (has_problem (registry, place, "taste"));
  g_assert_nonnull (postern_registry_get_instance (registry, "zgood"));
  tear_down ();
}

/* What is wrong outside is told and never opened: each module here would crash. */
static void
test_vetting (void)
{
  set_up ();
  g_autofree char *api = put_plugin ("api", "constructor", 2, "");
  g_autofree char *key = put_plugin ("key", "constructor", 1, "[Setting x]\nSecrt=true\n");
  g_autofree char *loose = put_plugin ("loose", "constructor", 1, "");
  g_autofree char *loose_key = put_plugin ("loosekey", "constructor", 1, "");
  g_autofree char *loose_module = g_build_filename (modules, "loose.so", NULL);
  g_autofree char *kind = put (modules, "kind.plugin", "[Plugin]\nId=kind\nKind=thing\nApi=1\nModule=api.so\n", 0644);
  g_autofree char *path = put (modules, "path.plugin", "[Plugin]\nId=path\nKind=sink\nApi=1\nModule=../x.so\n", 0644);
  g_autofree char *twice = put (modules, "xtwice.plugin", "[Plugin]\nId=needy\nKind=sink\nApi=1\nModule=api.so\n", 0644);
  g_autofree char *needy = put_plugin ("needy", "constructor", 1, "Needs=absent;\n");
  g_assert_cmpint (chmod (loose_module, 0777), ==, 0);
  g_assert_cmpint (chmod (loose_key, 0666), ==, 0);
  g_free (put (admin, "needy.conf", "[Instance]\nType=needy\n", 0644));
  g_autoptr (PosternRegistry) registry = load ();
  g_assert_true (has_problem (registry, api, "interface 2"));
  g_assert_true (has_problem (registry, key, "Secrt"));
  g_assert_true (has_problem (registry, loose_module, "chmod go-w"));
  g_assert_true (has_problem (registry, loose_key, "chmod go-w"));
  g_assert_true (has_problem (registry, kind, "unknown kind"));
  g_assert_true (has_problem (registry, path, "plain name"));
  g_assert_true (has_problem (registry, twice, "same Id"));
  g_assert_true (has_problem (registry, needy, "absent"));
  if (geteuid () == 0) {
    g_assert_cmpint (chmod (loose_module, 0755), ==, 0);
    g_assert_cmpint (chown (loose_module, 12345, 12345), ==, 0);
    g_autoptr (PosternRegistry) again = load ();
    g_assert_true (has_problem (again, loose_module, "12345"));
  }
  tear_down ();

  set_up ();
  g_free (put_plugin ("good", "none", 1, ""));
  g_assert_cmpint (chmod (modules, 0777), ==, 0);
  g_autoptr (PosternRegistry) folder = load ();
  g_assert_true (has_problem (folder, modules, "chmod go-w"));
  g_assert_cmpuint (postern_registry_get_infos (folder)->len, ==, 0);
  tear_down ();
}

static void
test_instance_files (void)
{
  static const struct {
    const char *name, *text, *place, *word;
    int mode;
  } files[] = {
    { "unknown.conf", "[Instance]\nType=nothing\n", "unknown.conf:2: ", "nothing", 0644 },
    { "extra.conf", "[Instance]\nType=good\nendpoint=https://a.example\ncolour=red\n", "extra.conf:4: ", "colour", 0644 },
    { "choice.conf", "[Instance]\nType=good\ncolor=blue\nendpoint=https://a.example\n", "choice.conf:3: ", "red, green", 0644 },
    { "url.conf", "[Instance]\nType=good\n\nendpoint=ftp://a.example\n", "url.conf:4: ", "URL", 0644 },
    { "count.conf", "[Instance]\nType=good\ncount=x\nendpoint=https://a.example\n", "count.conf:3: ", "whole number", 0644 },
    { "missing.conf", "[Instance]\nType=good\n", "missing.conf:1: ", "required", 0644 },
    { "open.conf", "[Instance]\nType=good\nendpoint=https://a.example\nkey=topsecret\n", "open.conf:4: ", "everybody can read", 0644 },
    { "both.conf", "[Instance]\nType=good\nendpoint=https://a.example\nkey=topsecret\nkey-file=/x\n", "both.conf:", "more than once", 0600 },
    { "lost.conf", "[Instance]\nType=good\nendpoint=https://a.example\nkey-file=/nonexistent\n", "lost.conf:4: ", "/nonexistent", 0600 },
    { "cred.conf", "[Instance]\nType=good\nendpoint=https://a.example\nkey-credential=k\n", "cred.conf:4: ", "LoadCredential", 0600 },
    { "group.conf", "[Thing]\nType=good\n", "group.conf:1: ", "[Instance]", 0644 },
    { "typeless.conf", "[Instance]\nendpoint=https://a.example\n", "typeless.conf:1: ", "Type", 0644 },
    { "Bad Name.conf", "[Instance]\nType=good\n", "Bad Name.conf:1: ", "rename", 0644 },
    { "writable.conf", "[Instance]\nType=good\n", "writable.conf:1: ", "chmod go-w", 0666 },
  };
  set_up ();
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  g_free (put_plugin ("good", "none", 1, settings));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    g_free (put (admin, files[i].name, files[i].text, files[i].mode));
  g_autoptr (PosternRegistry) registry = load ();
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *place = g_build_filename (admin, files[i].place, NULL);
    g_assert_true (has_problem (registry, place, files[i].word));
    g_assert_false (has_problem (registry, "", "topsecret"));
  }
  g_assert_cmpuint (postern_registry_get_problems (registry)->len, ==, G_N_ELEMENTS (files));
  tear_down ();
}

#define PLUGIN(id, more) "[Plugin]\nId=" id "\nKind=connector\nApi=1\nModule=good.so\n" more
#define PRESET(id, base, rest) "[Plugin]\nId=" id "\nKind=connector\nApi=1\nBase=" base "\nName=Corp\n" rest

/* A key file alone: fixed values, defaults, and what an operator may say; it may lie in another folder than its base. */
static void
test_preset (void)
{
  set_up ();
  const char *const folders[] = { admin, modules, NULL };
  const char *const instances[] = { vendor, NULL };
  g_free (put_plugin ("good", "none", 1, settings));
  g_free (put (admin, "corp.plugin", PRESET ("corp", "good", "[Preset]\nendpoint=https://corp.example\ncolor=green\ncount=3\n[Setting color]\nHelp=Ours.\n[Setting key]\nRequired=true\n"), 0644));
  g_free (put (vendor, "one.conf", "[Instance]\nType=corp\nkey=k\n", 0600));
  g_free (put (vendor, "two.conf", "[Instance]\nType=corp\nkey=k\ncolor=red\n", 0600));
  g_free (put (vendor, "bad.conf", "[Instance]\nType=corp\nkey=k\nendpoint=https://evil.example\n", 0600));
  g_free (put (vendor, "less.conf", "[Instance]\nType=corp\n", 0600));
  g_autoptr (PosternRegistry) registry = postern_registry_new (folders);
  postern_registry_scan (registry);
  postern_registry_load_instances (registry, instances);
  PosternInstance *one = postern_registry_get_instance (registry, "one"), *two = postern_registry_get_instance (registry, "two");
  g_assert_cmpstr (postern_settings_get_string (postern_instance_get_settings (one), "endpoint"), ==, "https://corp.example");
  g_assert_cmpstr (postern_settings_get_string (postern_instance_get_settings (one), "color"), ==, "green");
  g_assert_cmpint (postern_settings_get_int64 (postern_instance_get_settings (one), "count"), ==, 3);
  g_assert_cmpstr (postern_settings_get_string (postern_instance_get_settings (two), "color"), ==, "red");
  g_assert_cmpstr (postern_instance_get_type_id (one), ==, "corp");
  PosternPluginInfo *info = postern_registry_find_info (registry, "corp");
  g_assert_cmpuint (info->settings->len, ==, 2);
  g_assert_true (((PosternSettingInfo *) info->settings->pdata[1])->secret);
  g_assert_cmpstr (((PosternSettingInfo *) info->settings->pdata[0])->help, ==, "Ours.");
  g_autofree char *bad = g_build_filename (vendor, "bad.conf:4: ", NULL), *less = g_build_filename (vendor, "less.conf:1: ", NULL);
  g_assert_true (has_problem (registry, bad, "its settings are: color, key"));
  g_assert_true (has_problem (registry, less, "key is required"));
  g_assert_cmpuint (postern_registry_get_problems (registry)->len, ==, 2);
  g_free (put_plugin ("own", "none", 1, "[Preset]\nfact=42\n"));
  g_free (put (vendor, "own.conf", "[Instance]\nType=own\n", 0600));
  g_free (put (modules, "child.plugin", PRESET ("child", "own", ""), 0644));
  g_free (put (vendor, "child.conf", "[Instance]\nType=child\n", 0600));
  g_autoptr (PosternRegistry) again = load ();
  g_assert_cmpstr (postern_settings_get_string (postern_instance_get_settings (postern_registry_get_instance (again, "own")), "fact"), ==, "42");
  g_assert_cmpstr (postern_settings_get_string (postern_instance_get_settings (postern_registry_get_instance (again, "child")), "fact"), ==, "42");
  tear_down ();
}

static void
test_preset_vetting (void)
{
  static const struct {
    const char *name, *text, *place, *word;
    int mode;
  } files[] = {
    { "a.plugin", PRESET ("a", "good", "[Preset]\nendpoint=https://a.example\ncolour=red\n"), "a.plugin:9: ", "no setting 'colour'", 0644 },
    { "b.plugin", PRESET ("b", "good", "[Preset]\nendpoint=ftp://a.example\n"), "b.plugin:8: ", "http or https URL", 0644 },
    { "c.plugin", PRESET ("c", "good", "[Preset]\nendpoint=https://a.example\nkey=topsecret\n"), "c.plugin:9: ", "is a secret", 0644 },
    { "d.plugin", PRESET ("d", "good", "[Preset]\ncolor=red\n"), "d.plugin:7: ", "needs the setting endpoint", 0644 },
    { "e.plugin", PRESET ("e", "none-such", ""), "e.plugin:5: ", "none-such", 0644 },
    { "f.plugin", PRESET ("f", "a-good-one", ""), "f.plugin:5: ", "own Base, good", 0644 },
    { "g.plugin", PRESET ("g", "good", "[Setting other]\n"), "g.plugin:7: ", "no setting 'other'", 0644 },
    { "h.plugin", PRESET ("h", "good", "[Setting endpoint]\nType=string\n"), "h.plugin:8: ", "remove the line", 0644 },
    { "i.plugin", PRESET ("i", "good", "Module=good.so\n"), "i.plugin:7: ", "exclude each other", 0644 },
    { "j.plugin", "[Plugin]\nId=j\nKind=sink\nApi=1\nBase=good\n", "j.plugin:3: ", "Kind=connector", 0644 },
    { "k.plugin", "[Plugin]\nId=k\nKind=connector\nApi=1\nModule=good.so\n[Setting x]\n[Preset]\nx=1\n", "k.plugin:8: ", "is a setting, too", 0644 },
    { "l.plugin", PRESET ("l", "good", "[Preset]\nendpoint=https://a.example\n"), "l.plugin:1: ", "chmod go-w", 0666 },
    { "m.plugin", PRESET ("m", "m", "[Preset]\nendpoint=https://a.example\n"), "m.plugin:5: ", "own Base, m", 0644 },
    { "n.plugin", PRESET ("n", "../good", ""), "n.plugin:5: ", "not the Id", 0644 },
    { "o.plugin", PRESET ("o", "good", "[Setting endpoint]\nRequired=false\n"), "o.plugin:8: ", "good needs it", 0644 },
    { "p.plugin", PRESET ("p", "good", "[Preset]\nendpoint=https://a.example\n[Setting key]\nDefault=topsecret\n"), "p.plugin:10: ", "is a secret", 0644 },
    { "r.plugin", "[Plugin]\nKind=connector\nApi=1\nModule=good.so\n", "r.plugin:", "Id is missing", 0644 },
    { "s.plugin", "[Plugin]\nId=S s\nKind=connector\nApi=1\nModule=good.so\n", "s.plugin:2: ", "a-z, 0-9", 0644 },
    { "t.plugin", PLUGIN ("t", "[Setting A b]\n"), "t.plugin:6: ", "rename it", 0644 },
    { "u.plugin", PLUGIN ("u", "[Setting x]\nType=number\n"), "u.plugin:7: ", "unknown type", 0644 },
    { "v.plugin", PLUGIN ("v", "[Setting x]\nType=choice\n"), "v.plugin:7: ", "Choices=one;two", 0644 },
    { "w.plugin", PLUGIN ("w", "[Setting x]\nSecret=perhaps\n"), "w.plugin:7: ", "neither true nor false", 0644 },
    { "x.plugin", PLUGIN ("x", "[Seting x]\n"), "x.plugin:6: ", "unknown group", 0644 },
    { "y.plugin", PRESET ("y", "good", "[Preset]\nendpoint=https://a.example\\q\n"), "y.plugin:8: ", "stray backslashes", 0644 },
    { "z.plugin", PLUGIN ("z", "[Preset]\nendpoint=https://a.example\\q\n"), "z.plugin:7: ", "stray backslashes", 0644 },
    { "q.plugin", "[Plugin]\nId=q\nKind=connector\nApi=1\nModule=good.so\n[Setting key]\nSecret=true\nDefault=topsecret\n", "q.plugin:8: ", "is a secret", 0644 },
  };
  set_up ();
  g_free (put_plugin ("good", "none", 1, settings));
  g_free (put (modules, "zz.plugin", PRESET ("a-good-one", "good", "[Preset]\nendpoint=https://a.example\n"), 0644));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    g_free (put (modules, files[i].name, files[i].text, files[i].mode));
  g_autoptr (PosternRegistry) registry = load ();
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *place = g_build_filename (modules, files[i].place, NULL);
    g_test_message ("%s", place);
    g_assert_true (has_problem (registry, place, files[i].word));
  }
  g_assert_false (has_problem (registry, "", "topsecret"));
  g_assert_cmpuint (postern_registry_get_problems (registry)->len, ==, G_N_ELEMENTS (files));
  g_assert_cmpuint (postern_registry_get_infos (registry)->len, ==, 2);
  tear_down ();
}

static void
test_want (void)
{
  set_up ();
  const char *const folders[] = { modules, NULL };
  const char *const instances[] = { admin, NULL };
  g_autoptr (PosternRegistry) registry = postern_registry_new (folders);
  g_free (put_plugin ("one", "none", 1, ""));
  g_free (put_plugin ("two", "none", 1, ""));
  g_free (put_plugin ("three", "none", 1, settings));
  g_free (put (admin, "two.conf", "", 0644));
  g_free (put (admin, "mine.conf", "[Instance]\nType=one\n", 0644));
  postern_registry_scan (registry);
  postern_registry_want (registry, "one", "one", NULL);
  postern_registry_want (registry, "two", "two", NULL);
  postern_registry_want (registry, "three", "three", g_variant_new_parsed ("{'endpoint': 'https://a.example'}"));
  postern_registry_load_instances (registry, instances);
  g_assert_nonnull (postern_registry_get_instance (registry, "mine"));
  g_assert_null (postern_registry_get_instance (registry, "one"));
  g_assert_null (postern_registry_get_instance (registry, "two"));
  g_assert_nonnull (postern_registry_get_instance (registry, "three"));
  g_autoptr (GError) error = NULL;
  g_assert_null (postern_registry_add_instance (registry, "three", "three", NULL, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_nonnull (postern_registry_add_instance (registry, "two", "late", NULL, &error));
  g_assert_no_error (error);
  tear_down ();
}

/* What is kept in the database, and is switched off while somebody has it. What files say, and what the server has by itself, no row takes away. */
static void
test_retire (void)
{
  set_up ();
  const char *const folders[] = { modules, NULL };
  const char *const instances[] = { admin, NULL };
  static const char *const ids[] = { "stored", "mine", "one" };
  g_autoptr (PosternRegistry) registry = postern_registry_new (folders);
  g_autoptr (GPtrArray) stored = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_instance_file_free);
  g_free (put_plugin ("one", "none", 1, ""));
  g_free (put_plugin ("two", "none", 1, ""));
  g_free (put (admin, "mine.conf", "[Instance]\nType=two\n", 0644));
  postern_registry_scan (registry);
  postern_registry_want (registry, "one", "one", NULL);
  postern_registry_load_instances (registry, instances);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_ptr_array_add (stored, postern_instance_file_new ("two", ids[i], NULL));
  postern_registry_load_stored (registry, stored, instances);
  g_autoptr (PosternInstance) kept = g_object_ref (postern_registry_get_instance (registry, "stored"));
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert_true (postern_registry_retire (registry, ids[i]) == (i == 0 ? kept : NULL));
  g_assert_null (postern_registry_retire (registry, "stored")); /* once */
  g_assert_null (postern_registry_retire (registry, "nothing"));
  g_autoptr (GPtrArray) list = postern_registry_list (registry, POSTERN_TYPE_INSTANCE);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_null (postern_registry_get_instance (registry, "stored"));
  g_assert_nonnull (postern_registry_get_instance (registry, "mine"));
  g_assert_cmpstr (postern_instance_get_id (postern_registry_find_first (registry, POSTERN_TYPE_INSTANCE, "two")), ==, "mine");
  g_assert_cmpstr (postern_instance_get_type_id (postern_registry_get_instance (registry, "one")), ==, "one");
  g_assert_cmpstr (postern_instance_get_id (kept), ==, "stored");
  tear_down ();
}

static void
test_credential (void)
{
  set_up ();
  g_autoptr (GError) error = NULL;
  g_setenv ("CREDENTIALS_DIRECTORY", root, TRUE);
  g_free (put (root, "k", "from systemd", 0400));
  g_autofree char *file = put_plugin ("good", "none", 1, settings);
  g_autoptr (PosternPluginInfo) info = postern_plugin_info_load (file, &error);
  g_assert_no_error (error);
  g_autoptr (GVariant) given = g_variant_ref_sink (g_variant_new_parsed ("{'endpoint': 'https://a.example', 'key-credential': 'k'}"));
  g_autoptr (GVariant) values = postern_plugin_info_check_values (info, given, "here", &error);
  g_assert_no_error (error);
  const char *key;
  g_assert_true (g_variant_lookup (values, "key", "&s", &key));
  g_assert_cmpstr (key, ==, "from systemd");
  g_autoptr (GVariant) path = g_variant_ref_sink (g_variant_new_parsed ("{'endpoint': 'https://a.example', 'key-credential': '../x'}"));
  g_assert_null (postern_plugin_info_check_values (info, path, "here", &error));
  g_assert_true (g_str_has_prefix (error->message, "here: "));
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  tear_down ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/registry/good", test_good);
  g_test_add_func ("/registry/flaws", test_flaws);
  g_test_add_func ("/registry/vetting", test_vetting);
  g_test_add_func ("/registry/instance-files", test_instance_files);
  g_test_add_func ("/registry/preset", test_preset);
  g_test_add_func ("/registry/preset-vetting", test_preset_vetting);
  g_test_add_func ("/registry/want", test_want);
  g_test_add_func ("/registry/retire", test_retire);
  g_test_add_func ("/registry/credential", test_credential);
  return g_test_run ();
}
