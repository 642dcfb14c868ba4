/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

/* Seconds since the last sign-in. One that cannot be read must not silently mean "any". */
gboolean
postern_oidc_check_max_age (PosternOidcAsk *ask, GError **error)
{
  const char *text = postern_oidc_ask_get (ask, "max_age");
  guint64 max_age;

  ask->flow->max_age = ask->client->default_max_age;
  if (!text)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &max_age, NULL)) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The max_age must be a whole number of seconds");
    return FALSE;
  }
  ask->flow->max_age = (gint64) max_age;
  return TRUE;
}
