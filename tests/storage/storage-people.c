/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

#include <string.h>

#include "postern-user-search.h"

/* Users, credentials, identities, sessions, devices. Each function runs in one transaction. */

static gboolean
users (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", "ada@example.org", "+4930123");
  g_autoptr (PosternUser) bob = storage_kit_new_user ("bob", NULL, NULL);
  g_autoptr (PosternUser) found = NULL;
  gboolean has = TRUE;
  static const char *const identifiers[] = { "ada", "ada@example.org", "+4930123" };

  g_assert_true (postern_user_store_has_administrator (txn, &has, error));
  g_assert_false (has);
  ada->administrator = TRUE;
  g_assert_true (postern_user_store_insert (txn, ada, error));
  g_assert_true (postern_user_store_insert (txn, bob, error)); /* two without e-mail do not collide */
  g_assert_cmpint (postern_user_store_count (txn, error), ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (identifiers); i++)
    {
      g_autoptr (PosternUser) user = postern_user_store_find (txn, identifiers[i], error);

      g_assert_cmpstr (user->id, ==, ada->id);
    }
  g_assert_true (postern_user_store_has_administrator (txn, &has, error));
  g_assert_true (has);
  assert_fails (postern_user_store_find (txn, "nobody", &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_user_store_get (txn, "usr_", &failure), POSTERN_ERROR_NOT_FOUND);

  found = postern_user_store_get (txn, ada->id, error);
  g_assert_true (g_variant_equal (found->profile, ada->profile));
  g_assert_cmpuint (g_variant_n_children (found->data), ==, 0);
  g_assert_true (found->administrator);
  g_assert_cmpint (found->created_at, ==, NOW);

  g_free (bob->email);
  bob->email = g_strdup ("bob@example.org");
  bob->email_verified = TRUE;
  g_assert_true (postern_user_store_update (txn, bob, error));
  g_assert_true (postern_user_store_touch_sign_in (txn, bob->id, NOW + 9, error));
  g_clear_pointer (&found, postern_user_unref);
  found = postern_user_store_find (txn, "bob@example.org", error);
  g_assert_true (found->email_verified);
  g_assert_cmpint (found->last_sign_in_at, ==, NOW + 9);

  g_free (ada->external_id);
  ada->external_id = g_strdup ("elsewhere|1");
  bob->external_id = g_strdup ("elsewhere|1");
  g_assert_true (postern_user_store_update (txn, ada, error));
  assert_fails (postern_user_store_check (txn, bob, &failure), POSTERN_ERROR_CONFLICT);
  assert_fails (postern_user_store_update (txn, bob, &failure), POSTERN_ERROR_CONFLICT);
  g_assert_true (postern_user_store_check (txn, ada, error));
  g_clear_pointer (&bob->external_id, g_free);

  g_assert_true (postern_user_store_delete (txn, bob->id, error));
  assert_fails (postern_user_store_delete (txn, bob->id, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_user_store_update (txn, bob, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_user_store_touch_sign_in (txn, bob->id, NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

/* Taken values, and the attack: to be called what another one's address is. */
static gboolean
user_conflicts (PosternTxn *txn, gpointer data, GError **error)
{
  static const struct {
    const char *username, *email, *phone;
  } taken[] = {
    { "ada", NULL, NULL },
    { NULL, "ada@example.org", NULL },
    { NULL, NULL, "+4930123" },
    { "ada@example.org", NULL, NULL },
    { "+4930123", NULL, NULL },
    { NULL, "ada", NULL },
    { NULL, NULL, "ada@example.org" },
  };
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", "ada@example.org", "+4930123");
  g_autoptr (PosternUser) eve = storage_kit_new_user ("eve", NULL, NULL);

  g_assert_true (postern_user_store_insert (txn, ada, error));
  g_assert_true (postern_user_store_insert (txn, eve, error));
  for (guint i = 0; i < G_N_ELEMENTS (taken); i++)
    {
      g_autoptr (PosternUser) other = storage_kit_new_user (taken[i].username, taken[i].email, taken[i].phone);

      assert_fails (postern_user_store_insert (txn, other, &failure), POSTERN_ERROR_CONFLICT);
      g_free (other->id);
      other->id = g_strdup (eve->id);
      assert_fails (postern_user_store_update (txn, other, &failure), POSTERN_ERROR_CONFLICT);
    }
  g_assert_true (postern_user_store_update (txn, ada, error)); /* not with oneself */
  return TRUE;
}

static guint
count_users (PosternTxn *txn, PosternUserFilter filter, const char *after)
{
  g_autoptr (GPtrArray) users = postern_user_store_list (txn, &filter, after, 100, NULL, NULL);

  return users->len;
}

/* Of 25, of which 5 begin with b; one is switched off. */
static gboolean
check_filters (PosternTxn *txn, PosternUser *user, GError **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (PosternUser) off = postern_user_store_get (txn, user->id, error);

  off->disabled_at = 1;
  g_assert_true (postern_user_store_update (txn, off, error));
  g_assert_cmpuint (count_users (txn, (PosternUserFilter){ NULL, 0, 0, 1 }, NULL), ==, 1);
  g_assert_cmpuint (count_users (txn, (PosternUserFilter){ NULL, 0, 0, 0 }, NULL), ==, 24);
  g_assert_cmpuint (count_users (txn, (PosternUserFilter){ NULL, 0, 0, 1 }, user->id), ==, 0);
  g_assert_cmpuint (count_users (txn, (PosternUserFilter){ "a", 0, 0, 1 }, NULL), ==, 1);
  g_assert_cmpuint (count_users (txn, (PosternUserFilter){ "a", 0, 0, 0 }, NULL), ==, 19);
  g_assert_cmpuint (count_users (txn, (PosternUserFilter){ "a_03", 0, 0, -1 }, NULL), ==, 1);
  g_assert_cmpuint (count_users (txn, (PosternUserFilter){ NULL, now - 100, now + 100, -1 }, NULL), ==, 25);
  g_assert_cmpuint (count_users (txn, (PosternUserFilter){ NULL, now + 100, 0, -1 }, NULL), ==, 0);
  g_assert_cmpuint (count_users (txn, (PosternUserFilter){ NULL, 0, now - 100, -1 }, NULL), ==, 0);
  return TRUE;
}

static gboolean
user_list (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) first = NULL, second = NULL, match = NULL, literal = NULL;

  for (guint i = 0; i < 25; i++)
    {
      g_autofree char *name = g_strdup_printf ("%c_%02u", i < 20 ? 'a' : 'b', i);
      g_autoptr (PosternUser) user = storage_kit_new_user (name, NULL, NULL);

      g_assert_true (postern_user_store_insert (txn, user, error));
    }
  first = postern_user_store_list (txn, NULL, NULL, 20, NULL, error);
  g_assert_cmpuint (first->len, ==, 20);
  second = postern_user_store_list (txn, NULL, ((PosternUser *) first->pdata[19])->id, 20, NULL, error);
  g_assert_cmpuint (second->len, ==, 5);
  g_assert_cmpstr (((PosternUser *) second->pdata[4])->username, ==, "b_24");
  match = postern_user_store_list (txn, &(PosternUserFilter){ "b", 0, 0, -1 }, NULL, 20, NULL, error);
  g_assert_cmpuint (match->len, ==, 5);
  literal = postern_user_store_list (txn, &(PosternUserFilter){ "%", 0, 0, -1 }, NULL, 20, NULL, error); /* a letter, not a pattern */
  g_assert_cmpuint (literal->len, ==, 0);
  return check_filters (txn, first->pdata[3], error);
}

/* --- a search that many match ------------------------------------------------------------------------------------------- */

#define MATCHES 300

/* Names, addresses and numbers lie among, before and behind each other's. */
static gboolean
add_matches (PosternTxn *txn, GError **error)
{
  for (guint i = 0; i < MATCHES; i++)
    {
      g_autofree char *name = i % 3 == 0 ? NULL : g_strdup_printf ("m%c%03u", i % 2 ? 'a' : 'x', i * 77 % 1000);
      g_autofree char *email = g_strdup_printf ("%s%03u@example.org", i % 5 == 0 ? "other" : i % 5 == 1 ? "ma" : "mm", i * 31 % 1000);
      g_autofree char *phone = i % 7 == 0 ? g_strdup_printf ("mz%03u", i) : NULL;
      g_autoptr (PosternUser) user = storage_kit_new_user (name, email, phone);

      user->disabled_at = i % 4 == 0;
      if (!postern_user_store_insert (txn, user, error))
        return FALSE;
    }
  return TRUE;
}

static const char *
get_first_match (const PosternUser *user)
{
  const char *const names[] = { user->username, user->email, user->phone };
  const char *first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i] != NULL && *names[i] == 'm' && (first == NULL || strcmp (names[i], first) < 0))
      first = names[i];
  return first;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* All that match, in the order in which they have to come: without an index, from the list of all. */
static GPtrArray *
list_expected (PosternTxn *txn, int disabled, GError **error)
{
  g_autoptr (GPtrArray) users = postern_user_store_list (txn, NULL, NULL, MATCHES, NULL, error);
  GPtrArray *expected = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < users->len; i++)
    if (get_first_match (users->pdata[i]) != NULL && (disabled < 0 || disabled == (((PosternUser *) users->pdata[i])->disabled_at != 0)))
      g_ptr_array_add (expected, g_strdup (get_first_match (users->pdata[i])));
  g_ptr_array_sort (expected, compare_texts);
  return expected;
}

static gboolean
check_pages (PosternTxn *txn, int disabled, guint limit, GError **error)
{
  g_autoptr (GPtrArray) expected = list_expected (txn, disabled, error);
  g_autofree char *after = NULL;
  guint n = 0;

  do
    {
      g_autofree char *next = NULL;
      g_autoptr (GPtrArray) users = postern_user_search_list (txn, &(PosternUserFilter){ "m", 0, 0, disabled }, after, limit, &next, error);

      g_assert_nonnull (users);
      g_assert_cmpuint (users->len, <=, limit);
      for (guint i = 0; i < users->len; i++)
        g_assert_cmpstr (get_first_match (users->pdata[i]), ==, expected->pdata[n++]);
      g_assert_true (next == NULL || postern_user_search_is_mark (next));
      g_free (after);
      after = g_steal_pointer (&next);
    }
  while (after != NULL);
  g_assert_cmpuint (n, ==, expected->len);
  return TRUE;
}

/* What the rest of the filter lets nobody pass comes to an end, too. */
static void
check_nobody (PosternTxn *txn, GError **error)
{
  gint64 later = g_get_real_time () / G_USEC_PER_SEC + 100;
  g_autofree char *after = NULL;
  guint n_pages = 0;

  do
    {
      g_autofree char *next = NULL;
      g_autoptr (GPtrArray) users = postern_user_search_list (txn, &(PosternUserFilter){ "m", later, 0, -1 }, after, 10, &next, error);

      g_assert_cmpuint (users->len, ==, 0);
      g_assert_cmpuint (n_pages++, <, MATCHES);
      g_free (after);
      after = g_steal_pointer (&next);
    }
  while (after != NULL);
}

static gboolean
user_search (PosternTxn *txn, gpointer data, GError **error)
{
  static const guint limits[] = { 1, 7, 50, MATCHES };
  g_autofree char *next = NULL;
  g_autoptr (GPtrArray) foreign = NULL;

  g_assert_true (add_matches (txn, error));
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    for (int disabled = -1; disabled <= 1; disabled++)
      check_pages (txn, disabled, limits[i], error);
  check_nobody (txn, error);
  /* The mark of another search, and of one that is over. */
  foreign = postern_user_search_list (txn, &(PosternUserFilter){ "m", 0, 0, -1 }, "=zz", 10, &next, error);
  g_assert_cmpuint (foreign->len, ==, 0);
  g_assert_null (next);
  g_assert_cmpuint (count_users (txn, (PosternUserFilter){ "m", 0, 0, -1 }, "=mz"), >, 0); /* a list goes on as it began, however many match now */
  return TRUE;
}

static PosternCredential *
new_password (const char *user_id)
{
  PosternCredential *credential = postern_credential_new ();

  credential->id = postern_id_new ("crd");
  credential->user_id = g_strdup (user_id);
  credential->kind = g_strdup ("password");
  credential->value = g_strdup ("old");
  credential->created_at = NOW;
  return credential;
}

/* Whoever writes the whole row back must not bring back what was ended meanwhile. */
static gboolean
standing (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL);
  PosternStanding found = { 1, 1 };

  g_assert_true (postern_user_store_insert (txn, ada, error));
  g_assert_true (postern_user_store_get_standing (txn, ada->id, &found, error));
  g_assert_cmpint (found.disabled_at, ==, 0);
  g_assert_cmpint (found.ended_at, ==, 0);
  g_assert_true (postern_user_store_end (txn, ada->id, G_GINT64_CONSTANT (1764400000000001), error));
  ada->disabled_at = NOW;
  g_assert_true (postern_user_store_update (txn, ada, error));
  g_assert_true (postern_user_store_get_standing (txn, ada->id, &found, error));
  g_assert_cmpint (found.disabled_at, ==, NOW);
  g_assert_cmpint (found.ended_at, ==, G_GINT64_CONSTANT (1764400000000001));
  assert_fails (postern_user_store_end (txn, "usr_00000000000000000000000000", 1, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_user_store_get_standing (txn, "usr_00000000000000000000000000", &found, &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

static gboolean
credentials (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL);
  g_autoptr (PosternUser) eve = storage_kit_new_user ("eve", NULL, NULL);
  g_autoptr (PosternCredential) password = new_password (ada->id);
  g_autoptr (PosternCredential) stolen = new_password (eve->id);
  g_autoptr (PosternCredential) orphan = new_password ("usr_00000000000000000000000000");
  g_autoptr (PosternCredential) found = NULL;
  g_autoptr (GPtrArray) all = NULL;

  g_assert_true (postern_user_store_insert (txn, ada, error) && postern_user_store_insert (txn, eve, error));
  g_assert_true (postern_credential_store_put (txn, password, error));
  g_assert_true (postern_credential_store_put (txn, password, error)); /* again: replaces */
  g_free (stolen->id);
  stolen->id = g_strdup (password->id);
  assert_fails (postern_credential_store_put (txn, stolen, &failure), POSTERN_ERROR_CONFLICT);
  assert_fails (postern_credential_store_put (txn, orphan, &failure), POSTERN_ERROR_NOT_FOUND);

  g_assert_true (postern_credential_store_upgrade (txn, password->id, "old", "new", NOW + 1, error));
  assert_fails (postern_credential_store_upgrade (txn, password->id, "old", "newer", NOW, &failure), POSTERN_ERROR_CONFLICT);
  found = postern_credential_store_find (txn, ada->id, "password", error);
  g_assert_cmpstr (found->value, ==, "new");
  g_assert_cmpint (found->updated_at, ==, NOW + 1);
  assert_fails (postern_credential_store_find (txn, ada->id, "totp", &failure), POSTERN_ERROR_NOT_FOUND);
  all = postern_credential_store_list (txn, ada->id, error);
  g_assert_cmpuint (all->len, ==, 1);
  g_ptr_array_unref (all);
  all = postern_credential_store_list_range (txn, "password", ada->id, eve->id, error);
  g_assert_cmpuint (all->len, ==, 1);
  g_ptr_array_unref (all);
  all = postern_credential_store_list_range (txn, "password", eve->id, eve->id, error);
  g_assert_cmpuint (all->len, ==, 0);
  g_assert_true (postern_credential_store_delete (txn, password->id, error));
  assert_fails (postern_credential_store_delete (txn, password->id, &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

static PosternIdentity *
new_identity (const char *user_id, const char *subject)
{
  PosternIdentity *identity = postern_identity_new ();

  identity->id = postern_id_new ("idn");
  identity->user_id = g_strdup (user_id);
  identity->connector = g_strdup ("google");
  identity->subject = g_strdup (subject);
  return identity;
}

static gboolean
identities (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL);
  g_autoptr (PosternUser) eve = storage_kit_new_user ("eve", NULL, NULL);
  g_autoptr (PosternIdentity) first = new_identity (ada->id, "1");
  g_autoptr (PosternIdentity) again = new_identity (eve->id, "1");
  g_autoptr (PosternIdentity) other = new_identity (eve->id, "0");
  g_autoptr (PosternIdentity) elsewhere = new_identity (eve->id, "1");
  g_autoptr (PosternIdentity) found = NULL;
  gint64 count;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GVariant) claims = postern_json_parse ("{\"email\":\"a@b\"}", -1, 0, NULL);

  g_assert_true (postern_user_store_insert (txn, ada, error) && postern_user_store_insert (txn, eve, error));
  g_assert_true (postern_identity_store_insert (txn, first, error));
  assert_fails (postern_identity_store_insert (txn, again, &failure), POSTERN_ERROR_CONFLICT);
  g_assert_true (postern_identity_store_touch (txn, first->id, claims, "v1.x", NOW + 2, error));
  found = postern_identity_store_find (txn, "google", "1", error);
  g_assert_cmpstr (found->user_id, ==, ada->id);
  g_assert_true (g_variant_equal (found->claims, claims));
  g_assert_cmpstr (found->upstream, ==, "v1.x");
  g_assert_cmpint (found->used_at, ==, NOW + 2);
  assert_fails (postern_identity_store_find (txn, "google", "2", &failure), POSTERN_ERROR_NOT_FOUND);
  all = postern_identity_store_list (txn, ada->id, error);
  g_assert_cmpuint (all->len, ==, 1);
  g_ptr_array_unref (all);
  g_assert_true (postern_identity_store_insert (txn, other, error));
  all = postern_identity_store_list_range (txn, ada->id, eve->id, error);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpstr (((PosternIdentity *) all->pdata[1])->user_id, ==, eve->id);
  g_ptr_array_unref (all);
  all = postern_identity_store_list_range (txn, eve->id, eve->id, error);
  g_assert_cmpuint (all->len, ==, 1);
  g_free (elsewhere->connector);
  elsewhere->connector = g_strdup ("github");
  g_assert_true (postern_identity_store_insert (txn, elsewhere, error));
  g_assert_true (postern_identity_store_count_of_connector (txn, "google", &count, error) && count == 2);
  g_assert_true (postern_identity_store_count_of_connector (txn, "goog", &count, error) && count == 0);
  g_assert_true (postern_identity_store_delete (txn, first->id, error));
  assert_fails (postern_identity_store_delete (txn, first->id, &failure), POSTERN_ERROR_NOT_FOUND);
  g_assert_true (postern_identity_store_delete_of_connector (txn, "google", &count, error) && count == 1);
  g_assert_true (postern_identity_store_delete_of_connector (txn, "google", &count, error) && count == 0);
  g_assert_true (postern_identity_store_count_of_connector (txn, "github", &count, error) && count == 1);
  return TRUE;
}

static gboolean
sessions (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL);
  g_autoptr (PosternApplication) app = storage_kit_new_application ("shop");
  g_autoptr (PosternSession) session = storage_kit_new_session (ada->id);
  g_autoptr (PosternSession) found = NULL;
  g_autoptr (PosternGrant) online = storage_kit_new_grant (ada->id, app->id, session->id);
  g_autoptr (PosternGrant) offline = storage_kit_new_grant (ada->id, app->id, session->id);
  g_autoptr (PosternGrant) online_after = NULL, offline_after = NULL;
  g_autofree char *old = postern_secret_new_for (session->id);
  g_autofree char *fresh = postern_secret_new_for (session->id);
  g_autofree char *nobody = postern_id_new ("ses");
  g_autofree char *unknown = postern_secret_new_for (nobody);
  g_autoptr (GPtrArray) grants = NULL;

  offline->offline = TRUE;
  g_free (session->secret_hash);
  session->secret_hash = postern_secret_hash (old);
  g_assert_true (postern_user_store_insert (txn, ada, error) && postern_application_store_insert (txn, app, error));
  g_assert_true (postern_session_store_insert (txn, session, error));
  g_assert_true (postern_grant_store_insert (txn, online, error) && postern_grant_store_insert (txn, offline, error));
  g_assert_true (postern_session_store_touch (txn, session->id, NOW + 60, NOW + 7200, error));

  g_free (session->secret_hash);
  session->secret_hash = postern_secret_hash (fresh);
  session->used_at = NOW + 61;
  session->idle_expires_at = NOW + 7200;
  g_assert_true (postern_session_store_raise (txn, session, error));
  assert_fails (postern_session_store_find (txn, old, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_session_store_find (txn, unknown, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_session_store_find (txn, "", &failure), POSTERN_ERROR_NOT_FOUND);
  found = postern_session_store_find (txn, fresh, error);
  g_assert_cmpstr (found->id, ==, session->id);
  g_assert_cmpint (found->idle_expires_at, ==, NOW + 7200);
  /* lapsed: no touch brings it back */
  assert_fails (postern_session_store_touch (txn, session->id, NOW + 7200, NOW + 9999, &failure), POSTERN_ERROR_STALE);

  g_assert_true (postern_session_store_end (txn, session->id, NOW + 62, error));
  g_assert_true (postern_session_store_end (txn, session->id, NOW + 70, error)); /* twice is no error */
  assert_fails (postern_session_store_touch (txn, session->id, NOW + 63, NOW + 9999, &failure), POSTERN_ERROR_STALE);
  assert_fails (postern_session_store_raise (txn, session, &failure), POSTERN_ERROR_STALE);
  assert_fails (postern_session_store_end (txn, "ses_none", NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  g_clear_pointer (&found, postern_session_unref);
  found = postern_session_store_get (txn, session->id, error);
  g_assert_cmpint (found->ended_at, ==, NOW + 62);
  online_after = postern_grant_store_get (txn, online->id, error);
  offline_after = postern_grant_store_get (txn, offline->id, error);
  g_assert_cmpint (online_after->revoked_at, ==, NOW + 62);
  g_assert_cmpint (offline_after->revoked_at, ==, 0);
  grants = postern_grant_store_list_for_session (txn, session, error);
  g_assert_cmpuint (grants->len, ==, 2);
  return TRUE;
}

static gboolean
session_list (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL);
  g_autoptr (PosternUser) bob = storage_kit_new_user ("bob", NULL, NULL);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GPtrArray) of_ada = NULL, alive = NULL, everyone = NULL, rest = NULL, latest = NULL, latest_alive = NULL;

  g_assert_true (postern_user_store_insert (txn, ada, error) && postern_user_store_insert (txn, bob, error));
  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (PosternSession) session = storage_kit_new_session (i < 4 ? ada->id : bob->id);

      session->idle_expires_at = i == 0 ? now - 1 : now + 1000;
      session->expires_at = i == 1 ? now - 1 : now + 1000;
      session->ended_at = i == 2 ? now - 1 : 0;
      g_assert_true (postern_session_store_insert (txn, session, error));
    }
  of_ada = postern_session_store_list (txn, ada->id, FALSE, NULL, 10, error);
  g_assert_cmpuint (of_ada->len, ==, 4);
  alive = postern_session_store_list (txn, ada->id, TRUE, NULL, 10, error);
  g_assert_cmpuint (alive->len, ==, 1);
  latest = postern_session_store_list_latest (txn, ada->id, FALSE, NULL, 10, error);
  g_assert_cmpuint (latest->len, ==, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpstr (((PosternSession *) latest->pdata[i])->id, ==, ((PosternSession *) of_ada->pdata[3 - i])->id);
  latest_alive = postern_session_store_list_latest (txn, ada->id, TRUE, NULL, 10, error);
  g_assert_cmpuint (latest_alive->len, ==, 1);
  everyone = postern_session_store_list (txn, NULL, TRUE, NULL, 2, error);
  g_assert_cmpuint (everyone->len, ==, 2);
  rest = postern_session_store_list (txn, NULL, TRUE, ((PosternSession *) everyone->pdata[1])->id, 2, error);
  g_assert_cmpuint (rest->len, ==, 1);
  return TRUE;
}

static gboolean
devices (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL);

  g_assert_true (postern_user_store_insert (txn, ada, error));
  g_assert_false (postern_device_store_knows (txn, "d", ada->id, 0, error));
  g_assert_true (postern_device_store_put (txn, "d", ada->id, NOW, error));
  g_assert_true (postern_device_store_put (txn, "d", ada->id, NOW + 5, error)); /* the same day: not written again */
  g_assert_true (postern_device_store_knows (txn, "d", ada->id, NOW + POSTERN_DEVICE_LIFETIME, error));
  g_assert_false (postern_device_store_knows (txn, "d", ada->id, NOW + POSTERN_DEVICE_LIFETIME + 1, error));
  g_assert_true (postern_device_store_put (txn, "d", ada->id, NOW + 86400, error));
  g_assert_true (postern_device_store_knows (txn, "d", ada->id, NOW + 86400 + POSTERN_DEVICE_LIFETIME, error));
  g_assert_false (postern_device_store_knows (txn, "d", ada->id, NOW + 86400 + POSTERN_DEVICE_LIFETIME + 1, error));
  g_assert_false (postern_device_store_knows (txn, "d", "usr_other", 0, error));
  g_assert_no_error (*error);
  return TRUE;
}

/* Nothing of a deleted person stays. */
static gboolean
user_delete (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL);
  g_autoptr (PosternApplication) app = storage_kit_new_application ("shop");
  g_autoptr (PosternCredential) password = new_password (ada->id);
  g_autoptr (PosternIdentity) identity = new_identity (ada->id, "1");
  g_autoptr (PosternSession) session = storage_kit_new_session (ada->id);
  g_autoptr (PosternGrant) grant = storage_kit_new_grant (ada->id, app->id, session->id);
  g_autoptr (PosternRefreshToken) token = postern_refresh_token_new ();

  token->grant_key = postern_id_get_key (grant->id);
  token->hash = g_strdup ("r");
  g_assert_true (postern_user_store_insert (txn, ada, error) && postern_application_store_insert (txn, app, error)
                 && postern_credential_store_put (txn, password, error) && postern_identity_store_insert (txn, identity, error)
                 && postern_session_store_insert (txn, session, error) && postern_grant_store_insert (txn, grant, error)
                 && postern_refresh_store_insert (txn, token, error)
                 && postern_device_store_put (txn, "d", ada->id, NOW, error)
                 && postern_consent_store_put (txn, ada->id, app->id, "openid", NOW, error));
  g_assert_true (postern_user_store_delete (txn, ada->id, error));
  assert_fails (postern_credential_store_find (txn, ada->id, "password", &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_identity_store_find (txn, "google", "1", &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_session_store_get (txn, session->id, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_grant_store_get (txn, grant->id, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_refresh_store_get (txn, grant->id, "r", &failure), POSTERN_ERROR_NOT_FOUND);
  g_assert_false (postern_device_store_knows (txn, "d", ada->id, 0, error));
  g_assert_null (postern_consent_store_get (txn, ada->id, app->id, error));
  return TRUE;
}

void
storage_people_add_tests (void)
{
  g_test_add_data_func ("/storage/users", users, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/users/conflicts", user_conflicts, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/users/list", user_list, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/users/search", user_search, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/users/delete", user_delete, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/standing", standing, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/credentials", credentials, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/identities", identities, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/sessions", sessions, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/sessions/list", session_list, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/devices", devices, storage_kit_run_lasting);
}
