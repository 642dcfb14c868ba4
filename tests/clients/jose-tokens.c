/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json.h"
#include "postern-jwt.h"

#include <stdio.h>
#include <string.h>

/*
 * Our half of jose.mjs. `jose-tokens sign` makes a key and a token for each algorithm and prints
 * {"jwks":{…},"tokens":[{"alg","kid","token","thumbprint","private"}]}. `jose-tokens verify` reads
 * {"jwks":{…},"tokens":["…"]} and prints {"results":["" or why it was refused, …]}.
 */

#define ISSUER   "https://id.example"
#define AUDIENCE "https://api.example"
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
  g_variant_dict_insert (&claims, "sub", "s", "Grüße, 日本 \"\\");
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

static int
verify_all (void)
{
  gsize length;
  g_autofree char *input = read_input (&length), *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) model = postern_json_parse_object (input, (gssize)length, MOST, &error);
  g_autoptr (GVariant) jwks = model ? postern_json_get (model, "jwks") : NULL;
  g_auto (GStrv) tokens = model ? postern_json_dup_strv (model, "tokens", FALSE) : NULL;
  g_autoptr (PosternJwkSet) set = jwks ? postern_jwk_set_new_from_variant (jwks, &error) : NULL;
  g_auto (GVariantBuilder) results = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));
  g_auto (GVariantDict) whole = G_VARIANT_DICT_INIT (NULL);
  PosternJwtRules rules = {.issuer = ISSUER,
                           .audience = AUDIENCE,
                           .sole_audience = TRUE,
                           .require_exp = TRUE,
                           .require_sub = TRUE};

  if (set == NULL || tokens == NULL)
    g_error ("the input cannot be read: %s", error ? error->message : "jwks or tokens is missing");

  for (guint i = 0; tokens[i] != NULL; i++) {
    g_autoptr (GError) problem = NULL;
    g_autoptr (GVariant) claims =
        postern_jwt_verify (tokens[i], -1, set, algs, G_N_ELEMENTS (algs), &rules, &problem);

    g_variant_builder_add (&results, "s", claims ? "" : problem->message);
  }
  g_variant_dict_insert_value (&whole, "results", g_variant_builder_end (&results));
  text = postern_json_print (g_variant_dict_end (&whole));
  puts (text);

  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "sign") == 0)
    return sign_all ();
  if (argc == 2 && strcmp (argv[1], "verify") == 0)
    return verify_all ();

  fputs ("usage: jose-tokens sign | verify\n", stderr);
  return 2;
}
