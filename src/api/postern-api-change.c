/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-change.h"

#include "postern-api-condition.h"
#include "postern-audit-events.h"
#include "postern-audit-part.h"

/* Of which members of a schema. */
typedef struct {
  const PosternApiSchema *schema;
  gboolean personal; /* those that say who somebody is, or the others */
} Telling;

/* What the server makes itself, such as a time, is no change of somebody's. */
static gboolean
is_told (const char *name, gpointer user_data)
{
  const Telling *telling = user_data;
  const PosternApiMember *members = telling->schema->members;
  const PosternApiMember *member = members ? postern_api_schema_find (members, POSTERN_API_FOR_ANSWERING, name) : NULL;

  if (member == NULL)
    return members == NULL && !telling->personal;
  return !(member->flags & (POSTERN_API_READ_ONLY | POSTERN_API_SECRET)) && telling->personal == ((member->flags & POSTERN_API_PERSONAL) != 0);
}

static gboolean
has_personal (const PosternApiSchema *schema)
{
  for (const PosternApiMember *member = schema->members; member != NULL && member->name != NULL; member++)
    if (member->flags & POSTERN_API_PERSONAL)
      return TRUE;
  return FALSE;
}

/* What is promised of an event stands in each entry, if only to say that there was nothing. */
static void
add (GVariantDict *out, const PosternAuditEvent *event, const char *name, const PosternApiSchema *schema, GVariant *from, GVariant *to, gboolean personal)
{
  Telling telling = { schema, personal };
  g_autoptr (GVariant) picked = NULL;

  if (event == NULL || !postern_audit_events_has (event, name) || (personal && !has_personal (schema)))
    return;
  picked = postern_audit_part_pick (from, to, is_told, &telling);
  if (!personal || g_variant_n_children (picked) > 0)
    g_variant_dict_insert_value (out, name, picked);
}

static void
describe (PosternApiCall *call, GVariantDict *out, gboolean personal)
{
  const PosternApiRow *row = call->row, *shown = postern_api_condition_find_shown (row);
  const PosternAuditEvent *event = postern_audit_events_find (call->event);
  gboolean makes = row->kind == POSTERN_API_CREATE || row->kind == POSTERN_API_UPDATE || row->kind == POSTERN_API_REPLACE;

  if (row->kind == POSTERN_API_DELETE && call->before != NULL && shown != NULL)
    add (out, event, "before", shown->answer, call->before, NULL, personal);
  if (!makes || row->answer == NULL)
    return;
  add (out, event, "before", row->answer, call->before, call->result, personal);
  add (out, event, "after", row->answer, call->result, call->before, personal);
}

static void
take_personal (PosternApiCall *call, PosternAudit *audit)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (call->personal);
  g_autoptr (GVariant) personal = NULL;

  describe (call, &out, TRUE);
  personal = g_variant_ref_sink (g_variant_dict_end (&out));
  if (g_variant_n_children (personal) == 0)
    return;
  audit->personal = g_steal_pointer (&personal);
  audit->person = g_strdup (call->person ? call->person : call->target);
}

void
postern_api_change_describe (PosternApiCall *call, PosternAudit *audit)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (call->detail);

  describe (call, &out, FALSE);
  if (call->bearer != NULL)
    postern_api_call_add_string (&out, "client_id", call->bearer->client_id);
  audit->data = g_variant_ref_sink (g_variant_dict_end (&out));
  take_personal (call, audit);
}
