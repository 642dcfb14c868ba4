/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-record.h"

#define TEXT(Type, member) { #member, POSTERN_FIELD_TEXT, G_STRUCT_OFFSET (Type, member) }
#define INT64(Type, member) { #member, POSTERN_FIELD_INT64, G_STRUCT_OFFSET (Type, member) }
#define BOOLEAN(Type, member) { #member, POSTERN_FIELD_BOOLEAN, G_STRUCT_OFFSET (Type, member) }
#define OBJECT(Type, member) { #member, POSTERN_FIELD_OBJECT, G_STRUCT_OFFSET (Type, member) }
#define ARRAY(Type, member) { #member, POSTERN_FIELD_ARRAY, G_STRUCT_OFFSET (Type, member) }
#define VARIANT(Type, member) { #member, POSTERN_FIELD_VARIANT, G_STRUCT_OFFSET (Type, member) }

/* The functions that postern-records.h declares for each type, and the table they share with reading and writing. */
#define POSTERN_DEFINE_RECORD(Type, name, table_name, what_name)                                                      \
  Type *postern_##name##_new (void)                                                                                   \
  {                                                                                                                   \
    return g_atomic_rc_box_new0 (Type);                                                                               \
  }                                                                                                                   \
  Type *postern_##name##_ref (Type *self)                                                                             \
  {                                                                                                                   \
    return g_atomic_rc_box_acquire (self);                                                                            \
  }                                                                                                                   \
  static void name##_clear (gpointer self)                                                                            \
  {                                                                                                                   \
    postern_record_clear (&postern_records_##name, self);                                                             \
  }                                                                                                                   \
  void postern_##name##_unref (Type *self)                                                                            \
  {                                                                                                                   \
    if (self != NULL)                                                                                                 \
      g_atomic_rc_box_release_full (self, name##_clear);                                                              \
  }                                                                                                                   \
  const PosternRecordType postern_records_##name = { table_name, what_name, name##_fields,                            \
                                                     G_N_ELEMENTS (name##_fields), sizeof (Type),                     \
                                                     (GDestroyNotify) postern_##name##_unref };

static const PosternField user_fields[] = {
  TEXT (PosternUser, id),
  TEXT (PosternUser, username),
  TEXT (PosternUser, email),
  TEXT (PosternUser, phone),
  BOOLEAN (PosternUser, email_verified),
  BOOLEAN (PosternUser, phone_verified),
  OBJECT (PosternUser, profile),
  OBJECT (PosternUser, data),
  BOOLEAN (PosternUser, administrator),
  INT64 (PosternUser, disabled_at),
  INT64 (PosternUser, created_at),
  INT64 (PosternUser, updated_at),
  INT64 (PosternUser, last_sign_in_at),
  INT64 (PosternUser, deletes_at),
  TEXT (PosternUser, appearance),
  TEXT (PosternUser, external_id),
};
POSTERN_DEFINE_RECORD (PosternUser, user, "users", "user")

static const PosternField credential_fields[] = {
  TEXT (PosternCredential, id),         TEXT (PosternCredential, user_id),     TEXT (PosternCredential, kind),
  TEXT (PosternCredential, value),      OBJECT (PosternCredential, data),      INT64 (PosternCredential, created_at),
  INT64 (PosternCredential, updated_at), INT64 (PosternCredential, used_at),
};
POSTERN_DEFINE_RECORD (PosternCredential, credential, "credentials", "credential")

static const PosternField identity_fields[] = {
  TEXT (PosternIdentity, id),      TEXT (PosternIdentity, user_id),  TEXT (PosternIdentity, connector),
  TEXT (PosternIdentity, subject), OBJECT (PosternIdentity, claims), TEXT (PosternIdentity, upstream),
  INT64 (PosternIdentity, created_at), INT64 (PosternIdentity, used_at),
};
POSTERN_DEFINE_RECORD (PosternIdentity, identity, "identities", "identity")

static const PosternField application_fields[] = {
  TEXT (PosternApplication, id),
  TEXT (PosternApplication, name),
  BOOLEAN (PosternApplication, enabled),
  BOOLEAN (PosternApplication, first_party),
  TEXT (PosternApplication, kind),
  OBJECT (PosternApplication, metadata),
  ARRAY (PosternApplication, secrets),
  INT64 (PosternApplication, created_at),
  INT64 (PosternApplication, updated_at),
};
POSTERN_DEFINE_RECORD (PosternApplication, application, "applications", "application")

static const PosternField session_fields[] = {
  INT64 (PosternSession, key),
  TEXT (PosternSession, id),
  TEXT (PosternSession, secret_hash),
  TEXT (PosternSession, user_id),
  TEXT (PosternSession, application_id),
  TEXT (PosternSession, device_hash),
  TEXT (PosternSession, amr),
  TEXT (PosternSession, acr),
  TEXT (PosternSession, factors),
  TEXT (PosternSession, user_agent),
  TEXT (PosternSession, remote_address),
  TEXT (PosternSession, upstream_connector),
  TEXT (PosternSession, upstream_sid),
  INT64 (PosternSession, auth_time),
  INT64 (PosternSession, created_at),
  INT64 (PosternSession, used_at),
  INT64 (PosternSession, idle_expires_at),
  INT64 (PosternSession, expires_at),
  INT64 (PosternSession, ended_at),
};
POSTERN_DEFINE_RECORD (PosternSession, session, "sessions", "session")

static const PosternField grant_fields[] = {
  INT64 (PosternGrant, key),
  TEXT (PosternGrant, id),
  TEXT (PosternGrant, user_id),
  TEXT (PosternGrant, application_id),
  TEXT (PosternGrant, session_id),
  TEXT (PosternGrant, scope),
  TEXT (PosternGrant, resource),
  OBJECT (PosternGrant, data),
  TEXT (PosternGrant, organization_id),
  BOOLEAN (PosternGrant, offline),
  INT64 (PosternGrant, created_at),
  INT64 (PosternGrant, expires_at),
  INT64 (PosternGrant, revoked_at),
  TEXT (PosternGrant, code_hash),
  TEXT (PosternGrant, code_redirect_uri),
  TEXT (PosternGrant, code_challenge),
  INT64 (PosternGrant, code_expires_at),
  INT64 (PosternGrant, code_used_at),
};
POSTERN_DEFINE_RECORD (PosternGrant, grant, "grants", "grant")

static const PosternField consent_fields[] = {
  TEXT (PosternConsent, user_id), TEXT (PosternConsent, application_id), TEXT (PosternConsent, scope), INT64 (PosternConsent, updated_at),
};
POSTERN_DEFINE_RECORD (PosternConsent, consent, "consents", "consent")

static const PosternField refresh_token_fields[] = {
  INT64 (PosternRefreshToken, grant_key),  TEXT (PosternRefreshToken, hash),     INT64 (PosternRefreshToken, created_at),
  INT64 (PosternRefreshToken, expires_at), INT64 (PosternRefreshToken, used_at),
};
POSTERN_DEFINE_RECORD (PosternRefreshToken, refresh_token, "refresh_tokens", "refresh token")

static const PosternField access_token_fields[] = {
  INT64 (PosternAccessToken, key),   TEXT (PosternAccessToken, id),          TEXT (PosternAccessToken, hash),
  TEXT (PosternAccessToken, claims), INT64 (PosternAccessToken, expires_at),
};
POSTERN_DEFINE_RECORD (PosternAccessToken, access_token, "access_tokens", "access token")

static const PosternField idempotency_fields[] = {
  TEXT (PosternIdempotency, hash),   TEXT (PosternIdempotency, request),     INT64 (PosternIdempotency, status),
  TEXT (PosternIdempotency, answer), INT64 (PosternIdempotency, created_at), INT64 (PosternIdempotency, expires_at),
};
POSTERN_DEFINE_RECORD (PosternIdempotency, idempotency, "idempotency_keys", "key for repetitions")

static const PosternField key_fields[] = {
  TEXT (PosternKey, kid),          TEXT (PosternKey, use),          TEXT (PosternKey, alg),
  TEXT (PosternKey, state),        OBJECT (PosternKey, public_jwk), TEXT (PosternKey, private_jwk),
  INT64 (PosternKey, created_at),  INT64 (PosternKey, activated_at), INT64 (PosternKey, expires_at),
};
POSTERN_DEFINE_RECORD (PosternKey, key, "signing_keys", "key")

static const PosternField resource_fields[] = {
  TEXT (PosternResource, id),         TEXT (PosternResource, indicator),   TEXT (PosternResource, name),
  ARRAY (PosternResource, scopes),    OBJECT (PosternResource, settings),  INT64 (PosternResource, created_at),
  INT64 (PosternResource, updated_at),
};
POSTERN_DEFINE_RECORD (PosternResource, resource, "resources", "resource")

static const PosternField role_fields[] = {
  TEXT (PosternRole, id),          TEXT (PosternRole, kind),        TEXT (PosternRole, organization_id), TEXT (PosternRole, name),
  TEXT (PosternRole, description), INT64 (PosternRole, created_at), INT64 (PosternRole, updated_at),
};
POSTERN_DEFINE_RECORD (PosternRole, role, "roles", "role")

static const PosternField assignment_fields[] = {
  TEXT (PosternAssignment, subject_id), TEXT (PosternAssignment, organization_id), TEXT (PosternAssignment, role_id),
  INT64 (PosternAssignment, created_at),
};
POSTERN_DEFINE_RECORD (PosternAssignment, assignment, "role_assignments", "assignment")

static const PosternField claims_hook_fields[] = {
  TEXT (PosternClaimsHook, owner_id),   TEXT (PosternClaimsHook, url),         TEXT (PosternClaimsHook, secret),     INT64 (PosternClaimsHook, timeout),
  TEXT (PosternClaimsHook, on_failure), INT64 (PosternClaimsHook, created_at), INT64 (PosternClaimsHook, updated_at),
};
POSTERN_DEFINE_RECORD (PosternClaimsHook, claims_hook, "claims_hooks", "claims hook")

static const PosternField import_fields[] = {
  TEXT (PosternImport, id),          TEXT (PosternImport, digest),      TEXT (PosternImport, format),
  INT64 (PosternImport, position),   INT64 (PosternImport, created),    INT64 (PosternImport, refused),
  INT64 (PosternImport, created_at), INT64 (PosternImport, updated_at), INT64 (PosternImport, finished_at),
};
POSTERN_DEFINE_RECORD (PosternImport, import, "imports", "import")

static const PosternField ticket_fields[] = {
  TEXT (PosternTicket, hash),         TEXT (PosternTicket, kind),        OBJECT (PosternTicket, data),
  INT64 (PosternTicket, created_at),  INT64 (PosternTicket, expires_at), INT64 (PosternTicket, used_at),
};
POSTERN_DEFINE_RECORD (PosternTicket, ticket, "tickets", "ticket")

static const PosternField code_fields[] = {
  TEXT (PosternCode, owner),     TEXT (PosternCode, id),          TEXT (PosternCode, purpose),   TEXT (PosternCode, flow_id),
  TEXT (PosternCode, user_id),   TEXT (PosternCode, recipient),   TEXT (PosternCode, hash),      TEXT (PosternCode, link_hash),
  INT64 (PosternCode, tries),    INT64 (PosternCode, created_at), INT64 (PosternCode, expires_at), INT64 (PosternCode, used_at),
};
POSTERN_DEFINE_RECORD (PosternCode, code, "codes", "code")

static const PosternField audit_fields[] = {
  INT64 (PosternAudit, key),
  TEXT (PosternAudit, id),         INT64 (PosternAudit, at),            TEXT (PosternAudit, event),
  TEXT (PosternAudit, actor),      TEXT (PosternAudit, target),         TEXT (PosternAudit, request_id),
  TEXT (PosternAudit, remote_address), OBJECT (PosternAudit, data),
  TEXT (PosternAudit, address_salt), TEXT (PosternAudit, address_hash),
  TEXT (PosternAudit, person),     VARIANT (PosternAudit, personal),    TEXT (PosternAudit, personal_hash),
};
POSTERN_DEFINE_RECORD (PosternAudit, audit, "audit", "audit entry")

static const PosternField audit_link_fields[] = {
  INT64 (PosternAuditLink, seq),
  INT64 (PosternAuditLink, audit_key),
  TEXT (PosternAuditLink, leaf),
  TEXT (PosternAuditLink, chain),
};
POSTERN_DEFINE_RECORD (PosternAuditLink, audit_link, "audit_chain", "numbered audit entry")

static const PosternField audit_tree_fields[] = {
  TEXT (PosternAuditTree, name),
  INT64 (PosternAuditTree, size),
  TEXT (PosternAuditTree, nodes),
  TEXT (PosternAuditTree, chain),
  INT64 (PosternAuditTree, last_key),
  INT64 (PosternAuditTree, updated_at),
  TEXT (PosternAuditTree, statement),
};
POSTERN_DEFINE_RECORD (PosternAuditTree, audit_tree, "audit_trees", "audit tree")

static const PosternField audit_head_fields[] = {
  INT64 (PosternAuditHead, tree_size),
  TEXT (PosternAuditHead, kid),
  TEXT (PosternAuditHead, statement),
  INT64 (PosternAuditHead, created_at),
};
POSTERN_DEFINE_RECORD (PosternAuditHead, audit_head, "audit_heads", "tree head")

static const PosternField outbox_entry_fields[] = {
  INT64 (PosternOutboxEntry, key),
  TEXT (PosternOutboxEntry, id),
  TEXT (PosternOutboxEntry, channel),
  TEXT (PosternOutboxEntry, recipient),
  TEXT (PosternOutboxEntry, template),
  TEXT (PosternOutboxEntry, language),
  TEXT (PosternOutboxEntry, model),
  TEXT (PosternOutboxEntry, state),
  INT64 (PosternOutboxEntry, attempts),
  TEXT (PosternOutboxEntry, messenger),
  TEXT (PosternOutboxEntry, result),
  INT64 (PosternOutboxEntry, created_at),
  INT64 (PosternOutboxEntry, updated_at),
  INT64 (PosternOutboxEntry, expires_at),
  INT64 (PosternOutboxEntry, due_at),
  INT64 (PosternOutboxEntry, purge_at),
};
POSTERN_DEFINE_RECORD (PosternOutboxEntry, outbox_entry, "outbox", "message")

static const PosternField instance_record_fields[] = {
  TEXT (PosternInstanceRecord, id),
  TEXT (PosternInstanceRecord, type),
  TEXT (PosternInstanceRecord, name),
  INT64 (PosternInstanceRecord, position),
  BOOLEAN (PosternInstanceRecord, enabled),
  OBJECT (PosternInstanceRecord, settings),
  TEXT (PosternInstanceRecord, secrets),
  INT64 (PosternInstanceRecord, revision),
  INT64 (PosternInstanceRecord, created_at),
  INT64 (PosternInstanceRecord, updated_at),
};
POSTERN_DEFINE_RECORD (PosternInstanceRecord, instance_record, "instances", "instance")

static const PosternField organization_fields[] = {
  TEXT (PosternOrganization, id),
  TEXT (PosternOrganization, slug),
  TEXT (PosternOrganization, name),
  OBJECT (PosternOrganization, data),
  OBJECT (PosternOrganization, branding),
  OBJECT (PosternOrganization, sign_in_rules),
  INT64 (PosternOrganization, disabled_at),
  INT64 (PosternOrganization, created_at),
  INT64 (PosternOrganization, updated_at),
};
POSTERN_DEFINE_RECORD (PosternOrganization, organization, "organizations", "organization")

static const PosternField member_fields[] = {
  TEXT (PosternMember, organization_id), TEXT (PosternMember, user_id), TEXT (PosternMember, source), INT64 (PosternMember, joined_at),
};
POSTERN_DEFINE_RECORD (PosternMember, member, "organization_members", "member")

static const PosternField group_fields[] = {
  TEXT (PosternGroup, id),          TEXT (PosternGroup, organization_id), TEXT (PosternGroup, name), TEXT (PosternGroup, description),
  INT64 (PosternGroup, created_at), INT64 (PosternGroup, updated_at),
};
POSTERN_DEFINE_RECORD (PosternGroup, group, "organization_groups", "group")

static const PosternField domain_fields[] = {
  TEXT (PosternDomain, id),
  TEXT (PosternDomain, organization_id),
  TEXT (PosternDomain, domain),
  TEXT (PosternDomain, token),
  INT64 (PosternDomain, created_at),
  INT64 (PosternDomain, verified_at),
  INT64 (PosternDomain, checked_at),
  INT64 (PosternDomain, failed_at),
  INT64 (PosternDomain, silent_at),
};
POSTERN_DEFINE_RECORD (PosternDomain, domain, "organization_domains", "domain")

static const PosternField brand_file_fields[] = {
  TEXT (PosternBrandFile, organization_id), TEXT (PosternBrandFile, kind), TEXT (PosternBrandFile, name), TEXT (PosternBrandFile, data),
};
POSTERN_DEFINE_RECORD (PosternBrandFile, brand_file, "organization_brand_files", "file")

static const PosternField invitation_fields[] = {
  TEXT (PosternInvitation, id),
  TEXT (PosternInvitation, organization_id),
  TEXT (PosternInvitation, email),
  ARRAY (PosternInvitation, role_ids),
  ARRAY (PosternInvitation, group_ids),
  TEXT (PosternInvitation, inviter),
  TEXT (PosternInvitation, secret_hash),
  INT64 (PosternInvitation, created_at),
  INT64 (PosternInvitation, expires_at),
  INT64 (PosternInvitation, used_at),
  INT64 (PosternInvitation, revoked_at),
};
POSTERN_DEFINE_RECORD (PosternInvitation, invitation, "invitations", "invitation")

static const PosternField tenant_record_fields[] = {
  TEXT (PosternTenantRecord, slug),        TEXT (PosternTenantRecord, id),          TEXT (PosternTenantRecord, name),
  TEXT (PosternTenantRecord, region),      TEXT (PosternTenantRecord, state),       INT64 (PosternTenantRecord, due_at),
  INT64 (PosternTenantRecord, created_at), INT64 (PosternTenantRecord, updated_at),
};
POSTERN_DEFINE_RECORD (PosternTenantRecord, tenant_record, "tenants", "tenant")

static const PosternField tenant_domain_fields[] = {
  TEXT (PosternTenantDomain, domain),
  TEXT (PosternTenantDomain, slug),
  INT64 (PosternTenantDomain, position),
};
POSTERN_DEFINE_RECORD (PosternTenantDomain, tenant_domain, "tenant_domains", "domain")

static const PosternField webhook_fields[] = {
  TEXT (PosternWebhook, id),
  TEXT (PosternWebhook, url),
  TEXT (PosternWebhook, description),
  ARRAY (PosternWebhook, events),
  BOOLEAN (PosternWebhook, enabled),
  TEXT (PosternWebhook, secret),
  TEXT (PosternWebhook, old_secret),
  INT64 (PosternWebhook, old_secret_until),
  INT64 (PosternWebhook, revision),
  INT64 (PosternWebhook, position),
  INT64 (PosternWebhook, delivered),
  INT64 (PosternWebhook, missed),
  INT64 (PosternWebhook, failures),
  INT64 (PosternWebhook, failing_since),
  INT64 (PosternWebhook, due_at),
  ARRAY (PosternWebhook, attempts),
  TEXT (PosternWebhook, disabled_reason),
  INT64 (PosternWebhook, created_at),
  INT64 (PosternWebhook, updated_at),
};
POSTERN_DEFINE_RECORD (PosternWebhook, webhook, "webhooks", "webhook")

static const PosternField sink_place_fields[] = {
  TEXT (PosternSinkPlace, id),        INT64 (PosternSinkPlace, position),      INT64 (PosternSinkPlace, delivered),
  INT64 (PosternSinkPlace, missed),   INT64 (PosternSinkPlace, failures),      INT64 (PosternSinkPlace, failing_since),
  INT64 (PosternSinkPlace, due_at),   TEXT (PosternSinkPlace, error),          INT64 (PosternSinkPlace, created_at),
};
POSTERN_DEFINE_RECORD (PosternSinkPlace, sink_place, "sink_places", "sink")
