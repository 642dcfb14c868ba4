/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-config.h"

G_BEGIN_DECLS

/**
 * PosternSupervisor: keeps the sockets and a generation of workers that serve them. It opens no plugin and no database
 * and speaks no HTTP, so that nothing a request does can hurt it.
 *
 * SIGHUP starts the next generation and drains the old one once the next is ready; SIGTERM and SIGINT drain and end.
 */
typedef struct _PosternSupervisor PosternSupervisor;

/**
 * postern_supervisor_new: @program: the worker's file; @file, @overrides: as for postern_config_load(), for reloads;
 * @listeners: (transfer full): postern_listener_open_all() of @config
 */
PosternSupervisor *postern_supervisor_new (const char *program, const char *file, GVariant *overrides, PosternConfig *config, GPtrArray *listeners);
/** postern_supervisor_run: until told to end, or until the first generation could not start. Returns: the exit code */
int postern_supervisor_run (PosternSupervisor *self);
void postern_supervisor_free (PosternSupervisor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternSupervisor, postern_supervisor_free)

G_END_DECLS
