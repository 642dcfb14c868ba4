/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

typedef enum { POSTERN_PROCESS_STARTING, POSTERN_PROCESS_READY, POSTERN_PROCESS_DRAINING } PosternProcessState;

/** PosternProcess: one worker as the supervisor sees it. Times are monotonic microseconds. */
typedef struct {
  pid_t pid;
  int control;
  guint source; /* that watches it; removed by postern_process_free() */
  guint generation;
  PosternProcessState state;
  gboolean accepts; /* connections: until it says that it is draining */
  char *wants_reload; /* (nullable): of all workers, and what for; whoever does it takes that back */
  gint64 started_at, heard_at, drained_at;
  char *failure; /* (nullable): what it said before it gave up, or why it was killed */
} PosternProcess;

/**
 * postern_process_spawn: runs @program with all of @listeners (element-type PosternListener) and @config
 * (postern_config_to_bytes()). @first: whether it is the first one of this server.
 * Returns: (transfer full) (nullable): NULL with POSTERN_ERROR_FAILED
 */
PosternProcess *postern_process_spawn (const char *program, GPtrArray *listeners, GBytes *config, gboolean first, GError **error);
void postern_process_free (PosternProcess *self);
/** postern_process_listen: reads what it said and takes note. FALSE when its line is closed. */
gboolean postern_process_listen (PosternProcess *self);
/** postern_process_drain: asks it to answer what is under way and leave. */
void postern_process_drain (PosternProcess *self);
/** postern_process_kill: at once; @why is what the log will say. */
void postern_process_kill (PosternProcess *self, const char *why);
/** postern_process_describe: how it ended, by its wait @status and what it said. (transfer full) */
char *postern_process_describe (PosternProcess *self, int status);

G_END_DECLS
