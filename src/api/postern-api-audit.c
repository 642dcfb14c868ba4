/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-api-routes.h"

static const char *
get_id (gconstpointer record)
{
  return ((const PosternAudit *) record)->id;
}

static GVariant *
to_json (gconstpointer record)
{
  const PosternAudit *audit = record;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "id", audit->id);
  postern_api_call_add_time (&dict, "at", audit->at / G_USEC_PER_SEC);
  postern_api_call_add_string (&dict, "event", audit->event);
  postern_api_call_add_string (&dict, "actor", audit->actor);
  postern_api_call_add_string (&dict, "target", audit->target);
  postern_api_call_add_string (&dict, "request_id", audit->request_id);
  postern_api_call_add_string (&dict, "remote_address", audit->remote_address);
  if (audit->data != NULL)
    g_variant_dict_insert_value (&dict, "data", audit->data);
  return g_variant_dict_end (&dict);
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GPtrArray) entries = postern_audit_store_list (txn, call->after, call->limit, error);

  return entries != NULL && postern_api_call_set_page (call, entries, get_id, to_json);
}

POSTERN_API_GET (audit, list)
