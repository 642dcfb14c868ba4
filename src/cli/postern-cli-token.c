/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#include <string.h>

#include "postern-jwt.h"

/* --- decode: reads, does not trust ---------------------------------------------------------------------------------- */

static GVariant *
decode_part (const char *text, gsize length, GError **error)
{
  g_autoptr (GBytes) bytes = postern_base64url_decode (text, (gssize) length, POSTERN_JWS_MAX_BYTES);

  if (bytes != NULL)
    return postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), 0, error);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "this is no JWT: a part of it is not base64url");
  return NULL;
}

static GVariant *
pair_up (GVariant *header, GVariant *claims, gboolean verified)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert_value (&dict, "header", header);
  g_variant_dict_insert_value (&dict, "claims", claims);
  g_variant_dict_insert (&dict, "verified", "b", verified);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static void
print_parts (PosternCliCall *call, GVariant *header, GVariant *claims, gboolean verified)
{
  g_autoptr (GVariant) both = pair_up (header, claims, verified);

  postern_cli_print_answer (call, both);
  if (!call->json && !verified)
    g_print ("\nThe signature was not checked; `postern token verify` does.\n");
}

static gboolean
decode (PosternCliCall *call, GError **error)
{
  const char *token = postern_cli_call_get_operand (call, 0);
  const char *first = strchr (token, '.'), *second = first ? strchr (first + 1, '.') : NULL;
  g_autoptr (GVariant) header = NULL, claims = NULL;

  if (second == NULL || strchr (second + 1, '.') != NULL)
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "this is no JWT: it needs three parts with dots between");
      return FALSE;
    }
  header = decode_part (token, (gsize) (first - token), error);
  claims = header ? decode_part (first + 1, (gsize) (second - first - 1), error) : NULL;
  if (claims == NULL)
    return FALSE;
  print_parts (call, header, claims, FALSE);
  return TRUE;
}

/* --- verify: with the server's own keys ------------------------------------------------------------------------------ */

static PosternJwkSet *
fetch_keys (PosternCliCall *call, GError **error)
{
  g_autoptr (GVariant) answer = NULL, items = NULL;
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_object_unref);

  if (!postern_cli_call_api (call, "GET", "/api/v1/keys", NULL, &answer, error))
    return NULL;
  items = postern_json_get (answer, "items");
  for (gsize i = 0; items != NULL && i < g_variant_n_children (items); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (items, i);
      g_autoptr (GVariant) row = g_variant_get_variant (box);
      g_autoptr (GVariant) model = postern_json_get (row, "public_jwk");
      PosternJwk *key = model ? postern_jwk_new_from_variant (model, FALSE, NULL) : NULL;

      if (key != NULL)
        g_ptr_array_add (keys, key);
    }
  return postern_jwk_set_new (keys);
}

static gboolean
verify (PosternCliCall *call, GError **error)
{
  static const PosternJoseAlg algs[] = { POSTERN_JOSE_ALG_RS256, POSTERN_JOSE_ALG_PS256, POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_ES384, POSTERN_JOSE_ALG_EDDSA };
  const char *token = postern_cli_call_get_operand (call, 0);
  g_autoptr (PosternJwkSet) keys = fetch_keys (call, error);
  g_autoptr (GVariant) status = NULL, header = NULL, claims = NULL;
  PosternJwtRules rules = { .audience = postern_cli_call_get_value (call, "audience"), .require_exp = TRUE, .leeway = 5 };

  if (keys == NULL || !postern_cli_call_api (call, "GET", "/api/v1/status", NULL, &status, error))
    return FALSE;
  header = postern_jws_peek_header (token, -1, error);
  if (header == NULL)
    return FALSE;
  rules.issuer = postern_json_get_string (status, "issuer");
  rules.typ = postern_json_get_string (header, "typ"); /* any kind of token of ours */
  claims = postern_jwt_verify (token, -1, keys, algs, G_N_ELEMENTS (algs), &rules, error);
  if (claims == NULL)
    return FALSE;
  print_parts (call, header, claims, TRUE);
  return TRUE;
}

static const PosternCliOption verify_options[] = {
  { "audience", POSTERN_CLI_STRING, NULL, "NAME", "It must be meant for this audience" },
  { NULL },
};
static const PosternCliOption list_options[] = {
  { "user", POSTERN_CLI_STRING, "?user", "USER", "Whose (needed)" },
  { NULL },
};
static const PosternCliOption revoke_all_options[] = {
  { "user", POSTERN_CLI_STRING, "user", "USER", "All of this user" },
  { "app", POSTERN_CLI_STRING, "application", "APPLICATION", "All of this application" },
  { NULL },
};

static const PosternCliCommand commands[] = {
  { "decode", "TOKEN", "Shows what a JWT says, without checking it.", NULL, NULL, NULL, NULL, decode, .alone = TRUE },
  { "verify", "TOKEN", "Checks a JWT of this server: signature, issuer, times; then shows it.", NULL, NULL, NULL, verify_options, verify },
  { "list", NULL, "Lists the grants of a user: each is what tokens come from.", "GET", "/api/v1/grants", "id application_id scope offline created_at expires_at revoked_at", list_options },
  { "show", "GRANT", "Shows a grant.", "GET", "/api/v1/grants/{}" },
  { "revoke", "GRANT", "Revokes a grant and all tokens from it.", "DELETE", "/api/v1/grants/{}" },
  { "revoke-all", NULL, "Revokes all grants of a user, of an application, or of the one for the other; people are asked again.", "POST", "/api/v1/grant-revocations", NULL, revoke_all_options },
  { NULL },
};

const PosternCliNoun postern_cli_token = { "token", "Tokens, and the grants they come from.", commands };
