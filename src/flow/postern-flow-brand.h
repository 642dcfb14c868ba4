/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-json.h"

G_BEGIN_DECLS

/** postern_flow_brand_add: member `brand` of a page's @model, if @organization (nullable) has a look of its own and is not switched off. */
void postern_flow_brand_add (PosternJsonObject *model, const PosternOrganization *organization);

G_END_DECLS
