/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-prompt.h"
#include "postern-subject.h"

G_BEGIN_DECLS

/** PosternStepPhase: why `handle-step` is emitted. */
typedef enum {
  POSTERN_STEP_BEGIN,   /* the person chose this authenticator: answer with a prompt */
  POSTERN_STEP_CONTINUE, /* a form of ours came back, input holds its fields */
  POSTERN_STEP_CALLBACK /* the provider sent the browser to the callback URL, input holds the parameters */
} PosternStepPhase;

/**
 * PosternStep: one question to an authenticator instance, and room for its one answer.
 *
 * A handler answers exactly once, with a prompt (the flow is parked), a subject (a connector knows who it is), a
 * user (a factor knows which of our users it is) or an error. What must survive until the next phase is kept in
 * the step's state: sealed to this flow, never sent to the browser.
 */
#define POSTERN_TYPE_STEP (postern_step_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternStep, postern_step, POSTERN, STEP, GObject)

POSTERN_API PosternStep *postern_step_new (PosternStepPhase phase, const char *flow_id, const char *callback_url);

POSTERN_API PosternStepPhase postern_step_get_phase (PosternStep *self);
POSTERN_API const char *postern_step_get_flow_id (PosternStep *self);
/** The public URL `/callback/<instance>`, to be registered at the provider and sent as redirect_uri. */
POSTERN_API const char *postern_step_get_callback_url (PosternStep *self);
/** The value that must come back with the callback (OAuth `state`, SAML `RelayState`); single use, bound to browser and flow; src/flow checks it before the connector is asked. */
POSTERN_API const char *postern_step_get_callback_state (PosternStep *self);
/** (nullable): one input field or callback parameter; a repeated one never gets here. */
POSTERN_API const char *postern_step_get_input (PosternStep *self, const char *name);
/** postern_step_dup_input: all of them. (transfer full): a{ss} */
POSTERN_API GVariant *postern_step_dup_input (PosternStep *self);
POSTERN_API const char *postern_step_get_state (PosternStep *self, const char *name); /* (nullable) */
/** postern_step_set_state: kept for the next phase; NULL removes. At most 16 KiB in all. */
POSTERN_API void postern_step_set_state (PosternStep *self, const char *name, const char *value);
POSTERN_API const char *postern_step_get_login_hint (PosternStep *self); /* (nullable) */
POSTERN_API const char *postern_step_get_ui_locales (PosternStep *self); /* (nullable) */
/** A factor's person: the user the flow is about, when known. (nullable) */
POSTERN_API const char *postern_step_get_user_id (PosternStep *self);
POSTERN_API PosternRequest *postern_step_get_request (PosternStep *self); /* (transfer none) (nullable) */
POSTERN_API GCancellable *postern_step_get_cancellable (PosternStep *self); /* (transfer none) (nullable) */

/* The answers; each returns nothing and may be called once. All take their argument (transfer full). */
POSTERN_API void postern_step_return_prompt (PosternStep *self, PosternPrompt *prompt);
POSTERN_API void postern_step_return_subject (PosternStep *self, PosternSubject *subject);
/** postern_step_return_user: only believed from a factor. @amr: RFC 8176 value, e.g. "pwd". */
POSTERN_API void postern_step_return_user (PosternStep *self, const char *user_id, const char *amr);
POSTERN_API void postern_step_return_error (PosternStep *self, GError *error);

/* What the engine reads. */
POSTERN_API gboolean postern_step_is_answered (PosternStep *self);
POSTERN_API PosternPrompt *postern_step_get_prompt (PosternStep *self);   /* (transfer none) (nullable) */
POSTERN_API PosternSubject *postern_step_get_subject (PosternStep *self); /* (transfer none) (nullable) */
POSTERN_API const char *postern_step_get_answered_user (PosternStep *self); /* (nullable) */
POSTERN_API const char *postern_step_get_amr (PosternStep *self);         /* (nullable) */
POSTERN_API const GError *postern_step_get_error (PosternStep *self);     /* (nullable) */
POSTERN_API GVariant *postern_step_dup_state (PosternStep *self);         /* (transfer full): a{ss} */

/* For whoever asks: the engine, the contract kit, tests. @input and @state are a{ss}. */
POSTERN_API void postern_step_set_input (PosternStep *self, GVariant *input);
POSTERN_API void postern_step_load_state (PosternStep *self, GVariant *state);
POSTERN_API void postern_step_set_callback_state (PosternStep *self, const char *value);
POSTERN_API void postern_step_set_hints (PosternStep *self, const char *login_hint, const char *ui_locales);
POSTERN_API void postern_step_set_user_id (PosternStep *self, const char *user_id);
POSTERN_API void postern_step_set_request (PosternStep *self, PosternRequest *request);
POSTERN_API void postern_step_set_cancellable (PosternStep *self, GCancellable *cancellable);

G_END_DECLS
