/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-account-name.h"
#include "postern-flow-audit.h"
#include "postern-flow-context.h"
#include "postern-flow-kept.h"
#include "postern-flow-methods.h"
#include "postern-flow-notice.h"
#include "postern-flow-routes.h"
#include "postern-flow-tasks.h"
#include "postern-json.h"
#include "postern-user-name.h"

/* What a person calls one of several of a kind: a passkey says of itself only who made it. */

#define EVENT "credential.renamed"
#define NOTICE_RENAMED N_("A passkey of your account was given another name.")

typedef struct {
  PosternFlowContext *context; /* (nullable) where it is only read */
  PosternUser *user;
  const char *id;
  const char *name; /* as it is to be; (nullable) */
  PosternCredential *credential; /* (nullable) */
} Naming;

static gboolean
has_name (PosternCredential *credential)
{
  const PosternFlowMethod *method = postern_flow_methods_find_kind (credential->kind);

  return method && method->traits & POSTERN_FLOW_METHOD_MANY;
}

static gboolean
find (PosternTxn *txn, gpointer user_data, GError **error)
{
  Naming *it = user_data;
  g_autoptr (GPtrArray) own = postern_credential_store_list (txn, it->user->id, error);

  g_clear_pointer (&it->credential, postern_credential_unref); /* a transaction may run twice */
  if (own == NULL)
    return FALSE;
  for (guint i = 0; i < own->len; i++)
    if (g_strcmp0 (((PosternCredential *) own->pdata[i])->id, it->id) == 0 && has_name (own->pdata[i]))
      it->credential = postern_credential_ref (own->pdata[i]);
  if (it->credential == NULL)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "This person has no such credential with a name");
  return it->credential != NULL;
}

static gboolean
put (PosternTxn *txn, gpointer user_data, GError **error)
{
  Naming *it = user_data;
  g_autoptr (GVariant) before = NULL;
  GVariantDict data;

  if (!postern_flow_tasks_check (it->context, txn, error) || !find (txn, it, error))
    return FALSE;
  before = g_variant_ref_sink (postern_flow_audit_describe_credential (it->credential));
  g_variant_dict_init (&data, it->credential->data);
  g_variant_dict_insert (&data, "name", "s", it->name);
  g_clear_pointer (&it->credential->data, g_variant_unref);
  it->credential->data = g_variant_ref_sink (g_variant_dict_end (&data));
  return postern_credential_store_put (txn, it->credential, error) && postern_flow_notice_add (it->context, txn, it->user, NOTICE_RENAMED, error) &&
         postern_flow_audit_append_change (it->context, txn, EVENT, it->user->id, before, postern_flow_audit_describe_credential (it->credential), error);
}

/* @kept: (nullable): what was sent as a `name`, and cannot be one */
static PosternResponse *
show (PosternFlowVisit *visit, PosternCredential *credential, GVariant *kept)
{
  const char *typed = kept ? postern_json_get_string (kept, "name") : NULL;
  g_autofree char *action = g_strconcat (postern_tenant_get_issuer (visit->tenant), POSTERN_FLOW_METHOD_NAME_PATH, credential->id, NULL);
  g_autofree char *back_url = g_strconcat (postern_tenant_get_issuer (visit->tenant), "/account", NULL);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&model, "action", action);
  postern_json_object_add_string (&model, "back_url", back_url);
  postern_json_object_add_string (&model, "name", typed ? typed : credential->data ? postern_json_get_string (credential->data, "name") : NULL);
  postern_json_object_add_string (&model, "error_field", typed ? "name" : NULL);
  postern_json_object_add_string (&model, "error_message", typed ? N_("This cannot be a name. Write it in letters, and shorter.") : NULL);
  postern_json_object_add_string (&model, "error_request", typed ? postern_json_get_string (kept, "error_request") : NULL);
  return postern_response_new_page (200, "account-name", postern_json_object_end (&model));
}

/* Somebody else's, and what has no name, is not there. */
static PosternResponse *
show_found (PosternFlowVisit *visit, const char *id, GVariant *kept)
{
  Naming it = { .user = visit->user, .id = id };
  g_autoptr (GError) error = NULL;
  PosternResponse *response;

  if (!postern_store_read (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, find, &it, &error))
    return postern_response_new_error_page (error, "/account");
  response = show (visit, it.credential, kept);
  postern_credential_unref (it.credential);
  return response;
}

static char *
dup_path (const char *id)
{
  g_autofree char *escaped = g_uri_escape_string (id ? id : "", NULL, FALSE);

  return g_strconcat (POSTERN_FLOW_METHOD_NAME_PATH, escaped, NULL);
}

PosternResponse *
postern_flow_account_name_show (PosternRequest *request, gpointer engine)
{
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, "/account", &response);
  const char *id = postern_request_get_capture (request, "credential");
  g_autofree char *path = dup_path (id);
  g_autoptr (GVariant) kept = visit ? postern_flow_kept_get (visit, request, path) : NULL;

  return visit ? show_found (visit, id, kept) : response;
}

static PosternResponse *
lead_to_fault (PosternFlowVisit *visit, PosternRequest *request, const char *id, const char *typed)
{
  g_autofree char *path = dup_path (id);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&model, "name", typed ? typed : "");
  return postern_flow_kept_put (visit, request, path, postern_json_object_end (&model));
}

gboolean
postern_flow_account_name_set (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *id, const char *name, GError **error)
{
  PosternFlowContext context;
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin_context (visit, postern_flow_engine_get_runtime (engine), request, &context);
  Naming it = { .context = &context, .user = visit->user, .id = id, .name = name };
  gboolean done = postern_store_write (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, put, &it, error);

  g_clear_pointer (&it.credential, postern_credential_unref);
  if (done)
    postern_flow_audit_tell (&context, EVENT, visit->user->id);
  postern_flow_context_clear (&context);
  return done;
}

PosternResponse *
postern_flow_account_name_submit (PosternRequest *request, gpointer engine)
{
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, "/account", &response);
  const char *id = postern_request_get_capture (request, "credential"), *typed = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;

  if (visit == NULL)
    return response;
  postern_request_get_form (request, "name", &typed, NULL);
  name = postern_user_name_dup_typed (typed);
  if (name == NULL)
    return lead_to_fault (visit, request, id, typed);
  if (postern_flow_account_name_set (engine, visit, request, id, name, &error))
    return postern_response_new_redirect ("/account?notice=renamed");
  return postern_response_new_error_page (error, "/account");
}
