/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

#include "postern-json.h"
#include "postern-oidc-claims.h"

static const char *const displays[] = { "page", "popup", "touch", "wap", NULL };

/* acr_values is a wish; what the claims parameter calls essential goes before it, and is enforced when the code is made. */
static void
read_acr_values (PosternOidcAsk *ask)
{
  g_autoptr (GVariant) request = postern_oidc_claims_get_request (ask->flow->requested_claims, "id_token", "acr");
  g_auto (GStrv) values = request ? postern_json_dup_strv (request, "values", FALSE) : NULL;
  const char *value = request ? postern_json_get_string (request, "value") : NULL;

  g_strfreev (ask->flow->acr_values);
  if (values)
    ask->flow->acr_values = g_steal_pointer (&values);
  else if (value)
    ask->flow->acr_values = g_strdupv ((char *[]){ (char *) value, NULL });
  else
    ask->flow->acr_values = postern_oidc_ask_dup_list (ask, "acr_values");
}

gboolean
postern_oidc_check_hints (PosternOidcAsk *ask, GError **error)
{
  const char *display = postern_oidc_ask_get (ask, "display");

  read_acr_values (ask);
  postern_flow_set_string (&ask->flow->login_hint, postern_oidc_ask_get (ask, "login_hint"));
  postern_flow_set_string (&ask->flow->organization, postern_oidc_ask_get (ask, "organization"));
  postern_flow_set_string (&ask->flow->ui_locales, postern_oidc_ask_get (ask, "ui_locales"));
  if (display && g_strv_contains (displays, display))
    postern_flow_set_string (&ask->flow->display, display);
  return TRUE;
}
