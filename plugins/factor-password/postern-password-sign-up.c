/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-ask.h"
#include "postern-flow-choices.h"
#include "postern-flow-context.h"
#include "postern-guard.h"
#include "postern-identifier.h"
#include "postern-json.h"
#include "postern-password-check.h"

#define NAME_MAX_BYTES 256

/* What a person is called: any script, but nothing that would break a line or turn the text around it. */
static char *
dup_name (const char *typed)
{
  g_autofree char *name = typed && g_utf8_validate (typed, -1, NULL) && strlen (typed) <= NAME_MAX_BYTES ? g_utf8_normalize (typed, -1, G_NORMALIZE_NFC) : NULL;

  if (name == NULL)
    return NULL;
  g_strstrip (name);
  for (const char *p = name; *p; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (g_unichar_iscntrl (c) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029)
      return NULL;
  }
  return *name ? g_steal_pointer (&name) : NULL;
}

static PosternUser *
new_user (PosternFlow *flow, const char *identifier, const char *name)
{
  PosternUser *user = postern_user_new ();
  g_auto (PosternJsonObject) profile = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&profile, "name", name);
  user->id = postern_id_new ("usr");
  if (strchr (identifier, '@'))
    user->email = g_strdup (identifier);
  else
    user->username = g_strdup (identifier);
  user->profile = g_variant_ref_sink (postern_json_object_end (&profile));
  user->administrator = flow->ticket_hash != NULL;
  user->created_at = user->updated_at = postern_flow_context_now ();
  return user;
}

static gboolean
answer_problem (PosternStep *step, PosternPasswordPage *page, const char *field, const char *message)
{
  page->field = field;
  page->message = message;
  postern_password_page_answer (step, page);
  return FALSE;
}

/* Who fills accounts in by program gets as many as may be guessed: each asks whether an address is taken, too. */
static gboolean
take_try (PosternStep *step, PosternPasswordPage *page)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  PosternGuard guard = { context->flow->id, context->flow->remote_address, NULL };
  GError *error = NULL;
  guint retry_after = 0;

  if (postern_guard_take (context->tenant, &guard, postern_flow_context_now (), &retry_after, &error))
    return TRUE;
  postern_password_page_answer_error (step, page, retry_after, error);
  return FALSE;
}

static gboolean
check_names (PosternStep *step, PosternPasswordPage *page, const char *identifier, const char *name)
{
  gboolean setup = g_str_equal (page->name, "setup");

  if (identifier == NULL || (!setup && strchr (identifier, '@') == NULL))
    return answer_problem (step, page, "identifier", N_("Enter your e-mail address."));
  if (!setup && postern_flow_choices_find_domain (postern_flow_ask_get_context (step), identifier))
    return answer_problem (step, page, "identifier", N_("People with this address sign in through their organization. Go back and enter it there."));
  if (name == NULL)
    return answer_problem (step, page, "name", N_("Enter your name."));
  return take_try (step, page);
}

static void
create (PosternStep *step, PosternPasswordPage *page, PosternUser *user, const char *value)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  GError *error = NULL;

  if (postern_password_account_create (context, user, value, &error)) {
    postern_step_return_user (step, user->id, "pwd");
  } else if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT)) {
    g_error_free (error);
    answer_problem (step, page, "identifier", N_("There is an account with this address already. Sign in to it instead."));
  } else {
    postern_step_return_error (step, error);
  }
}

static void
take (PosternFactorPassword *self, PosternStep *step, PosternPasswordPage *page)
{
  PosternFlow *flow = postern_flow_ask_get_context (step)->flow;
  g_autofree char *identifier = postern_identifier_canonicalize (postern_step_get_input (step, "identifier"));
  g_autofree char *name = dup_name (postern_step_get_input (step, "name"));
  g_autofree char *value = NULL;
  g_autoptr (PosternUser) user = NULL;

  page->identifier = postern_step_get_input (step, "identifier");
  page->person = postern_step_get_input (step, "name");
  if (!check_names (step, page, identifier, name))
    return;
  value = postern_password_check_new (self, step, postern_step_get_input (step, "password"), page);
  if (value == NULL)
    return;
  user = new_user (flow, identifier, name);
  create (step, page, user, value);
}

void
postern_password_sign_up_answer (PosternFactorPassword *self, PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  PosternPasswordPage page = { .name = context->flow->ticket_hash ? "setup" : "sign-up" };

  page.identifier = context->flow->identifier ? context->flow->identifier : context->flow->login_hint;
  page.min_length = policy->password_min_length;
  if (postern_step_get_phase (step) == POSTERN_STEP_BEGIN)
    postern_password_page_answer (step, &page);
  else
    take (self, step, &page);
}
