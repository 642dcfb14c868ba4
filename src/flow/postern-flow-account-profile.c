/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-audit.h"
#include "postern-flow-browser.h"
#include "postern-flow-context.h"
#include "postern-flow-kept.h"
#include "postern-flow-look.h"
#include "postern-flow-routes.h"
#include "postern-flow-visit.h"
#include "postern-json.h"
#include "postern-user-name.h"

#define PATH "/account/profile"
#define APPEARANCE_SYSTEM "system" /* as the device has it: what the form says where nothing is kept */

/* What a person says of themselves: names of OpenID Connect Core 5.1. */
static const struct {
  const char *name, *label, *autocomplete;
} fields[] = {
  { "name", N_("Your name"), "name" },
  { "given_name", N_("Given name"), "given-name" },
  { "family_name", N_("Family name"), "family-name" },
};

typedef struct {
  PosternFlowContext *context;
  const char *values[G_N_ELEMENTS (fields)]; /* as typed; "" takes it away; NULL leaves it */
  const char *locale, *appearance;           /* each (nullable): it stays */
  const char *error_request;                 /* (nullable): which request it came by, where something is wrong with it */
} Profile;

/* @current: (nullable) */
static GVariant *
appearance_entries (const char *current)
{
  static const struct {
    const char *value, *title;
  } choices[] = { { APPEARANCE_SYSTEM, N_("As on this device") }, { "light", N_("Light") }, { "dark", N_("Dark") } };
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++) {
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

    postern_json_object_add_string (&entry, "value", choices[i].value);
    postern_json_object_add_string (&entry, "title", choices[i].title);
    postern_json_object_add_boolean (&entry, "current", g_str_equal (choices[i].value, current ? current : APPEARANCE_SYSTEM));
    g_variant_builder_add (&entries, "v", postern_json_object_end (&entry));
  }
  return g_variant_builder_end (&entries);
}

/* @typed: (nullable): what was sent; @wrong: the index of the field that is wrong, or -1 */
static PosternResponse *
show (PosternFlowVisit *visit, const Profile *typed, gint wrong)
{
  g_autofree char *action = g_strconcat (postern_tenant_get_issuer (visit->tenant), PATH, NULL);
  g_autofree char *back_url = g_strconcat (postern_tenant_get_issuer (visit->tenant), "/account", NULL);
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;
    const char *kept = visit->user->profile ? postern_json_get_string (visit->user->profile, fields[i].name) : NULL;

    postern_json_object_add_string (&row, "name", fields[i].name);
    postern_json_object_add_string (&row, "label", fields[i].label);
    postern_json_object_add_string (&row, "type", "text");
    postern_json_object_add_string (&row, "autocomplete", fields[i].autocomplete);
    postern_json_object_add_string (&row, "value", typed ? typed->values[i] : kept);
    postern_json_object_add_boolean (&row, "wrong", wrong == (gint) i);
    g_variant_builder_add (&rows, "v", postern_json_object_end (&row));
  }
  postern_json_object_add_string (&model, "action", action);
  postern_json_object_add_string (&model, "back_url", back_url);
  postern_json_object_add (&model, "fields", g_variant_builder_end (&rows));
  postern_json_object_add (&model, "appearances", appearance_entries (typed && typed->appearance ? typed->appearance : visit->user->appearance));
  postern_json_object_add_string (&model, "error_field", wrong >= 0 ? fields[wrong].name : NULL);
  postern_json_object_add_string (&model, "error_message", wrong >= 0 ? N_("This cannot be a name. Write it in letters, and shorter.") : NULL);
  postern_json_object_add_string (&model, "error_request", typed ? typed->error_request : NULL);
  return postern_response_new_page (200, "account-profile", postern_json_object_end (&model));
}

/* -1: none is. The first field is what the person is called: it stays. */
static gint
find_wrong (const Profile *profile)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    g_autofree char *clean = postern_user_name_dup_typed (profile->values[i]);
    gboolean empty = profile->values[i] == NULL || *profile->values[i] == '\0';

    if (clean == NULL && (!empty || (i == 0 && profile->values[i])))
      return (gint) i;
  }
  return -1;
}

static PosternResponse *
show_kept (PosternFlowVisit *visit, PosternRequest *request)
{
  g_autoptr (GVariant) kept = postern_flow_kept_get (visit, request, PATH);
  Profile typed = { NULL };

  if (kept == NULL)
    return show (visit, NULL, -1);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    typed.values[i] = postern_json_get_string (kept, fields[i].name);
  typed.appearance = postern_json_get_string (kept, "appearance");
  typed.error_request = postern_json_get_string (kept, "error_request");
  return show (visit, &typed, find_wrong (&typed));
}

/* What is wrong is found again when it is shown. */
static PosternResponse *
lead_to_fault (PosternFlowVisit *visit, PosternRequest *request, const Profile *typed)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    postern_json_object_add_string (&model, fields[i].name, typed->values[i]);
  postern_json_object_add_string (&model, "appearance", typed->appearance);
  return postern_flow_kept_put (visit, request, PATH, postern_json_object_end (&model));
}

PosternResponse *
postern_flow_account_profile_show (PosternRequest *request, gpointer engine)
{
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, PATH, &response);

  return visit ? show_kept (visit, request) : response;
}

static gboolean
is_appearance (const char *text)
{
  return g_str_equal (text, APPEARANCE_SYSTEM) || postern_flow_look_is_appearance (text);
}

static gboolean
read_form (Profile *profile, PosternRequest *request, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (!postern_request_get_form (request, fields[i].name, &profile->values[i], error))
      return FALSE;
  if (!postern_request_get_form (request, "locale", &profile->locale, error) || !postern_request_get_form (request, "appearance", &profile->appearance, error))
    return FALSE;
  if ((profile->locale == NULL || postern_flow_look_is_language (profile->locale)) && (profile->appearance == NULL || is_appearance (profile->appearance)))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "This is no language, or no appearance");
  return FALSE;
}

static GVariant *
merge (GVariant *old, const Profile *profile)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (old);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    g_autofree char *clean = postern_user_name_dup_typed (profile->values[i]);

    if (clean)
      g_variant_dict_insert (&dict, fields[i].name, "s", clean);
    else if (profile->values[i])
      g_variant_dict_remove (&dict, fields[i].name);
  }
  if (profile->locale)
    g_variant_dict_insert (&dict, "locale", "s", profile->locale);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static gboolean
save (PosternTxn *txn, gpointer user_data, GError **error)
{
  Profile *profile = user_data;
  PosternFlowContext *context = profile->context;
  g_autoptr (PosternUser) user = postern_user_store_get (txn, context->flow->user_id, error);
  g_autoptr (GVariant) merged = user ? merge (user->profile, profile) : NULL;

  if (user == NULL)
    return FALSE;
  g_clear_pointer (&user->profile, g_variant_unref);
  user->profile = g_steal_pointer (&merged);
  if (profile->appearance)
    postern_flow_set_string (&user->appearance, g_str_equal (profile->appearance, APPEARANCE_SYSTEM) ? NULL : profile->appearance);
  user->updated_at = postern_flow_context_now ();
  return postern_user_store_update (txn, user, error) && postern_flow_audit_append (context, txn, "profile.changed", user->id, error);
}

static PosternResponse *
commit (PosternFlowVisit *visit, Profile *profile)
{
  g_autoptr (GError) error = NULL;
  PosternResponse *response;

  if (!postern_store_write (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, save, profile, &error))
    return postern_response_new_error_page (error, "/account");
  postern_flow_audit_tell (profile->context, "profile.changed", visit->user->id);
  response = postern_response_new_redirect ("/account?notice=profile");
  postern_flow_look_bring (profile->context);
  postern_flow_browser_apply (profile->context, response);
  return response;
}

PosternResponse *
postern_flow_account_profile_submit (PosternRequest *request, gpointer engine)
{
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, PATH, &response);
  g_autoptr (PosternFlow) flow = NULL;
  g_autoptr (GError) error = NULL;
  PosternFlowContext context;
  Profile profile = { &context };

  if (visit == NULL)
    return response;
  if (!read_form (&profile, request, &error))
    return postern_response_new_error_page (error, "/account");
  if (find_wrong (&profile) >= 0)
    return lead_to_fault (visit, request, &profile);
  flow = postern_flow_visit_begin_context (visit, postern_flow_engine_get_runtime (engine), request, &context);
  response = commit (visit, &profile);
  postern_flow_context_clear (&context);
  return response;
}
