/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-webhook.h"

#include "postern-audit-event.h"
#include "postern-audit-events.h"
#include "postern-error.h"
#include "postern-fault.h"
#include "postern-http-client.h"
#include "postern-json.h"

#include <string.h>

#define URL_MAX 500
#define QUICK_MS 1000

/* --- what one may be ------------------------------------------------------------------------------------------------ */

/* One that no event answers to is a slip of the pen, and would be found out by nothing ever coming. */
static gboolean
is_known (const char *pattern)
{
  guint n;
  const PosternAuditEvent *events = postern_audit_events_get (&n);

  for (guint i = 0; i < n; i++)
    if (postern_event_name_matches (events[i].name, pattern))
      return TRUE;
  return FALSE;
}

static gboolean
check_events (GVariant *events, GError **error)
{
  gsize n = events ? g_variant_n_children (events) : 0;

  if (n == 0 || n > POSTERN_WEBHOOK_EVENTS_MAX)
    return postern_fault (error, "events", "must be 1 to %d names of events", POSTERN_WEBHOOK_EVENTS_MAX);
  for (gsize i = 0; i < n; i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (events, i);
    g_autoptr (GVariant) inner = g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (child) : g_variant_ref (child);

    if (!g_variant_is_of_type (inner, G_VARIANT_TYPE_STRING) || !is_known (g_variant_get_string (inner, NULL)))
      return postern_fault (error, "events", "no. %u is neither an event, nor “GROUP.*” of some, nor “*”", (guint) i + 1);
  }
  return TRUE;
}

static gboolean
check_url (const char *url, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (!postern_fault_check_text ("url", url, 1, URL_MAX, error))
    return FALSE;
  if (postern_http_client_check_url (postern_http_client_get_default (), url, &failure))
    return TRUE;
  return postern_fault (error, "url", "%s", failure->message);
}

gboolean
postern_webhook_validate (const PosternWebhook *self, GError **error)
{
  return check_url (self->url, error) && check_events (self->events, error) &&
         (self->description == NULL || postern_fault_check_text ("description", self->description, 0, 200, error));
}

gboolean
postern_webhook_insert (PosternTxn *txn, PosternWebhook *self, const char *secret, GError **error)
{
  gint64 count;

  if (!postern_webhook_validate (self, error) || !postern_audit_chain_store_get_end (txn, &self->position, error))
    return FALSE;
  count = postern_webhook_store_count (txn, error);
  if (count >= POSTERN_WEBHOOKS_MAX)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "there are %d webhooks already, which is the most", POSTERN_WEBHOOKS_MAX);
  return count >= 0 && count < POSTERN_WEBHOOKS_MAX && postern_webhook_store_insert (txn, self, secret, error);
}

gboolean
postern_webhook_wants (const PosternWebhook *self, const char *event)
{
  GVariantIter iter;
  GVariant *child;

  if (self->events == NULL)
    return FALSE;
  g_variant_iter_init (&iter, self->events);
  while ((child = g_variant_iter_next_value (&iter))) {
    g_autoptr (GVariant) owned = child;
    g_autoptr (GVariant) inner = g_variant_is_of_type (owned, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (owned) : g_variant_ref (owned);

    if (g_variant_is_of_type (inner, G_VARIANT_TYPE_STRING) && postern_event_name_matches (event, g_variant_get_string (inner, NULL)))
      return TRUE;
  }
  return FALSE;
}

void
postern_webhook_switch_on (PosternWebhook *self)
{
  self->enabled = TRUE;
  self->failures = self->failing_since = self->due_at = 0;
  g_clear_pointer (&self->disabled_reason, g_free);
}

/* --- what is sent --------------------------------------------------------------------------------------------------- */

static char *
print_body (const char *type, gint64 at, GVariant *data)
{
  g_autoptr (PosternEvent) event = postern_event_new (type, at, data);

  return postern_event_print (event);
}

void
postern_webhook_event_init (PosternWebhookEvent *self, const PosternAudit *entry, gint64 number)
{
  g_autoptr (PosternEvent) event = postern_audit_event_new (entry, number);

  self->id = g_strdup (entry->id);
  self->type = g_strdup (entry->event);
  self->number = number;
  self->body = print_body (entry->event, entry->at, postern_event_get_data (event));
}

void
postern_webhook_event_init_test (PosternWebhookEvent *self, const char *webhook_id, gint64 at)
{
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&data, "webhook", webhook_id);
  self->id = postern_id_new ("tst");
  self->type = g_strdup (POSTERN_WEBHOOK_TEST);
  self->number = -1;
  self->body = print_body (POSTERN_WEBHOOK_TEST, at, postern_json_object_end (&data));
}

void
postern_webhook_event_clear (PosternWebhookEvent *self)
{
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->type, g_free);
  g_clear_pointer (&self->body, g_free);
}

/* --- what came of it ------------------------------------------------------------------------------------------------ */

gboolean
postern_webhook_answer_is_good (const PosternWebhookAnswer *self)
{
  return self->status >= 200 && self->status < 300;
}

static gboolean
is_quick (gint64 status, gint64 milliseconds)
{
  return status >= 200 && status < 300 && milliseconds < QUICK_MS;
}

gboolean
postern_webhook_answer_is_quick (const PosternWebhookAnswer *self)
{
  return is_quick (self->status, self->milliseconds);
}

gboolean
postern_webhook_is_quick (const PosternWebhook *self)
{
  gsize n = self->attempts ? g_variant_n_children (self->attempts) : 0;
  g_autoptr (GVariant) child = n > 0 ? g_variant_get_child_value (self->attempts, n - 1) : NULL, latest = child ? g_variant_get_variant (child) : NULL;

  return latest && is_quick (postern_json_get_int64 (latest, "status", 0), postern_json_get_int64 (latest, "milliseconds", QUICK_MS));
}

void
postern_webhook_answer_clear (PosternWebhookAnswer *self)
{
  g_clear_pointer (&self->error, g_free);
}

GVariant *
postern_webhook_answer_to_json (const PosternWebhookAnswer *self, const PosternWebhookEvent *event)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_int64 (&object, "at", self->at);
  postern_json_object_add_string (&object, "error", self->error);
  postern_json_object_add_string (&object, "event", event->type);
  postern_json_object_add_string (&object, "id", event->id);
  postern_json_object_add_int64 (&object, "milliseconds", self->milliseconds);
  postern_json_object_add_int64 (&object, "number", event->number);
  postern_json_object_add_int64 (&object, "status", self->status);
  return postern_json_object_end (&object);
}

/* The latest ones stay. */
static void
remember (PosternWebhook *self, GVariant *attempt)
{
  g_auto (GVariantBuilder) attempts = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  gsize n = self->attempts ? g_variant_n_children (self->attempts) : 0;

  for (gsize i = n >= POSTERN_WEBHOOK_ATTEMPTS_MAX ? n - POSTERN_WEBHOOK_ATTEMPTS_MAX + 1 : 0; i < n; i++)
    g_variant_builder_add_value (&attempts, g_variant_get_child_value (self->attempts, i));
  g_variant_builder_add (&attempts, "v", attempt);
  g_clear_pointer (&self->attempts, g_variant_unref);
  self->attempts = g_variant_ref_sink (g_variant_builder_end (&attempts));
}

gint64
postern_webhook_choose_pause (gint64 failures, gint64 most)
{
  gint64 pause = POSTERN_WEBHOOK_PAUSE;

  for (gint64 i = 1; i < failures && pause < most; i++)
    pause *= 3;
  pause = (gint64) ((double) pause * g_random_double_range (0.8, 1.2));
  return MIN (most, pause);
}

static void
switch_off (PosternWebhook *self, const char *reason)
{
  self->enabled = FALSE;
  g_free (self->disabled_reason);
  self->disabled_reason = g_strdup (reason);
}

static void
note_failure (PosternWebhook *self, const PosternWebhookAnswer *answer)
{
  gint64 pause = postern_webhook_choose_pause (++self->failures, POSTERN_WEBHOOK_PAUSE_MAX), ended_at = answer->at + answer->milliseconds / 1000;

  if (self->failing_since == 0)
    self->failing_since = answer->at;
  self->due_at = ended_at + MAX (pause, MIN (answer->retry_after, POSTERN_WEBHOOK_PAUSE_MAX));
  if (answer->status == 410)
    switch_off (self, "gone");
  else if (answer->at - self->failing_since >= POSTERN_WEBHOOK_GIVE_UP)
    switch_off (self, "failing");
}

void
postern_webhook_note (PosternWebhook *self, const PosternWebhookEvent *event, const PosternWebhookAnswer *answer)
{
  remember (self, postern_webhook_answer_to_json (answer, event));
  if (!postern_webhook_answer_is_good (answer)) {
    note_failure (self, answer);
    return;
  }
  self->position = event->number + 1;
  self->delivered++;
  self->failures = self->failing_since = self->due_at = 0;
}
