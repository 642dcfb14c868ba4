/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-row.h"

#include "postern-api-call.h"
#include "postern-tenant-directory.h"

/* What each list takes. */
static const PosternApiMember paging[] = {
  { "after", POSTERN_API_STRING, 0, "Where the page begins: `next` of the one before.", 1, 300 },
  { "limit", POSTERN_API_INTEGER, 0, "How many items a page has at most; 50 unless it is said.", 1, POSTERN_API_LIMIT_MAX },
  { NULL },
};

static const struct {
  const char *method;
  guint status;
  gboolean reads;
  PosternApiPurpose purpose;
} kinds[] = {
  [POSTERN_API_LIST] = { "GET", 200, TRUE },
  [POSTERN_API_SHOW] = { "GET", 200, TRUE },
  [POSTERN_API_CREATE] = { "POST", 201 },
  [POSTERN_API_UPDATE] = { "PATCH", 200, FALSE, POSTERN_API_FOR_CHANGING },
  [POSTERN_API_REPLACE] = { "PUT", 200 },
  [POSTERN_API_DELETE] = { "DELETE", 200 },
  [POSTERN_API_ACTION] = { "POST", 200 },
  [POSTERN_API_QUERY] = { "POST", 200, TRUE },
};

const char *
postern_api_row_get_method (const PosternApiRow *self)
{
  return kinds[self->kind].method;
}

guint
postern_api_row_get_status (const PosternApiRow *self)
{
  return self->answer != NULL ? kinds[self->kind].status : 204;
}

gboolean
postern_api_row_is_for (const PosternApiRow *self, PosternTenant *tenant)
{
  return !(self->flags & POSTERN_API_DEFAULT_TENANT) || g_str_equal (postern_tenant_get_slug (tenant), POSTERN_TENANT_DEFAULT);
}

gboolean
postern_api_row_is_read (const PosternApiRow *self)
{
  return kinds[self->kind].reads;
}

gsize
postern_api_row_get_body_max (const PosternApiRow *self)
{
  return self->body_max > 0 ? self->body_max : POSTERN_API_BODY_MAX;
}

PosternApiPurpose
postern_api_row_get_purpose (const PosternApiRow *self)
{
  return kinds[self->kind].purpose;
}

void
postern_api_row_get_query (const PosternApiRow *self, const PosternApiMember **tables)
{
  if (self->kind == POSTERN_API_LIST && !(self->flags & POSTERN_API_UNPAGED))
    *tables++ = paging;
  if (self->query != NULL)
    *tables++ = self->query;
  *tables = NULL;
}
