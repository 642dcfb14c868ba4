/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-register.h"

#include "postern-json.h"
#include "postern-oidc-bearer.h"
#include "postern-oidc-claims.h"
#include "postern-oidc-json.h"
#include "postern-seal.h"

#include <string.h>

#define MAX_BYTES (64 * 1024)

/* What an application may say of itself. `scope` is read apart: only the standard ones. */
static const char *const members[] = {
  "redirect_uris", "post_logout_redirect_uris", "grant_types", "response_types", "token_endpoint_auth_method",
  "token_endpoint_auth_signing_alg", "jwks", "jwks_uri", "id_token_signed_response_alg", "userinfo_signed_response_alg",
  "id_token_encrypted_response_alg", "id_token_encrypted_response_enc", "userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc",
  "request_object_signing_alg", "require_signed_request_object", "backchannel_logout_uri", "backchannel_logout_session_required",
  "default_max_age", "require_auth_time", "application_type", "subject_type", "client_name", "client_uri", "logo_uri", "policy_uri",
  "tos_uri", "initiate_login_uri", "contacts", "software_id", "software_version", NULL,
};

static const char *
get_token (PosternOidc *self)
{
  const char *token = postern_settings_get_string (postern_instance_get_settings (POSTERN_INSTANCE (self)), "registration-token");

  return token && *token ? token : NULL;
}

gboolean
postern_oidc_register_is_enabled (PosternOidc *self)
{
  return get_token (self) != NULL;
}

static gboolean
check_token (PosternOidc *self, PosternRequest *request, GError **error)
{
  g_autoptr (GError) local = NULL;
  const char *token = postern_oidc_bearer_get (request, &local);
  g_autofree char *shown = token ? postern_secret_hash (token) : NULL;
  g_autofree char *known = get_token (self) ? postern_secret_hash (get_token (self)) : NULL;

  if (shown && postern_secret_equal (shown, known))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_TOKEN, "Registration needs the initial access token that the operator has set");
  return FALSE;
}

static GVariant *
read_body (PosternRequest *request, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (postern_request_get_body (request), &length);
  GVariant *body = text ? postern_json_parse_object (text, (gssize) length, MAX_BYTES, NULL) : NULL;

  if (!body)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The body is not a JSON object");
  return body;
}

static char *
dup_scope (GVariant *body)
{
  const char *text = postern_json_get_string (body, "scope");
  g_auto (GStrv) asked = g_strsplit (text ? text : "", " ", 100);
  g_autoptr (GString) scope = g_string_new (NULL);

  for (char **word = asked; *word; word++)
    if (g_strv_contains (postern_oidc_claims_get_scopes (), *word) && !strstr (scope->str, *word))
      g_string_append_printf (scope, "%s%s", scope->len ? " " : "", *word);
  return scope->len ? g_strdup (scope->str) : NULL;
}

static GVariant *
pick_members (GVariant *body)
{
  g_auto (PosternJsonObject) builder = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *scope = dup_scope (body);

  for (guint i = 0; members[i]; i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (body, members[i], NULL);
    if (value)
      postern_json_object_add (&builder, members[i], value);
  }
  postern_json_object_add_string (&builder, "scope", scope);
  /* RFC 7591 has no member by which a client could say that it knows PKCE: only who has no secret must. */
  postern_json_object_add_boolean (&builder, "require_pkce", FALSE);
  return g_variant_ref_sink (postern_json_object_end (&builder));
}

/* Whoever cannot keep a secret is a native application or one in the browser. */
static const char *
find_kind (GVariant *metadata)
{
  if (g_strcmp0 (postern_json_get_string (metadata, "application_type"), "native") == 0)
    return "native";
  return g_strcmp0 (postern_json_get_string (metadata, "token_endpoint_auth_method"), "none") == 0 ? "spa" : "web";
}

static PosternApplication *
make_application (GVariant *body, GError **error)
{
  g_autoptr (PosternApplication) application = postern_application_new ();
  const char *name = postern_json_get_string (body, "client_name");

  application->id = postern_id_new ("app");
  application->name = g_strdup (name ? name : "Registered application");
  application->metadata = pick_members (body);
  application->kind = g_strdup (find_kind (application->metadata));
  application->enabled = TRUE;
  application->secrets = g_variant_ref_sink (g_variant_new ("av", NULL));
  application->created_at = application->updated_at = postern_oidc_now ();
  return postern_application_validate (application, error) ? g_steal_pointer (&application) : NULL;
}

static gboolean
insert (PosternTxn *txn, gpointer application, GError **error)
{
  return postern_application_store_insert (txn, application, error);
}

/* What the application's record now means, defaults included (RFC 7591 section 3.2.1). */
static GString *
write_answer (PosternApplication *application, PosternClient *client, const char *secret)
{
  GString *out = g_string_new ("{");
  g_autofree char *scope = g_strjoinv (" ", client->scopes);
  g_autoptr (GVariantDict) rest = g_variant_dict_new (application->metadata);
  g_autoptr (GVariant) others = NULL;

  postern_oidc_json_add_string (out, "client_id", application->id);
  postern_oidc_json_add_int64 (out, "client_id_issued_at", application->created_at);
  if (secret) {
    postern_oidc_json_add_string (out, "client_secret", secret);
    postern_oidc_json_add_int64 (out, "client_secret_expires_at", 0);
  }
  postern_oidc_json_add_strv (out, "grant_types", (const char *const *) client->grant_types, FALSE);
  postern_oidc_json_add_strv (out, "response_types", (const char *const *) client->response_types, FALSE);
  postern_oidc_json_add_string (out, "token_endpoint_auth_method", client->token_endpoint_auth_method);
  postern_oidc_json_add_string (out, "id_token_signed_response_alg", postern_jose_alg_to_string (client->id_token_alg));
  postern_oidc_json_add_string (out, "scope", scope);
  g_variant_dict_remove (rest, "grant_types");
  g_variant_dict_remove (rest, "response_types");
  g_variant_dict_remove (rest, "token_endpoint_auth_method");
  g_variant_dict_remove (rest, "id_token_signed_response_alg");
  others = g_variant_ref_sink (g_variant_dict_end (rest));
  postern_oidc_json_add_claims (out, others);
  g_string_append_c (out, '}');
  return out;
}

static PosternResponse *
answer_registered (PosternApplication *application, const char *secret, GError **error)
{
  g_autoptr (PosternClient) client = postern_client_new (application, error);
  g_autoptr (GBytes) body = client ? g_string_free_to_bytes (write_answer (application, client, secret)) : NULL;
  PosternResponse *response = body ? postern_response_new (201, "application/json", body) : NULL;

  if (response)
    postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
}

static gboolean
needs_secret (PosternApplication *application)
{
  g_autoptr (PosternClient) client = postern_client_new (application, NULL);

  return client && g_str_has_prefix (client->token_endpoint_auth_method, "client_secret_");
}

static PosternResponse *
register_application (PosternOidc *self, PosternApplication *application, GError **error)
{
  PosternStore *store = postern_tenant_get_store (postern_oidc_get_tenant (self));
  char *secret = needs_secret (application) ? postern_application_add_secret (application, application->created_at, 0, error) : NULL;
  PosternResponse *response = NULL;

  if (postern_store_write (store, POSTERN_KEEP_LASTING, insert, application, error))
    response = answer_registered (application, secret, error);
  postern_secret_free (secret);
  return response;
}

/* RFC 7591 section 3.2.2 has two words of its own. */
static PosternResponse *
refuse_metadata (const GError *error)
{
  GString *out = g_string_new ("{");
  g_autoptr (GBytes) body = NULL;
  PosternResponse *response;

  postern_oidc_json_add_string (out, "error", g_str_has_prefix (error->message, "redirect_uris") ? "invalid_redirect_uri" : "invalid_client_metadata");
  postern_oidc_json_add_string (out, "error_description", error->message);
  g_string_append_c (out, '}');
  body = g_string_free_to_bytes (out);
  response = postern_response_new (400, "application/json", body);
  postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
}

PosternResponse *
postern_oidc_register_answer (PosternRequest *request, gpointer oidc)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) body = NULL;
  g_autoptr (PosternApplication) application = NULL;
  PosternResponse *response;

  if (!check_token (oidc, request, &error))
    return postern_oidc_bearer_refuse (error);
  body = read_body (request, &error);
  application = body ? make_application (body, &error) : NULL;
  if (!application)
    return refuse_metadata (error);
  response = register_application (oidc, application, &error);
  return response ? response : postern_response_new_error (error);
}
