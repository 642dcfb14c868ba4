/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-code.h"
#include "postern-flow-context.h"
#include "postern-flow-device-words.h"
#include "postern-flow-park.h"
#include "postern-flow-prompt.h"
#include "postern-flow-routes.h"
#include "postern-json.h"
#include "postern-seal.h"

/*
 * Where the link of a message leads. To open it does nothing: programs that look through mails open links, too. In the browser
 * that asked it shows one button, whose form goes to the flow's own page; in any other it shows the code to be typed in the
 * first one, so that nobody is signed in by a link that somebody else asked for.
 */

typedef struct {
  const char *id;
  PosternCode *code;
} Look;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *it = user_data;

  g_clear_pointer (&it->code, postern_code_unref);
  it->code = postern_code_store_get (txn, it->id, error);
  return it->code != NULL;
}

static PosternCode *
find (PosternTenant *tenant, const char *token)
{
  g_autofree char *id = postern_secret_dup_id (token, "cod");
  Look it = { id, NULL };
  g_autoptr (PosternCode) code = NULL;

  if (id && postern_store_read (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, look, &it, NULL))
    code = it.code;
  return code && postern_code_opens (tenant, code, token, postern_flow_context_now ()) ? g_steal_pointer (&code) : NULL;
}

static PosternResponse *
show_here (PosternTenant *tenant, PosternFlow *flow, PosternCode *code, const char *token)
{
  g_autofree char *action = g_strdup_printf ("%s/sign-in/%s?at=code", postern_tenant_get_issuer (tenant), flow->id);
  g_autoptr (PosternClient) client = flow->application_id ? postern_tenant_dup_client (tenant, flow->application_id, NULL) : NULL;
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternResponse *page;

  postern_json_object_add_string (&model, "action", action);
  postern_json_object_add_string (&model, "token", token);
  postern_json_object_add_string (&model, "recipient", code->recipient);
  postern_json_object_add_string (&model, "application_name", client ? client->application->name : NULL);
  postern_json_object_add_string (&model, "ui_locales", flow->ui_locales);
  postern_json_object_add_boolean (&model, "recover", g_str_equal (code->purpose, POSTERN_CODE_RECOVER));
  page = postern_response_new_page (200, "code-link", postern_json_object_end (&model));
  if (flow->return_url && *flow->return_url != '/')
    postern_response_allow_form_target (page, flow->return_url);
  return page;
}

static PosternResponse *
show_elsewhere (PosternTenant *tenant, PosternFlow *flow, const char *token)
{
  char *digits = postern_code_dup_digits (tenant, token);
  g_autofree char *spaced = g_strdup_printf ("%.3s %s", digits, digits + 3);
  g_autofree char *device = postern_flow_device_words_dup (flow->user_agent);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternResponse *page;

  postern_json_object_add_string (&model, "code", spaced);
  postern_json_object_add_string (&model, "device", device);
  page = postern_response_new_page (200, "code-elsewhere", postern_json_object_end (&model));
  postern_secret_free (digits);
  return page;
}

PosternResponse *
postern_flow_code_link_show (PosternRequest *request, gpointer engine)
{
  PosternRuntime *runtime = postern_flow_engine_get_runtime (engine);
  PosternTenant *tenant = postern_runtime_get_tenant (runtime);
  const char *token = postern_request_get_capture (request, "token");
  g_autoptr (PosternCode) code = find (tenant, token);
  g_autoptr (PosternFlow) flow = code ? postern_flow_park_peek (tenant, code->flow_id) : NULL;
  g_autoptr (PosternFlow) own = NULL;
  g_autoptr (PosternResponse) lost = NULL;

  if (flow == NULL)
    return postern_flow_prompt_stale (NULL, NULL);
  own = postern_flow_park_load (runtime, request, code->flow_id, &lost);
  return own ? show_here (tenant, own, code, token) : show_elsewhere (tenant, flow, token);
}
