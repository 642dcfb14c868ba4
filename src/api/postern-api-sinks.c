/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"
#include "postern-api-place.h"

#include "postern-sink.h"

static const PosternApiMember members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id: as a connector, which it is set up as." },
  { "type", POSTERN_API_STRING, POSTERN_API_OWN, "What it is an instance of." },
  { "position", POSTERN_API_INTEGER, POSTERN_API_OWN | POSTERN_API_RUNNING, "The number of the next entry of the audit log that it has not taken." },
  { "behind", POSTERN_API_INTEGER, POSTERN_API_OWN | POSTERN_API_RUNNING, "How many entries that is behind the end of the log." },
  { "delivered", POSTERN_API_INTEGER, POSTERN_API_OWN | POSTERN_API_RUNNING, "How many entries it took." },
  { "missed", POSTERN_API_INTEGER, POSTERN_API_OWN | POSTERN_API_RUNNING, "How many entries were cut off, because of the retention of the log, before it took them." },
  { "failures", POSTERN_API_INTEGER, POSTERN_API_OWN | POSTERN_API_RUNNING, "How often it was tried in vain since it took some." },
  { "failing_since", POSTERN_API_TIME, POSTERN_API_READ_ONLY | POSTERN_API_RUNNING, "Since when." },
  { "due_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY | POSTERN_API_RUNNING, "When it is tried again." },
  { "error", POSTERN_API_STRING, POSTERN_API_READ_ONLY | POSTERN_API_RUNNING, "What it said the last time that it took none." },
  { NULL },
};
static const PosternApiSchema schema = { "Sink", members, "A plugin that is given the audit log, and how far it is in it." };

/* (transfer floating). @place: (nullable): it begins in a moment, at the end of the log */
static GVariant *
to_json (PosternInstance *sink, const PosternSinkPlace *place, gint64 end)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  const PosternSinkPlace none = { .position = end };

  place = place ? place : &none;
  postern_api_call_add_string (&dict, "id", postern_instance_get_id (sink));
  postern_api_call_add_string (&dict, "type", postern_instance_get_type_id (sink));
  g_variant_dict_insert (&dict, "position", "x", place->position);
  g_variant_dict_insert (&dict, "behind", "x", MAX (0, end - place->position));
  g_variant_dict_insert (&dict, "delivered", "x", place->delivered);
  g_variant_dict_insert (&dict, "missed", "x", place->missed);
  g_variant_dict_insert (&dict, "failures", "x", place->failures);
  postern_api_call_add_time (&dict, "failing_since", place->failing_since);
  postern_api_call_add_time (&dict, "due_at", place->due_at);
  postern_api_call_add_string (&dict, "error", place->error);
  return g_variant_dict_end (&dict);
}

static gboolean
is_one (PosternInstance *instance)
{
  return POSTERN_IS_SINK (instance) && postern_sink_takes_log (POSTERN_SINK (instance));
}

const PosternSinkPlace *
postern_api_sinks_find_place (GPtrArray *places, PosternInstance *instance)
{
  for (guint i = 0; is_one (instance) && i < places->len; i++)
    if (g_str_equal (((PosternSinkPlace *) places->pdata[i])->id, postern_instance_get_id (instance)))
      return places->pdata[i];
  return NULL;
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GPtrArray) places = postern_sink_place_store_list (txn, error);
  GPtrArray *instances = call->api->instances;
  gint64 end;

  if (places == NULL || !postern_audit_chain_store_get_end (txn, &end, error))
    return FALSE;
  for (guint i = 0; i < instances->len; i++)
    if (is_one (instances->pdata[i]))
      g_variant_builder_add_value (&items, to_json (instances->pdata[i], postern_api_sinks_find_place (places, instances->pdata[i]), end));
  return postern_api_call_set_items (call, g_variant_builder_end (&items));
}

/* (transfer none) (nullable) */
static PosternInstance *
find (PosternApiCall *call, GError **error)
{
  const char *id = postern_request_get_capture (call->request, "id");
  GPtrArray *instances = call->api->instances;

  for (guint i = 0; i < instances->len; i++)
    if (is_one (instances->pdata[i]) && g_str_equal (postern_instance_get_id (instances->pdata[i]), id))
      return instances->pdata[i];
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "no sink of that id takes the audit log");
  return NULL;
}

/* @place: (nullable) */
static gboolean
answer (PosternApiCall *call, PosternTxn *txn, PosternInstance *sink, const PosternSinkPlace *place, GError **error)
{
  gint64 end;

  return postern_audit_chain_store_get_end (txn, &end, error) && postern_api_call_set_result (call, 200, to_json (sink, place, end));
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  PosternInstance *sink = find (call, error);
  g_autoptr (GPtrArray) places = sink ? postern_sink_place_store_list (txn, error) : NULL;

  return places != NULL && answer (call, txn, sink, postern_api_sinks_find_place (places, sink), error);
}

/* One that is to begin elsewhere before it began is given its place here. */
static gboolean
replay (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  PosternInstance *sink = postern_api_call_may (call, "audit:read", error) ? find (call, error) : NULL;
  PosternSinkPlace begun = { .id = (char *) (sink ? postern_instance_get_id (sink) : NULL), .created_at = call->now };
  g_autoptr (PosternSinkPlace) place = NULL;
  gboolean settled = FALSE;
  gint64 before;

  if (sink == NULL || !postern_sink_place_store_begin (txn, &begun, error))
    return FALSE;
  place = postern_sink_place_store_get (txn, begun.id, error);
  before = place ? place->position : 0;
  if (place == NULL || !postern_api_place_read_replay (call->body, txn, &place->position, error))
    return FALSE;
  place->failures = place->failing_since = place->due_at = 0;
  g_clear_pointer (&place->error, g_free);
  if (!postern_sink_place_store_settle (txn, place, before, &settled, error))
    return FALSE;
  if (!settled) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "it went on meanwhile; ask again");
    return FALSE;
  }
  postern_api_call_audit (call, "sink.replayed", place->id,
                          g_variant_new_parsed ("{'before': <{'position': <%x>}>, 'after': <{'position': <%x>}>}", before, place->position));
  return answer (call, txn, sink, place, error);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/sinks", "listSinks", "connectors:read", "Lists sinks that are given the audit log, and how far each is in it", .answer = &schema, .work = list, .flags = POSTERN_API_UNPAGED },
  { POSTERN_API_SHOW, "/sinks/{id}", "getSink", "connectors:read", "Shows one", .answer = &schema, .work = show },
  { POSTERN_API_ACTION, "/sinks/{id}/replay", "replaySink", "connectors:write", "Gives it all entries once more from one on, or passes over those before it. Needs audit:read, too", &postern_api_place_replay_schema, &schema, .work = replay, .flags = POSTERN_API_CONFLICTS },
  { .path = NULL },
};

const PosternApiResource postern_api_sinks = { "Sinks", "Plugins that are given the audit log.", rows };
