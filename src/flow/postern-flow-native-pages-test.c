/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-native-pages.h"

#include "postern-json.h"

#include <string.h>

/* What an application is told of a page is what the page's template shows: the same fields, buttons and words, none more and none less. */

/* What has no place outside a browser, or is not there for people. */
static const char *const left_out[] = { "csrf", "remember", "action=factor:passkey", "action=other-address", NULL }; /* the last is the account page's */

static char *
read_template (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".html", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "templates", file, NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static gboolean
put_part (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *name = g_match_info_fetch (match, 1);
  g_autofree char *text = read_template (name);

  g_string_append (out, text);
  return FALSE;
}

/* With its parts, and theirs, but for what stands round every page, and for what is asked in a browser alone. */
static char *
read_page (const char *name)
{
  g_autoptr (GRegex) frame = g_regex_new ("\\{\\{>_(top|bottom|head|error|captcha)\\}\\}", 0, 0, NULL);
  g_autoptr (GRegex) part = g_regex_new ("\\{\\{>([a-z_-]+)\\}\\}", 0, 0, NULL);
  char *text = read_template (name);

  for (guint depth = 0; depth < 3; depth++) {
    g_autofree char *bare = g_regex_replace_literal (frame, text, -1, 0, "", 0, NULL);

    g_free (text);
    text = g_regex_replace_eval (part, bare, -1, 0, 0, put_part, NULL, NULL);
  }
  return text;
}

static char *
dup_attribute (const char *tag, const char *name)
{
  g_autofree char *pattern = g_strdup_printf (" %s=\"((?:\\{\\{.*?\\}\\}|[^\"])*)\"", name);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  return g_regex_match (regex, tag, 0, &match) ? g_match_info_fetch (match, 1) : NULL;
}

static void
add (GHashTable *set, const char *name)
{
  if (!g_strv_contains (left_out, name))
    g_hash_table_add (set, g_strdup (name));
}

/* "identifier", "action=continue", "action=second:" of what @text asks */
static GHashTable *
find_asked (const char *text)
{
  GHashTable *set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GRegex) regex = g_regex_new ("<(?:input|button)\\b(?:\\{\\{.*?\\}\\}|[^>])*>", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL)) {
    g_autofree char *tag = g_match_info_fetch (match, 0);
    g_autofree char *name = dup_attribute (tag, "name");
    g_autofree char *value = dup_attribute (tag, "value");
    g_autofree char *action = g_strdup_printf ("action=%.*s", value ? (int) strcspn (value, "{") : 0, value ? value : "");

    if (name && g_str_equal (name, "action"))
      add (set, action);
    else if (name && strstr (tag, " readonly") == NULL)
      add (set, name);
  }
  return set;
}

/* A model in which each name that @text asks for is @value; lists have one entry. */
static GVariant *
make_model (const char *text, gboolean value)
{
  g_autoptr (GRegex) regex = g_regex_new ("\\{\\{[?#^ ]*([a-z_]+)\\}\\}", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_auto (GVariantDict) model = G_VARIANT_DICT_INIT (NULL);
  static const char *const lists[] = { "connectors", "more_connectors", "methods", "accounts", "organizations", NULL };

  for (g_regex_match (regex, text, 0, &match); value && g_match_info_matches (match); g_match_info_next (match, NULL)) {
    g_autofree char *name = g_match_info_fetch (match, 1);

    if (g_strv_contains (lists, name))
      g_variant_dict_insert_value (&model, name, g_variant_new_parsed ("[<{'id': <'x'>, 'name': <'X'>}>]"));
    else
      g_variant_dict_insert (&model, name, "b", TRUE);
  }
  return g_variant_dict_end (&model);
}

static void
check_words (const char *page, const char *text, GVariant *entry, const char *member)
{
  g_autoptr (GVariant) phrase = postern_json_get (entry, member);
  const char *words = phrase && g_variant_is_of_type (phrase, G_VARIANT_TYPE_VARDICT) ? postern_json_get_string (phrase, POSTERN_RESPONSE_PHRASE) : NULL;
  g_autofree char *tag = g_strdup_printf ("{{_ %s}}", words ? words : "");

  if (words && strstr (text, tag) == NULL)
    g_error ("%s does not say “%s”", page, words);
}

/* As the tag of that name has it. */
static void
check_field (const char *page, const char *text, GVariant *field)
{
  const char *name = postern_json_get_string (field, "name"), *type = postern_json_get_string (field, "type");
  g_autofree char *pattern = g_strdup_printf ("<input\\b(?:\\{\\{.*?\\}\\}|[^>])* name=\"%s\"(?:\\{\\{.*?\\}\\}|[^>])*>", name);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *tag = NULL;
  g_autofree char *its_type = NULL;
  g_autofree char *autocomplete = NULL;
  g_autofree char *length = NULL;

  g_assert_true (g_regex_match (regex, text, 0, &match));
  tag = g_match_info_fetch (match, 0);
  its_type = dup_attribute (tag, "type");
  autocomplete = dup_attribute (tag, "autocomplete");
  length = dup_attribute (tag, "maxlength");
  if (strstr (its_type, type) == NULL || !g_str_has_prefix (autocomplete, postern_json_get_string (field, "autocomplete")) ||
      g_ascii_strtoll (length, NULL, 10) != postern_json_get_int64 (field, "max_length", 0) ||
      (strstr (tag, " required") != NULL) != postern_json_get_boolean (field, "required", FALSE))
    g_error ("%s: %s is asked for in another way than in %s", page, name, tag);
}

static void
check_entries (const char *page, const char *text, GVariant *described, const char *member, GHashTable *told)
{
  g_autoptr (GVariant) list = postern_json_get (described, member);
  gboolean actions = g_str_equal (member, "actions");

  for (gsize i = 0; i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (list, i);
    g_autoptr (GVariant) entry = g_variant_get_variant (box);
    const char *name = postern_json_get_string (entry, "name");
    gsize length = strlen (name);

    if (!actions)
      check_field (page, text, entry);
    if (actions || postern_json_get_boolean (entry, "required", FALSE)) /* the one that is not asked has no label there */
      check_words (page, text, entry, "label");
    g_hash_table_add (told, actions ? g_strdup_printf ("action=%.*s", (int) (g_str_has_suffix (name, ":x") ? length - 1 : length), name) : g_strdup (name));
  }
}

static void
check_page (const char *name)
{
  g_autofree char *text = read_page (name);
  g_autoptr (GHashTable) asked = find_asked (text);
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer each;

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GVariant) model = g_variant_ref_sink (make_model (text, i == 0));
    g_autoptr (GVariant) described = g_variant_ref_sink (postern_flow_native_pages_describe (name, model));

    check_words (name, text, described, "title");
    check_words (name, text, described, "text");
    check_entries (name, text, described, "fields", told);
    check_entries (name, text, described, "actions", told);
  }
  for (g_hash_table_iter_init (&iter, asked); g_hash_table_iter_next (&iter, &each, NULL);)
    if (!g_hash_table_contains (told, each))
      g_error ("%s: an application is not told of %s", name, (char *) each);
  for (g_hash_table_iter_init (&iter, told); g_hash_table_iter_next (&iter, &each, NULL);)
    if (!g_hash_table_contains (asked, each))
      g_error ("%s: the template has no %s", name, (char *) each);
}

static void
test_templates (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "templates", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *entry;
  guint count = 0;

  while ((entry = g_dir_read_name (folder))) {
    g_autofree char *name = g_strndup (entry, strcspn (entry, "."));

    if (!g_str_has_suffix (entry, ".html") || !postern_flow_native_pages_has (name))
      continue;
    check_page (name);
    count++;
  }
  g_assert_cmpuint (count, ==, 12);
}

/* A page that somebody must look at in a browser stays there. */
static void
test_only_in_a_browser (void)
{
  static const char *const names[] = { "consent", "connector", "link", "change-password", "form-post", "", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_false (postern_flow_native_pages_has (names[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/native-pages/templates", test_templates);
  g_test_add_func ("/native-pages/only-in-a-browser", test_only_in_a_browser);
  return g_test_run ();
}
