/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/** PosternCodePerson: whom a code is about, read in one transaction. */
typedef struct {
  PosternUser *user; /* (nullable): nobody is called so */
  char *device_hash; /* (nullable): only of a browser this user signed in from */
} PosternCodePerson;

/** postern_code_person_find: by @user_id when given, else by @identifier (canonical); whoever is not there is no error. */
gboolean postern_code_person_find (PosternCodePerson *self, PosternFlowContext *context, const char *user_id, const char *identifier, GError **error);
void postern_code_person_clear (PosternCodePerson *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternCodePerson, postern_code_person_clear)

/** postern_code_person_get_recipient: where codes may go over @channel: only to what was proved to be theirs. (transfer none) (nullable) */
const char *postern_code_person_get_recipient (const PosternCodePerson *self, const char *channel);

G_END_DECLS
