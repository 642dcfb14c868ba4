/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-store.h"

G_BEGIN_DECLS

/*
 * A recovery code: sixteen letters and digits, 80 random bits, in groups of four. What is kept of it is a keyed hash over it and its owner.
 */
#define POSTERN_RECOVERY_CODE_KIND "recovery-code" /* of its credential; one a code, used_at says whether it was used */
#define POSTERN_RECOVERY_CODE_COUNT 10

/** postern_recovery_code_make: (transfer full): zero it with postern_secret_free(); NULL: there are no random numbers */
char *postern_recovery_code_make (void);
/** postern_recovery_code_dup_hash: what is kept of @typed, however it is grouped and written; (transfer full) (nullable): it is no code */
char *postern_recovery_code_dup_hash (PosternStore *store, const char *user_id, const char *typed);

G_END_DECLS
