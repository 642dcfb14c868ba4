/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <libpq-fe.h>

G_BEGIN_DECLS

/*
 * How connections are made. libpq bounds each address that it tries, but not the time that a name takes to be resolved, nor how many addresses it has: so
 * it tries on a thread of its own, and who waits for that waits no longer than told.
 */

/** postern_postgresql_open_check: whether @url is one, without connecting. It may hold a password and is never part of an error. */
gboolean postern_postgresql_open_check (const char *url, GError **error);
/**
 * postern_postgresql_open_plain: a bare connection, set up as all are, without pipeline; within twice `connect_timeout` (5 s) for each host of @url
 * Returns: (transfer full) (nullable): PQfinish() it
 */
PGconn *postern_postgresql_open_plain (const char *url, GError **error);
/**
 * postern_postgresql_open_by: as open_plain, within a time
 * @other: (nullable): to the very address that it is connected to
 * @deadline: monotonic µs
 */
PGconn *postern_postgresql_open_by (const char *url, PGconn *other, gint64 deadline, GError **error);

G_END_DECLS
