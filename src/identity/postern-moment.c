/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-moment.h"

#define RECHECK (50 * G_TIME_SPAN_MILLISECOND)

PosternMoment
postern_moment_now (PosternStore *store)
{
  guint64 changes = postern_store_get_rule_changes (store);

  return (PosternMoment) { postern_store_get_generation (store), changes, g_get_monotonic_time () };
}

gboolean
postern_moment_holds (const PosternMoment *then, const PosternMoment *now)
{
  return then->generation == now->generation || (then->changes == now->changes && now->at - then->at < RECHECK);
}
