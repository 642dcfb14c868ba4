/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-key-ring-store.h"

#include "postern-error.h"
#include "postern-json.h"
#include "postern-seal.h"

#include <string.h>

#define TABLE         "signing_keys"
#define COLUMN        "private_jwk"
#define LEASE         "signing-keys"
#define LEASE_SECONDS 60

PosternKey *
postern_key_ring_store_make (PosternStore *store, const char *use, PosternJoseAlg alg, const char *state,
                             gint64 now, GError **error)
{
  g_autoptr (PosternJwk) jwk = postern_jwk_generate (alg, 0, error);
  g_autoptr (PosternKey) row = jwk ? postern_key_new () : NULL;
  g_autoptr (GVariant) private = NULL;
  char *json;

  if (jwk == NULL)
    return NULL;

  row->kid = g_strdup (postern_jwk_get_kid (jwk));
  row->use = g_strdup (use);
  row->alg = g_strdup (postern_jose_alg_to_string (alg));
  row->state = g_strdup (state);
  row->public_jwk = postern_jwk_to_variant (jwk, FALSE);
  row->created_at = now;
  row->activated_at = g_str_equal (state, "current") ? now : 0;
  private = postern_jwk_to_variant (jwk, TRUE);
  json = postern_json_print (private);
  row->private_jwk = postern_seal (store, TABLE, COLUMN, row->kid, json, strlen (json), error);
  postern_secret_free (json);

  return row->private_jwk ? g_steal_pointer (&row) : NULL;
}

PosternJwk *
postern_key_ring_store_open (PosternStore *store, PosternKey *row, GError **error)
{
  g_autoptr (GVariant) model = NULL;
  g_autoptr (GError) problem = NULL;
  gsize length;
  char *json = row->private_jwk
                   ? postern_unseal (store, TABLE, COLUMN, row->kid, row->private_jwk, &length, &problem)
                   : NULL;
  PosternJwk *jwk;

  if (json != NULL)
    model = postern_json_parse_object (json, (gssize)length, 0, &problem);
  postern_secret_free (json);
  jwk = model ? postern_jwk_new_from_variant (model, TRUE, &problem) : NULL;
  if (jwk == NULL)
    g_set_error (
        error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
        "The signing key %s cannot be opened (%s): if the master key was replaced, put the old one back",
        row->kid, problem ? problem->message : "it has no private part");

  return jwk;
}

static gboolean
list (PosternTxn *txn, gpointer data, GError **error)
{
  GPtrArray **rows = data;

  *rows = postern_key_store_list (txn, error);

  return *rows != NULL;
}

GPtrArray *
postern_key_ring_store_list (PosternStore *store, GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;

  return postern_store_read (store, POSTERN_KEEP_LASTING, list, &rows, error) ? g_steal_pointer (&rows)
                                                                              : NULL;
}

PosternKey *
postern_key_ring_store_find (GPtrArray *rows, const char *use, const char *alg, const char *state)
{
  for (guint i = 0; i < rows->len; i++) {
    PosternKey *row = g_ptr_array_index (rows, i);

    if (g_str_equal (row->use, use) && g_str_equal (row->alg, alg) && g_str_equal (row->state, state))
      return row;
  }

  return NULL;
}

static gboolean
insert (PosternTxn *txn, gpointer data, GError **error)
{
  PosternKey **pair = data;

  return postern_key_store_insert (txn, pair[0], error) &&
         (pair[1] == NULL || postern_key_store_insert (txn, pair[1], error));
}

gboolean
postern_key_ring_store_insert (PosternStore *store, PosternKey *first, PosternKey *second, GError **error)
{
  PosternKey *pair[] = {first, second};

  return postern_store_write (store, POSTERN_KEEP_LASTING, insert, pair, error);
}

typedef struct {
  PosternKey *fresh;
  gint64 now, keep_until;
} Rotation;

/* The order matters: at no time may two keys of one algorithm be the current one (the store's index sees to
 * that). */
static gboolean
rotate (PosternTxn *txn, gpointer data, GError **error)
{
  Rotation *rotation = data;
  g_autoptr (GPtrArray) rows = postern_key_store_list (txn, error);
  PosternKey *current, *next;

  if (rows == NULL)
    return FALSE;

  current = postern_key_ring_store_find (rows, rotation->fresh->use, rotation->fresh->alg, "current");
  next = postern_key_ring_store_find (rows, rotation->fresh->use, rotation->fresh->alg, "next");
  if (current != NULL && !postern_key_store_set_state (txn, current->kid, "current", "previous",
                                                       rotation->now, rotation->keep_until, error))
    return FALSE;
  if (next != NULL &&
      !postern_key_store_set_state (txn, next->kid, "next", "current", rotation->now, 0, error))
    return FALSE;

  g_free (rotation->fresh->state);
  rotation->fresh->state = g_strdup (next ? "next" : "current");
  rotation->fresh->activated_at = next ? 0 : rotation->now;

  return postern_key_store_insert (txn, rotation->fresh, error);
}

gboolean
postern_key_ring_store_rotate (PosternStore *store, PosternKey *fresh, gint64 now, gint64 keep_until,
                               GError **error)
{
  Rotation rotation = {fresh, now, keep_until};

  return postern_store_write (store, POSTERN_KEEP_LASTING, rotate, &rotation, error);
}

typedef struct {
  const char *holder;
  gint64 now;
  gboolean held;
} Sweep;

static gboolean
sweep (PosternTxn *txn, gpointer data, GError **error)
{
  Sweep *self = data;
  g_autoptr (GPtrArray) rows = NULL;

  if (!postern_lease_store_take (txn, LEASE, self->holder, LEASE_SECONDS, self->now, &self->held, error))
    return FALSE;
  if (!self->held)
    return TRUE;

  rows = postern_key_store_list (txn, error);
  for (guint i = 0; rows != NULL && i < rows->len; i++) {
    PosternKey *row = g_ptr_array_index (rows, i);

    if (g_str_equal (row->state, "previous") && row->expires_at > 0 && row->expires_at <= self->now &&
        !postern_key_store_delete (txn, row->kid, error))
      return FALSE;
  }

  return rows != NULL;
}

gboolean
postern_key_ring_store_sweep (PosternStore *store, const char *holder, gint64 now, gboolean *held,
                              GError **error)
{
  Sweep self = {holder, now, FALSE};
  gboolean good = postern_store_write (store, POSTERN_KEEP_LASTING, sweep, &self, error);

  *held = self.held;

  return good;
}
