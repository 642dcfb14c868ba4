/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-identity-fixture.h"
#include "postern-key-ring.h"

#include "postern-error.h"
#include "postern-jwt.h"

#define ALG POSTERN_JOSE_ALG_ES256
#define DAY (24 * 3600)

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static PosternKeyRing *
new_ring (PosternStore *store)
{
  g_autoptr (GError) error = NULL;
  PosternKeyRing *ring = postern_key_ring_new (store, &error);

  g_assert_no_error (error);

  return ring;
}

static char *
current_kid (PosternKeyRing *ring)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternJwk) key = postern_key_ring_dup_current (ring, ALG, &error);

  g_assert_no_error (error);

  return g_strdup (postern_jwk_get_kid (key));
}

static guint
count_public (PosternKeyRing *ring)
{
  g_autoptr (PosternJwkSet) set = postern_key_ring_dup_public (ring);

  return postern_jwk_set_get_n_keys (set);
}

static void
test_first_use (void)
{
  PosternStore *store = fixture_open ();
  g_autoptr (PosternKeyRing) ring = new_ring (store);
  g_autoptr (PosternJwk) key = postern_key_ring_peek_current (ring, ALG);
  g_autoptr (PosternJwkSet) set = NULL;
  g_autofree char *kid = NULL, *token = NULL;
  g_autoptr (GBytes) payload = NULL;
  const PosternJoseAlg alg = ALG;

  g_assert_null (key); /* peeking makes nothing */
  g_assert_cmpuint (count_public (ring), ==, 0);
  kid = current_kid (ring);
  key = postern_key_ring_peek_current (ring, ALG);
  g_assert_cmpstr (postern_jwk_get_kid (key), ==, kid);
  set = postern_key_ring_dup_public (ring);
  g_assert_cmpuint (postern_jwk_set_get_n_keys (set), ==, 2); /* current and next */
  g_assert_cmpstr (postern_jwk_get_kid (postern_jwk_set_get_key (set, 0)), ==, kid);

  token = postern_jws_sign (key, ALG, NULL, "x", 1, NULL);
  payload = postern_jws_verify (token, -1, set, &alg, 1, NULL, NULL);
  g_assert_nonnull (payload);
  g_assert_null (postern_jws_sign (postern_jwk_set_get_key (set, 0), ALG, NULL, "x", 1,
                                   NULL)); /* nothing private is shown */
  g_assert_null (postern_key_ring_dup_current (ring, POSTERN_JOSE_ALG_HS256, NULL));
  g_assert_null (postern_key_ring_peek_current (ring, 1000));
  g_clear_object (&ring);
  fixture_close (store, TRUE);
}

static void
test_survives (void)
{
  PosternStore *store = fixture_open ();
  PosternKeyRing *ring = new_ring (store);
  g_autofree char *kid = current_kid (ring), *again = NULL;

  g_object_unref (ring);
  fixture_close (store, FALSE);
  store = fixture_open ();
  ring = new_ring (store);
  again = current_kid (ring);
  g_assert_cmpstr (again, ==, kid);
  g_object_unref (ring);
  fixture_close (store, TRUE);
}

static void
test_rotate (void)
{
  PosternStore *store = fixture_open ();
  g_autoptr (PosternKeyRing) ring = new_ring (store);
  g_autoptr (GError) error = NULL;
  g_autofree char *first = current_kid (ring), *second = NULL, *announced = NULL;
  g_autoptr (PosternJwkSet) before = postern_key_ring_dup_public (ring);
  g_autoptr (PosternJwkSet) after = NULL;

  announced = g_strdup (postern_jwk_get_kid (postern_jwk_set_get_key (before, 1)));
  postern_key_ring_rotate (ring, ALG, &error);
  g_assert_no_error (error);
  second = current_kid (ring);
  g_assert_cmpstr (second, ==, announced); /* the one that was shown before signs now */
  after = postern_key_ring_dup_public (ring);
  g_assert_cmpuint (postern_jwk_set_get_n_keys (after), ==, 3);
  g_assert_nonnull (postern_jwk_set_find (after, first, ALG)); /* what it signed still verifies */
  g_clear_object (&ring);
  fixture_close (store, TRUE);
}

static void
test_schedule (void)
{
  PosternStore *store = fixture_open ();
  g_autoptr (PosternKeyRing) ring = new_ring (store);
  g_autoptr (GError) error = NULL;
  g_autofree char *first = current_kid (ring), *kid = NULL, *second = NULL;
  guint64 written;

  written = postern_store_get_generation (store);
  postern_key_ring_maintain (ring, now () + 89 * DAY, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (postern_store_get_generation (store), ==, written); /* who only looks writes nothing */
  kid = current_kid (ring);
  g_assert_cmpstr (kid, ==, first);

  postern_key_ring_maintain (ring, now () + 91 * DAY, &error);
  g_assert_no_error (error);
  second = current_kid (ring);
  g_assert_cmpstr (second, !=, first);
  g_assert_cmpuint (count_public (ring), ==, 3);

  postern_key_ring_maintain (ring, now () + 91 * DAY + 3600, &error);
  g_assert_cmpuint (count_public (ring), ==, 3);
  postern_key_ring_maintain (ring, now () + (91 + 32) * DAY, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_public (ring), ==, 2); /* the first one is gone */
  g_clear_object (&ring);
  fixture_close (store, TRUE);
}

static gboolean
delete_next (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) rows = postern_key_store_list (txn, error);

  for (guint i = 0; rows != NULL && i < rows->len; i++) {
    PosternKey *row = g_ptr_array_index (rows, i);

    if (g_str_equal (row->state, "next"))
      return postern_key_store_delete (txn, row->kid, error);
  }

  return FALSE;
}

static void
test_repair (void)
{
  PosternStore *store = fixture_open ();
  g_autoptr (PosternKeyRing) ring = new_ring (store);
  g_autoptr (GError) error = NULL;
  g_autofree char *kid = current_kid (ring);

  fixture_write (store, delete_next, NULL);
  postern_key_ring_maintain (ring, now (), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_public (ring), ==, 2);

  fixture_write (store, delete_next, NULL);
  postern_key_ring_rotate (ring, ALG, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_public (ring), ==, 2); /* previous and the new current */
  g_clear_object (&ring);
  fixture_close (store, TRUE);
}

/* Two stores over one file stand for two processes. */
static void
test_other_process (void)
{
  PosternStore *store = fixture_open (), *other_store = fixture_open ();
  g_autoptr (PosternKeyRing) ring = new_ring (store), other = new_ring (other_store);
  g_autoptr (GError) error = NULL;
  g_autofree char *kid = current_kid (ring), *other_kid = NULL, *rotated = NULL;
  g_autoptr (PosternJwk) peeked = NULL;

  g_usleep (1100 * 1000); /* longer than a look lasts, and than the store needs to see the other's commit */
  g_assert_null (postern_key_ring_peek_current (other, ALG));
  other_kid = current_kid (other);
  g_assert_cmpstr (other_kid, ==, kid); /* not a second one of its own */

  postern_key_ring_rotate (ring, ALG, &error);
  g_assert_no_error (error);
  g_usleep (1100 * 1000);
  peeked = postern_key_ring_peek_current (other, ALG);
  g_assert_null (peeked); /* out of date: the caller goes the slow way */
  g_free (other_kid);
  other_kid = current_kid (other);
  rotated = current_kid (ring);
  g_assert_cmpstr (other_kid, ==, rotated);
  peeked = postern_key_ring_peek_current (other, ALG);
  g_assert_nonnull (peeked);

  g_clear_object (&ring);
  g_clear_object (&other);
  fixture_close (other_store, FALSE);
  fixture_close (store, TRUE);
}

/* Between two looks: a token that the other has just signed with a key that was made behind the last one. */
static void
test_unknown (void)
{
  PosternStore *store = fixture_open (), *other_store = fixture_open ();
  g_autoptr (PosternKeyRing) ring = new_ring (store), other = new_ring (other_store);
  g_autofree char *kid = NULL;
  g_autoptr (PosternJwkSet) before = postern_key_ring_dup_public (other), found = NULL, made_up = NULL;

  kid = current_kid (ring);
  g_assert_null (postern_jwk_set_find (before, kid, ALG));
  g_usleep (20 * 1000);
  found = postern_key_ring_dup_public_with (other, kid);
  g_assert_nonnull (postern_jwk_set_find (found, kid, ALG));
  made_up = postern_key_ring_dup_public_with (other, "nobody's");
  g_assert_cmpuint (postern_jwk_set_get_n_keys (made_up), ==, postern_jwk_set_get_n_keys (found));

  g_clear_object (&ring);
  g_clear_object (&other);
  fixture_close (other_store, FALSE);
  fixture_close (store, TRUE);
}

static gpointer
use_ring (gpointer data)
{
  for (guint i = 0; i < 200; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (PosternJwk) key = postern_key_ring_dup_current (data, ALG, &error);
    g_autoptr (PosternJwkSet) set = postern_key_ring_dup_public (data);

    if (key == NULL || postern_jwk_set_find (set, postern_jwk_get_kid (key), ALG) == NULL)
      return GINT_TO_POINTER (1);
    if (i % 50 == 0)
      postern_key_ring_rotate (data, ALG, &error);
  }

  return NULL;
}

static void
test_threads (void)
{
  PosternStore *store = fixture_open ();
  g_autoptr (PosternKeyRing) ring = new_ring (store);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("ring", use_ring, ring);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_null (g_thread_join (threads[i]));
  g_clear_object (&ring);
  fixture_close (store, TRUE);
}

/* A key that was sealed under another master key must stop the start, with words that help. */
static void
test_wrong_master_key (void)
{
  PosternStore *store = fixture_open ();
  PosternKeyRing *ring = new_ring (store);
  g_autofree char *kid = current_kid (ring);
  g_autoptr (PosternDatabase) database = NULL;
  g_autoptr (GBytes) key = g_bytes_new_static ("ffffffffffffffffffffffffffffffff", 32);
  g_autoptr (GError) error = NULL;
  PosternStore *wrong;

  g_object_unref (ring);
  fixture_close (store, FALSE);
  database = g_object_new (POSTERN_TYPE_DATABASE_SQLITE, NULL);
  wrong = postern_store_open (database, key, fixture_location, "default", &error);
  g_assert_no_error (error);
  g_assert_null (postern_key_ring_new (wrong, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  fixture_close (wrong, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/key-ring/first-use", test_first_use);
  g_test_add_func ("/key-ring/survives", test_survives);
  g_test_add_func ("/key-ring/rotate", test_rotate);
  g_test_add_func ("/key-ring/schedule", test_schedule);
  g_test_add_func ("/key-ring/repair", test_repair);
  g_test_add_func ("/key-ring/other-process", test_other_process);
  g_test_add_func ("/key-ring/unknown", test_unknown);
  g_test_add_func ("/key-ring/threads", test_threads);
  g_test_add_func ("/key-ring/wrong-master-key", test_wrong_master_key);

  return g_test_run ();
}
