/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

/* OAuth 2.0 Multiple Response Types and Form Post. A code never goes into a fragment: it would outlive the page in scripts and history. */
static const char *const modes[] = { "query", "form_post", NULL };

gboolean
postern_oidc_check_response_mode (PosternOidcAsk *ask, GError **error)
{
  const char *asked = postern_oidc_ask_get (ask, "response_mode");

  if (!asked)
    return TRUE;
  for (guint i = 0; modes[i]; i++)
    if (g_str_equal (asked, modes[i])) {
      ask->response_mode = modes[i];
      return TRUE;
    }
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The response_mode must be query or form_post");
  return FALSE;
}
