/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * postern_cli_stamp: makes the folder of a new plugin from the kit's example of its kind, in a project that builds by itself.
 * @kind: social (or connector, as the key file's `Kind` says it), messenger, factor or sink
 * @name: small letters and digits
 * @directory: (nullable): where the folder NAME is made; here when not given. In Postern's own tree, without it, a connector
 *   goes to connectors/ and becomes a part of the tree instead of a project.
 * Returns: (transfer full) (nullable): the new folder
 */
char *postern_cli_stamp (const char *kind, const char *name, const char *directory, GError **error);

G_END_DECLS
