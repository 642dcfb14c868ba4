/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-account-data.h"

#include "postern-flow-browser.h"
#include "postern-flow-place.h"
#include "postern-flow-routes.h"
#include "postern-json.h"

#define LIST_MAX 10000

/*
 * What is kept about a person, for that person: but for secrets, which would be worth stealing, the operator's own notes, and rows that
 * only say that something is known: which browser (by a hash), and that a grant's scopes need not be asked about again.
 */
typedef struct {
  const char *user_id;
  GPtrArray *credentials, *identities, *sessions, *grants, *events;
} Data;

static void
clear (Data *data)
{
  g_clear_pointer (&data->credentials, g_ptr_array_unref);
  g_clear_pointer (&data->identities, g_ptr_array_unref);
  g_clear_pointer (&data->sessions, g_ptr_array_unref);
  g_clear_pointer (&data->grants, g_ptr_array_unref);
  g_clear_pointer (&data->events, g_ptr_array_unref);
}

static gboolean
read_data (PosternTxn *txn, gpointer user_data, GError **error)
{
  Data *data = user_data;

  clear (data); /* a transaction may run twice */
  data->credentials = postern_credential_store_list (txn, data->user_id, error);
  data->identities = data->credentials ? postern_identity_store_list (txn, data->user_id, error) : NULL;
  data->sessions = data->identities ? postern_session_store_list (txn, data->user_id, FALSE, NULL, LIST_MAX, error) : NULL;
  data->grants = data->sessions ? postern_grant_store_list (txn, data->user_id, NULL, LIST_MAX, error) : NULL;
  data->events = data->grants ? postern_audit_store_list_for (txn, data->user_id, NULL, LIST_MAX, error) : NULL;
  return data->events != NULL;
}

static void
add_time (PosternJsonObject *object, const char *name, gint64 at)
{
  if (at != 0)
    postern_json_object_add_int64 (object, name, at);
}

static GVariant *
describe_user (gconstpointer record)
{
  const PosternUser *user = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "id", user->id);
  postern_json_object_add_string (&object, "username", user->username);
  postern_json_object_add_string (&object, "email", user->email);
  postern_json_object_add_boolean (&object, "email_verified", user->email_verified);
  postern_json_object_add_string (&object, "phone", user->phone);
  postern_json_object_add_boolean (&object, "phone_verified", user->phone_verified);
  if (user->profile)
    postern_json_object_add (&object, "profile", user->profile);
  postern_json_object_add_string (&object, "appearance", user->appearance);
  add_time (&object, "created_at", user->created_at);
  add_time (&object, "updated_at", user->updated_at);
  add_time (&object, "last_sign_in_at", user->last_sign_in_at);
  add_time (&object, "deletes_at", user->deletes_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_credential (gconstpointer record)
{
  const PosternCredential *credential = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "kind", credential->kind);
  postern_json_object_add_string (&object, "name", credential->data ? postern_json_get_string (credential->data, "name") : NULL);
  add_time (&object, "created_at", credential->created_at);
  add_time (&object, "updated_at", credential->updated_at);
  add_time (&object, "used_at", credential->used_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_identity (gconstpointer record)
{
  const PosternIdentity *identity = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "connector", identity->connector);
  postern_json_object_add_string (&object, "subject", identity->subject);
  if (identity->claims)
    postern_json_object_add (&object, "claims", identity->claims);
  add_time (&object, "created_at", identity->created_at);
  add_time (&object, "used_at", identity->used_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_session (const PosternSession *session, PosternRuntime *runtime, PosternRequest *request)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "application", session->application_id);
  postern_json_object_add_string (&object, "amr", session->amr);
  postern_json_object_add_string (&object, "user_agent", session->user_agent);
  postern_json_object_add_string (&object, "remote_address", session->remote_address);
  postern_flow_place_add (runtime, &object, session->remote_address, postern_flow_browser_get_languages (request));
  add_time (&object, "created_at", session->created_at);
  add_time (&object, "used_at", session->used_at);
  add_time (&object, "ended_at", session->ended_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_grant (gconstpointer record)
{
  const PosternGrant *grant = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "application", grant->application_id);
  postern_json_object_add_string (&object, "scope", grant->scope);
  add_time (&object, "created_at", grant->created_at);
  add_time (&object, "expires_at", grant->expires_at);
  add_time (&object, "revoked_at", grant->revoked_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_event (gconstpointer record)
{
  const PosternAudit *audit = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "event", audit->event);
  postern_json_object_add_string (&object, "remote_address", audit->remote_address);
  add_time (&object, "at", audit->at / G_USEC_PER_SEC);
  return postern_json_object_end (&object);
}

static void
add_list (PosternJsonObject *object, const char *name, GPtrArray *records, GVariant *(*describe) (gconstpointer record))
{
  GVariantBuilder list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < records->len; i++)
    g_variant_builder_add (&list, "v", describe (records->pdata[i]));
  postern_json_object_add (object, name, g_variant_builder_end (&list));
}

static GVariant *
list_sessions (Data *data, PosternRuntime *runtime, PosternRequest *request)
{
  GVariantBuilder list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < data->sessions->len; i++)
    g_variant_builder_add (&list, "v", describe_session (data->sessions->pdata[i], runtime, request));
  return g_variant_builder_end (&list);
}

static GVariant *
describe (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, Data *data)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "issuer", postern_tenant_get_issuer (visit->tenant));
  postern_json_object_add (&object, "user", describe_user (visit->user));
  add_list (&object, "credentials", data->credentials, describe_credential);
  add_list (&object, "identities", data->identities, describe_identity);
  postern_json_object_add (&object, "sessions", list_sessions (data, postern_flow_engine_get_runtime (engine), request));
  add_list (&object, "grants", data->grants, describe_grant);
  add_list (&object, "activity", data->events, describe_event);
  return postern_json_object_end (&object);
}

GVariant *
postern_flow_account_data_read (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, GError **error)
{
  Data data = { visit->user->id };
  GVariant *model = NULL;

  if (postern_store_read (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, read_data, &data, error))
    model = describe (engine, visit, request, &data);
  clear (&data);
  return model;
}

/** Who finds a browser that was left open takes nothing away from it. */
PosternResponse *
postern_flow_account_data (PosternRequest *request, gpointer engine)
{
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, "/account", &response);
  g_autoptr (GError) error = NULL;
  GVariant *model;

  if (visit == NULL)
    return response;
  if (!postern_flow_visit_is_fresh (visit))
    return postern_flow_visit_sign_in_again (engine, visit, request, "/account?notice=again");
  model = postern_flow_account_data_read (engine, visit, request, &error);
  if (model == NULL)
    return postern_response_new_error_page (error, "/account");
  response = postern_response_new_json (200, model);
  postern_response_set_header (response, "Content-Disposition", "attachment; filename=\"account.json\"");
  return response;
}
