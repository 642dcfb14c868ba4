/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-store.h"

G_BEGIN_DECLS

/**
 * PosternPurge: a walk through everything that lapses in one of a store's two files. No index says which rows are due: each
 * would cost every sign-in a page, to find once in a while what a walk finds as well. Not thread-safe.
 */
typedef struct _PosternPurge PosternPurge;

PosternPurge *postern_purge_new (PosternStore *store, PosternKeep keep);
void postern_purge_free (PosternPurge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternPurge, postern_purge_free)

/**
 * postern_purge_step: goes over the next rows of one table. Only reads where nothing is due.
 * @now: seconds since 1970
 * @rows: how many at most; a few more where several are kept by one key
 * @deleted: (out): how many went
 * @round: (out): the walk has come to its end, and begins anew with the next step
 */
gboolean postern_purge_step (PosternPurge *self, gint64 now, guint rows, gint64 *deleted, gboolean *round, GError **error);

G_END_DECLS
