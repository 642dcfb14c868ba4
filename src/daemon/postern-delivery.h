/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-message-templates.h"
#include "postern-tenant.h"

G_BEGIN_DECLS

/**
 * PosternDelivery: the worker's way out for messages: takes from the outbox what is due, renders it and hands it to a messenger.
 * Every worker does that: an entry's lease is its own (postern_outbox_store_take()), so that who wrote it sends it at once, and
 * when he dies another one does.
 *
 * Messengers are asked in their order. One that cannot send for the moment is passed over for a while; what all of them failed
 * to send comes again later and later, until it lapses. Each has few calls at a time, in threads of its own, and each call has
 * an end: one that hangs delays nobody else's.
 */
typedef struct _PosternDelivery PosternDelivery;

typedef struct {
  const char *sender_address, *sender_name;
  gint64 keep_seconds;  /* how long the log is kept */
  guint call_seconds;   /* a messenger's time for one message; 0 for the built-in one */
  guint retry_seconds;  /* the first pause; 0 for the built-in one */
} PosternDeliveryOptions;

/**
 * postern_delivery_start:
 * @messengers: (element-type PosternMessenger): in their order; kept, as is @tenant
 * @templates: (transfer full)
 */
PosternDelivery *postern_delivery_start (PosternTenant *tenant, GPtrArray *messengers, PosternMessageTemplates *templates, const PosternDeliveryOptions *options);
/**
 * postern_delivery_let_go: nothing is given to @messenger any more. What is under way by it is cut off; that and what waits for it goes to the next messenger, or stays in
 * the outbox. Any thread
 */
void postern_delivery_let_go (PosternDelivery *self, gpointer messenger);
/** postern_delivery_stop: lets what is under way end within a few seconds; what is left stays in the outbox. */
void postern_delivery_stop (PosternDelivery *self);

G_END_DECLS
