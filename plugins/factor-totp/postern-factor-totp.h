/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-authenticator.h"

G_BEGIN_DECLS

/**
 * PosternFactorTotp: an app that knows a seed of ours. By what it is asked (flow->factor_wanted):
 *   "totp"      page `totp`         here
 *   "add-totp"  page `totp-set-up`  postern-totp-enrol.c
 */
#define POSTERN_TYPE_FACTOR_TOTP (postern_factor_totp_get_type ())
G_DECLARE_FINAL_TYPE (PosternFactorTotp, postern_factor_totp, POSTERN, FACTOR_TOTP, PosternFactor)

#define POSTERN_TOTP_KIND "totp" /* of its credential: a person has one; its value is the sealed seed, used_at when the last code began that was taken */

/** postern_totp_enrol_answer: answers a step of the task "add-totp". */
void postern_totp_enrol_answer (PosternStep *step);

G_END_DECLS
