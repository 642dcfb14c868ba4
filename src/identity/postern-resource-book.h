/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-resource.h"

G_BEGIN_DECLS

/** PosternResourceBook: the managed resources of a tenant at one moment, with the one that is built in. Immutable, reference counted. */
typedef struct _PosternResourceBook PosternResourceBook;

/** postern_resource_book_read: @issuer: the tenant's, whose management API is in it, too. (transfer full) (nullable) */
PosternResourceBook *postern_resource_book_read (PosternTxn *txn, const char *issuer, GError **error);
PosternResourceBook *postern_resource_book_ref (PosternResourceBook *self);
void postern_resource_book_unref (PosternResourceBook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternResourceBook, postern_resource_book_unref)

/** postern_resource_book_get_issuer: of the tenant: (transfer none) */
const char *postern_resource_book_get_issuer (PosternResourceBook *self);
/** postern_resource_book_find: by indicator, which may be any text: (transfer none) (nullable): NULL: not a managed one */
PosternResource *postern_resource_book_find (PosternResourceBook *self, const char *indicator);
/** postern_resource_book_find_indicator: of the one with @id: (transfer none) (nullable): NULL: there is none */
const char *postern_resource_book_find_indicator (PosternResourceBook *self, const char *id);
/** postern_resource_book_find_any: the first of @indicators (nullable) that is managed */
PosternResource *postern_resource_book_find_any (PosternResourceBook *self, const char *const *indicators);
/** postern_resource_book_defines: whether any of them has @scope, but for the management API, whose scopes nobody has without naming it */
gboolean postern_resource_book_defines (PosternResourceBook *self, const char *scope);

G_END_DECLS
