/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-passkey.h"

#include "postern-flow-context.h"
#include "postern-flow-factors.h"
#include "postern-flow-routes.h"

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
char *
postern_flow_passkey_dup_origin (PosternTenant *tenant)
{
  g_autoptr (GUri) uri = parse (tenant);
  const char *scheme = uri ? g_uri_get_scheme (uri) : "";
  gint port = uri ? g_uri_get_port (uri) : -1;
  g_autofree char *host = postern_flow_passkey_dup_rp_id (tenant);

  if (port == -1 || port == (g_str_equal (scheme, "https") ? 443 : 80))
    return g_strdup_printf ("%s://%s", scheme, host);
  return g_strdup_printf ("%s://%s:%d", scheme, host, port);
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
  PosternTenant *tenant = postern_runtime_find_tenant (postern_flow_engine_get_runtime (engine), request);
  g_autofree char *enroll = g_strconcat (postern_tenant_get_issuer (tenant), "/account/change/add-passkey", NULL);
  g_autofree char *manage = g_strconcat (postern_tenant_get_issuer (tenant), "/account", NULL);
  g_auto (PosternJsonObject) endpoints = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&endpoints, "enroll", enroll);
  postern_json_object_add_string (&endpoints, "manage", manage);
  return postern_response_new_json (200, postern_json_object_end (&endpoints));
}
