/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-instance.h"
#include "postern-step.h"

G_BEGIN_DECLS

/**
 * PosternAuthenticator:
 *
 * Whatever can answer "who is this?".
 *
 * Signal `handle-step` (RUN_LAST, boolean, accumulator true-handled; the class handler is the vfunc): called on a
 * handler thread, may block, must honour the step's cancellable. If nobody answers the step, it is refused.
 */
#define POSTERN_TYPE_AUTHENTICATOR (postern_authenticator_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternAuthenticator, postern_authenticator, POSTERN, AUTHENTICATOR, PosternInstance)

/**
 * PosternAuthenticator::handle-step:
 * @self: the instance
 * @step: the question
 *
 * Asks an instance who somebody is. The class handler is the vfunc; the first that returns TRUE ends it.
 *
 * Returns: TRUE when the step was answered
 */

/**
 * PosternAuthenticatorClass::handle_step:
 *
 * Answers @step, exactly once. Runs on a handler thread, may block, and honours the cancellable of @step.
 *
 * Returns: TRUE when it was answered; FALSE when it is not for this instance
 */

/**
 * PosternAuthenticatorClass:
 * @parent_class: the base
 * @handle_step: answers a step
 * @padding: room to grow; never used by a plugin
 *
 * What a type overrides.
 */
struct _PosternAuthenticatorClass {
  PosternInstanceClass parent_class;
  gboolean (*handle_step) (PosternAuthenticator *self, PosternStep *step);
  gpointer padding[12];
};

/**
 * postern_authenticator_ask:
 *
 * Emits `handle-step`; afterwards the step is answered, if need be with an error.
 */
POSTERN_API void postern_authenticator_ask (PosternAuthenticator *self, PosternStep *step);

/**
 * PosternConnector:
 *
 * An authenticator that reaches another company's system; answers with a subject.
 */
#define POSTERN_TYPE_CONNECTOR (postern_connector_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternConnector, postern_connector, POSTERN, CONNECTOR, PosternAuthenticator)

/**
 * PosternConnectorClass::refresh_tokens:
 * @tokens: an a{sv}, which postern_subject_set_upstream() once kept
 * @cancellable: (nullable)
 *
 * Gets new tokens; what the provider does not say anew is left as it was. May block (network).
 *
 * Returns: (transfer full) (nullable): an a{sv} like them; NULL with INVALID_GRANT when the provider takes them no more,
 *   NOT_FOUND when there is nothing to refresh them with
 */

/**
 * PosternConnectorClass:
 * @parent_class: the base
 * @refresh_tokens: (nullable): gets new tokens of the provider
 * @padding: room to grow; never used by a plugin
 *
 * What a type overrides.
 */
struct _PosternConnectorClass {
  PosternAuthenticatorClass parent_class;
  GVariant *(*refresh_tokens) (PosternConnector *self, GVariant *tokens, GCancellable *cancellable, GError **error);
  gpointer padding[11];
};

/**
 * postern_connector_refresh_tokens:
 * @cancellable: (nullable)
 *
 * As the vfunc of that name; NOT_FOUND from a connector that cannot.
 *
 * Returns: (transfer full) (nullable): an a{sv}
 */
POSTERN_API GVariant *postern_connector_refresh_tokens (PosternConnector *self, GVariant *tokens, GCancellable *cancellable, GError **error);

/**
 * PosternFactor:
 *
 * An authenticator over credentials that we keep ourselves; answers with a user. In tree only.
 */
#define POSTERN_TYPE_FACTOR (postern_factor_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternFactor, postern_factor, POSTERN, FACTOR, PosternAuthenticator)

/**
 * PosternFactorClass::make_value:
 * @cancellable: (nullable)
 *
 * What is stored of @secret, after the factor's own rules; for an administrator who sets it for @identifier. May block
 * (hashing).
 *
 * Returns: (transfer full) (nullable): NULL with INVALID_REQUEST when @secret breaks a rule
 */

/**
 * PosternFactorClass::knows_value:
 *
 * Whether @value, which was made elsewhere, is of a kind that the factor can verify.
 */

/**
 * PosternFactorClass:
 * @parent_class: the base
 * @make_value: (nullable): what is stored of a secret
 * @knows_value: (nullable): whether a secret can be verified by this; nothing that was made elsewhere is known without it
 * @padding: room to grow; never used by a plugin
 *
 * What a type overrides.
 */
struct _PosternFactorClass {
  PosternAuthenticatorClass parent_class;
  char *(*make_value) (PosternFactor *self, const char *secret, const char *identifier, GCancellable *cancellable, GError **error);
  gboolean (*knows_value) (PosternFactor *self, const char *value);
  gpointer padding[10];
};

/**
 * postern_factor_make_value:
 * @cancellable: (nullable)
 *
 * As the vfunc of that name; NOT_FOUND from a factor that keeps nothing which can be set.
 *
 * Returns: (transfer full) (nullable): what is stored
 */
POSTERN_API char *postern_factor_make_value (PosternFactor *self, const char *secret, const char *identifier, GCancellable *cancellable, GError **error);

/**
 * postern_factor_knows_value:
 *
 * As the vfunc of that name.
 *
 * Returns: whether it may be stored
 */
POSTERN_API gboolean postern_factor_knows_value (PosternFactor *self, const char *value);

G_END_DECLS
