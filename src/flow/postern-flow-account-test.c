/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-code-fixture.h"

/* What a person changes about the account, and what others must not. */

static char *
answered_user (Browser *browser)
{
  const char *user = strstr (browser_page (browser), "user=");

  g_assert_nonnull (user);
  return g_strndup (user + strlen ("user="), strcspn (user + strlen ("user="), "&"));
}

/** Signed in by the password. */
static Browser *
browser_enter (const char *address, const char *email)
{
  Browser *browser = browser_new (address);

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, email, PASSWORD);
  assert_answer (browser, "fresh=1");
  return browser;
}

static gboolean
age_sessions (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) sessions = postern_session_store_list (txn, data, TRUE, NULL, 10, error);

  for (guint i = 0; sessions && i < sessions->len; i++) {
    PosternSession *session = g_ptr_array_index (sessions, i);

    session->auth_time -= 301;
    if (!postern_session_store_raise (txn, session, error))
      return FALSE;
  }
  return sessions != NULL;
}

/* --- taking away ------------------------------------------------------------------------------------------------------ */

typedef struct {
  const char *user_id;
  char *id; /* (nullable): of the first credential */
} First;

static gboolean
find_first (PosternTxn *txn, gpointer data, GError **error)
{
  First *first = data;
  g_autoptr (GPtrArray) list = postern_credential_store_list (txn, first->user_id, error);

  g_clear_pointer (&first->id, g_free);
  if (list && list->len > 0)
    first->id = g_strdup (((PosternCredential *) g_ptr_array_index (list, 0))->id);
  return list != NULL;
}

static char *
first_credential (const char *user_id)
{
  First first = { user_id, NULL };

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, find_first, &first, NULL));
  return first.id;
}

/* Whether @user_id has none left after @browser pressed the button of @id. */
static gboolean
removes (Browser *browser, const char *user_id, const char *id)
{
  g_autofree char *body = g_strdup_printf ("action=remove:%s", id);
  g_autofree char *left = NULL;

  browser_post (browser, "/account", body);
  left = first_credential (user_id);
  return left == NULL;
}

static void
test_remove (void)
{
  g_autofree char *id = user_make_with_password ("remo@example.org", TRUE);
  g_autofree char *other = user_make_with_password ("stranger@example.org", TRUE);
  g_autofree char *password = first_credential (id);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.1", "remo@example.org");
  g_autoptr (Browser) elsewhere = browser_enter ("192.0.2.2", "remo@example.org");
  g_autoptr (Browser) stranger = browser_enter ("192.0.2.66", "stranger@example.org");

  g_assert_false (removes (stranger, id, password)); /* somebody else's */
  fixture_write (house_store, age_sessions, id);
  g_assert_false (removes (browser, id, password)); /* a browser that was left open */
  browser_follow (browser);
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, "remo@example.org");
  browser_sign_in (browser, "remo@example.org", PASSWORD);
  assert_page (browser, "account");
  g_assert_true (removes (browser, id, password)); /* a code to the proved address is left */
  assert_page (browser, "/account?notice=removed");
  g_assert_cmpuint (post_count ("remo@example.org", "security-notice", NULL), ==, 1);
  browser_begin (elsewhere, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (elsewhere, "error=login_required");
}

/* Nobody shuts themselves out: an address that was never proved is no way in. */
static void
test_remove_last (void)
{
  g_autofree char *id = user_make_with_password ("last@example.org", FALSE);
  g_autofree char *password = first_credential (id);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.3", "last@example.org");

  g_assert_false (removes (browser, id, password));
  assert_page (browser, "/account?notice=last-way");
  browser_follow (browser);
  g_assert_nonnull (browser_model (browser, "notice"));
}

/* --- the page of a task ------------------------------------------------------------------------------------------------- */

static void
test_task_wants_fresh (void)
{
  g_autofree char *id = user_make ("fresh@example.org", TRUE, NULL);
  g_autoptr (Browser) browser = browser_new ("192.0.2.4");
  g_autofree char *who = NULL;

  browser_ask_code (browser, "fresh@example.org");
  browser_enter_newest (browser, "fresh@example.org");
  who = answered_user (browser);
  g_assert_cmpstr (who, ==, id);
  fixture_write (house_store, age_sessions, id);
  browser_get (browser, "/account/password"); /* there is no old one to ask for */
  browser_follow (browser);
  browser_submit (browser, "action=continue&identifier=fresh@example.org");
  browser_submit (browser, "action=factor:code");
  browser_enter_newest (browser, "fresh@example.org");
  assert_page (browser, "change-password");
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  house_has_messenger = TRUE;
  house_begin ();
  policy_set ("{\"codes_per_recipient\":1000}");
  g_test_add_func ("/account/remove", test_remove);
  g_test_add_func ("/account/remove-last", test_remove_last);
  g_test_add_func ("/account/task-wants-fresh", test_task_wants_fresh);
  failed = g_test_run ();
  house_end ();
  return failed;
}
