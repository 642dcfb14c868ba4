/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-test-store.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "postern-error.h"
#include "postern-purge.h"
#include "postern-seal.h"
#include "postern-sqlite-connection.h"
#include "postern-txn.h"

/* What only this driver promises; what every driver must do is in tests/storage. */
static char *location;

static PosternStore *
open_store (const char *tenant)
{
  return postern_sqlite_test_store_open (location, tenant);
}

static void
test_modes (void)
{
  static const struct {
    const char *name;
    guint mode;
  } files[] = { { "", 0700 }, { "lasting.db", 0600 }, { "lasting.db-wal", 0600 }, { "short.db", 0600 }, { "short.db-wal", 0600 } };
  mode_t mask = umask (0);
  g_autoptr (PosternStore) store = open_store ("modes");

  umask (mask);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (location, "modes", files[i].name, NULL);
      struct stat st;

      g_assert_cmpint (g_stat (path, &st), ==, 0);
      g_assert_cmphex (st.st_mode & 07777, ==, files[i].mode);
    }
}

/* Whatever statement it is made to run, a connection reaches no file but its own. */
static void
test_reaches_no_other_file (void)
{
  g_autofree char *path = g_build_filename (location, "alone.db", NULL);
  g_autofree char *other = g_build_filename (location, "other.db", NULL);
  g_autofree char *attach = g_strdup_printf ("ATTACH '%s' AS other", other);
  g_autofree char *copy = g_strdup_printf ("VACUUM INTO '%s'", other);
  g_autoptr (GError) error = NULL;
  PosternSqliteConnection *connection = postern_sqlite_connection_open (path, POSTERN_KEEP_LASTING, POSTERN_SQLITE_WRITE, &error);

  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_exec (connection->handle, "CREATE TABLE a (b)", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (connection->handle, attach, NULL, NULL, NULL), !=, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (connection->handle, copy, NULL, NULL, NULL), !=, SQLITE_OK);
  postern_sqlite_connection_close (connection);
  g_assert_false (g_file_test (other, G_FILE_TEST_EXISTS));
}

/* --- every statement of the sign-in's way uses an index ----------------------------------------------------------- */

/* Runs what a sign-in and its tokens run; that nothing is found does not matter, the statements are prepared. */
static gboolean
touch_everything (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) joins = postern_join_store_list (txn, "usr_", "google", "example.com", 1, error);
  g_autoptr (GPtrArray) events = postern_audit_store_list_for (txn, "usr_", NULL, 1, error);
  g_autoptr (GPtrArray) invited = postern_invitation_store_list_for_address (txn, "a@example.com", error);
  gboolean has;

#define TRY(call)                                                                                                     \
  G_STMT_START                                                                                                        \
  {                                                                                                                   \
    g_autoptr (GError) failure = NULL;                                                                                \
    gpointer result = (gpointer) (gsize) (call);                                                                      \
    g_assert_null (result);                                                                                           \
  }                                                                                                                   \
  G_STMT_END
  TRY (postern_user_store_find (txn, "nobody", &failure));
  TRY (postern_user_store_get (txn, "usr_", &failure));
  TRY (postern_user_store_delete (txn, "usr_", &failure));
  TRY (postern_user_store_touch_sign_in (txn, "usr_", 1, &failure));
  TRY (postern_credential_store_find (txn, "usr_", "password", &failure));
  TRY (postern_credential_store_upgrade (txn, "crd_", "a", "b", 1, &failure));
  TRY (postern_identity_store_find (txn, "google", "1", &failure));
  TRY (postern_identity_store_touch (txn, "idn_", NULL, NULL, 1, &failure));
  TRY (postern_application_store_get (txn, "app_", &failure));
  TRY (postern_session_store_get (txn, "ses_", &failure));
  TRY (postern_session_store_find (txn, "hash", &failure));
  TRY (postern_session_store_touch (txn, "ses_", 1, 2, &failure));
  TRY (postern_session_store_end (txn, "ses_", 1, &failure));
  TRY (postern_grant_store_get (txn, "gnt_", &failure));
  TRY (postern_grant_store_revoke (txn, "gnt_", 1, &failure));
  TRY (postern_grant_store_redeem_code (txn, "gnt_", "hash", 1, &failure));
  TRY (postern_refresh_store_get (txn, "gnt_", "hash", &failure));
  TRY (postern_refresh_store_redeem (txn, "gnt_", "hash", 1, &failure));
  TRY (postern_consent_store_get (txn, "usr_", "app_", &failure));
  TRY (postern_revoked_store_contains (txn, "jti", &failure));
  TRY (postern_ticket_store_get (txn, "hash", &failure));
  TRY (postern_ticket_store_redeem (txn, "hash", "setup", 1, &failure));
  TRY (postern_device_store_knows (txn, "hash", "usr_", 0, &failure));
#undef TRY
  return joins && events && invited && postern_invitation_store_revoke_open (txn, "org_", "a@example.com", 1, error)
         && postern_invitation_store_revoke_for (txn, "org_", "usr_", 1, error) && postern_invitation_store_revoke_for (txn, NULL, "usr_", 1, error)
         && postern_audit_store_forget (txn, "usr_", error) && postern_grant_store_revoke_for_organization (txn, "org_", "usr_", 1, error)
         && postern_grant_store_revoke_for_organization (txn, "org_", NULL, 1, error) && postern_grant_store_revoke_all (txn, "usr_", NULL, 1, error) && postern_grant_store_revoke_all (txn, "usr_", "app_", 1, error)
         && postern_grant_store_revoke_offline (txn, "usr_", NULL, 1, error)
         && postern_user_store_has_administrator (txn, &has, error);
}

/* One row in each table that the purge walks through, long past its end. */
static gboolean
fill_lasting (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_new ();
  g_autoptr (PosternApplication) application = postern_application_new ();
  g_autoptr (PosternSession) session = postern_session_new ();
  g_autoptr (PosternGrant) grant = postern_grant_new ();
  g_autoptr (PosternRefreshToken) token = postern_refresh_token_new ();
  g_autoptr (PosternTicket) ticket = postern_ticket_new ();

  user->id = postern_id_new ("usr");
  application->id = postern_id_new ("app");
  application->name = g_strdup ("a");
  application->kind = g_strdup ("web");
  session->id = postern_id_new ("ses");
  session->secret_hash = g_strdup ("hash");
  session->user_id = g_strdup (user->id);
  grant->id = postern_id_new ("gnt");
  grant->application_id = g_strdup (application->id);
  grant->expires_at = 1;
  token->grant_key = postern_id_get_key (grant->id);
  token->hash = g_strdup ("hash");
  ticket->hash = g_strdup ("hash");
  ticket->kind = g_strdup ("setup");
  return postern_user_store_insert (txn, user, error) && postern_application_store_insert (txn, application, error)
         && postern_session_store_insert (txn, session, error) && postern_grant_store_insert (txn, grant, error)
         && postern_refresh_store_insert (txn, token, error) && postern_ticket_store_insert (txn, ticket, error) && postern_revoked_store_insert (txn, "jti", 1, error)
         && postern_device_store_put (txn, "hash", user->id, 1, error);
}

static gboolean
fill_short (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autofree char *id = postern_id_new ("flw");
  gint64 count;

  return postern_flow_store_insert (txn, id, NULL, bytes, 1, error) && postern_flow_store_replace (txn, id, bytes, bytes, 1, error)
         && postern_counter_store_add (txn, "key", 1, 1, 1, &count, NULL, error)
         && postern_counter_store_give_back (txn, "key", 2, error) && postern_counter_store_clear (txn, "other", 2, error);
}

/* What it runs is looked at with the rest: its statements stay prepared. Returns: how many rows went */
static gint64
purge (PosternStore *store, PosternKeep keep)
{
  g_autoptr (PosternPurge) walk = postern_purge_new (store, keep);
  gint64 total = 0;
  gboolean round = FALSE;

  while (!round)
    {
      g_autoptr (GError) error = NULL;
      gint64 deleted;

      postern_purge_step (walk, G_MAXUINT32, 10, &deleted, &round, &error);
      g_assert_no_error (error);
      total += deleted;
    }
  return total;
}

/* What a migration does once, it may do to all rows; what is done again and again has values. */
static gboolean
is_of_migration (const char *sql)
{
  return g_str_has_prefix (sql, "CREATE") || (g_str_has_prefix (sql, "UPDATE") && strchr (sql, '?') == NULL);
}

/* Of a subquery all rows are wanted; how it finds them is a line of its own. */
static gboolean
reads_table (const char *detail)
{
  return (g_str_has_prefix (detail, "SCAN ") && !g_str_has_prefix (detail, "SCAN (subquery")) || strstr (detail, "AUTOMATIC") != NULL;
}

static gboolean
check_plans (PosternTxn *txn, gpointer data, GError **error)
{
  sqlite3 *handle = txn->transaction->connection->handle;
  guint *n_checked = data;
  sqlite3_stmt *next = NULL;

  while ((next = sqlite3_next_stmt (handle, next)) != NULL)
    {
      g_autofree char *explain = g_strconcat ("EXPLAIN QUERY PLAN ", sqlite3_sql (next), NULL);
      sqlite3_stmt *plan = NULL;

      if (strstr (sqlite3_sql (next), "WHERE") == NULL || g_str_has_prefix (sqlite3_sql (next), "EXPLAIN") || is_of_migration (sqlite3_sql (next)))
        continue;
      g_assert_cmpint (sqlite3_prepare_v2 (handle, explain, -1, &plan, NULL), ==, SQLITE_OK);
      while (sqlite3_step (plan) == SQLITE_ROW)
        {
          const char *detail = (const char *) sqlite3_column_text (plan, 3);

          if (reads_table (detail))
            g_error ("%s: %s", sqlite3_sql (next), detail);
        }
      sqlite3_finalize (plan);
      (*n_checked)++;
    }
  return TRUE;
}

static void
test_by_index (void)
{
  g_autoptr (PosternStore) store = open_store ("plans");
  guint n_lasting = 0, n_purge = 0, n_short = 0;
  struct {
    PosternKeep keep;
    gboolean write;
    PosternTxnFunc func;
    guint *n;
  } steps[] = {
    { POSTERN_KEEP_LASTING, TRUE, touch_everything, NULL }, { POSTERN_KEEP_LASTING, TRUE, check_plans, &n_lasting },
    { POSTERN_KEEP_LASTING, FALSE, check_plans, &n_purge }, { POSTERN_KEEP_SHORT, TRUE, check_plans, &n_short },
    { POSTERN_KEEP_SHORT, FALSE, check_plans, &n_short },
  };

  g_assert_true (postern_store_write (store, POSTERN_KEEP_LASTING, fill_lasting, NULL, NULL));
  g_assert_true (postern_store_write (store, POSTERN_KEEP_SHORT, fill_short, NULL, NULL));
  g_assert_cmpint (purge (store, POSTERN_KEEP_LASTING), ==, 5);
  g_assert_cmpint (purge (store, POSTERN_KEEP_SHORT), ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GError) error = NULL;

      (steps[i].write ? postern_store_write : postern_store_read) (store, steps[i].keep, steps[i].func, steps[i].n, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpuint (n_lasting, >=, 33);
  g_assert_cmpuint (n_purge, >=, 10);
  g_assert_cmpuint (n_short, >=, 8);
}

/* --- a statement is prepared once, whatever values it is run with --------------------------------------------------- */

/* There is an index of the rows of one kind only, so that another kind might be better found in another way. */
static gboolean
find_kinds (PosternTxn *txn, gpointer data, GError **error)
{
  static const char *const kinds[] = { "password", "passkey", "totp" };
  sqlite3_stmt *next = NULL;
  guint n_found = 0;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_assert_null (postern_credential_store_find (txn, "usr_", kinds[i], NULL));
  while ((next = sqlite3_next_stmt (txn->transaction->connection->handle, next)) != NULL)
    {
      n_found += strstr (sqlite3_sql (next), "FROM credentials") != NULL;
      g_assert_cmpint (sqlite3_stmt_status (next, SQLITE_STMTSTATUS_REPREPARE, FALSE), ==, 0);
    }
  g_assert_cmpuint (n_found, ==, 1);
  return TRUE;
}

static void
test_prepared_once (void)
{
  g_autoptr (PosternStore) store = open_store ("once");

  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, find_kinds, NULL, NULL));
}

/* --- deleting one person reads nobody else's rows ------------------------------------------------------------------ */

typedef struct {
  guint n;
  char **ids; /* of the users; the first one is deleted */
} Crowd;

static gboolean
add_person (PosternTxn *txn, const char *id, const char *application_id, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_new ();
  g_autoptr (PosternCredential) credential = postern_credential_new ();
  g_autoptr (PosternIdentity) identity = postern_identity_new ();
  g_autoptr (PosternSession) session = postern_session_new ();
  g_autoptr (PosternGrant) grant = postern_grant_new ();
  g_autoptr (PosternRefreshToken) token = postern_refresh_token_new ();

  user->id = g_strdup (id);
  credential->id = postern_id_new ("crd");
  credential->user_id = g_strdup (id);
  credential->kind = g_strdup ("password");
  credential->value = g_strdup ("value");
  identity->id = postern_id_new ("idn");
  identity->user_id = g_strdup (id);
  identity->connector = g_strdup ("google");
  identity->subject = g_strdup (id);
  session->id = postern_id_new ("ses");
  session->secret_hash = g_strdup ("hash");
  session->user_id = g_strdup (id);
  grant->id = postern_id_new ("gnt");
  grant->user_id = g_strdup (id);
  grant->session_id = g_strdup (session->id);
  grant->application_id = g_strdup (application_id);
  token->grant_key = postern_id_get_key (grant->id);
  token->hash = g_strdup ("hash");
  return postern_user_store_insert (txn, user, error) && postern_credential_store_put (txn, credential, error)
         && postern_identity_store_insert (txn, identity, error) && postern_session_store_insert (txn, session, error)
         && postern_grant_store_insert (txn, grant, error) && postern_refresh_store_insert (txn, token, error)
         && postern_device_store_put (txn, "hash", id, 1, error)
         && postern_consent_store_put (txn, id, application_id, "openid", 1, error);
}

static gboolean
add_crowd (PosternTxn *txn, gpointer data, GError **error)
{
  Crowd *crowd = data;
  g_autoptr (PosternApplication) application = postern_application_new ();

  application->id = postern_id_new ("app");
  application->name = g_strdup ("a");
  application->kind = g_strdup ("web");
  if (!postern_application_store_insert (txn, application, error))
    return FALSE;
  for (guint i = 0; i < crowd->n; i++)
    if (!add_person (txn, crowd->ids[i], application->id, error))
      return FALSE;
  return TRUE;
}

static int
count_step (gpointer data)
{
  (*(guint *) data)++;
  return 0;
}

typedef struct {
  const char *id;
  guint n; /* out: steps of sqlite's machine */
} Deletion;

static gboolean
delete_and_count (PosternTxn *txn, gpointer data, GError **error)
{
  Deletion *deletion = data;
  sqlite3 *handle = txn->transaction->connection->handle;
  gboolean done;

  sqlite3_progress_handler (handle, 1, count_step, &deletion->n);
  done = postern_user_store_delete (txn, deletion->id, error);
  sqlite3_progress_handler (handle, 0, NULL, NULL);
  return done;
}

/* Returns: how many steps it took to delete one of @n people */
static guint
delete_one_of (const char *tenant, guint n)
{
  g_autoptr (PosternStore) store = open_store (tenant);
  g_auto (GStrv) ids = g_new0 (char *, n + 1);
  Crowd crowd = { n, ids };
  Deletion deletion = { NULL, 0 };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    ids[i] = postern_id_new ("usr");
  deletion.id = ids[n / 2];
  postern_store_write (store, POSTERN_KEEP_LASTING, add_crowd, &crowd, &error);
  g_assert_no_error (error);
  postern_store_write (store, POSTERN_KEEP_LASTING, delete_and_count, &deletion, &error);
  g_assert_no_error (error);
  return deletion.n;
}

static void
test_delete_one (void)
{
  guint alone = delete_one_of ("few", 1);
  guint among_many = delete_one_of ("many", 3000);

  g_test_message ("%u steps alone, %u among 3000", alone, among_many);
  g_assert_cmpuint (alone, >, 50); /* it counts */
  g_assert_cmpuint (among_many, <, 2 * alone);
}

/* --- a full disk ---------------------------------------------------------------------------------------------------- */

static gboolean
limit_pages (PosternTxn *txn, gpointer data, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA max_page_count = %d", GPOINTER_TO_INT (data));

  return sqlite3_exec (txn->transaction->connection->handle, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static gboolean
put_large (PosternTxn *txn, gpointer data, GError **error)
{
  g_autofree char *text = g_strnfill (2 * 1024 * 1024, 'x');

  return postern_setting_store_put (txn, data, g_variant_new_string (text), 1, error);
}

static gboolean
put_small (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_setting_store_put (txn, data, g_variant_new_string ("x"), 1, error);
}

static gboolean
check_present (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GVariant) value = postern_setting_store_get (txn, data, error);

  return value != NULL;
}

static void
test_full_disk (void)
{
  g_autoptr (PosternStore) store = open_store ("full");
  g_autoptr (GError) error = NULL;

  g_assert_true (postern_store_write (store, POSTERN_KEEP_LASTING, limit_pages, GINT_TO_POINTER (100), NULL));
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "*free some space*");
  g_assert_false (postern_store_write (store, POSTERN_KEEP_LASTING, put_large, (gpointer) "large", &error));
  g_test_assert_expected_messages ();
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE);
  g_clear_error (&error);
  g_assert_true (postern_store_write (store, POSTERN_KEEP_LASTING, limit_pages, GINT_TO_POINTER (1000000), NULL));
  g_assert_true (postern_store_write (store, POSTERN_KEEP_LASTING, put_small, (gpointer) "small", &error));
  g_assert_no_error (error);
  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, check_present, (gpointer) "small", NULL));
  g_assert_false (postern_store_read (store, POSTERN_KEEP_LASTING, check_present, (gpointer) "large", NULL));
}

/* --- another process holds the file: the writer waits for it, and does not fail -------------------------------------- */

/*
 * Its commit waits, too: on a file that is not a log's yet it keeps out whoever reads, and the store that is being opened looks into the file again
 * and again.
 */
static gpointer
hold_a_while (gpointer data)
{
  sqlite3 *handle = data;

  sqlite3_busy_timeout (handle, 5000);
  g_usleep (300000);
  g_assert_cmpint (sqlite3_exec (handle, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
  return NULL;
}

static void
test_waits_for_another (void)
{
  g_autoptr (PosternStore) store = open_store ("held");
  g_autofree char *path = g_build_filename (location, "held", "lasting.db", NULL);
  g_autoptr (GError) error = NULL;
  sqlite3 *handle;
  GThread *thread;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  thread = g_thread_new ("holder", hold_a_while, handle);
  g_assert_true (postern_store_write (store, POSTERN_KEEP_LASTING, put_small, (gpointer) "x", &error));
  g_assert_no_error (error);
  g_thread_join (thread);
  sqlite3_close (handle);
}

/* As several workers do with a new file: each turns on the log, and sqlite3 lets nobody wait who has begun to read already. */
static void
test_opens_beside_another (void)
{
  g_autofree char *folder = g_build_filename (location, "early", NULL);
  g_autofree char *path = g_build_filename (folder, "lasting.db", NULL);
  sqlite3 *handle;
  GThread *thread;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  thread = g_thread_new ("holder", hold_a_while, handle);
  g_object_unref (open_store ("early"));
  g_thread_join (thread);
  sqlite3_close (handle);
}

/* --- the log does not grow without end -------------------------------------------------------------------------------- */

static void
test_log_stays_small (void)
{
  g_autoptr (PosternStore) store = open_store ("log");
  g_autofree char *path = g_build_filename (location, "log", "lasting.db-wal", NULL);
  struct stat st;

  for (guint i = 0; i < 150; i++)
    g_assert_true (postern_store_write (store, POSTERN_KEEP_LASTING, put_large, (gpointer) "large", NULL));
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_size, <, 128 * 1024 * 1024); /* of 300 MB written */
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  location = g_dir_make_tmp ("postern-sqlite-XXXXXX", NULL);
  g_test_add_func ("/sqlite/modes", test_modes);
  g_test_add_func ("/sqlite/reaches-no-other-file", test_reaches_no_other_file);
  g_test_add_func ("/sqlite/by-index", test_by_index);
  g_test_add_func ("/sqlite/prepared-once", test_prepared_once);
  g_test_add_func ("/sqlite/delete-one", test_delete_one);
  g_test_add_func ("/sqlite/full-disk", test_full_disk);
  g_test_add_func ("/sqlite/waits-for-another", test_waits_for_another);
  g_test_add_func ("/sqlite/opens-beside-another", test_opens_beside_another);
  g_test_add_func ("/sqlite/log-stays-small", test_log_stays_small);
  result = g_test_run ();
  postern_sqlite_test_store_remove (location);
  return result;
}
