/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-contract.h"

#include <malloc.h>

#define PROMPT_SECONDS 1.0 /* within which whoever is told to stop has stopped */
#define SLOW_SECONDS 0.02  /* what takes longer is not done hundreds of times */
#define N_THREADS 8
#define N_ACTS 25
#define N_WARM 100
#define N_COUNTED 400
#define N_ROUNDS 4
#define SETTLE_USEC 20000
#define LEAK_BYTES 16 /* an ask: less is noise of the allocator */

static PosternContractAct act_of_kind;

static double
take_time (PosternContract *self, PosternInstance *instance, GCancellable *cancellable)
{
  gint64 begin = g_get_monotonic_time ();

  act_of_kind (self, instance, cancellable);
  return (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
}

static void
check_cancelled (PosternContract *self)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  double seconds;

  g_cancellable_cancel (cancellable);
  seconds = take_time (self, self->hanging, cancellable);
  if (seconds > PROMPT_SECONDS)
    postern_contract_fault (self, "it goes on for %.1f s although its cancellable had fired before it began; hand the cancellable to whatever blocks", seconds);
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (G_USEC_PER_SEC / 4);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
check_deadline (PosternContract *self)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = g_thread_new ("deadline", cancel_soon, cancellable);
  double seconds = take_time (self, self->hanging, cancellable);

  g_thread_join (thread);
  if (seconds > 0.25 + PROMPT_SECONDS)
    postern_contract_fault (self, "it goes on for %.1f s, and its deadline was after 0.25 s; hand the cancellable to whatever blocks", seconds);
}

static gpointer
act_often (gpointer data)
{
  PosternContract *self = data;

  for (guint i = 0; i < N_ACTS; i++)
    act_of_kind (self, self->instance, NULL);
  return NULL;
}

static void
check_threads (PosternContract *self)
{
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("ask", act_often, self);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

/* Bytes that are in use after N_COUNTED asks and were not before */
static gsize
count_growth (PosternContract *self, GCancellable *cancellable)
{
  gsize before = mallinfo2 ().uordblks, after;

  for (guint i = 0; i < N_COUNTED; i++)
    act_of_kind (self, self->instance, cancellable);
  g_usleep (SETTLE_USEC);
  after = mallinfo2 ().uordblks;
  return after > before ? after - before : 0;
}

/*
 * The allocator's own count; where a sanitizer has taken its place, that one reports at the end. Threads of GLib's own come and
 * go meanwhile, so only what grows in every round counts.
 */
static void
check_leaks (PosternContract *self)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gsize growth = G_MAXSIZE;

  if (take_time (self, self->instance, NULL) > SLOW_SECONDS)
    g_cancellable_cancel (cancellable);
  for (guint i = 0; i < N_WARM; i++)
    act_of_kind (self, self->instance, cancellable);
  for (guint round = 0; round < N_ROUNDS && growth > N_COUNTED * LEAK_BYTES; round++)
    growth = MIN (growth, count_growth (self, cancellable));
  if (growth > N_COUNTED * LEAK_BYTES)
    postern_contract_fault (self, "each ask leaves %" G_GSIZE_FORMAT " bytes behind; build it with -Db_sanitize=address, and this kit shows where", growth / N_COUNTED);
}

/* What was made must go when its last reference goes: a worker that reloads drops all of its instances. */
static void
check_end (PosternContract *self)
{
  gpointer instance = self->instance, hanging = self->hanging;

  g_object_add_weak_pointer (instance, &instance);
  g_object_add_weak_pointer (hanging, &hanging);
  g_clear_object (&self->instance);
  g_clear_object (&self->hanging);
  if (instance || hanging)
    postern_contract_fault (self, "an instance lives on after its last reference was dropped; give back what you hold of it");
}

void
postern_contract_strain_check (PosternContract *self, PosternContractAct act)
{
  act_of_kind = act;
  postern_contract_check (self, "it stops when it is cancelled", check_cancelled);
  postern_contract_check (self, "it stops at its deadline", check_deadline);
  postern_contract_check (self, "it bears many threads", check_threads);
  postern_contract_check (self, "it leaves nothing behind", check_leaks);
  postern_contract_check (self, "its instances end", check_end);
}
