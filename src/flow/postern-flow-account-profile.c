/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-account-profile.h"
#include "postern-flow-audit.h"
#include "postern-flow-browser.h"
#include "postern-flow-context.h"
#include "postern-flow-kept.h"
#include "postern-flow-look.h"
#include "postern-flow-routes.h"
#include "postern-json.h"
#include "postern-user-name.h"

#define PATH "/account/profile"
#define EVENT "profile.changed"

static const struct {
  const char *name, *label, *autocomplete;
} fields[POSTERN_FLOW_ACCOUNT_PROFILE_FIELDS] = {
  { "name", N_("Your name"), "name" },
  { "given_name", N_("Given name"), "given-name" },
  { "family_name", N_("Family name"), "family-name" },
};

typedef struct {
  PosternFlowContext *context;
  const PosternFlowAccountProfile *profile;
} Saving;

/* @current: (nullable) */
static GVariant *
appearance_entries (const char *current)
{
  static const struct {
    const char *value, *title;
  } choices[] = { { POSTERN_FLOW_ACCOUNT_PROFILE_SYSTEM, N_("As on this device") }, { "light", N_("Light") }, { "dark", N_("Dark") } };
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++) {
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

    postern_json_object_add_string (&entry, "value", choices[i].value);
    postern_json_object_add_string (&entry, "title", choices[i].title);
    postern_json_object_add_boolean (&entry, "current", g_str_equal (choices[i].value, current ? current : POSTERN_FLOW_ACCOUNT_PROFILE_SYSTEM));
    g_variant_builder_add (&entries, "v", postern_json_object_end (&entry));
  }
  return g_variant_builder_end (&entries);
}

/* @typed: (nullable): what was sent, by the request @came_by; @wrong: the index of the field that is wrong, or -1 */
static PosternResponse *
show (PosternFlowVisit *visit, const PosternFlowAccountProfile *typed, const char *came_by, gint wrong)
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
  postern_json_object_add_string (&model, "error_request", came_by);
  return postern_response_new_page (200, "account-profile", postern_json_object_end (&model));
}

/* The first field is what the person is called: it stays. */
gint
postern_flow_account_profile_find_wrong (const PosternFlowAccountProfile *profile)
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
  PosternFlowAccountProfile typed = { { NULL } };

  if (kept == NULL)
    return show (visit, NULL, NULL, -1);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    typed.values[i] = postern_json_get_string (kept, fields[i].name);
  typed.appearance = postern_json_get_string (kept, "appearance");
  return show (visit, &typed, postern_json_get_string (kept, "error_request"), postern_flow_account_profile_find_wrong (&typed));
}

/* What is wrong is found again when it is shown. */
static PosternResponse *
lead_to_fault (PosternFlowVisit *visit, PosternRequest *request, const PosternFlowAccountProfile *typed)
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

const char *
postern_flow_account_profile_get_field (guint index)
{
  return fields[index].name;
}

gboolean
postern_flow_account_profile_is_appearance (const char *text)
{
  return g_str_equal (text, POSTERN_FLOW_ACCOUNT_PROFILE_SYSTEM) || postern_flow_look_is_appearance (text);
}

static gboolean
read_form (PosternFlowAccountProfile *profile, PosternRequest *request, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (!postern_request_get_form (request, fields[i].name, &profile->values[i], error))
      return FALSE;
  if (!postern_request_get_form (request, "locale", &profile->locale, error) || !postern_request_get_form (request, "appearance", &profile->appearance, error))
    return FALSE;
  if ((profile->locale == NULL || postern_flow_look_is_language (profile->locale)) && (profile->appearance == NULL || postern_flow_account_profile_is_appearance (profile->appearance)))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "This is no language, or no appearance");
  return FALSE;
}

static GVariant *
merge (GVariant *old, const PosternFlowAccountProfile *profile)
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
  Saving *it = user_data;
  const PosternFlowAccountProfile *profile = it->profile;
  g_autoptr (PosternUser) user = postern_user_store_get (txn, it->context->flow->user_id, error);
  g_autoptr (GVariant) merged = user ? merge (user->profile, profile) : NULL, before = user ? g_variant_ref_sink (postern_flow_audit_describe_user (user)) : NULL;

  if (user == NULL)
    return FALSE;
  g_clear_pointer (&user->profile, g_variant_unref);
  user->profile = g_steal_pointer (&merged);
  if (profile->appearance)
    postern_flow_set_string (&user->appearance, g_str_equal (profile->appearance, POSTERN_FLOW_ACCOUNT_PROFILE_SYSTEM) ? NULL : profile->appearance);
  user->updated_at = postern_flow_context_now ();
  return postern_user_store_update (txn, user, error) && 
         postern_flow_audit_append_change (it->context, txn, EVENT, user->id, before, postern_flow_audit_describe_user (user), error);
}

static gboolean
commit (PosternFlowContext *context, const PosternFlowAccountProfile *profile, GError **error)
{
  Saving it = { context, profile };

  if (!postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, save, &it, error))
    return FALSE;
  postern_flow_audit_tell (context, EVENT, context->flow->user_id);
  return TRUE;
}

gboolean
postern_flow_account_profile_save (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const PosternFlowAccountProfile *profile, GError **error)
{
  PosternFlowContext context;
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin_context (visit, postern_flow_engine_get_runtime (engine), request, &context);
  gboolean done = commit (&context, profile, error);

  postern_flow_context_clear (&context);
  return done;
}

/* This browser shows it at once. */
static PosternResponse *
answer (PosternFlowContext *context, const PosternFlowAccountProfile *profile)
{
  g_autoptr (GError) error = NULL;
  PosternResponse *response;

  if (!commit (context, profile, &error))
    return postern_response_new_error_page (error, "/account");
  response = postern_response_new_redirect ("/account?notice=profile");
  postern_flow_look_bring (context);
  postern_flow_browser_apply (context, response);
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
  PosternFlowAccountProfile profile = { { NULL } };

  if (visit == NULL)
    return response;
  if (!read_form (&profile, request, &error))
    return postern_response_new_error_page (error, "/account");
  if (postern_flow_account_profile_find_wrong (&profile) >= 0)
    return lead_to_fault (visit, request, &profile);
  flow = postern_flow_visit_begin_context (visit, postern_flow_engine_get_runtime (engine), request, &context);
  response = answer (&context, &profile);
  postern_flow_context_clear (&context);
  return response;
}
