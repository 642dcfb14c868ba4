/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

/* Rows that are written and looked for many at a time. */
#define MANY 107 /* no round number, and more than any driver takes at once */

static GPtrArray *
new_users (const char *name)
{
  GPtrArray *users = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_user_unref);

  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *username = g_strdup_printf ("%s%u", name, i), *email = i % 3 ? NULL : g_strdup_printf ("%s%u@example.org", name, i);
      PosternUser *user = storage_kit_new_user (username, email, NULL);

      user->external_id = i % 2 ? NULL : g_strdup_printf ("x|%s%u", name, i);
      g_ptr_array_add (users, user);
    }
  return users;
}

static gboolean
insert_users (PosternTxn *txn, gpointer users, GError **error)
{
  return postern_user_store_insert_many (txn, users, error);
}

static gboolean
count_users (PosternTxn *txn, gpointer count, GError **error)
{
  *(gint64 *) count = postern_user_store_count (txn, error);
  return *(gint64 *) count >= 0;
}

static void
assert_count (PosternStore *store, gint64 expected)
{
  gint64 count;

  storage_kit_read (store, POSTERN_KEEP_LASTING, count_users, &count);
  g_assert_cmpint (count, ==, expected);
}

/* Values of every kind, and none. */
static gboolean
many (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) users = new_users ("u"), none = g_ptr_array_new ();

  g_assert_true (postern_user_store_insert_many (txn, none, error));
  g_assert_true (insert_users (txn, users, error));
  g_assert_cmpint (postern_user_store_count (txn, error), ==, MANY); /* whoever looks in the same transaction sees them */
  for (guint i = 0; i < MANY; i++)
    {
      const PosternUser *user = users->pdata[i];
      g_autoptr (PosternUser) found = postern_user_store_get (txn, user->id, error);

      g_assert_nonnull (found);
      g_assert_cmpstr (found->username, ==, user->username);
      g_assert_cmpstr (found->email, ==, user->email);
      g_assert_cmpstr (found->external_id, ==, user->external_id);
      g_assert_true (g_variant_equal (found->profile, user->profile) && found->created_at == NOW);
    }
  return TRUE;
}

/* --- one that cannot be kept ------------------------------------------------------------------------------------------ */

typedef enum { AT_THE_END, BEFORE_ANOTHER, PASSED_OVER, GIVEN_UP } Behind;

typedef struct {
  GPtrArray *users;
  Behind behind;
} Bad;

/* A driver may tell of it only later; whatever the function makes of that, nothing is kept. */
static gboolean
insert_bad (PosternTxn *txn, gpointer user_data, GError **error)
{
  const Bad *bad = user_data;
  g_autoptr (PosternUser) other = storage_kit_new_user ("behind", NULL, NULL);
  gboolean done = insert_users (txn, bad->users, bad->behind == PASSED_OVER ? NULL : error);

  if (bad->behind == PASSED_OVER)
    return postern_user_store_insert (txn, other, NULL) || TRUE;
  if (bad->behind == GIVEN_UP && done)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "given up");
  if (bad->behind == GIVEN_UP)
    return FALSE;
  return done && (bad->behind == AT_THE_END || postern_user_store_insert (txn, other, error));
}

/* By nothing that fails before: a driver need not be prepared for it. */
static void
must_insert (PosternStore *store, GPtrArray *users)
{
  g_autoptr (GError) error = NULL;

  postern_store_write (store, POSTERN_KEEP_LASTING, insert_users, users, &error);
  g_assert_no_error (error);
}

static void
test_bad (void)
{
  static const guint places[] = { 0, 40, MANY - 1 };
  g_autoptr (PosternStore) store = storage_kit_open ();
  g_autoptr (GPtrArray) first = new_users ("u");

  must_insert (store, first);
  for (guint i = 0; i < G_N_ELEMENTS (places) * (GIVEN_UP + 1); i++)
    {
      g_autofree char *name = g_strdup_printf ("w%u.", i);
      g_autoptr (GPtrArray) users = new_users ("v"), good = new_users (name);
      Bad bad = { users, i % (GIVEN_UP + 1) };
      PosternUser *user = users->pdata[places[i / (GIVEN_UP + 1)]];
      g_autoptr (GError) error = NULL;

      g_free (user->username);
      user->username = g_strdup ("u7");
      g_assert_false (postern_store_write (store, POSTERN_KEEP_LASTING, insert_bad, &bad, &error));
      g_assert_true (bad.behind == GIVEN_UP || g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT));
      assert_count (store, MANY * (1 + i));
      must_insert (store, good); /* the connection is as good as before */
      assert_count (store, MANY * (2 + i));
    }
}

/* --- what is taken ---------------------------------------------------------------------------------------------------- */

static GHashTable *
find (PosternTxn *txn, PosternTakenKind kind, const char *connector, GPtrArray *texts)
{
  GHashTable *taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_assert_true (postern_taken_store_find (txn, kind, connector, texts, taken, NULL));
  return taken;
}

/* Asked for are twice as many as there are, half of them unknown. */
static gboolean
taken_names (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) users = new_users ("u"), others = new_users ("v"), names = g_ptr_array_new (), emails = g_ptr_array_new (), external_ids = g_ptr_array_new (), ids = g_ptr_array_new (),
                        none = g_ptr_array_new ();
  g_autoptr (GHashTable) by_name = NULL, by_email = NULL, by_external_id = NULL, by_id = NULL, nothing = NULL;

  g_assert_true (insert_users (txn, users, error));
  g_ptr_array_extend (users, others, (GCopyFunc) (GCallback) postern_user_ref, NULL);
  for (guint i = 0; i < users->len; i++)
    {
      const PosternUser *user = users->pdata[i];

      g_ptr_array_add (names, user->username);
      g_ptr_array_add (ids, user->id);
      if (user->email != NULL)
        g_ptr_array_add (emails, user->email);
      if (user->external_id != NULL)
        g_ptr_array_add (external_ids, user->external_id);
    }
  by_name = find (txn, POSTERN_TAKEN_NAME, NULL, names);
  by_email = find (txn, POSTERN_TAKEN_NAME, NULL, emails);
  by_external_id = find (txn, POSTERN_TAKEN_EXTERNAL_ID, NULL, external_ids);
  by_id = find (txn, POSTERN_TAKEN_ID, NULL, ids);
  nothing = find (txn, POSTERN_TAKEN_NAME, NULL, none);
  g_assert_cmpuint (g_hash_table_size (by_name), ==, MANY);
  g_assert_cmpuint (g_hash_table_size (by_email), ==, (MANY + 2) / 3);
  g_assert_cmpuint (g_hash_table_size (by_external_id), ==, (MANY + 1) / 2);
  g_assert_cmpuint (g_hash_table_size (by_id), ==, MANY);
  g_assert_true (g_hash_table_contains (by_name, "u0") && g_hash_table_contains (by_name, "u106") && !g_hash_table_contains (by_name, "v0"));
  g_assert_cmpuint (g_hash_table_size (nothing), ==, 0);
  return TRUE;
}

static gboolean
taken_subjects (PosternTxn *txn, gpointer data, GError **error)
{
  static const char *const connectors[] = { "google", "github" };
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL);
  g_autoptr (GPtrArray) identities = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_identity_unref), subjects = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) google = NULL, github = NULL;

  g_assert_true (postern_user_store_insert (txn, ada, error));
  for (guint i = 0; i < MANY; i++)
    {
      PosternIdentity *identity = postern_identity_new ();

      identity->id = postern_id_new ("idn");
      identity->user_id = g_strdup (ada->id);
      identity->connector = g_strdup (connectors[i % 2]);
      identity->subject = g_strdup_printf ("s%u", i);
      g_ptr_array_add (identities, identity);
      g_ptr_array_add (subjects, g_strdup (identity->subject));
    }
  g_assert_true (postern_identity_store_insert_many (txn, identities, error));
  google = find (txn, POSTERN_TAKEN_SUBJECT, "google", subjects);
  github = find (txn, POSTERN_TAKEN_SUBJECT, "github", subjects);
  g_assert_cmpuint (g_hash_table_size (google), ==, (MANY + 1) / 2);
  g_assert_cmpuint (g_hash_table_size (github), ==, MANY / 2);
  g_assert_true (g_hash_table_contains (google, "s0") && !g_hash_table_contains (google, "s1") && g_hash_table_contains (github, "s1"));
  return TRUE;
}

void
storage_many_add_tests (void)
{
  g_test_add_data_func ("/storage/many", many, storage_kit_run_lasting);
  g_test_add_func ("/storage/many/bad", test_bad);
  g_test_add_data_func ("/storage/many/taken-names", taken_names, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/many/taken-subjects", taken_subjects, storage_kit_run_lasting);
}
