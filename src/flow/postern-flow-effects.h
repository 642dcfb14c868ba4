/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/**
 * Effects: what a walk changes for good. Stages only note them; when the walk is done all are committed in one lasting
 * transaction, so that a sign-in costs one wait for the disk and never stands half done. An effect may be run again. Each of its statements
 * decides by itself (postern_store_write_each()): what it reads of a row holds only when the effect has changed that row before.
 */
typedef gboolean (*PosternEffectFunc) (PosternFlowContext *context, PosternTxn *txn, gpointer data, GError **error);

/** postern_flow_effects_add: @data: (nullable) (transfer full), freed by @free_func with the walk. */
void postern_flow_effects_add (PosternFlowContext *context, PosternEffectFunc func, gpointer data, GDestroyNotify free_func);
/**
 * postern_flow_effects_add_short: as postern_flow_effects_add() for the short-lived file: it is written in one transaction with
 * the flow's parking or its end, and alone when the walk ends without either. Nothing takes it away again.
 */
void postern_flow_effects_add_short (PosternFlowContext *context, PosternEffectFunc func, gpointer data, GDestroyNotify free_func);
/** postern_flow_effects_run_short: within @txn; postern_flow_effects_settle_short() once that is committed. */
gboolean postern_flow_effects_run_short (PosternFlowContext *context, PosternTxn *txn, GError **error);
void postern_flow_effects_settle_short (PosternFlowContext *context);
/** postern_flow_effects_flush_short: writes what is left, at the walk's very end. */
void postern_flow_effects_flush_short (PosternFlowContext *context);
/** postern_flow_effects_run: within @txn, a lasting one, in the order in which they were added. */
gboolean postern_flow_effects_run (PosternFlowContext *context, PosternTxn *txn, GError **error);
/** postern_flow_effects_commit: all of them, in a transaction of their own. BACK_CHANNEL runs them with a NULL transaction. */
gboolean postern_flow_effects_commit (PosternFlowContext *context, GError **error);

G_END_DECLS
