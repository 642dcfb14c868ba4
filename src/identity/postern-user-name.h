/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-records.h"

G_BEGIN_DECLS

/** postern_user_name_get_identifier: what the person would type to sign in: e-mail, user name or telephone, else the id. (transfer none) */
const char *postern_user_name_get_identifier (PosternUser *user);
/** postern_user_name_get_shown: the identifier as pages say it: who has none is called by name rather than by an id. (transfer none) */
const char *postern_user_name_get_shown (PosternUser *user);
/** postern_user_name_get: what to call the person: the profile's `name`, else the identifier. (transfer none) */
const char *postern_user_name_get (PosternUser *user);

/** postern_user_name_dup_typed: what a person is called, or calls something of their own, as typed: any script, but nothing that would break a line or turn the text around it. (transfer full) (nullable) */
char *postern_user_name_dup_typed (const char *typed);

/** postern_user_name_dup_claimed: what a provider says that somebody is called: what would break a line or turn the text around it is left out. (transfer full) (nullable): nothing is left */
char *postern_user_name_dup_claimed (const char *claimed);

#define POSTERN_USER_NAME_MAX 500 /* characters of what others than the person say that they are called */

/**
 * postern_user_name_check_profile: the names in @profile (nullable), in any language (OpenID Connect Core 5.1, 5.2), are texts that can be shown
 * among others. FALSE with INVALID_REQUEST "profile.NAME: why"
 */
gboolean postern_user_name_check_profile (GVariant *profile, GError **error);

G_END_DECLS
