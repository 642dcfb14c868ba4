/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-captcha.h"

#include <glib/gi18n.h>

#include "postern-flow-connector.h"
#include "postern-flow-context.h"
#include "postern-flow-park.h"
#include "postern-flow-prompt.h"
#include "postern-risk.h"

#define NOTICE_ASKED N_("There were many wrong tries. Enter it once more: from now on it is checked first that you are not a robot.")
#define NOTICE_SENDING N_("No code was sent yet, for there were many wrong tries from here. Once it is checked that you are not a robot, send another code.")
#define NOTICE_WRONG N_("The check that you are not a robot did not succeed. Try again.")
#define NOTICE_UNREACHABLE N_("It cannot be checked right now that you are not a robot. Try again later, or choose another way.")

/* Of flow->captcha, besides what the instance describes. */
#define INSTANCE "instance"
#define PAGE "page"
#define TICKET "ticket"
#define ENDS_AT "ends_at"

PosternCaptcha *
postern_flow_captcha_find (PosternRuntime *runtime)
{
  g_autoptr (GPtrArray) all = postern_registry_list (postern_runtime_get_registry (runtime), POSTERN_TYPE_CAPTCHA);

  return all->len > 0 ? all->pdata[0] : NULL;
}

/* (nullable): the policy is not read but where many were wrong */
static PosternCaptcha *
find_wanted (PosternFlowContext *context, const PosternGuard *guard)
{
  g_autoptr (PosternPolicy) policy = guard->many || guard->many_next ? postern_tenant_dup_policy (context->tenant) : NULL;

  if (policy == NULL || postern_risk_get_effect (policy, POSTERN_RISK_MANY_FAILURES) < POSTERN_RISK_CAPTCHA)
    return NULL;
  return postern_flow_captcha_find (context->runtime);
}

/* --- an answer --------------------------------------------------------------------------------------------------------------- */

static gboolean
use (PosternFlowContext *context, const char *ticket, GError **error)
{
  gboolean first = FALSE;

  if (!postern_flow_park_use (context->tenant, context->flow, "captcha", ticket, &first, error))
    return FALSE;
  if (!first)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "This was answered before");
  return first;
}

static PosternFlowBreakerEnd
end_of (const GError *error, GCancellable *cancellable)
{
  if (error == NULL || g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED))
    return POSTERN_FLOW_BREAKER_GOOD;
  return g_cancellable_is_cancelled (cancellable) ? POSTERN_FLOW_BREAKER_LEFT : POSTERN_FLOW_BREAKER_FAILED;
}

static gboolean
ask_remote (PosternFlowContext *context, PosternCaptcha *captcha, const char *answer, GError **error)
{
  GCancellable *cancellable = postern_request_get_cancellable (context->request);
  g_autoptr (GError) local = NULL;
  gboolean right;
  guint place;

  if (!postern_flow_connector_enter (POSTERN_INSTANCE (captcha), postern_flow_context_now (), &place, error))
    return FALSE;
  right = postern_captcha_verify (captcha, context->flow->captcha, answer, context->request, cancellable, &local);
  postern_flow_connector_leave (POSTERN_INSTANCE (captcha), place, end_of (local, cancellable), postern_flow_context_now ());
  if (!right)
    g_propagate_error (error, g_steal_pointer (&local));
  return right;
}

static gboolean
ask (PosternFlowContext *context, PosternCaptcha *captcha, const char *answer, GError **error)
{
  if (POSTERN_CAPTCHA_GET_CLASS (captcha)->remote)
    return ask_remote (context, captcha, answer, error);
  return postern_captcha_verify (captcha, context->flow->captcha, answer, context->request, postern_request_get_cancellable (context->request), error);
}

/* (nullable): what the page sent, if it is the page that asks and @captcha that was asked */
static const char *
find_answer (PosternFlowContext *context, PosternCaptcha *captcha)
{
  PosternFlow *flow = context->flow;
  const char *field, *answer;

  if (flow->captcha == NULL || context->request == NULL || g_strcmp0 (postern_json_get_string (flow->captcha, PAGE), flow->prompt_template) != 0 ||
      g_strcmp0 (postern_json_get_string (flow->captcha, INSTANCE), postern_instance_get_id (POSTERN_INSTANCE (captcha))) != 0)
    return NULL;
  field = postern_json_get_string (flow->captcha, "field");
  answer = field ? postern_flow_context_get_input (context, field) : NULL;
  return answer && *answer ? answer : NULL;
}

static gboolean
lets_pass (PosternCaptcha *captcha)
{
  const char *what = postern_settings_get_string (postern_instance_get_settings (POSTERN_INSTANCE (captcha)), "when-unreachable");

  return POSTERN_CAPTCHA_GET_CLASS (captcha)->remote && g_strcmp0 (what, "allow") == 0;
}

/* FALSE with ACCESS_DENIED, where the answer is wrong; where nobody could say, with another error. What was answered is over. */
static gboolean
look_at (PosternFlowContext *context, PosternCaptcha *captcha, const char *answer, GError **error)
{
  g_autofree char *ticket = g_strdup (postern_json_get_string (context->flow->captcha, TICKET));
  gboolean right = use (context, ticket, error) && ask (context, captcha, answer, error);

  g_clear_pointer (&context->flow->captcha, g_variant_unref);
  return right;
}

/* Sets @notice where it may not go on: @asked, or what became of the answer. FALSE only when the store failed. */
static gboolean
judge (PosternFlowContext *context, PosternCaptcha *captcha, const char *asked, const char **notice, GError **error)
{
  const char *answer = find_answer (context, captcha), *id = postern_instance_get_id (POSTERN_INSTANCE (captcha));
  g_autoptr (GError) failure = NULL;

  *notice = answer ? NULL : asked;
  context->captcha_passed = answer && look_at (context, captcha, answer, &failure);
  if (failure == NULL)
    return TRUE;
  if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_STORE)) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED)) {
    g_debug ("Captcha \"%s\" takes no answer: %s", id, failure->message);
    *notice = NOTICE_WRONG;
  } else {
    g_message ("Captcha \"%s\" could not look at an answer: %s", id, failure->message);
    *notice = lets_pass (captcha) ? NULL : NOTICE_UNREACHABLE;
  }
  return TRUE;
}

gboolean
postern_flow_captcha_take (PosternFlowContext *context, PosternGuard *guard, guint *retry_after, GError **error)
{
  PosternCaptcha *captcha;

  context->captcha_notice = NULL;
  context->captcha_next = FALSE;
  if (!postern_guard_take (context->tenant, guard, postern_flow_context_now (), retry_after, error))
    return FALSE;
  captcha = find_wanted (context, guard);
  if (captcha == NULL)
    return TRUE;
  context->captcha_next = TRUE;
  context->captcha_ends_at = MAX (guard->account_resets_at, guard->address_resets_at);
  if (!guard->many)
    return TRUE;
  if (!judge (context, captcha, NOTICE_ASKED, &context->captcha_notice, error))
    return FALSE;
  if (context->captcha_notice == NULL)
    return TRUE;
  if (postern_guard_give_back (context->tenant, guard, context->captcha_notice != NOTICE_WRONG, error))
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "A captcha is to be solved before the next try");
  return FALSE;
}

gboolean
postern_flow_captcha_take_sending (PosternFlowContext *context, const char *device_hash, GError **error)
{
  PosternGuard guard = { NULL, context->flow->remote_address, device_hash };
  PosternCaptcha *captcha = context->captcha_passed ? NULL : postern_flow_captcha_find (context->runtime);

  if (captcha == NULL)
    return TRUE;
  if (!postern_guard_look (context->tenant, &guard, postern_flow_context_now (), error))
    return FALSE;
  if (find_wanted (context, &guard) == NULL)
    return TRUE;
  context->captcha_ends_at = guard.address_resets_at;
  if (!judge (context, captcha, NOTICE_SENDING, &context->captcha_notice, error))
    return FALSE;
  if (context->captcha_notice)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "A captcha is to be solved before anything is sent");
  return context->captcha_notice == NULL;
}

/* --- the page ---------------------------------------------------------------------------------------------------------------- */

static GVariant *
new_captcha (PosternFlowContext *context, PosternCaptcha *captcha, const char *page)
{
  g_autoptr (GVariant) description = postern_captcha_describe (captcha);
  g_auto (PosternJsonObject) it = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *ticket = postern_secret_new ();

  if (description == NULL) {
    g_warning ("Captcha \"%s\" describes nothing that a page could ask", postern_instance_get_id (POSTERN_INSTANCE (captcha)));
    return NULL;
  }
  postern_json_object_add_all (&it, description);
  postern_json_object_add_string (&it, INSTANCE, postern_instance_get_id (POSTERN_INSTANCE (captcha)));
  postern_json_object_add_string (&it, PAGE, page);
  postern_json_object_add_string (&it, TICKET, ticket);
  postern_json_object_add_int64 (&it, ENDS_AT, context->captcha_ends_at);
  return g_variant_ref_sink (postern_json_object_end (&it));
}

/* A page that goes on from a right guess says nothing, and asks nothing. */
static gboolean
is_asked (PosternFlowContext *context)
{
  return context->captcha_notice || (context->captcha_next && postern_prompt_get_error_message (context->prompt));
}

void
postern_flow_captcha_park (PosternFlowContext *context)
{
  PosternFlow *flow = context->flow;
  const char *page = postern_prompt_get_template (context->prompt);
  PosternCaptcha *captcha = is_asked (context) ? postern_flow_captcha_find (context->runtime) : NULL;

  if (context->captcha_notice) {
    postern_prompt_set_error (context->prompt, NULL, context->captcha_notice);
    postern_prompt_set_status (context->prompt, 200, 0);
  }
  if (captcha == NULL && flow->captcha && g_strcmp0 (postern_json_get_string (flow->captcha, PAGE), page) == 0)
    return;
  g_clear_pointer (&flow->captcha, g_variant_unref);
  flow->captcha = captcha ? new_captcha (context, captcha, page) : NULL;
}

void
postern_flow_captcha_add (PosternFlow *flow, PosternJsonObject *model)
{
  static const char *const names[] = { "field", "challenge", "script", "widget", "site_key", "action", "score" };
  g_auto (PosternJsonObject) it = POSTERN_JSON_OBJECT_INIT;
  gint64 left;

  if (flow->captcha == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    postern_json_object_add_string (&it, names[i], postern_json_get_string (flow->captcha, names[i]));
  postern_json_object_add_int64 (&it, "difficulty", postern_json_get_int64 (flow->captcha, "difficulty", 0));
  left = postern_json_get_int64 (flow->captcha, ENDS_AT, 0) - postern_flow_context_now ();
  postern_json_object_add_int64 (&it, "minutes", MAX (1, (left + 59) / 60));
  postern_json_object_add (model, "captcha", postern_json_object_end (&it));
}

/* "DIRECTIVE SOURCE…; DIRECTIVE SOURCE…" */
void
postern_flow_captcha_allow (PosternFlow *flow, PosternResponse *page)
{
  const char *policy = flow->captcha ? postern_json_get_string (flow->captcha, "policy") : NULL;
  g_auto (GStrv) directives = g_strsplit (policy ? policy : "", ";", -1);

  for (guint i = 0; directives[i]; i++) {
    g_auto (GStrv) words = g_strsplit (g_strstrip (directives[i]), " ", -1);

    for (guint n = 1; words[0] && words[n]; n++)
      postern_response_allow_source (page, words[0], words[n]);
  }
}
