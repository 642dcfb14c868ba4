/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sink-journal.h"

#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "postern-sink-journal-wire.h"

#define MESSAGE_ID "82005ae4cc704a02af504f141a0eb450" /* of every entry: `journalctl MESSAGE_ID=…` shows them all */
#define FACILITY "10"                                /* authpriv */
#define NOTICE "5"
#define WARNING "4"
#define PATH_MAX_BYTES (sizeof ((struct sockaddr_un *) NULL)->sun_path)

struct _PosternSinkJournal {
  PosternSink parent_instance;
  const char *socket; /* borrowed from the settings */
  char **events;
};

G_DEFINE_FINAL_TYPE (PosternSinkJournal, postern_sink_journal, POSTERN_TYPE_SINK)

static gboolean
postern_sink_journal_configure (PosternInstance *instance, GError **error)
{
  PosternSinkJournal *self = POSTERN_SINK_JOURNAL (instance);
  PosternSettings *settings = postern_instance_get_settings (instance);

  self->socket = postern_settings_get_string (settings, "socket");
  if (!self->socket || !g_path_is_absolute (self->socket) || strlen (self->socket) >= PATH_MAX_BYTES) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "socket is no absolute path of less than %zu bytes; write /run/systemd/journal/socket", PATH_MAX_BYTES);
    return FALSE;
  }
  self->events = postern_event_dup_patterns (settings, "events", error);
  return self->events != NULL;
}

/* --- what the journal is told ---------------------------------------------------------------------------------------- */

/* "acme: role.assigned by usr_1 on usr_2 from 192.0.2.1" */
static char *
make_sentence (const char *tenant, PosternEvent *event)
{
  static const struct {
    const char *member, *before;
  } parts[] = { { "actor", " by " }, { "target", " on " }, { "remote_address", " from " } };
  GString *sentence = g_string_new (tenant);

  g_string_append_printf (sentence, ": %s", postern_event_get_name (event));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    const char *value = postern_json_get_string (postern_event_get_data (event), parts[i].member);
    if (value)
      g_string_append_printf (sentence, "%s%s", parts[i].before, value);
  }
  return g_string_free (sentence, FALSE);
}

static void
add_members (GString *entry, PosternEvent *event)
{
  static const struct {
    const char *field, *member;
  } rows[] = { { "POSTERN_ENTRY", "id" }, { "POSTERN_ACTOR", "actor" }, { "POSTERN_TARGET", "target" }, { "POSTERN_PERSON", "person" },
               { "POSTERN_REQUEST_ID", "request_id" }, { "POSTERN_REMOTE_ADDRESS", "remote_address" } };
  GVariant *data = postern_event_get_data (event);
  g_autoptr (GVariant) inner = postern_json_get (data, "data");
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, postern_json_get_int64 (data, "number", -1));
  g_autofree char *text = inner ? postern_json_print (inner) : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    postern_sink_journal_wire_add (entry, rows[i].field, postern_json_get_string (data, rows[i].member));
  postern_sink_journal_wire_add (entry, "POSTERN_NUMBER", number);
  postern_sink_journal_wire_add (entry, "POSTERN_DATA", text);
}

static void
write_entry (GString *entry, const char *tenant, PosternEvent *event)
{
  const char *name = postern_event_get_name (event);
  g_autofree char *sentence = make_sentence (tenant, event), *time = postern_event_dup_timestamp (event);

  g_string_truncate (entry, 0);
  postern_sink_journal_wire_add (entry, "MESSAGE", sentence);
  postern_sink_journal_wire_add (entry, "MESSAGE_ID", MESSAGE_ID);
  postern_sink_journal_wire_add (entry, "PRIORITY", postern_event_is_warning (event) ? WARNING : NOTICE);
  postern_sink_journal_wire_add (entry, "SYSLOG_FACILITY", FACILITY);
  postern_sink_journal_wire_add (entry, "SYSLOG_IDENTIFIER", "postern-audit");
  postern_sink_journal_wire_add (entry, "POSTERN_TENANT", tenant);
  postern_sink_journal_wire_add (entry, "POSTERN_EVENT", name);
  postern_sink_journal_wire_add (entry, "POSTERN_TIMESTAMP", time);
  add_members (entry, event);
}

static gboolean
send_batch (PosternSinkJournal *self, int fd, const char *tenant, GPtrArray *events, GCancellable *cancellable, GError **error)
{
  g_autoptr (GString) entry = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++) {
    if (!postern_event_is_one_of (events->pdata[i], (const char *const *) self->events))
      continue;
    write_entry (entry, tenant, events->pdata[i]);
    if (g_cancellable_set_error_if_cancelled (cancellable, error) || !postern_sink_journal_wire_send (fd, entry, cancellable, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
postern_sink_journal_deliver (PosternSink *sink, const char *tenant, GPtrArray *events, GCancellable *cancellable, GError **error)
{
  PosternSinkJournal *self = POSTERN_SINK_JOURNAL (sink);
  int fd = postern_sink_journal_wire_connect (self->socket, error);
  gboolean sent = fd >= 0 && send_batch (self, fd, tenant, events, cancellable, error);

  if (fd >= 0)
    close (fd);
  return sent;
}

static void
postern_sink_journal_finalize (GObject *object)
{
  g_strfreev (POSTERN_SINK_JOURNAL (object)->events);
  G_OBJECT_CLASS (postern_sink_journal_parent_class)->finalize (object);
}

static void
postern_sink_journal_class_init (PosternSinkJournalClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_sink_journal_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_sink_journal_configure;
  POSTERN_SINK_CLASS (klass)->deliver = postern_sink_journal_deliver;
}

static void
postern_sink_journal_init (PosternSinkJournal *self)
{
}
