/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>
#include "postern-router.h"
#include "postern-server.h"

G_BEGIN_DECLS

/* Requests for another tenant than the server's own: below `/t/SLUG/`, or at a host that is a tenant's. */

/**
 * postern_server_tenants_enter: once the route is known: makes @match's user_data the tenant's own. @request names the tenant.
 * @tenant: (out) (transfer full): keeps it open; NULL when nothing was entered
 * @answer: (out) (transfer full) (nullable): what is answered instead: unknown, suspended, or it is reached at another URL
 * Returns: whether the handler may be called; FALSE without an answer: only on a thread that may block
 */
gboolean postern_server_tenants_enter (PosternServer *server, PosternRequest *request, PosternRouterMatch *match, gboolean may_block, GObject **tenant,
                                       PosternResponse **answer);

G_END_DECLS
