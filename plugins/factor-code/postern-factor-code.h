/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-authenticator.h"

G_BEGIN_DECLS

/** PosternFactorCode: what a person reads: a code or a link that was sent to an address or a number of theirs. */
#define POSTERN_TYPE_FACTOR_CODE (postern_factor_code_get_type ())
G_DECLARE_FINAL_TYPE (PosternFactorCode, postern_factor_code, POSTERN, FACTOR_CODE, PosternFactor)

/** postern_factor_code_find_prefix: which of the numbers that messages are sent to @number begins like. (transfer none) (nullable) */
const char *postern_factor_code_find_prefix (PosternFactorCode *self, const char *number);

G_END_DECLS
