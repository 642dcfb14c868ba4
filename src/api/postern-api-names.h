/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"

G_BEGIN_DECLS

/* Private to this room: what people call what an answer names by id, for who asks for it (`names=true`) and may see it. */

#define POSTERN_API_NAMES_FILTER { "names", POSTERN_API_BOOLEAN, 0, "With what people call those who are named by id; for who may see members, or people." }

/** PosternApiNames: for one call. */
typedef struct {
  PosternApiCall *call; /* borrowed */
  PosternTxn *txn;      /* borrowed */
  GHashTable *known;    /* (nullable): id: name, "" for none; NULL: nobody asked */
} PosternApiNames;

/** postern_api_names_begin: reads whether names are asked for. FALSE with INSUFFICIENT_SCOPE where who asks may not see them */
gboolean postern_api_names_begin (PosternApiNames *self, PosternApiCall *call, PosternTxn *txn, GError **error);
void postern_api_names_clear (PosternApiNames *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternApiNames, postern_api_names_clear)

/**
 * postern_api_names_find: what @id (nullable) is called: of a person, a group, or a role for who may see roles.
 * @name: (out) (nullable) (transfer none): NULL where it is called nothing, is not there any more, or nobody asked
 */
gboolean postern_api_names_find (PosternApiNames *self, const char *id, const char **name, GError **error);

G_END_DECLS
