/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * Who comes to belong to an organization by signing in. An organization says in its rules which connectors bring members, and whether
 * an address of a domain that it has proved does; either only for somebody who came in by a way that it allows. An address that
 * nobody has verified brings nobody anywhere.
 */

#define POSTERN_ORGANIZATION_JOIN_MOST 50 /* by one sign-in; the next one goes on from there */

/** PosternOrganizationArrival: somebody who has just signed in. */
typedef struct {
  PosternUser *user;
  const char *const *factors; /* (nullable): as they were met, the first one first */
  const char *connector_id;   /* (nullable): of who said who it is, where the first one is no factor of ours */
} PosternOrganizationArrival;

/**
 * postern_organization_join_list: which memberships the sign-in brings that the person does not have; kept by postern_member_store_put().
 * What it reads does not grow with the organizations that there are. (transfer full) (nullable) (element-type PosternMember): joined at @now
 */
GPtrArray *postern_organization_join_list (PosternTxn *txn, const PosternOrganizationArrival *arrival, gint64 now, GError **error);

G_END_DECLS
