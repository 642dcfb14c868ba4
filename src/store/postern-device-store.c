/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-txn.h"

gboolean
postern_device_store_put (PosternTxn *txn, const char *device_hash, const char *user_id, gint64 now, GError **error)
{
  static const char sql[] = "INSERT INTO devices (user_id, device_hash, created_at, used_at) VALUES (?2, ?1, ?3, ?3) "
                            "ON CONFLICT (user_id, device_hash) DO UPDATE SET used_at = excluded.used_at "
                            "WHERE devices.used_at <= excluded.used_at - 86400";
  PosternValue values[] = { POSTERN_TEXT (device_hash), POSTERN_TEXT (user_id), POSTERN_INT (now) };

  return postern_txn_run (txn, sql, values, G_N_ELEMENTS (values), error);
}

gboolean
postern_device_store_knows (PosternTxn *txn, const char *device_hash, const char *user_id, gint64 now, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (device_hash), POSTERN_TEXT (user_id), POSTERN_INT (now - POSTERN_DEVICE_LIFETIME) };
  gint64 found = 0;

  return postern_txn_read_int64 (
             txn, &found, 0, "SELECT 1 FROM devices WHERE user_id = ?2 AND device_hash = ?1 AND used_at >= ?3", values,
             G_N_ELEMENTS (values), error)
         && found == 1;
}

gboolean
postern_device_store_has_any (PosternTxn *txn, const char *user_id, gboolean *has, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id) };
  gint64 found = 0;
  gboolean read = postern_txn_read_int64 (txn, &found, 0, "SELECT 1 FROM devices WHERE user_id = ?1 LIMIT 1", values, G_N_ELEMENTS (values), error);

  *has = found == 1;
  return read;
}

gboolean
postern_device_store_forget (PosternTxn *txn, const char *user_id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id) };

  return postern_txn_run (txn, "DELETE FROM devices WHERE user_id = ?1", values, G_N_ELEMENTS (values), error);
}

gboolean
postern_device_store_trust (PosternTxn *txn, const char *device_hash, const char *user_id, gint64 now, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (device_hash), POSTERN_TEXT (user_id), POSTERN_INT (now) };

  return postern_txn_run (txn, "UPDATE devices SET trusted_at = ?3 WHERE user_id = ?2 AND device_hash = ?1", values, G_N_ELEMENTS (values), error);
}

gboolean
postern_device_store_is_trusted (PosternTxn *txn, const char *device_hash, const char *user_id, gint64 since, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (device_hash), POSTERN_TEXT (user_id), POSTERN_INT (since) };
  gint64 found = 0;

  return postern_txn_read_int64 (txn, &found, 0, "SELECT 1 FROM devices WHERE user_id = ?2 AND device_hash = ?1 AND trusted_at > ?3",
                                 values, G_N_ELEMENTS (values), error) &&
         found == 1;
}

gboolean
postern_device_store_distrust (PosternTxn *txn, const char *user_id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id) };

  return postern_txn_run (txn, "UPDATE devices SET trusted_at = 0 WHERE user_id = ?1 AND trusted_at <> 0", values, G_N_ELEMENTS (values), error);
}
