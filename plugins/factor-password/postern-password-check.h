/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-factor-password.h"
#include "postern-password-account.h"
#include "postern-password-page.h"

G_BEGIN_DECLS

/**
 * postern_password_check: whether @typed is @account's password. Counts the try before it looks, hashes as long for nobody as for
 * somebody, says the same words for both, and stores an old hash anew.
 * Returns: TRUE when it is; else the step is answered with @page and what is wrong in @field
 */
gboolean postern_password_check (PosternFactorPassword *self, PosternStep *step, PosternPasswordAccount *account, const char *typed, PosternPasswordPage *page, const char *field);

/** postern_password_check_new: whether @typed may be a new password. Returns: (transfer full) (nullable): its hash; else answered likewise */
char *postern_password_check_new (PosternFactorPassword *self, PosternStep *step, const char *typed, PosternPasswordPage *page);

G_END_DECLS
