/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-passkey.h"

#include "postern-authenticator.h"
#include "postern-flow-context.h"
#include "postern-flow-factors.h"
#include "postern-flow-routes.h"
#include "postern-jwk.h"
#include "postern-user-name.h"

#define KIND "passkey" /* of a credential, and the factor's type */

static PosternInstance *
find_factor (PosternRuntime *runtime)
{
  return postern_registry_find_first (postern_runtime_get_registry (runtime), POSTERN_TYPE_FACTOR, KIND);
}

static GUri *
parse (PosternTenant *tenant)
{
  return g_uri_parse (postern_tenant_get_issuer (tenant), G_URI_FLAGS_NONE, NULL);
}

char *
postern_flow_passkey_dup_rp_id (PosternTenant *tenant)
{
  g_autoptr (GUri) uri = parse (tenant);

  return g_strdup (uri && g_uri_get_host (uri) ? g_uri_get_host (uri) : "");
}

/* As browsers write it: without the port that the scheme has anyway. */
static char *
write_origin (GUri *uri)
{
  const char *scheme = g_uri_get_scheme (uri);
  const char *host = g_uri_get_host (uri) ? g_uri_get_host (uri) : "";
  gint port = g_uri_get_port (uri);

  if (port == -1 || port == (g_str_equal (scheme, "https") ? 443 : 80))
    return g_strdup_printf ("%s://%s", scheme, host);
  return g_strdup_printf ("%s://%s:%d", scheme, host, port);
}

char *
postern_flow_passkey_dup_origin (PosternTenant *tenant)
{
  g_autoptr (GUri) uri = parse (tenant);

  return uri ? write_origin (uri) : g_strdup ("");
}

#define HOST "abcdefghijklmnopqrstuvwxyz0123456789.-"

/* Only by HTTPS are browsers sure where they are. What could be written otherwise does not come back the same. */
gboolean
postern_flow_passkey_is_origin (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  g_autofree char *written = uri ? write_origin (uri) : NULL;
  const char *host = uri ? g_uri_get_host (uri) : NULL;

  return host && *host && strspn (host, HOST) == strlen (host) && g_str_equal (g_uri_get_scheme (uri), "https") && g_str_equal (written, text);
}

char *
postern_flow_passkey_dup_ids (GPtrArray *credentials, guint *count)
{
  GString *ids = g_string_new (NULL);
  guint found = 0;

  for (guint i = 0; i < credentials->len; i++) {
    PosternCredential *credential = credentials->pdata[i];

    if (g_str_equal (credential->kind, KIND))
      g_string_append_printf (ids, "%s%s", found++ > 0 ? " " : "", credential->value);
  }
  if (count)
    *count = found;
  return g_string_free (ids, FALSE);
}

void
postern_flow_passkey_add_known (PosternRuntime *runtime, PosternTenant *tenant, PosternUser *user, GPtrArray *credentials, PosternJsonObject *model)
{
  g_autofree char *rp_id = postern_flow_passkey_dup_rp_id (tenant);
  g_autofree char *ids = postern_flow_passkey_dup_ids (credentials, NULL);
  g_autofree char *handle = postern_base64url_encode (user->id, strlen (user->id));

  if (find_factor (runtime) == NULL)
    return;
  postern_json_object_add_string (model, "passkey_rp", rp_id);
  postern_json_object_add_string (model, "passkey_ids", ids);
  postern_json_object_add_string (model, "user_handle", handle);
  postern_json_object_add_string (model, "user_name", postern_user_name_get_shown (user));
}

void
postern_flow_passkey_add_upgrade (PosternFlowContext *context, PosternSession *session, GPtrArray *credentials, PosternJsonObject *model)
{
  g_auto (GStrv) amr = g_strsplit (session->amr ? session->amr : "", " ", -1);
  g_autofree char *url = g_strconcat (postern_tenant_get_issuer (context->tenant), "/account/change/" POSTERN_FLOW_PASSKEY_UPGRADE, NULL);
  g_autofree char *ids = postern_flow_passkey_dup_ids (credentials, NULL);

  if (*ids == '\0' && g_strv_contains ((const char *const *) amr, "pwd") && postern_flow_factors_find_passkey (context))
    postern_json_object_add_string (model, "upgrade_url", url);
}

void
postern_flow_passkey_add (PosternFlowContext *context, PosternJsonObject *model)
{
  g_autofree char *challenge = NULL;
  g_autofree char *rp_id = NULL;

  if (postern_flow_factors_find_passkey (context) == NULL)
    return;
  challenge = postern_secret_new ();
  rp_id = postern_flow_passkey_dup_rp_id (context->tenant);
  postern_json_object_add_string (model, POSTERN_FLOW_PASSKEY_CHALLENGE, challenge);
  postern_json_object_add_string (model, "passkey_rp", rp_id);
  postern_json_object_add_string (model, "passkey_unknown", context->unknown_passkey);
}

PosternPairs *
postern_flow_passkey_dup_response (PosternFlowContext *context)
{
  static const char *const members[] = { "credential", "client_data", "auth_data", "signature", "user_handle" };
  PosternPairs *response = postern_pairs_new ();
  GVariant *model = context->flow->prompt_model;

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    postern_pairs_set (response, members[i], postern_flow_context_get_input (context, members[i]));
  postern_pairs_set (response, POSTERN_FLOW_PASSKEY_CHALLENGE, model ? postern_json_get_string (model, POSTERN_FLOW_PASSKEY_CHALLENGE) : NULL);
  return response;
}

/** What a password manager reads that offers to make a passkey here (W3C, "A Well-Known URL for Relying Party Passkey Endpoints"). */
PosternResponse *
postern_flow_passkey_well_known (PosternRequest *request, gpointer engine)
{
  PosternTenant *tenant = postern_runtime_get_tenant (postern_flow_engine_get_runtime (engine));
  g_autofree char *enroll = g_strconcat (postern_tenant_get_issuer (tenant), "/account/change/add-passkey", NULL);
  g_autofree char *manage = g_strconcat (postern_tenant_get_issuer (tenant), "/account", NULL);
  g_auto (PosternJsonObject) endpoints = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&endpoints, "enroll", enroll);
  postern_json_object_add_string (&endpoints, "manage", manage);
  return postern_response_new_json (200, postern_json_object_end (&endpoints));
}

/* The other sites whose pages may use the passkeys of this one (Web Authentication Level 3, section 5.11): as the factor's setting names them. */
PosternResponse *
postern_flow_passkey_related (PosternRequest *request, gpointer engine)
{
  PosternInstance *factor = find_factor (postern_flow_engine_get_runtime (engine));
  g_auto (GStrv) origins = factor ? postern_settings_dup_strv (postern_instance_get_settings (factor), POSTERN_FLOW_PASSKEY_ORIGINS) : NULL;
  g_autoptr (GError) none = g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "There are no other sites");
  g_auto (PosternJsonObject) related = POSTERN_JSON_OBJECT_INIT;
  GVariantBuilder list;

  if (origins == NULL || origins[0] == NULL)
    return postern_response_new_error (none);
  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint i = 0; origins[i]; i++)
    g_variant_builder_add (&list, "v", g_variant_new_string (origins[i]));
  postern_json_object_add (&related, "origins", g_variant_builder_end (&list));
  return postern_response_new_json (200, postern_json_object_end (&related));
}
