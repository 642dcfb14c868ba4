/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jws.h"

#include "postern-json.h"

/*
 * Project Wycheproof's vectors, which lie beside the checkout. Each case goes the way a caller goes: the keys
 * become a set, and what is acceptable is every algorithm. No group is left out; `disputed` names the cases
 * whose verdict is another here. Where the folder beside the checkout is not there at all the test is
 * skipped; a file that is missing in it is a failure.
 */

#define SIGNATURES "json_web_signature_test.json"
#define KEYS       "json_web_key_test.json"

static const PosternJoseAlg every[] = {
    POSTERN_JOSE_ALG_RS256, POSTERN_JOSE_ALG_RS384, POSTERN_JOSE_ALG_RS512, POSTERN_JOSE_ALG_PS256,
    POSTERN_JOSE_ALG_PS384, POSTERN_JOSE_ALG_PS512, POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_ES384,
    POSTERN_JOSE_ALG_ES512, POSTERN_JOSE_ALG_EDDSA, POSTERN_JOSE_ALG_HS256, POSTERN_JOSE_ALG_HS384,
    POSTERN_JOSE_ALG_HS512,
};

/* Cases where the standards say the opposite of the vector's verdict. */
static const struct {
  const char *file;
  gint64 id;
  const char *why;
} disputed[] = {
    {SIGNATURES, 346, "refused: the key is declared for PS256, the token says PS384"},
    {SIGNATURES, 350, "refused: the key is declared for PS256, the token says PS384"},
    {SIGNATURES, 347, "refused: the key's alg is ES521, which is no algorithm"},
    {SIGNATURES, 351, "refused: the key's alg is ES521, which is no algorithm"},
    {SIGNATURES, 372, "refused: a character outside base64url in the header"},
    {SIGNATURES, 373, "refused: a character outside base64url in the payload"},
    {SIGNATURES, 367,
     "accepted: the padding that it should carry was lost; byte for byte it is case 357, which is valid"},
    {SIGNATURES, 370, "accepted: as 367"},
    {KEYS, 4,
     "accepted: the second key of that name has stray bits in its base64url, so it is none and is left out"},
};

static GVariant *
load (const char *name)
{
  const char *root = g_getenv ("G_TEST_SRCDIR");
  g_autofree char *shared = g_build_filename (root ? root : ".", "..", "shared", NULL);
  g_autofree char *path = g_build_filename (shared, "vectors", "wycheproof", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  GVariant *model;

  if (!g_file_get_contents (path, &text, &length, &error)) {
    if (g_file_test (shared, G_FILE_TEST_IS_DIR))
      g_assert_no_error (error);
    g_test_skip ("the vectors do not lie beside this checkout");
    return NULL;
  }
  model = postern_json_parse_object (text, (gssize)length, 16 * 1024 * 1024, &error);
  g_assert_no_error (error);

  return model;
}

static void
add_key (GPtrArray *keys, GVariant *model)
{
  PosternJwk *key = postern_jwk_new_from_variant (model, TRUE, NULL);

  if (key != NULL)
    g_ptr_array_add (keys, key);
}

/* A published set first; when nothing in it may be published (secrets, private keys), the keys one by one. */
static PosternJwkSet *
read_keys (GVariant *group)
{
  g_autoptr (GVariant) public = postern_json_get (group, "public");
  g_autoptr (GVariant) model = public ? g_variant_ref (public) : postern_json_get (group, "private");
  g_autoptr (GVariant) list = postern_json_get (model, "keys");
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_object_unref);
  PosternJwkSet *set;

  if (list == NULL) {
    add_key (keys, model);
    return postern_jwk_set_new (keys);
  }
  set = postern_jwk_set_new_from_variant (model, NULL);
  if (set != NULL && postern_jwk_set_get_n_keys (set) > 0)
    return set;

  g_clear_object (&set);
  for (gsize i = 0; i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (list, i);
    g_autoptr (GVariant) key = g_variant_get_variant (child);

    add_key (keys, key);
  }

  return postern_jwk_set_new (keys);
}

static gboolean
is_disputed (const char *file, gint64 id)
{
  for (guint i = 0; i < G_N_ELEMENTS (disputed); i++)
    if (disputed[i].id == id && g_str_equal (disputed[i].file, file))
      return TRUE;

  return FALSE;
}

/* @counts: refused, accepted, disputed */
static void
run_case (PosternJwkSet *set, GVariant *test, const char *file, guint *counts)
{
  gint64 id = postern_json_get_int64 (test, "tcId", 0);
  const char *result = postern_json_get_string (test, "result");
  gboolean doubt = is_disputed (file, id), valid = g_str_equal (result, "valid") != doubt;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) payload = postern_jws_verify (postern_json_get_string (test, "jws"), -1, set, every,
                                                   G_N_ELEMENTS (every), NULL, &error);

  counts[doubt ? 2 : valid]++;
  if (g_str_equal (result, "acceptable") || (payload != NULL) == valid)
    return;

  g_test_message ("case %" G_GINT64_FORMAT " (%s): %s, but %s", id, postern_json_get_string (test, "comment"),
                  result, error ? error->message : "accepted");
  g_test_fail ();
}

static void
test_file (gconstpointer name)
{
  g_autoptr (GVariant) model = load (name);
  g_autoptr (GVariant) groups = model ? postern_json_get (model, "testGroups") : NULL;
  guint counts[3] = {0};

  for (gsize i = 0; groups != NULL && i < g_variant_n_children (groups); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (groups, i);
    g_autoptr (GVariant) group = g_variant_get_variant (box);
    g_autoptr (GVariant) tests = postern_json_get (group, "tests");
    g_autoptr (PosternJwkSet) set = read_keys (group);

    for (gsize j = 0; j < g_variant_n_children (tests); j++) {
      g_autoptr (GVariant) test_box = g_variant_get_child_value (tests, j);
      g_autoptr (GVariant) test = g_variant_get_variant (test_box);

      run_case (set, test, name, counts);
    }
  }
  if (groups == NULL)
    return;

  g_test_message ("%u to accept, %u to refuse, %u where the standards differ", counts[1], counts[0],
                  counts[2]);
  g_assert_cmpint (counts[0] + counts[1] + counts[2], ==, postern_json_get_int64 (model, "numberOfTests", 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/vectors/signatures", SIGNATURES, test_file);
  g_test_add_data_func ("/vectors/keys", KEYS, test_file);

  return g_test_run ();
}
