/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-account-api-access.h"

#include "postern-flow-account-access.h"
#include "postern-flow-account-name.h"
#include "postern-flow-activity.h"
#include "postern-flow-browser.h"
#include "postern-flow-context.h"
#include "postern-flow-device-words.h"
#include "postern-flow-methods.h"
#include "postern-flow-remove.h"
#include "postern-flow-tasks.h"
#include "postern-geoip-place.h"
#include "postern-user-name.h"

#define LIMIT 50       /* entries of a list, where the caller says nothing … */
#define LIMIT_MAX 500  /* … and at most, as of the management API */

static PosternStore *
get_store (PosternFlowAccountCall *call)
{
  return postern_tenant_get_store (call->visit->tenant);
}

/* @next: (nullable) */
static PosternResponse *
answer_list (GVariantBuilder *items, const char *next)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add (&object, "items", g_variant_builder_end (items));
  postern_json_object_add_string (&object, "next", next);
  return postern_response_new_json (200, postern_json_object_end (&object));
}

/* --- how they sign in ------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *user_id;
  GPtrArray *credentials, *identities;
} Ways;

static void
ways_clear (Ways *self)
{
  g_clear_pointer (&self->credentials, g_ptr_array_unref);
  g_clear_pointer (&self->identities, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ways, ways_clear)

static gboolean
read_ways (PosternTxn *txn, gpointer user_data, GError **error)
{
  Ways *self = user_data;

  ways_clear (self); /* a transaction may run twice */
  self->credentials = postern_credential_store_list (txn, self->user_id, error);
  self->identities = self->credentials ? postern_identity_store_list (txn, self->user_id, error) : NULL;
  return self->identities != NULL;
}

static GVariant *
describe_item (const PosternFlowMethod *method, const PosternFlowMethodItem *item)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "id", item->id);
  postern_json_object_add_string (&object, "type", method->id);
  postern_json_object_add_string (&object, "name", item->label);
  postern_json_object_add_string (&object, "aaguid", item->aaguid);
  if (method->kind == NULL) /* an address */
    postern_json_object_add_boolean (&object, "verified", !item->unproved);
  postern_json_object_add_boolean (&object, "removable", item->removable);
  postern_flow_account_api_add_time (&object, "created_at", item->created_at);
  postern_flow_account_api_add_time (&object, "used_at", item->used_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_identity (PosternRuntime *runtime, const PosternIdentity *identity)
{
  PosternInstance *connector = postern_registry_get_instance (postern_runtime_get_registry (runtime), identity->connector);
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "id", identity->id);
  postern_json_object_add_string (&object, "type", "linked-account");
  postern_json_object_add_string (&object, "name", connector ? postern_instance_get_display_name (connector) : identity->connector);
  postern_json_object_add_string (&object, "connector", identity->connector);
  postern_json_object_add_boolean (&object, "removable", TRUE);
  postern_flow_account_api_add_time (&object, "created_at", identity->created_at);
  postern_flow_account_api_add_time (&object, "used_at", identity->used_at);
  return postern_json_object_end (&object);
}

/* What a browser must open to add or change one, each by its type. */
static GVariant *
describe_urls (PosternTenant *tenant, GPtrArray *rows, const PosternFlowTaskLink *link)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  for (guint i = 0; i < rows->len; i++) {
    const PosternFlowMethodRow *row = rows->pdata[i];
    g_autofree char *url = postern_flow_tasks_dup_url (tenant, row->method->task, link);

    postern_json_object_add_string (&object, row->method->id, row->offered ? url : NULL);
  }
  return postern_json_object_end (&object);
}

static GVariant *
describe_ways (PosternFlowAccountCall *call, const Ways *ways, GPtrArray *rows)
{
  GVariantBuilder items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < rows->len; i++) {
    const PosternFlowMethodRow *row = rows->pdata[i];

    for (guint j = 0; j < row->items->len; j++)
      g_variant_builder_add (&items, "v", describe_item (row->method, row->items->pdata[j]));
  }
  for (guint i = 0; i < ways->identities->len; i++)
    g_variant_builder_add (&items, "v", describe_identity (postern_flow_engine_get_runtime (call->engine), ways->identities->pdata[i]));
  return g_variant_builder_end (&items);
}

/* The parameter redirect_uri says where those addresses lead back to: one of the application's own. */
static gboolean
read_link (PosternFlowAccountCall *call, PosternFlowTaskLink *link, GError **error)
{
  if (!postern_request_get_query (call->request, "redirect_uri", &link->redirect_uri, error))
    return FALSE;
  link->client_id = link->redirect_uri ? call->visit->application_id : NULL;
  return postern_flow_tasks_check_link (call->visit->tenant, link, NULL) ||
         postern_flow_account_api_refuse_field (call, "redirect_uri", "must be registered for this application, character by character", error);
}

PosternResponse *
postern_flow_account_api_access_list_methods (PosternFlowAccountCall *call, GError **error)
{
  PosternFlowContext context;
  g_autoptr (PosternFlow) flow = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_auto (Ways) ways = { .user_id = call->visit->user->id };
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  PosternFlowTaskLink link = { NULL };

  if (!read_link (call, &link, error) || !postern_store_read (get_store (call), POSTERN_KEEP_LASTING, read_ways, &ways, error))
    return NULL;
  flow = postern_flow_visit_begin_context (call->visit, postern_flow_engine_get_runtime (call->engine), call->request, &context);
  rows = postern_flow_methods_list (&context, call->visit->user, ways.credentials);
  postern_flow_context_clear (&context);
  postern_json_object_add (&object, "items", describe_ways (call, &ways, rows));
  postern_json_object_add (&object, "change_urls", describe_urls (call->visit->tenant, rows, &link));
  return postern_response_new_json (200, postern_json_object_end (&object));
}

PosternResponse *
postern_flow_account_api_access_rename_method (PosternFlowAccountCall *call, GError **error)
{
  static const char *const names[] = { "name", NULL };
  const char *typed = NULL;
  g_autoptr (GVariant) body = postern_flow_account_api_check_fresh (call, error) ? postern_flow_account_api_read_body (call, names, &typed, error) : NULL;
  g_autofree char *name = body ? postern_user_name_dup_typed (typed) : NULL;

  if (body == NULL)
    return NULL;
  if (name == NULL) {
    postern_flow_account_api_refuse_field (call, names[0], "this cannot be a name: write it in letters, and shorter", error);
    return NULL;
  }
  return postern_flow_account_api_answer_done (postern_flow_account_name_set (call->engine, call->visit, call->request, postern_request_get_capture (call->request, "method"), name, error));
}

/* What the buttons of the page say: of nothing but an id, so that none of it is read as something else. */
static char *
dup_action (const char *id)
{
  if (postern_id_is_valid (id, "idn"))
    return g_strconcat ("unlink:", id, NULL);
  if (postern_id_is_valid (id, "crd") || g_str_equal (id, POSTERN_FLOW_METHOD_PHONE))
    return g_strconcat ("remove:", id, NULL);
  return NULL;
}

PosternResponse *
postern_flow_account_api_access_remove_method (PosternFlowAccountCall *call, GError **error)
{
  g_autofree char *action = dup_action (postern_request_get_capture (call->request, "method"));

  if (!postern_flow_account_api_check_fresh (call, error))
    return NULL;
  if (action)
    return postern_flow_account_api_answer_done (postern_flow_remove_commit (call->engine, call->visit, call->request, action, error));
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "This person has no such credential");
  return NULL;
}

/* --- who has access --------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternFlowAccountCall *call;
  GPtrArray *rows; /* (nullable) */
} Listing;

/* What a list is asked for: a part of it. */
typedef struct {
  const char *user_id, *after;
  guint limit;
  GPtrArray *events, *sessions;
} Page;

static void
page_clear (Page *self)
{
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_pointer (&self->sessions, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Page, page_clear)

/* @kinds: what an id may be of that a page goes on from, NULL at the end */
static gboolean
read_page (PosternFlowAccountCall *call, Page *page, const char *const *kinds, GError **error)
{
  const char *limit = NULL;
  guint64 number = page->limit;
  gboolean known = FALSE;

  if (!postern_request_get_query (call->request, "after", &page->after, error) || !postern_request_get_query (call->request, "limit", &limit, error))
    return FALSE;
  for (; page->after && *kinds && !known; kinds++)
    known = postern_id_is_valid (page->after, *kinds);
  if (page->after && !known)
    return postern_flow_account_api_refuse_field (call, "after", "must be what `next` said", error);
  if (limit && !g_ascii_string_to_unsigned (limit, 10, 1, LIMIT_MAX, &number, NULL))
    return postern_flow_account_api_refuse_field (call, "limit", "must be a number from 1 to 500", error);
  page->limit = (guint) number;
  return TRUE;
}

static gboolean
read_sessions (PosternTxn *txn, gpointer user_data, GError **error)
{
  Page *self = user_data;

  page_clear (self); /* a transaction may run twice */
  self->sessions = postern_session_store_list_latest (txn, self->user_id, TRUE, self->after, self->limit, error);
  return self->sessions != NULL;
}

static GVariant *
describe_session (PosternFlowAccountCall *call, const PosternSession *session)
{
  PosternFlowVisit *visit = call->visit;
  g_autofree char *device = postern_flow_device_words_dup (session->user_agent);
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "id", session->id);
  postern_json_object_add_string (&object, "application_id", session->application_id);
  postern_json_object_add_string (&object, "device", device);
  postern_json_object_add_string (&object, "user_agent", session->user_agent);
  postern_json_object_add_string (&object, "remote_address", session->remote_address);
  postern_geoip_place_add (postern_runtime_get_geoip (postern_flow_engine_get_runtime (call->engine)), &object, session->remote_address, postern_flow_browser_get_languages (call->request));
  postern_flow_account_api_add_time (&object, "created_at", session->created_at);
  postern_flow_account_api_add_time (&object, "used_at", session->used_at);
  postern_json_object_add_boolean (&object, "current", visit->session && g_str_equal (visit->session->id, session->id));
  return postern_json_object_end (&object);
}

PosternResponse *
postern_flow_account_api_access_list_sessions (PosternFlowAccountCall *call, GError **error)
{
  static const char *const kinds[] = { "ses", NULL };
  g_auto (Page) page = { .user_id = call->visit->user->id, .limit = LIMIT_MAX }; /* as many as came before there were pages */
  GVariantBuilder items;
  guint n;

  if (!read_page (call, &page, kinds, error) || !postern_store_read (get_store (call), POSTERN_KEEP_LASTING, read_sessions, &page, error))
    return NULL;
  n = page.sessions->len;
  g_variant_builder_init (&items, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < n; i++)
    g_variant_builder_add (&items, "v", describe_session (call, page.sessions->pdata[i]));
  return answer_list (&items, n == page.limit ? ((PosternSession *) page.sessions->pdata[n - 1])->id : NULL);
}

/* To leave asks for nothing; to sign somebody out elsewhere may be to lock out the owner. */
PosternResponse *
postern_flow_account_api_access_end_session (PosternFlowAccountCall *call, GError **error)
{
  const char *id = postern_request_get_capture (call->request, "session");
  gboolean own = call->visit->session && g_strcmp0 (call->visit->session->id, id) == 0;

  return postern_flow_account_api_answer_done ((own || postern_flow_account_api_check_fresh (call, error)) && postern_flow_account_access_end_session (call->engine, call->visit, call->request, id, error));
}

PosternResponse *
postern_flow_account_api_access_end_others (PosternFlowAccountCall *call, GError **error)
{
  return postern_flow_account_api_answer_done (postern_flow_account_api_check_fresh (call, error) && postern_flow_account_access_end_others (call->engine, call->visit, call->request, error));
}

static gboolean
read_grants (PosternTxn *txn, gpointer user_data, GError **error)
{
  Listing *it = user_data;

  g_clear_pointer (&it->rows, g_ptr_array_unref);
  it->rows = postern_flow_account_access_list_grants (txn, it->call->visit->user->id, error);
  return it->rows != NULL;
}

/* Returns: (transfer floating) (nullable): NULL for an application that is gone, whose grants are worth nothing */
static GVariant *
describe_grant (PosternFlowVisit *visit, const PosternGrant *grant)
{
  g_autoptr (PosternClient) client = postern_tenant_dup_client (visit->tenant, grant->application_id, NULL);
  g_auto (GStrv) scopes = g_strsplit (grant->scope ? grant->scope : "", " ", -1);
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  if (client == NULL)
    return NULL;
  postern_json_object_add_string (&object, "id", grant->application_id);
  postern_json_object_add_string (&object, "name", client->application->name);
  postern_json_object_add (&object, "scopes", g_variant_new_strv ((const char *const *) scopes, -1));
  postern_json_object_add_boolean (&object, "offline", grant->offline);
  postern_flow_account_api_add_time (&object, "created_at", grant->created_at);
  postern_json_object_add_boolean (&object, "current", g_strcmp0 (visit->application_id, grant->application_id) == 0);
  return postern_json_object_end (&object);
}

PosternResponse *
postern_flow_account_api_access_list_applications (PosternFlowAccountCall *call, GError **error)
{
  Listing it = { call, NULL };
  gboolean read = postern_store_read (get_store (call), POSTERN_KEEP_LASTING, read_grants, &it, error);
  g_autoptr (GPtrArray) rows = it.rows;
  GVariantBuilder items;

  if (!read)
    return NULL;
  g_variant_builder_init (&items, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < rows->len; i++) {
    GVariant *entry = describe_grant (call->visit, rows->pdata[i]);

    if (entry)
      g_variant_builder_add (&items, "v", entry);
  }
  return answer_list (&items, NULL);
}

PosternResponse *
postern_flow_account_api_access_revoke_application (PosternFlowAccountCall *call, GError **error)
{
  const char *id = postern_request_get_capture (call->request, "application");

  return postern_flow_account_api_answer_done (postern_flow_account_api_check_fresh (call, error) && postern_flow_account_access_revoke (call->engine, call->visit, call->request, id, error));
}

/* --- what happened ---------------------------------------------------------------------------------------------------------- */

/* Of both kinds as many as a page holds: whichever is older than the last one shown comes on the next. */
static gboolean
read_activity (PosternTxn *txn, gpointer user_data, GError **error)
{
  Page *self = user_data;

  page_clear (self);
  self->events = postern_audit_store_list_for (txn, self->user_id, self->after, self->limit, error);
  self->sessions = self->events ? postern_session_store_list_latest (txn, self->user_id, FALSE, self->after, self->limit, error) : NULL;
  return self->sessions != NULL;
}

static GVariant *
describe_activity (const PosternFlowActivity *entry)
{
  g_autofree char *device = postern_flow_device_words_dup (entry->user_agent);
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "id", entry->id);
  postern_json_object_add_string (&object, "event", entry->event);
  postern_json_object_add_string (&object, "device", device);
  postern_json_object_add_string (&object, "remote_address", entry->remote_address);
  postern_flow_account_api_add_time (&object, "at", entry->at / G_USEC_PER_SEC);
  return postern_json_object_end (&object);
}

PosternResponse *
postern_flow_account_api_access_list_activity (PosternFlowAccountCall *call, GError **error)
{
  static const char *const kinds[] = { "aud", "ses", NULL };
  g_auto (Page) page = { .user_id = call->visit->user->id, .limit = LIMIT };
  g_autoptr (GArray) entries = NULL;
  GVariantBuilder items;
  guint shown;

  if (!read_page (call, &page, kinds, error) || !postern_store_read (get_store (call), POSTERN_KEEP_LASTING, read_activity, &page, error))
    return NULL;
  entries = postern_flow_activity_list (page.events, page.sessions);
  shown = MIN (entries->len, page.limit);
  g_variant_builder_init (&items, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < shown; i++)
    if (g_array_index (entries, PosternFlowActivity, i).text)
      g_variant_builder_add (&items, "v", describe_activity (&g_array_index (entries, PosternFlowActivity, i)));
  return answer_list (&items, shown == page.limit ? g_array_index (entries, PosternFlowActivity, shown - 1).id : NULL);
}
