/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it costs to ask a connector through the loader: `handle-step` emitted on an instance of a module that was opened as
 * the server opens it, beside a call of the class's own function. step-bench FOLDER-OF-CONNECTORS; the last line is the
 * difference in nanoseconds, the median of the rounds.
 */
#include "postern-authenticator.h"
#include "postern-registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 9
#define STEPS 4000

static gint64
now_ns (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * G_GINT64_CONSTANT (1000000000) + time.tv_nsec;
}

static void
ask_directly (PosternAuthenticator *self, PosternStep *step)
{
  POSTERN_AUTHENTICATOR_GET_CLASS (self)->handle_step (self, step);
}

/* Nanoseconds of one call; each step can be answered once, so that they are made before the clock runs. */
static double
measure (PosternAuthenticator *connector, void (*ask) (PosternAuthenticator *, PosternStep *))
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 begun;

  for (guint i = 0; i < STEPS; i++) {
    PosternStep *step = postern_step_new (POSTERN_STEP_BEGIN, "flw_1", "https://id.example/callback/github");
    postern_step_set_callback_state (step, "flw_1.state");
    g_ptr_array_add (steps, step);
  }
  begun = now_ns ();
  for (guint i = 0; i < STEPS; i++)
    ask (connector, steps->pdata[i]);
  begun = now_ns () - begun;
  for (guint i = 0; i < STEPS; i++)
    if (!postern_step_get_prompt (steps->pdata[i]))
      g_error ("The connector did not answer");
  return (double) begun / STEPS;
}

static int
compare (const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return (left > right) - (left < right);
}

int
main (int argc, char **argv)
{
  const char *const folders[] = { argc > 1 ? argv[1] : "build/connectors", NULL };
  g_autoptr (PosternRegistry) registry = postern_registry_new (folders);
  g_autoptr (GError) error = NULL;
  double emitted[ROUNDS], direct[ROUNDS], beyond[ROUNDS];
  PosternInstance *instance;

  postern_registry_scan (registry);
  instance = postern_registry_add_instance (registry, "github", "github", g_variant_new_parsed ("{'client-id': 'x', 'client-secret': 'y'}"), &error);
  if (!instance)
    g_error ("%s", error->message);
  measure (POSTERN_AUTHENTICATOR (instance), postern_authenticator_ask); /* warm */
  for (guint i = 0; i < ROUNDS; i++) {
    direct[i] = measure (POSTERN_AUTHENTICATOR (instance), ask_directly);
    emitted[i] = measure (POSTERN_AUTHENTICATOR (instance), postern_authenticator_ask);
    beyond[i] = emitted[i] - direct[i];
  }
  qsort (direct, ROUNDS, sizeof *direct, compare);
  qsort (emitted, ROUNDS, sizeof *emitted, compare);
  qsort (beyond, ROUNDS, sizeof *beyond, compare);
  printf ("direct %.0f ns, emitted %.0f ns\n%.0f\n", direct[ROUNDS / 2], emitted[ROUNDS / 2], beyond[ROUNDS / 2]);
  return 0;
}
