/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * Webhooks: other servers that are told what happens here. Whatever is told is an entry of the audit log, which is written in the transaction
 * of what it tells; the log gives it a number (postern-audit-log.h), and a webhook is a place in the log, going forward. So there is no second
 * record of what is to be sent, one that cannot be reached lets nothing grow, and going back is all that sending again takes.
 *
 * One gets its events one after the other, in the order of their numbers, each at least once: the next one when the one before arrived.
 */

#define POSTERN_WEBHOOK_TEST "webhook.test" /* the event that tells nothing */
#define POSTERN_WEBHOOKS_MAX 50         /* of a tenant */
#define POSTERN_WEBHOOK_EVENTS_MAX 50   /* of one */
#define POSTERN_WEBHOOK_ATTEMPTS_MAX 20 /* that are remembered */
#define POSTERN_WEBHOOK_PAUSE 5         /* seconds after the first failure; three times as long after each further one … */
#define POSTERN_WEBHOOK_PAUSE_MAX (24 * 3600) /* … until it is a day */
#define POSTERN_WEBHOOK_GIVE_UP (7 * 24 * 3600) /* seconds of nothing but failures, until it is switched off */

/** postern_webhook_validate: before it is stored. @error: INVALID_REQUEST; its message begins with the wrong member's name and a colon */
gboolean postern_webhook_validate (const PosternWebhook *self, GError **error);
/** postern_webhook_insert: validates it, and that it is not one too many (CONFLICT); it begins at the end of the log. @secret: what signs */
gboolean postern_webhook_insert (PosternTxn *txn, PosternWebhook *self, const char *secret, GError **error);
/** postern_webhook_wants: whether @event is one that it was made for */
gboolean postern_webhook_wants (const PosternWebhook *self, const char *event);
/** postern_webhook_switch_on: forgets what went wrong, so that it is tried at once */
void postern_webhook_switch_on (PosternWebhook *self);

/** PosternWebhookEvent: what is sent. Cleared by postern_webhook_event_clear(). */
typedef struct {
  char *id;   /* webhook-id: the entry's: the same however often it is sent */
  char *type;
  gint64 number; /* of the entry; -1: none */
  char *body;
} PosternWebhookEvent;
/** postern_webhook_event_init: of an entry of the log: all that it holds, and nothing else */
void postern_webhook_event_init (PosternWebhookEvent *self, const PosternAudit *entry, gint64 number);
/** postern_webhook_event_init_test: one that tells nothing. @at: microseconds since 1970 */
void postern_webhook_event_init_test (PosternWebhookEvent *self, const char *webhook_id, gint64 at);
void postern_webhook_event_clear (PosternWebhookEvent *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternWebhookEvent, postern_webhook_event_clear)

/** PosternWebhookAnswer: what came of sending it once. Cleared by postern_webhook_answer_clear(). */
typedef struct {
  gint64 at;           /* seconds since 1970: when it was begun */
  gint64 milliseconds; /* how long it took */
  guint status;        /* of HTTP; 0: there was no answer */
  char *error;         /* (nullable): why there was none */
  gint64 retry_after;  /* seconds that 429 or 503 asked for; 0: none */
  gboolean cancelled;  /* by ourselves: it says nothing of the other side */
} PosternWebhookAnswer;
/**
 * postern_webhook_send: once, signed, by the guarded client, which neither follows a redirect nor goes to private addresses unless
 * configuration says so. Blocks for ten seconds at most.
 */
void postern_webhook_send (PosternStore *store, const PosternWebhook *self, const PosternWebhookEvent *event, GCancellable *cancellable, PosternWebhookAnswer *answer);
gboolean postern_webhook_answer_is_good (const PosternWebhookAnswer *self); /* 2xx */
/** postern_webhook_answer_is_quick: it is good, and came within a second */
gboolean postern_webhook_answer_is_quick (const PosternWebhookAnswer *self);
/** postern_webhook_is_quick: so was the latest answer that is remembered */
gboolean postern_webhook_is_quick (const PosternWebhook *self);
/** postern_webhook_answer_to_json: (transfer floating): as it is remembered, and shown */
GVariant *postern_webhook_answer_to_json (const PosternWebhookAnswer *self, const PosternWebhookEvent *event);
void postern_webhook_answer_clear (PosternWebhookAnswer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternWebhookAnswer, postern_webhook_answer_clear)

/**
 * postern_webhook_note: writes into the record what came of it: behind the event when it arrived, else when it is tried again; or that it is
 * switched off: after 410, or when nothing has arrived for POSTERN_WEBHOOK_GIVE_UP.
 */
void postern_webhook_note (PosternWebhook *self, const PosternWebhookEvent *event, const PosternWebhookAnswer *answer);
/**
 * postern_webhook_choose_pause: seconds after so many failures, one at least: three times as long each time, up to @most, and a fifth more or less, so that
 * what failed together does not come back together. For sinks, too.
 */
gint64 postern_webhook_choose_pause (gint64 failures, gint64 most);
/** postern_webhook_send_read_retry_after: seconds from @now on; 0 for what is none. @text: RFC 9110 section 10.2.3 */
gint64 postern_webhook_send_read_retry_after (const char *text, gint64 now);

G_END_DECLS
