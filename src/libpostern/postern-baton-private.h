/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

G_BEGIN_DECLS

/**
 * PosternBaton: what one thread waits for and another one passes to it, once: a number above 0. Begins as 0.
 *
 * It is itself what the waiter sleeps on, and is passed without a lock. With a GCond a waiter wakes while the other one still holds the
 * lock, sleeps again at once, and a core changes hands twice for nothing. And it may lie on the waiter's stack: from the moment it
 * is passed the waiter may have left, but to wake an address where nobody sleeps does nothing.
 */
typedef gint PosternBaton;

#define POSTERN_BATON_ASLEEP (-1) /* nothing yet, and the waiter has to be woken */

/** postern_baton_pass: @what: above 0. The last thing that is done with @self. */
static inline void
postern_baton_pass (PosternBaton *self, gint what)
{
  if (__atomic_exchange_n (self, what, __ATOMIC_ACQ_REL) == POSTERN_BATON_ASLEEP)
    syscall (SYS_futex, self, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/**
 * postern_baton_wait: at most @timeout microseconds, or, when that is negative, for ever. Returns: what was passed; 0: nothing yet, and
 * who waits comes again or has made sure that nothing will be passed any more, before @self goes
 */
static inline gint
postern_baton_wait (PosternBaton *self, gint64 timeout)
{
  gint64 end = timeout < 0 ? G_MAXINT64 : g_get_monotonic_time () + timeout;
  struct timespec until = { end / G_USEC_PER_SEC, (end % G_USEC_PER_SEC) * 1000 };
  gint passed = 0;

  if (!__atomic_compare_exchange_n (self, &passed, POSTERN_BATON_ASLEEP, FALSE, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) && passed > 0)
    return passed;
  /* With BITSET the time is one of the same clock, and not a length that would begin anew after a signal. */
  while ((passed = __atomic_load_n (self, __ATOMIC_ACQUIRE)) == POSTERN_BATON_ASLEEP && g_get_monotonic_time () < end)
    syscall (SYS_futex, self, FUTEX_WAIT_BITSET_PRIVATE, POSTERN_BATON_ASLEEP, timeout < 0 ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY);
  return MAX (passed, 0);
}

G_END_DECLS
