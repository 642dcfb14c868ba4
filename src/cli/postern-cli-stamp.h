/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * postern_cli_stamp_connector: copies a connector's source under another name, in file names and contents.
 * @name: small letters and digits
 * @from: (nullable): a connector's folder; else `connectors/demo` here, else the installed demo
 * @into: (nullable): where the folder NAME is made; else `connectors` if there is one here, else here
 * Returns: (transfer full) (nullable): the new folder
 */
char *postern_cli_stamp_connector (const char *name, const char *from, const char *into, GError **error);

G_END_DECLS
