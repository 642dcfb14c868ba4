/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-store.h"

G_BEGIN_DECLS

/* Private to this room. */
#define POSTERN_SEAL_KEY_BYTES 32

/** postern_store_get_seal_key: 32 bytes, derived once from the master key */
const guint8 *postern_store_get_seal_key (PosternStore *self);
/** postern_store_get_mac_key: as many, another one: of postern_mac_make() */
const guint8 *postern_store_get_mac_key (PosternStore *self);
const char *postern_store_get_tenant (PosternStore *self);

/** postern_id_get_first: the text before which those ids sort that were made before @time (seconds since 1970). (transfer full) */
char *postern_id_get_first (const char *prefix, gint64 time);

/** postern_store_note_rule_change: for the store functions of applications and settings. */
void postern_store_note_rule_change (PosternStore *self);

/** postern_store_note_message: for the outbox: in the transaction that adds one or makes one due. */
void postern_store_note_message (PosternStore *self);

/** postern_store_migrate: as postern_store_write(), for what changes the schema */
gboolean postern_store_migrate (PosternStore *self, PosternKeep keep, PosternTxnFunc func, gpointer user_data, GError **error);

/** postern_migrate_run: brings both files of the tenant to this release's schema; forward only. */
gboolean postern_migrate_run (PosternStore *store, const char *dialect, GError **error);

/* --- sealing: the two directions share these */
#define POSTERN_SEAL_PREFIX "v1."
#define POSTERN_SEAL_NONCE_BYTES 12
#define POSTERN_SEAL_TAG_BYTES 16

/** postern_seal_derive_key: HKDF-SHA-256 (RFC 5869) of @master_key for @use ("seal", "mac") and @tenant into @key (32 bytes) */
gboolean postern_seal_derive_key (GBytes *master_key, const char *use, const char *tenant, guint8 *key, GError **error);
/** postern_seal_cipher: AES-256-GCM, fetched once; (transfer none) (type EVP_CIPHER) */
gpointer postern_seal_cipher (void);
/** postern_seal_dup_place: where a sealed value belongs, so that it opens nowhere else. (transfer full) */
GByteArray *postern_seal_dup_place (PosternStore *store, const char *table, const char *column, const char *row);

G_END_DECLS
