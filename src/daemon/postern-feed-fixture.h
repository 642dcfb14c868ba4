/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-audit-events.h"
#include "postern-audit-log.h"
#include "postern-identity-fixture.h"

/* For tests of who is taken forward in the audit log: a log to write into. */

#define FEED_FIXTURE_PATIENCE 30 /* seconds */

typedef struct {
  PosternStore *store;
  GPtrArray *ids; /* of the entries that were written, in their order */
  const char *event;
} FeedFixture;

static inline gint64
feed_fixture_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* (transfer full): what an entry of @event must say */
static inline GVariant *
feed_fixture_make_data (const PosternAuditEvent *event)
{
  static const char *const changes[] = { "before", "after" };
  g_auto (GVariantDict) data = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    if (postern_audit_events_has (event, changes[i]))
      g_variant_dict_insert_value (&data, changes[i], g_variant_new ("a{sv}", NULL));
  return g_variant_ref_sink (g_variant_dict_end (&data));
}

static inline gboolean
feed_fixture_add (PosternTxn *txn, gpointer data, GError **error)
{
  FeedFixture *self = data;
  g_autoptr (PosternAudit) entry = postern_audit_store_new (self->event, POSTERN_AUDIT_SERVER, "usr_1");

  entry->request_id = g_strdup (EVENT_FIXTURE_REQUEST);
  entry->data = feed_fixture_make_data (postern_audit_events_find (self->event));
  g_ptr_array_add (self->ids, g_strdup (entry->id));
  return postern_audit_store_append (txn, entry, error);
}

/** feed_fixture_write: @n entries of @event, with their numbers */
static inline void
feed_fixture_write (FeedFixture *self, const char *event, guint n)
{
  g_autoptr (GError) error = NULL;
  guint numbered;

  self->event = event;
  for (guint i = 0; i < n; i++)
    fixture_write (self->store, feed_fixture_add, self);
  g_assert_true (postern_audit_log_sequence (self->store, POSTERN_AUDIT_REACH_ALL, feed_fixture_now (), &numbered, &error));
}

typedef struct {
  const char *event;
  guint n;
} FeedFixtureCount;

static inline gboolean
feed_fixture_read_count (PosternTxn *txn, gpointer data, GError **error)
{
  FeedFixtureCount *self = data;
  PosternAuditFilter filter = { .event = self->event };
  g_autoptr (GPtrArray) found = postern_audit_store_find (txn, &filter, NULL, 500, error);

  self->n = found ? found->len : 0;
  return found != NULL;
}

/** feed_fixture_count: how many entries of @event there are */
static inline guint
feed_fixture_count (PosternStore *store, const char *event)
{
  FeedFixtureCount self = { event, 0 };

  fixture_write (store, feed_fixture_read_count, &self);
  return self.n;
}

/** FEED_FIXTURE_AWAIT: calls @turn until @condition is so */
#define FEED_FIXTURE_AWAIT(turn, condition)                                                                              \
  G_STMT_START                                                                                                           \
  {                                                                                                                      \
    gint64 until = feed_fixture_now () + FEED_FIXTURE_PATIENCE;                                                          \
    while (!(condition)) {                                                                                               \
      g_assert_cmpint (feed_fixture_now (), <, until);                                                                   \
      turn;                                                                                                              \
      g_usleep (10000);                                                                                                  \
    }                                                                                                                    \
  }                                                                                                                      \
  G_STMT_END
