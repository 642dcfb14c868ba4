/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-config.h"
#include "postern-control.h"
#include "postern-server.h"

G_BEGIN_DECLS

/** PosternHouse: everything that stands in a worker, put up in order and taken down in the opposite one. */
typedef struct _PosternHouse PosternHouse;

/**
 * postern_house_open: plugins, store, tenant, protocols, routes and sockets; serving begins.
 * @sockets: "ROLE:FD ROLE:FD …", as in POSTERN_CONTROL_SOCKETS_ENV
 * @changed: called, on any thread, when instances of the database have changed and workers must be started anew
 * Returns: (transfer full) (nullable): NULL with an error whose message says what to do
 */
PosternHouse *postern_house_open (PosternConfig *config, const char *sockets, GFunc changed, gpointer user_data, GError **error);
/** postern_house_issue_setup_link: (transfer full) (nullable): NULL without error when there is an administrator */
char *postern_house_issue_setup_link (PosternHouse *self, GError **error);
/** postern_house_stop_accepting: returns when no more connections are taken, at most after half of @timeout milliseconds; postern_house_close() goes on. */
void postern_house_stop_accepting (PosternHouse *self, guint timeout);
/** postern_house_close: answers what is under way, at most @timeout milliseconds, then closes the store, and frees. */
void postern_house_close (PosternHouse *self, guint timeout);

G_END_DECLS
