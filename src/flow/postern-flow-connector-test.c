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

  g_assert_false (postern_flow_connector_enter (instance, now, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE);
}

/* A provider that hangs holds eight threads and no more. */
static void
test_calls (void)
{
  g_autoptr (PosternInstance) instance = new_instance ();

  for (guint i = 0; i < 8; i++)
    g_assert_true (postern_flow_connector_enter (instance, 100, NULL));
  assert_refused (instance, 100);
  postern_flow_connector_leave (instance, FALSE, 100);
  g_assert_true (postern_flow_connector_enter (instance, 100, NULL));
}

/* Five failures in a row close it; after the pause one call tries, and how that ends decides for all. */
static void
test_breaker (void)
{
  g_autoptr (PosternInstance) instance = new_instance ();

  for (guint i = 0; i < 5; i++) {
    g_assert_true (postern_flow_connector_enter (instance, 100, NULL));
    postern_flow_connector_leave (instance, TRUE, 100);
  }
  assert_refused (instance, 101);
  assert_refused (instance, 129);
  g_assert_true (postern_flow_connector_enter (instance, 130, NULL));
  assert_refused (instance, 130);
  postern_flow_connector_leave (instance, TRUE, 131);
  assert_refused (instance, 140);
  g_assert_true (postern_flow_connector_enter (instance, 161, NULL));
  postern_flow_connector_leave (instance, FALSE, 161);
  g_assert_true (postern_flow_connector_enter (instance, 161, NULL));
  g_assert_true (postern_flow_connector_enter (instance, 161, NULL));
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
  g_test_add_func ("/flow-connector/origins", test_origins);
  return g_test_run ();
}
