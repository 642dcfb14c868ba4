/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json.h"
#include "postern-jwe.h"
#include "postern-jwt.h"

#include <stdio.h>
#include <string.h>

/*
 * Our half of jose.mjs. `jose-tokens sign` makes a key and a token for each algorithm and prints
 * {"jwks":{…},"tokens":[{"alg","kid","token","thumbprint","private"}]}. `jose-tokens verify` reads
 * {"jwks":{…},"tokens":["…"]} and prints {"results":["" or why it was refused, …]}. `jose-tokens encrypt` reads
 * {"jwks":{…}} and prints {"tokens":["…"]}, PLAIN encrypted to each key with each `enc`. `jose-tokens decrypt` reads
 * {"keys":[…],"tokens":["…"]} and prints {"results":["what was within" or "refused: why", …]}.
 */

#define ISSUER   "https://id.example"
#define AUDIENCE "https://api.example"
#define PLAIN    "Grüße, 日本 \"\\"
#define MOST     (4 * 1024 * 1024)

static const PosternJoseAlg algs[] = {
    POSTERN_JOSE_ALG_RS256, POSTERN_JOSE_ALG_RS384, POSTERN_JOSE_ALG_RS512, POSTERN_JOSE_ALG_PS256,
    POSTERN_JOSE_ALG_PS384, POSTERN_JOSE_ALG_PS512, POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_ES384,
    POSTERN_JOSE_ALG_ES512, POSTERN_JOSE_ALG_EDDSA,
};

static GVariant *
make_claims (void)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_auto (GVariantDict) claims = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&claims, "iss", "s", ISSUER);
  g_variant_dict_insert (&claims, "aud", "s", AUDIENCE);
  g_variant_dict_insert (&claims, "sub", "s", PLAIN);
  g_variant_dict_insert (&claims, "iat", "x", now);
  g_variant_dict_insert (&claims, "exp", "x", now + 600);

  return g_variant_dict_end (&claims);
}

static void
sign_one (PosternJoseAlg alg, GVariantBuilder *keys, GVariantBuilder *tokens)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternJwk) key = postern_jwk_generate (alg, 0, &error);
  g_autofree char *token = key ? postern_jwt_sign (key, alg, "at+jwt", make_claims (), &error) : NULL;
  g_autofree char *thumbprint = NULL;
  g_autoptr (GVariant) public = NULL, private = NULL;
  g_auto (GVariantDict) row = G_VARIANT_DICT_INIT (NULL);

  if (token == NULL)
    g_error ("%s: %s", postern_jose_alg_to_string (alg), error->message);

  thumbprint = postern_jwk_dup_thumbprint (key);
  public = postern_jwk_to_variant (key, FALSE);
  private = postern_jwk_to_variant (key, TRUE);
  g_variant_builder_add (keys, "v", public);
  g_variant_dict_insert (&row, "alg", "s", postern_jose_alg_to_string (alg));
  g_variant_dict_insert (&row, "kid", "s", postern_jwk_get_kid (key));
  g_variant_dict_insert (&row, "token", "s", token);
  g_variant_dict_insert (&row, "thumbprint", "s", thumbprint);
  g_variant_dict_insert_value (&row, "private", private);
  g_variant_builder_add (tokens, "v", g_variant_dict_end (&row));
}

static int
sign_all (void)
{
  g_auto (GVariantBuilder) keys = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_auto (GVariantBuilder) tokens = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_auto (GVariantDict) jwks = G_VARIANT_DICT_INIT (NULL);
  g_auto (GVariantDict) whole = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (algs); i++)
    sign_one (algs[i], &keys, &tokens);
  g_variant_dict_insert_value (&jwks, "keys", g_variant_builder_end (&keys));
  g_variant_dict_insert_value (&whole, "jwks", g_variant_dict_end (&jwks));
  g_variant_dict_insert_value (&whole, "tokens", g_variant_builder_end (&tokens));
  text = postern_json_print (g_variant_dict_end (&whole));
  puts (text);

  return 0;
}

static char *
read_input (gsize *length)
{
  GString *text = g_string_new (NULL);
  char piece[4096];
  size_t n;

  while (text->len < MOST && (n = fread (piece, 1, sizeof piece, stdin)) > 0)
    g_string_append_len (text, piece, (gssize)n);
  *length = text->len;

  return g_string_free (text, FALSE);
}

/* (transfer full): what stands on the input */
static GVariant *
read_model (void)
{
  gsize length;
  g_autofree char *input = read_input (&length);
  g_autoptr (GError) error = NULL;
  GVariant *model = postern_json_parse_object (input, (gssize)length, MOST, &error);

  if (model == NULL)
    g_error ("the input cannot be read: %s", error->message);

  return model;
}

static int
print_list (const char *name, GVariantBuilder *list)
{
  g_auto (GVariantDict) whole = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *text = NULL;

  g_variant_dict_insert_value (&whole, name, g_variant_builder_end (list));
  text = postern_json_print (g_variant_dict_end (&whole));
  puts (text);

  return 0;
}

static int
verify_all (void)
{
  g_autoptr (GVariant) model = read_model ();
  g_autoptr (GVariant) jwks = postern_json_get (model, "jwks");
  g_auto (GStrv) tokens = postern_json_dup_strv (model, "tokens", FALSE);
  g_autoptr (PosternJwkSet) set = postern_jwk_set_new_from_variant (jwks, NULL);
  g_auto (GVariantBuilder) results = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));
  PosternJwtRules rules = {.issuer = ISSUER,
                           .audience = AUDIENCE,
                           .sole_audience = TRUE,
                           .require_exp = TRUE,
                           .require_sub = TRUE};

  for (guint i = 0; tokens[i] != NULL; i++) {
    g_autoptr (GError) problem = NULL;
    g_autoptr (GVariant) claims =
        postern_jwt_verify (tokens[i], -1, set, algs, G_N_ELEMENTS (algs), &rules, &problem);

    g_variant_builder_add (&results, "s", claims ? "" : problem->message);
  }

  return print_list ("results", &results);
}

static void
encrypt_one (PosternJwkSet *set, PosternJwk *key, PosternJweEnc enc, GVariantBuilder *tokens)
{
  PosternJweAlg alg = postern_jwe_find_key (set, POSTERN_JWE_ALG_ECDH_ES) == key ? POSTERN_JWE_ALG_ECDH_ES
                                                                                 : POSTERN_JWE_ALG_RSA_OAEP_256;
  g_autoptr (GBytes) plain = g_bytes_new_static (PLAIN, strlen (PLAIN));
  g_autoptr (GError) error = NULL;
  g_autofree char *token = postern_jwe_encrypt (key, alg, enc, "text", plain, &error);

  if (token == NULL)
    g_error ("%s", error->message);
  g_variant_builder_add (tokens, "s", token);
}

static int
encrypt_all (void)
{
  g_autoptr (GVariant) model = read_model ();
  g_autoptr (GVariant) jwks = postern_json_get (model, "jwks");
  g_autoptr (PosternJwkSet) set = postern_jwk_set_new_from_variant (jwks, NULL);
  g_auto (GVariantBuilder) tokens = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));

  for (guint i = 0; i < postern_jwk_set_get_n_keys (set); i++) {
    g_autoptr (GPtrArray) list = g_ptr_array_new ();
    g_autoptr (PosternJwkSet) lone = NULL;
    PosternJwk *key = postern_jwk_set_get_key (set, i);

    g_ptr_array_add (list, key);
    lone = postern_jwk_set_new (list);
    encrypt_one (lone, key, POSTERN_JWE_ENC_A128GCM, &tokens);
    encrypt_one (lone, key, POSTERN_JWE_ENC_A256GCM, &tokens);
  }

  return print_list ("tokens", &tokens);
}

/* Ours are never published, so they are read one by one. */
static PosternJwkSet *
read_private_keys (GVariant *model)
{
  g_autoptr (GVariant) keys = postern_json_get (model, "keys");
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_object_unref);

  for (gsize i = 0; i < g_variant_n_children (keys); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (keys, i);
    g_autoptr (GVariant) member = g_variant_get_variant (box);
    g_autoptr (GError) error = NULL;
    PosternJwk *key = postern_jwk_new_from_variant (member, TRUE, &error);

    if (key == NULL)
      g_error ("%s", error->message);
    g_ptr_array_add (list, key);
  }

  return postern_jwk_set_new (list);
}

static int
decrypt_all (void)
{
  g_autoptr (GVariant) model = read_model ();
  g_autoptr (PosternJwkSet) set = read_private_keys (model);
  g_auto (GStrv) tokens = postern_json_dup_strv (model, "tokens", FALSE);
  g_auto (GVariantBuilder) results = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));

  for (guint i = 0; tokens[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) plain = postern_jwe_decrypt (tokens[i], -1, set, NULL, NULL, &error);
    g_autofree char *text = plain ? g_strndup (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain))
                                  : g_strconcat ("refused: ", error->message, NULL);

    g_variant_builder_add (&results, "s", text);
  }

  return print_list ("results", &results);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    int (*run) (void);
  } verbs[] = {{"sign", sign_all}, {"verify", verify_all}, {"encrypt", encrypt_all}, {"decrypt", decrypt_all}};

  for (guint i = 0; argc == 2 && i < G_N_ELEMENTS (verbs); i++)
    if (strcmp (argv[1], verbs[i].name) == 0)
      return verbs[i].run ();

  fputs ("usage: jose-tokens sign | verify | encrypt | decrypt\n", stderr);
  return 2;
}
