/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-registry.h"

G_BEGIN_DECLS

/**
 * PosternInstanceFile: what one `connectors.d/ID.conf` asks for, or the database, or the server itself. Its one group:
 *
 *     [Instance]
 *     Type=okta              the plugin's Id
 *     Name=Sign in with Corp (optional) what people read; the plugin's name else
 *     Icon=/path.svg         (optional)
 *     Order=10               (optional) small numbers come first; 100 else
 *     Tenants=acme corp      (optional) which tenants have a connector, messenger or sink: slugs, or * for all; else the default one alone
 *     client-id=…            the plugin's own settings
 */
typedef struct {
  char *path; /* (nullable): no file asks */
  char *id, *type, *name, *icon; /* name, icon: (nullable) */
  char **tenants; /* (nullable): not said */
  int order;
  GVariant *values; /* a{ss} */
  PosternPluginInfo *info; /* (transfer none) (nullable): once it was found */
} PosternInstanceFile;

/** postern_instance_file_id_is_valid: an instance's id stands in callback URLs and in element ids of pages: a-z, 0-9, - and _, at most 64. */
gboolean postern_instance_file_id_is_valid (const char *id);
/** postern_instance_file_dup_id: the id of the file @path. (transfer full) (nullable): the name is none */
char *postern_instance_file_dup_id (const char *path);
/** postern_instance_file_is_there: whether one of @folders has a file of this id, even an empty one; it overrules whatever else has that id. */
gboolean postern_instance_file_is_there (const char *id, const char *const *folders);
/** postern_instance_file_load: POSTERN_ERROR_CONFIG, "FILE:LINE: what, what to do" */
PosternInstanceFile *postern_instance_file_load (const char *path, GError **error);
PosternInstanceFile *postern_instance_file_new (const char *type, const char *id, GVariant *values);
/** postern_instance_file_serves: whether it is an instance of the tenant @slug, as far as the file says. */
gboolean postern_instance_file_serves (PosternInstanceFile *self, const char *slug);
/** postern_instance_file_names: whether @tenants, of a file (nullable), name @slug, or all. */
gboolean postern_instance_file_names (char **tenants, const char *slug);
/** postern_instance_file_check: against @info: an inline secret in a file that all can read, unknown and bad values. (transfer full) (nullable): a{ss} */
GVariant *postern_instance_file_check (PosternInstanceFile *self, PosternPluginInfo *info, GError **error);
/** postern_instance_file_get_place: "FILE:LINE" of @key, or the instance's id. (transfer full) */
char *postern_instance_file_get_place (PosternInstanceFile *self, const char *key);
void postern_instance_file_free (PosternInstanceFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternInstanceFile, postern_instance_file_free)

G_END_DECLS
