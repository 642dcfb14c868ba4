/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * Organizations: business customers inside a tenant. One account may be a member of many; a sign-in is for one of them or for
 * none. To be a member is all that this room knows; what a member may do is said by roles.
 */

/* How a member came in: PosternMember.source */
#define POSTERN_MEMBER_ADMINISTRATOR "administrator"
#define POSTERN_MEMBER_INVITED "invited"
#define POSTERN_MEMBER_DOMAIN "domain"
#define POSTERN_MEMBER_CONNECTOR "connector"

#define POSTERN_ORGANIZATION_NAME_MAX 100 /* characters */
#define POSTERN_ORGANIZATION_DESCRIPTION_MAX 500 /* characters, of a group's */

/** postern_organization_make: @slug: (nullable). INVALID_REQUEST where a name cannot be. (transfer full) (nullable) */
PosternOrganization *postern_organization_make (const char *name, const char *slug, gint64 now, GError **error);
/** postern_organization_check: whether @self may be kept as it is: name, slug, rules. INVALID_REQUEST names the member. */
gboolean postern_organization_check (const PosternOrganization *self, GError **error);
/** postern_organization_check_name: of an organization or a group: something that can be seen, on one line. */
gboolean postern_organization_check_name (const char *name, GError **error);

/**
 * postern_organization_join: who is a member already stays one as they came in. @joined: (out) (nullable): whether the person
 * was none before; the caller writes the audit entry.
 */
gboolean postern_organization_join (PosternTxn *txn, const char *organization_id, const char *user_id, const char *source, gint64 now, gboolean *joined, GError **error);

/**
 * postern_organization_remove: @user_id is a member no more, and has none of the roles and groups that they had there. What applications were
 * granted for it is revoked, and no session remembers it: none of that comes alive again when the person is let in some day. An
 * invitation that would let them in again is revoked. NOT_FOUND where they are no member.
 */
gboolean postern_organization_remove (PosternTxn *txn, const char *organization_id, const char *user_id, gint64 now, GError **error);
/** postern_organization_update: checks and keeps @self; where it is switched off, all that was granted for it is revoked. NOT_FOUND, CONFLICT of the slug */
gboolean postern_organization_update (PosternTxn *txn, PosternOrganization *self, gint64 now, GError **error);
/** postern_organization_end: revokes what was granted for @id, and has no session remember it. */
gboolean postern_organization_end (PosternTxn *txn, const char *id, gint64 now, GError **error);
/** postern_organization_delete: with all that is its own; what was granted for it is revoked. NOT_FOUND */
gboolean postern_organization_delete (PosternTxn *txn, const char *id, gint64 now, GError **error);

/**
 * postern_organization_load_for: the organization that @user_id wants to act for. NOT_FOUND where there is none of this name (id or
 * slug), it is switched off, or the person is no member: one answer for all three. (transfer full) (nullable)
 */
PosternOrganization *postern_organization_load_for (PosternTxn *txn, const char *name, const char *user_id, GError **error);
/**
 * postern_organization_load_for_application: the one that the application @application_id wants to act for by itself: one in which it was given a
 * role. NOT_FOUND where there is none of this name (id or slug), it is switched off, or the application has no role there: one answer for all
 * three. (transfer full) (nullable)
 */
PosternOrganization *postern_organization_load_for_application (PosternTxn *txn, const char *name, const char *application_id, GError **error);

G_END_DECLS
