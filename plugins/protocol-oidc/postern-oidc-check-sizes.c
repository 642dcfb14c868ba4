/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

#include <string.h>

/* What is kept with the flow, and comes back in redirects, has an end. Tokens have their own limits. */
static const struct {
  const char *name;
  gsize max; /* bytes */
} limits[] = {
  { "state", POSTERN_OIDC_PARAMETER_MAX },
  { "nonce", 1024 },
  { "scope", POSTERN_OIDC_PARAMETER_MAX },
  { "resource", 2048 },
  { "login_hint", 512 },
  { "organization", 64 },
  { "acr_values", 1024 },
  { "ui_locales", 512 },
  { "claims_locales", 512 },
  { "claims", 16 * 1024 },
};

gboolean
postern_oidc_check_sizes (PosternOidcAsk *ask, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++) {
    const char *value = postern_oidc_ask_get (ask, limits[i].name);
    if (value && strlen (value) > limits[i].max) {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter %s has more than %" G_GSIZE_FORMAT " bytes", limits[i].name, limits[i].max);
      return FALSE;
    }
  }
  return TRUE;
}
