/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-guard.h"

G_BEGIN_DECLS

/** PosternFlowSecondTry: one guess at a second factor. All of a person's share one budget, with the policy's window, and another of a day: six digits are few. */
typedef struct {
  char *account, *device_hash; /* device_hash: (nullable): of a browser known to be the person's, which has budgets of its own */
  char *day;                   /* key of the day's counter */
  gint64 day_resets_at;
  PosternGuard guard;
} PosternFlowSecondTry;

/** postern_flow_second_try_take: counts it, before the secret is looked at. FALSE with TOO_MANY_REQUESTS and @retry_after (seconds), or because the store failed. */
gboolean postern_flow_second_try_take (PosternFlowSecondTry *self, PosternFlowContext *context, guint *retry_after, GError **error);
/** postern_flow_second_try_forgive: it was right. */
void postern_flow_second_try_forgive (PosternFlowSecondTry *self, PosternFlowContext *context);
void postern_flow_second_try_clear (PosternFlowSecondTry *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternFlowSecondTry, postern_flow_second_try_clear)

G_END_DECLS
