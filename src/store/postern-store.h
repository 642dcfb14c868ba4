/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-database.h"

G_BEGIN_DECLS

/**
 * PosternStore: everything one tenant keeps. Thread-safe.
 *
 * Work goes in functions that get a PosternTxn; the `postern_*_store_*` calls of this room take one. A lasting write has
 * reached the disk when postern_store_write() returns TRUE.
 */
#define POSTERN_TYPE_STORE (postern_store_get_type ())
G_DECLARE_FINAL_TYPE (PosternStore, postern_store, POSTERN, STORE, GObject)

typedef struct _PosternTxn PosternTxn;
typedef gboolean (*PosternTxnFunc) (PosternTxn *txn, gpointer user_data, GError **error);

/**
 * postern_store_open: opens (or makes) the tenant's files and runs the migrations that are missing.
 * @master_key: 32 bytes; see postern-seal.h
 */
PosternStore *postern_store_open (PosternDatabase *database, GBytes *master_key, const char *location, const char *tenant, GError **error);
void postern_store_close (PosternStore *self);
/**
 * postern_store_erase: all that is kept of @tenant at @location goes, for ever. @database: one that is not open; nobody in this process has the tenant open.
 * Returns: TRUE also where there was nothing
 */
gboolean postern_store_erase (PosternDatabase *database, const char *location, const char *tenant, GError **error);
/** postern_store_set_read_only: while it is, lasting writes are TEMPORARILY_UNAVAILABLE. Any thread. */
void postern_store_set_read_only (PosternStore *self, gboolean read_only);
/** postern_store_bring_up_to_date: runs the migrations that are missing, and keeps nothing open. */
gboolean postern_store_bring_up_to_date (PosternDatabase *database, const char *location, GError **error);
gboolean postern_store_read (PosternStore *self, PosternKeep keep, PosternTxnFunc func, gpointer user_data, GError **error);
gboolean postern_store_write (PosternStore *self, PosternKeep keep, PosternTxnFunc func, gpointer user_data, GError **error);
/**
 * postern_store_pass_missing: for who asks for what need not be there. TRUE where nothing failed (@failure points to NULL), or what failed is that it is not
 * there (NOT_FOUND); else FALSE with @error, which was @failure
 */
gboolean postern_store_pass_missing (GError **failure, GError **error);
/**
 * postern_store_write_each: a lasting write for what everybody does all the time: nobody is kept waiting but by the row that both
 * change. Each statement of @func decides by itself, in its condition; what was read before it may have changed meanwhile, unless @func
 * has changed that row itself by then. What must be so across rows (who may be called what, who is the last one) is for postern_store_write().
 */
gboolean postern_store_write_each (PosternStore *self, PosternTxnFunc func, gpointer user_data, GError **error);
/** postern_store_is_one: lasting and short-lived data are in one place, so that a postern_store_write_each() can change both. */
gboolean postern_store_is_one (PosternStore *self);
/** postern_store_get_generation: changes whenever this process changed lasting data, or anyone what caches keep; they compare it. */
guint64 postern_store_get_generation (PosternStore *self);
/**
 * postern_store_get_rule_changes: counts how often this process changed applications or settings, the few rows that caches
 * keep; it moves before and after each such commit. What others changed shows in the generation alone.
 */
guint64 postern_store_get_rule_changes (PosternStore *self);
/**
 * postern_store_wait_for_message: blocks until this process has committed a message that is not counted in @seen, until @deadline
 * (g_get_monotonic_time()), or until somebody calls postern_store_wake().
 * Returns: the count, for the next call; begin with 0
 */
guint64 postern_store_wait_for_message (PosternStore *self, guint64 seen, gint64 deadline);
void postern_store_wake (PosternStore *self);

/** postern_id_new: @prefix "usr" gives "usr_" and a UUIDv7 in lower-case base32 (26 characters). */
char *postern_id_new (const char *prefix);
/** postern_id_new_at: of something that was made elsewhere at @time (seconds since 1970): it sorts among those of then. (transfer full) */
char *postern_id_new_at (const char *prefix, gint64 time);
/** postern_id_is_valid: shape only. */
gboolean postern_id_is_valid (const char *id, const char *prefix);
/**
 * postern_id_get_key: the number by which a row with this id is kept where rows come by the thousand: milliseconds, their
 * fraction and 9 bits of chance, so that it sorts as the id does and needs no index. Two workers may make the same one for two
 * ids, once in 512 times that they make them in the same microsecond: the id itself is compared too, and the second is a CONFLICT.
 * Returns: at least 0; -1 for what is no id
 */
gint64 postern_id_get_key (const char *id);
/** postern_id_get_first_key: of the ids made at @time (seconds since 1970) or later */
gint64 postern_id_get_first_key (gint64 time);
/** postern_secret_new: 256 random bits, base64url (43 characters); for tokens, codes, client secrets. */
char *postern_secret_new (void);
/**
 * postern_secret_new_for: a secret that names the row it is of: the 26 digits of @id, then 160 random bits, base64url (27
 * characters). Whoever holds it can tell when the row was made and nothing else; what is compared is the hash of the whole.
 */
char *postern_secret_new_for (const char *id);
/** postern_secret_dup_id: (transfer full) (nullable): which id with @prefix @secret names; NULL when it has another shape. */
char *postern_secret_dup_id (const char *secret, const char *prefix);
/** postern_secret_hash: SHA-256 of @secret, base64url: what is stored of it. */
char *postern_secret_hash (const char *secret);
/** postern_secret_equal: constant time in the content; NULL equals nothing. */
gboolean postern_secret_equal (const char *a, const char *b);

G_END_DECLS
