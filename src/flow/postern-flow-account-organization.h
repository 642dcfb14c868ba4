/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-visit.h"
#include "postern-json.h"

G_BEGIN_DECLS

/** A person's membership: the page from which they leave an organization. */
#define POSTERN_FLOW_ACCOUNT_ORGANIZATION_PATH "/account/organizations/"

/** postern_flow_account_organization_add_all: member `organizations` of the account page's @model. @organizations: (element-type PosternOrganization) */
void postern_flow_account_organization_add_all (PosternJsonObject *model, PosternFlowVisit *visit, PosternRuntime *runtime, GPtrArray *organizations);

G_END_DECLS
