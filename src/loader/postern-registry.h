/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-config.h"
#include "postern-plugin-info.h"
#include "postern-instance.h"

G_BEGIN_DECLS

/**
 * PosternRegistry: finds plugins (key file first, then `dlopen`), and makes their instances. One for every kind.
 *
 * A module that cannot be used is left out, and postern_registry_get_problems() says which file and why; the server
 * starts with the others. A constructor that crashes is caught because a module is first opened in a forked child.
 */
#define POSTERN_TYPE_REGISTRY (postern_registry_get_type ())
G_DECLARE_FINAL_TYPE (PosternRegistry, postern_registry, POSTERN, REGISTRY, GObject)

/** postern_registry_new: @module_dirs: (array zero-terminated=1): folders that hold `plugins-1` content */
PosternRegistry *postern_registry_new (const char *const *module_dirs);
/** postern_registry_scan: reads all key files; opens nothing. */
void postern_registry_scan (PosternRegistry *self);
/** postern_registry_get_infos: (transfer none) (element-type PosternPluginInfo) */
GPtrArray *postern_registry_get_infos (PosternRegistry *self);
PosternPluginInfo *postern_registry_find_info (PosternRegistry *self, const char *plugin_id); /* (transfer none) (nullable) */
/**
 * postern_registry_want: before postern_registry_load_instances(), which then also makes an instance @id of @plugin_id with
 * @values (nullable, a{ss}) — unless an instance file has that id (an empty one hides it) or names that plugin.
 */
void postern_registry_want (PosternRegistry *self, const char *plugin_id, const char *id, GVariant *values);
/**
 * postern_registry_load_instances: reads the instance files of the folders (postern-instance-file.h; an empty file masks),
 * tries all modules that are needed in one forked child, opens them, and makes each instance. Before there are threads.
 */
void postern_registry_load_instances (PosternRegistry *self, const char *const *instance_dirs);
/**
 * postern_registry_load_stored: after that, makes the instances that the database keeps, read by the same code as a file. One whose id
 * an instance file has (an empty one, too), or that is there already, is left out. Before there are threads.
 * @stored: (element-type PosternInstanceFile)
 */
void postern_registry_load_stored (PosternRegistry *self, GPtrArray *stored, const char *const *instance_dirs);
/**
 * postern_registry_try_rest: tries in one forked child the modules that nobody has asked for yet and that an instance of the database may:
 * registries of other tenants open them later, when nothing can be tried any more. Before there are threads.
 */
void postern_registry_try_rest (PosternRegistry *self);
/**
 * postern_registry_new_for_tenant: of the tenant @slug beside the one that @parent is of: it knows the same plugins, has those instances that serve all tenants (factors, captchas,
 * what the server itself wants, but for protocols and databases), and those of the files that name @slug in `Tenants=`. Any thread.
 */
PosternRegistry *postern_registry_new_for_tenant (PosternRegistry *parent, const char *slug);
/** postern_registry_add_instance: makes one instance of @plugin_id, opening its module if need be (before there are threads); @values a{ss} are checked against the declared settings. (transfer none) (nullable) */
PosternInstance *postern_registry_add_instance (PosternRegistry *self, const char *plugin_id, const char *id, GVariant *values, GError **error);
/** postern_registry_adopt: @instance, made and configured by the caller, takes part like any other; for tests. A reference is taken. */
void postern_registry_adopt (PosternRegistry *self, PosternInstance *instance);
/** postern_registry_get_instance: (transfer none) (nullable) */
PosternInstance *postern_registry_get_instance (PosternRegistry *self, const char *id);
/**
 * postern_registry_retire: nobody finds the instance @id any more; who has it goes on with it. For one of the database that was switched off or deleted: those of
 * files, and the server's own, stay. Any thread, at any time. (transfer none) (nullable): it, where somebody found it until now
 */
PosternInstance *postern_registry_retire (PosternRegistry *self, const char *id);
/** postern_registry_list: (transfer container) (element-type PosternInstance): of @type or derived, ordered by `Order` and id */
GPtrArray *postern_registry_list (PosternRegistry *self, GType type);
/** postern_registry_find_first: of those that postern_registry_list() gives, the first one made of the plugin @type_id. (transfer none) (nullable) */
PosternInstance *postern_registry_find_first (PosternRegistry *self, GType type, const char *type_id);
/** postern_registry_get_problems: (transfer none) (element-type utf8): one line each, "FILE: what, what to do" */
GPtrArray *postern_registry_get_problems (PosternRegistry *self);
/** postern_registry_add_failure: one more problem, of the instance @id, which its maker could not read. Before there are threads. */
void postern_registry_add_failure (PosternRegistry *self, const char *id, const char *problem);
/** postern_registry_get_failure: why the instance @id could not be made, as among the problems. (transfer none) (nullable) */
const char *postern_registry_get_failure (PosternRegistry *self, const char *id);

G_END_DECLS
