/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-contract.h"

#include "postern-flow-private.h"
#include "postern-sink.h"

#include <string.h>

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

/* --- what it is delivered ------------------------------------------------------------------------------------------- */

typedef struct {
  const char *tenant;
  GPtrArray *events;
  GCancellable *cancellable; /* (nullable) */
} Batch;

/* Goes up, as in every log; each thread has a tenant of its own. */
static gint64
take_number (void)
{
  static GMutex lock;
  static gint64 number;
  gint64 taken;

  g_mutex_lock (&lock);
  taken = number++;
  g_mutex_unlock (&lock);
  return taken;
}

/* @rest: (nullable): an a{sv}, floating is sunk: members beside id and number */
static void
add_entry (GPtrArray *events, const char *name, GVariant *rest)
{
  g_autoptr (GVariant) owned = rest ? g_variant_ref_sink (rest) : NULL;
  g_auto (GVariantDict) data = G_VARIANT_DICT_INIT (owned);
  gint64 number = take_number ();
  g_autofree char *id = g_strdup_printf ("aud_%026" G_GINT64_FORMAT, number);

  g_variant_dict_insert (&data, "id", "s", id);
  g_variant_dict_insert (&data, "number", "x", number);
  g_ptr_array_add (events, postern_event_new (name, g_get_real_time (), g_variant_dict_end (&data)));
}

static GVariant *
usual_members (void)
{
  return g_variant_new_parsed ("{'actor': <'usr_1'>, 'target': <'usr_2'>, 'request_id': <'req_1'>, 'remote_address': <'192.0.2.1'>, 'data': <{'members': <['name']>}>}");
}

/* Not postern_sink_deliver(), which makes up for an error that is missing. Returns: whether all were taken */
static gboolean
deliver (PosternContract *self, PosternInstance *instance, const Batch *batch)
{
  GError *error = NULL;
  gboolean taken = POSTERN_SINK_GET_CLASS (instance)->deliver (POSTERN_SINK (instance), batch->tenant, batch->events, batch->cancellable, &error);

  if (!taken)
    postern_contract_take_error (self, "deliver()", error);
  else if (error)
    postern_contract_fault (self, "deliver() returns TRUE and sets an error; do one of them");
  if (taken)
    g_clear_error (&error);
  return taken;
}

static void
deliver_one (PosternContract *self, PosternInstance *instance, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *tenant = g_strdup_printf ("tenant-%p", (gpointer) g_thread_self ());
  Batch batch = { tenant, events, cancellable };

  add_entry (events, "sign-in.succeeded", usual_members ());
  deliver (self, instance, &batch);
}

void
postern_contract_sink_act (PosternContract *self, PosternInstance *instance, GCancellable *cancellable)
{
  tell (instance == self->hanging ? hanging_hub : hub, "sign-in.succeeded", g_variant_new_parsed ("{'user_id': <'usr_1'>}"));
  if (postern_sink_takes_log (POSTERN_SINK (instance)))
    deliver_one (self, instance, cancellable);
}

/* The batch comes a second time, as after a crash: who took it once takes it again. Then it is nobody's any more. */
static void
deliver_twice (PosternContract *self, GPtrArray *events)
{
  Batch batch = { "contract-kit", events, NULL };
  g_autoptr (GPtrArray) watched = g_ptr_array_new ();
  gboolean taken = deliver (self, self->instance, &batch);

  if (taken && !deliver (self, self->instance, &batch))
    postern_contract_fault (self, "deliver() took entries and refuses them when they come again, as they do after a crash; take them, and leave out by id or number what is there");
  g_ptr_array_set_size (watched, (int) events->len);
  for (guint i = 0; i < events->len; i++) {
    watched->pdata[i] = events->pdata[i];
    g_object_add_weak_pointer (watched->pdata[i], &watched->pdata[i]);
  }
  g_ptr_array_unref (events);
  for (guint i = 0; i < watched->len; i++)
    if (watched->pdata[i]) {
      g_object_remove_weak_pointer (watched->pdata[i], &watched->pdata[i]);
      postern_contract_fault (self, "deliver() keeps a reference to an event, or to the array; what it returned TRUE for must be kept already, and the rest comes again");
    }
}

static void
check_deliver (PosternContract *self)
{
  static const char *const names[] = { "user.created", "sign-in.failed", "nobody.knows-this-one", "two words", "\xc3\xa4\xe2\x80\xae\xf0\x9f\x94\x91" };
  g_autofree char *endless = g_strnfill (65536, 'x');
  const char *texts[] = { "", "\xc3\xa4\xe2\x80\xae\xf0\x9f\x94\x91", "a\r\nb: c\n\n<14>1 -", "%s%n\"'\\", endless };
  GPtrArray *many = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    GPtrArray *bare = g_ptr_array_new_with_free_func (g_object_unref), *full = g_ptr_array_new_with_free_func (g_object_unref);

    add_entry (bare, names[i], NULL);
    add_entry (full, names[i], g_variant_new_parsed ("{'actor': <%s>, 'target': <%s>, 'remote_address': <%s>, 'data': <{'odd': <[<1>, <%s>]>, 'nothing': <@mv nothing>, 'empty': <@a{sv} {}>}>, 'personal': <@a{sv} {}>}",
                                                     texts[i], texts[i], texts[i], texts[i]));
    deliver_twice (self, bare);
    deliver_twice (self, full);
  }
  for (guint i = 0; i < 100; i++)
    add_entry (many, names[i % 2], usual_members ());
  deliver_twice (self, many);
}

/* --- what it hears -------------------------------------------------------------------------------------------------- */

static gboolean
is_heard_at_all (PosternHub *at)
{
  static const char *const signals[] = { "event", "decide", "collect-claims", "collect-choices" };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    if (postern_hub_is_heard (at, signals[i]))
      return TRUE;
  return FALSE;
}

static void
check_attach (PosternContract *self)
{
  hub = postern_hub_new ();
  hanging_hub = postern_hub_new ();
  postern_sink_attach (POSTERN_SINK (self->instance), hub);
  postern_sink_attach (POSTERN_SINK (self->hanging), hanging_hub);
  if (!is_heard_at_all (hub) && !postern_sink_takes_log (POSTERN_SINK (self->instance)))
    postern_contract_fault (self, "it has no deliver(), and attach() connects to none of the hub's signals; take the log, or connect to event, decide or one that collects");
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

/* As the server lets go of one that is switched off. */
static void
check_let_go (PosternContract *self)
{
  g_signal_handlers_disconnect_by_data (hanging_hub, self->hanging);
  if (is_heard_at_all (hanging_hub))
    postern_contract_fault (self, "it still listens when it is switched off; connect to the hub with the sink itself as the handler's data, as by g_signal_connect_object()");
}

void
postern_contract_sink_check (PosternContract *self)
{
  postern_contract_check (self, "it listens to the hub, or takes the log", check_attach);
  postern_contract_check (self, "it hears every event, and soon", check_events);
  postern_contract_check (self, "it votes and collects without harm", check_votes);
  postern_contract_check (self, "it is let go when it is switched off", check_let_go);
  if (postern_sink_takes_log (POSTERN_SINK (self->instance)))
    postern_contract_check (self, "deliver takes what the log holds, once more, too", check_deliver);
}
