/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-account-delete.h"
#include "postern-flow-activity.h"
#include "postern-flow-browser.h"
#include "postern-flow-context.h"
#include "postern-flow-device-words.h"
#include "postern-flow-end.h"
#include "postern-flow-link.h"
#include "postern-flow-methods.h"
#include "postern-flow-notice.h"
#include "postern-flow-passkey.h"
#include "postern-flow-place.h"
#include "postern-flow-prompt.h"
#include "postern-flow-remove.h"
#include "postern-flow-routes.h"
#include "postern-flow-scope-words.h"
#include "postern-flow-tasks.h"
#include "postern-flow-visit.h"
#include "postern-json.h"
#include "postern-user-name.h"

#define NOTICE_OTHERS N_("You are signed out everywhere else.")
#define LIST_MAX 100 /* of anything on the page */

/* What the page shows, read in one transaction. */
typedef struct {
  PosternFlowVisit *visit;
  GPtrArray *sessions, *grants, *identities, *credentials, *events;
} Account;

static void
clear (Account *account)
{
  g_clear_pointer (&account->sessions, g_ptr_array_unref);
  g_clear_pointer (&account->grants, g_ptr_array_unref);
  g_clear_pointer (&account->identities, g_ptr_array_unref);
  g_clear_pointer (&account->credentials, g_ptr_array_unref);
  g_clear_pointer (&account->events, g_ptr_array_unref);
}

static gboolean
read_account (PosternTxn *txn, gpointer user_data, GError **error)
{
  Account *account = user_data;
  const char *user_id = account->visit->user->id;

  clear (account);
  account->sessions = postern_session_store_list (txn, user_id, TRUE, NULL, LIST_MAX, error);
  account->grants = account->sessions ? postern_grant_store_list (txn, user_id, NULL, LIST_MAX, error) : NULL;
  account->identities = account->grants ? postern_identity_store_list (txn, user_id, error) : NULL;
  account->credentials = account->identities ? postern_credential_store_list (txn, user_id, error) : NULL;
  account->events = account->credentials ? postern_audit_store_list_for (txn, user_id, POSTERN_FLOW_ACTIVITY_MAX, error) : NULL;
  return account->events != NULL;
}

static void
add_url (PosternJsonObject *model, PosternTenant *tenant, const char *name, const char *path)
{
  g_autofree char *url = g_strconcat (postern_tenant_get_issuer (tenant), path, NULL);

  postern_json_object_add_string (model, name, url);
}

static void
add_time (PosternJsonObject *object, const char *name, gint64 at)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (at);
  g_autofree char *text = time ? g_date_time_format_iso8601 (time) : NULL;

  postern_json_object_add_string (object, name, text);
}

static GVariant *
session_entries (Account *account, PosternRequest *request, PosternRuntime *runtime)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < account->sessions->len; i++) {
    PosternSession *session = g_ptr_array_index (account->sessions, i);
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;
    g_autoptr (PosternClient) client = session->application_id ? postern_tenant_dup_client (account->visit->tenant, session->application_id, NULL) : NULL;
    g_autofree char *device = client ? g_strdup (client->application->name) : postern_flow_device_words_dup (session->user_agent);

    postern_json_object_add_string (&entry, "id", session->id);
    postern_json_object_add_string (&entry, "user_agent", session->user_agent);
    postern_json_object_add_string (&entry, "device", device);
    postern_json_object_add_string (&entry, "remote_address", session->remote_address);
    postern_flow_place_add (runtime, &entry, session->remote_address, postern_flow_browser_get_languages (request));
    add_time (&entry, "used_at", session->used_at);
    postern_json_object_add_boolean (&entry, "current", g_str_equal (session->id, account->visit->session->id));
    g_variant_builder_add (&entries, "v", postern_json_object_end (&entry));
  }
  return g_variant_builder_end (&entries);
}

static GVariant *
scope_titles (const char *scope)
{
  g_auto (GStrv) names = g_strsplit (scope ? scope : "", " ", -1);
  GVariantBuilder titles = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; names[i]; i++)
    if (*names[i] && !g_str_equal (names[i], "openid"))
      g_variant_builder_add (&titles, "v", g_variant_new_string (postern_flow_scope_words_get_title (names[i])));
  return g_variant_builder_end (&titles);
}

static void
add_application (GVariantBuilder *entries, PosternTenant *tenant, PosternGrant *grant)
{
  g_autoptr (PosternClient) client = postern_tenant_dup_client (tenant, grant->application_id, NULL);
  g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

  if (client == NULL)
    return;
  postern_json_object_add_string (&entry, "id", grant->application_id);
  postern_json_object_add_string (&entry, "name", client->application->name);
  postern_json_object_add (&entry, "scopes", scope_titles (grant->scope));
  g_variant_builder_add (entries, "v", postern_json_object_end (&entry));
}

/* One line an application, with the scopes of its newest living grant. */
static GVariant *
application_entries (Account *account)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  for (guint i = account->grants->len; i > 0; i--) {
    PosternGrant *grant = g_ptr_array_index (account->grants, i - 1);
    gboolean alive = grant->revoked_at == 0 && (grant->expires_at == 0 || now < grant->expires_at);

    if (alive && g_hash_table_add (seen, grant->application_id))
      add_application (&entries, account->visit->tenant, grant);
  }
  return g_variant_builder_end (&entries);
}

static GVariant *
identity_entries (Account *account, PosternRuntime *runtime)
{
  PosternRegistry *registry = postern_runtime_get_registry (runtime);
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < account->identities->len; i++) {
    PosternIdentity *identity = g_ptr_array_index (account->identities, i);
    PosternInstance *connector = postern_registry_get_instance (registry, identity->connector);
    const char *name = connector ? postern_instance_get_display_name (connector) : identity->connector;

    g_variant_builder_add (&entries, "v", g_variant_new_parsed ("{'id': <%s>, 'connector': <%s>, 'name': <%s>}", identity->id, identity->connector, name));
  }
  postern_flow_link_add_choices (&entries, runtime, account->visit->tenant, account->identities);
  return g_variant_builder_end (&entries);
}

static const PosternFlowVisitNotice notices[] = {
  { "changed", N_("Your password is changed. You are signed out everywhere else.") },
  { "email", N_("Your e-mail address is confirmed.") },
  { "phone", N_("Your telephone number is confirmed.") },
  { "added", N_("It is set up.") },
  { "renamed", N_("It is saved.") },
  { "profile", N_("Your profile is saved.") },
  { "others", NOTICE_OTHERS },
  { "kept", N_("Your account is kept.") },
  { "unlinked", N_("It is disconnected. You are signed out everywhere else.") },
  { "removed", N_("It is removed. You are signed out everywhere else.") },
  { "last-way", N_("This is the only way to sign in to your account. Add another one first.") },
  { "link-taken", N_("That account is connected to another account here already. Sign in to that one and disconnect it there first.") },
  { "link-stopped", N_("You stopped on the other side. Try again, or choose another way.") },
  { "link-failed", N_("Connecting did not work. Try again later.") },
  { "again", N_("You have signed in again. Now you can go on.") },
  { NULL },
};

static GVariant *
method_rows (Account *account, PosternRequest *request, PosternRuntime *runtime, PosternJsonObject *model)
{
  PosternFlowContext context;
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin_context (account->visit, runtime, request, &context);
  GVariant *rows;

  rows = postern_flow_methods_to_variant (&context, account->visit->user, account->credentials);
  if (postern_flow_visit_is_fresh (account->visit))
    postern_flow_passkey_add_upgrade (&context, account->visit->session, account->credentials, model);
  postern_flow_context_clear (&context);
  return rows;
}

static PosternResponse *
render (Account *account, PosternRequest *request, PosternRuntime *runtime)
{
  PosternFlowVisit *visit = account->visit;
  const char *name = postern_user_name_get (visit->user), *identifier = postern_user_name_get_shown (visit->user);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternResponse *page;

  add_url (&model, visit->tenant, "action", "/account");
  add_url (&model, visit->tenant, "sign_out_url", "/account/sign-out");
  if (visit->user->administrator && postern_runtime_get_book (runtime))
    add_url (&model, visit->tenant, "console_url", "/console");
  add_url (&model, visit->tenant, "profile_url", "/account/profile");
  add_url (&model, visit->tenant, "data_url", "/account/data");
  if (visit->user->deletes_at == 0)
    add_url (&model, visit->tenant, "delete_url", "/account/delete");
  else
    add_time (&model, "deletes_at", visit->user->deletes_at);
  if (name != identifier)
    postern_json_object_add_string (&model, "name", name);
  postern_json_object_add_string (&model, "identifier", identifier);
  postern_json_object_add_string (&model, "email", visit->user->email);
  postern_json_object_add_string (&model, "notice", postern_flow_visit_find_notice (request, notices));
  postern_json_object_add (&model, "methods", method_rows (account, request, runtime, &model));
  postern_flow_passkey_add_known (runtime, visit->tenant, visit->user, account->credentials, &model);
  postern_json_object_add_boolean (&model, "others", account->sessions->len > 1);
  postern_json_object_add (&model, "sessions", session_entries (account, request, runtime));
  postern_json_object_add (&model, "applications", application_entries (account));
  postern_json_object_add (&model, "identities", identity_entries (account, runtime));
  postern_json_object_add (&model, "activity", postern_flow_activity_to_variant (account->events, account->sessions));
  page = postern_response_new_page (200, "account", postern_json_object_end (&model));
  postern_flow_prompt_allow_providers (runtime, page);
  return page;
}

PosternResponse *
postern_flow_account_root (PosternRequest *request, gpointer engine)
{
  return postern_response_new_redirect ("/account");
}

PosternResponse *
postern_flow_account_show (PosternRequest *request, gpointer engine)
{
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, "/account", &response);
  g_autoptr (GError) error = NULL;
  Account account = { visit };

  if (visit == NULL)
    return response;
  if (postern_store_read (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, read_account, &account, &error))
    response = render (&account, request, postern_flow_engine_get_runtime (engine));
  else
    response = postern_response_new_error_page (error, NULL);
  clear (&account);
  return response;
}

/* --- what is ended there ------------------------------------------------------------------------------------------- */

typedef struct {
  const char *user_id, *id;
  gboolean own;
} Revoking;

static gboolean
revoke_application (PosternTxn *txn, gpointer user_data, GError **error)
{
  Revoking *revoking = user_data;

  return postern_grant_store_revoke_all (txn, revoking->user_id, revoking->id, g_get_real_time () / G_USEC_PER_SEC, error) &&
         postern_consent_store_delete (txn, revoking->user_id, revoking->id, error);
}

static gboolean
check_own (PosternTxn *txn, gpointer user_data, GError **error)
{
  Revoking *revoking = user_data;
  g_autoptr (PosternSession) session = postern_session_store_get (txn, revoking->id, error);

  revoking->own = session && g_str_equal (session->user_id, revoking->user_id);
  return session != NULL;
}

static gboolean
end_session (PosternFlowEngine *engine, PosternFlowVisit *visit, const char *id, GError **error)
{
  Revoking revoking = { visit->user->id, id, FALSE };

  if (!postern_store_read (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, check_own, &revoking, error))
    return FALSE;
  if (revoking.own)
    return postern_flow_engine_end_session (engine, visit->tenant, id, error);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "There is no such session");
  return FALSE;
}

typedef struct {
  PosternFlowContext *context;
  PosternFlowVisit *visit;
  GPtrArray *ended; /* (nullable) */
} EndingOthers;

static gboolean
end_others (PosternTxn *txn, gpointer user_data, GError **error)
{
  EndingOthers *it = user_data;

  g_clear_pointer (&it->ended, g_ptr_array_unref); /* a transaction may run twice */
  it->ended = postern_flow_end_others (txn, it->visit->user->id, it->visit->session->id, error);
  return it->ended && postern_flow_notice_add (it->context, txn, it->visit->user, NOTICE_OTHERS, error);
}

static PosternResponse *
end_all_others (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request)
{
  PosternFlowContext context;
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin_context (visit, postern_flow_engine_get_runtime (engine), request, &context);
  EndingOthers it = { &context, visit, NULL };
  g_autoptr (GError) error = NULL;
  gboolean done = postern_store_write (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, end_others, &it, &error);
  g_autoptr (GPtrArray) ended = it.ended;

  postern_flow_context_clear (&context);
  if (!done)
    return postern_response_new_error_page (error, "/account");
  postern_flow_end_tell (postern_flow_engine_get_runtime (engine), visit->tenant, ended);
  return postern_response_new_redirect ("/account?notice=others");
}

static gboolean
act (PosternFlowEngine *engine, PosternFlowVisit *visit, const char *action, GError **error)
{
  if (action && g_str_has_prefix (action, "end-session:"))
    return end_session (engine, visit, action + strlen ("end-session:"), error);
  if (action && g_str_has_prefix (action, "revoke:")) {
    Revoking revoking = { visit->user->id, action + strlen ("revoke:"), FALSE };

    return postern_store_write (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, revoke_application, &revoking, error);
  }
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The form names no action");
  return FALSE;
}

PosternResponse *
postern_flow_account_submit (PosternRequest *request, gpointer engine)
{
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, "/account", &response);
  g_autoptr (GError) error = NULL;
  const char *action = NULL;

  if (visit == NULL)
    return response;
  if (postern_request_get_form (request, "action", &action, &error) && postern_flow_remove_takes (action))
    return postern_flow_remove (engine, visit, request, action);
  if (postern_flow_link_takes (action))
    return postern_flow_link_begin (engine, visit, request, action);
  if (g_strcmp0 (action, "end-others") == 0)
    return end_all_others (engine, visit, request);
  if (g_strcmp0 (action, "keep") == 0)
    return postern_flow_account_delete_not (engine, visit, request);
  if (error == NULL && act (engine, visit, action, &error))
    return postern_response_new_redirect ("/account");
  return postern_response_new_error_page (error, "/account");
}

/* --- the password ---------------------------------------------------------------------------------------------------- */

/** The page asks for the old password; who has none (and came by a connector) must have signed in just now. */
PosternResponse *
postern_flow_account_password (PosternRequest *request, gpointer engine)
{
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, "/account/password", &response);

  if (visit == NULL)
    return response;
  return postern_flow_tasks_begin (engine, visit, request, postern_flow_tasks_find (POSTERN_FLOW_TASK_CHANGE_PASSWORD), &(PosternFlowTaskLink){ NULL });
}

/** https://w3c.github.io/webappsec-change-password-url/ */
PosternResponse *
postern_flow_account_well_known (PosternRequest *request, gpointer engine)
{
  return postern_response_new_redirect ("/account/password");
}
