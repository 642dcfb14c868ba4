/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-delivery.h"
#include "postern-messenger.h"

G_BEGIN_DECLS

#define POSTERN_DELIVERY_CALLS 4 /* of one messenger at a time */

/* A messenger and its calls under way. */
typedef struct {
  PosternDelivery *delivery;
  PosternMessenger *messenger;
  GThreadPool *pool;
  GPtrArray *calls;     /* (element-type PosternDeliveryCall), not owned */
  gint64 resting_until; /* monotonic */
  gboolean is_off;      /* it was switched off: nothing goes by it any more */
} PosternDeliveryCarrier;

typedef struct {
  PosternDeliveryCarrier *carrier;
  PosternOutboxEntry *entry;
  GVariant *model; /* (nullable): what it says; from when it was rendered */
  GCancellable *cancellable;
  gint64 taken_until; /* seconds since 1970 */
  gint64 begun;       /* monotonic */
} PosternDeliveryCall;

struct _PosternDelivery {
  PosternTenant *tenant;
  PosternStore *store;
  PosternMessageTemplates *templates;
  GPtrArray *carriers; /* (element-type PosternDeliveryCarrier), in their order */
  char *sender_address, *sender_name;
  gint64 keep_seconds;
  guint call_seconds, retry_seconds;
  GThread *thread;
  GMutex mutex; /* for the calls, the rests and what follows */
  GCond done;
  gboolean stopping, abandoned; /* abandoned: a call never came back, and nothing it says is heard any more */
};

static inline gint64
postern_delivery_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/** postern_delivery_call_run: in a thread of the carrier's pool: renders, sends, and writes down what became of it. */
void postern_delivery_call_run (gpointer call, gpointer user_data);
/** postern_delivery_call_new: @entry: a reference is taken; counted by @carrier from here on. With the mutex. */
PosternDeliveryCall *postern_delivery_call_new (PosternDeliveryCarrier *carrier, PosternOutboxEntry *entry, gint64 taken_until);
/** postern_delivery_settle: writes @entry's new state. */
void postern_delivery_settle (PosternDelivery *self, PosternOutboxEntry *entry, gint64 taken_until);
/** postern_delivery_give_back: nobody was asked to send @entry, which is due at once. */
void postern_delivery_give_back (PosternDelivery *self, PosternOutboxEntry *entry, gint64 taken_until);
/** postern_delivery_forget: what it said and to whom is no longer needed; the log keeps the rest. */
void postern_delivery_forget (PosternDelivery *self, PosternOutboxEntry *entry, const char *state);
/** postern_delivery_takes: whether the carrier takes @channel. With the mutex. */
gboolean postern_delivery_takes (PosternDeliveryCarrier *carrier, const char *channel);
/** postern_delivery_find_next: the carrier behind the one named @tried that takes @channel; NULL: the round is over. With the mutex. */
PosternDeliveryCarrier *postern_delivery_find_next (PosternDelivery *self, const char *channel, const char *tried);

G_END_DECLS
