/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-policy.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * The rules of sessions: when one lives, what a new one holds, what a rise in assurance changes. A session's secret is
 * known to the browser alone, and it changes whenever a factor is met, so that a secret planted before is worth nothing.
 */

/** postern_sign_in_is_alive: @now in seconds since 1970 */
gboolean postern_sign_in_is_alive (PosternSession *session, gint64 now);
/** postern_sign_in_needs_touch: whether the last use noted is old enough to be written again (a minute). */
gboolean postern_sign_in_needs_touch (PosternSession *session, gint64 now);
/** postern_sign_in_idle_end: when a session used at @now ends if nobody comes back. */
gint64 postern_sign_in_idle_end (PosternPolicy *policy, PosternSession *session, gint64 now);
/** postern_sign_in_get_acr: the assurance of the factors met: "1" for one, "2" for two of different kinds. (transfer none) */
const char *postern_sign_in_get_acr (const char *const *amr);
/** postern_sign_in_meets_acr: whether @acr is one of @wanted or stronger than one of them; only "1" and "2" are known. */
gboolean postern_sign_in_meets_acr (const char *acr, const char *const *wanted);

/**
 * postern_sign_in_new_session: @amr: factors met; @secret: (out) (transfer full): for the cookie, kept nowhere else.
 * Returns: (transfer full)
 */
PosternSession *postern_sign_in_new_session (PosternPolicy *policy, const char *user_id, const char *const *amr, gint64 now, char **secret);
/** postern_sign_in_raise: a copy of @session with a new secret, more factors and new times. (transfer full) */
PosternSession *postern_sign_in_raise (PosternPolicy *policy, PosternSession *session, const char *const *amr, gint64 now, char **secret);

G_END_DECLS
