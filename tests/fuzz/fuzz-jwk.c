/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json.h"
#include "postern-jwe.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What is taken is written and read again as the same key, and its public half shows nothing that is secret. */
static void
check_key (PosternJwk *key, gboolean with_private)
{
  static const char *const secrets[] = { "d", "p", "q", "dp", "dq", "qi", "k", "oth" };
  g_autoptr (GVariant) public = postern_jwk_to_variant (key, FALSE);
  g_autoptr (GVariant) whole = postern_jwk_to_variant (key, with_private);
  g_autoptr (PosternJwk) again = postern_jwk_new_from_variant (whole, with_private, NULL);
  g_autofree char *name = postern_jwk_dup_thumbprint (key), *same = NULL;

  for (unsigned i = 0; i < G_N_ELEMENTS (secrets); i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (public, secrets[i], NULL);
    g_assert_null (value);
  }
  if (!with_private && g_strcmp0 (postern_json_get_string (public, "kty"), "oct") == 0)
    return;
  g_assert_nonnull (again);
  same = postern_jwk_dup_thumbprint (again);
  g_assert_cmpstr (name, ==, same);
  g_assert_cmpstr (postern_jwk_get_kid (key), ==, postern_jwk_get_kid (again));
  g_assert_cmpint (postern_jwk_get_alg (key), ==, postern_jwk_get_alg (again));
}

/* No key both signs and encrypts when it says what it is for. */
static void
check_use (PosternJwk *key)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (PosternJwkSet) set = NULL;
  g_autoptr (GVariant) model = postern_jwk_to_variant (key, FALSE);
  gboolean signs = FALSE, encrypts;

  g_ptr_array_add (list, key);
  set = postern_jwk_set_new (list);
  encrypts = postern_jwe_find_key (set, POSTERN_JWE_ALG_ECDH_ES) || postern_jwe_find_key (set, POSTERN_JWE_ALG_RSA_OAEP_256);
  for (unsigned alg = POSTERN_JOSE_ALG_RS256; alg <= POSTERN_JOSE_ALG_HS512; alg++)
    signs = signs || postern_jwk_fits (key, (PosternJoseAlg) alg);
  if (postern_json_get_string (model, "use") || postern_json_get_string (model, "alg"))
    g_assert_false (signs && encrypts);
}

static void
read_one (GVariant *model, gboolean with_private)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternJwk) key = postern_jwk_new_from_variant (model, with_private, &error);

  g_assert_true ((key == NULL) == (error != NULL));
  if (!key)
    return;
  check_key (key, with_private);
  check_use (key);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GVariant) model = postern_json_parse_object ((const char *) data, (gssize) size, 0, NULL);
  g_autoptr (PosternJwkSet) set = model ? postern_jwk_set_new_from_variant (model, NULL) : NULL;

  if (!model)
    return 0;
  read_one (model, FALSE);
  read_one (model, TRUE);
  for (guint i = 0; set && i < postern_jwk_set_get_n_keys (set); i++)
    check_key (postern_jwk_set_get_key (set, i), FALSE);
  return 0;
}
