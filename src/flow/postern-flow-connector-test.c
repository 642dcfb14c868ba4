/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-connector.h"

#include "postern-authenticator.h"
#include "postern-error.h"

#define TEST_TYPE_NOBODY (test_nobody_get_type ())
G_DECLARE_FINAL_TYPE (TestNobody, test_nobody, TEST, NOBODY, PosternConnector)

struct _TestNobody {
  PosternConnector parent_instance;
};

G_DEFINE_FINAL_TYPE (TestNobody, test_nobody, POSTERN_TYPE_CONNECTOR)

static void
test_nobody_class_init (TestNobodyClass *klass)
{
}

static void
test_nobody_init (TestNobody *self)
{
}

static PosternInstance *
new_instance (void)
{
  PosternInstance *instance = g_object_new (TEST_TYPE_NOBODY, NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed ("@a{ss} {'issuer': 'https://provider.example/realm'}"), NULL);

  postern_instance_set_identity (instance, "nobody", "nobody", "Nobody", NULL, settings);
  return instance;
}

static void
assert_refused (PosternInstance *instance, gint64 now)
{
  g_autoptr (GError) error = NULL;
  guint place;

  g_assert_false (postern_flow_connector_enter (instance, now, &place, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE);
}

static guint
enter (PosternInstance *instance, gint64 now)
{
  g_autoptr (GError) error = NULL;
  guint place = G_MAXUINT;

  g_assert_true (postern_flow_connector_enter (instance, now, &place, &error));
  g_assert_no_error (error);
  return place;
}

static void
call (PosternInstance *instance, PosternFlowBreakerEnd end, gint64 now)
{
  postern_flow_connector_leave (instance, enter (instance, now), end, now);
}

static void
leave_all (PosternInstance *instance, guint count, gint64 now)
{
  for (guint place = 0; place < count; place++)
    postern_flow_connector_leave (instance, place, POSTERN_FLOW_BREAKER_GOOD, now);
}

/* A provider that hangs holds eight threads and no more; several hold twelve. */
static void
test_calls (void)
{
  g_autoptr (PosternInstance) instance = new_instance ();
  g_autoptr (PosternInstance) other = new_instance ();

  for (guint i = 0; i < 8; i++)
    g_assert_cmpuint (enter (instance, 100), ==, i);
  assert_refused (instance, 100);
  for (guint i = 0; i < 4; i++)
    enter (other, 100);
  assert_refused (other, 100);
  postern_flow_connector_leave (instance, 3, POSTERN_FLOW_BREAKER_GOOD, 100);
  g_assert_cmpuint (enter (instance, 100), ==, 3);
  leave_all (other, 4, 100);
  leave_all (instance, 8, 100);
}

/* Five failures in a row close it; after the pause one call tries, and how that ends decides for all. */
static void
test_breaker (void)
{
  g_autoptr (PosternInstance) instance = new_instance ();
  guint place;

  for (guint i = 0; i < 5; i++)
    call (instance, POSTERN_FLOW_BREAKER_FAILED, 100);
  assert_refused (instance, 101);
  assert_refused (instance, 129);
  g_assert_cmpuint (postern_flow_connector_get_pause (instance, 110), ==, 20);
  g_assert_cmpuint (postern_flow_connector_get_pause (instance, 130), ==, 0);
  place = enter (instance, 130);
  assert_refused (instance, 130);
  postern_flow_connector_leave (instance, place, POSTERN_FLOW_BREAKER_FAILED, 131);
  assert_refused (instance, 140);
  call (instance, POSTERN_FLOW_BREAKER_GOOD, 161);
  enter (instance, 161);
  enter (instance, 161);
  leave_all (instance, 2, 161);
}

/* One call that hangs is enough, long before it fails, if nobody has come back since. */
static void
test_hang (void)
{
  g_autoptr (PosternInstance) instance = new_instance ();
  guint hung = enter (instance, 100);

  g_assert_cmpuint (postern_flow_connector_get_pause (instance, 104), ==, 0);
  postern_flow_connector_leave (instance, enter (instance, 104), POSTERN_FLOW_BREAKER_LEFT, 104);
  assert_refused (instance, 105);
  assert_refused (instance, 109);
  g_assert_cmpuint (postern_flow_connector_get_pause (instance, 105), ==, 30);
  postern_flow_connector_leave (instance, hung, POSTERN_FLOW_BREAKER_FAILED, 110);
  assert_refused (instance, 139);
  call (instance, POSTERN_FLOW_BREAKER_GOOD, 140);
  call (instance, POSTERN_FLOW_BREAKER_GOOD, 140);
}

/* A slow one while others come back is only slow, and then it may even end well. */
static void
test_slow (void)
{
  g_autoptr (PosternInstance) instance = new_instance ();
  guint slow = enter (instance, 100);

  call (instance, POSTERN_FLOW_BREAKER_GOOD, 103);
  call (instance, POSTERN_FLOW_BREAKER_GOOD, 109);
  postern_flow_connector_leave (instance, slow, POSTERN_FLOW_BREAKER_FAILED, 110);
  call (instance, POSTERN_FLOW_BREAKER_GOOD, 110);
  slow = enter (instance, 200);
  assert_refused (instance, 206);
  postern_flow_connector_leave (instance, slow, POSTERN_FLOW_BREAKER_GOOD, 207);
  call (instance, POSTERN_FLOW_BREAKER_GOOD, 207);
}

/* Whoever presses the button and leaves, as often as they like, closes it for nobody. */
static void
test_left (void)
{
  g_autoptr (PosternInstance) instance = new_instance ();

  for (guint i = 0; i < 100; i++)
    call (instance, POSTERN_FLOW_BREAKER_LEFT, 100);
  call (instance, POSTERN_FLOW_BREAKER_GOOD, 100);
  postern_flow_connector_leave (instance, enter (instance, 200), POSTERN_FLOW_BREAKER_LEFT, 206); /* after a while it was our clock that left */
  assert_refused (instance, 207);
}

static void
assert_origin (const char *url, const char *expected)
{
  g_autofree char *origin = postern_flow_connector_dup_origin (url);

  g_assert_cmpstr (origin, ==, expected);
}

static void
test_origins (void)
{
  g_autoptr (PosternInstance) instance = new_instance ();
  g_autoptr (GPtrArray) origins = NULL;

  assert_origin ("https://a.example/x?y#z", "https://a.example");
  assert_origin ("http://a.example:8080/", "http://a.example:8080");
  assert_origin ("http://[::1]:8080/", "http://[::1]:8080");
  assert_origin ("https://user:secret@a.example/", "https://a.example");
  assert_origin ("javascript:alert(1)", NULL);
  assert_origin ("/relative", NULL);
  assert_origin (NULL, NULL);

  g_assert_true (postern_flow_connector_learn (instance, "https://provider.example/authorize"));
  g_assert_false (postern_flow_connector_learn (instance, "https://elsewhere.example/authorize"));
  g_assert_true (postern_flow_connector_learn (instance, "https://elsewhere.example/authorize"));
  origins = postern_flow_connector_dup_origins (instance);
  g_assert_cmpuint (origins->len, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow-connector/calls", test_calls);
  g_test_add_func ("/flow-connector/breaker", test_breaker);
  g_test_add_func ("/flow-connector/hang", test_hang);
  g_test_add_func ("/flow-connector/slow", test_slow);
  g_test_add_func ("/flow-connector/left", test_left);
  g_test_add_func ("/flow-connector/origins", test_origins);
  return g_test_run ();
}
