/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-prompt.h"

#include "postern-flow-invitation.h"
#include "postern-flow-organization.h"

#include "postern-authenticator.h"
#include "postern-flow-captcha.h"
#include "postern-flow-connector.h"
#include "postern-flow-context.h"
#include "postern-json.h"
#include "postern-organization-brand.h"

void
postern_flow_prompt_keep (PosternFlowContext *context, PosternPrompt *prompt)
{
  PosternFlow *flow = context->flow;
  guint retry_after = postern_prompt_get_retry_after (prompt);
  GVariant *model = postern_prompt_get_model (prompt);

  postern_flow_set_string (&flow->prompt_template, postern_prompt_get_template (prompt));
  g_clear_pointer (&flow->prompt_model, g_variant_unref);
  flow->prompt_model = model ? g_variant_ref (model) : NULL;
  postern_flow_set_string (&flow->prompt_error_field, postern_prompt_get_error_field (prompt));
  postern_flow_set_string (&flow->prompt_error_message, postern_prompt_get_error_message (prompt));
  postern_flow_set_string (&flow->prompt_error_request, flow->prompt_error_message && context->request ? postern_request_get_id (context->request) : NULL);
  flow->prompt_status = postern_prompt_get_status (prompt);
  flow->prompt_retry_at = retry_after > 0 ? postern_flow_context_now () + retry_after : 0;
}

const char *
postern_flow_prompt_get_template (PosternFlow *flow)
{
  return flow->prompt_template ? flow->prompt_template : "connector";
}

/* What waits for the rest of a pause that is over is no error any more. */
static void
add_error (PosternFlow *flow, PosternJsonObject *model, guint *status, gint64 *retry_after)
{
  gint64 left = flow->prompt_retry_at > 0 ? flow->prompt_retry_at - postern_flow_context_now () : 0;

  *status = 200;
  *retry_after = MAX (left, 0);
  if (flow->prompt_template == NULL || (flow->prompt_retry_at > 0 && left <= 0))
    return;
  *status = flow->prompt_status;
  postern_json_object_add_string (model, "error_field", flow->prompt_error_field);
  postern_json_object_add_string (model, "error_message", flow->prompt_error_message);
  postern_json_object_add_string (model, "error_request", flow->prompt_error_request);
  if (*retry_after > 0)
    postern_json_object_add_int64 (model, "retry_after", *retry_after);
}

/* How long until another code may be asked for: as of now, however often the page is loaded. */
static void
add_wait (PosternFlow *flow, PosternJsonObject *model)
{
  gint64 at = flow->prompt_model ? postern_json_get_int64 (flow->prompt_model, "resend_at", 0) : 0;
  gint64 left = at - postern_flow_context_now ();

  if (at > 0 && left > 0)
    postern_json_object_add_int64 (model, "wait", left);
}

static void
add_frame (PosternFlowContext *context, PosternJsonObject *model)
{
  PosternFlow *flow = context->flow;
  g_autofree char *action = g_strdup_printf ("%s/sign-in/%s?at=%s", postern_tenant_get_issuer (context->tenant), flow->id,
                                             postern_flow_prompt_get_template (flow));

  postern_json_object_add_string (model, "action", action);
  postern_json_object_add_string (model, "back_url", flow->back_url);
  postern_json_object_add_string (model, "ui_locales", flow->ui_locales);
  postern_json_object_add_string (model, "application_name", context->client ? context->client->application->name : NULL);
  if (flow->prompt_template == NULL && flow->authenticator_id) {
    PosternInstance *instance = postern_registry_get_instance (postern_runtime_get_registry (context->runtime), flow->authenticator_id);

    postern_json_object_add_string (model, "name", instance ? postern_instance_get_display_name (instance) : flow->authenticator_id);
  }
}

/*
 * Chromium holds a form's `form-action` against every redirect that answers it (and so does not say who is wrong): the
 * application at the end of the flow and the providers behind the buttons must be allowed on the page that posts.
 */
void
postern_flow_prompt_allow_providers (PosternRuntime *runtime, PosternResponse *page)
{
  g_autoptr (GPtrArray) connectors = postern_registry_list (postern_runtime_get_registry (runtime), POSTERN_TYPE_CONNECTOR);

  for (guint i = 0; i < connectors->len; i++) {
    g_autoptr (GPtrArray) origins = postern_flow_connector_dup_origins (g_ptr_array_index (connectors, i));

    for (guint n = 0; n < origins->len; n++)
      postern_response_allow_form_target (page, g_ptr_array_index (origins, n));
  }
}

static void
allow_targets (PosternFlowContext *context, PosternResponse *page)
{
  if (context->flow->return_url && *context->flow->return_url != '/')
    postern_response_allow_form_target (page, context->flow->return_url);
  postern_flow_prompt_allow_providers (context->runtime, page);
}

GVariant *
postern_flow_prompt_get_model (PosternFlowContext *context, guint *status, gint64 *retry_after)
{
  PosternFlow *flow = context->flow;
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  if (flow->prompt_model)
    postern_json_object_add_all (&model, flow->prompt_model);
  add_frame (context, &model);
  add_wait (flow, &model);
  add_error (flow, &model, status, retry_after);
  postern_flow_captcha_add (flow, &model);
  return postern_json_object_end (&model);
}

/* In a browser a page wears the look of the organization that it is for: whom the person acts for, or else who invites them. (transfer floating) */
static GVariant *
dress (PosternFlowContext *context, GVariant *model)
{
  g_auto (PosternJsonObject) dressed = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) plain = g_variant_ref_sink (model);
  PosternOrganization *organization = postern_flow_organization_peek (context);
  g_autoptr (PosternOrganization) inviting = organization ? NULL : postern_flow_invitation_dup_organization (context);

  postern_json_object_add_all (&dressed, plain);
  postern_organization_brand_add_page (&dressed, organization ? organization : inviting);
  return postern_json_object_end (&dressed);
}

PosternResponse *
postern_flow_prompt_render (PosternFlowContext *context)
{
  PosternFlow *flow = context->flow;
  guint status;
  gint64 retry_after;
  GVariant *model = dress (context, postern_flow_prompt_get_model (context, &status, &retry_after));
  PosternResponse *page = postern_response_new_page (status, postern_flow_prompt_get_template (flow), model);

  if (retry_after > 0) {
    g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, retry_after);

    postern_response_set_header (page, "Retry-After", seconds);
  }
  allow_targets (context, page);
  postern_flow_captcha_allow (flow, page);
  return page;
}

static GVariant *
form_post_model (PosternPrompt *prompt)
{
  g_auto (GVariantBuilder) fields = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  GVariant *model = postern_prompt_get_model (prompt);
  const char *name, *value;
  GVariantIter iter;

  g_variant_iter_init (&iter, model);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value)) {
    g_auto (PosternJsonObject) field = POSTERN_JSON_OBJECT_INIT;

    postern_json_object_add_string (&field, "name", name);
    postern_json_object_add_string (&field, "value", value);
    g_variant_builder_add (&fields, "v", postern_json_object_end (&field));
  }
  return g_variant_new_parsed ("{'url': <%s>, 'fields': <%@av>}", postern_prompt_get_url (prompt), g_variant_builder_end (&fields));
}

static PosternResponse *
leave_by_form (PosternPrompt *prompt)
{
  PosternResponse *page = postern_response_new_page (200, "form-post", form_post_model (prompt));

  postern_response_allow_form_target (page, postern_prompt_get_url (prompt));
  return page;
}

/* The page that posted did not know this provider's origin yet, so a 303 would be blocked: leave by a page of our own. */
static PosternResponse *
leave_by_refresh (PosternFlowContext *context, const char *url)
{
  PosternResponse *page = postern_flow_prompt_render (context);
  g_autofree char *refresh = g_strdup_printf ("0;url=%s", url);

  postern_response_set_header (page, "Refresh", refresh);
  return page;
}

PosternResponse *
postern_flow_prompt_leave (PosternFlowContext *context, PosternPrompt *prompt)
{
  PosternFlow *flow = context->flow;
  PosternInstance *instance = postern_registry_get_instance (postern_runtime_get_registry (context->runtime), flow->authenticator_id);
  const char *url = postern_prompt_get_url (prompt);
  gboolean from_form = context->request && g_str_equal (postern_request_get_method (context->request), "POST");
  gboolean known = postern_flow_connector_learn (instance, url);

  if (postern_prompt_get_kind (prompt) == POSTERN_PROMPT_FORM_POST)
    return leave_by_form (prompt);
  if (from_form && !known)
    return leave_by_refresh (context, url);
  return postern_response_new_redirect (url);
}

PosternResponse *
postern_flow_prompt_stale (PosternFlow *flow, const char *application_name)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&model, "application_name", application_name);
  postern_json_object_add_string (&model, "back_url", flow ? flow->back_url : NULL);
  if (flow)
    postern_json_object_add_string (&model, "ui_locales", flow->ui_locales);
  return postern_response_new_page (410, "stale", postern_json_object_end (&model));
}
