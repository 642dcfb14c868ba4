/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-key.h"

#include "postern-error.h"
#include "postern-key-ring-store.h"

static PosternJwk *
open_current (PosternStore *store, gboolean *is_none, GError **error)
{
  g_autoptr (GPtrArray) rows = postern_key_ring_store_list (store, error);
  PosternKey *row = rows ? postern_key_ring_store_find (rows, POSTERN_KEY_USE_AUDIT, postern_jose_alg_to_string (POSTERN_AUDIT_KEY_ALG), "current") : NULL;

  *is_none = rows != NULL && row == NULL;
  return row ? postern_key_ring_store_open (store, row, error) : NULL;
}

/* Of two processes that make it at once the store takes one: that is the key. */
static gboolean
make (PosternStore *store, GError **error)
{
  g_autoptr (PosternKey) fresh = postern_key_ring_store_make (store, POSTERN_KEY_USE_AUDIT, POSTERN_AUDIT_KEY_ALG, "current", g_get_real_time () / G_USEC_PER_SEC, error);
  g_autoptr (GError) problem = NULL;

  if (fresh == NULL)
    return FALSE;
  if (postern_key_ring_store_insert (store, fresh, NULL, &problem) || g_error_matches (problem, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

PosternJwk *
postern_audit_key_dup (PosternStore *store, GError **error)
{
  gboolean is_none;
  PosternJwk *key = open_current (store, &is_none, error);

  return !is_none ? key : make (store, error) ? open_current (store, &is_none, error) : NULL;
}

/* Making one takes microseconds: no other write waits long for it. */
gboolean
postern_audit_key_rotate (PosternTxn *txn, PosternStore *store, gint64 now, char **before, char **after, GError **error)
{
  g_autoptr (GPtrArray) rows = postern_key_store_list (txn, error);
  PosternKey *old = rows ? postern_key_ring_store_find (rows, POSTERN_KEY_USE_AUDIT, postern_jose_alg_to_string (POSTERN_AUDIT_KEY_ALG), "current") : NULL;
  g_autoptr (PosternKey) fresh = rows ? postern_key_ring_store_make (store, POSTERN_KEY_USE_AUDIT, POSTERN_AUDIT_KEY_ALG, "current", now, error) : NULL;

  if (fresh == NULL || (old != NULL && !postern_key_store_set_state (txn, old->kid, "current", "previous", now, 0, error)) ||
      !postern_key_store_insert (txn, fresh, error))
    return FALSE;
  *before = old ? g_strdup (old->kid) : NULL;
  *after = g_strdup (fresh->kid);
  return TRUE;
}

GVariant *
postern_audit_key_list (PosternTxn *txn, GError **error)
{
  g_autoptr (GPtrArray) rows = postern_key_store_list (txn, error);
  g_auto (GVariantBuilder) keys = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_auto (GVariantDict) set = G_VARIANT_DICT_INIT (NULL);

  if (rows == NULL)
    return NULL;
  for (guint i = 0; i < rows->len; i++) {
    PosternKey *row = rows->pdata[i];

    if (g_str_equal (row->use, POSTERN_KEY_USE_AUDIT))
      g_variant_builder_add (&keys, "v", row->public_jwk);
  }
  g_variant_dict_insert_value (&set, "keys", g_variant_builder_end (&keys));
  return g_variant_ref_sink (g_variant_dict_end (&set));
}
