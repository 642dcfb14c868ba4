/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-delivery-private.h"

#include <string.h>

#include "postern-error.h"
#include "postern-json.h"
#include "postern-outbox.h"
#include "postern-seal.h"

#define REST_SECONDS 15      /* for which a messenger in trouble comes last */
#define PAUSE_MAX_SECONDS 300
#define RESULT_MAX 200       /* bytes of what the next hop said */

PosternDeliveryCall *
postern_delivery_call_new (PosternDeliveryCarrier *carrier, PosternOutboxEntry *entry, gint64 taken_until)
{
  PosternDeliveryCall *self = g_new0 (PosternDeliveryCall, 1);

  self->carrier = carrier;
  self->entry = postern_outbox_entry_ref (entry);
  self->cancellable = g_cancellable_new ();
  self->taken_until = taken_until;
  self->begun = g_get_monotonic_time ();
  g_ptr_array_add (carrier->calls, self);
  return self;
}

/* With the mutex. */
static void
call_free (PosternDeliveryCall *self)
{
  g_ptr_array_remove_fast (self->carrier->calls, self);
  postern_outbox_entry_unref (self->entry);
  g_clear_pointer (&self->model, g_variant_unref);
  g_object_unref (self->cancellable);
  g_free (self);
}

static void
set_string (char **field, const char *value)
{
  char *copy = g_strdup (value);

  g_free (*field);
  *field = copy;
}

/* --- outcomes ---------------------------------------------------------------------------------------------------- */

/* The recipient, as we keep it and as it goes over the wire: an international domain as its A-label, a number without its plus. */
static void
hide_recipient (GString *text, const char *recipient)
{
  const char *at = strrchr (recipient, '@');
  g_autofree char *masked = postern_outbox_mask (recipient);
  g_autofree char *domain = at ? g_hostname_to_ascii (at + 1) : NULL;
  g_autofree char *wire = domain ? g_strdup_printf ("%.*s@%s", (int) (at - recipient), recipient, domain) : NULL;

  g_string_replace (text, recipient, masked, 0);
  if (wire)
    g_string_replace (text, wire, masked, 0);
  if (*recipient == '+')
    g_string_replace (text, recipient + 1, masked + 1, 0);
}

/* What opens a door. */
static void
hide_secrets (GString *text, GVariant *model)
{
  static const char *const names[] = { "code", "link" };

  for (guint i = 0; model && i < G_N_ELEMENTS (names); i++) {
    const char *secret = postern_json_get_string (model, names[i]);
    if (secret && *secret)
      g_string_replace (text, secret, "***", 0);
  }
}

/* What the next hop said, on one line, short, and without what servers like to repeat of ours. */
static char *
clean (const char *said, const char *recipient, GVariant *model)
{
  g_autofree char *valid = g_utf8_make_valid (said, -1);
  GString *text = g_string_new (valid);

  hide_recipient (text, recipient);
  hide_secrets (text, model);
  for (char *p = text->str; *p; p++)
    if ((guchar) *p < ' ' || *p == 0x7f)
      *p = ' ';
  if (text->len > RESULT_MAX)
    g_string_truncate (text, (gsize) (g_utf8_find_prev_char (text->str, text->str + RESULT_MAX + 1) - text->str));
  return g_string_free (text, FALSE);
}

static gboolean
is_final (const GError *error)
{
  return g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST) || g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND) ||
         g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_STALE);
}

static gboolean
is_about_this_one (const GError *error)
{
  return g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE) || g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS);
}

static guint
count_carriers (PosternDelivery *self, const char *channel)
{
  guint n = 0;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->carriers->len; i++)
    n += postern_delivery_takes (self->carriers->pdata[i], channel);
  g_mutex_unlock (&self->mutex);
  return n;
}

/* Twice as long after each round through all messengers, and never all at the same moment. */
static gint64
get_pause (PosternDelivery *self, PosternOutboxEntry *entry)
{
  guint rounds = (guint) CLAMP ((entry->attempts - 1) / MAX (count_carriers (self, entry->channel), 1), 0, 16);
  double pause = MIN ((double) self->retry_seconds * (double) (1u << rounds), PAUSE_MAX_SECONDS);

  return (gint64) (pause * g_random_double_range (0.5, 1.5) + 0.5);
}

static void
note_sent (PosternDelivery *self, PosternOutboxEntry *entry, const char *result)
{
  postern_delivery_forget (self, entry, "sent");
  g_message ("message %s (%s, %s to %s) was taken by “%s”%s%s", entry->id, entry->template, entry->channel, entry->recipient, entry->messenger,
             result ? ": " : "", result ? result : "");
}

static void
note_failed (PosternDelivery *self, PosternOutboxEntry *entry, const char *result)
{
  g_autofree char *masked = postern_outbox_mask (entry->recipient);

  set_string (&entry->state, "failed");
  entry->due_at = entry->expires_at;
  g_warning ("message %s (%s, %s to %s) was refused for good by “%s”: %s; after putting that right: postern message retry %s", entry->id,
             entry->template, entry->channel, masked, entry->messenger, result, entry->id);
}

/* Where the next has no room, this one would be asked again at once, and again. */
static gboolean
can_hand_over (PosternDelivery *self, PosternOutboxEntry *entry)
{
  PosternDeliveryCarrier *next;
  gboolean can;

  g_mutex_lock (&self->mutex);
  next = postern_delivery_find_next (self, entry->channel, entry->messenger);
  can = next && next->calls->len < POSTERN_DELIVERY_CALLS;
  g_mutex_unlock (&self->mutex);
  return can;
}

static void
note_later (PosternDelivery *self, PosternOutboxEntry *entry, const char *result)
{
  gboolean others = can_hand_over (self, entry);
  gint64 pause = others ? 0 : get_pause (self, entry);
  g_autofree char *masked = postern_outbox_mask (entry->recipient);

  entry->due_at = MIN (postern_delivery_now () + pause, entry->expires_at); /* then it is given up */
  if (others)
    g_message ("message %s (%s, %s to %s) was not taken by “%s”: %s; trying the next messenger", entry->id, entry->template, entry->channel, masked,
               entry->messenger, result);
  else
    g_warning ("message %s (%s, %s to %s) was not taken by “%s”: %s; trying again in %" G_GINT64_FORMAT " s", entry->id, entry->template,
               entry->channel, masked, entry->messenger, result, pause);
}

static void
finish (PosternDeliveryCall *call, PosternMessage *message, const GError *error)
{
  PosternDelivery *self = call->carrier->delivery;
  const char *said = error ? error->message : postern_message_get_receipt (message);
  g_autofree char *result = said ? clean (said, call->entry->recipient, call->model) : NULL;

  set_string (&call->entry->messenger, postern_instance_get_id (POSTERN_INSTANCE (call->carrier->messenger)));
  set_string (&call->entry->result, result);
  if (!error)
    note_sent (self, call->entry, result);
  else if (is_final (error))
    note_failed (self, call->entry, result);
  else
    note_later (self, call->entry, result);
  postern_delivery_settle (self, call->entry, call->taken_until);
}

/* --- sending ----------------------------------------------------------------------------------------------------- */

static PosternMessage *
render (PosternDeliveryCall *call, GError **error)
{
  PosternDelivery *self = call->carrier->delivery;
  PosternOutboxEntry *entry = call->entry;
  char *text = postern_outbox_store_dup_model (self->store, entry, error);
  PosternMessage *message = NULL;

  call->model = text ? postern_json_parse_object (text, -1, 0, error) : NULL;
  if (call->model)
    message = postern_message_templates_render (self->templates, entry->channel, entry->recipient, entry->template, entry->language, call->model, error);
  postern_secret_free (text);
  if (!message)
    return NULL;
  postern_message_set_id (message, entry->id);
  postern_message_set_sender (message, self->sender_address, self->sender_name);
  return message;
}

static gboolean
is_off (PosternDeliveryCall *call)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&call->carrier->delivery->mutex);

  return call->carrier->is_off;
}

/* A call that was cut off is the messenger's trouble whatever it says about that. */
static void
take_deadline (PosternDeliveryCall *call, GError **error)
{
  if (!*error || !g_cancellable_is_cancelled (call->cancellable) || is_final (*error))
    return;
  g_clear_error (error);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE, is_off (call) ? "it was switched off" : "no answer in time");
}

/* @error says whether it was taken; @message: (out) (nullable) */
static void
send_message (PosternDeliveryCall *call, PosternMessage **message, GError **error)
{
  *message = render (call, error);
  if (*message && !postern_messenger_send (call->carrier->messenger, *message, call->cancellable, error))
    take_deadline (call, error);
}

/* @stopping: (out): the worker leaves, or the messenger was switched off. Returns: FALSE when nobody listens any more: then nothing of the delivery or the store may be touched. */
static gboolean
is_heard (PosternDeliveryCall *call, const GError *error, gboolean *stopping)
{
  PosternDelivery *self = call->carrier->delivery;
  gboolean heard;

  g_mutex_lock (&self->mutex);
  heard = !self->abandoned;
  *stopping = self->stopping || call->carrier->is_off;
  if (heard && error && !is_final (error) && !is_about_this_one (error))
    call->carrier->resting_until = g_get_monotonic_time () + REST_SECONDS * G_USEC_PER_SEC;
  g_mutex_unlock (&self->mutex);
  return heard;
}

void
postern_delivery_call_run (gpointer data, gpointer user_data)
{
  PosternDeliveryCall *call = data;
  PosternDelivery *self = call->carrier->delivery;
  g_autoptr (PosternMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  gboolean stopping;

  if (!is_heard (call, NULL, &stopping))
    return;
  if (stopping) { /* it was still in the queue: the next worker, or messenger, has it */
    postern_delivery_give_back (self, call->entry, call->taken_until);
  } else {
    send_message (call, &message, &error);
    if (!is_heard (call, error, &stopping))
      return;
    finish (call, message, error);
  }
  postern_store_wake (self->store); /* there is room for another call, or this one goes to the next messenger */
  g_mutex_lock (&self->mutex);
  call_free (call);
  g_cond_signal (&self->done);
  g_mutex_unlock (&self->mutex);
}
