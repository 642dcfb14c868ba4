/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <libpq-fe.h>

G_BEGIN_DECLS

/**
 * PosternPostgresqlFault: what a failure means for the transaction at hand. ANSWER: the statement alone failed, the rest may go on. AGAIN: it
 * lost to another one and may be run anew. LOST: the connection is gone. WRONG: nothing helps. READ_ONLY: likewise, on this server: another one may be
 * the primary now.
 */
typedef enum {
  POSTERN_POSTGRESQL_FAULT_NONE,
  POSTERN_POSTGRESQL_FAULT_ANSWER,
  POSTERN_POSTGRESQL_FAULT_AGAIN,
  POSTERN_POSTGRESQL_FAULT_LOST,
  POSTERN_POSTGRESQL_FAULT_WRONG,
  POSTERN_POSTGRESQL_FAULT_READ_ONLY
} PosternPostgresqlFault;

/** postern_postgresql_error_set: what the server says, as one of our errors. @result: (nullable): when there was not even that */
PosternPostgresqlFault postern_postgresql_error_set (PGconn *handle, const PGresult *result, GError **error);
/** postern_postgresql_error_set_lost: that the connection is broken, where libpq does not know. @why: it is given up */
PosternPostgresqlFault postern_postgresql_error_set_lost (const char *why, GError **error);
/** postern_postgresql_error_tell: to the log, and not each time: a server that is away fails every request. */
void postern_postgresql_error_tell (const char *text);

G_END_DECLS
