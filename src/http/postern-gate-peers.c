/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-peers.h"

#include <string.h>

#define SWEEP_FROM 8192     /* entries from which the idle ones are swept out, then at each doubling */
#define SWEEP_AGAIN (15 * G_USEC_PER_SEC) /* and while there are too many to double: each time costs milliseconds under the lock */
#define MAX_ENTRIES 200000  /* beyond, newcomers are not counted: better than to refuse everybody */
#define FORGET_AFTER (60 * G_USEC_PER_SEC)

typedef struct {
  PosternAddress address;
  guint connections;
  double tokens;
  gint64 paid_at;
} Peer;

struct _PosternGatePeers {
  GMutex mutex;
  GHashTable *peers; /* Peer → itself */
  guint sweep_at;
  gint64 swept_at;
};

static guint
peer_hash (gconstpointer data)
{
  guint64 a, b;

  memcpy (&a, data, 8);
  memcpy (&b, (const guint8 *) data + 8, 8);
  a = (a ^ (b >> 29) ^ b) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return (guint) (a >> 32);
}

static gboolean
peer_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (PosternAddress)) == 0;
}

PosternGatePeers *
postern_gate_peers_new (void)
{
  PosternGatePeers *self = g_new0 (PosternGatePeers, 1);

  g_mutex_init (&self->mutex);
  self->peers = g_hash_table_new_full (peer_hash, peer_equal, NULL, g_free);
  self->sweep_at = SWEEP_FROM;
  return self;
}

void
postern_gate_peers_free (PosternGatePeers *self)
{
  g_hash_table_unref (self->peers);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static gboolean
is_idle (gpointer key, gpointer value, gpointer user_data)
{
  const Peer *peer = value;

  return peer->connections == 0 && peer->paid_at < *(gint64 *) user_data;
}

static gboolean
is_due (PosternGatePeers *self, gint64 now)
{
  guint size = g_hash_table_size (self->peers);

  return size >= self->sweep_at || (size >= MAX_ENTRIES && now - self->swept_at >= SWEEP_AGAIN);
}

static void
sweep (PosternGatePeers *self, gint64 now)
{
  gint64 before = now - FORGET_AFTER;

  g_hash_table_foreach_remove (self->peers, is_idle, &before);
  self->sweep_at = MAX (SWEEP_FROM, 2 * g_hash_table_size (self->peers));
  self->swept_at = now;
}

/* The lock is held. (nullable): when there are too many to count */
static Peer *
get_peer (PosternGatePeers *self, const PosternAddress *address, gint64 now)
{
  PosternAddress key = *address;
  Peer *peer;

  postern_address_mask (&key);
  peer = g_hash_table_lookup (self->peers, &key);
  if (peer)
    return peer;
  if (is_due (self, now))
    sweep (self, now);
  if (g_hash_table_size (self->peers) >= MAX_ENTRIES)
    return NULL;
  peer = g_new0 (Peer, 1);
  peer->address = key;
  g_hash_table_add (self->peers, peer);
  return peer;
}

gboolean
postern_gate_peers_enter (PosternGatePeers *self, const PosternAddress *address, guint max)
{
  gboolean may = TRUE;
  Peer *peer;

  g_mutex_lock (&self->mutex);
  peer = get_peer (self, address, g_get_monotonic_time ());
  if (peer && peer->connections >= max)
    may = FALSE;
  else if (peer)
    peer->connections++;
  g_mutex_unlock (&self->mutex);
  return may;
}

void
postern_gate_peers_leave (PosternGatePeers *self, const PosternAddress *address)
{
  PosternAddress key = *address;
  Peer *peer;

  postern_address_mask (&key);
  g_mutex_lock (&self->mutex);
  peer = g_hash_table_lookup (self->peers, &key);
  if (peer && peer->connections > 0)
    peer->connections--;
  g_mutex_unlock (&self->mutex);
}

guint
postern_gate_peers_pay (PosternGatePeers *self, const PosternAddress *address, guint rate, guint burst, gint64 now)
{
  guint wait = 0;
  Peer *peer;

  g_mutex_lock (&self->mutex);
  peer = get_peer (self, address, now);
  if (peer) {
    double gained = peer->paid_at ? (double) (now - peer->paid_at) / G_USEC_PER_SEC * rate : burst;
    peer->tokens = MIN ((double) burst, peer->tokens + gained);
    peer->paid_at = now;
    if (peer->tokens >= 1.0)
      peer->tokens -= 1.0;
    else
      wait = 1 + (guint) ((1.0 - peer->tokens) / rate);
  }
  g_mutex_unlock (&self->mutex);
  return wait;
}
