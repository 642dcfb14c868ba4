/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-key-ring.h"

#include "postern-error.h"
#include "postern-key-ring-store.h"

#define DAY          (24 * 3600)
#define SIGNS_FOR    (90 * DAY) /* then the next key takes over */
#define SHOWN_BEFORE DAY        /* so that who caches our keys has the next one before it signs */
#define SHOWN_AFTER                                                                                          \
  (31 * DAY) /* longer than any access or ID token may live (postern-application.c, postern-policy.c) */
#define LOOK_AGAIN (G_USEC_PER_SEC / 20) /* how late another process's rotation may be seen */
#define LOOK_FOR_UNKNOWN (G_USEC_PER_SEC / 100) /* how often strangers who make keys up have the store read for nothing */
#define N_ALGS     (POSTERN_JOSE_ALG_HS512 + 1)

/* A row of the store with its keys read. */
typedef struct {
  char *kid;
  PosternJoseAlg alg;
  gboolean is_current;
  PosternJwk *public;
  PosternJwk *private; /* (nullable): read only when it signs */
} Entry;

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_free (self->kid);
  g_clear_object (&self->public);
  g_clear_object (&self->private);
  g_free (self);
}

struct _PosternKeyRing {
  GObject parent_instance;
  PosternStore *store;
  char *holder; /* our name at the lease */

  GMutex work; /* held while keys are made, rotated or read from the store; before @lock */

  GMutex lock; /* guards what follows; held only to look or to swap */
  GPtrArray *entries;
  PosternJwkSet *public;
  PosternJwk *current[N_ALGS]; /* borrowed from @entries */
  guint64 generation;
  gint64 looked_at; /* monotonic */
};

G_DEFINE_FINAL_TYPE (PosternKeyRing, postern_key_ring, G_TYPE_OBJECT)

static void
postern_key_ring_finalize (GObject *object)
{
  PosternKeyRing *self = POSTERN_KEY_RING (object);

  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_object (&self->public);
  g_clear_object (&self->store);
  g_free (self->holder);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->work);
  G_OBJECT_CLASS (postern_key_ring_parent_class)->finalize (object);
}

static void
postern_key_ring_class_init (PosternKeyRingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_key_ring_finalize;
}

static void
postern_key_ring_init (PosternKeyRing *self)
{
  g_mutex_init (&self->work);
  g_mutex_init (&self->lock);
  self->holder = postern_id_new ("rng");
}

static gint64
get_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* --- reading from the store, under @work
 * -------------------------------------------------------------------------- */

static Entry *
find_entry (PosternKeyRing *self, const char *kid)
{
  for (guint i = 0; self->entries != NULL && i < self->entries->len; i++) {
    Entry *entry = g_ptr_array_index (self->entries, i);

    if (g_str_equal (entry->kid, kid))
      return entry;
  }

  return NULL;
}

/* Opening a key costs far more than reading its row, so what is open stays open. Only @work may change
 * @entries: no @lock here. */
static Entry *
read_entry (PosternKeyRing *self, PosternKey *row, GError **error)
{
  Entry *known = find_entry (self, row->kid), *entry = g_new0 (Entry, 1);

  entry->kid = g_strdup (row->kid);
  entry->alg = postern_jose_alg_from_string (row->alg);
  entry->is_current = g_str_equal (row->state, "current");
  entry->public =
      known ? g_object_ref (known->public) : postern_jwk_new_from_variant (row->public_jwk, FALSE, error);
  if (entry->public != NULL && entry->is_current)
    entry->private = known && known->private ? g_object_ref (known->private)
                                             : postern_key_ring_store_open (self->store, row, error);
  if (entry->public == NULL || (entry->is_current && entry->private == NULL))
    g_clear_pointer (&entry, entry_free);

  return entry;
}

static GPtrArray *
read_entries (PosternKeyRing *self, GError **error)
{
  g_autoptr (GPtrArray) rows = postern_key_ring_store_list (self->store, error);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);

  for (guint i = 0; rows != NULL && i < rows->len; i++) {
    PosternKey *row = g_ptr_array_index (rows, i);
    Entry *entry;

    if (g_str_equal (row->state, "retired") || !g_str_equal (row->use, POSTERN_KEY_USE_TOKENS))
      continue;
    entry = read_entry (self, row, error);
    if (entry == NULL)
      return NULL;
    g_ptr_array_add (entries, entry);
  }

  return rows ? g_steal_pointer (&entries) : NULL;
}

/* The keys that sign come first: the simplest of clients take the first that fits. */
static PosternJwkSet *
make_public_set (GPtrArray *entries)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  for (int current = 1; current >= 0; current--)
    for (guint i = 0; i < entries->len; i++) {
      Entry *entry = g_ptr_array_index (entries, i);

      if (entry->is_current == (gboolean)current)
        g_ptr_array_add (keys, entry->public);
    }

  return postern_jwk_set_new (keys);
}

/* The generation is asked before the rows are read: a change in between is then seen at the next look, never
 * missed. */
static gboolean
refresh (PosternKeyRing *self, GError **error)
{
  guint64 generation = postern_store_get_generation (self->store);
  g_autoptr (GPtrArray) entries = read_entries (self, error);
  g_autoptr (GPtrArray) old_entries = NULL;
  g_autoptr (PosternJwkSet) old_public = NULL, public = NULL;

  if (entries == NULL)
    return FALSE;

  public = make_public_set (entries);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < N_ALGS; i++)
    self->current[i] = NULL;
  for (guint i = 0; i < entries->len; i++) {
    Entry *entry = g_ptr_array_index (entries, i);

    if (entry->is_current)
      self->current[entry->alg] = entry->private;
  }
  old_entries = g_steal_pointer (&self->entries);
  old_public = g_steal_pointer (&self->public);
  self->entries = g_steal_pointer (&entries);
  self->public = g_steal_pointer (&public);
  self->generation = generation;
  self->looked_at = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);

  return TRUE;
}

PosternKeyRing *
postern_key_ring_new (PosternStore *store, GError **error)
{
  g_autoptr (PosternKeyRing) self = g_object_new (POSTERN_TYPE_KEY_RING, NULL);

  self->store = g_object_ref (store);

  return refresh (self, error) ? g_steal_pointer (&self) : NULL;
}

/* --- looking
 * ---------------------------------------------------------------------------------------------------- */

/* Under @lock. The clock is asked only when something changed. */
static gboolean
is_fresh (PosternKeyRing *self, guint64 generation)
{
  return generation == self->generation || g_get_monotonic_time () - self->looked_at < LOOK_AGAIN;
}

/* @any: also when it may be out of date */
static PosternJwk *
take_current (PosternKeyRing *self, PosternJoseAlg alg, gboolean any)
{
  guint64 generation = postern_store_get_generation (self->store);
  PosternJwk *key = NULL;

  if (alg <= POSTERN_JOSE_ALG_UNKNOWN || alg >= N_ALGS)
    return NULL;

  g_mutex_lock (&self->lock);
  if (self->current[alg] != NULL && (any || is_fresh (self, generation)))
    key = g_object_ref (self->current[alg]);
  g_mutex_unlock (&self->lock);

  return key;
}

static PosternJwkSet *
take_public (PosternKeyRing *self, gboolean any)
{
  guint64 generation = postern_store_get_generation (self->store);
  PosternJwkSet *set = NULL;

  g_mutex_lock (&self->lock);
  if (any || is_fresh (self, generation))
    set = g_object_ref (self->public);
  g_mutex_unlock (&self->lock);

  return set;
}

PosternJwk *
postern_key_ring_peek_current (PosternKeyRing *self, PosternJoseAlg alg)
{
  return take_current (self, alg, FALSE);
}

PosternJwkSet *
postern_key_ring_peek_public (PosternKeyRing *self)
{
  return take_public (self, FALSE);
}

PosternJwkSet *
postern_key_ring_dup_public (PosternKeyRing *self)
{
  g_autoptr (GError) problem = NULL;
  PosternJwkSet *set = take_public (self, FALSE);

  if (set != NULL)
    return set;

  /* whoever holds @work is about to bring news anyway: it is not waited for */
  if (g_mutex_trylock (&self->work)) {
    if (!refresh (self, &problem))
      g_warning ("The signing keys could not be read again, the ones known before are published: %s",
                 problem->message);
    g_mutex_unlock (&self->work);
  }

  return take_public (self, TRUE);
}

/* Under @lock. */
static gboolean
must_look_for (PosternKeyRing *self, const char *kid, guint64 generation)
{
  if (find_entry (self, kid) != NULL)
    return FALSE;

  return generation != self->generation || g_get_monotonic_time () - self->looked_at > LOOK_FOR_UNKNOWN;
}

PosternJwkSet *
postern_key_ring_dup_public_with (PosternKeyRing *self, const char *kid)
{
  guint64 generation = postern_store_get_generation (self->store);
  g_autoptr (GError) problem = NULL;
  gboolean look;

  g_mutex_lock (&self->work);
  g_mutex_lock (&self->lock);
  look = must_look_for (self, kid, generation);
  g_mutex_unlock (&self->lock);
  if (look && !refresh (self, &problem))
    g_warning ("The signing keys could not be read again: %s", problem->message);
  g_mutex_unlock (&self->work);

  return take_public (self, TRUE);
}

/* --- making and rotating
 * ------------------------------------------------------------------------------------------ */

/* Under @work. Another process may be faster: then its keys are as good as ours. */
static gboolean
make_pair (PosternKeyRing *self, PosternJoseAlg alg, GError **error)
{
  g_autoptr (PosternKey) current =
      postern_key_ring_store_make (self->store, POSTERN_KEY_USE_TOKENS, alg, "current", get_now (), error);
  g_autoptr (PosternKey) next =
      current ? postern_key_ring_store_make (self->store, POSTERN_KEY_USE_TOKENS, alg, "next", get_now (), error) : NULL;
  g_autoptr (GError) problem = NULL;

  if (next == NULL)
    return FALSE;
  if (!postern_key_ring_store_insert (self->store, current, next, &problem) &&
      !g_error_matches (problem, POSTERN_ERROR, POSTERN_ERROR_CONFLICT)) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }

  return refresh (self, error);
}

/* Under @work. */
static PosternJwk *
look_or_make (PosternKeyRing *self, PosternJoseAlg alg, GError **error)
{
  PosternJwk *key = take_current (self, alg, FALSE);

  if (key != NULL)
    return key;
  if (!refresh (self, error))
    return NULL;
  key = take_current (self, alg, TRUE);
  if (key != NULL)
    return key;
  if (!make_pair (self, alg, error))
    return NULL;
  key = take_current (self, alg, TRUE);
  if (key == NULL)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED,
                 "There is no current signing key for %s: rotate it", postern_jose_alg_to_string (alg));

  return key;
}

PosternJwk *
postern_key_ring_dup_current (PosternKeyRing *self, PosternJoseAlg alg, GError **error)
{
  PosternJwk *key = take_current (self, alg, FALSE);

  if (key != NULL)
    return key;
  if (!g_mutex_trylock (&self->work)) {
    key = take_current (self, alg, TRUE);
    if (key != NULL)
      return key;
    g_mutex_lock (&self->work);
  }
  key = look_or_make (self, alg, error);
  g_mutex_unlock (&self->work);

  return key;
}

/* Under @work. */
static gboolean
rotate (PosternKeyRing *self, PosternJoseAlg alg, gint64 now, GError **error)
{
  g_autoptr (PosternKey) fresh = NULL;
  gboolean has_current;

  if (!refresh (self, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  has_current = alg > POSTERN_JOSE_ALG_UNKNOWN && alg < N_ALGS && self->current[alg] != NULL;
  g_mutex_unlock (&self->lock);
  if (!has_current)
    return make_pair (self, alg, error);

  fresh = postern_key_ring_store_make (self->store, POSTERN_KEY_USE_TOKENS, alg, "next", now, error);

  return fresh != NULL && postern_key_ring_store_rotate (self->store, fresh, now, now + SHOWN_AFTER, error) &&
         refresh (self, error);
}

gboolean
postern_key_ring_rotate (PosternKeyRing *self, PosternJoseAlg alg, GError **error)
{
  gboolean good;

  g_mutex_lock (&self->work);
  good = rotate (self, alg, get_now (), error);
  g_mutex_unlock (&self->work);

  return good;
}

typedef enum { NOTHING, DELETE, MAKE_NEXT, ROTATE } Need;

static Need
find_need (GPtrArray *rows, const PosternKey *row, gint64 now)
{
  PosternKey *next;

  if (g_str_equal (row->state, "previous") && row->expires_at > 0 && row->expires_at <= now)
    return DELETE;
  if (!g_str_equal (row->use, POSTERN_KEY_USE_TOKENS) || !g_str_equal (row->state, "current"))
    return NOTHING;
  next = postern_key_ring_store_find (rows, row->use, row->alg, "next");
  if (next == NULL)
    return MAKE_NEXT;
  return now - row->activated_at < SIGNS_FOR || now - next->created_at < SHOWN_BEFORE ? NOTHING : ROTATE;
}

/* On most days there is nothing to do: then nothing is written, the lease neither. */
static gboolean
has_need (GPtrArray *rows, gint64 now)
{
  for (guint i = 0; i < rows->len; i++)
    if (find_need (rows, rows->pdata[i], now) != NOTHING)
      return TRUE;
  return FALSE;
}

/* Under @work and the lease, with which went what was to be deleted. */
static gboolean
care_for (PosternKeyRing *self, GPtrArray *rows, PosternKey *row, gint64 now, GError **error)
{
  PosternJoseAlg alg = postern_jose_alg_from_string (row->alg);
  Need need = find_need (rows, row, now);
  g_autoptr (PosternKey) fresh = NULL;

  if (need == ROTATE)
    return rotate (self, alg, now, error);
  if (need != MAKE_NEXT)
    return TRUE;
  fresh = postern_key_ring_store_make (self->store, POSTERN_KEY_USE_TOKENS, alg, "next", now, error);

  return fresh != NULL && postern_key_ring_store_insert (self->store, fresh, NULL, error);
}

static gboolean
maintain (PosternKeyRing *self, gint64 now, GError **error)
{
  g_autoptr (GPtrArray) before = postern_key_ring_store_list (self->store, error), rows = NULL;
  gboolean held;

  if (before == NULL || !has_need (before, now))
    return before != NULL && refresh (self, error);
  if (!postern_key_ring_store_sweep (self->store, self->holder, now, &held, error))
    return FALSE;
  if (!held)
    return TRUE;

  rows = postern_key_ring_store_list (self->store, error);
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    if (!care_for (self, rows, rows->pdata[i], now, error))
      return FALSE;

  return rows != NULL && refresh (self, error);
}

gboolean
postern_key_ring_maintain (PosternKeyRing *self, gint64 now, GError **error)
{
  gboolean good;

  g_mutex_lock (&self->work);
  good = maintain (self, now, error);
  g_mutex_unlock (&self->work);

  return good;
}
