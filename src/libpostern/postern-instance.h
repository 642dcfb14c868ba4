/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-settings.h"

G_BEGIN_DECLS

/**
 * PosternInstance:
 *
 * The base of everything a plugin module can define. A type is not an instance: an operator
 * makes instances, each with its own id and settings. Once configured an instance is immutable, and its methods
 * are called from many threads at once.
 */
#define POSTERN_TYPE_INSTANCE (postern_instance_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternInstance, postern_instance, POSTERN, INSTANCE, GObject)

/**
 * PosternInstanceClass::configure:
 *
 * Reads postern_instance_get_settings() once, before the first use. Must not touch the network.
 *
 * Returns: FALSE with POSTERN_ERROR_CONFIG, naming the setting and what to do
 */

/**
 * PosternInstanceClass:
 * @parent_class: the base
 * @configure: (nullable): reads the settings
 * @padding: room to grow; never used by a plugin
 *
 * What a type overrides.
 */
struct _PosternInstanceClass {
  GObjectClass parent_class;
  gboolean (*configure) (PosternInstance *self, GError **error);

  gpointer padding[12];
};

/**
 * postern_instance_get_id:
 *
 * The operator's name for it.
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_instance_get_id (PosternInstance *self);

/**
 * postern_instance_get_type_id:
 *
 * The plugin's Id.
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_instance_get_type_id (PosternInstance *self);

/**
 * postern_instance_get_display_name:
 *
 * What people read.
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_instance_get_display_name (PosternInstance *self);

/**
 * postern_instance_get_icon:
 *
 * Its picture.
 *
 * Returns: (transfer none) (nullable): path of an SVG file
 */
POSTERN_API const char *postern_instance_get_icon (PosternInstance *self);

/**
 * postern_instance_get_settings:
 *
 * What it was given.
 *
 * Returns: (transfer none):
 */
POSTERN_API PosternSettings *postern_instance_get_settings (PosternInstance *self);

/**
 * postern_instance_set_identity:
 * @display_name: (nullable): the id, if none
 * @icon: (nullable)
 * @settings: a reference is taken
 *
 * For the loader and tests, once, before postern_instance_configure().
 */
POSTERN_API void postern_instance_set_identity (PosternInstance *self, const char *id, const char *type_id,
                                                const char *display_name, const char *icon, PosternSettings *settings);

/**
 * postern_instance_configure:
 *
 * Calls the vfunc of that name, once.
 *
 * Returns: FALSE with POSTERN_ERROR_CONFIG
 */
POSTERN_API gboolean postern_instance_configure (PosternInstance *self, GError **error);

G_END_DECLS
