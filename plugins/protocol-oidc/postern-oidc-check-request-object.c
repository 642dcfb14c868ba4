/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

#include "postern-json.h"
#include "postern-jwt.h"
#include "postern-oidc-client-keys.h"
#include "postern-oidc-peek.h"

/* Claims of the object itself, not parameters of the request. */
static const char *const own_claims[] = { "iss", "aud", "exp", "iat", "nbf", "jti", "sub", NULL };

static const PosternJoseAlg algs[] = {
  POSTERN_JOSE_ALG_RS256, POSTERN_JOSE_ALG_RS384, POSTERN_JOSE_ALG_RS512, POSTERN_JOSE_ALG_PS256, POSTERN_JOSE_ALG_PS384,
  POSTERN_JOSE_ALG_PS512, POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_ES384, POSTERN_JOSE_ALG_ES512, POSTERN_JOSE_ALG_EDDSA,
};

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST_OBJECT, "The request object is refused: %s", why);
  return FALSE;
}

static gboolean
refuse_unsupported (GError **error, int code, const char *why)
{
  g_set_error_literal (error, POSTERN_ERROR, code, why);
  return FALSE;
}

/* The object is merged over the plain parameters (Core 6.1): what it says stands. */
static gboolean
merge_member (PosternPairs *parameters, const char *name, GVariant *value, GError **error)
{
  g_autofree char *text = NULL;

  if (g_strv_contains (own_claims, name))
    return TRUE;
  if (g_str_equal (name, "request") || g_str_equal (name, "request_uri"))
    return refuse (error, "it holds another request object");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    text = g_variant_dup_string (value, NULL);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    text = g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    text = postern_json_print (value);
  else
    return refuse (error, "a member is neither a string, a whole number nor an object");
  postern_pairs_set (parameters, name, text);
  return TRUE;
}

/* client_id and response_type must also stand outside, and say the same (Core 6.1): the keys were chosen by what stands there. */
static gboolean
check_same (PosternOidcAsk *ask, GVariant *claims, const char *name, GError **error)
{
  const char *inside = postern_json_get_string (claims, name);

  if (!g_variant_lookup (claims, name, "*", NULL) || g_strcmp0 (inside, postern_oidc_ask_get (ask, name)) == 0)
    return TRUE;
  return refuse (error, "client_id and response_type must be the same inside and outside");
}

static gboolean
must_be_signed (PosternClient *client)
{
  return postern_json_get_boolean (client->application->metadata, "require_signed_request_object", FALSE);
}

/* If it must be signed, nothing outside counts, but for client_id (RFC 9101 section 6.3). (transfer full) */
static PosternPairs *
start_merge (PosternOidcAsk *ask)
{
  PosternPairs *merged;

  if (!must_be_signed (ask->client))
    return postern_pairs_copy (ask->parameters);
  merged = postern_pairs_new ();
  postern_pairs_set (merged, "client_id", postern_oidc_ask_get (ask, "client_id"));
  return merged;
}

static gboolean
merge (PosternOidcAsk *ask, GVariant *claims, GError **error)
{
  g_autoptr (PosternPairs) merged = NULL;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (!check_same (ask, claims, "client_id", error) || !check_same (ask, claims, "response_type", error))
    return FALSE;
  merged = start_merge (ask);
  g_variant_iter_init (&iter, claims);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    if (!merge_member (merged, name, value, error)) {
      g_variant_unref (value);
      return FALSE;
    }
  postern_pairs_unref (ask->parameters);
  ask->parameters = g_steal_pointer (&merged);
  return TRUE;
}

static GVariant *
verify (PosternOidcAsk *ask, const char *object, GVariant *header, GError **error)
{
  PosternJwtRules rules = { .leeway = 30 };
  PosternJoseAlg only = ask->client->request_object_alg;
  const char *typ = postern_json_get_string (header, "typ");
  g_autoptr (GVariant) claims = NULL;
  g_autoptr (GError) why = NULL;
  g_autoptr (PosternJwkSet) keys = postern_oidc_client_keys_dup (ask->client, postern_json_get_string (header, "kid"));

  if (!keys) {
    refuse_unsupported (error, POSTERN_ERROR_REQUEST_NOT_SUPPORTED, "This application has no keys registered with which a request object could be checked");
    return NULL;
  }
  if (typ && g_ascii_strcasecmp (typ, "oauth-authz-req+jwt") == 0)
    rules.typ = "oauth-authz-req+jwt";
  claims = postern_jwt_verify (object, -1, keys, only ? &only : algs, only ? 1 : G_N_ELEMENTS (algs), &rules, &why);
  if (!claims)
    refuse (error, "its signature, its algorithm or its times are wrong");
  return g_steal_pointer (&claims);
}

/* RFC 9101 section 5 and 6.2: made by this application, for us. With itself as sub it is a JWT to show who it is (section 10.8). */
static gboolean
check_parties (PosternOidcAsk *ask, GVariant *claims, GError **error)
{
  const char *issuer = postern_json_get_string (claims, "iss");
  g_auto (GStrv) audience = postern_json_dup_strv (claims, "aud", TRUE);

  if (issuer && g_strcmp0 (issuer, ask->client->application->id) != 0)
    return refuse (error, "iss is not the client_id");
  if (audience && !g_strv_contains ((const char *const *) audience, postern_oidc_get_issuer (ask->oidc)))
    return refuse (error, "aud does not name this issuer");
  if (g_strcmp0 (postern_json_get_string (claims, "sub"), ask->client->application->id) == 0)
    return refuse (error, "it is a client assertion: sub is the client_id");
  return TRUE;
}

static gboolean
read_object (PosternOidcAsk *ask, const char *object, GError **error)
{
  g_autoptr (GVariant) header = postern_oidc_peek_read (object, POSTERN_OIDC_PEEK_HEADER);
  g_autoptr (GVariant) claims = NULL;

  if (!header)
    return refuse (error, "it is not a compact JWS of at most 64 KiB");
  if (g_strcmp0 (postern_json_get_string (header, "alg"), "none") == 0)
    return refuse_unsupported (error, POSTERN_ERROR_REQUEST_NOT_SUPPORTED, "Request objects must be signed");
  claims = verify (ask, object, header, error);
  return claims && check_parties (ask, claims, error) && merge (ask, claims, error);
}

static gboolean
read_all (PosternOidcAsk *ask, GError **error)
{
  const char *object = postern_oidc_ask_get (ask, "request");

  if (postern_oidc_ask_get (ask, "request_uri"))
    return refuse_unsupported (error, POSTERN_ERROR_REQUEST_URI_NOT_SUPPORTED, "Request objects are taken by value only");
  if (postern_oidc_ask_get (ask, "registration"))
    return refuse_unsupported (error, POSTERN_ERROR_REGISTRATION_NOT_SUPPORTED, "The parameter registration is not supported");
  if (object)
    return read_object (ask, object, error);
  if (must_be_signed (ask->client))
    return refuse_unsupported (error, POSTERN_ERROR_INVALID_REQUEST, "This application must send its request as a signed request object");
  return TRUE;
}

/*
 * OpenID Connect Core 6, RFC 9101. Runs before the redirect URI is checked, for the object may bring it. If the object
 * is refused and the plain redirect URI is a good one, the application hears of it there.
 */
gboolean
postern_oidc_check_request_object (PosternOidcAsk *ask, GError **error)
{
  if (read_all (ask, error))
    return TRUE;
  if (postern_oidc_check_redirect_uri (ask, NULL))
    postern_oidc_check_response_mode (ask, NULL);
  return FALSE;
}
