/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-store.h"

G_BEGIN_DECLS

/**
 * Sealing: AES-256-GCM under a key derived (HKDF-SHA-256) from the master key, with tenant, table, column and row as
 * associated data, so that a sealed value cannot be moved. The text form begins with "v1.".
 */
char *postern_seal (PosternStore *store, const char *table, const char *column, const char *row, const char *plain, gsize length, GError **error);
/** Returns: (transfer full) (nullable): NUL-terminated behind its length; zero it with postern_secret_free(). */
char *postern_unseal (PosternStore *store, const char *table, const char *column, const char *row, const char *sealed, gsize *length, GError **error);
void postern_secret_free (char *secret); /* zeroes, then frees */

/**
 * postern_master_key_load: `$CREDENTIALS_DIRECTORY/master-key`, else @file; made with mode 0600 when @file is missing.
 * A file that others can read is refused. Returns: (transfer full) (nullable): 32 bytes
 */
GBytes *postern_master_key_load (const char *file, GError **error);

G_END_DECLS
