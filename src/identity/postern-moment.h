/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-store.h"

G_BEGIN_DECLS

/** PosternMoment: when something was read of the store, for what is kept in memory. Every sign-in changes the generation; the rules hardly ever do. */
typedef struct {
  guint64 generation, changes;
  gint64 at; /* monotonic */
} PosternMoment;

/** postern_moment_now: taken before reading, so that what is read is at least as new. Never blocks. */
PosternMoment postern_moment_now (PosternStore *store);
/** postern_moment_holds: nothing was changed since, or nothing of ours and the last look is not long ago (50 ms: so late another process's change is seen). */
gboolean postern_moment_holds (const PosternMoment *then, const PosternMoment *now);

G_END_DECLS
