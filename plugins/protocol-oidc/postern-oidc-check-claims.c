/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

#include "postern-flow-claims.h"
#include "postern-json.h"
#include "postern-oidc-claims.h"
#include "postern-record-json.h"

#define MAX_CLAIMS 100 /* in one member */

static gboolean
refuse (GError **error)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter claims is not the JSON object that OpenID Connect Core 5.5 describes");
  return FALSE;
}

/* Core 5.5.1. Who must come and how they must show it are conditions: one that is passed over, because it is no text, is none. */
static gboolean
check_request (const char *name, GVariant *request)
{
  g_autoptr (GVariant) essential = postern_json_get (request, "essential"), value = postern_json_get (request, "value"), values = postern_json_get (request, "values");
  g_auto (GStrv) list = postern_json_dup_strv (request, "values", FALSE);

  if (essential && !g_variant_is_of_type (essential, G_VARIANT_TYPE_BOOLEAN))
    return FALSE;
  if (!g_str_equal (name, "acr") && !g_str_equal (name, "sub"))
    return TRUE;
  return (!value || g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)) && (!values || (list && *list));
}

/* Each claim is null, or an object. */
static gboolean
check_member (GVariant *claims, const char *member)
{
  g_autoptr (GVariant) raw = g_variant_lookup_value (claims, member, NULL);
  g_autoptr (GVariant) part = postern_json_get (claims, member);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (!raw || g_variant_is_of_type (raw, G_VARIANT_TYPE_MAYBE))
    return TRUE;
  if (!part || !g_variant_is_of_type (part, G_VARIANT_TYPE_VARDICT) || g_variant_n_children (part) > MAX_CLAIMS)
    return FALSE;
  g_variant_iter_init (&iter, part);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    if (!(g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT) ? check_request (name, value) : g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))) {
      g_variant_unref (value);
      return FALSE;
    }
  return TRUE;
}

/* What no allowed scope could bring, the claims parameter does not bring either. Claims of no scope are nobody's secret. */
static gboolean
may_have (PosternClient *client, const char *name)
{
  const char *const *scopes = postern_oidc_claims_get_scopes ();

  for (guint i = 0; scopes[i]; i++) {
    const char *const *names = postern_flow_claims_of_scope (scopes[i]);
    if (names && g_strv_contains (names, name))
      return postern_client_allows_scope (client, scopes[i]);
  }
  return TRUE;
}

static void
keep_allowed (PosternJsonObject *out, PosternClient *client, GVariant *claims, const char *member)
{
  g_autoptr (GVariant) part = postern_json_get (claims, member);
  g_auto (PosternJsonObject) kept = POSTERN_JSON_OBJECT_INIT;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (!part || !g_variant_is_of_type (part, G_VARIANT_TYPE_VARDICT))
    return;
  g_variant_iter_init (&iter, part);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    if (may_have (client, name))
      postern_json_object_add (&kept, name, value);
  postern_json_object_add (out, member, postern_json_object_end (&kept));
}

static GVariant *
dup_allowed (PosternClient *client, GVariant *claims)
{
  g_auto (PosternJsonObject) builder = POSTERN_JSON_OBJECT_INIT;

  keep_allowed (&builder, client, claims, "userinfo");
  keep_allowed (&builder, client, claims, "id_token");
  return g_variant_ref_sink (postern_json_object_end (&builder));
}

/* A named `sub` means: this person or nobody (Core 5.5.1); a second, other name for the person is a contradiction. One of several is not offered. */
static gboolean
read_subject (PosternOidcAsk *ask, GVariant *claims, GError **error)
{
  g_autoptr (GVariant) request = postern_oidc_claims_get_request (claims, "id_token", "sub");
  const char *subject = request ? postern_json_get_string (request, "value") : NULL;

  if (request && g_variant_lookup (request, "values", "*", NULL))
    return refuse (error);
  if (!subject)
    return TRUE;
  if (!postern_id_is_valid (subject, "usr"))
    return refuse (error);
  postern_flow_set_string (&ask->flow->hinted_user_id, subject);
  return TRUE;
}

/* It is kept with the grant and with what waits for a person, deeper there than it came. */
static gboolean
can_be_kept (GVariant *claims)
{
  g_autofree char *text = postern_json_print (claims), *kept = g_strconcat ("[[", text, "]]", NULL);

  return postern_record_json_is_readable (kept);
}

gboolean
postern_oidc_check_claims (PosternOidcAsk *ask, GError **error)
{
  const char *text = postern_oidc_ask_get (ask, "claims");
  g_autoptr (GVariant) claims = NULL;

  if (!text)
    return TRUE;
  claims = postern_json_parse_object (text, -1, 0, NULL);
  if (!claims || !check_member (claims, "userinfo") || !check_member (claims, "id_token") || !can_be_kept (claims))
    return refuse (error);
  g_clear_pointer (&ask->flow->requested_claims, g_variant_unref);
  ask->flow->requested_claims = dup_allowed (ask->client, claims);
  return read_subject (ask, claims, error);
}
