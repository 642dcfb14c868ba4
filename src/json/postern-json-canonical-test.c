/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json.h"

static char *
canonical (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = postern_json_parse (text, -1, 0, &error);
  GString *out = g_string_new (NULL);

  g_assert_no_error (error);
  postern_json_canonical_append (out, value);
  return g_string_free (out, FALSE);
}

/* The examples of RFC 8785, sections 3.2.2 to 3.2.4, and what its rules say of a few more. */
static void
test_documents (void)
{
  static const char *const cases[][2] = {
    { "{ \"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],"
      " \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\", \"literals\": [null, true, false] }",
      "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}" },
    { "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}",
      "{\"\\r\":2,\"1\":4,\"\302\200\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\357\254\263\":3}" },
    { "{\"b\":{\"z\":[{\"y\":1,\"x\":2}],\"\":[]},\"ab\":{},\"a\":-0.0}", "{\"a\":0,\"ab\":{},\"b\":{\"\":[],\"z\":[{\"x\":2,\"y\":1}]}}" },
    { "\"\\b\\t\\f\\u001f\\u007f\"", "\"\\b\\t\\f\\u001f\177\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *once = canonical (cases[i][0]);
    g_autofree char *twice = canonical (once);

    g_assert_cmpstr (once, ==, cases[i][1]);
    g_assert_cmpstr (twice, ==, once);
  }
}

/* Appendix B: doubles by their bits. */
static void
test_numbers (void)
{
  static const struct {
    guint64 bits;
    const char *text;
  } cases[] = {
    { 0x0000000000000000, "0" },
    { 0x8000000000000000, "0" },
    { 0x0000000000000001, "5e-324" },
    { 0x8000000000000001, "-5e-324" },
    { 0x7fefffffffffffff, "1.7976931348623157e+308" },
    { 0x4340000000000000, "9007199254740992" },
    { 0xc340000000000000, "-9007199254740992" },
    { 0x4430000000000000, "295147905179352830000" },
    { 0x44b52d02c7e14af5, "9.999999999999997e+22" },
    { 0x44b52d02c7e14af6, "1e+23" },
    { 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
    { 0x444b1ae4d6e2ef4e, "999999999999999700000" },
    { 0x444b1ae4d6e2ef4f, "999999999999999900000" },
    { 0x444b1ae4d6e2ef50, "1e+21" },
    { 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" },
    { 0x3eb0c6f7a0b5ed8d, "0.000001" },
    { 0x41b3de4355555553, "333333333.3333332" },
    { 0xbecbf647612f3696, "-0.0000033333333333333333" },
    { 0x43143ff3c1cb0959, "1424953923781206.2" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GString) out = g_string_new (NULL);
    g_autoptr (GVariant) value = NULL;
    double number;

    memcpy (&number, &cases[i].bits, sizeof number);
    value = g_variant_ref_sink (g_variant_new_double (number));
    postern_json_canonical_append (out, value);
    g_assert_cmpstr (out->str, ==, cases[i].text);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-canonical/documents", test_documents);
  g_test_add_func ("/json-canonical/numbers", test_numbers);
  return g_test_run ();
}
