/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of sinks: an instance with its settings, and entries of an audit log to deliver to it. */
#pragma once

#include <string.h>

#include "postern-error.h"
#include "postern-event.h"
#include "postern-sink.h"

G_BEGIN_DECLS

/* 2027-01-15 08:00:00 UTC, in microseconds */
#define POSTERN_SINK_FIXTURE_TIME G_GINT64_CONSTANT (1800000000000000)

/** postern_sink_fixture_new: of @type, with @settings (a{ss}, floating is sunk); @error (nullable) is what configure() said. (transfer full) */
G_GNUC_UNUSED static PosternSink *
postern_sink_fixture_new (GType type, const char *id, GVariant *settings, GError **error)
{
  PosternSink *self = g_object_new (type, NULL);
  g_autoptr (PosternSettings) owned = postern_settings_new (settings, NULL);
  gboolean good;

  postern_instance_set_identity (POSTERN_INSTANCE (self), id, id, "Sink", NULL, owned);
  good = postern_instance_configure (POSTERN_INSTANCE (self), error);
  g_assert_true (good || error);
  return self;
}

/** postern_sink_fixture_refuses: asserts that configure() refuses @settings with POSTERN_ERROR_CONFIG and names @setting. */
G_GNUC_UNUSED static void
postern_sink_fixture_refuses (GType type, GVariant *settings, const char *setting)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternSink) self = postern_sink_fixture_new (type, "sink", settings, &error);

  g_assert_true (POSTERN_IS_SINK (self));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, setting));
}

/** postern_sink_fixture_entry: as the worker makes one, of the event @name; @text stands in its data. (transfer full) */
G_GNUC_UNUSED static PosternEvent *
postern_sink_fixture_entry (gint64 number, const char *name, const char *text)
{
  g_autofree char *id = g_strdup_printf ("aud_%" G_GINT64_FORMAT, number);

  return postern_event_new (name, POSTERN_SINK_FIXTURE_TIME + number,
                            g_variant_new_parsed ("{'actor': <'usr_admin'>, 'data': <{'text': <%s>}>, 'id': <%s>, 'number': <%x>, 'remote_address': <'192.0.2.1'>, 'request_id': <'req_1'>, "
                                                  "'target': <'usr_1'>}",
                                                  text, id, number));
}

/** postern_sink_fixture_entries: `user.created` from @first on, @n of them. (transfer full) (element-type PosternEvent) */
G_GNUC_UNUSED static GPtrArray *
postern_sink_fixture_entries (gint64 first, guint n)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (entries, postern_sink_fixture_entry (first + i, "user.created", "some"));
  return entries;
}

/** postern_sink_fixture_deliver: those entries, and asserts that they are taken. */
G_GNUC_UNUSED static void
postern_sink_fixture_deliver (PosternSink *self, const char *tenant, gint64 first, guint n)
{
  g_autoptr (GPtrArray) entries = postern_sink_fixture_entries (first, n);
  g_autoptr (GError) error = NULL;

  postern_sink_deliver (self, tenant, entries, NULL, &error);
  g_assert_no_error (error);
}

/** postern_sink_fixture_fails: asserts that they are not taken, with an error that holds @word. */
G_GNUC_UNUSED static void
postern_sink_fixture_fails (PosternSink *self, const char *tenant, gint64 first, guint n, GCancellable *cancellable, const char *word)
{
  g_autoptr (GPtrArray) entries = postern_sink_fixture_entries (first, n);
  g_autoptr (GError) error = NULL;

  g_assert_false (postern_sink_deliver (self, tenant, entries, cancellable, &error));
  g_assert_nonnull (error);
  if (!strstr (error->message, word))
    g_error ("“%s” does not hold “%s”", error->message, word);
}

G_GNUC_UNUSED static gpointer
postern_sink_fixture_cancel (gpointer cancellable)
{
  g_usleep (G_USEC_PER_SEC / 10);
  g_cancellable_cancel (cancellable);
  return NULL;
}

/** postern_sink_fixture_stops: asserts that a delivery, which goes on for ever, ends when it is called off after a moment. */
G_GNUC_UNUSED static void
postern_sink_fixture_stops (PosternSink *self, const char *tenant, gint64 first, guint n)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = g_thread_new ("cancel", postern_sink_fixture_cancel, cancellable);

  postern_sink_fixture_fails (self, tenant, first, n, cancellable, "cancelled");
  g_thread_join (thread);
}

G_END_DECLS
