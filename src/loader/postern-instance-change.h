/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-instance-book.h"

G_BEGIN_DECLS

/* What the console and the API may change of the book. */

/** postern_instance_change_list_types: (transfer container) (element-type PosternPluginInfo): those that can be set up here, by name */
GPtrArray *postern_instance_change_list_types (PosternInstanceBook *self);
/** postern_instance_change_find_type: (transfer none) (nullable): one of them */
PosternPluginInfo *postern_instance_change_find_type (PosternInstanceBook *self, const char *type);
/** postern_instance_change_can_set: whether a setting of a type can be set from here. */
gboolean postern_instance_change_can_set (PosternSettingInfo *setting);

/**
 * postern_instance_change_check_row: whether a row may say that, as it was asked when the row was written: the plugin may be another
 * version since, and the row from elsewhere.
 * @values: a{ss}
 */
gboolean postern_instance_change_check_row (PosternPluginInfo *info, GVariant *values, GError **error);

/** PosternInstanceChange: what is to be; NULL and -1 leave a thing as it is. */
typedef struct {
  const char *id, *type;
  const char *name;   /* "" takes it away */
  const char *order;  /* as it was typed */
  int enabled;
  GVariant *settings; /* (nullable): a{ss}; an empty value takes it away */
  gboolean new;       /* beside `whole`: an id that is taken is a CONFLICT */
  gboolean whole;     /* it is made if it is not there; what is not named goes; but secrets, which nobody can read and send back, stay */
} PosternInstanceChange;
#define POSTERN_INSTANCE_CHANGE_INIT { .enabled = -1 }

/**
 * postern_instance_change_put: vets as a file is vetted, and writes. The caller writes the audit entry in the same transaction. A change
 * of where secrets are sent (settings of the type `url`, and those whose name ends in host, port, region and the like) gives them again.
 * @culprit: (out) (nullable) (transfer full): on error: "id", "type", "order", or the name of a setting
 * Returns: FALSE with INVALID_REQUEST, or CONFLICT when a file has that id; the message is "what, what to do"
 */
gboolean postern_instance_change_put (PosternInstanceBook *self, PosternTxn *txn, const PosternInstanceChange *change, char **culprit, GError **error);
/**
 * postern_instance_change_delete: with it goes whom it knew: the next one of that id may be of another provider, whose subjects are called as those of this one were.
 * @identities: (out): how many people's
 * Returns: FALSE with CONFLICT when a file has that id, or NOT_FOUND
 */
gboolean postern_instance_change_delete (PosternInstanceBook *self, PosternTxn *txn, const char *id, gint64 *identities, GError **error);

G_END_DECLS
