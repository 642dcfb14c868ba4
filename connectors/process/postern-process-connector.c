/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-process-connector.h"

#include "postern-process-start.h"
#include "postern-process-wire.h"

struct _PosternProcessConnector {
  PosternConnector parent_instance;
  PosternProcessProgram *program;
  guint seconds;
};

G_DEFINE_FINAL_TYPE (PosternProcessConnector, postern_process_connector, POSTERN_TYPE_CONNECTOR)

static gboolean
postern_process_connector_configure (PosternInstance *instance, GError **error)
{
  PosternProcessConnector *self = POSTERN_PROCESS_CONNECTOR (instance);

  self->program = postern_process_start (instance, &self->seconds, error);
  return self->program != NULL;
}

static gboolean
postern_process_connector_handle_step (PosternAuthenticator *authenticator, PosternStep *step)
{
  PosternProcessConnector *self = POSTERN_PROCESS_CONNECTOR (authenticator);
  gint64 id = postern_process_program_next_id (self->program);
  GError *error = NULL;
  g_autoptr (GVariant) answer = postern_process_program_ask (self->program, id, postern_process_wire_question (step, id, self->seconds),
                                                             postern_step_get_cancellable (step), &error);

  if (answer)
    postern_process_wire_answer (step, answer);
  else
    postern_step_return_error (step, error);
  return TRUE;
}

static void
postern_process_connector_finalize (GObject *object)
{
  postern_process_program_free (POSTERN_PROCESS_CONNECTOR (object)->program);
  G_OBJECT_CLASS (postern_process_connector_parent_class)->finalize (object);
}

static void
postern_process_connector_class_init (PosternProcessConnectorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_process_connector_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_process_connector_configure;
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = postern_process_connector_handle_step;
}

static void
postern_process_connector_init (PosternProcessConnector *self)
{
}
