/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-claims-hook.h"

#include "postern-error.h"
#include "postern-fault.h"
#include "postern-http-client.h"
#include "postern-moment.h"
#include "postern-seal.h"
#include "postern-webhook-signature.h"

#include <string.h>

#define MAX_URL 2000

/* --- keeping one --- */

/* What could never be asked is refused here, and not when somebody signs in. A private address behind a name shows only then. */
static gboolean
check_url (const char *url, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (!postern_fault_check_text ("url", url, 1, MAX_URL, error))
    return FALSE;
  if (strchr (url, '#'))
    return postern_fault (error, "url", "must have no fragment");
  return postern_http_client_check_url (postern_http_client_get_default (), url, &failure) || postern_fault (error, "url", "%s", failure->message);
}

static gboolean
validate (const PosternClaimsHook *hook, const char *secret, GError **error)
{
  if (!check_url (hook->url, error))
    return FALSE;
  if (hook->timeout < POSTERN_CLAIMS_HOOK_TIMEOUT_LEAST || hook->timeout > POSTERN_CLAIMS_HOOK_TIMEOUT_MOST)
    return postern_fault (error, "timeout", "must be from %d to %d milliseconds", POSTERN_CLAIMS_HOOK_TIMEOUT_LEAST, POSTERN_CLAIMS_HOOK_TIMEOUT_MOST);
  if (g_strcmp0 (hook->on_failure, POSTERN_CLAIMS_HOOK_REFUSE) != 0 && g_strcmp0 (hook->on_failure, POSTERN_CLAIMS_HOOK_WITHOUT) != 0)
    return postern_fault (error, "on_failure", "must be one of: refuse without");
  if (secret && !postern_webhook_signature_is_secret (secret))
    return postern_fault (error, "secret", "must be whsec_ and base64 of 24 to 64 bytes");
  return TRUE;
}

gboolean
postern_claims_hook_put (PosternTxn *txn, PosternClaimsHook *hook, const char *secret, GError **error)
{
  g_autoptr (GPtrArray) all = NULL;

  if (!validate (hook, secret, error) || !postern_claims_hook_store_put (txn, hook, secret, error))
    return FALSE;
  all = postern_claims_hook_store_list (txn, error);
  if (all == NULL || all->len <= POSTERN_CLAIMS_HOOK_MAX)
    return all != NULL;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "there are %d claims hooks already, which is the most", POSTERN_CLAIMS_HOOK_MAX);
  return FALSE;
}

/* --- all of them, opened --- */

struct _PosternClaimsHookCache {
  PosternStore *store;
  GMutex lock;       /* guards what follows; never held across a read of the store */
  GHashTable *hooks; /* (nullable): not read yet; owner's id → PosternClaimsHookOpen; never changed once it is here */
  PosternMoment moment;
};

static void
clear (gpointer data)
{
  PosternClaimsHookOpen *self = data;

  g_free (self->url);
  postern_secret_free (self->secret);
}

void
postern_claims_hook_open_unref (PosternClaimsHookOpen *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

PosternClaimsHookCache *
postern_claims_hook_cache_new (PosternStore *store)
{
  PosternClaimsHookCache *self = g_new0 (PosternClaimsHookCache, 1);

  self->store = g_object_ref (store);
  g_mutex_init (&self->lock);
  return self;
}

void
postern_claims_hook_cache_free (PosternClaimsHookCache *self)
{
  g_clear_pointer (&self->hooks, g_hash_table_unref);
  g_object_unref (self->store);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* One that was sealed under another key is there all the same: what comes of it is for its `on_failure` to say. */
static PosternClaimsHookOpen *
open_hook (PosternTxn *txn, const PosternClaimsHook *hook)
{
  PosternClaimsHookOpen *open = g_atomic_rc_box_new0 (PosternClaimsHookOpen);

  open->url = g_strdup (hook->url);
  open->secret = postern_claims_hook_store_dup_secret (txn, hook, NULL);
  open->timeout = (guint) hook->timeout;
  open->refuses = !g_str_equal (hook->on_failure, POSTERN_CLAIMS_HOOK_WITHOUT);
  return open;
}

static gboolean
read_all (PosternTxn *txn, gpointer user_data, GError **error)
{
  GHashTable **hooks = user_data;
  g_autoptr (GPtrArray) all = postern_claims_hook_store_list (txn, error);

  g_clear_pointer (hooks, g_hash_table_unref); /* a transaction may run twice */
  if (all == NULL)
    return FALSE;
  *hooks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) postern_claims_hook_open_unref);
  for (guint i = 0; i < all->len; i++)
    g_hash_table_insert (*hooks, g_strdup (((PosternClaimsHook *) all->pdata[i])->owner_id), open_hook (txn, all->pdata[i]));
  return TRUE;
}

static GHashTable *
take (PosternClaimsHookCache *self, const PosternMoment *now)
{
  GHashTable *hooks = NULL;

  g_mutex_lock (&self->lock);
  if (self->hooks && postern_moment_holds (&self->moment, now))
    hooks = g_hash_table_ref (self->hooks);
  g_mutex_unlock (&self->lock);
  return hooks;
}

static void
put (PosternClaimsHookCache *self, GHashTable *hooks, const PosternMoment *moment)
{
  g_autoptr (GHashTable) old = NULL;

  g_mutex_lock (&self->lock);
  old = self->hooks;
  self->hooks = g_hash_table_ref (hooks);
  self->moment = *moment;
  g_mutex_unlock (&self->lock);
}

gboolean
postern_claims_hook_cache_find (PosternClaimsHookCache *self, const char *owner_id, PosternClaimsHookOpen **hook, GError **error)
{
  PosternMoment now = postern_moment_now (self->store);
  g_autoptr (GHashTable) hooks = take (self, &now);

  if (hooks == NULL) {
    if (!postern_store_read (self->store, POSTERN_KEEP_LASTING, read_all, &hooks, error))
      return FALSE;
    put (self, hooks, &now);
  }
  *hook = g_hash_table_lookup (hooks, owner_id);
  if (*hook)
    g_atomic_rc_box_acquire (*hook);
  return TRUE;
}
