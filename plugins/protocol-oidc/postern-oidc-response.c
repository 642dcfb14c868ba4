/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-response.h"

#include "postern-json.h"

#include <string.h>

static const char *const errors[] = {
  "invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type", "invalid_scope", "server_error",
  "temporarily_unavailable", "invalid_target", "interaction_required", "login_required", "account_selection_required",
  "consent_required", "invalid_request_object", "request_not_supported", "request_uri_not_supported",
  "registration_not_supported", "unmet_authentication_requirements", NULL,
};

const char *
postern_oidc_response_get_error (const GError *error)
{
  const char *wire = postern_error_get_wire (error);

  return g_strv_contains (errors, wire) ? wire : "server_error";
}

char *
postern_oidc_response_add_query (const char *url, const char *name, const char *value)
{
  g_autofree char *escaped = g_uri_escape_string (value, NULL, FALSE);
  const char *query = strchr (url, '?');
  const char *joint = !query ? "?" : query[1] == '\0' || g_str_has_suffix (url, "&") ? "" : "&";

  return g_strconcat (url, joint, name, "=", escaped, NULL);
}

static PosternResponse *
by_query (const char *redirect_uri, const char *const *pairs)
{
  g_autofree char *url = g_strdup (redirect_uri);

  for (guint i = 0; pairs[i]; i += 2) {
    char *longer = postern_oidc_response_add_query (url, pairs[i], pairs[i + 1]);
    g_free (url);
    url = longer;
  }
  return postern_response_new_redirect (url);
}

/* OAuth 2.0 Form Post Response Mode */
static PosternResponse *
by_form_post (const char *redirect_uri, const char *const *pairs, const char *ui_locales)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_auto (GVariantBuilder) fields = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  PosternResponse *response;

  for (guint i = 0; pairs[i]; i += 2) {
    g_auto (PosternJsonObject) field = POSTERN_JSON_OBJECT_INIT;
    postern_json_object_add_string (&field, "name", pairs[i]);
    postern_json_object_add_string (&field, "value", pairs[i + 1]);
    g_variant_builder_add (&fields, "v", postern_json_object_end (&field));
  }
  postern_json_object_add_string (&model, "url", redirect_uri);
  postern_json_object_add (&model, "fields", g_variant_builder_end (&fields));
  postern_json_object_add_string (&model, "ui_locales", ui_locales);
  response = postern_response_new_page (200, "form-post", postern_json_object_end (&model));
  postern_response_allow_form_target (response, redirect_uri);
  return response;
}

PosternResponse *
postern_oidc_response_new (PosternOidc *self, PosternFlow *flow, const char *const *pairs)
{
  const char *redirect_uri = postern_pairs_get (flow->protocol_state, "redirect_uri");
  const char *state = postern_pairs_get (flow->protocol_state, "state");
  const char *mode = postern_pairs_get (flow->protocol_state, "response_mode");
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  for (guint i = 0; pairs[i]; i++)
    g_ptr_array_add (all, (gpointer) pairs[i]);
  if (state) {
    g_ptr_array_add (all, (gpointer) "state");
    g_ptr_array_add (all, (gpointer) state);
  }
  g_ptr_array_add (all, (gpointer) "iss");
  g_ptr_array_add (all, (gpointer) postern_oidc_get_issuer (self));
  g_ptr_array_add (all, NULL);
  if (g_strcmp0 (mode, "form_post") == 0)
    return by_form_post (redirect_uri, (const char *const *) all->pdata, flow->ui_locales);
  return by_query (redirect_uri, (const char *const *) all->pdata);
}

#define URL_MAX 6000 /* bytes of query that a GET to ourselves may have */

/* Only what may stand in an address: a raw line end would otherwise end our header. */
static gboolean
is_printable (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (text[i] <= ' ' || text[i] > '~' || text[i] == '#')
      return FALSE;
  return TRUE;
}

PosternResponse *
postern_oidc_response_again_by_get (PosternRequest *request)
{
  gsize length;
  const char *form = g_bytes_get_data (postern_request_get_body (request), &length);
  g_autofree char *location = NULL;

  if (!g_str_equal (postern_request_get_method (request), "POST") || length > URL_MAX || !is_printable (form, length))
    return NULL;
  location = g_strdup_printf ("%s%s%.*s", postern_request_get_path (request), length ? "?" : "", (int) length, length ? form : "");
  return postern_response_new_redirect (location);
}
