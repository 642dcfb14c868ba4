/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-config-table.h"

G_BEGIN_DECLS

/** PosternConfigValue: a setting's value, checked and read into its type. */
typedef struct {
  char *text; /* canonical */
  char *origin;
  gint64 number;
  gboolean truth;
  char **list; /* never NULL */
} PosternConfigValue;

/**
 * postern_config_value_read: checks @text against @key and fills in @self (freed before).
 * @folder: (nullable): where a relative path starts; NULL: the working folder
 * Returns: (transfer full) (nullable): NULL when fine, else "what, what to do" without the place
 */
char *postern_config_value_read (PosternConfigValue *self, const PosternConfigKey *key, const char *text, const char *folder);
void postern_config_value_clear (PosternConfigValue *self);

G_END_DECLS
