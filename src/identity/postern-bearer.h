/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PosternBearer: on whose behalf an access token is shown to one of our own resources. A protocol finds it out, the management API asks. */
typedef struct {
  char *subject;         /* usr_…, or app_… of an application by itself */
  char *client_id;       /* the application that has the token; (nullable): a page of our own, which needs none */
  char *organization_id; /* (nullable): the subject acts in that organization alone */
  char **scopes;         /* what it may at this resource, now: what was taken away since the token was made is not among them */
} PosternBearer;

void postern_bearer_clear (PosternBearer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternBearer, postern_bearer_clear)

gboolean postern_bearer_has_scope (const PosternBearer *self, const char *scope);

G_END_DECLS
