/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/** PosternProcessConfine: how a program is started, made ready before the fork, after which little is safe. */
typedef struct _PosternProcessConfine PosternProcessConfine;

/**
 * postern_process_confine_new:
 * @argv: (array zero-terminated=1): absolute path first
 * @readable: (nullable) (array zero-terminated=1): paths that it may read besides its own folder and the system's
 * @memory: bytes of address space
 */
PosternProcessConfine *postern_process_confine_new (const char *const *argv, const char *const *readable, guint64 memory);
void postern_process_confine_free (PosternProcessConfine *self);
/** postern_process_confine_hides_files: whether the kernel has Landlock; without it the program reads what the server can. */
gboolean postern_process_confine_hides_files (PosternProcessConfine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternProcessConfine, postern_process_confine_free)

/**
 * postern_process_confine_start: a new process in a session of its own, that dies with the calling thread: no new privileges, Landlock
 * and seccomp where the kernel has them, resource limits, a clean environment, no descriptor but @fds (in, out, error).
 * Returns: its id; -1 with errno
 */
pid_t postern_process_confine_start (PosternProcessConfine *self, const int fds[3]);

G_END_DECLS
