/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-authenticator.h"
#include "postern-password-breached.h"
#include "postern-password-hash.h"

G_BEGIN_DECLS

/**
 * PosternFactorPassword: what a person knows. By what it is asked:
 *   state "recover" (stage `choose` set it)       pages `code`, `new-password`  postern-password-recover.c
 *   a flow that signs up (or sets up the server)  page `sign-up` or `setup`     postern-password-sign-up.c
 *   task "change-password"                        page `change-password`        postern-password-change.c
 *   a step about one user                         page `link`                   postern-password-sign-in.c
 *   else                                          page `password`               postern-password-sign-in.c
 */
#define POSTERN_TYPE_FACTOR_PASSWORD (postern_factor_password_get_type ())
G_DECLARE_FINAL_TYPE (PosternFactorPassword, postern_factor_password, POSTERN, FACTOR_PASSWORD, PosternFactor)

const PosternPasswordCost *postern_factor_password_get_cost (PosternFactorPassword *self);
PosternPasswordPool *postern_factor_password_get_pool (PosternFactorPassword *self);
PosternPasswordBreached *postern_factor_password_get_breached (PosternFactorPassword *self);

/* The ways of answering, one file each; each answers the step. */
void postern_password_sign_in_answer (PosternFactorPassword *self, PosternStep *step);
void postern_password_sign_in_confirm (PosternFactorPassword *self, PosternStep *step);
void postern_password_sign_up_answer (PosternFactorPassword *self, PosternStep *step);
void postern_password_recover_answer (PosternFactorPassword *self, PosternStep *step);
void postern_password_change_answer (PosternFactorPassword *self, PosternStep *step);

G_END_DECLS
