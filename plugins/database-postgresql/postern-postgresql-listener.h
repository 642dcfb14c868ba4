/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-postgresql-connection.h"

G_BEGIN_DECLS

/**
 * PosternPostgresqlListener: a connection of its own, and a thread, that hear which tenants had something changed that caches keep (the triggers
 * of `postern_tell_changes` in data/migrations/postgresql), by whichever process.
 */
typedef struct _PosternPostgresqlListener PosternPostgresqlListener;

/** PosternPostgresqlHeardFunc: on the listener's thread. @tenant: (nullable): perhaps all: something may have been missed */
typedef void (*PosternPostgresqlHeardFunc) (const char *tenant, gpointer user_data);

/** postern_postgresql_listener_new: (nullable): listens when it returns, or is deaf on a standby. When the connection is lost another is made as soon as it can be. */
PosternPostgresqlListener *postern_postgresql_listener_new (const char *url, PosternPostgresqlHeardFunc heard, gpointer user_data, GError **error);
/** postern_postgresql_listener_free: waits for the thread; @heard is not called any more then. */
void postern_postgresql_listener_free (PosternPostgresqlListener *self);
/**
 * postern_postgresql_listener_is_deaf: TRUE: it hears nothing now, or the server has not answered for two seconds, and nobody may trust what he keeps. Atomic,
 * and the clock.
 */
gboolean postern_postgresql_listener_is_deaf (PosternPostgresqlListener *self);

G_END_DECLS
