/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-repeat.h"

#include "postern-seal.h"

#include <string.h>

#define FIELD "Idempotency-Key"
#define KEY_MAX 255

static gboolean
is_key (const char *key)
{
  gsize length = strlen (key);

  for (gsize i = 0; i < length; i++)
    if (key[i] < '!' || key[i] > '~')
      return FALSE;
  return length > 0 && length <= KEY_MAX;
}

/* (transfer full): NUL divides the parts, which no part contains, so that no two lists have one text */
static char *
hash_parts (const char *const *parts, gsize n_parts)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (gsize i = 0; i < n_parts; i++)
    g_checksum_update (checksum, (const guchar *) (parts[i] ? parts[i] : ""), (gssize) (parts[i] ? strlen (parts[i]) : 0) + 1);
  return g_strdup (g_checksum_get_string (checksum));
}

gboolean
postern_api_repeat_read (PosternApiCall *call, GError **error)
{
  const char *key = postern_request_get_header (call->request, FIELD);
  GBytes *body = postern_request_get_body (call->request);
  g_autofree char *body_hash = NULL;

  if (key == NULL || (call->row->kind != POSTERN_API_CREATE && call->row->kind != POSTERN_API_ACTION))
    return TRUE;
  if (!is_key (key))
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, FIELD " must be of 1 to 255 visible ASCII characters");
      return FALSE;
    }
  body_hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, body);
  call->key_hash = hash_parts ((const char *[]){ call->actor, call->bearer ? call->bearer->client_id : NULL, call->bearer ? call->bearer->organization_id : NULL, key }, 4);
  call->request_hash = hash_parts ((const char *[]){ postern_request_get_path (call->request), postern_request_get_query_string (call->request), body_hash }, 3);
  return TRUE;
}

gboolean
postern_api_repeat_look (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternIdempotency) kept = call->key_hash ? postern_idempotency_store_get (txn, call->key_hash, call->now, &failure) : NULL;

  if (!postern_store_pass_missing (&failure, error))
    return FALSE;
  if (kept == NULL)
    return TRUE;
  if (!g_str_equal (kept->request, call->request_hash))
    {
      g_set_error_literal (error, POSTERN_API_ERROR, POSTERN_API_ERROR_KEY_REUSED, "the key was used for another request");
      return FALSE;
    }
  g_clear_pointer (&call->repeated, postern_secret_free);
  call->status = (guint) kept->status;
  call->repeated = postern_idempotency_store_dup_answer (txn, kept, error);
  return call->repeated != NULL;
}

gboolean
postern_api_repeat_keep (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternIdempotency) kept = NULL;
  g_autoptr (GError) failure = NULL;
  char *answer;
  gboolean done;

  if (call->key_hash == NULL)
    return TRUE;
  kept = postern_idempotency_new ();
  kept->hash = g_strdup (call->key_hash);
  kept->request = g_strdup (call->request_hash);
  kept->status = call->result != NULL ? call->status : 204;
  kept->created_at = call->now;
  kept->expires_at = call->now + POSTERN_API_REPEAT_LIFETIME;
  answer = call->result ? postern_json_print (call->result) : NULL;
  done = postern_idempotency_store_insert (txn, kept, answer, &failure);
  postern_secret_free (answer);
  if (done)
    return TRUE;
  if (!g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    g_set_error_literal (error, POSTERN_API_ERROR, POSTERN_API_ERROR_KEY_IN_USE, "a request with this key is being answered; send it again");
  return FALSE;
}
