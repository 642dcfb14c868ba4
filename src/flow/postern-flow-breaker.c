/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-breaker.h"

#include "postern-error.h"

#define ALL_CALLS 12      /* to everybody: several that hang at once leave threads to others, too */
#define FAILURES 5        /* in a row, until nobody is sent there for a while */
#define HANG 5            /* seconds that a call may take while nobody comes back; then it counts as that many failures */
#define PAUSE 30          /* seconds; then one call tries, and its end decides */

/* One lock for all: it is held for a few instructions. */
static GMutex lock;
static guint all_calls;

static gboolean
is_hanging (PosternFlowBreaker *self, gint64 begun, gint64 now)
{
  return begun && now - begun >= HANG && self->good_at <= begun;
}

/* Whoever waits for long, while nobody comes back, is enough: others need not wait until it fails. */
static gboolean
is_closed (PosternFlowBreaker *self, gint64 now)
{
  for (guint i = 0; i < POSTERN_FLOW_BREAKER_CALLS; i++) {
    if (!is_hanging (self, self->begun[i], now))
      continue;
    if (self->failures < FAILURES)
      self->closed_until = now + PAUSE;
    self->failures = MAX (self->failures, FAILURES);
    return TRUE;
  }
  return self->failures >= FAILURES && now < self->closed_until;
}

static gboolean
find_place (PosternFlowBreaker *self, guint *place)
{
  for (*place = 0; *place < POSTERN_FLOW_BREAKER_CALLS; (*place)++)
    if (self->begun[*place] == 0)
      return all_calls < ALL_CALLS;
  return FALSE;
}

gboolean
postern_flow_breaker_enter (PosternFlowBreaker *self, const char *what, gint64 now, guint *place, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  gboolean closed = is_closed (self, now);

  if (closed || !find_place (self, place)) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "%s %s", what, closed ? "rests, because it did not answer" : "has too many calls under way");
    return FALSE;
  }
  self->begun[*place] = now;
  all_calls++;
  if (self->failures >= FAILURES)
    self->closed_until = now + PAUSE; /* this call tries; the others wait for how it ends */
  return TRUE;
}

void
postern_flow_breaker_leave (PosternFlowBreaker *self, guint place, PosternFlowBreakerEnd end, gint64 now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  gboolean hung = is_hanging (self, self->begun[place], now);

  self->begun[place] = 0;
  all_calls--;
  if (end == POSTERN_FLOW_BREAKER_GOOD) {
    self->failures = 0;
    self->good_at = now;
  } else if (hung) {
    self->failures = MAX (self->failures + 1, FAILURES);
  } else if (end == POSTERN_FLOW_BREAKER_FAILED) {
    self->failures++;
  } else {
    return;
  }
  if (self->failures >= FAILURES)
    self->closed_until = now + PAUSE;
}

guint
postern_flow_breaker_get_pause (PosternFlowBreaker *self, gint64 now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  return is_closed (self, now) ? (guint) MAX (1, self->closed_until - now) : 0;
}
