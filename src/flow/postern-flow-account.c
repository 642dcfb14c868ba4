/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-account-access.h"
#include "postern-flow-account-delete.h"
#include "postern-flow-account-organization.h"
#include "postern-flow-activity.h"
#include "postern-flow-browser.h"
#include "postern-flow-console.h"
#include "postern-flow-context.h"
#include "postern-flow-device-words.h"
#include "postern-flow-link.h"
#include "postern-flow-methods.h"
#include "postern-flow-passkey.h"
#include "postern-flow-prompt.h"
#include "postern-flow-remove.h"
#include "postern-flow-routes.h"
#include "postern-flow-scope-words.h"
#include "postern-flow-tasks.h"
#include "postern-flow-visit.h"
#include "postern-geoip-place.h"
#include "postern-json.h"
#include "postern-user-name.h"

#define LIST_MAX 100 /* of anything on the page; what comes behind it is on the next */

/* Where the lists of which there may be more begin. */
typedef struct {
  const char *name; /* of the parameter, of the list's heading, and of what the model calls the address of the next page */
  const char *kind; /* of the id that it goes on from */
} Paged;
static const Paged sessions_paged = { "sessions", "ses" }, organizations_paged = { "organizations", "org" };

/* What the page shows, read in one transaction. */
typedef struct {
  PosternFlowVisit *visit;
  const char *sessions_after, *organizations_after; /* (nullable) */
  char *sessions_next, *organizations_next;         /* (nullable): there is no more */
  GPtrArray *sessions, *grants, *organizations, *identities, *credentials, *events;
} Account;

static void
clear (Account *account)
{
  g_clear_pointer (&account->sessions, g_ptr_array_unref);
  g_clear_pointer (&account->grants, g_ptr_array_unref);
  g_clear_pointer (&account->organizations, g_ptr_array_unref);
  g_clear_pointer (&account->identities, g_ptr_array_unref);
  g_clear_pointer (&account->credentials, g_ptr_array_unref);
  g_clear_pointer (&account->events, g_ptr_array_unref);
  g_clear_pointer (&account->sessions_next, g_free);
  g_clear_pointer (&account->organizations_next, g_free);
}

/* (nullable): what is no id of ours begins with the first page */
static const char *
read_after (PosternRequest *request, const Paged *paged)
{
  const char *after = NULL;

  postern_request_get_query (request, paged->name, &after, NULL);
  return postern_id_is_valid (after, paged->kind) ? after : NULL;
}

/* One more was read than the page holds. @id: where a record has it. (transfer full) (nullable) */
static char *
cut_page (GPtrArray *records, gsize id)
{
  if (records->len <= LIST_MAX)
    return NULL;
  g_ptr_array_set_size (records, LIST_MAX);
  return g_strdup (G_STRUCT_MEMBER (char *, records->pdata[LIST_MAX - 1], id));
}

static gboolean
read_account (PosternTxn *txn, gpointer user_data, GError **error)
{
  Account *account = user_data;
  const char *user_id = account->visit->user->id;

  clear (account);
  account->sessions = postern_session_store_list_latest (txn, user_id, TRUE, account->sessions_after, LIST_MAX + 1, error);
  account->grants = account->sessions ? postern_flow_account_access_list_grants (txn, user_id, error) : NULL;
  account->organizations = account->grants ? postern_organization_store_list_for_member (txn, user_id, account->organizations_after, LIST_MAX + 1, error) : NULL;
  account->identities = account->organizations ? postern_identity_store_list (txn, user_id, error) : NULL;
  account->credentials = account->identities ? postern_credential_store_list (txn, user_id, error) : NULL;
  account->events = account->credentials ? postern_audit_store_list_for (txn, user_id, NULL, POSTERN_FLOW_ACTIVITY_MAX, error) : NULL;
  if (account->events == NULL)
    return FALSE;
  account->sessions_next = cut_page (account->sessions, G_STRUCT_OFFSET (PosternSession, id));
  account->organizations_next = cut_page (account->organizations, G_STRUCT_OFFSET (PosternOrganization, id));
  return TRUE;
}

static void
add_url (PosternJsonObject *model, PosternTenant *tenant, const char *name, const char *path)
{
  g_autofree char *url = g_strconcat (postern_tenant_get_issuer (tenant), path, NULL);

  postern_json_object_add_string (model, name, url);
}

/* @after: (nullable) */
static void
add_next_url (PosternJsonObject *model, PosternTenant *tenant, const Paged *paged, const char *after)
{
  g_autofree char *name = g_strconcat (paged->name, "_next_url", NULL), *path = g_strdup_printf ("/account?%s=%s#%s", paged->name, after ? after : "", paged->name);

  if (after)
    add_url (model, tenant, name, path);
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
    postern_geoip_place_add (postern_runtime_get_geoip (runtime), &entry, session->remote_address, postern_flow_browser_get_languages (request));
    postern_flow_visit_add_time (&entry, "used_at", session->used_at);
    postern_json_object_add_boolean (&entry, "current", g_str_equal (session->id, account->visit->session->id));
    g_variant_builder_add (&entries, "v", postern_json_object_end (&entry));
  }
  return g_variant_builder_end (&entries);
}

static GVariant *
scope_titles (PosternTenant *tenant, PosternGrant *grant)
{
  g_autoptr (PosternResourceBook) book = postern_permission_cache_dup_resources (postern_tenant_get_permissions (tenant), NULL);
  g_auto (GStrv) names = g_strsplit (grant->scope ? grant->scope : "", " ", -1);
  g_auto (GStrv) resources = g_strsplit (grant->resource ? grant->resource : "", " ", -1);
  GVariantBuilder titles = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; names[i]; i++) {
    g_autofree char *title = postern_flow_scope_words_dup_title (book, (const char *const *) resources, names[i]);

    if (*names[i] && !g_str_equal (names[i], "openid"))
      g_variant_builder_add (&titles, "v", g_variant_new_string (title));
  }
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
  postern_json_object_add (&entry, "scopes", scope_titles (tenant, grant));
  g_variant_builder_add (entries, "v", postern_json_object_end (&entry));
}

static GVariant *
application_entries (Account *account)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < account->grants->len; i++)
    add_application (&entries, account->visit->tenant, account->grants->pdata[i]);
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
  { "joined", N_("You belong to the organization now.") },
  { "left", N_("You have left the organization.") },
  { "renamed", N_("It is saved.") },
  { "profile", N_("Your profile is saved.") },
  { "others", POSTERN_FLOW_ACCOUNT_ACCESS_NOTICE_OTHERS },
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
  if (postern_flow_console_is_open (runtime, visit->tenant, visit->user->id))
    add_url (&model, visit->tenant, "console_url", "/console");
  add_url (&model, visit->tenant, "profile_url", "/account/profile");
  add_url (&model, visit->tenant, "data_url", "/account/data");
  if (visit->user->deletes_at == 0)
    add_url (&model, visit->tenant, "delete_url", "/account/delete");
  else
    postern_flow_visit_add_time (&model, "deletes_at", visit->user->deletes_at);
  if (name != identifier)
    postern_json_object_add_string (&model, "name", name);
  postern_json_object_add_string (&model, "identifier", identifier);
  postern_json_object_add_string (&model, "email", visit->user->email);
  postern_json_object_add_string (&model, "notice", postern_flow_visit_find_notice (request, notices));
  postern_json_object_add (&model, "methods", method_rows (account, request, runtime, &model));
  postern_flow_passkey_add_known (runtime, visit->tenant, visit->user, account->credentials, &model);
  postern_json_object_add_boolean (&model, "others", account->sessions->len > 1 || account->sessions_after != NULL);
  add_next_url (&model, visit->tenant, &sessions_paged, account->sessions_next);
  add_next_url (&model, visit->tenant, &organizations_paged, account->organizations_next);
  postern_json_object_add (&model, "sessions", session_entries (account, request, runtime));
  postern_json_object_add (&model, "applications", application_entries (account));
  postern_flow_account_organization_add_all (&model, visit, runtime, account->organizations);
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
  account.sessions_after = read_after (request, &sessions_paged);
  account.organizations_after = read_after (request, &organizations_paged);
  if (postern_store_read (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, read_account, &account, &error))
    response = render (&account, request, postern_flow_engine_get_runtime (engine));
  else
    response = postern_response_new_error_page (error, NULL);
  clear (&account);
  return response;
}

/* --- what is ended there ------------------------------------------------------------------------------------------- */

/* A button that was pressed twice has nothing left to take back. */
static gboolean
take_back (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *application_id, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (postern_flow_account_access_revoke (engine, visit, request, application_id, &failure) || g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
act (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *action, GError **error)
{
  if (action && g_str_has_prefix (action, "end-session:"))
    return postern_flow_account_access_end_session (engine, visit, request, action + strlen ("end-session:"), error);
  if (action && g_str_has_prefix (action, "revoke:"))
    return take_back (engine, visit, request, action + strlen ("revoke:"), error);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The form names no action");
  return FALSE;
}

static PosternResponse *
end_all_others (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request)
{
  g_autoptr (GError) error = NULL;

  if (postern_flow_account_access_end_others (engine, visit, request, &error))
    return postern_response_new_redirect ("/account?notice=others");
  return postern_response_new_error_page (error, "/account");
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
  if (error == NULL && act (engine, visit, request, action, &error))
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
