/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-password-breached.h"
#include "postern-policy.h"

G_BEGIN_DECLS

/** postern_password_policy_normalize: NFC, the one form in which a password is hashed (NIST SP 800-63B-4 3.1.1.2). (transfer full) (nullable): NULL when it is not UTF-8; zero it with postern_secret_free() */
char *postern_password_policy_normalize (const char *typed);

/**
 * postern_password_policy_check: whether @password (normalized) may be somebody's. No composition rules: length, not among
 * those that were stolen, not one that is soon guessed, not made of what everybody knows of the person.
 * @words: (nullable) (array zero-terminated=1): of the person and the place: name, address, our own name
 * @alone: no second factor stands behind it
 * Returns: NULL when it may, else an English phrase of po/ that says what to do; (transfer none)
 */
const char *postern_password_policy_check (PosternPolicy *policy, PosternPasswordBreached *breached, const char *password, gboolean alone, const char *const *words);

/** postern_password_policy_dup_words: what everybody knows: the pieces of each of @texts (NULL-terminated). (transfer full) */
char **postern_password_policy_dup_words (const char *const *texts);

G_END_DECLS
