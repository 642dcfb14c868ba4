/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-cli.h"
#include "postern-files.h"

G_BEGIN_DECLS

/** PosternFilesServer: what is set up on a server, on somebody's stack: @things: sorted; @indicators: id of a resource → its indicator; @ids: back */
typedef struct {
  PosternCliCall *call;
  GPtrArray *things; /* (element-type PosternFilesThing) */
  GHashTable *indicators, *ids;
} PosternFilesServer;

/** postern_files_server_fetch: fills @self, by the management API. */
gboolean postern_files_server_fetch (PosternFilesServer *self, PosternCliCall *call, GError **error);
void postern_files_server_clear (PosternFilesServer *self);
/** postern_files_server_show: one thing as it is now; @id: (nullable): there is one of its kind. @shown: (transfer full) */
gboolean postern_files_server_show (PosternCliCall *call, const PosternFilesKind *kind, const char *id, GVariant **shown, GError **error);
/** postern_files_server_make_path: (transfer full): of one thing, below /api/v1, percent-encoded */
char *postern_files_server_make_path (const PosternFilesKind *kind, const char *id);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternFilesServer, postern_files_server_clear)

G_END_DECLS
