/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"
#include "postern-api-place.h"

#include "postern-audit-events.h"
#include "postern-seal.h"
#include "postern-webhook-signature.h"
#include "postern-webhook.h"

#define OVERLAP (24 * 3600)
#define OVERLAP_MAX (7 * 24 * 3600)

static const char *const reasons[] = { "gone", "failing", NULL };

static const PosternApiMember members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id; it never changes." },
  { "url", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "Where events are sent: https, unless outbound.allow says otherwise.", 1, 500, .format = "uri" },
  { "description", POSTERN_API_STRING, POSTERN_API_NULLABLE, "What it is for.", 0, 200 },
  { "events", POSTERN_API_ARRAY, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "Which events: by name, `GROUP.*`, or `*`.", 1, POSTERN_WEBHOOK_EVENTS_MAX, .items = POSTERN_API_STRING },
  { "enabled", POSTERN_API_BOOLEAN, POSTERN_API_ALWAYS, "Whether events are sent; what it has not had waits. True forgets earlier failures." },
  { "secret", POSTERN_API_STRING, POSTERN_API_READ_ONLY | POSTERN_API_SECRET, "What signs, shown once." },
  { "old_secret_until", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "Until when the secret before signs, too." },
  { "position", POSTERN_API_INTEGER, POSTERN_API_OWN | POSTERN_API_RUNNING, "The number of the next entry of the audit log that it has not had." },
  { "behind", POSTERN_API_INTEGER, POSTERN_API_READ_ONLY | POSTERN_API_RUNNING, "How many entries that is behind the end of the log; not in lists." },
  { "delivered", POSTERN_API_INTEGER, POSTERN_API_OWN | POSTERN_API_RUNNING, "How many events have arrived." },
  { "missed", POSTERN_API_INTEGER, POSTERN_API_OWN | POSTERN_API_RUNNING, "How many entries were cut off, because of the retention of the log, before it had them." },
  { "failures", POSTERN_API_INTEGER, POSTERN_API_OWN | POSTERN_API_RUNNING, "How often it was tried in vain since an event arrived." },
  { "failing_since", POSTERN_API_TIME, POSTERN_API_READ_ONLY | POSTERN_API_RUNNING, "Since when." },
  { "due_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY | POSTERN_API_RUNNING, "When it is tried again." },
  { "disabled_reason", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "Why it was switched off by itself: it answered 410, or nothing has arrived there for a week.", .choices = reasons },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was made." },
  { "updated_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was changed last." },
  { NULL },
};
static const PosternApiSchema schema = { "Webhook", members, "A server that is told what happens here." };

static void
fill (GVariantDict *dict, const PosternWebhook *webhook)
{
  postern_api_call_add_string (dict, "id", webhook->id);
  postern_api_call_add_string (dict, "url", webhook->url);
  postern_api_call_add_string (dict, "description", webhook->description);
  g_variant_dict_insert_value (dict, "events", webhook->events);
  g_variant_dict_insert (dict, "enabled", "b", webhook->enabled);
  postern_api_call_add_time (dict, "old_secret_until", webhook->old_secret_until);
  g_variant_dict_insert (dict, "position", "x", webhook->position);
  g_variant_dict_insert (dict, "delivered", "x", webhook->delivered);
  g_variant_dict_insert (dict, "missed", "x", webhook->missed);
  g_variant_dict_insert (dict, "failures", "x", webhook->failures);
  postern_api_call_add_time (dict, "failing_since", webhook->failing_since);
  postern_api_call_add_time (dict, "due_at", webhook->due_at);
  postern_api_call_add_string (dict, "disabled_reason", webhook->disabled_reason);
  postern_api_call_add_time (dict, "created_at", webhook->created_at);
  postern_api_call_add_time (dict, "updated_at", webhook->updated_at);
}

static GVariant *
to_json (gconstpointer record)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  fill (&dict, record);
  return g_variant_dict_end (&dict);
}

/* @secret: (nullable): shown this once */
static gboolean
answer (PosternApiCall *call, PosternTxn *txn, const PosternWebhook *webhook, const char *secret, guint status, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  gint64 end;

  if (!postern_audit_chain_store_get_end (txn, &end, error))
    return FALSE;
  fill (&dict, webhook);
  g_variant_dict_insert (&dict, "behind", "x", MAX (0, end - webhook->position));
  postern_api_call_add_string (&dict, "secret", secret);
  return postern_api_call_set_result (call, status, g_variant_dict_end (&dict));
}

static PosternWebhook *
find (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  return postern_webhook_store_get (txn, postern_request_get_capture (call->request, "id"), error);
}

/* Who says where the log is sent reads it there: a webhook is no way around audit:read. */
static PosternWebhook *
find_to_send (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  return postern_api_call_may (call, "audit:read", error) ? find (call, txn, error) : NULL;
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GPtrArray) webhooks = postern_webhook_store_list (txn, call->after, call->limit, error);

  return webhooks != NULL && postern_api_call_set_page (call, webhooks, to_json);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternWebhook) webhook = find (call, txn, error);

  return webhook != NULL && answer (call, txn, webhook, NULL, 200, error);
}

static void
read_members (PosternApiCall *call, PosternWebhook *webhook)
{
  GVariant *events = postern_json_get (call->body, "events");
  gboolean enabled = webhook->enabled;

  postern_api_call_read_string (call, "url", &webhook->url);
  postern_api_call_read_string (call, "description", &webhook->description);
  postern_api_call_read_boolean (call, "enabled", &enabled);
  if (events != NULL) {
    g_clear_pointer (&webhook->events, g_variant_unref);
    webhook->events = events;
  }
  if (enabled)
    postern_webhook_switch_on (webhook);
  webhook->enabled = enabled;
  webhook->updated_at = call->now;
}

/* The secret is shown this once. */
static gboolean
fill_and_insert (PosternApiCall *call, PosternTxn *txn, const char *id, guint status, GError **error)
{
  g_autoptr (PosternWebhook) webhook = postern_webhook_new ();
  char *secret;
  gboolean done;

  webhook->id = g_strdup (id);
  webhook->enabled = TRUE;
  webhook->created_at = call->now;
  read_members (call, webhook);
  secret = postern_webhook_signature_new_secret ();
  postern_api_call_audit (call, "webhook.created", webhook->id, postern_api_call_names_of_body (call));
  done = postern_webhook_insert (txn, webhook, secret, error) && answer (call, txn, webhook, secret, status, error);
  postern_secret_free (secret);
  return done;
}

static gboolean
create (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autofree char *id = postern_id_new ("whk");

  return postern_api_call_may (call, "audit:read", error) && fill_and_insert (call, txn, id, 201, error);
}

static gboolean
update_and_answer (PosternApiCall *call, PosternTxn *txn, PosternWebhook *webhook, GError **error)
{
  read_members (call, webhook);
  if (!postern_webhook_validate (webhook, error) || !postern_webhook_store_update (txn, webhook, error))
    return FALSE;
  postern_api_call_audit (call, "webhook.changed", webhook->id, postern_api_call_names_of_body (call));
  return answer (call, txn, webhook, NULL, 200, error);
}

/* PUT: where events go, and which; how far it is stays, and its secret. */
static gboolean
replace (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *id = postern_request_get_capture (call->request, "id");
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternWebhook) webhook = find_to_send (call, txn, &failure);
  g_autoptr (GVariant) enabled = postern_json_get (call->body, "enabled");

  if (!postern_store_pass_missing (&failure, error))
    return FALSE;
  if (webhook == NULL && !postern_id_is_valid (id, "whk"))
    return postern_api_call_invalid (error, "id", "must be whk_ and the 26 characters of a UUID, as this server makes them");
  if (webhook == NULL)
    return fill_and_insert (call, txn, id, 200, error);
  g_clear_pointer (&webhook->description, g_free);
  webhook->enabled = webhook->enabled || enabled == NULL;
  return update_and_answer (call, txn, webhook, error);
}

static gboolean
update (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternWebhook) webhook = find_to_send (call, txn, error);

  if (webhook == NULL)
    return FALSE;
  return update_and_answer (call, txn, webhook, error);
}

static gboolean
delete (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *id = postern_request_get_capture (call->request, "id");

  postern_api_call_audit (call, "webhook.deleted", id, NULL);
  return postern_webhook_store_delete (txn, id, error);
}

/* --- another secret ------------------------------------------------------------------------------------------------- */

static const PosternApiMember rotate_members[] = {
  { "overlap", POSTERN_API_INTEGER, 0, "For how many seconds the secret before signs, too; a day when absent.", 0, OVERLAP_MAX },
  { NULL },
};
static const PosternApiSchema rotate_schema = { "WebhookRotation", rotate_members, "How a webhook gets another secret." };

static gboolean
rotate (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternWebhook) webhook = find_to_send (call, txn, error);
  gint64 until = call->now + postern_json_get_int64 (call->body, "overlap", OVERLAP);
  char *secret;
  gboolean done;

  if (webhook == NULL)
    return FALSE;
  secret = postern_webhook_signature_new_secret ();
  webhook->updated_at = call->now;
  postern_api_call_audit (call, "webhook.secret-rotated", webhook->id, g_variant_new_parsed ("{'old_secret_until': <%x>}", until));
  done = postern_webhook_store_rotate (txn, webhook, secret, until, error) &&
         postern_webhook_store_update (txn, webhook, error) && answer (call, txn, webhook, secret, 200, error);
  postern_secret_free (secret);
  return done;
}

/* --- once more ------------------------------------------------------------------------------------------------------ */

static gboolean
replay (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternWebhook) webhook = find_to_send (call, txn, error);
  gint64 before = webhook ? webhook->position : 0;

  if (webhook == NULL || !postern_api_place_read_replay (call->body, txn, &webhook->position, error))
    return FALSE;
  webhook->failures = webhook->failing_since = webhook->due_at = 0;
  webhook->updated_at = call->now;
  if (!postern_webhook_store_update (txn, webhook, error))
    return FALSE;
  postern_api_call_audit (call, "webhook.replayed", webhook->id,
                          g_variant_new_parsed ("{'before': <{'position': <%x>}>, 'after': <{'position': <%x>}>}", before, webhook->position));
  return answer (call, txn, webhook, NULL, 200, error);
}

/* --- how it went ---------------------------------------------------------------------------------------------------- */

static const PosternApiMember attempt_members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN, "The event's id: webhook-id." },
  { "event", POSTERN_API_STRING, POSTERN_API_OWN, "Its name." },
  { "number", POSTERN_API_INTEGER, POSTERN_API_READ_ONLY, "The number of its entry in the audit log; -1 of a test." },
  { "at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was sent." },
  { "milliseconds", POSTERN_API_INTEGER, POSTERN_API_OWN, "How long that took." },
  { "status", POSTERN_API_INTEGER, POSTERN_API_OWN, "What was answered: a status of HTTP; 0: nothing was." },
  { "error", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "Why not." },
  { NULL },
};
static const PosternApiSchema attempt_schema = { "WebhookAttempt", attempt_members, "An event that was sent to a webhook, once." };

static gboolean
list_attempts (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternWebhook) webhook = find (call, txn, error);

  return webhook != NULL && postern_api_call_set_items (call, webhook->attempts ? webhook->attempts : g_variant_new ("av", NULL));
}

/* --- a test --------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternApiCall *call;
  PosternWebhook *webhook; /* (nullable) */
} Looking;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Looking *looking = user_data;

  g_clear_pointer (&looking->webhook, postern_webhook_unref);
  looking->webhook = find (looking->call, txn, error);
  return looking->webhook != NULL;
}

/* Outside of the transaction, which its answer would keep open. */
static gboolean
send_test (PosternApiCall *call, GError **error)
{
  Looking looking = { call, NULL };
  g_autoptr (PosternWebhook) webhook = NULL;
  g_auto (PosternWebhookEvent) event = { 0 };
  g_auto (PosternWebhookAnswer) given = { 0 };
  g_autoptr (GVariant) attempt = NULL;
  gboolean found = postern_store_read (call->store, POSTERN_KEEP_LASTING, look, &looking, error);

  webhook = looking.webhook;
  if (!found)
    return FALSE;
  postern_webhook_event_init_test (&event, webhook->id, g_get_real_time ());
  postern_webhook_send (call->store, webhook, &event, postern_request_get_cancellable (call->request), &given);
  attempt = g_variant_ref_sink (postern_webhook_answer_to_json (&given, &event));
  call->prepared = postern_json_print (attempt);
  return TRUE;
}

static gboolean
test (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GVariant) attempt = postern_json_parse_object (call->prepared, -1, 0, error);
  g_auto (GVariantDict) detail = G_VARIANT_DICT_INIT (NULL);

  if (attempt == NULL)
    return FALSE;
  g_variant_dict_insert (&detail, "status", "x", postern_json_get_int64 (attempt, "status", 0));
  postern_api_call_audit (call, "webhook.tested", postern_request_get_capture (call->request, "id"), g_variant_dict_end (&detail));
  return postern_api_call_set_result (call, 200, attempt);
}

/* --- what there is to be told --------------------------------------------------------------------------------------- */

static const PosternApiMember event_members[] = {
  { "name", POSTERN_API_STRING, POSTERN_API_OWN, "What it is called: `type` of what is sent." },
  { "when", POSTERN_API_STRING, POSTERN_API_OWN, "When it happens." },
  { "data", POSTERN_API_ARRAY, POSTERN_API_OWN, "What else may be told of it.", .items = POSTERN_API_STRING },
  { NULL },
};
static const PosternApiSchema event_schema = { "Event", event_members, "A kind of thing that happens." };

static gboolean
list_events (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  guint n;
  const PosternAuditEvent *events = postern_audit_events_get (&n);

  for (guint i = 0; i < n; i++) {
    g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
    g_auto (GStrv) data = g_strsplit (events[i].members, " ", -1);

    postern_api_call_add_string (&dict, "name", events[i].name);
    postern_api_call_add_string (&dict, "when", events[i].when);
    g_variant_dict_insert_value (&dict, "data", g_variant_new_strv ((const char *const *) data, -1));
    g_variant_builder_add_value (&items, g_variant_dict_end (&dict));
  }
  return postern_api_call_set_items (call, g_variant_builder_end (&items));
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/events", "listEvents", "webhooks:read", "Lists all events that there are", .answer = &event_schema, .work = list_events, .flags = POSTERN_API_UNPAGED },
  { POSTERN_API_LIST, "/webhooks", "listWebhooks", "webhooks:read", "Lists webhooks", .answer = &schema, .work = list },
  { POSTERN_API_CREATE, "/webhooks", "createWebhook", "webhooks:write", "Makes a webhook; its secret is shown once. Needs audit:read, too", &schema, &schema, .work = create, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_SHOW, "/webhooks/{id}", "getWebhook", "webhooks:read", "Shows a webhook, and how far it is", .answer = &schema, .work = show },
  { POSTERN_API_UPDATE, "/webhooks/{id}", "updateWebhook", "webhooks:write", "Changes the members that are sent. Needs audit:read, too", &schema, &schema, .work = update },
  { POSTERN_API_REPLACE, "/webhooks/{id}", "putWebhook", "webhooks:write", "Makes a webhook of that id, whose secret is shown once, or replaces where it sends what. Needs audit:read, too", &schema, &schema, .work = replace, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, "/webhooks/{id}", "deleteWebhook", "webhooks:write", "Deletes a webhook", .work = delete },
  { POSTERN_API_LIST, "/webhooks/{id}/attempts", "listWebhookAttempts", "webhooks:read", "Lists the latest events that were sent, the oldest first", .answer = &attempt_schema, .work = list_attempts, .flags = POSTERN_API_UNPAGED },
  { POSTERN_API_ACTION, "/webhooks/{id}/rotate", "rotateWebhookSecret", "webhooks:write", "Gives it another secret, shown once; the one before signs, too, for a while. Needs audit:read, too", &rotate_schema, &schema, .work = rotate },
  { POSTERN_API_ACTION, "/webhooks/{id}/replay", "replayWebhook", "webhooks:write", "Sends all events once more from an entry of the log on. Needs audit:read, too", &postern_api_place_replay_schema, &schema, .work = replay },
  { POSTERN_API_ACTION, "/webhooks/{id}/test", "testWebhook", "webhooks:write", "Sends a test at once, and tells what was answered", NULL, &attempt_schema, .work = test, .prepare = send_test },
  { .path = NULL },
};

const PosternApiResource postern_api_webhooks = { "Webhooks", "Servers that are told what happens here.", rows };
