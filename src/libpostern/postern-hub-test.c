/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-hub.h"
#include "postern-flow-private.h"

static int
vote (PosternHub *hub, PosternFlow *flow, gpointer value)
{
  return GPOINTER_TO_INT (value);
}

static PosternVerdict
decide (const int *votes, guint n_votes)
{
  g_autoptr (PosternHub) hub = postern_hub_new ();
  g_autoptr (PosternFlow) flow = postern_flow_new (POSTERN_ENTRANCE_BROWSER, "oidc");

  for (guint i = 0; i < n_votes; i++)
    g_signal_connect (hub, "decide::sign-in", G_CALLBACK (vote), GINT_TO_POINTER (votes[i]));
  return postern_hub_decide (hub, "sign-in", flow);
}

static void
test_strictest_wins (void)
{
  static const int scale[] = { POSTERN_VERDICT_ABSTAIN, POSTERN_VERDICT_ALLOW, POSTERN_VERDICT_STEP_UP, POSTERN_VERDICT_DENY };
  static const int strange[] = { -1, 4, 1000, G_MININT };

  g_assert_cmpint (decide (NULL, 0), ==, POSTERN_VERDICT_ABSTAIN);
  for (guint i = 0; i < G_N_ELEMENTS (scale); i++)
    for (guint k = 0; k < G_N_ELEMENTS (scale); k++) {
      int pair[] = { scale[i], scale[k] };
      g_assert_cmpint (decide (pair, 2), ==, (int) MAX (i, k));
    }
  for (guint i = 0; i < G_N_ELEMENTS (strange); i++) {
    int pair[] = { strange[i], POSTERN_VERDICT_ALLOW };
    g_assert_cmpint (decide (pair, 2), ==, POSTERN_VERDICT_DENY);
  }
}

static void
test_other_detail (void)
{
  g_autoptr (PosternHub) hub = postern_hub_new ();
  g_autoptr (PosternFlow) flow = postern_flow_new (POSTERN_ENTRANCE_BROWSER, "oidc");

  g_signal_connect (hub, "decide::token", G_CALLBACK (vote), GINT_TO_POINTER (POSTERN_VERDICT_DENY));
  g_assert_cmpint (postern_hub_decide (hub, "sign-in", flow), ==, POSTERN_VERDICT_ABSTAIN);
  g_assert_cmpint (postern_hub_decide (hub, "token", flow), ==, POSTERN_VERDICT_DENY);
  g_assert_cmpint (postern_hub_decide (hub, "nobody-knows-this", flow), ==, POSTERN_VERDICT_ABSTAIN);
}

static void
add_claim (PosternHub *hub, PosternFlow *flow, PosternClaims *claims, gpointer value)
{
  postern_claims_add_string (claims, "role", value);
}

static void
test_collect (void)
{
  g_autoptr (PosternHub) hub = postern_hub_new ();
  g_autoptr (PosternFlow) flow = postern_flow_new (POSTERN_ENTRANCE_BROWSER, "oidc");
  g_autoptr (PosternClaims) claims = postern_claims_new ();

  g_signal_connect (hub, "collect-claims", G_CALLBACK (add_claim), (gpointer) "first");
  g_signal_connect (hub, "collect-claims", G_CALLBACK (add_claim), (gpointer) "second");
  postern_hub_collect_choices (hub, flow, claims);
  g_assert_null (postern_claims_get (claims, "role"));
  postern_hub_collect_claims (hub, flow, claims);
  g_assert_cmpstr (postern_claims_get_string (claims, "role"), ==, "first");
}

static void
on_event (PosternHub *hub, PosternEvent *event, gpointer count)
{
  (*(guint *) count)++;
}

static void
test_event (void)
{
  g_autoptr (PosternHub) hub = postern_hub_new ();
  g_autoptr (PosternEvent) good = postern_event_new ("sign-in.succeeded", 1, NULL);
  g_autoptr (PosternEvent) other = postern_event_new ("sign-in.failed", 1, NULL);
  guint some = 0, all = 0;

  g_assert_false (postern_hub_is_heard (hub, "event"));
  g_signal_connect (hub, "event::sign-in.succeeded", G_CALLBACK (on_event), &some);
  g_assert_true (postern_hub_is_heard (hub, "event"));
  g_assert_false (postern_hub_is_heard (hub, "decide"));
  g_signal_connect (hub, "event", G_CALLBACK (on_event), &all);
  postern_hub_tell (hub, good);
  postern_hub_tell (hub, other);
  g_assert_cmpuint (some, ==, 1);
  g_assert_cmpuint (all, ==, 2);
  g_assert_cmpuint (g_variant_n_children (postern_event_get_data (good)), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/strictest-wins", test_strictest_wins);
  g_test_add_func ("/hub/other-detail", test_other_detail);
  g_test_add_func ("/hub/collect", test_collect);
  g_test_add_func ("/hub/event", test_event);
  return g_test_run ();
}
