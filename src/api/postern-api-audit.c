/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

static const PosternApiMember members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id." },
  { "at", POSTERN_API_TIME, POSTERN_API_OWN, "When." },
  { "event", POSTERN_API_STRING, POSTERN_API_OWN, "What was done." },
  { "actor", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "By whom." },
  { "target", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "To what." },
  { "request_id", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "In which request." },
  { "remote_address", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "From where." },
  { "data", POSTERN_API_OBJECT, POSTERN_API_READ_ONLY, "What else is known of it." },
  { NULL },
};
static const PosternApiSchema schema = { "AuditEntry", members, "Something that was done." };

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

  return entries != NULL && postern_api_call_set_page (call, entries, to_json);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/audit", "listAuditEntries", "audit:read", "Lists what was done, the oldest first", .answer = &schema, .work = list, .flags = POSTERN_API_SENSITIVE },
  { .path = NULL },
};

const PosternApiResource postern_api_audit = { "Audit log", "What was done, by whom and to what.", rows };
