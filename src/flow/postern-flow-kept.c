/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-kept.h"

#include <string.h>

#include "postern-flow-context.h"
#include "postern-json.h"

#define PREFIX "kpt" /* it lies among the flows, and none is ever found by this name */
#define LIFETIME 1800

typedef struct {
  const char *id, *owner;
  gint64 expires_at;
  GBytes *bytes;
} Parcel;

static gboolean
put (PosternTxn *txn, gpointer user_data, GError **error)
{
  Parcel *parcel = user_data;

  return postern_flow_store_insert (txn, parcel->id, parcel->owner, parcel->bytes, parcel->expires_at, error);
}

static gboolean
get (PosternTxn *txn, gpointer user_data, GError **error)
{
  Parcel *parcel = user_data;

  g_clear_pointer (&parcel->bytes, g_bytes_unref); /* a transaction may run twice */
  parcel->bytes = postern_flow_store_get (txn, parcel->id, error);
  return parcel->bytes != NULL;
}

/* (transfer full): the model with whose it is */
static GBytes *
pack (const Parcel *parcel, PosternRequest *request, const char *path, GVariant *model)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT, all = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) owned = g_variant_ref_sink (model);
  g_autoptr (GVariant) whole = NULL;
  char *text;

  postern_json_object_add_string (&object, "owner", parcel->owner);
  postern_json_object_add_string (&object, "path", path);
  postern_json_object_add_int64 (&object, "expires_at", parcel->expires_at);
  postern_json_object_add_all (&all, owned);
  postern_json_object_add_string (&all, "error_request", postern_request_get_id (request));
  postern_json_object_add (&object, "model", postern_json_object_end (&all));
  whole = g_variant_ref_sink (postern_json_object_end (&object));
  text = postern_json_print (whole);
  return g_bytes_new_take (text, strlen (text));
}

PosternResponse *
postern_flow_kept_put (PosternFlowVisit *visit, PosternRequest *request, const char *path, GVariant *model)
{
  g_autofree char *id = postern_id_new (PREFIX), *location = g_strconcat (path, "?kept=", id, NULL);
  Parcel parcel = { id, visit->user->id, postern_flow_context_now () + LIFETIME, NULL };
  g_autoptr (GBytes) bytes = parcel.bytes = pack (&parcel, request, path, model);
  g_autoptr (GError) error = NULL;

  if (postern_store_write (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_SHORT, put, &parcel, &error))
    return postern_response_new_redirect (location);
  return postern_response_new_error_page (error, NULL);
}

GVariant *
postern_flow_kept_get (PosternFlowVisit *visit, PosternRequest *request, const char *path)
{
  const char *id = NULL;
  Parcel parcel = { NULL };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) whole = NULL;

  if (!postern_request_get_query (request, "kept", &id, NULL) || id == NULL || !postern_id_is_valid (id, PREFIX))
    return NULL;
  parcel.id = id;
  postern_store_read (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_SHORT, get, &parcel, NULL);
  bytes = parcel.bytes;
  whole = bytes ? postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), 0, NULL) : NULL;
  if (whole == NULL || g_strcmp0 (postern_json_get_string (whole, "owner"), visit->user->id) != 0 || g_strcmp0 (postern_json_get_string (whole, "path"), path) != 0 ||
      postern_json_get_int64 (whole, "expires_at", 0) <= postern_flow_context_now ())
    return NULL;
  return postern_json_get (whole, "model");
}
