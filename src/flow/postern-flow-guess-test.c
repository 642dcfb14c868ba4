/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-fixture.h"

/* Passwords that somebody tries, one after another or too many at once. */

typedef void (*Guess) (Browser *browser, const char *email, const char *password);

static void
guess_in_turn (Browser *browser, const char *email, const char *password)
{
  g_autofree char *who = g_strdup_printf ("action=continue&identifier=%s", email);
  g_autofree char *what = g_strdup_printf ("action=continue&password=%s", password);

  browser_begin_anew (browser, application_flow (APP_FIRST, 0));
  browser_submit (browser, who);
  browser_submit (browser, what);
}

/* As a password manager fills in the first page. */
static void
guess_at_once (Browser *browser, const char *email, const char *password)
{
  g_autofree char *both = g_strdup_printf ("action=continue&identifier=%s&password=%s", email, password);

  browser_begin_anew (browser, application_flow (APP_FIRST, 0));
  browser_submit (browser, both);
}

/* Ten wrong ones, then nothing is tried any more but from a browser that the person signed in from before. */
static void
lock_out (const char *email, Guess guess)
{
  g_autoptr (Browser) owner = browser_new ("192.0.2.20");
  g_autoptr (Browser) stranger = browser_new ("198.51.100.1");
  g_autoptr (Browser) fresh = browser_new ("203.0.113.1");
  guint refused = 0;

  browser_sign_up (owner, email);
  for (guint i = 0; i < 20; i++) {
    guess (stranger, email, "guess");
    assert_page (stranger, "password");
    refused += postern_response_get_status (stranger->last) == 429;
  }
  g_assert_cmpuint (refused, ==, 10);
  g_assert_nonnull (postern_response_get_header (stranger->last, "Retry-After"));
  g_assert_cmpstr (browser_model (stranger, "identifier"), ==, email); /* what was typed is kept */
  guess (fresh, email, PASSWORD); /* the right one, from where nobody knows: not even tried */
  g_assert_cmpuint (postern_response_get_status (fresh->last), ==, 429);
  guess (owner, email, PASSWORD);
  assert_answer (owner, "fresh=1");
}

static void
test_lock_out (void)
{
  g_autoptr (Browser) stranger = browser_new ("198.51.100.2");
  guint refused = 0;

  lock_out ("olga@example.org", guess_in_turn);
  lock_out ("onna@example.org", guess_at_once);
  for (guint i = 0; i < 20; i++) { /* a name that nobody has is counted and refused alike */
    guess_in_turn (stranger, "nobody@example.org", "guess");
    refused += postern_response_get_status (stranger->last) == 429;
  }
  g_assert_cmpuint (refused, ==, 10);
}

static guint
count_guesses (const char *email, const char *address)
{
  g_autoptr (Browser) stranger = browser_new (address);
  guint let = 0;

  for (guint i = 0; i < 20; i++) {
    guess_in_turn (stranger, email, "guess");
    let += postern_response_get_status (stranger->last) != 429;
  }
  return let;
}

/* Nobody can tell by the lockout that somebody signs in to an account: with the name of nobody it comes at the same guess. */
static void
test_same_lock_out (void)
{
  g_autoptr (Browser) owner = browser_new ("192.0.2.21");

  browser_sign_up (owner, "otto@example.org");
  for (guint i = 0; i < 3; i++) {
    g_autoptr (Browser) fresh = browser_new ("192.0.2.22");

    guess_in_turn (fresh, "otto@example.org", PASSWORD);
    assert_answer (fresh, "fresh=1");
  }
  g_assert_cmpuint (count_guesses ("otto@example.org", "198.51.100.3"), ==, count_guesses ("nemo@example.org", "198.51.100.4"));
}

typedef struct {
  PosternPasswordPool *pool;
  GMutex lock; /* held as long as the threads of the pool shall be busy */
  gint begun;
} Busy;

static void
be_busy (gpointer data)
{
  Busy *busy = data;

  g_atomic_int_inc (&busy->begun);
  g_mutex_lock (&busy->lock);
  g_mutex_unlock (&busy->lock);
}

static gpointer
keep_busy (gpointer data)
{
  g_assert_true (postern_password_pool_run (((Busy *) data)->pool, 1, be_busy, data, NULL, NULL));
  return NULL;
}

/* More passwords at once than there is room for: the answer is 429 and a time, not a longer queue; what was typed stays. */
static void
test_full_pool (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.29");
  PosternFactorPassword *factor = POSTERN_FACTOR_PASSWORD (postern_registry_get_instance (house_registry, "password"));
  Busy busy = { postern_factor_password_get_pool (factor) };
  guint cores = g_get_num_processors ();
  g_autofree GThread **threads = g_new (GThread *, cores);

  browser_sign_up (browser, "greta@example.org");
  g_mutex_lock (&busy.lock);
  for (guint i = 0; i < cores; i++)
    threads[i] = g_thread_new ("busy", keep_busy, &busy);
  while (g_atomic_int_get (&busy.begun) < (gint) cores)
    g_usleep (1000);
  for (guint i = 0; i < 2; i++) {
    if (i == 0)
      guess_in_turn (browser, "greta@example.org", PASSWORD);
    else
      guess_at_once (browser, "greta@example.org", PASSWORD);
    assert_page (browser, "password");
    g_assert_cmpuint (postern_response_get_status (browser->last), ==, 429);
    g_assert_nonnull (postern_response_get_header (browser->last, "Retry-After"));
    g_assert_cmpstr (browser_model (browser, "identifier"), ==, "greta@example.org");
  }
  g_mutex_unlock (&busy.lock);
  for (guint i = 0; i < cores; i++)
    g_thread_join (threads[i]);
  browser_submit (browser, "action=continue&password=" PASSWORD);
  assert_answer (browser, "fresh=1");
}

static void
test_huge_password (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.30");
  g_autofree char *huge = g_strnfill (1024 * 1024, 'a');
  gint64 begin = g_get_monotonic_time ();

  guess_in_turn (browser, "ada@example.org", huge);
  assert_page (browser, "password");
  g_assert_cmpint (g_get_monotonic_time () - begin, <, G_TIME_SPAN_SECOND);
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_CREATE));
  g_autofree char *body = g_strdup_printf ("action=continue&identifier=huge@example.org&name=H&password=%s", huge);

  browser_submit (browser, body);
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "password");
}

/* The right password counts as no guess, even where the sign-in is refused after it and leaves no flow behind. */
static void
test_right_but_refused (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.45");
  g_autoptr (Browser) owner = browser_new ("192.0.2.46");
  gulong id;

  browser_sign_up (owner, "rita@example.org");
  id = g_signal_connect (house_hub, "decide::token", G_CALLBACK (hub_vote), GINT_TO_POINTER (POSTERN_VERDICT_DENY));
  for (guint i = 0; i < 12; i++) { /* more than an account has tries */
    browser_begin (browser, application_flow (APP_FIRST, 0));
    browser_sign_in (browser, "rita@example.org", PASSWORD);
    assert_answer (browser, "error=access_denied");
  }
  g_signal_handler_disconnect (house_hub, id);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/guess/lock-out", test_lock_out },
    { "/guess/same-lock-out", test_same_lock_out },
    { "/guess/full-pool", test_full_pool },
    { "/guess/huge-password", test_huge_password },
    { "/guess/right-but-refused", test_right_but_refused },
    { NULL },
  };

  return house_run (argc, argv, &(House){ FALSE }, tests);
}
