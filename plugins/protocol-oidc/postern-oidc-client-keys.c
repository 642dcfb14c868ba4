/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-client-keys.h"

#include "postern-http-client.h"
#include "postern-json.h"

#define KEEP 300        /* seconds a fetched set serves */
#define RETRY 30        /* seconds between two fetches of one address, whatever tokens ask for */
#define MAX_SETS 1000   /* addresses kept; beyond it all are dropped, which only costs fetches */
#define MAX_BYTES (256 * 1024)

typedef struct {
  PosternJwkSet *keys; /* (nullable): the last fetch failed */
  gint64 fetched_at;   /* seconds, monotonic */
} Entry;

G_LOCK_DEFINE_STATIC (entries);
static GHashTable *entries; /* (element-type utf8 Entry): by jwks_uri */

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_clear_object (&entry->keys);
  g_free (entry);
}

static gint64
seconds (void)
{
  return g_get_monotonic_time () / G_USEC_PER_SEC;
}

static gboolean
has_kid (PosternJwkSet *keys, const char *kid)
{
  for (guint i = 0; i < postern_jwk_set_get_n_keys (keys); i++)
    if (g_strcmp0 (postern_jwk_get_kid (postern_jwk_set_get_key (keys, i)), kid) == 0)
      return TRUE;
  return kid == NULL;
}

/* @fresh (out): the entry answers, even if with nothing; no fetch is wanted. */
static PosternJwkSet *
look_up (const char *uri, const char *kid, gboolean *fresh)
{
  Entry *entry;
  gint64 age;

  G_LOCK (entries);
  entry = entries ? g_hash_table_lookup (entries, uri) : NULL;
  age = entry ? seconds () - entry->fetched_at : G_MAXINT64;
  *fresh = age < RETRY || (age < KEEP && entry->keys && has_kid (entry->keys, kid));
  PosternJwkSet *keys = entry && entry->keys ? g_object_ref (entry->keys) : NULL;
  G_UNLOCK (entries);
  return keys;
}

/* A failed fetch keeps the keys that were known. */
static void
keep (const char *uri, PosternJwkSet *keys)
{
  Entry *entry;

  G_LOCK (entries);
  if (!entries)
    entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  if (g_hash_table_size (entries) >= MAX_SETS)
    g_hash_table_remove_all (entries);
  entry = g_hash_table_lookup (entries, uri);
  if (!entry) {
    entry = g_new0 (Entry, 1);
    g_hash_table_insert (entries, g_strdup (uri), entry);
  }
  if (keys)
    g_set_object (&entry->keys, keys);
  entry->fetched_at = seconds ();
  G_UNLOCK (entries);
}

static PosternJwkSet *
fetch (const char *uri, GCancellable *cancellable)
{
  guint status = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = postern_http_client_send (postern_http_client_get_default (), "GET", uri, NULL, NULL, NULL,
                                                      MAX_BYTES, &status, NULL, cancellable, &error);
  g_autoptr (GVariant) model = NULL;
  gsize length;
  const char *text = body ? g_bytes_get_data (body, &length) : NULL;

  if (text && status == 200)
    model = postern_json_parse_object (text, (gssize) length, MAX_BYTES, &error);
  if (!model) {
    g_message ("The keys of an application cannot be read from %s: %s", uri, error ? error->message : "no answer with status 200");
    return NULL;
  }
  return postern_jwk_set_new_from_variant (model, NULL);
}

PosternJwkSet *
postern_oidc_client_keys_dup (PosternClient *client, const char *kid, GCancellable *cancellable)
{
  g_autoptr (PosternJwkSet) known = NULL;
  g_autoptr (PosternJwkSet) fetched = NULL;
  gboolean fresh;

  if (client->jwks)
    return g_object_ref (client->jwks);
  if (!client->jwks_uri)
    return NULL;
  known = look_up (client->jwks_uri, kid, &fresh);
  if (fresh)
    return g_steal_pointer (&known);
  fetched = fetch (client->jwks_uri, cancellable);
  keep (client->jwks_uri, fetched);
  return fetched ? g_steal_pointer (&fetched) : g_steal_pointer (&known);
}
