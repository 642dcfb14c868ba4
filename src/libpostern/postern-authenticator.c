/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-authenticator.h"
#include "postern-error.h"
#include "postern-step-private.h"

/* The bases of connectors and factors live here too: they differ only in what the asking side believes of them. */
G_DEFINE_ABSTRACT_TYPE (PosternAuthenticator, postern_authenticator, POSTERN_TYPE_INSTANCE)
G_DEFINE_ABSTRACT_TYPE (PosternConnector, postern_connector, POSTERN_TYPE_AUTHENTICATOR)
G_DEFINE_ABSTRACT_TYPE (PosternFactor, postern_factor, POSTERN_TYPE_AUTHENTICATOR)

static guint handle_step_signal;

static gboolean
postern_authenticator_real_handle_step (PosternAuthenticator *self, PosternStep *step)
{
  return FALSE;
}

static void
postern_authenticator_class_init (PosternAuthenticatorClass *klass)
{
  klass->handle_step = postern_authenticator_real_handle_step;
  handle_step_signal = g_signal_new ("handle-step", POSTERN_TYPE_AUTHENTICATOR, G_SIGNAL_RUN_LAST,
                                     G_STRUCT_OFFSET (PosternAuthenticatorClass, handle_step),
                                     g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 1, POSTERN_TYPE_STEP);
}

static void
postern_authenticator_init (PosternAuthenticator *self)
{
}

static void
postern_connector_class_init (PosternConnectorClass *klass)
{
}

static void
postern_connector_init (PosternConnector *self)
{
}

static void
postern_factor_class_init (PosternFactorClass *klass)
{
}

static void
postern_factor_init (PosternFactor *self)
{
}

/* A connector speaks of the provider's people, a factor of ours; what either says of the other's is not believed. */
static gboolean
is_entitled (PosternAuthenticator *self, PosternStep *step)
{
  if (postern_step_get_answered_user (step))
    return POSTERN_IS_FACTOR (self);
  if (postern_step_get_subject (step))
    return !POSTERN_IS_FACTOR (self);
  return TRUE;
}

void
postern_authenticator_ask (PosternAuthenticator *self, PosternStep *step)
{
  const char *id;
  gboolean handled = FALSE;

  g_return_if_fail (POSTERN_IS_AUTHENTICATOR (self) && POSTERN_IS_STEP (step));
  id = postern_instance_get_id (POSTERN_INSTANCE (self));
  g_signal_emit (self, handle_step_signal, 0, step, &handled);
  if (!postern_step_is_answered (step))
    postern_step_refuse (step, g_error_new (POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "Nobody answered for the sign-in method “%s”", id));
  else if (!is_entitled (self, step))
    postern_step_refuse (step, g_error_new (POSTERN_ERROR, POSTERN_ERROR_FAILED, "“%s” gave a kind of answer that it may not give", id));
}
