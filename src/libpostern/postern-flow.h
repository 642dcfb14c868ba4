/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/**
 * PosternFlow: one sign-in (or one token request), as data. It serialises, is parked while a person types, and
 * survives a restart. It never holds a socket. Plugins of third parties read it; only the engine writes.
 */
#define POSTERN_TYPE_FLOW (postern_flow_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternFlow, postern_flow, POSTERN, FLOW, GObject)

POSTERN_API const char *postern_flow_get_id (PosternFlow *self);
POSTERN_API const char *postern_flow_get_application_id (PosternFlow *self); /* (nullable) */
POSTERN_API const char *postern_flow_get_user_id (PosternFlow *self);        /* (nullable) until somebody is known */
POSTERN_API const char *postern_flow_get_connector_id (PosternFlow *self);   /* (nullable): instance the subject came from */
POSTERN_API const char *postern_flow_get_remote_address (PosternFlow *self); /* (nullable) */
POSTERN_API const char *postern_flow_get_stage (PosternFlow *self);
POSTERN_API const char *const *postern_flow_get_scopes (PosternFlow *self); /* what was asked */

G_END_DECLS
