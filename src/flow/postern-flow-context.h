/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/** postern_flow_context_init: borrows everything for the length of one walk; a new browser flow gets its id and times here. */
void postern_flow_context_init (PosternFlowContext *self, PosternRuntime *runtime, PosternFlow *flow, PosternRequest *request, PosternPairs *input);
void postern_flow_context_clear (PosternFlowContext *self);
/** postern_flow_context_load_user: the flow's user, read once a walk; NULL with NOT_FOUND. (transfer none) */
PosternUser *postern_flow_context_load_user (PosternFlowContext *self, GError **error);
/**
 * postern_flow_context_load_standing: the flow's user as of after whatever took long (a hash, a page), read once a walk: what
 * stages `policy-out` and `session` decide by. NULL with NOT_FOUND when the user is gone.
 */
const PosternStanding *postern_flow_context_load_standing (PosternFlowContext *self, GError **error);
/** postern_flow_context_read_person: the flow's user and the user's standing, what of both was not read yet, as of @txn; NOT_FOUND */
gboolean postern_flow_context_read_person (PosternFlowContext *self, PosternTxn *txn, GError **error);
/**
 * postern_flow_context_stands: whether what was shown in this flow still counts. A flow may be parked (for consent) between the
 * password and the session; to change or take away a way of signing in, or to switch the account off, ends every session there
 * is, and what a thief showed before that must not become one after it.
 */
gboolean postern_flow_context_stands (PosternFlowContext *self, const PosternStanding *standing);
/** postern_flow_context_check_stands: the same as of @txn; STALE */
gboolean postern_flow_context_check_stands (PosternFlowContext *self, PosternTxn *txn, GError **error);
/** postern_flow_context_forget_user: the flow's user changed. */
void postern_flow_context_forget_user (PosternFlowContext *self);
const char *postern_flow_context_get_input (PosternFlowContext *self, const char *name); /* (nullable) */
/** postern_flow_context_get_native: the application, where it shows the pages itself; else NULL. */
const char *postern_flow_context_get_native (PosternFlowContext *self);
/** postern_flow_context_now: seconds since 1970. */
gint64 postern_flow_context_now (void);
/** postern_flow_context_get_max_age: how many seconds old a sign-in may be that is to serve the flow, by the request or the application's record; -1: any */
gint64 postern_flow_context_get_max_age (PosternFlowContext *self);
/** postern_flow_context_is_asked: whether a prompt was asked for and not answered in this flow. */
gboolean postern_flow_context_is_asked (PosternFlowContext *self, PosternFlowPrompt prompt);
/** postern_flow_context_refuse: REFUSE, with a message for the developer. */
PosternStageResult postern_flow_context_refuse (GError **error, PosternError code, const char *message);
/** postern_flow_context_again: RESTART at stage @stage; @notice: (nullable): an English phrase that the next page shows. */
PosternStageResult postern_flow_context_again (PosternFlowContext *self, const char *stage, const char *notice);
/** postern_flow_context_forget_who: back to before anybody was known; what was asked stays. */
void postern_flow_context_forget_who (PosternFlowContext *self);
/** postern_flow_context_met: a factor was met just now: @name, postern_flow_second_rows_name() or POSTERN_FLOW_FACTOR_CONNECTOR; @amr: (nullable): RFC 8176. */
void postern_flow_context_met (PosternFlowContext *self, const char *name, const char *amr);

G_END_DECLS
