/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-assertion.h"

#include "postern-json.h"
#include "postern-jwt.h"
#include "postern-oidc-client-keys.h"
#include "postern-oidc-peek.h"

#define LEEWAY 30 /* seconds that its clock may differ */
#define TICKET_KIND "client-assertion"

static const PosternJoseAlg algs[] = {
  POSTERN_JOSE_ALG_RS256, POSTERN_JOSE_ALG_RS384, POSTERN_JOSE_ALG_RS512, POSTERN_JOSE_ALG_PS256, POSTERN_JOSE_ALG_PS384,
  POSTERN_JOSE_ALG_PS512, POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_ES384, POSTERN_JOSE_ALG_ES512, POSTERN_JOSE_ALG_EDDSA,
};

char *
postern_oidc_assertion_peek_client (const char *assertion)
{
  g_autoptr (GVariant) claims = postern_oidc_peek_read (assertion, POSTERN_OIDC_PEEK_CLAIMS);

  return claims ? g_strdup (postern_json_get_string (claims, "sub")) : NULL;
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_CLIENT, "The client assertion is refused: %s", why);
  return FALSE;
}

static GVariant *
verify (PosternOidc *oidc, PosternClient *client, const char *assertion)
{
  PosternJwtRules rules = { .issuer = client->application->id, .audience = postern_oidc_get_issuer (oidc), .sole_audience = TRUE,
                            .require_exp = TRUE, .require_sub = TRUE, .require_jti = TRUE, .leeway = LEEWAY };
  g_autoptr (GVariant) header = postern_oidc_peek_read (assertion, POSTERN_OIDC_PEEK_HEADER);
  const char *typ = header ? postern_json_get_string (header, "typ") : NULL;
  const char *only_name = postern_json_get_string (client->application->metadata, "token_endpoint_auth_signing_alg");
  PosternJoseAlg only = only_name ? postern_jose_alg_from_string (only_name) : POSTERN_JOSE_ALG_UNKNOWN;
  g_autoptr (PosternJwkSet) keys = NULL;

  if (!header)
    return NULL;
  if (typ && g_ascii_strcasecmp (typ, "client-authentication+jwt") == 0)
    rules.typ = "client-authentication+jwt";
  keys = postern_oidc_client_keys_dup (client, postern_json_get_string (header, "kid"));
  return keys ? postern_jwt_verify (assertion, -1, keys, only ? &only : algs, only ? 1 : G_N_ELEMENTS (algs), &rules, NULL) : NULL;
}

typedef struct {
  const char *client_id, *jti;
  gint64 now, expires_at;
} Use;

static gboolean
remember (PosternTxn *txn, gpointer user_data, GError **error)
{
  Use *use = user_data;
  g_autoptr (PosternTicket) ticket = postern_ticket_new ();
  g_autofree char *name = g_strconcat (TICKET_KIND, " ", use->client_id, " ", use->jti, NULL);

  ticket->hash = postern_secret_hash (name);
  ticket->kind = g_strdup (TICKET_KIND);
  ticket->created_at = use->now;
  ticket->expires_at = use->expires_at;
  return postern_ticket_store_insert (txn, ticket, error);
}

gboolean
postern_oidc_assertion_check (PosternOidc *oidc, PosternClient *client, const char *assertion, GError **error)
{
  g_autoptr (GVariant) claims = verify (oidc, client, assertion);
  Use use = { .client_id = client->application->id, .now = postern_oidc_now () };
  g_autoptr (GError) local = NULL;
  gint64 exp;

  if (!claims || g_strcmp0 (postern_json_get_string (claims, "sub"), client->application->id) != 0)
    return refuse (error, "it is not signed with a key of this application, or iss, sub, aud or exp are wrong");
  if (!postern_json_get_string (claims, "aud"))
    return refuse (error, "aud must be our issuer, as one string");
  exp = postern_json_get_int64 (claims, "exp", 0);
  if (exp <= 0 || exp > use.now + POSTERN_OIDC_ASSERTION_MAX_LIFETIME)
    return refuse (error, "exp must lie at most ten minutes ahead, and be a whole number");
  use.jti = postern_json_get_string (claims, "jti");
  use.expires_at = MAX (exp, use.now) + LEEWAY + 1;
  if (postern_store_write (postern_tenant_get_store (postern_oidc_get_tenant (oidc)), POSTERN_KEEP_LASTING, remember, &use, &local))
    return TRUE;
  if (g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    return refuse (error, "its jti was used before");
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}
