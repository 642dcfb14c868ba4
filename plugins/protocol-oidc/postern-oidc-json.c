/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-json.h"

#include "postern-claims-map.h"
#include "postern-json.h"

/* Names are ours, or were checked: they still are escaped, for a claim's name may come from an operator. */
static void
add_name (GString *out, const char *name)
{
  if (out->str[out->len - 1] != '{')
    g_string_append_c (out, ',');
  postern_json_append_string (out, name);
  g_string_append_c (out, ':');
}

void
postern_oidc_json_add_string (GString *out, const char *name, const char *value)
{
  if (!value)
    return;
  add_name (out, name);
  postern_json_append_string (out, value);
}

void
postern_oidc_json_add_int64 (GString *out, const char *name, gint64 value)
{
  add_name (out, name);
  postern_json_append_int64 (out, value);
}

void
postern_oidc_json_add_boolean (GString *out, const char *name, gboolean value)
{
  add_name (out, name);
  g_string_append (out, value ? "true" : "false");
}

void
postern_oidc_json_add_variant (GString *out, const char *name, GVariant *value)
{
  if (!value)
    return;
  add_name (out, name);
  postern_json_append (out, value);
}

void
postern_oidc_json_add_strv (GString *out, const char *name, const char *const *values, gboolean lone)
{
  if (!values)
    return;
  add_name (out, name);
  if (lone && values[0] && !values[1]) {
    postern_json_append_string (out, values[0]);
    return;
  }
  g_string_append_c (out, '[');
  for (guint i = 0; values[i]; i++) {
    if (i)
      g_string_append_c (out, ',');
    postern_json_append_string (out, values[i]);
  }
  g_string_append_c (out, ']');
}

void
postern_oidc_json_add_claims (GString *out, GVariant *claims)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (!claims)
    return;
  g_variant_iter_init (&iter, claims);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    if (!postern_claims_map_is_protocol (name))
      postern_oidc_json_add_variant (out, name, value);
}
