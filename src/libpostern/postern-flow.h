/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/**
 * PosternFlow:
 *
 * One sign-in (or one token request), as data. It serialises, is parked while a person types, and
 * survives a restart. It never holds a socket. Plugins of third parties read it; only the engine writes.
 */
#define POSTERN_TYPE_FLOW (postern_flow_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternFlow, postern_flow, POSTERN, FLOW, GObject)

/**
 * postern_flow_get_id:
 *
 * The flow's own id.
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_flow_get_id (PosternFlow *self);

/**
 * postern_flow_get_application_id:
 *
 * The application that the person came from.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_flow_get_application_id (PosternFlow *self);

/**
 * postern_flow_get_user_id:
 *
 * The user it is about.
 *
 * Returns: (transfer none) (nullable): NULL until somebody is known
 */
POSTERN_API const char *postern_flow_get_user_id (PosternFlow *self);

/**
 * postern_flow_get_connector_id:
 *
 * The instance that the subject came from.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_flow_get_connector_id (PosternFlow *self);

/**
 * postern_flow_get_remote_address:
 *
 * Where the person's browser is.
 *
 * Returns: (transfer none) (nullable): a numeric address
 */
POSTERN_API const char *postern_flow_get_remote_address (PosternFlow *self);

/**
 * postern_flow_get_stage:
 *
 * The stage that it stands on.
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_flow_get_stage (PosternFlow *self);

/**
 * postern_flow_get_scopes:
 *
 * What was asked.
 *
 * Returns: (transfer none) (array zero-terminated=1): scopes
 */
POSTERN_API const char *const *postern_flow_get_scopes (PosternFlow *self);

/**
 * postern_flow_get_risks:
 *
 * What is unusual about this sign-in, for votes of `decide`: of "new-device", "many-failures", "new-country",
 * "impossible-travel", and others later. Empty until the person is known.
 *
 * Returns: (transfer none) (array zero-terminated=1): names
 */
POSTERN_API const char *const *postern_flow_get_risks (PosternFlow *self);

G_END_DECLS
