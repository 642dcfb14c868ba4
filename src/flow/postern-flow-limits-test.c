/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-code-fixture.h"

/* A session ends when nobody comes back, and in any case at its end: whatever asks, and however often it was used. */

typedef struct {
  char *user_id, *session_id;
  gint64 expires_at, idle_expires_at, used_at; /* to write where not 0; then as read */
  PosternSession *session;                     /* (nullable) */
} Limits;

static gboolean
read_session (PosternTxn *txn, gpointer data, GError **error)
{
  Limits *it = data;

  g_clear_pointer (&it->session, postern_session_unref);
  it->session = postern_session_store_get (txn, it->session_id, error);
  return it->session != NULL;
}

static gboolean
write_session (PosternTxn *txn, gpointer data, GError **error)
{
  Limits *it = data;

  if (!read_session (txn, it, error))
    return FALSE;
  it->session->expires_at = it->expires_at ? it->expires_at : it->session->expires_at;
  it->session->idle_expires_at = it->idle_expires_at ? it->idle_expires_at : it->session->idle_expires_at;
  it->session->used_at = it->used_at ? it->used_at : it->session->used_at;
  return postern_session_store_raise (txn, it->session, error);
}

static PosternSession *
read_limits (Limits *it)
{
  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, read_session, it, NULL));
  return it->session;
}

static gint64
get_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
limits_clear (Limits *it)
{
  g_free (it->user_id);
  g_free (it->session_id);
  g_clear_pointer (&it->session, postern_session_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Limits, limits_clear)

/* Signs up and notes whose session it is. */
static void
enter (Browser *browser, const char *email, Limits *it)
{
  browser_sign_up (browser, email);
  it->user_id = browser_dup_part (browser, "user=");
  it->session_id = browser_dup_part (browser, "session=");
}

static gboolean
gives_token (const Limits *it)
{
  PosternFlow *flow = postern_flow_new (POSTERN_ENTRANCE_REFRESH, "test");
  g_autoptr (PosternResponse) response = NULL;

  flow->application_id = g_strdup (APP_FIRST);
  flow->user_id = g_strdup (it->user_id);
  flow->session_id = g_strdup (it->session_id);
  response = postern_flow_engine_run (house_engine, flow, NULL, NULL);
  g_object_unref (flow);
  return strstr (postern_response_get_header (response, "Location"), "user=usr_") != NULL;
}

static void
assert_over (Browser *browser, const Limits *it)
{
  assert_signed_out (browser);
  browser_get (browser, "/account");
  browser_follow (browser);
  assert_page (browser, "identifier");
  g_assert_false (gives_token (it));
}

static void
test_policy (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.1");
  g_auto (Limits) it = { NULL };
  PosternSession *session;

  policy_set ("{\"session_lifetime\":7200,\"session_idle_lifetime\":600}");
  enter (browser, "policy@example.org", &it);
  session = read_limits (&it);
  g_assert_cmpint (session->expires_at, ==, session->created_at + 7200);
  g_assert_cmpint (session->idle_expires_at, ==, session->created_at + 600);
  g_assert_true (gives_token (&it));
}

static void
test_idle (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.2");
  g_auto (Limits) it = { NULL };

  enter (browser, "idle@example.org", &it);
  it.idle_expires_at = get_now ();
  fixture_write (house_store, write_session, &it);
  assert_over (browser, &it);
  g_assert_cmpint (read_limits (&it)->idle_expires_at, <=, get_now ()); /* asking did not bring it back */
}

static void
test_absolute (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.3");
  g_auto (Limits) it = { NULL };

  enter (browser, "absolute@example.org", &it);
  it.expires_at = get_now ();
  fixture_write (house_store, write_session, &it);
  assert_over (browser, &it);
}

/* Whoever comes back puts the one end off, up to the other. */
static void
test_use (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.4");
  g_auto (Limits) it = { NULL };
  gint64 end = get_now () + 300;
  PosternSession *session;

  enter (browser, "use@example.org", &it);
  it.expires_at = end;
  it.idle_expires_at = get_now () + 30;
  it.used_at = get_now () - 120;
  fixture_write (house_store, write_session, &it);
  assert_signed_in (browser);
  session = read_limits (&it);
  g_assert_cmpint (session->used_at, >=, get_now () - 5);
  g_assert_cmpint (session->idle_expires_at, ==, end);
  g_assert_cmpint (session->expires_at, ==, end);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/limits/idle", test_idle },
    { "/limits/absolute", test_absolute },
    { "/limits/use", test_use },
    { "/limits/policy", test_policy },
    { NULL },
  };

  return house_run (argc, argv, &(House){ FALSE }, tests);
}
