/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-look.h"

#include "postern-flow-browser.h"
#include "postern-flow-context.h"
#include "postern-json.h"

#include <string.h>

#define COOKIE_LANGUAGE "postern-language"     /* both: postern-pages.h */
#define COOKIE_APPEARANCE "postern-appearance"
#define TAG_MAX 35 /* BCP 47 section 4.4.1 */

/* Letters, digits and hyphens: that much of BCP 47 keeps it harmless. */
gboolean
postern_flow_look_is_language (const char *text)
{
  gsize length = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

  return length >= 2 && length <= TAG_MAX && text[length] == '\0' && g_ascii_isalpha (*text);
}

gboolean
postern_flow_look_is_appearance (const char *text)
{
  return g_str_equal (text, "light") || g_str_equal (text, "dark");
}

/* A provider may have said the language, in words of its own. */
static const char *
language_of (PosternUser *user)
{
  const char *locale = user->profile ? postern_json_get_string (user->profile, "locale") : NULL;

  return locale && postern_flow_look_is_language (locale) ? locale : NULL;
}

void
postern_flow_look_bring (PosternFlowContext *context)
{
  PosternUser *user = postern_flow_context_load_user (context, NULL);
  const char *language = user ? language_of (user) : NULL;

  if (language)
    postern_flow_browser_set_cookie (context, COOKIE_LANGUAGE, language, POSTERN_FLOW_BROWSER_LONGEST);
  if (user && user->appearance)
    postern_flow_browser_set_cookie (context, COOKIE_APPEARANCE, user->appearance, POSTERN_FLOW_BROWSER_LONGEST);
  else if (context->request && postern_request_get_cookie (context->request, COOKIE_APPEARANCE))
    postern_flow_browser_set_cookie (context, COOKIE_APPEARANCE, "", 0);
}
