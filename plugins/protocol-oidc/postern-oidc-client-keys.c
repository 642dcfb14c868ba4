/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-client-keys.h"

#include "postern-http-client.h"
#include "postern-json.h"

#define KEEP 300        /* seconds a fetched set serves */
#define RETRY 30        /* seconds between two fetches of one address, whatever tokens ask for */
#define MAX_SETS 1000   /* addresses kept; beyond it all are dropped, which only costs fetches */
#define MAX_BYTES (256 * 1024)
#define MAX_FETCHES 4   /* under way at once: an application whose server hangs must not hold all handler threads */
#define MAX_WAITING 4   /* for another's fetch of the same address */
#define PATIENCE (10 * G_TIME_SPAN_SECOND)

typedef struct {
  PosternJwkSet *keys; /* (nullable): the last fetch failed */
  gint64 fetched_at;   /* seconds, monotonic; 0: never */
  gboolean fetching;
} Entry;

static GMutex lock; /* guards what follows */
static GCond fetched;
static GHashTable *entries; /* (element-type utf8 Entry): by jwks_uri */
static guint fetches, waiting;

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

/* The lock is held. */
static Entry *
get_entry (const char *uri)
{
  Entry *entry;

  if (!entries)
    entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  entry = g_hash_table_lookup (entries, uri);
  if (entry)
    return entry;
  if (g_hash_table_size (entries) >= MAX_SETS)
    g_hash_table_remove_all (entries);
  entry = g_new0 (Entry, 1);
  g_hash_table_insert (entries, g_strdup (uri), entry);
  return entry;
}

/* The entry answers, even if with nothing; no fetch is wanted. */
static gboolean
is_fresh (Entry *entry, const char *kid)
{
  gint64 age = entry->fetched_at ? seconds () - entry->fetched_at : G_MAXINT64;

  return age < RETRY || (age < KEEP && entry->keys && has_kid (entry->keys, kid));
}

/* Who comes while the same is fetched waits for that, as long as not too many do. The lock is held. */
static Entry *
wait_for_others (const char *uri, const char *kid)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;
  Entry *entry = get_entry (uri);
  gboolean in_time = TRUE;

  while (entry->fetching && !is_fresh (entry, kid) && waiting < MAX_WAITING && in_time) {
    waiting++;
    in_time = g_cond_wait_until (&fetched, &lock, until);
    waiting--;
    entry = get_entry (uri);
  }
  return entry;
}

/* @known: (out) (transfer full) (nullable). TRUE: the caller is to fetch, and to say how that went with end_fetch(). */
static gboolean
begin_fetch (const char *uri, const char *kid, PosternJwkSet **known)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  Entry *entry = wait_for_others (uri, kid);
  gboolean wanted = !is_fresh (entry, kid) && !entry->fetching && fetches < MAX_FETCHES;

  *known = entry->keys ? g_object_ref (entry->keys) : NULL;
  if (wanted)
    fetches++;
  entry->fetching = entry->fetching || wanted;
  return wanted;
}

/* A failed fetch keeps the keys that were known. */
static void
end_fetch (const char *uri, PosternJwkSet *keys)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  Entry *entry = get_entry (uri);

  if (keys)
    g_set_object (&entry->keys, keys);
  entry->fetched_at = seconds ();
  entry->fetching = FALSE;
  fetches--;
  g_cond_broadcast (&fetched);
}

/* Not cut short when its asker leaves: others wait for it, and a stranger who left would have the keys missed for half a minute. */
static PosternJwkSet *
fetch (const char *uri)
{
  guint status = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = postern_http_client_send (postern_http_client_get_default (), "GET", uri, NULL, NULL, NULL,
                                                      MAX_BYTES, &status, NULL, NULL, &error);
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
postern_oidc_client_keys_dup (PosternClient *client, const char *kid)
{
  g_autoptr (PosternJwkSet) known = NULL;
  PosternJwkSet *keys;

  if (client->jwks)
    return g_object_ref (client->jwks);
  if (!client->jwks_uri)
    return NULL;
  if (!begin_fetch (client->jwks_uri, kid, &known))
    return g_steal_pointer (&known);
  keys = fetch (client->jwks_uri);
  end_fetch (client->jwks_uri, keys);
  return keys ? keys : g_steal_pointer (&known);
}
