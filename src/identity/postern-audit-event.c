/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-event.h"

#include "postern-audit-part.h"
#include "postern-json.h"

PosternEvent *
postern_audit_event_new (const PosternAudit *entry, gint64 number)
{
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) personal = postern_audit_part_dup_personal (entry);

  postern_json_object_add_string (&data, "actor", entry->actor);
  if (entry->data != NULL)
    postern_json_object_add (&data, "data", entry->data);
  postern_json_object_add_string (&data, "id", entry->id);
  postern_json_object_add_int64 (&data, "number", number);
  postern_json_object_add_string (&data, "person", entry->person);
  if (personal != NULL)
    postern_json_object_add (&data, "personal", personal);
  postern_json_object_add_string (&data, "remote_address", entry->remote_address);
  postern_json_object_add_string (&data, "request_id", entry->request_id);
  postern_json_object_add_string (&data, "target", entry->target);
  return postern_event_new (entry->event, entry->at, postern_json_object_end (&data));
}
