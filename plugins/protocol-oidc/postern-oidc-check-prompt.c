/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

static const struct {
  const char *name;
  PosternFlowPrompt prompt;
} prompts[] = {
  { "none", POSTERN_FLOW_PROMPT_NONE },
  { "login", POSTERN_FLOW_PROMPT_LOGIN },
  { "consent", POSTERN_FLOW_PROMPT_CONSENT },
  { "select_account", POSTERN_FLOW_PROMPT_SELECT_ACCOUNT },
  { "create", POSTERN_FLOW_PROMPT_CREATE },
  { "select_organization", POSTERN_FLOW_PROMPT_SELECT_ORGANIZATION },
};

static guint
find_prompt (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (prompts); i++)
    if (g_str_equal (prompts[i].name, name))
      return prompts[i].prompt;
  return 0;
}

/* OpenID Connect Core 3.1.2.1 and Initiating User Registration: "none" stands alone, and so does "create"; an unknown word is an error. */
gboolean
postern_oidc_check_prompt (PosternOidcAsk *ask, GError **error)
{
  g_auto (GStrv) words = postern_oidc_ask_dup_list (ask, "prompt");
  guint alone = POSTERN_FLOW_PROMPT_NONE | POSTERN_FLOW_PROMPT_CREATE, all = 0;

  for (guint i = 0; words && words[i]; i++) {
    guint prompt = find_prompt (words[i]);
    if (!prompt) {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The prompt must be none, login, consent, select_account, create or select_organization");
      return FALSE;
    }
    all |= prompt;
  }
  if ((all & alone) && (all & (all - 1))) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The prompts none and create stand alone");
    return FALSE;
  }
  ask->flow->prompts = all;
  return TRUE;
}
