/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-json.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/* How an organization looks, as pages and mails are told of it. One that is switched off, or has no look of its own, adds nothing. */

/** postern_organization_brand_add_page: member `brand` of a page's @model. @organization: (nullable) */
void postern_organization_brand_add_page (PosternJsonObject *model, const PosternOrganization *organization);
/**
 * postern_organization_brand_add_mail: member `brand` of a mail's @model: name, picture and colour. @organization: (nullable)
 * A customer chose them: they go to who is invited or a member, and to nobody whom a stranger can have us write to.
 */
void postern_organization_brand_add_mail (PosternJsonObject *model, const PosternOrganization *organization);

G_END_DECLS
