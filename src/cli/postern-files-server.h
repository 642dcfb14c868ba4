/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-cli.h"
#include "postern-files.h"

G_BEGIN_DECLS

/** PosternFilesServer: what is set up on a server, on somebody's stack: @things: sorted */
typedef struct {
  PosternCliCall *call;
  GPtrArray *things; /* (element-type PosternFilesThing) */
  PosternFilesNames names;
} PosternFilesServer;

/** postern_files_server_fetch: fills @self, by the management API. @people: also with who has which roles, and belongs to what */
gboolean postern_files_server_fetch (PosternFilesServer *self, PosternCliCall *call, gboolean people, GError **error);
void postern_files_server_clear (PosternFilesServer *self);
/** postern_files_server_show: one thing of @kind as it is now, at @path below /api/v1. @shown: (transfer full) */
gboolean postern_files_server_show (PosternCliCall *call, const PosternFilesKind *kind, const char *path, GVariant **shown, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternFilesServer, postern_files_server_clear)

G_END_DECLS
