/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-settings.h"

G_BEGIN_DECLS

/**
 * PosternInstance: the base of everything a plugin module can define. A type is not an instance: an operator
 * makes instances, each with its own id and settings. Once configured an instance is immutable, and its methods
 * are called from many threads at once.
 */
#define POSTERN_TYPE_INSTANCE (postern_instance_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternInstance, postern_instance, POSTERN, INSTANCE, GObject)

struct _PosternInstanceClass {
  GObjectClass parent_class;

  /**
   * configure: reads postern_instance_get_settings() once, before the first use. Must not touch the network.
   * Returns: FALSE with @error (POSTERN_ERROR_CONFIG) naming the setting and what to do.
   */
  gboolean (*configure) (PosternInstance *self, GError **error);

  gpointer padding[12];
};

POSTERN_API const char *postern_instance_get_id (PosternInstance *self);      /* the operator's name for it */
POSTERN_API const char *postern_instance_get_type_id (PosternInstance *self); /* the plugin's Id */
POSTERN_API const char *postern_instance_get_display_name (PosternInstance *self);
POSTERN_API const char *postern_instance_get_icon (PosternInstance *self); /* (nullable): path of an SVG file */
POSTERN_API PosternSettings *postern_instance_get_settings (PosternInstance *self); /* (transfer none) */

/**
 * postern_instance_set_identity: for the loader and tests, once, before postern_instance_configure().
 * A reference to @settings is taken.
 */
POSTERN_API void postern_instance_set_identity (PosternInstance *self, const char *id, const char *type_id,
                                                const char *display_name, const char *icon, PosternSettings *settings);
POSTERN_API gboolean postern_instance_configure (PosternInstance *self, GError **error);

G_END_DECLS
