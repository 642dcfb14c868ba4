/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-store.h"

G_BEGIN_DECLS

/*
 * The outbox: messages to people, written in the transaction of what they tell about and sent as soon as that is committed. A
 * message that is in it is sent at least once before it lapses, or the log says why not: after a crash between the relay's word
 * and ours it goes out a second time, it is never lost.
 */

#define POSTERN_OUTBOX_MODEL_MAX (16 * 1024) /* bytes */

/** PosternOutboxItem: what one message says, to whom. */
typedef struct {
  const char *channel;   /* "email" or "sms" */
  const char *recipient; /* an address in its canonical form; a number as E.164: +, then 8 to 15 digits */
  const char *template;  /* the file in data/templates/mail or /sms: "code", "magic-link", "recover", "verify", "security-notice" */
  const char *language;  /* (nullable): a tag of the person's; what we do not speak falls back as pages do */
  const char *model;     /* a JSON object; sealed, and gone when the message was sent. Nothing in it that a stranger typed:
                            whoever may choose words of our mails writes to people in our name */
  gint64 expires_at;     /* seconds since 1970; what could not be sent until then is thrown away */
} PosternOutboxItem;

/**
 * postern_outbox_add: @txn: of the lasting file. When it commits, the message is sent at once.
 * Returns: FALSE with INVALID_REQUEST where the recipient cannot be one, or because the store failed
 */
gboolean postern_outbox_add (PosternTxn *txn, const PosternOutboxItem *item, GError **error);

/** postern_outbox_feign: takes as long as postern_outbox_add() and leaves nothing: for when nobody may be told apart by what was sent. */
gboolean postern_outbox_feign (PosternTxn *txn, const PosternOutboxItem *item, GError **error);

/**
 * postern_outbox_can_deliver: whether there is a messenger for @channel; where there is none, a page does not offer the way.
 * @messengers: (element-type PosternInstance): of the registry: postern_registry_list (registry, POSTERN_TYPE_MESSENGER); other kinds are passed over
 */
gboolean postern_outbox_can_deliver (GPtrArray *messengers, const char *channel);

/** postern_outbox_mask: "a***@example.com", "+49*******12": what logs and lists show of a recipient. (transfer full) */
char *postern_outbox_mask (const char *recipient);

G_END_DECLS
