/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include <string.h>

#include "postern-identifier.h"
#include "postern-outbox.h"

#define TEST_LIFETIME 120

static const char *const channels[] = { "email", "sms", NULL };
static const char *const states[] = { "waiting", "sent", "failed", "expired", NULL };

static const PosternApiMember members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id." },
  { "channel", POSTERN_API_STRING, POSTERN_API_OWN, "By which way it goes.", .choices = channels },
  { "recipient", POSTERN_API_STRING, POSTERN_API_OWN, "To whom, masked." },
  { "template", POSTERN_API_STRING, POSTERN_API_OWN, "What kind of message it is." },
  { "language", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "In which language." },
  { "state", POSTERN_API_STRING, POSTERN_API_OWN, "What became of it.", .choices = states },
  { "attempts", POSTERN_API_INTEGER, POSTERN_API_OWN, "How often it was tried." },
  { "messenger", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "Who had it last." },
  { "result", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "What was said of it." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was written." },
  { "updated_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When something happened to it last." },
  { "expires_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "Until when it is of use." },
  { "due_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it is tried next." },
  { NULL },
};
static const PosternApiSchema schema = { "Message", members, "A message to a person, without what it says." };

static const PosternApiMember test_members[] = {
  { "recipient", POSTERN_API_STRING, POSTERN_API_REQUIRED, "An e-mail address, or a number as +4915112345678.", 1, 254 },
  { "language", POSTERN_API_STRING, 0, "In which language.", 1, 35 },
  { NULL },
};
static const PosternApiSchema test_schema = { "TestMessage", test_members };

/* What it says is never shown, and to whom only so that a person can be told apart. */
static GVariant *
to_json (gconstpointer record)
{
  const PosternOutboxEntry *entry = record;
  gboolean masked = entry->model == NULL;
  g_autofree char *recipient = masked ? g_strdup (entry->recipient) : postern_outbox_mask (entry->recipient);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "id", entry->id);
  postern_api_call_add_string (&dict, "channel", entry->channel);
  postern_api_call_add_string (&dict, "recipient", recipient);
  postern_api_call_add_string (&dict, "template", entry->template);
  postern_api_call_add_string (&dict, "language", entry->language);
  postern_api_call_add_string (&dict, "state", entry->state);
  g_variant_dict_insert (&dict, "attempts", "x", entry->attempts);
  postern_api_call_add_string (&dict, "messenger", entry->messenger);
  postern_api_call_add_string (&dict, "result", entry->result);
  postern_api_call_add_time (&dict, "created_at", entry->created_at);
  postern_api_call_add_time (&dict, "updated_at", entry->updated_at);
  postern_api_call_add_time (&dict, "expires_at", entry->expires_at);
  postern_api_call_add_time (&dict, "due_at", g_str_equal (entry->state, "waiting") ? entry->due_at : 0);
  return g_variant_dict_end (&dict);
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GPtrArray) entries = postern_outbox_store_list (txn, call->after, call->limit, error);

  return entries != NULL && postern_api_call_set_page (call, entries, to_json);
}

static gboolean
answer_one (PosternApiCall *call, PosternTxn *txn, const char *id, guint status, GError **error)
{
  g_autoptr (PosternOutboxEntry) entry = postern_outbox_store_get (txn, id, error);

  return entry != NULL && postern_api_call_set_result (call, status, to_json (entry));
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  return answer_one (call, txn, postern_request_get_capture (call->request, "id"), 200, error);
}

static gboolean
retry (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *id = postern_request_get_capture (call->request, "id");

  postern_api_call_audit (call, "message.retried", id, NULL);
  return postern_outbox_store_retry (txn, id, call->now, error) && answer_one (call, txn, id, 200, error);
}

/* A message that tries out the way: to an address or a number. */
static gboolean
test (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *typed = postern_json_get_string (call->body, "recipient");
  g_autofree char *recipient = postern_identifier_canonicalize (typed);
  const char *channel = recipient != NULL && strchr (recipient, '@') != NULL ? "email" : "sms";
  PosternOutboxItem item = { channel, recipient, "test", postern_json_get_string (call->body, "language"), "{}", call->now + TEST_LIFETIME };
  g_autoptr (GPtrArray) added = NULL;
  g_autofree char *masked = NULL;

  if (recipient == NULL)
    return postern_api_call_invalid (error, "recipient", "must be an e-mail address, or a number like +4915112345678");
  if (!postern_outbox_can_deliver (call->api->instances, channel))
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "there is no messenger for %s; put one in connectors.d and reload", channel);
      return FALSE;
    }
  masked = postern_outbox_mask (recipient);
  postern_api_call_audit (call, "message.tested", masked, NULL);
  added = postern_outbox_add (txn, &item, error) ? postern_outbox_store_list (txn, NULL, 1, error) : NULL;
  return added != NULL && postern_api_call_set_result (call, 201, to_json (added->pdata[0]));
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/messages", "listMessages", "messages:read", "Lists what is to be sent and what was, the newest first", .answer = &schema, .work = list, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_CREATE, "/messages", "testMessage", "messages:write", "Sends a message that tries out the way", &test_schema, &schema, .work = test, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_SHOW, "/messages/{id}", "getMessage", "messages:read", "Shows what became of a message", .answer = &schema, .work = show, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_ACTION, "/messages/{id}/retry", "retryMessage", "messages:write", "Sends one that waits or was refused now", NULL, &schema, .work = retry, .flags = POSTERN_API_LAPSES },
  { .path = NULL },
};

const PosternApiResource postern_api_messages = { "Messages", "What is sent to people.", rows };
