/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json.h"
#include "postern-template.h"

#include <string.h>

static GHashTable *
no_templates (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) postern_template_free);
}

static char *
render_with (GHashTable *templates, const char *text, const char *json, gboolean rtl)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternTemplate) template = postern_template_new ("t", text, strlen (text), &error);
  g_autoptr (GVariant) model = postern_json_parse_object (json, -1, 0, NULL);
  PosternTemplateContext context = { templates, NULL, NULL, rtl };
  g_auto (PosternValue) value = { 0 };
  GString *out = g_string_new (NULL);

  g_assert_no_error (error);
  g_assert_nonnull (model);
  postern_value_init (&value, model);
  g_assert_true (postern_template_render (template, &value, &context, out, &error));
  g_assert_no_error (error);
  return g_string_free (out, FALSE);
}

typedef struct {
  const char *text, *json, *expected;
} Row;

static const Row rows[] = {
  { "a{{x}}b", "{\"x\":\"<&>\\\"'\"}", "a&lt;&amp;&gt;&quot;&#39;b" },
  { "{{ x }}{{y}}", "{\"x\":5}", "5" },
  { "{{a.b.c}}", "{\"a\":{\"b\":{\"c\":\"z\"}}}", "z" },
  { "{{a.c}}", "{\"a\":{\"b\":1},\"c\":2}", "" },
  { "{{#x}}yes{{/x}}{{^x}}no{{/x}}", "{\"x\":true}", "yes" },
  { "{{#x}}yes{{/x}}{{^x}}no{{/x}}", "{\"x\":\"\"}", "no" },
  { "{{#x}}yes{{/x}}{{^x}}no{{/x}}", "{\"x\":0}", "no" },
  { "{{#x}}yes{{/x}}{{^x}}no{{/x}}", "{\"x\":[]}", "no" },
  { "{{#x}}yes{{/x}}{{^x}}no{{/x}}", "{}", "no" },
  { "{{#x}}({{n}}{{o}}){{/x}}", "{\"o\":\"!\",\"x\":[{\"n\":1},{\"n\":2}]}", "(1!)(2!)" },
  { "{{#x}}<{{.}}>{{/x}}", "{\"x\":[\"a\",\"&\"]}", "<a><&amp;>" },
  { "{{?x}}[{{#x}}{{.}}{{/x}}]{{/x}}", "{\"x\":[\"a\",\"b\"]}", "[ab]" },
  { "{{?x}}[]{{/x}}", "{\"x\":[]}", "" },
  { "a{{! nothing }}b", "{}", "ab" },
  { "a\n  {{#x}}\nb\n  {{/x}}\nc\n", "{\"x\":true}", "a\nb\nc\n" },
  { "{{_ Hello {who} }}!", "{\"who\":\"<Ann>\"}", "Hello &lt;Ann&gt;!" },
  { "{{_ Hello {who}}}!", "{\"who\":\"Ann\"}", "Hello Ann!" },
  { "{{_ 5 < 6 {not a name} {gone}}}", "{}", "5 &lt; 6 {not a name} " },
  { "{{_@ m}}", "{\"m\":\"In {s} seconds\",\"s\":3}", "In 3 seconds" },
  { "{{_@ m}}", "{\"m\":\"<b>\"}", "&lt;b&gt;" },
  { "{{_= m}}", "{\"m\":\"<b> {s}\",\"s\":3}", "&lt;b&gt; {s}" },
  { "{{_= m}}", "{}", "" },
  { "{{n_ c|{c} device|{c} devices}}", "{\"c\":1}", "1 device" },
  { "{{n_ c|{c} device|{c} devices}}", "{\"c\":2}", "2 devices" },
  { "{{n_ c|one|many}}", "{\"c\":[1,2]}", "many" },
  { "<a href=\"{{u}}\">", "{\"u\":\"https://a/?b&c\"}", "<a href=\"https://a/?b&amp;c\">" },
  { "<a href=\"{{u}}\">", "{\"u\":\"javascript:alert(1)\"}", "<a href=\"#\">" },
  { "<a href='{{u}}'>", "{\"u\":\" \\u0001JaVa\\tScript:alert(1)\"}", "<a href='#'>" },
  { "<form action=\"{{u}}\">", "{\"u\":\"data:text/html,x\"}", "<form action=\"#\">" },
  { "<a href=\"{{u}}\">", "{\"u\":\"com.example:/cb\"}", "<a href=\"com.example:/cb\">" },
  { "{{> part }}", "{\"x\":\"1\"}", "<1>" },
};

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GHashTable) templates = no_templates ();
    g_autofree char *out = NULL;
    g_hash_table_insert (templates, (gpointer) "part", postern_template_new ("part", "<{{x}}>", 7, NULL));
    out = render_with (templates, rows[i].text, rows[i].json, FALSE);
    g_assert_cmpstr (out, ==, rows[i].expected);
  }
}

/* What JSON does not give: every number, boxes in boxes, nothing in a maybe, keys that are no strings; and a model that is serialised. */
static void
test_kinds (void)
{
  const char *text = "{{y}} {{u}} {{t}} {{d}} {{b}} {{m}} {{#none}}x{{/none}}{{#q}}q{{/q}}{{#k}}k{{/k}} {{#l}}<{{.}}>{{/l}} {{o.o}}";
  g_autoptr (PosternTemplate) template = postern_template_new ("t", text, strlen (text), NULL);
  g_autoptr (GHashTable) templates = no_templates ();
  g_autoptr (GVariant) model = g_variant_ref_sink (g_variant_new_parsed (
    "{'y': <byte 7>, 'u': <uint32 8>, 't': <uint64 18446744073709551615>, 'd': <0.5>, 'b': <true>, 'm': <<@ms 'in'>>, 'none': <@ms nothing>,"
    " 'q': <int16 0>, 'k': <{1: 2}>, 'l': <[@ms 'a', nothing]>, 'o': <{'o': <'z'>}>}"));
  PosternTemplateContext context = { templates, NULL, NULL, FALSE };

  for (guint serialised = 0; serialised < 2; serialised++) {
    g_autoptr (GString) out = g_string_new (NULL);
    g_auto (PosternValue) value = { 0 };
    postern_value_init (&value, model);
    g_assert_true (postern_template_render (template, &value, &context, out, NULL));
    g_assert_cmpstr (out->str, ==, "7 8 9223372036854775807 0.5 true in qk <a><> z");
    g_assert_nonnull (g_variant_get_data (model)); /* from here on one block, also below what was read */
    g_string_truncate (out, 0);
    g_assert_true (postern_template_render (template, &value, &context, out, NULL));
    g_assert_true (g_str_has_suffix (out->str, " z"));
  }
}

static void
test_right_to_left (void)
{
  g_autoptr (GHashTable) templates = no_templates ();
  g_autofree char *out = render_with (templates, "{{_ a {x}}}{{x}}", "{\"x\":\"b\"}", TRUE);

  g_assert_cmpstr (out, ==, "a \xe2\x81\xa8"
                            "b\xe2\x81\xa9"
                            "b");
}

static const Row broken[] = {
  { "{{x", NULL, "t:1" },
  { "\n{{#x}}", NULL, "t:2" },
  { "{{/x}}", NULL, "t:1" },
  { "{{#x}}{{/y}}", NULL, "t:1" },
  { "{{x y}}", NULL, "t:1" },
  { "{{}}", NULL, "t:1" },
  { "{{..}}", NULL, "t:1" },
  { "{{n_ c|one}}", NULL, "t:1" },
  { "{{_ }}", NULL, "t:1" },
  { "{{_@ a b}}", NULL, "t:1" },
  { "{{_= a b}}", NULL, "t:1" },
  { "{{_=}}", NULL, "t:1" },
  { "<a href={{x}}>", NULL, "quotes" },
  { "{{>../x}}", NULL, "t:1" },
};

static void
test_broken (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (PosternTemplate) template = postern_template_new ("t", broken[i].text, strlen (broken[i].text), &error);
    g_assert_null (template);
    g_assert_error (error, POSTERN_TEMPLATE_ERROR, POSTERN_TEMPLATE_ERROR_SYNTAX);
    g_assert_nonnull (strstr (error->message, broken[i].expected));
  }
}

static void
test_deep (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GHashTable) templates = no_templates ();
  g_autoptr (GVariant) model = postern_json_parse_object ("{\"x\":true}", -1, 0, NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  PosternTemplateContext context = { templates, NULL, NULL, FALSE };
  g_auto (PosternValue) value = { 0 };
  PosternTemplate *self = postern_template_new ("self", "{{>self}}", 9, NULL);

  g_hash_table_insert (templates, (gpointer) "self", self);
  postern_value_init (&value, model);
  g_assert_false (postern_template_render (self, &value, &context, out, &error));
  g_assert_error (error, POSTERN_TEMPLATE_ERROR, POSTERN_TEMPLATE_ERROR_RENDER);
  for (guint i = 0; i < 100; i++)
    g_string_append (text, "{{#x}}");
  for (guint i = 0; i < 100; i++)
    g_string_append (text, "{{/x}}");
  g_assert_null (postern_template_new ("t", text->str, text->len, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/template/rows", test_rows);
  g_test_add_func ("/template/kinds", test_kinds);
  g_test_add_func ("/template/right-to-left", test_right_to_left);
  g_test_add_func ("/template/broken", test_broken);
  g_test_add_func ("/template/deep", test_deep);
  return g_test_run ();
}
