/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** postern_passkey_names_dup_aaguid: 16 bytes as people write them, such as ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4. (transfer full) */
char *postern_passkey_names_dup_aaguid (const guint8 *aaguid);
/** postern_passkey_names_find: what people call the authenticator that says @aaguid; anybody can say it. (transfer none) (nullable): not known */
const char *postern_passkey_names_find (const char *aaguid);

G_END_DECLS
