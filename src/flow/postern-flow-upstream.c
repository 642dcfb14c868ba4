/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-upstream.h"

#include "postern-authenticator.h"
#include "postern-error.h"
#include "postern-flow-connector.h"
#include "postern-flow-context.h"
#include "postern-json.h"
#include "postern-seal.h"

#include <string.h>

#define EARLY 60 /* seconds before its end a token is renewed: the asker needs some of them */
#define WAIT (12 * G_TIME_SPAN_SECOND) /* for another thread's refresh; a call to a provider ends within ten */

static GMutex lock;
static GCond done;
static GHashTable *busy; /* ids of identities whose tokens are being refreshed */

static gboolean
fail_none (GError **error, const char *connector_id, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "No token of “%s”: %s", connector_id, why);
  return FALSE;
}

static char *
seal (PosternTenant *tenant, const char *identity_id, GVariant *tokens, GError **error)
{
  char *plain = postern_json_print (tokens);
  char *sealed = postern_seal (postern_tenant_get_store (tenant), "identity", "upstream", identity_id, plain, strlen (plain), error);

  postern_secret_free (plain);
  return sealed;
}

static GVariant *
open_tokens (PosternTenant *tenant, PosternIdentity *identity, GError **error)
{
  gsize length = 0;
  char *plain = postern_unseal (postern_tenant_get_store (tenant), "identity", "upstream", identity->id, identity->upstream, &length, error);
  GVariant *tokens = plain ? postern_json_parse_object (plain, (gssize) length, 0, error) : NULL;

  postern_secret_free (plain);
  return tokens;
}

static PosternInstance *
find_instance (PosternRuntime *runtime, const char *connector_id, GError **error)
{
  PosternInstance *instance = connector_id ? postern_registry_get_instance (postern_runtime_get_registry (runtime), connector_id) : NULL;

  if (instance && POSTERN_IS_CONNECTOR (instance) && postern_settings_get_boolean (postern_instance_get_settings (instance), "keep-tokens"))
    return instance;
  fail_none (error, connector_id ? connector_id : "", "there is no such connector, or its setting keep-tokens is not true");
  return NULL;
}

/* A refresh token that the provider does not say again is kept from before: some tell it once. */
static char *
seal_anew (PosternTenant *tenant, PosternIdentity *identity, GVariant *tokens, GError **error)
{
  g_autoptr (GVariant) old = identity->upstream && !postern_json_get_string (tokens, "refresh_token") ? open_tokens (tenant, identity, NULL) : NULL;
  const char *refresh_token = old ? postern_json_get_string (old, "refresh_token") : NULL;
  g_autoptr (GVariant) all = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, tokens);
  if (refresh_token)
    g_variant_dict_insert (&dict, "refresh_token", "s", refresh_token);
  all = g_variant_ref_sink (g_variant_dict_end (&dict));
  return seal (tenant, identity->id, all, error);
}

gboolean
postern_flow_upstream_touch (PosternFlowContext *context, PosternTxn *txn, PosternSubject *subject, GError **error)
{
  const char *connector_id = context->flow->connector_id;
  g_autoptr (PosternIdentity) identity = postern_identity_store_find (txn, connector_id, postern_subject_get_id (subject), error);
  g_autoptr (GVariant) claims = postern_claims_to_variant (postern_subject_get_claims (subject));
  gboolean kept = find_instance (context->runtime, connector_id, NULL) != NULL;
  GVariant *tokens = kept ? postern_subject_get_upstream_tokens (subject) : NULL;
  g_autofree char *sealed = NULL;

  if (identity == NULL)
    return FALSE;
  if (tokens && (sealed = seal_anew (context->tenant, identity, tokens, error)) == NULL)
    return FALSE;
  return postern_identity_store_touch (txn, identity->id, claims, sealed, postern_flow_context_now (), error);
}

typedef struct {
  const char *user_id, *connector_id;
  PosternIdentity *found; /* (nullable) */
} Search;

/* Of several accounts at one provider the one that was used last. */
static gboolean
search (PosternTxn *txn, gpointer data, GError **error)
{
  Search *self = data;
  g_autoptr (GPtrArray) all = postern_identity_store_list (txn, self->user_id, error);
  PosternIdentity *best = NULL;

  for (guint i = 0; all && i < all->len; i++) {
    PosternIdentity *identity = g_ptr_array_index (all, i);
    if (g_str_equal (identity->connector, self->connector_id) && (!best || identity->used_at >= best->used_at))
      best = identity;
  }
  self->found = best ? postern_identity_ref (best) : NULL;
  return all != NULL;
}

static PosternIdentity *
find_identity (PosternTenant *tenant, const char *user_id, const char *connector_id, GError **error)
{
  Search self = { user_id, connector_id, NULL };

  if (!postern_store_read (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, search, &self, error))
    return NULL;
  if (self.found && self.found->upstream && *self.found->upstream)
    return self.found;
  g_clear_pointer (&self.found, postern_identity_unref);
  fail_none (error, connector_id, "none is kept; the person has not come through it since keep-tokens was switched on");
  return NULL;
}

static gboolean
is_fresh (GVariant *tokens)
{
  gint64 expires_at = postern_json_get_int64 (tokens, "expires_at", 0);

  return expires_at == 0 || postern_flow_context_now () < expires_at - EARLY;
}

typedef struct {
  const char *id, *old, *fresh; /* fresh: (nullable) */
} Replacement;

static gboolean
replace (PosternTxn *txn, gpointer data, GError **error)
{
  Replacement *self = data;

  return postern_identity_store_replace_upstream (txn, self->id, self->old, self->fresh, error);
}

/* Only over what was read: a person who signs in meanwhile brings newer ones. */
static gboolean
store_tokens (PosternTenant *tenant, PosternIdentity *identity, GVariant *tokens, GError **error)
{
  g_autofree char *sealed = tokens ? seal (tenant, identity->id, tokens, error) : NULL;
  Replacement replacement = { identity->id, identity->upstream, sealed };
  g_autoptr (GError) local = NULL;

  if (tokens && !sealed)
    return FALSE;
  return postern_store_write (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, replace, &replacement, &local) || postern_store_pass_missing (&local, error);
}

static GVariant *
ask_provider (PosternInstance *instance, GVariant *tokens, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  GVariant *fresh;
  guint place;
  gboolean said_no;

  if (!postern_flow_connector_enter (instance, postern_flow_context_now (), &place, error))
    return NULL;
  fresh = postern_connector_refresh_tokens (POSTERN_CONNECTOR (instance), tokens, cancellable, &local);
  said_no = g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_INVALID_GRANT) || g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
  postern_flow_connector_leave (instance, place,
                                fresh || said_no                               ? POSTERN_FLOW_BREAKER_GOOD
                                : g_cancellable_is_cancelled (cancellable) ? POSTERN_FLOW_BREAKER_LEFT
                                                                               : POSTERN_FLOW_BREAKER_FAILED,
                                postern_flow_context_now ());
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return fresh;
}

/* With this identity's turn taken. What the provider takes no more is forgotten. */
static GVariant *
refresh (PosternTenant *tenant, PosternInstance *instance, PosternIdentity *identity, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) tokens = open_tokens (tenant, identity, error), fresh = NULL;
  const char *id = postern_instance_get_id (instance);
  g_autoptr (GError) local = NULL;

  if (!tokens || is_fresh (tokens))
    return g_steal_pointer (&tokens);
  fresh = ask_provider (instance, tokens, cancellable, &local);
  if (fresh)
    return store_tokens (tenant, identity, fresh, error) ? g_steal_pointer (&fresh) : NULL;
  if (g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_INVALID_GRANT)) {
    if (store_tokens (tenant, identity, NULL, error))
      fail_none (error, id, "the provider takes it no more; the person must sign in through it again");
  } else if (g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND)) {
    fail_none (error, id, "it has expired and cannot be refreshed; the person must sign in through it again");
  } else {
    g_propagate_error (error, g_steal_pointer (&local));
  }
  return NULL;
}

static gboolean
take_turn (const char *id)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  gint64 end = g_get_monotonic_time () + WAIT;

  if (!busy)
    busy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  while (g_hash_table_contains (busy, id))
    if (!g_cond_wait_until (&done, &lock, end))
      return FALSE;
  return g_hash_table_add (busy, g_strdup (id));
}

static void
give_turn (const char *id)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  g_hash_table_remove (busy, id);
  g_cond_broadcast (&done);
}

GVariant *
postern_flow_upstream_read (PosternRuntime *runtime, PosternTenant *tenant, const char *user_id, const char *connector_id,
                            GCancellable *cancellable, GError **error)
{
  PosternInstance *instance = find_instance (runtime, connector_id, error);
  g_autoptr (PosternIdentity) identity = instance ? find_identity (tenant, user_id, connector_id, error) : NULL;
  g_autoptr (PosternIdentity) again = NULL;
  g_autoptr (GVariant) tokens = identity ? open_tokens (tenant, identity, error) : NULL;

  if (!tokens || is_fresh (tokens))
    return g_steal_pointer (&tokens);
  g_clear_pointer (&tokens, g_variant_unref);
  if (!take_turn (identity->id)) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "The token of “%s” is still being refreshed", connector_id);
    return NULL;
  }
  again = find_identity (tenant, user_id, connector_id, error); /* whoever had the turn before may have done it */
  tokens = again ? refresh (tenant, instance, again, cancellable, error) : NULL;
  give_turn (identity->id);
  return g_steal_pointer (&tokens);
}
