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

G_END_DECLS
