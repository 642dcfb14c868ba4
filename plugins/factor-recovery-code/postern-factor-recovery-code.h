/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-authenticator.h"

G_BEGIN_DECLS

/**
 * PosternFactorRecoveryCode: codes on paper. By what it is asked (flow->factor_wanted):
 *   "recovery-code"       page `recovery-code`   here
 *   "new-recovery-codes"  page `recovery-codes`  postern-recovery-code-set.c
 */
#define POSTERN_TYPE_FACTOR_RECOVERY_CODE (postern_factor_recovery_code_get_type ())
G_DECLARE_FINAL_TYPE (PosternFactorRecoveryCode, postern_factor_recovery_code, POSTERN, FACTOR_RECOVERY_CODE, PosternFactor)

/** postern_recovery_code_set_answer: answers a step of the task "new-recovery-codes". */
void postern_recovery_code_set_answer (PosternStep *step);

G_END_DECLS
