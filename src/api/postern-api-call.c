/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-identifier.h"
#include "postern-notice.h"
#include "postern-outbox.h"
#include "postern-seal.h"

/* --- what was sent ---------------------------------------------------------------------------------------------- */

gboolean
postern_api_call_invalid (GError **error, const char *name, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s: %s", name, why);
  return FALSE;
}

static gboolean
read_body (PosternApiCall *call, GError **error)
{
  GBytes *bytes = postern_request_get_body (call->request);
  g_autoptr (GError) failure = NULL;

  if (g_bytes_get_size (bytes) == 0)
    {
      call->body = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
      return TRUE;
    }
  call->body = postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                                          POSTERN_API_BODY_MAX, &failure);
  if (call->body == NULL)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "the body is no JSON object: %s", failure->message);
  return call->body != NULL;
}

static gboolean
read_page (PosternApiCall *call, GError **error)
{
  const char *limit;
  guint64 number = POSTERN_API_LIMIT;

  if (!postern_request_get_query (call->request, "after", &call->after, error)
      || !postern_request_get_query (call->request, "limit", &limit, error))
    return FALSE;
  if (limit != NULL && !g_ascii_string_to_unsigned (limit, 10, 1, POSTERN_API_LIMIT_MAX, &number, NULL))
    return postern_api_call_invalid (error, "limit", "must be a number from 1 to 500");
  call->limit = (guint) number;
  return TRUE;
}

gboolean
postern_api_call_check_members (PosternApiCall *call, const char *const *names, GError **error)
{
  GVariantIter iter;
  const char *name;

  g_variant_iter_init (&iter, call->body);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    if (!g_strv_contains (names, name))
      {
        g_autofree char *known = g_strjoinv (", ", (char **) names);
        g_autofree char *why = g_strdup_printf ("there is no such member here; known are %s", known);

        return postern_api_call_invalid (error, name, why);
      }
  return TRUE;
}

gboolean
postern_api_call_read_boolean (PosternApiCall *call, const char *name, gboolean *value, GError **error)
{
  g_autoptr (GVariant) member = postern_json_get (call->body, name);

  if (member == NULL)
    return TRUE;
  if (!g_variant_is_of_type (member, G_VARIANT_TYPE_BOOLEAN))
    return postern_api_call_invalid (error, name, "must be true or false");
  *value = g_variant_get_boolean (member);
  return TRUE;
}

gboolean
postern_api_call_read_string (PosternApiCall *call, const char *name, char **value, GError **error)
{
  g_autoptr (GVariant) member = postern_json_get (call->body, name);

  if (member == NULL)
    return TRUE;
  if (g_variant_is_of_type (member, G_VARIANT_TYPE_MAYBE))
    {
      g_clear_pointer (value, g_free);
      return TRUE;
    }
  if (!g_variant_is_of_type (member, G_VARIANT_TYPE_STRING))
    return postern_api_call_invalid (error, name, "must be a string");
  g_free (*value);
  *value = g_variant_get_size (member) > 1 ? g_variant_dup_string (member, NULL) : NULL;
  return TRUE;
}

gboolean
postern_api_call_merge_object (PosternApiCall *call, const char *name, GVariant **value, GError **error)
{
  g_autoptr (GVariant) member = postern_json_get (call->body, name);
  GVariantDict dict;
  GVariantIter iter;
  const char *key;
  GVariant *child;

  if (member == NULL)
    return TRUE;
  if (!g_variant_is_of_type (member, G_VARIANT_TYPE_VARDICT))
    return postern_api_call_invalid (error, name, "must be an object");
  g_variant_dict_init (&dict, *value);
  g_variant_iter_init (&iter, member);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &child))
    {
      if (g_variant_is_of_type (child, G_VARIANT_TYPE_MAYBE))
        g_variant_dict_remove (&dict, key);
      else
        g_variant_dict_insert_value (&dict, key, child);
      g_variant_unref (child);
    }
  g_clear_pointer (value, g_variant_unref);
  *value = g_variant_ref_sink (g_variant_dict_end (&dict));
  return TRUE;
}

GVariant *
postern_api_call_names_of_body (PosternApiCall *call)
{
  g_auto (GVariantBuilder) names = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  GVariantIter iter;
  const char *name;

  g_variant_iter_init (&iter, call->body);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    g_variant_builder_add (&names, "s", name);
  g_variant_dict_insert_value (&dict, "members", g_variant_builder_end (&names));
  return g_variant_dict_end (&dict);
}

PosternUser *
postern_api_call_find_user (PosternTxn *txn, const char *name, GError **error)
{
  g_autofree char *canonical = NULL;

  if (postern_id_is_valid (name, "usr"))
    return postern_user_store_get (txn, name, error);
  canonical = postern_identifier_canonicalize (name);
  return postern_user_store_find (txn, canonical ? canonical : name, error);
}

gboolean
postern_api_call_tell (PosternApiCall *call, PosternTxn *txn, PosternUser *user, const char *notice, GError **error)
{
  return !postern_outbox_can_deliver (call->api->instances, "email") ||
         postern_notice_add (txn, postern_tenant_get_issuer (call->api->tenant), user, NULL, notice, call->now, error);
}

/* --- what is answered ------------------------------------------------------------------------------------------- */

void
postern_api_call_add_string (GVariantDict *dict, const char *name, const char *value)
{
  if (value != NULL)
    g_variant_dict_insert (dict, name, "s", value);
}

void
postern_api_call_add_time (GVariantDict *dict, const char *name, gint64 value)
{
  if (value != 0)
    g_variant_dict_insert (dict, name, "x", value);
}

gboolean
postern_api_call_set_result (PosternApiCall *call, guint status, GVariant *result)
{
  g_clear_pointer (&call->result, g_variant_unref);
  call->status = status;
  call->result = g_variant_ref_sink (result);
  return TRUE;
}

gboolean
postern_api_call_set_page (PosternApiCall *call, GPtrArray *rows, PosternApiGetId get_id, PosternApiToJson to_json)
{
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_auto (GVariantDict) page = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < rows->len; i++)
    g_variant_builder_add_value (&items, to_json (rows->pdata[i]));
  g_variant_dict_insert_value (&page, "items", g_variant_builder_end (&items));
  if (rows->len > 0 && rows->len == call->limit)
    postern_api_call_add_string (&page, "next", get_id (rows->pdata[rows->len - 1]));
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&page));
}

void
postern_api_call_audit (PosternApiCall *call, const char *event, const char *target, GVariant *detail)
{
  g_free (call->event);
  g_free (call->target);
  g_clear_pointer (&call->detail, g_variant_unref);
  call->event = g_strdup (event);
  call->target = g_strdup (target);
  call->detail = detail != NULL ? g_variant_ref_sink (detail) : NULL;
}

/* Whoever reaches the admin socket is our own user or root: their words may be internal. */
static PosternResponse *
answer_error (PosternApiCall *call, const GError *error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "error", "s", postern_error_get_wire (error));
  g_variant_dict_insert (&dict, "error_description", "s", error->message);
  postern_api_call_add_string (&dict, "request_id", postern_request_get_id (call->request));
  return postern_response_new_json (postern_error_get_status (error), g_variant_dict_end (&dict));
}

/* --- running ---------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternApiCall *call;
  PosternApiWork work;
  PosternApiMode mode;
} Run;

static gboolean
write_audit (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternAudit) audit = postern_audit_store_new (call->event, "local administrator", call->target);

  g_return_val_if_fail (call->event != NULL, FALSE);
  audit->request_id = g_strdup (postern_request_get_id (call->request));
  audit->remote_address = g_strdup (postern_request_get_remote_address (call->request));
  audit->data = call->detail != NULL ? g_variant_ref (call->detail) : NULL;
  return postern_audit_store_append (txn, audit, error);
}

static gboolean
run (PosternTxn *txn, gpointer data, GError **error)
{
  Run *self = data;

  return self->work (self->call, txn, error) && (self->mode == POSTERN_API_READ || write_audit (self->call, txn, error));
}

static gboolean
run_all (PosternApiCall *call, PosternApiMode mode, PosternApiPrepare prepare, PosternApiWork work, GError **error)
{
  Run self = { call, work, mode };

  if (!read_body (call, error) || !read_page (call, error) || (prepare != NULL && !prepare (call, error)))
    return FALSE;
  if (mode == POSTERN_API_READ)
    return postern_store_read (call->store, POSTERN_KEEP_LASTING, run, &self, error);
  return postern_store_write (call->store, POSTERN_KEEP_LASTING, run, &self, error);
}

static PosternResponse *
answer (PosternApiCall *call)
{
  if (call->ended != NULL)
    call->api->sessions->tell (call->api->tenant, call->ended, call->api->sessions_data);
  if (call->result != NULL)
    return postern_response_new_json (call->status, call->result);
  return postern_response_new (204, NULL, NULL);
}

PosternResponse *
postern_api_call_run (PosternApi *api, PosternRequest *request, PosternApiMode mode, PosternApiPrepare prepare,
                      PosternApiWork work)
{
  PosternApiCall call = { .api = api, .request = request };
  g_autoptr (GError) error = NULL;
  PosternResponse *response;

  call.store = postern_tenant_get_store (api->tenant);
  call.now = g_get_real_time () / G_USEC_PER_SEC;
  if (run_all (&call, mode, prepare, work, &error))
    response = answer (&call);
  else
    response = answer_error (&call, error);
  g_clear_pointer (&call.body, g_variant_unref);
  g_clear_pointer (&call.result, g_variant_unref);
  g_clear_pointer (&call.detail, g_variant_unref);
  g_clear_pointer (&call.ended, g_ptr_array_unref);
  g_free (call.event);
  g_free (call.target);
  postern_secret_free (call.prepared);
  return response;
}
