/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#define META(name) "metadata." name
#define ABOUT                                                                                                                 \
  { "name", POSTERN_CLI_STRING, "name", "NAME", "What people see" },                                                          \
  { "redirect-uri", POSTERN_CLI_LIST, META ("redirect_uris"), "URL", "Where people come back to, exactly" },                  \
  { "post-logout-redirect-uri", POSTERN_CLI_LIST, META ("post_logout_redirect_uris"), "URL", "Where people come back to after signing out" }, \
  { "backchannel-logout-uri", POSTERN_CLI_STRING, META ("backchannel_logout_uri"), "URL", "Told when a session ends" },       \
  { "first-party", POSTERN_CLI_TRUE, "first_party", NULL, "Ours: nobody is asked for consent" },                              \
  { "scope", POSTERN_CLI_STRING, META ("scope"), "SCOPES", "What it may ask for, separated by spaces" },                      \
  { "resource", POSTERN_CLI_LIST, META ("resources"), "URI", "Audience it may ask tokens for (RFC 8707)" },                   \
  { "grant-type", POSTERN_CLI_LIST, META ("grant_types"), "TYPE", "authorization_code, refresh_token, client_credentials" },  \
  { "response-type", POSTERN_CLI_LIST, META ("response_types"), "TYPE", "code" },                                             \
  { "auth-method", POSTERN_CLI_STRING, META ("token_endpoint_auth_method"), "METHOD", "none, client_secret_basic, client_secret_post, private_key_jwt" }, \
  { "jwks", POSTERN_CLI_JSON, META ("jwks"), "JSON|@FILE", "Its public keys" },                                               \
  { "jwks-uri", POSTERN_CLI_STRING, META ("jwks_uri"), "URL", "Where its public keys are" },                                  \
  { "id-token-alg", POSTERN_CLI_STRING, META ("id_token_signed_response_alg"), "ALG", "RS256, PS256, ES256, ES384, EdDSA" },  \
  { "access-token-alg", POSTERN_CLI_STRING, META ("access_token_signed_response_alg"), "ALG", "Likewise for access tokens" }, \
  { "access-token-format", POSTERN_CLI_STRING, META ("access_token_format"), "FORMAT", "jwt (default), or opaque: kept here, and read by introspection" }, \
  { "userinfo-alg", POSTERN_CLI_STRING, META ("userinfo_signed_response_alg"), "ALG", "Sign userinfo answers" },              \
  { "id-token-encryption-alg", POSTERN_CLI_STRING, META ("id_token_encrypted_response_alg"), "ALG", "Encrypt ID tokens to its keys: RSA-OAEP-256, ECDH-ES" }, \
  { "id-token-encryption-enc", POSTERN_CLI_STRING, META ("id_token_encrypted_response_enc"), "ENC", "A128GCM, A256GCM" },     \
  { "userinfo-encryption-alg", POSTERN_CLI_STRING, META ("userinfo_encrypted_response_alg"), "ALG", "Likewise for userinfo answers" }, \
  { "userinfo-encryption-enc", POSTERN_CLI_STRING, META ("userinfo_encrypted_response_enc"), "ENC", "A128GCM, A256GCM" },     \
  { "request-object-alg", POSTERN_CLI_STRING, META ("request_object_signing_alg"), "ALG", "Request objects must be signed so" }, \
  { "access-token-lifetime", POSTERN_CLI_INTEGER, META ("access_token_lifetime"), "SECONDS", "Instead of the policy's" },     \
  { "id-token-lifetime", POSTERN_CLI_INTEGER, META ("id_token_lifetime"), "SECONDS", "Instead of the policy's" },             \
  { "refresh-token-lifetime", POSTERN_CLI_INTEGER, META ("refresh_token_lifetime"), "SECONDS", "Instead of the policy's" },   \
  { "no-refresh-rotation", POSTERN_CLI_FALSE, META ("refresh_token_rotation"), NULL, "Refresh tokens stay the same" },        \
  { "default-max-age", POSTERN_CLI_INTEGER, META ("default_max_age"), "SECONDS", "How old a sign-in may be" },                \
  { "second-factor", POSTERN_CLI_STRING, META ("second_factor"), "RULE", "Whether a sign-in needs one: off, optional, prompted, required; never less than the tenant asks" }, \
  { "no-pkce", POSTERN_CLI_FALSE, META ("require_pkce"), NULL, "Codes without PKCE are accepted" },                           \
  { "authorization-challenge", POSTERN_CLI_TRUE, META ("authorization_challenge"), NULL, "It may sign people in without a browser; only with --first-party" }, \
  { "logo-uri", POSTERN_CLI_STRING, META ("logo_uri"), "URL", "Picture on the consent page" },                                \
  { "client-uri", POSTERN_CLI_STRING, META ("client_uri"), "URL", "Its home page" },                                          \
  { "policy-uri", POSTERN_CLI_STRING, META ("policy_uri"), "URL", "Its privacy policy" },                                     \
  { "tos-uri", POSTERN_CLI_STRING, META ("tos_uri"), "URL", "Its terms of service" },                                         \
  { "metadata", POSTERN_CLI_JSON, "metadata", "JSON|@FILE", "All of it at once, with the names of RFC 7591" }

/* --metadata comes first, so that single options add to it */
static const PosternCliOption create_options[] = {
  { "kind", POSTERN_CLI_STRING, "kind", "KIND", "web (default), spa, native or service" },
  ABOUT,
  { NULL },
};
static const PosternCliOption update_options[] = {
  ABOUT,
  { "no-authorization-challenge", POSTERN_CLI_FALSE, META ("authorization_challenge"), NULL, "It sends people to a browser" },
  { "third-party", POSTERN_CLI_FALSE, "first_party", NULL, "People are asked for consent" },
  { "disable", POSTERN_CLI_FALSE, "enabled", NULL, "Nothing works for it any more" },
  { "enable", POSTERN_CLI_TRUE, "enabled", NULL, "It works again" },
  { NULL },
};
static const PosternCliOption secret_options[] = {
  { "expires-at", POSTERN_CLI_INTEGER, "expires_at", "TIME", "Seconds since 1970" },
  { NULL },
};

const PosternCliOption postern_cli_claims_hook_options[] = {
  { "endpoint", POSTERN_CLI_STRING, "url", "URL", "Who is asked" },
  { "timeout", POSTERN_CLI_INTEGER, "timeout", "MILLISECONDS", "How long an answer may take: 50 to 2000; 500 unless it is said" },
  { "on-failure", POSTERN_CLI_STRING, "on_failure", "WHAT", "refuse (default): no token without a good answer; without: one without its claims" },
  { "secret", POSTERN_CLI_STRING, "secret", "SECRET", "What signs the questions: whsec_ and base64; one is made unless there is one" },
  { NULL },
};

#define COLUMNS "client_id name kind first_party enabled created_at"

static const PosternCliCommand commands[] = {
  { "create", NULL, "Makes an application and shows its client_id and, this once, its client_secret.", "POST", "/api/v1/applications", NULL, create_options },
  { "list", NULL, "Lists applications.", "GET", "/api/v1/applications", COLUMNS },
  { "show", "APPLICATION", "Shows an application; APPLICATION is its client_id.", "GET", "/api/v1/applications/{}" },
  { "update", "APPLICATION", "Changes what is given; a list replaces the old one.", "PATCH", "/api/v1/applications/{}", NULL, update_options },
  { "delete", "APPLICATION", "Deletes an application, its grants and tokens.", "DELETE", "/api/v1/applications/{}" },
  { "add-secret", "APPLICATION", "Makes a further client_secret; the old ones stay good until they are removed.", "POST", "/api/v1/applications/{}/secrets", NULL, secret_options },
  { "remove-secret", "APPLICATION SECRET", "Removes a client_secret by its id.", "DELETE", "/api/v1/applications/{}/secrets/{}" },
  { "claims-hook", "APPLICATION", "Shows who is asked what its ID tokens and userinfo say besides.", "GET", "/api/v1/applications/{}/claims-hook" },
  { "set-claims-hook", "APPLICATION", "Has somebody asked that, and shows the secret that signs the questions, if it is new.", "PUT", "/api/v1/applications/{}/claims-hook", NULL, postern_cli_claims_hook_options },
  { "delete-claims-hook", "APPLICATION", "Has nobody asked any more.", "DELETE", "/api/v1/applications/{}/claims-hook" },
  { NULL },
};

const PosternCliNoun postern_cli_app = { "app", "The applications that people sign in to.", commands };
