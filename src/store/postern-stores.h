/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-records.h"
#include "postern-request.h"

G_BEGIN_DECLS

/*
 * One file a thing that is kept; this header lists them all. Conventions: `get` answers NULL with
 * POSTERN_ERROR_NOT_FOUND when there is none; `insert` answers POSTERN_ERROR_CONFLICT when a unique value is taken;
 * `list` pages by id: @after (nullable), @limit rows, (transfer full) (element-type the record).
 * Everything that returns a record returns (transfer full).
 */

/* postern-taken-store.c */
/** PosternTakenKind: what one user has and nobody else may: a user name, an address or a number; an external_id; an id; an account at a provider */
typedef enum { POSTERN_TAKEN_NAME, POSTERN_TAKEN_EXTERNAL_ID, POSTERN_TAKEN_ID, POSTERN_TAKEN_SUBJECT } PosternTakenKind;
/**
 * looks for many at a time. @connector: (nullable): of SUBJECT; @texts: (element-type utf8): as they are stored; @taken: (element-type utf8): a set that owns its texts, to which
 * those of @texts are added that somebody has
 */
gboolean postern_taken_store_find (PosternTxn *txn, PosternTakenKind kind, const char *connector, GPtrArray *texts, GHashTable *taken, GError **error);

/* postern-user-store.c */
gboolean postern_user_store_insert (PosternTxn *txn, PosternUser *user, GError **error);
/** as postern_user_store_insert() would: CONFLICT when somebody else has one of the names */
gboolean postern_user_store_check (PosternTxn *txn, const PosternUser *user, GError **error);
/** (element-type PosternUser): whose names, external_id and id postern_taken_store_find() did not find in the same transaction: they are not looked at again */
gboolean postern_user_store_insert_many (PosternTxn *txn, GPtrArray *users, GError **error);
gboolean postern_user_store_update (PosternTxn *txn, PosternUser *user, GError **error);
gboolean postern_user_store_delete (PosternTxn *txn, const char *id, GError **error); /* and all that is the user's */
PosternUser *postern_user_store_get (PosternTxn *txn, const char *id, GError **error);
/** @identifier canonical: matches username, verified or not e-mail, phone; by index */
PosternUser *postern_user_store_find (PosternTxn *txn, const char *identifier, GError **error);
/** PosternUserFilter: @search: (nullable): what a user name, address or number begins with, as those are stored; times: 0: any; @disabled: -1: any */
typedef struct {
  const char *search;
  gint64 created_after, created_before; /* seconds since 1970: at or after; before */
  int disabled;
} PosternUserFilter;
#define POSTERN_USER_FILTER_INIT { NULL, 0, 0, -1 }
/**
 * by id, and so by when they were made; of a search: by what matches, unless the rest of the filter leaves few. @filter: (nullable): all; @after: (nullable): a `next` of the same list, or
 * an id; @limit: at least 1; @next: (out) (optional) (transfer full) (nullable): NULL when this is the last page, which alone is sure to be: one in the midst
 * of a search may hold fewer than @limit
 */
GPtrArray *postern_user_store_list (PosternTxn *txn, const PosternUserFilter *filter, const char *after, guint limit, char **next, GError **error);
gint64 postern_user_store_count (PosternTxn *txn, GError **error);
/** @has (out): whether anybody is an administrator and not disabled */
gboolean postern_user_store_has_administrator (PosternTxn *txn, gboolean *has, GError **error);
/** who can be written to as one who holds the role owner, and that stands in their row: not disabled, and with a proven address; @limit at most */
GPtrArray *postern_user_store_list_owners (PosternTxn *txn, guint limit, GError **error);
/** members of the organization to whom its roles give @scope of the management API, themselves or by a group, and who are not disabled and whose address is proven, @limit at most */
GPtrArray *postern_user_store_list_holders (PosternTxn *txn, const char *organization_id, const char *scope, guint limit, GError **error);
/** @has (out): the same of anybody but the user @id */
gboolean postern_user_store_has_other_administrator (PosternTxn *txn, const char *id, gboolean *has, GError **error);
/** those whose own wish it is to be deleted, as of @now; by index; never administrators */
GPtrArray *postern_user_store_list_due (PosternTxn *txn, gint64 now, guint limit, GError **error);
gboolean postern_user_store_touch_sign_in (PosternTxn *txn, const char *id, gint64 now, GError **error);
/** PosternStanding: what may have changed of a person while a password was hashed or a page was read; both 0 for never. */
typedef struct {
  gint64 disabled_at, ended_at; /* ended_at: as of postern_user_store_end(), microseconds */
} PosternStanding;
/** postern_user_store_end: from @at (microseconds) on nothing counts that the person showed before it */
gboolean postern_user_store_end (PosternTxn *txn, const char *id, gint64 at, GError **error);
/** one statement; NOT_FOUND when the user is gone */
gboolean postern_user_store_get_standing (PosternTxn *txn, const char *id, PosternStanding *standing, GError **error);

/* postern-credential-store.c */
gboolean postern_credential_store_insert_many (PosternTxn *txn, GPtrArray *credentials, GError **error); /* (element-type PosternCredential), with ids that are nobody's */
gboolean postern_credential_store_put (PosternTxn *txn, PosternCredential *credential, GError **error); /* insert or replace by id */
PosternCredential *postern_credential_store_find (PosternTxn *txn, const char *user_id, const char *kind, GError **error); /* the one of a kind */
/** whose passkey it is: @passkey: its id, base64url; by index */
PosternCredential *postern_credential_store_find_passkey (PosternTxn *txn, const char *passkey, GError **error);
GPtrArray *postern_credential_store_list (PosternTxn *txn, const char *user_id, GError **error);
/** of @kind, those of users from @first to @last, in the order of the users */
GPtrArray *postern_credential_store_list_range (PosternTxn *txn, const char *kind, const char *first, const char *last, GError **error);
gboolean postern_credential_store_delete (PosternTxn *txn, const char *id, GError **error);
/** swaps the value only if it still is @old_value (hash upgrade at sign-in) */
gboolean postern_credential_store_upgrade (PosternTxn *txn, const char *id, const char *old_value, const char *new_value, gint64 now, GError **error);

/** one statement: last used at @used_at, if its value still is @value and it was used before that only. CONFLICT when it was not: a one-time code of that moment works once */
gboolean postern_credential_store_advance (PosternTxn *txn, const char *id, const char *value, gint64 used_at, GError **error);
/** one statement marks @user_id's credential of @value used. CONFLICT when there is none that was never used: a recovery code works once */
gboolean postern_credential_store_spend (PosternTxn *txn, const char *user_id, const char *kind, const char *value, gint64 now, GError **error);
/** one statement deletes what @user_id has of @kind that was used, or is due, at @until at the latest. CONFLICT when there is none */
gboolean postern_credential_store_consume (PosternTxn *txn, const char *user_id, const char *kind, gint64 until, GError **error);
gboolean postern_credential_store_delete_kind (PosternTxn *txn, const char *user_id, const char *kind, GError **error); /* none is no error */

/* postern-identity-store.c */
gboolean postern_identity_store_insert (PosternTxn *txn, PosternIdentity *identity, GError **error);
gboolean postern_identity_store_insert_many (PosternTxn *txn, GPtrArray *identities, GError **error); /* (element-type PosternIdentity), which nobody has */
PosternIdentity *postern_identity_store_find (PosternTxn *txn, const char *connector, const char *subject, GError **error);
gboolean postern_identity_store_touch (PosternTxn *txn, const char *id, GVariant *claims, const char *upstream, gint64 now, GError **error);
/** postern_identity_store_replace_upstream: if it is still @old. NOT_FOUND when it is not */
gboolean postern_identity_store_replace_upstream (PosternTxn *txn, const char *id, const char *old, const char *upstream, GError **error);
GPtrArray *postern_identity_store_list (PosternTxn *txn, const char *user_id, GError **error);
/** those of users from @first to @last, in the order of the users */
GPtrArray *postern_identity_store_list_range (PosternTxn *txn, const char *first, const char *last, GError **error);
gboolean postern_identity_store_delete (PosternTxn *txn, const char *id, GError **error);
/** postern_identity_store_count_of_connector: how many people @connector knows. */
gboolean postern_identity_store_count_of_connector (PosternTxn *txn, const char *connector, gint64 *count, GError **error);
/** postern_identity_store_delete_of_connector: @connector knows nobody any more. @count: (out): how many it knew */
gboolean postern_identity_store_delete_of_connector (PosternTxn *txn, const char *connector, gint64 *count, GError **error);

/* postern-application-store.c */
gboolean postern_application_store_insert (PosternTxn *txn, PosternApplication *application, GError **error);
gboolean postern_application_store_update (PosternTxn *txn, PosternApplication *application, GError **error);
gboolean postern_application_store_delete (PosternTxn *txn, const char *id, GError **error);
PosternApplication *postern_application_store_get (PosternTxn *txn, const char *id, GError **error);
GPtrArray *postern_application_store_list (PosternTxn *txn, const char *after, guint limit, GError **error);

/* postern-resource-store.c: APIs whose scopes are given by roles */
gboolean postern_resource_store_insert (PosternTxn *txn, PosternResource *resource, GError **error);
/** what roles permit of a scope that is no longer there goes with it */
gboolean postern_resource_store_update (PosternTxn *txn, PosternResource *resource, GError **error);
gboolean postern_resource_store_delete (PosternTxn *txn, const char *id, GError **error); /* and what roles permit of it */
PosternResource *postern_resource_store_get (PosternTxn *txn, const char *id, GError **error);
PosternResource *postern_resource_store_find (PosternTxn *txn, const char *indicator, GError **error);
GPtrArray *postern_resource_store_list (PosternTxn *txn, const char *after, guint limit, GError **error);

/* postern-role-store.c */
gboolean postern_role_store_insert (PosternTxn *txn, PosternRole *role, GError **error);
gboolean postern_role_store_update (PosternTxn *txn, PosternRole *role, GError **error);
gboolean postern_role_store_delete (PosternTxn *txn, const char *id, GError **error); /* with its permissions and assignments */
PosternRole *postern_role_store_get (PosternTxn *txn, const char *id, GError **error);
/** @organization_id: (nullable): its own roles alone; NULL: those of no organization, which are the tenant's and the templates */
GPtrArray *postern_role_store_list (PosternTxn *txn, const char *organization_id, const char *after, guint limit, GError **error);
/** those of kind organization that are no organization's own */
GPtrArray *postern_role_store_list_templates (PosternTxn *txn, const char *after, guint limit, GError **error);
/** an organization goes: its own roles, and whatever was assigned in it */
gboolean postern_role_store_delete_organization (PosternTxn *txn, const char *organization_id, GError **error);
/** POSTERN_RESOURCE_MANAGEMENT: in place of an id: the management API, which has no row of its own */
#define POSTERN_RESOURCE_MANAGEMENT "management"
/** @changed: (out): FALSE where it was so before */
gboolean postern_role_store_add_permission (PosternTxn *txn, const char *role_id, const char *resource_id, const char *scope, gboolean *changed, GError **error);
gboolean postern_role_store_remove_permission (PosternTxn *txn, const char *role_id, const char *resource_id, const char *scope, gboolean *changed, GError **error);
/** @each: gets a resource's id and a scope; by both, in their order */
typedef void (*PosternRolePermissionFunc) (const char *resource_id, const char *scope, gpointer user_data);
gboolean postern_role_store_each_permission (PosternTxn *txn, const char *role_id, PosternRolePermissionFunc each, gpointer user_data, GError **error);

/* postern-assignment-store.c: who has a role, and where; @organization_id is "" for a role of the tenant */
/** POSTERN_ROLE_OWNER: the ready-made role that may everything; of a person it is kept as `administrator` of their row, and since when is not known */
#define POSTERN_ROLE_OWNER "owner"
/** @changed: (out): FALSE where it was so before */
gboolean postern_assignment_store_put (PosternTxn *txn, const PosternAssignment *assignment, gboolean *changed, GError **error);
gboolean postern_assignment_store_delete (PosternTxn *txn, const PosternAssignment *assignment, gboolean *changed, GError **error);
/** a user, a group or an application goes, or leaves an organization. @organization_id: (nullable): NULL: everywhere */
gboolean postern_assignment_store_delete_subject (PosternTxn *txn, const char *subject_id, const char *organization_id, GError **error);
GPtrArray *postern_assignment_store_list_for (PosternTxn *txn, const char *subject_id, GError **error); /* all, by organization and role */
/** a role's in one organization (""), by subject. @after: (nullable): a subject */
GPtrArray *postern_assignment_store_list (PosternTxn *txn, const char *role_id, const char *organization_id, const char *after, guint limit, GError **error);
/** who has roles of the tenant (""), or in one organization, in order. @kind: (nullable): "user", "group" or "application". (transfer full) (element-type utf8) (nullable) */
GPtrArray *postern_assignment_store_list_subjects (PosternTxn *txn, const char *organization_id, const char *kind, const char *after, guint limit, GError **error);

/** PosternEffective: one permission of one role that some subject has. */
typedef struct {
  const char *role_id;
  const char *organization_id;   /* "" of a role of the tenant */
  const char *name;              /* NULL of a role without a row: one that is built in, or none */
  const char *indicator, *scope; /* NULL of a role that permits nothing; POSTERN_RESOURCE_MANAGEMENT in place of an indicator */
} PosternEffective;
typedef void (*PosternEffectiveFunc) (const PosternEffective *effective, gpointer user_data);
/**
 * one read by index: what the roles permit that @subject_id has of the tenant, and, where @organization_id is not "", in there, itself or
 * by a group; a role of another organization counts nowhere, however it came to be assigned
 */
gboolean postern_assignment_store_each_effective (PosternTxn *txn, const char *subject_id, const char *organization_id, PosternEffectiveFunc each, gpointer user_data, GError **error);
/** each scope of the management API that roles give @user_id in an organization, themselves or by a group, in @organization_id and @scope of @each alone */
gboolean postern_assignment_store_each_delegated (PosternTxn *txn, const char *user_id, PosternEffectiveFunc each, gpointer user_data, GError **error);
/* postern-tenant-store.c: in the default tenant's store */
gboolean postern_tenant_store_insert (PosternTxn *txn, PosternTenantRecord *tenant, GError **error);
gboolean postern_tenant_store_update (PosternTxn *txn, PosternTenantRecord *tenant, GError **error);
gboolean postern_tenant_store_delete (PosternTxn *txn, const char *slug, GError **error); /* and its domains, and what a move of it noted */
PosternTenantRecord *postern_tenant_store_get (PosternTxn *txn, const char *slug, GError **error);
GPtrArray *postern_tenant_store_list (PosternTxn *txn, const char *after, guint limit, GError **error); /* by slug */
GPtrArray *postern_tenant_store_list_living (PosternTxn *txn, const char *after, guint limit, GError **error); /* without those that were deleted */
/** another text after each change of the directory but set_due(); @revision: (out) (transfer full) (nullable): nobody has changed anything yet */
gboolean postern_tenant_store_dup_revision (PosternTxn *txn, char **revision, GError **error);
gboolean postern_tenant_store_set_due (PosternTxn *txn, const char *slug, gint64 due_at, GError **error); /* none is no error; nor one that was deleted */
/** a move to another region that has begun and is not over: "from", "to", "elsewhere"; @move: (out) (transfer full) (nullable) */
gboolean postern_tenant_store_find_move (PosternTxn *txn, const char *slug, GVariant **move, GError **error);
gboolean postern_tenant_store_set_move (PosternTxn *txn, const char *slug, GVariant *move, GError **error); /* @move: (nullable): it is over */
/** behind those that it has; CONFLICT when it is anybody's already */
gboolean postern_tenant_store_insert_domain (PosternTxn *txn, const char *slug, const char *domain, GError **error);
gboolean postern_tenant_store_delete_domain (PosternTxn *txn, const char *slug, const char *domain, GError **error);
/** @had: (out): whether any tenant has a domain, or ever had one */
gboolean postern_tenant_store_read_had_domains (PosternTxn *txn, gboolean *had, GError **error);
/** @slug: (nullable): all tenants'; by slug and position; (element-type PosternTenantDomain) */
GPtrArray *postern_tenant_store_list_domains (PosternTxn *txn, const char *slug, GError **error);

/* postern-claims-hook-store.c: one at most of an application or a resource, with which it goes */
/** inserts or replaces. @secret: (nullable): sealed; NULL: the record's own, which is, stays */
gboolean postern_claims_hook_store_put (PosternTxn *txn, PosternClaimsHook *hook, const char *secret, GError **error);
PosternClaimsHook *postern_claims_hook_store_get (PosternTxn *txn, const char *owner_id, GError **error);
GPtrArray *postern_claims_hook_store_list (PosternTxn *txn, GError **error); /* all, by owner */
/** @changed: (out) (optional): FALSE where there was none */
gboolean postern_claims_hook_store_delete (PosternTxn *txn, const char *owner_id, gboolean *changed, GError **error);
/** opened: (transfer full) (nullable): to be given to postern_secret_free() */
char *postern_claims_hook_store_dup_secret (PosternTxn *txn, const PosternClaimsHook *hook, GError **error);

/* postern-instance-store.c */
/** inserts or replaces by id. @secrets: (nullable): a{sv} of strings; they are sealed, and @record's own member is not looked at */
gboolean postern_instance_store_put (PosternTxn *txn, PosternInstanceRecord *record, GVariant *secrets, GError **error);
PosternInstanceRecord *postern_instance_store_get (PosternTxn *txn, const char *id, GError **error);
GPtrArray *postern_instance_store_list (PosternTxn *txn, GError **error); /* all, by id */
gboolean postern_instance_store_delete (PosternTxn *txn, const char *id, GError **error);
/** postern_instance_store_dup_secrets: a{sv} of strings, opened; an empty one when there are none. NULL with POSTERN_ERROR_FAILED under another master key */
GVariant *postern_instance_store_dup_secrets (PosternTxn *txn, const PosternInstanceRecord *record, GError **error);

/* postern-session-store.c */
gboolean postern_session_store_insert (PosternTxn *txn, PosternSession *session, GError **error);
PosternSession *postern_session_store_get (PosternTxn *txn, const char *id, GError **error);
/** by the cookie's secret, alive or not: the caller checks. One answer for an unknown session and a wrong secret. */
PosternSession *postern_session_store_find (PosternTxn *txn, const char *secret, GError **error);
/** the newest first. @before: (nullable): only what is older than this id, of whatever it is */
GPtrArray *postern_session_store_list_latest (PosternTxn *txn, const char *user_id, gboolean alive_only, const char *before, guint limit, GError **error);
/** new secret, assurance, place and times after a rise in assurance, only if the session is alive */
gboolean postern_session_store_raise (PosternTxn *txn, PosternSession *session, GError **error);
gboolean postern_session_store_touch (PosternTxn *txn, const char *id, gint64 used_at, gint64 idle_expires_at, GError **error);
gboolean postern_session_store_end (PosternTxn *txn, const char *id, gint64 now, GError **error); /* also revokes its grants that are not offline */
GPtrArray *postern_session_store_list (PosternTxn *txn, const char *user_id, gboolean alive_only, const char *after, guint limit, GError **error); /* user_id (nullable): all */

/* postern-grant-store.c: grants and their codes; refresh tokens, consents, access tokens that are opaque, and revoked ones */
gboolean postern_grant_store_insert (PosternTxn *txn, PosternGrant *grant, GError **error);
PosternGrant *postern_grant_store_get (PosternTxn *txn, const char *id, GError **error);
gboolean postern_grant_store_revoke (PosternTxn *txn, const char *id, gint64 now, GError **error);
/** either (nullable), not both; of an application alone it reads the whole table, which is for an emergency */
gboolean postern_grant_store_revoke_all (PosternTxn *txn, const char *user_id, const char *application_id, gint64 now, GError **error);
/** by index: those of @user_id that outlive their sessions, but for what came of the session @but_of (nullable) */
gboolean postern_grant_store_revoke_offline (PosternTxn *txn, const char *user_id, const char *but_of, gint64 now, GError **error);
/** by index: those whose tokens say @organization_id, of @user_id (nullable: of anybody) */
gboolean postern_grant_store_revoke_for_organization (PosternTxn *txn, const char *organization_id, const char *user_id, gint64 now, GError **error);
GPtrArray *postern_grant_store_list (PosternTxn *txn, const char *user_id, const char *after, guint limit, GError **error);
/** by index: those that @application_id has, of @user_id (nullable: of anybody) */
GPtrArray *postern_grant_store_list_for_application (PosternTxn *txn, const char *application_id, const char *user_id, const char *after, guint limit, GError **error);
/** whether @application_id has one of @user_id that is alive at @now */
gboolean postern_grant_store_has_living (PosternTxn *txn, const char *user_id, const char *application_id, gint64 now, gboolean *has, GError **error);
GPtrArray *postern_grant_store_list_for_session (PosternTxn *txn, PosternSession *session, GError **error);
/**
 * One statement marks the code of the grant @id used. NOT_FOUND where there is no such code, STALE when it has expired or the
 * grant was revoked, and CONFLICT when it was used before: then the caller revokes the grant (RFC 6749 4.1.2).
 */
gboolean postern_grant_store_redeem_code (PosternTxn *txn, const char *id, const char *code_hash, gint64 now, GError **error);
gboolean postern_refresh_store_insert (PosternTxn *txn, PosternRefreshToken *token, GError **error);
PosternRefreshToken *postern_refresh_store_get (PosternTxn *txn, const char *grant_id, const char *hash, GError **error);
/** as postern_grant_store_redeem_code() */
gboolean postern_refresh_store_redeem (PosternTxn *txn, const char *grant_id, const char *hash, gint64 now, GError **error);
gboolean postern_consent_store_put (PosternTxn *txn, const char *user_id, const char *application_id, const char *scope, gint64 now, GError **error);
/** Returns: (transfer full) (nullable): the remembered scopes; NULL without error when none */
char *postern_consent_store_get (PosternTxn *txn, const char *user_id, const char *application_id, GError **error);
GPtrArray *postern_consent_store_list (PosternTxn *txn, const char *user_id, const char *after, guint limit, GError **error); /* by application */
/** either (nullable), not both; none there is no error */
gboolean postern_consent_store_delete (PosternTxn *txn, const char *user_id, const char *application_id, GError **error);
gboolean postern_access_store_insert (PosternTxn *txn, PosternAccessToken *token, GError **error);
/** also finds one that has expired */
PosternAccessToken *postern_access_store_get (PosternTxn *txn, const char *id, const char *hash, GError **error);
gboolean postern_revoked_store_insert (PosternTxn *txn, const char *jti, gint64 expires_at, GError **error);
gboolean postern_revoked_store_contains (PosternTxn *txn, const char *jti, GError **error);

/* postern-idempotency-store.c: LASTING; of the management API */
/** keeps @answer (nullable), which is sealed, in the transaction of what was done. CONFLICT where the key is in use */
gboolean postern_idempotency_store_insert (PosternTxn *txn, PosternIdempotency *kept, const char *answer, GError **error);
PosternIdempotency *postern_idempotency_store_get (PosternTxn *txn, const char *hash, gint64 now, GError **error); /* NOT_FOUND: none, or it is over */
/** "" when there was none. Free it with postern_secret_free() */
char *postern_idempotency_store_dup_answer (PosternTxn *txn, const PosternIdempotency *kept, GError **error);

/* postern-key-store.c */
gboolean postern_key_store_insert (PosternTxn *txn, PosternKey *key, GError **error);
gboolean postern_key_store_set_state (PosternTxn *txn, const char *kid, const char *from, const char *to, gint64 at, gint64 expires_at, GError **error); /* only if it still is @from, else CONFLICT */
GPtrArray *postern_key_store_list (PosternTxn *txn, GError **error);
gboolean postern_key_store_delete (PosternTxn *txn, const char *kid, GError **error);

/* postern-flow-store.c: SHORT */
gboolean postern_flow_store_insert (PosternTxn *txn, const char *id, const char *browser_hash, GBytes *data, gint64 expires_at, GError **error);
gboolean postern_flow_store_replace (PosternTxn *txn, const char *id, GBytes *old, GBytes *data, gint64 expires_at, GError **error); /* CONFLICT unless @old is what is kept */
GBytes *postern_flow_store_get (PosternTxn *txn, const char *id, GError **error); /* also finds expired ones, so that the page can name the way back */
gboolean postern_flow_store_take (PosternTxn *txn, const char *id, GError **error);  /* deletes it: CONFLICT for all but one */
gboolean postern_flow_store_delete (PosternTxn *txn, const char *id, GError **error);

/* postern-import-store.c: LASTING */
gboolean postern_import_store_insert (PosternTxn *txn, PosternImport *import, GError **error);
PosternImport *postern_import_store_get (PosternTxn *txn, const char *id, GError **error);
/** of those that are not finished, the one of a file with @digest in @format */
PosternImport *postern_import_store_find (PosternTxn *txn, const char *digest, const char *format, GError **error);
GPtrArray *postern_import_store_list (PosternTxn *txn, const char *after, guint limit, GError **error);
/**
 * postern_import_store_advance: import->position goes on from @from, with the counts and times that @import has; STALE when it does not
 * stand there: what follows was taken over before, or something is left out
 */
gboolean postern_import_store_advance (PosternTxn *txn, const PosternImport *import, gint64 from, GError **error);

/* postern-ticket-store.c: LASTING */
gboolean postern_ticket_store_insert (PosternTxn *txn, PosternTicket *ticket, GError **error);
PosternTicket *postern_ticket_store_get (PosternTxn *txn, const char *hash, GError **error);
PosternTicket *postern_ticket_store_redeem (PosternTxn *txn, const char *hash, const char *kind, gint64 now, GError **error); /* one statement; STALE when used or expired */

/* postern-code-store.c: LASTING */
/** the newest code of a person and purpose takes the place of the one before */
gboolean postern_code_store_put (PosternTxn *txn, PosternCode *code, GError **error);
PosternCode *postern_code_store_get (PosternTxn *txn, const char *id, GError **error);
/**
 * One statement counts the try and, where @hash is the code's or its link's, uses it up: then used_at of what is returned is
 * not 0. STALE where there is none of @owner and @flow_id that may be tried: used, replaced, expired, or tried @most times.
 */
PosternCode *postern_code_store_try (PosternTxn *txn, const char *owner, const char *flow_id, const char *hash, gint64 most, gint64 now, GError **error);
gboolean postern_code_store_delete (PosternTxn *txn, const char *user_id, GError **error); /* all of a person's */

/* postern-counter-store.c: SHORT; guesses and rates */
/** adds @amount to @key's count in the current window (restarted when @window seconds have passed); @count (out): after adding */
gboolean postern_counter_store_add (PosternTxn *txn, const char *key, gint64 amount, gint64 window, gint64 now, gint64 *count, gint64 *resets_at, GError **error);
gint64 postern_counter_store_get (PosternTxn *txn, const char *key, gint64 now, gint64 *resets_at, GError **error); /* -1 on error */
/** both only in the window that ends at @resets_at; afterwards they change nothing */
gboolean postern_counter_store_clear (PosternTxn *txn, const char *key, gint64 resets_at, GError **error);
/** @key, and all that begin with it and a colon, in whichever window */
gboolean postern_counter_store_forget (PosternTxn *txn, const char *key, GError **error);
gboolean postern_counter_store_give_back (PosternTxn *txn, const char *key, gint64 resets_at, GError **error); /* one */

/* postern-device-store.c: browsers that a person has signed in from */
#define POSTERN_DEVICE_LIFETIME (400 * 24 * 3600) /* seconds from when it was last used until it is forgotten */
/** to the day: who comes back within one is not written again */
gboolean postern_device_store_put (PosternTxn *txn, const char *device_hash, const char *user_id, gint64 now, GError **error);
gboolean postern_device_store_knows (PosternTxn *txn, const char *device_hash, const char *user_id, gint64 now, GError **error);

/** @has: (out): whether the person has signed in before, and it was not forgotten since */
gboolean postern_device_store_has_any (PosternTxn *txn, const char *user_id, gboolean *has, GError **error);

/* … and those where they are not asked for a second factor */
gboolean postern_device_store_trust (PosternTxn *txn, const char *device_hash, const char *user_id, gint64 now, GError **error);
gboolean postern_device_store_is_trusted (PosternTxn *txn, const char *device_hash, const char *user_id, gint64 since, GError **error); /* trusted after @since */
gboolean postern_device_store_distrust (PosternTxn *txn, const char *user_id, GError **error); /* all of a person's */

gboolean postern_device_store_forget (PosternTxn *txn, const char *user_id, GError **error); /* all of a person's */

/* postern-setting-store.c: tenant policy and other named JSON documents */
GVariant *postern_setting_store_get (PosternTxn *txn, const char *name, GError **error); /* NULL without error when unset */
gboolean postern_setting_store_put (PosternTxn *txn, const char *name, GVariant *value, gint64 now, GError **error);
gboolean postern_setting_store_delete (PosternTxn *txn, const char *name, GError **error); /* unset is no error */

/* postern-audit-store.c: in the transaction of what it tells */
/** of now; @actor, @target: (nullable). (transfer full) */
PosternAudit *postern_audit_store_new (const char *event, const char *actor, const char *target);
/** PosternAuditBy: who does something, in which request and from where; each (nullable) */
typedef struct {
  const char *actor, *request_id, *remote_address;
} PosternAuditBy;
/** postern_audit_by_request: borrows all; @request: (nullable) */
static inline PosternAuditBy
postern_audit_by_request (const char *actor, PosternRequest *request)
{
  return (PosternAuditBy){ actor, request ? postern_request_get_id (request) : NULL, request ? postern_request_get_remote_address (request) : NULL };
}
#define POSTERN_AUDIT_SERVER "server" /* the actor of what nobody asked for just then */
PosternAudit *postern_audit_store_new_by (const char *event, const PosternAuditBy *by, const char *target);
/** gives @audit its key and the hashes of its parts (postern-audit-part.h), then writes it; what its event's row says is checked */
gboolean postern_audit_store_append (PosternTxn *txn, PosternAudit *audit, GError **error);
/** postern_audit_store_append_many: (element-type PosternAudit): as each of them, in fewer statements */
gboolean postern_audit_store_append_many (PosternTxn *txn, GPtrArray *audits, GError **error);
/** forgets what entries say of the person, or the invitation, @id beside that id; their hashes stay what they were */
gboolean postern_audit_store_forget (PosternTxn *txn, const char *id, GError **error);
GPtrArray *postern_audit_store_list (PosternTxn *txn, const char *after, guint limit, GError **error);
/** PosternAuditFilter: each (nullable), 0: any; times in seconds since 1970: at or after, before */
typedef struct {
  const char *event, *actor, *target;
  gint64 from, to;
  const char *kind; /* what the event's name begins with, up to its dot */
  gboolean newest_first; /* else the oldest: @after is the last one seen either way */
} PosternAuditFilter;
/** by the index of the target, the actor or the event */
GPtrArray *postern_audit_store_find (PosternTxn *txn, const PosternAuditFilter *filter, const char *after, guint limit, GError **error);
/** the newest first, by index: what @actor did, without each sign-in and its end. @before: as of postern_session_store_list_latest() */
GPtrArray *postern_audit_store_list_for (PosternTxn *txn, const char *actor, const char *before, guint limit, GError **error);

/* postern-audit-chain-store.c: LASTING; the order of the audit entries, and what proves it (src/identity/postern-audit-log.h) */
/** the first @limit entries behind @after_key, a key, that have no number, in the order of their keys. (element-type PosternAudit) */
GPtrArray *postern_audit_chain_store_list_new (PosternTxn *txn, gint64 after_key, guint limit, GError **error);
/** whether no entry from @from_key up to @to_key lacks a number: cheaper than to look for it */
gboolean postern_audit_chain_store_is_complete (PosternTxn *txn, gint64 from_key, gint64 to_key, gboolean *complete, GError **error);
/** Returns: (transfer full) (nullable): NULL without @error where there is none yet */
PosternAuditTree *postern_audit_chain_store_get_tree (PosternTxn *txn, const char *name, GError **error);
/** @tree in place of the one of @size; CONFLICT when somebody else was faster. (element-type PosternAuditLink): @links are new */
gboolean postern_audit_chain_store_grow (PosternTxn *txn, const PosternAuditTree *tree, gint64 size, GPtrArray *links, GError **error);
/** from the number @from on. (element-type PosternAuditLink) */
GPtrArray *postern_audit_chain_store_list (PosternTxn *txn, gint64 from, guint limit, GError **error);
/** the entries of the same; one that is gone is left out. (element-type PosternAudit) */
GPtrArray *postern_audit_chain_store_list_entries (PosternTxn *txn, gint64 from, guint limit, GError **error);
/** @seq: (out): the number of the first whose key is @key or larger; how many there are when there is none */
gboolean postern_audit_chain_store_find_first (PosternTxn *txn, gint64 key, gint64 *seq, GError **error);
PosternAuditLink *postern_audit_chain_store_find (PosternTxn *txn, const char *audit_id, GError **error);
/** goes through the leaves from number @from up to, without, @to: FALSE by @func ends it */
typedef gboolean (*PosternAuditLeafFunc) (gint64 seq, const char *leaf, gpointer user_data);
gboolean postern_audit_chain_store_foreach_leaf (PosternTxn *txn, gint64 from, gint64 to, PosternAuditLeafFunc func, gpointer user_data, GError **error);
/** inner nodes of the tree that are kept (src/identity/postern-audit-nodes.h): each @level counts its own from 0; @number: (out): the next to be made */
gboolean postern_audit_chain_store_get_next_node (PosternTxn *txn, guint level, gint64 *number, GError **error);
gboolean postern_audit_chain_store_add_node (PosternTxn *txn, guint level, gint64 number, const char *hash, GError **error); /* one that is there stays */
/** goes through them as through leaves */
gboolean postern_audit_chain_store_foreach_node (PosternTxn *txn, guint level, gint64 from, gint64 to, PosternAuditLeafFunc func, gpointer user_data, GError **error);
gboolean postern_audit_chain_store_drop_nodes (PosternTxn *txn, guint level, gint64 before, GError **error);
/** one that is there already for its size stays */
gboolean postern_audit_chain_store_add_head (PosternTxn *txn, const PosternAuditHead *head, GError **error);
/** the first of a tree of @size or more; @latest: the last of all. Returns: (transfer full) (nullable): NULL without @error where there is none */
PosternAuditHead *postern_audit_chain_store_get_head (PosternTxn *txn, gint64 size, gboolean latest, GError **error);
/** the last of a tree of @size or less. Returns: (transfer full) (nullable): NULL without @error where there is none */
PosternAuditHead *postern_audit_chain_store_get_head_up_to (PosternTxn *txn, gint64 size, GError **error);
/** of trees larger than @size. (element-type PosternAuditHead) */
GPtrArray *postern_audit_chain_store_list_heads (PosternTxn *txn, gint64 size, guint limit, GError **error);
/** takes away the first @limit entries with a number before @before, and their numbers. @deleted: (out) */
gboolean postern_audit_chain_store_drop (PosternTxn *txn, gint64 before, guint limit, gint64 *deleted, GError **error);
/** @end: (out): the number that the next entry gets */
gboolean postern_audit_chain_store_get_end (PosternTxn *txn, gint64 *end, GError **error);

/* postern-outbox-store.c: LASTING; what waits to be sent, and the log of what was */
/** seals entry->model, which is given as plain JSON; once committed, who waits in postern_store_wait_for_message() goes on */
gboolean postern_outbox_store_insert (PosternTxn *txn, PosternOutboxEntry *entry, GError **error);
gboolean postern_outbox_store_drop (PosternTxn *txn, const PosternOutboxEntry *entry, GError **error); /* in the transaction that inserted it */
/** takes the first @limit entries of @channel that are due, until @until: nobody else gets them before. (element-type PosternOutboxEntry) */
GPtrArray *postern_outbox_store_take (PosternTxn *txn, const char *channel, guint limit, gint64 now, gint64 until, GError **error);
/** opens entry->model. Returns: (transfer full) (nullable): JSON; free it with postern_secret_free() */
char *postern_outbox_store_dup_model (PosternStore *store, const PosternOutboxEntry *entry, GError **error);
/** who took it writes down entry's state, messenger, result, times, recipient and model, unless it was taken by another since; @taken_until as it was taken */
gboolean postern_outbox_store_settle (PosternTxn *txn, const PosternOutboxEntry *entry, gint64 taken_until, GError **error);
/** what lapsed and is still kept to be sent, @limit at most. (element-type PosternOutboxEntry) */
GPtrArray *postern_outbox_store_list_lapsed (PosternTxn *txn, guint limit, gint64 now, GError **error);
/** @due_at (out): of the first that waits; G_MAXINT64 when none does */
gboolean postern_outbox_store_get_due (PosternTxn *txn, gint64 *due_at, GError **error);
PosternOutboxEntry *postern_outbox_store_get (PosternTxn *txn, const char *id, GError **error);
GPtrArray *postern_outbox_store_list (PosternTxn *txn, const char *before, guint limit, GError **error); /* the newest first */
/** once more and at once; STALE when it has lapsed or was sent */
gboolean postern_outbox_store_retry (PosternTxn *txn, const char *id, gint64 now, GError **error);

/* postern-organization-store.c */
gboolean postern_organization_store_insert (PosternTxn *txn, PosternOrganization *organization, GError **error);
gboolean postern_organization_store_update (PosternTxn *txn, PosternOrganization *organization, GError **error);
gboolean postern_organization_store_delete (PosternTxn *txn, const char *id, GError **error); /* and all that is the organization's */
/** @name: an id or a slug */
PosternOrganization *postern_organization_store_find (PosternTxn *txn, const char *name, GError **error);
/** @search: (nullable): what a name or slug begins with */
GPtrArray *postern_organization_store_list (PosternTxn *txn, const char *search, const char *after, guint limit, GError **error);
/** those that @user_id is a member of and that are not switched off; by index */
GPtrArray *postern_organization_store_list_for_user (PosternTxn *txn, const char *user_id, const char *after, guint limit, GError **error);
/** … that are switched off, too */
GPtrArray *postern_organization_store_list_for_member (PosternTxn *txn, const char *user_id, const char *after, guint limit, GError **error);
/** which one @session_id chose the last time at @application_id. (transfer full) (nullable): NULL without error when none */
char *postern_organization_store_get_choice (PosternTxn *txn, const char *session_id, const char *application_id, GError **error);
gboolean postern_organization_store_put_choice (PosternTxn *txn, const char *session_id, const char *application_id, const char *organization_id, GError **error);
/** no session of @user_id (nullable: of anybody) remembers it */
gboolean postern_organization_store_forget_choices (PosternTxn *txn, const char *organization_id, const char *user_id, GError **error);

/* postern-join-store.c: which organizations somebody may come to belong to by signing in */
/** writes anew what @organization's rules say of it; postern_organization_store_insert() and _update() do */
gboolean postern_join_store_set (PosternTxn *txn, const PosternOrganization *organization, GError **error);
/**
 * by index, however many organizations there are: those that are not switched off, that @user_id is no member of, and that name
 * @connector_id, or have proved @domain; each (nullable): none. @domain canonical, of a verified address. Whether the rules let the
 * person in, the caller finds out: here may be more. By id (element-type PosternOrganization)
 */
GPtrArray *postern_join_store_list (PosternTxn *txn, const char *user_id, const char *connector_id, const char *domain, guint limit, GError **error);

/* postern-member-store.c: who belongs to an organization, and its groups */
/** who is a member already stays one as they came in. @added: (out) (nullable) */
gboolean postern_member_store_put (PosternTxn *txn, PosternMember *member, gboolean *added, GError **error);
gboolean postern_member_store_delete (PosternTxn *txn, const char *organization_id, const char *user_id, GError **error);
PosternMember *postern_member_store_get (PosternTxn *txn, const char *organization_id, const char *user_id, GError **error);
gboolean postern_member_store_count (PosternTxn *txn, const char *organization_id, gint64 *count, GError **error);
GPtrArray *postern_member_store_list (PosternTxn *txn, const char *organization_id, const char *after, guint limit, GError **error); /* by user_id */
GPtrArray *postern_member_store_list_for_user (PosternTxn *txn, const char *user_id, const char *after, guint limit, GError **error); /* by organization_id */

/* postern-group-store.c */
gboolean postern_group_store_insert (PosternTxn *txn, PosternGroup *group, GError **error);
gboolean postern_group_store_update (PosternTxn *txn, PosternGroup *group, GError **error);
gboolean postern_group_store_delete (PosternTxn *txn, const char *id, GError **error);
PosternGroup *postern_group_store_get (PosternTxn *txn, const char *id, GError **error);
GPtrArray *postern_group_store_list (PosternTxn *txn, const char *organization_id, const char *after, guint limit, GError **error);
/** the groups of one organization that @user_id is in; by index */
GPtrArray *postern_group_store_list_for_member (PosternTxn *txn, const char *organization_id, const char *user_id, GError **error);
/** NOT_FOUND where the person is no member of the group's organization; twice is no error */
gboolean postern_group_store_add_member (PosternTxn *txn, const char *id, const char *user_id, GError **error);
gboolean postern_group_store_remove_member (PosternTxn *txn, const char *id, const char *user_id, GError **error);
GPtrArray *postern_group_store_list_members (PosternTxn *txn, const char *id, const char *after, guint limit, GError **error); /* (element-type PosternMember), by user_id */

/* postern-domain-store.c */
gboolean postern_domain_store_insert (PosternTxn *txn, PosternDomain *domain, GError **error);
gboolean postern_domain_store_delete (PosternTxn *txn, const char *id, GError **error);
PosternDomain *postern_domain_store_get (PosternTxn *txn, const char *id, GError **error);
/** @name: an id, or a canonical domain; of @organization_id alone */
PosternDomain *postern_domain_store_find (PosternTxn *txn, const char *organization_id, const char *name, GError **error);
/** the one that has proved @domain */
PosternDomain *postern_domain_store_find_verified (PosternTxn *txn, const char *domain, GError **error);
GPtrArray *postern_domain_store_list (PosternTxn *txn, const char *organization_id, const char *after, guint limit, GError **error);
/** verified ones that were last checked at @until at the latest, the longest ago first; by index */
GPtrArray *postern_domain_store_list_due (PosternTxn *txn, gint64 until, guint limit, GError **error);
/** what a look at the DNS came to: domain's verified_at, checked_at, failed_at and silent_at. CONFLICT when another organization has proved it */
gboolean postern_domain_store_settle (PosternTxn *txn, PosternDomain *domain, GError **error);

/* postern-brand-store.c: what an organization's pages load, or, with "" in place of its id, the tenant's */
gboolean postern_brand_store_put (PosternTxn *txn, PosternBrandFile *file, GError **error); /* inserts or replaces, by organization and kind */
gboolean postern_brand_store_delete (PosternTxn *txn, const char *organization_id, const char *kind, GError **error); /* none is no error */
PosternBrandFile *postern_brand_store_get (PosternTxn *txn, const char *organization_id, const char *kind, GError **error);
PosternBrandFile *postern_brand_store_find (PosternTxn *txn, const char *name, GError **error); /* by index; whosever it is */

/* postern-invitation-store.c */
gboolean postern_invitation_store_insert (PosternTxn *txn, PosternInvitation *invitation, GError **error);
PosternInvitation *postern_invitation_store_get (PosternTxn *txn, const char *id, GError **error);
GPtrArray *postern_invitation_store_list (PosternTxn *txn, const char *organization_id, const char *after, guint limit, GError **error);
GPtrArray *postern_invitation_store_list_for_address (PosternTxn *txn, const char *email, GError **error); /* (element-type utf8): ids, of all organizations */
gboolean postern_invitation_store_delete (PosternTxn *txn, const char *id, GError **error);
/** one statement marks it used. NOT_FOUND where there is none of this secret, STALE when it has expired or was revoked, CONFLICT when it was used */
gboolean postern_invitation_store_redeem (PosternTxn *txn, const char *id, const char *secret_hash, gint64 now, GError **error);
/** only one that was neither used nor revoked; STALE otherwise */
gboolean postern_invitation_store_revoke (PosternTxn *txn, const char *id, gint64 now, GError **error);
/** revokes those to @email that were neither used nor revoked; none is no error; among those of the organization, by index */
gboolean postern_invitation_store_revoke_open (PosternTxn *txn, const char *organization_id, const char *email, gint64 now, GError **error);
/**
 * revokes those that were neither used nor revoked and that go to the proved address of @user_id: of the organization, by index; of all to which they
 * belong where @organization_id is NULL. Before they are taken out, or deleted; none is no error
 */
gboolean postern_invitation_store_revoke_for (PosternTxn *txn, const char *organization_id, const char *user_id, gint64 now, GError **error);
/** a new secret and expiry for one that was neither used nor revoked; STALE otherwise */
gboolean postern_invitation_store_renew (PosternTxn *txn, const char *id, const char *secret_hash, gint64 expires_at, GError **error);

/* postern-webhook-store.c */
/** @secret: sealed into @webhook */
gboolean postern_webhook_store_insert (PosternTxn *txn, PosternWebhook *webhook, const char *secret, GError **error);
/** all of it, as it was read in this transaction; a delivery under way settles nothing any more */
gboolean postern_webhook_store_update (PosternTxn *txn, PosternWebhook *webhook, GError **error);
gboolean postern_webhook_store_delete (PosternTxn *txn, const char *id, GError **error);
PosternWebhook *postern_webhook_store_get (PosternTxn *txn, const char *id, GError **error);
GPtrArray *postern_webhook_store_list (PosternTxn *txn, const char *after, guint limit, GError **error);
gint64 postern_webhook_store_count (PosternTxn *txn, GError **error); /* -1 on error */
/** those that are switched on, have not had all of the log, and may be tried at @now */
GPtrArray *postern_webhook_store_list_due (PosternTxn *txn, gint64 now, GError **error);
/** @due_at: (out): of the first of those that are switched on and have not had all; G_MAXINT64 where there is none */
gboolean postern_webhook_store_get_due (PosternTxn *txn, gint64 *due_at, GError **error);
/** @n: (out): how many were switched off because nothing arrived there, and not by anybody */
gboolean postern_webhook_store_count_failed (PosternTxn *txn, gint64 *n, GError **error);
/**
 * what a delivery came to: all that the record says of it, in one statement. @position: as it was read; @settled: (out): FALSE where somebody
 * has changed the webhook since, or another node was faster: then what is kept stays
 */
gboolean postern_webhook_store_settle (PosternTxn *txn, const PosternWebhook *webhook, gint64 position, gboolean *settled, GError **error);
/** @secret takes the place of the one that there is, which goes on to sign until @until, seconds since 1970. In @webhook alone */
gboolean postern_webhook_store_rotate (PosternTxn *txn, PosternWebhook *webhook, const char *secret, gint64 until, GError **error);
/** PosternWebhookSecrets: opened; the first is the new one. Ends with NULL. */
typedef char *PosternWebhookSecrets[3];
gboolean postern_webhook_store_open_secrets (PosternStore *store, const PosternWebhook *webhook, gint64 now, PosternWebhookSecrets secrets, GError **error);
void postern_webhook_store_close_secrets (PosternWebhookSecrets secrets); /* zeroes, then frees */

/* postern-sink-place-store.c */
/** for one that has none yet: at the end of the log; another node's stays. @place: `id` and `created_at` */
gboolean postern_sink_place_store_begin (PosternTxn *txn, const PosternSinkPlace *place, GError **error);
PosternSinkPlace *postern_sink_place_store_get (PosternTxn *txn, const char *id, GError **error);
/** (element-type PosternSinkPlace): all, also of sinks that there are no more */
GPtrArray *postern_sink_place_store_list (PosternTxn *txn, GError **error);
/** all that it says, in one statement. @position: as it was read; @settled: (out): FALSE where somebody was faster, and what is kept stays */
gboolean postern_sink_place_store_settle (PosternTxn *txn, const PosternSinkPlace *place, gint64 position, gboolean *settled, GError **error);

#define POSTERN_LEASE_MAINTENANCE "maintenance" /* whoever does the periodic work renews it every few seconds, in SHORT */
/* postern-lease-store.c: LASTING; periodic work. TRUE with *@held when @holder has the lease until now + @seconds */
gboolean postern_lease_store_take (PosternTxn *txn, const char *name, const char *holder, gint64 seconds, gint64 now, gboolean *held, GError **error);
/** postern_lease_store_get: @holder: (out) (transfer full) (nullable): nobody; @expires_at: (out): another one after each renewal */
gboolean postern_lease_store_get (PosternTxn *txn, const char *name, char **holder, gint64 *expires_at, GError **error);
/**
 * postern_lease_store_take_from: for @holder, unless it is not any more as it was read: @from, (nullable): nobody's, and @from_expires_at. The same to
 * renew it. @expires_at: seconds since 1970; @taken: (out)
 */
gboolean postern_lease_store_take_from (PosternTxn *txn, const char *name, const char *holder, gint64 expires_at, const char *from, gint64 from_expires_at, gboolean *taken, GError **error);
gboolean postern_lease_store_release (PosternTxn *txn, const char *name, const char *holder, GError **error); /* no error when it is another's */

G_END_DECLS
