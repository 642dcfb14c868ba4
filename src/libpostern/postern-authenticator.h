/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-instance.h"
#include "postern-step.h"

G_BEGIN_DECLS

/**
 * PosternAuthenticator: whatever can answer "who is this?".
 *
 * Signal `handle-step` (RUN_LAST, boolean, accumulator true-handled; the class handler is the vfunc): called on a
 * handler thread, may block, must honour the step's cancellable. If nobody answers the step, it is refused.
 */
#define POSTERN_TYPE_AUTHENTICATOR (postern_authenticator_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternAuthenticator, postern_authenticator, POSTERN, AUTHENTICATOR, PosternInstance)

struct _PosternAuthenticatorClass {
  PosternInstanceClass parent_class;
  gboolean (*handle_step) (PosternAuthenticator *self, PosternStep *step);
  gpointer padding[12];
};

/** postern_authenticator_ask: emits `handle-step`; afterwards the step is answered, if need be with an error. */
POSTERN_API void postern_authenticator_ask (PosternAuthenticator *self, PosternStep *step);

/** PosternConnector: an authenticator that reaches another company's system; answers with a subject. */
#define POSTERN_TYPE_CONNECTOR (postern_connector_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternConnector, postern_connector, POSTERN, CONNECTOR, PosternAuthenticator)

struct _PosternConnectorClass {
  PosternAuthenticatorClass parent_class;
  /**
   * refresh_tokens: new ones for @tokens, which postern_subject_set_upstream() once kept; what the provider does not say anew is
   * left as it was. May block (network). (transfer full) (nullable): an a{sv} like them; NULL with INVALID_GRANT when the
   * provider takes them no more, NOT_FOUND when there is nothing to refresh them with.
   */
  GVariant *(*refresh_tokens) (PosternConnector *self, GVariant *tokens, GCancellable *cancellable, GError **error);
  gpointer padding[11];
};

/** postern_connector_refresh_tokens: as the vfunc; NOT_FOUND from a connector that cannot. */
POSTERN_API GVariant *postern_connector_refresh_tokens (PosternConnector *self, GVariant *tokens, GCancellable *cancellable, GError **error);

/** PosternFactor: an authenticator over credentials that we keep ourselves; answers with a user. In tree only. */
#define POSTERN_TYPE_FACTOR (postern_factor_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternFactor, postern_factor, POSTERN, FACTOR, PosternAuthenticator)

struct _PosternFactorClass {
  PosternAuthenticatorClass parent_class;
  /**
   * make_value: what is stored of @secret, after the factor's own rules; for an administrator who sets it for @identifier.
   * May block (hashing). (transfer full) (nullable): NULL with INVALID_REQUEST when @secret breaks a rule.
   */
  char *(*make_value) (PosternFactor *self, const char *secret, const char *identifier, GCancellable *cancellable, GError **error);
  gpointer padding[11];
};

/** postern_factor_make_value: as the vfunc; NOT_FOUND from a factor that keeps nothing which can be set. */
POSTERN_API char *postern_factor_make_value (PosternFactor *self, const char *secret, const char *identifier, GCancellable *cancellable, GError **error);

G_END_DECLS
