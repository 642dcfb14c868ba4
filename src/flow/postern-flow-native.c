/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-native.h"

#include "postern-flow-ask.h"
#include "postern-flow-browser.h"
#include "postern-flow-context.h"
#include "postern-flow-native-pages.h"
#include "postern-flow-pages.h"
#include "postern-flow-park.h"
#include "postern-flow-prompt.h"
#include "postern-protocol.h"
#include "postern-request-private.h"

#define DEVICE_LENGTH 43 /* 256 bits in base64url */

gboolean
postern_flow_native_waits (const char *auth_session)
{
  g_autofree char *id = postern_flow_ask_find_flow (auth_session);

  return id && postern_id_is_valid (id, "flw");
}

/* Nothing that could stand for something else in a header. */
static gboolean
is_base64url (const char *text)
{
  for (; *text; text++)
    if (!g_ascii_isalnum (*text) && *text != '-' && *text != '_')
      return FALSE;
  return TRUE;
}

gboolean
postern_flow_native_is_kept (const char *auth_session)
{
  g_auto (GStrv) parts = g_strsplit (auth_session, ".", 3);
  g_autofree char *id = parts[0] ? postern_secret_dup_id (parts[0], "ses") : NULL;

  return id && parts[1] && parts[2] == NULL && strlen (parts[1]) == DEVICE_LENGTH && is_base64url (parts[0]) && is_base64url (parts[1]);
}

/* (transfer none) (nullable): SESSION.DEVICE of @auth_session */
static const char *
find_kept (const char *auth_session)
{
  const char *at = auth_session;

  for (guint skip = auth_session && postern_flow_native_waits (auth_session) ? 2 : 0; at && skip > 0; skip--)
    at = strchr (at, '.') ? strchr (at, '.') + 1 : NULL;
  return at && postern_flow_native_is_kept (at) ? at : NULL;
}

static void
add_kept (PosternRequest *bare, PosternRequest *request)
{
  const char *auth_session, *kept;
  g_autofree char *cookies = NULL;

  if (!postern_request_get_form (request, "auth_session", &auth_session, NULL) || (kept = find_kept (auth_session)) == NULL)
    return;
  cookies = g_strdup_printf ("session=%.*s; device=%s", (int) strcspn (kept, "."), kept, strchr (kept, '.') + 1);
  postern_request_add_header (bare, "Cookie", cookies);
}

char *
postern_flow_native_dup_kept (PosternFlowContext *context)
{
  const char *session = postern_flow_browser_find_cookie (context, "session"), *device = postern_flow_browser_find_cookie (context, "device");

  return session && device ? g_strdup_printf ("%.*s.%s", (int) strcspn (session, "."), session, device) : NULL;
}

PosternRequest *
postern_flow_native_new_request (PosternRequest *request)
{
  static const char *const headers[] = { "User-Agent", "Accept-Language" };
  PosternRequest *bare = postern_request_new (postern_request_get_method (request), postern_request_get_path (request), NULL);

  postern_request_set_id (bare, postern_request_get_id (request));
  postern_request_set_public_url (bare, postern_request_get_public_url (request));
  postern_request_set_remote_address (bare, postern_request_get_remote_address (request));
  postern_request_set_cancellable (bare, postern_request_get_cancellable (request));
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++) {
    const char *value = postern_request_get_header (request, headers[i]);

    if (value)
      postern_request_add_header (bare, headers[i], value);
  }
  add_kept (bare, request);
  return bare;
}

char *
postern_flow_native_bind (PosternFlowContext *context)
{
  PosternFlow *flow = context->flow;
  g_autofree char *secret = postern_secret_new ();
  g_autofree char *kept = postern_flow_native_dup_kept (context);
  char *auth_session = g_strconcat (flow->id, ".", secret, kept ? "." : NULL, kept, NULL);

  g_free (flow->browser_hash);
  flow->browser_hash = postern_secret_hash (auth_session);
  return auth_session;
}

static PosternProtocol *
find_protocol (PosternFlowContext *context)
{
  return POSTERN_PROTOCOL (postern_registry_get_instance (postern_runtime_get_registry (context->runtime), context->flow->protocol));
}

PosternResponse *
postern_flow_native_show (PosternFlowContext *context, const char *auth_session)
{
  PosternProtocol *protocol = find_protocol (context);
  guint status;
  gint64 retry_after;
  g_autoptr (GVariant) model = g_variant_ref_sink (postern_flow_prompt_get_model (context, &status, &retry_after));
  g_autoptr (GVariant) page = g_variant_ref_sink (postern_flow_native_pages_describe (context->flow->prompt_template, model));

  return POSTERN_PROTOCOL_GET_CLASS (protocol)->show (protocol, context->flow, page, auth_session);
}

PosternResponse *
postern_flow_native_lose (PosternFlowContext *context)
{
  PosternProtocol *protocol = find_protocol (context);
  g_autoptr (GError) error = g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_INVALID_SESSION, "This auth_session was answered already");

  return POSTERN_PROTOCOL_GET_CLASS (protocol)->refuse (protocol, context->flow, error);
}

PosternResponse *
postern_flow_native_answer (PosternFlowEngine *self, PosternRequest *request, const char *auth_session, const char *application_id, GError **error)
{
  PosternRuntime *runtime = postern_flow_engine_get_runtime (self);
  PosternTenant *tenant = postern_runtime_get_tenant (runtime);
  g_autoptr (PosternFlow) flow = postern_flow_park_load_native (tenant, auth_session, application_id, error);
  PosternPairs *form = flow ? postern_request_get_parameters (request, error) : NULL;
  g_autoptr (PosternPairs) answers = form ? postern_flow_native_pages_dup_answers (flow, form) : NULL;

  if (answers == NULL)
    return NULL;
  postern_flow_pages_rewind (runtime, request, flow, answers, postern_flow_prompt_get_template (flow));
  return postern_flow_engine_run (self, flow, request, answers);
}
