/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-step.h"

G_BEGIN_DECLS

/*
 * Making an account: the page `sign-up`'s names, and the proof of the e-mail address before there is an account. Whether the
 * address has one already is told to who reads it, by mail, and to nobody who only typed it.
 */

/** PosternFlowSignUp: what the page asked for. */
typedef struct {
  char *identifier; /* canonical */
  char *name;
  char *value;      /* (nullable): the password's hash; whoever is sent codes needs none */
} PosternFlowSignUp;

/**
 * postern_flow_sign_up_read: the names of the form. @needs_address: a user name will not do, but an address or, where codes go out to them, a number. @field: (out): the input that is wrong
 * Returns: (nullable): what is wrong: a phrase
 */
const char *postern_flow_sign_up_read (PosternFlowSignUp *self, PosternStep *step, gboolean needs_address, const char **field);
void postern_flow_sign_up_clear (PosternFlowSignUp *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternFlowSignUp, postern_flow_sign_up_clear)

/**
 * postern_flow_sign_up_take_try: who fills accounts in by program gets as many as may be guessed: each asks whether an address is taken, too.
 * Returns: FALSE with TOO_MANY_REQUESTS and @retry_after (seconds), or because the store failed
 */
gboolean postern_flow_sign_up_take_try (PosternFlowContext *context, guint *retry_after, GError **error);

/** postern_flow_sign_up_must_prove: whether @identifier is to be proved here: an address where a mail can be sent and nobody has switched it off, a number always. */
gboolean postern_flow_sign_up_must_prove (PosternFlowContext *context, const char *identifier);
/** postern_flow_sign_up_prove: keeps what was asked for in the step's state, sends the code and answers with its page. */
void postern_flow_sign_up_prove (PosternStep *step, const PosternFlowSignUp *self);
/** postern_flow_sign_up_is_proving: whether that is under way. */
gboolean postern_flow_sign_up_is_proving (PosternStep *step);
/** postern_flow_sign_up_go_on: takes the code, or sends another; makes the account and answers with its user when it is right. */
void postern_flow_sign_up_go_on (PosternStep *step);

/**
 * postern_flow_sign_up_create: makes the account; the flow's set-up ticket, if it has one, is used up in the same transaction.
 * @proved: the address is known to be theirs
 * Returns: (transfer full) (nullable): the user's id; CONFLICT when the name is taken, STALE when the ticket is used
 */
char *postern_flow_sign_up_create (PosternFlowContext *context, const PosternFlowSignUp *self, gboolean proved, GError **error);

/** postern_flow_sign_up_answer: the whole of it for who gets no password: the page `sign-up` without one, then the code. */
void postern_flow_sign_up_answer (PosternStep *step);

G_END_DECLS
