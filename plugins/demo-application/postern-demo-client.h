/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-tenant.h"

G_BEGIN_DECLS

/** postern_demo_client_ensure: the demo's own registration in @tenant, made once and kept in step with the issuer. (transfer full) (nullable): the client_id */
char *postern_demo_client_ensure (PosternTenant *tenant, GError **error);

G_END_DECLS
