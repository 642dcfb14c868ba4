/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-config.h"

G_BEGIN_DECLS

/** PosternListener: one listening descriptor, kept by the supervisor and inherited by its workers. */
typedef struct {
  char *role;    /* "public", "management", "admin" */
  char *address; /* as configured; (nullable) when it came from the service manager */
  int fd;
} PosternListener;

void postern_listener_free (PosternListener *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternListener, postern_listener_free)

/**
 * postern_listener_open_all: what @config asks for. A descriptor of @before (nullable) with the same role and address is
 * duplicated, never opened again, so that no connection in its queue is lost; those given by the service manager stay.
 * Returns: (transfer full) (nullable) (element-type PosternListener): NULL with POSTERN_ERROR_FAILED and what to do
 */
GPtrArray *postern_listener_open_all (PosternConfig *config, GPtrArray *before, GError **error);
/**
 * postern_listener_take_activated: descriptors of socket activation (sd_listen_fds(3)); a name "management" or "admin" is the
 * role, anything else is public. Takes the variables out of the environment.
 */
GPtrArray *postern_listener_take_activated (void);
/** postern_listener_describe: for POSTERN_CONTROL_SOCKETS_ENV. (transfer full) */
char *postern_listener_describe (GPtrArray *listeners);

G_END_DECLS
