/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-claims.h"
#include "postern-event.h"

G_BEGIN_DECLS

/** PosternVerdict: a vote; the strictest wins, and any value that is none of these counts as DENY. */
typedef enum { POSTERN_VERDICT_ABSTAIN, POSTERN_VERDICT_ALLOW, POSTERN_VERDICT_STEP_UP, POSTERN_VERDICT_DENY } PosternVerdict;

/**
 * PosternHub: where plugins listen to what concerns them all. Signals:
 *  - `decide` (detailed: "sign-in", "token", "provision"): a vote, PosternVerdict (PosternFlow *); accumulator
 *    strictest-wins.
 *  - `collect-choices`, `collect-claims` (PosternFlow *, PosternClaims *): add, never overwrite.
 *  - `event` (detailed: event name; PosternEvent *): told, on the thread where it happened; must return soon.
 * Handlers connect while the worker starts, never later.
 */
#define POSTERN_TYPE_HUB (postern_hub_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternHub, postern_hub, POSTERN, HUB, GObject)

POSTERN_API PosternHub *postern_hub_new (void);
POSTERN_API PosternVerdict postern_hub_decide (PosternHub *self, const char *detail, PosternFlow *flow);
POSTERN_API void postern_hub_collect_claims (PosternHub *self, PosternFlow *flow, PosternClaims *claims);
POSTERN_API void postern_hub_collect_choices (PosternHub *self, PosternFlow *flow, PosternClaims *choices);
POSTERN_API void postern_hub_tell (PosternHub *self, PosternEvent *event);
/** postern_hub_is_heard: whether anybody is connected to @signal, whatever the detail. */
POSTERN_API gboolean postern_hub_is_heard (PosternHub *self, const char *signal);

G_END_DECLS
