/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-authenticator.h"

G_BEGIN_DECLS

/** PosternFactorCode: what a person reads: a code or a link that was sent to an address or a number of theirs. */
#define POSTERN_TYPE_FACTOR_CODE (postern_factor_code_get_type ())
G_DECLARE_FINAL_TYPE (PosternFactorCode, postern_factor_code, POSTERN, FACTOR_CODE, PosternFactor)

G_END_DECLS
