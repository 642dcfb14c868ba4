/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-entry.h"

#include "postern-json.h"

char *
postern_audit_entry_print_json (GVariant *entry)
{
  GString *text = g_string_new (NULL);

  postern_json_canonical_append (text, entry);
  return g_string_free (text, FALSE);
}

char *
postern_audit_entry_print (const PosternAudit *entry)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) whole = NULL;

  postern_json_object_add_string (&object, "actor", entry->actor);
  postern_json_object_add_string (&object, "address_hash", entry->address_hash);
  postern_json_object_add_int64 (&object, "at", entry->at);
  postern_json_object_add (&object, "data", entry->data ? entry->data : g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  postern_json_object_add_string (&object, "event", entry->event);
  postern_json_object_add_string (&object, "id", entry->id);
  postern_json_object_add_string (&object, "person", entry->person);
  postern_json_object_add_string (&object, "personal_hash", entry->personal_hash);
  if (entry->address_hash == NULL) /* as it was written before an address could be forgotten */
    postern_json_object_add_string (&object, "remote_address", entry->remote_address);
  postern_json_object_add_string (&object, "request_id", entry->request_id);
  postern_json_object_add_string (&object, "target", entry->target);
  whole = g_variant_ref_sink (postern_json_object_end (&object));
  return postern_audit_entry_print_json (whole);
}
