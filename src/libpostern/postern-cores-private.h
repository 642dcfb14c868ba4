/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sched.h>

G_BEGIN_DECLS

/** postern_count_cores: those that the calling thread may use now (taskset, cpusets), not all of the machine's, which GLib counts. */
static inline guint
postern_count_cores (void)
{
  cpu_set_t cores;

  return sched_getaffinity (0, sizeof cores, &cores) == 0 ? (guint) CPU_COUNT (&cores) : g_get_num_processors ();
}

G_END_DECLS
