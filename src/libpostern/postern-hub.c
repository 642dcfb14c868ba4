/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-hub.h"
#include "postern-flow.h"

struct _PosternHub {
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (PosternHub, postern_hub, G_TYPE_OBJECT)

enum { DECIDE, COLLECT_CHOICES, COLLECT_CLAIMS, EVENT, N_SIGNALS };
static guint signals[N_SIGNALS];

static PosternVerdict
verdict_from_vote (int vote)
{
  return vote >= POSTERN_VERDICT_ABSTAIN && vote <= POSTERN_VERDICT_DENY ? (PosternVerdict) vote : POSTERN_VERDICT_DENY;
}

/* Votes commute, so the order in which plugins were loaded decides nothing; a DENY cannot be outvoted and ends the round. */
static gboolean
accumulate_strictest (GSignalInvocationHint *hint, GValue *so_far, const GValue *vote, gpointer data)
{
  PosternVerdict strictest = verdict_from_vote (g_value_get_int (so_far));
  PosternVerdict next = verdict_from_vote (g_value_get_int (vote));

  g_value_set_int (so_far, (int) MAX (strictest, next));
  return next != POSTERN_VERDICT_DENY;
}

static void
postern_hub_class_init (PosternHubClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  signals[DECIDE] = g_signal_new ("decide", type, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, accumulate_strictest, NULL,
                                  NULL, G_TYPE_INT, 1, POSTERN_TYPE_FLOW);
  signals[COLLECT_CHOICES] = g_signal_new ("collect-choices", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                           2, POSTERN_TYPE_FLOW, POSTERN_TYPE_CLAIMS);
  signals[COLLECT_CLAIMS] = g_signal_new ("collect-claims", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                          2, POSTERN_TYPE_FLOW, POSTERN_TYPE_CLAIMS);
  signals[EVENT] = g_signal_new ("event", type, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, POSTERN_TYPE_EVENT);
}

static void
postern_hub_init (PosternHub *self)
{
}

PosternHub *
postern_hub_new (void)
{
  return g_object_new (POSTERN_TYPE_HUB, NULL);
}

/* A detail that nobody connected to has no quark, and needs none: a stranger's words must not fill the quark table. */
PosternVerdict
postern_hub_decide (PosternHub *self, const char *detail, PosternFlow *flow)
{
  int verdict = POSTERN_VERDICT_ABSTAIN;

  g_return_val_if_fail (POSTERN_IS_HUB (self), POSTERN_VERDICT_DENY);
  g_signal_emit (self, signals[DECIDE], g_quark_try_string (detail), flow, &verdict);
  return verdict_from_vote (verdict);
}

void
postern_hub_collect_claims (PosternHub *self, PosternFlow *flow, PosternClaims *claims)
{
  g_return_if_fail (POSTERN_IS_HUB (self));
  g_signal_emit (self, signals[COLLECT_CLAIMS], 0, flow, claims);
}

void
postern_hub_collect_choices (PosternHub *self, PosternFlow *flow, PosternClaims *choices)
{
  g_return_if_fail (POSTERN_IS_HUB (self));
  g_signal_emit (self, signals[COLLECT_CHOICES], 0, flow, choices);
}

void
postern_hub_tell (PosternHub *self, PosternEvent *event)
{
  g_return_if_fail (POSTERN_IS_HUB (self));
  g_signal_emit (self, signals[EVENT], g_quark_try_string (postern_event_get_name (event)), event);
}

/* Not g_signal_has_handler_pending(), which without a detail does not see who asked for one. */
gboolean
postern_hub_is_heard (PosternHub *self, const char *signal)
{
  guint id = g_signal_lookup (signal, POSTERN_TYPE_HUB);

  return g_signal_handler_find (self, G_SIGNAL_MATCH_ID, id, 0, NULL, NULL, NULL) != 0;
}
