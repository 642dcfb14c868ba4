/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-page.h"

#include <glib/gi18n.h>

#include "postern-error.h"
#include "postern-flow-ask.h"
#include "postern-flow-passkey.h"
#include "postern-json.h"

#define BUSY 5 /* seconds: in which a full queue of hashes is worked off several times */

void
postern_password_page_answer (PosternStep *step, const PosternPasswordPage *page)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternPrompt *prompt;

  postern_json_object_add_string (&model, "identifier", page->identifier);
  postern_json_object_add_string (&model, "name", page->person);
  postern_json_object_add_string (&model, "connector_name", page->connector_name);
  if (page->min_length > 0)
    postern_json_object_add_int64 (&model, "min_length", page->min_length);
  postern_json_object_add_boolean (&model, "ask_current", page->ask_current);
  postern_json_object_add_boolean (&model, "only_password", page->min_length > 0 && !page->ask_current);
  postern_json_object_add_boolean (&model, "password", page->offer_password);
  postern_json_object_add_boolean (&model, "code", page->offer_code);
  postern_json_object_add_boolean (&model, "sms", page->sms);
  postern_json_object_add_boolean (&model, "phone", page->phone);
  postern_json_object_add_boolean (&model, "recovery", page->offer_recovery);
  if (page->offer_passkey)
    postern_flow_passkey_add (postern_flow_ask_get_context (step), &model);
  prompt = postern_prompt_new_page (page->name, postern_json_object_end (&model));
  if (page->message)
    postern_prompt_set_error (prompt, page->field, page->message);
  if (page->retry_after > 0)
    postern_prompt_set_status (prompt, 429, page->retry_after);
  postern_step_return_prompt (step, prompt);
}

void
postern_password_page_answer_error (PosternStep *step, PosternPasswordPage *page, guint retry_after, GError *error)
{
  if (!g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS)) {
    postern_step_return_error (step, error);
    return;
  }
  page->field = NULL;
  page->message = retry_after > 0 ? N_("Too many tries. Wait until the time is over, then try again.")
                                  : N_("Very many people are signing in right now. Try again in a few seconds.");
  page->retry_after = retry_after > 0 ? retry_after : BUSY;
  postern_password_page_answer (step, page);
  g_error_free (error);
}
