/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <libpq-fe.h>

G_BEGIN_DECLS

/**
 * postern_postgresql_wait: sends what is not sent yet, until PQgetResult() would not wait, also because the connection is lost. It asks the kernel as often as
 * PQgetResult() would.
 * @deadline: monotonic µs
 * @heard_at: (inout): monotonic µs: when something last came
 * Returns: FALSE: not by @deadline
 */
gboolean postern_postgresql_wait (PGconn *handle, gint64 deadline, gint64 *heard_at);

G_END_DECLS
