/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-claims.h"
#include "postern-event.h"

G_BEGIN_DECLS

/**
 * PosternVerdict:
 * @POSTERN_VERDICT_ABSTAIN: no vote
 * @POSTERN_VERDICT_ALLOW: go on
 * @POSTERN_VERDICT_STEP_UP: go on with one factor more
 * @POSTERN_VERDICT_DENY: refuse
 *
 * A vote; the strictest wins, and any value that is none of these counts as DENY.
 */
typedef enum { POSTERN_VERDICT_ABSTAIN, POSTERN_VERDICT_ALLOW, POSTERN_VERDICT_STEP_UP, POSTERN_VERDICT_DENY } PosternVerdict;

/**
 * PosternHub:
 *
 * Where plugins listen to what concerns them all. Signals:
 *  - `decide` (detailed: "sign-in", "token", "provision"): a vote, PosternVerdict (PosternFlow *); accumulator
 *    strictest-wins.
 *  - `collect-choices`, `collect-claims` (PosternFlow *, PosternClaims *): add, never overwrite.
 *  - `event` (detailed: event name; PosternEvent *): told, on the thread where it happened; must return soon.
 * Handlers connect while the worker starts, never later.
 */
#define POSTERN_TYPE_HUB (postern_hub_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternHub, postern_hub, POSTERN, HUB, GObject)

/**
 * PosternHub::decide:
 * @self: the hub
 * @flow: the sign-in
 *
 * Asks for votes; its details are "sign-in", "token" and "provision". The strictest wins.
 *
 * Returns: a #PosternVerdict
 */

/**
 * PosternHub::collect-choices:
 * @self: the hub
 * @flow: the sign-in
 * @choices: where they are added
 *
 * Collects what a person may sign in with.
 */

/**
 * PosternHub::collect-claims:
 * @self: the hub
 * @flow: the sign-in
 * @claims: where they are added
 *
 * Collects what an application is told about the person.
 */

/**
 * PosternHub::event:
 * @self: the hub
 * @event: what happened
 *
 * Tells what happened, on the thread where it did; its detail is the event's name. A handler returns soon.
 */


/**
 * postern_hub_new:
 *
 * Makes a hub; for the worker and tests.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternHub *postern_hub_new (void);

/**
 * postern_hub_decide:
 * @detail: "sign-in", "token" or "provision"
 *
 * Emits `decide`.
 *
 * Returns: the strictest vote; ABSTAIN if there is none
 */
POSTERN_API PosternVerdict postern_hub_decide (PosternHub *self, const char *detail, PosternFlow *flow);

/**
 * postern_hub_collect_claims:
 * @claims: what is collected, and what is there already
 *
 * Emits `collect-claims`.
 */
POSTERN_API void postern_hub_collect_claims (PosternHub *self, PosternFlow *flow, PosternClaims *claims);

/**
 * postern_hub_collect_choices:
 * @choices: what is collected, and what is there already
 *
 * Emits `collect-choices`.
 */
POSTERN_API void postern_hub_collect_choices (PosternHub *self, PosternFlow *flow, PosternClaims *choices);

/**
 * postern_hub_tell:
 *
 * Emits `event`, with the event's name as its detail.
 */
POSTERN_API void postern_hub_tell (PosternHub *self, PosternEvent *event);

/**
 * postern_hub_is_heard:
 *
 * Whether anybody is connected to @signal, whatever the detail.
 *
 * Returns: TRUE if somebody is
 */
POSTERN_API gboolean postern_hub_is_heard (PosternHub *self, const char *signal);

G_END_DECLS
