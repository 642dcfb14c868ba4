/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/** POSTERN_USER_OBJECT_MAX: bytes of the JSON of `profile` and of `data`: whoever merges into them must not let them grow for ever */
#define POSTERN_USER_OBJECT_MAX (64 * 1024)

/**
 * postern_user_rules_settle: what an administrator says of a person, alone or with a thousand others, keeps these rules: at least one of user name,
 * address and number, each canonical already (postern_identifier_canonicalize()); a user name is no address, a number is one; nothing is
 * longer than it may be. Nothing is verified that is not there. INVALID_REQUEST "MEMBER: why"
 */
gboolean postern_user_rules_settle (PosternUser *user, GError **error);

G_END_DECLS
