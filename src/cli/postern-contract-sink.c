/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-contract.h"

#include "postern-flow-private.h"
#include "postern-sink.h"

#define TELL_SECONDS 0.05 /* a person waits meanwhile */

/* One an instance: handlers connect while a worker starts, never later. */
static PosternHub *hub, *hanging_hub;

static double
tell (PosternHub *to, const char *name, GVariant *data)
{
  PosternEvent *event = postern_event_new (name, g_get_real_time (), data);
  gpointer watched = event;
  gint64 begin = g_get_monotonic_time ();

  g_object_add_weak_pointer (G_OBJECT (event), &watched);
  postern_hub_tell (to, event);
  begin = g_get_monotonic_time () - begin;
  g_object_unref (event);
  if (watched)
    g_object_remove_weak_pointer (watched, &watched); /* a sink may queue it */
  return (double) begin / G_USEC_PER_SEC;
}

void
postern_contract_sink_act (PosternContract *self, PosternInstance *instance, GCancellable *cancellable)
{
  tell (instance == self->hanging ? hanging_hub : hub, "sign-in.succeeded", g_variant_new_parsed ("{'user_id': <'usr_1'>}"));
}

static void
check_attach (PosternContract *self)
{
  hub = postern_hub_new ();
  hanging_hub = postern_hub_new ();
  postern_sink_attach (POSTERN_SINK (self->instance), hub);
  postern_sink_attach (POSTERN_SINK (self->hanging), hanging_hub);
  if (!postern_hub_is_heard (hub, "event") && !postern_hub_is_heard (hub, "decide") && !postern_hub_is_heard (hub, "collect-claims") &&
      !postern_hub_is_heard (hub, "collect-choices"))
    postern_contract_fault (self, "attach() connects to none of the hub's signals; connect to event, decide or one that collects");
}

static void
check_soon (PosternContract *self, PosternHub *to, const char *name, GVariant *data)
{
  double seconds = tell (to, name, data);

  if (seconds > TELL_SECONDS)
    postern_contract_fault (self, "%s is heard for %.2f s while a person waits; queue what takes long", name, seconds);
}

/* Once with a provider that hangs: one that is asked at once holds up a person for as long as it likes. */
static void
check_events (PosternContract *self)
{
  static const char *const names[] = { "sign-in.succeeded", "sign-in.failed", "token.issued", "key.rotated", "nobody.knows-this-one" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint full = 0; full < 2; full++)
      check_soon (self, hub, names[i], full ? g_variant_new_parsed ("{'user_id': <'usr_1'>, 'odd': <[<1>, <'\"\\u202e'>]>}") : NULL);
  check_soon (self, hanging_hub, names[0], NULL);
}

static void
check_votes (PosternContract *self)
{
  static const char *const details[] = { "sign-in", "token", "provision" };
  g_autoptr (PosternFlow) flow = postern_flow_new (POSTERN_ENTRANCE_BROWSER, "oidc");
  g_autoptr (PosternClaims) claims = postern_claims_new ();

  for (guint i = 0; i < G_N_ELEMENTS (details); i++)
    (void) postern_hub_decide (hub, details[i], flow);
  postern_claims_add_string (claims, "sub", "usr_1");
  postern_hub_collect_claims (hub, flow, claims);
  postern_hub_collect_choices (hub, flow, claims);
  if (g_strcmp0 (postern_claims_get_string (claims, "sub"), "usr_1") != 0)
    postern_contract_fault (self, "a claim was written over; add, never replace");
}

void
postern_contract_sink_check (PosternContract *self)
{
  postern_contract_check (self, "it listens to the hub", check_attach);
  postern_contract_check (self, "it hears every event, and soon", check_events);
  postern_contract_check (self, "it votes and collects without harm", check_votes);
}
