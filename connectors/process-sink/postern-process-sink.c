/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-process-sink.h"

#include <string.h>

#include "postern-process-start.h"
#include "postern-process-wire.h"

#define QUESTION_BYTES (200 * 1024) /* of entries; with what is around them below what a line may have */

struct _PosternProcessSink {
  PosternSink parent_instance;
  PosternProcessProgram *program; /* (nullable) */
  char **events;
  guint seconds;
};

G_DEFINE_FINAL_TYPE (PosternProcessSink, postern_process_sink, POSTERN_TYPE_SINK)

static gboolean
postern_process_sink_configure (PosternInstance *instance, GError **error)
{
  PosternProcessSink *self = POSTERN_PROCESS_SINK (instance);

  self->events = postern_event_dup_patterns (postern_instance_get_settings (instance), "events", error);
  self->program = self->events ? postern_process_start (instance, &self->seconds, error) : NULL;
  return self->program != NULL;
}

/* (transfer full) (element-type utf8): of those that are wanted, from @next on, which is moved on, as many as one question takes; one at least */
static GPtrArray *
print_some (PosternProcessSink *self, GPtrArray *events, guint *next)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  gsize bytes = 0;

  for (; *next < events->len; (*next)++) {
    char *text;

    if (!postern_event_is_one_of (events->pdata[*next], (const char *const *) self->events))
      continue;
    text = postern_event_print (events->pdata[*next]);
    bytes += strlen (text) + 1;
    if (texts->len > 0 && bytes > QUESTION_BYTES) {
      g_free (text);
      break;
    }
    g_ptr_array_add (texts, text);
  }
  return texts;
}

static gboolean
hand_over (PosternProcessSink *self, const char *tenant, GPtrArray *texts, GCancellable *cancellable, GError **error)
{
  gint64 id = postern_process_program_next_id (self->program);
  g_autoptr (GVariant) answer = postern_process_program_ask (self->program, id, postern_process_wire_events (tenant, texts, id, self->seconds), cancellable, error);

  return answer && postern_process_wire_is_taken (answer, error);
}

static gboolean
postern_process_sink_deliver (PosternSink *sink, const char *tenant, GPtrArray *events, GCancellable *cancellable, GError **error)
{
  PosternProcessSink *self = POSTERN_PROCESS_SINK (sink);

  for (guint next = 0; next < events->len;) {
    g_autoptr (GPtrArray) texts = print_some (self, events, &next);

    if (texts->len > 0 && !hand_over (self, tenant, texts, cancellable, error))
      return FALSE;
  }
  return TRUE;
}

static void
postern_process_sink_finalize (GObject *object)
{
  PosternProcessSink *self = POSTERN_PROCESS_SINK (object);

  g_clear_pointer (&self->program, postern_process_program_free);
  g_strfreev (self->events);
  G_OBJECT_CLASS (postern_process_sink_parent_class)->finalize (object);
}

static void
postern_process_sink_class_init (PosternProcessSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_process_sink_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_process_sink_configure;
  POSTERN_SINK_CLASS (klass)->deliver = postern_process_sink_deliver;
}

static void
postern_process_sink_init (PosternProcessSink *self)
{
}
