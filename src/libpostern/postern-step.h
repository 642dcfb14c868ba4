/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-prompt.h"
#include "postern-subject.h"

G_BEGIN_DECLS

/**
 * PosternStepPhase:
 * @POSTERN_STEP_BEGIN: the person chose this authenticator: answer with a prompt
 * @POSTERN_STEP_CONTINUE: a form of ours came back, input holds its fields
 * @POSTERN_STEP_CALLBACK: the provider sent the browser to the callback URL, input holds the parameters
 *
 * Why `handle-step` is emitted.
 */
typedef enum {
  POSTERN_STEP_BEGIN,
  POSTERN_STEP_CONTINUE,
  POSTERN_STEP_CALLBACK
} PosternStepPhase;

/**
 * PosternStep:
 *
 * One question to an authenticator instance, and room for its one answer.
 *
 * A handler answers exactly once, with a prompt (the flow is parked), a subject (a connector knows who it is), a
 * user (a factor knows which of our users it is) or an error. What must survive until the next phase is kept in
 * the step's state: sealed to this flow, never sent to the browser.
 */
#define POSTERN_TYPE_STEP (postern_step_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternStep, postern_step, POSTERN, STEP, GObject)

/**
 * postern_step_new:
 *
 * Makes a question; for the engine and tests.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternStep *postern_step_new (PosternStepPhase phase, const char *flow_id, const char *callback_url);

/**
 * postern_step_get_phase:
 *
 * Why it is asked.
 *
 * Returns: the phase
 */
POSTERN_API PosternStepPhase postern_step_get_phase (PosternStep *self);

/**
 * postern_step_get_flow_id:
 *
 * The id of the sign-in.
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_step_get_flow_id (PosternStep *self);

/**
 * postern_step_get_callback_url:
 *
 * The public URL `/callback/INSTANCE`, to be registered at the provider and sent as redirect_uri.
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_step_get_callback_url (PosternStep *self);

/**
 * postern_step_get_callback_state:
 *
 * The value that must come back with the callback (OAuth `state`, SAML `RelayState`); single use, bound to browser and flow;
 * src/flow checks it before the connector is asked.
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_step_get_callback_state (PosternStep *self);

/**
 * postern_step_get_input:
 *
 * One input field or callback parameter; a repeated one never gets here.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_step_get_input (PosternStep *self, const char *name);

/**
 * postern_step_dup_input:
 *
 * All input fields or callback parameters.
 *
 * Returns: (transfer full): an a{ss}
 */
POSTERN_API GVariant *postern_step_dup_input (PosternStep *self);

/**
 * postern_step_get_state:
 *
 * What postern_step_set_state() kept.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_step_get_state (PosternStep *self, const char *name);

/**
 * postern_step_set_state:
 * @value: (nullable): removes it
 *
 * Keeps a text for the next phase. At most 16 KiB in all.
 */
POSTERN_API void postern_step_set_state (PosternStep *self, const char *name, const char *value);

/**
 * postern_step_get_login_hint:
 *
 * Whom the application expects.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_step_get_login_hint (PosternStep *self);

/**
 * postern_step_get_ui_locales:
 *
 * The languages that the person reads, best first.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_step_get_ui_locales (PosternStep *self);

/**
 * postern_step_get_max_age:
 *
 * How many seconds ago the person may have shown a provider who they are; 0: they must do so now (OpenID Connect Core 1.0
 * section 3.1.2.1, `max_age` and `prompt=login`). A connector asks its provider for it as far as that can be asked, and checks what
 * comes back: if the provider says that the sign-in is older, or does not say although it could, the answer is the error
 * POSTERN_ERROR_UNMET_AUTHENTICATION, with which the person is told what to do. It is known in the phase BEGIN.
 *
 * Returns: seconds, or -1 where nobody asks
 */
POSTERN_API gint64 postern_step_get_max_age (PosternStep *self);

/**
 * postern_step_get_user_id:
 *
 * A factor's person: the user the flow is about, when known.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_step_get_user_id (PosternStep *self);

/**
 * postern_step_get_request:
 *
 * The request that asks.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API PosternRequest *postern_step_get_request (PosternStep *self);

/**
 * postern_step_get_cancellable:
 *
 * Fires at the step's deadline or when the client leaves.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API GCancellable *postern_step_get_cancellable (PosternStep *self);

/* The answers; each returns nothing and may be called once. All take their argument (transfer full). */
/**
 * postern_step_return_prompt:
 * @prompt: (transfer full)
 *
 * Answers: the browser is asked to do something, and the flow is parked.
 */
POSTERN_API void postern_step_return_prompt (PosternStep *self, PosternPrompt *prompt);

/**
 * postern_step_return_subject:
 * @subject: (transfer full)
 *
 * Answers: this is who came back. Only believed from a connector.
 */
POSTERN_API void postern_step_return_subject (PosternStep *self, PosternSubject *subject);

/**
 * postern_step_return_user:
 * @amr: RFC 8176 value, such as "pwd"
 *
 * Answers: it is this user of ours. Only believed from a factor.
 */
POSTERN_API void postern_step_return_user (PosternStep *self, const char *user_id, const char *amr);

/**
 * postern_step_return_error:
 * @error: (transfer full)
 *
 * Answers: this went wrong.
 */
POSTERN_API void postern_step_return_error (PosternStep *self, GError *error);

/* What the engine reads. */
/**
 * postern_step_is_answered:
 *
 * Whether there is an answer.
 *
 * Returns: TRUE if there is
 */
POSTERN_API gboolean postern_step_is_answered (PosternStep *self);

/**
 * postern_step_get_prompt:
 *
 * The answer, if it is a prompt.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API PosternPrompt *postern_step_get_prompt (PosternStep *self);

/**
 * postern_step_get_subject:
 *
 * The answer, if it is a subject.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API PosternSubject *postern_step_get_subject (PosternStep *self);

/**
 * postern_step_get_answered_user:
 *
 * The answer, if it is a user.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_step_get_answered_user (PosternStep *self);

/**
 * postern_step_get_amr:
 *
 * How the user was recognised.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_step_get_amr (PosternStep *self);

/**
 * postern_step_get_error:
 *
 * The answer, if it is an error.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const GError *postern_step_get_error (PosternStep *self);

/**
 * postern_step_dup_state:
 *
 * All that is kept for the next phase.
 *
 * Returns: (transfer full): an a{ss}
 */
POSTERN_API GVariant *postern_step_dup_state (PosternStep *self);

/* For whoever asks: the engine, the contract kit, tests. @input and @state are a{ss}. */
/**
 * postern_step_set_input:
 * @input: (nullable): an a{ss}, floating is sunk
 *
 * Sets the input fields or callback parameters.
 */
POSTERN_API void postern_step_set_input (PosternStep *self, GVariant *input);

/**
 * postern_step_load_state:
 * @state: (nullable): an a{ss}, floating is sunk
 *
 * Sets what an earlier phase kept.
 */
POSTERN_API void postern_step_load_state (PosternStep *self, GVariant *state);

/**
 * postern_step_set_callback_state:
 * @value: (nullable)
 *
 * Sets what must come back.
 */
POSTERN_API void postern_step_set_callback_state (PosternStep *self, const char *value);

/**
 * postern_step_set_hints:
 * @login_hint: (nullable)
 * @ui_locales: (nullable)
 *
 * Sets whom the application expects and what languages the person reads.
 */
POSTERN_API void postern_step_set_hints (PosternStep *self, const char *login_hint, const char *ui_locales);

/**
 * postern_step_set_max_age:
 * @seconds: -1: any age will do
 *
 * Sets how old the sign-in at a provider may be.
 */
POSTERN_API void postern_step_set_max_age (PosternStep *self, gint64 seconds);

/**
 * postern_step_set_user_id:
 * @user_id: (nullable)
 *
 * Sets the user the flow is about.
 */
POSTERN_API void postern_step_set_user_id (PosternStep *self, const char *user_id);

/**
 * postern_step_set_request:
 * @request: (nullable)
 *
 * Sets the request that asks.
 */
POSTERN_API void postern_step_set_request (PosternStep *self, PosternRequest *request);

/**
 * postern_step_set_cancellable:
 * @cancellable: (nullable)
 *
 * Sets what fires at the deadline.
 */
POSTERN_API void postern_step_set_cancellable (PosternStep *self, GCancellable *cancellable);

G_END_DECLS
