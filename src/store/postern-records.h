/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-store.h"

G_BEGIN_DECLS

/**
 * What is kept, as plain structs: the field names are the column names. Strings are owned and may be NULL where the
 * comment says so; times are seconds since 1970, 0 for never; JSON columns are a{sv} GVariants. Each struct is
 * reference counted (postern_user_ref/unref, …, g_autoptr works) and is not changed after it was shared.
 */
#define POSTERN_DECLARE_RECORD(Type, prefix)                                                                 \
  Type *prefix##_new (void);                                                                                 \
  Type *prefix##_ref (Type *self);                                                                           \
  void prefix##_unref (Type *self);                                                                          \
  G_DEFINE_AUTOPTR_CLEANUP_FUNC (Type, prefix##_unref)

typedef struct {
  char *id; /* usr_… */
  char *username, *email, *phone; /* canonical; each (nullable), unique where set */
  gboolean email_verified, phone_verified;
  GVariant *profile; /* a{sv}: OpenID Connect standard claims (name, given_name, locale, picture, address, …) */
  GVariant *data;    /* a{sv}: the operator's own */
  gboolean administrator;
  gint64 disabled_at, created_at, updated_at, last_sign_in_at;
  gint64 deletes_at; /* when the account goes, because its owner wants it to */
  char *appearance;  /* (nullable): "light" or "dark": how the pages look to the person; NULL: as the device has it */
  char *external_id; /* (nullable), unique where set: what another system calls the person */
} PosternUser;
POSTERN_DECLARE_RECORD (PosternUser, postern_user)

typedef struct {
  char *id; /* crd_… */
  char *user_id;
  char *kind;  /* "password", … */
  char *value; /* a PHC string, or sealed */
  GVariant *data;
  gint64 created_at, updated_at, used_at;
} PosternCredential;
POSTERN_DECLARE_RECORD (PosternCredential, postern_credential)

typedef struct {
  char *id; /* idn_… */
  char *user_id;
  char *connector, *subject; /* unique together */
  GVariant *claims;
  char *upstream; /* sealed tokens (nullable) */
  gint64 created_at, used_at;
} PosternIdentity;
POSTERN_DECLARE_RECORD (PosternIdentity, postern_identity)

typedef struct {
  char *id; /* app_…: the client_id */
  char *name;
  gboolean enabled, first_party; /* first_party: no consent is asked */
  char *kind; /* web, spa, native, service */
  GVariant *metadata; /* a{sv}: RFC 7591 and OpenID Connect Registration names; postern-application.h in src/identity reads it */
  GVariant *secrets;  /* av of a{sv}: id, hash, created_at, expires_at */
  gint64 created_at, updated_at;
} PosternApplication;
POSTERN_DECLARE_RECORD (PosternApplication, postern_application)

typedef struct {
  gint64 key; /* of the id; the store's own */
  char *id;   /* ses_…: also the OpenID `sid` */
  char *secret_hash; /* of the cookie's secret, which names the id */
  char *user_id;
  char *application_id; /* (nullable): the one that somebody signed in to without a browser: no cookie serves for it */
  char *device_hash; /* (nullable) */
  char *amr, *acr;   /* amr: space-separated */
  char *factors;     /* (nullable): which were met, the first one first; space-separated */
  char *user_agent, *remote_address;
  char *upstream_connector, *upstream_sid; /* (nullable) */
  gint64 auth_time, created_at, used_at, idle_expires_at, expires_at, ended_at;
} PosternSession;
POSTERN_DECLARE_RECORD (PosternSession, postern_session)

typedef struct {
  gint64 key; /* of the id; the store's own */
  char *id;   /* gnt_… */
  char *user_id; /* (nullable) for client credentials */
  char *application_id, *session_id; /* session_id (nullable) */
  char *scope;    /* space-separated */
  char *resource; /* space-separated */
  GVariant *data; /* a{sv}: nonce, auth_time, acr, amr, claims request, … */
  char *organization_id; /* (nullable): of data; the store's own */
  gboolean offline; /* outlives the session */
  gint64 created_at, expires_at, revoked_at;
  char *code_hash;  /* of its authorization code, which names the grant; it and all of the code (nullable) */
  char *code_redirect_uri, *code_challenge;
  gint64 code_expires_at, code_used_at;
} PosternGrant;
POSTERN_DECLARE_RECORD (PosternGrant, postern_grant)

typedef struct {
  char *user_id, *application_id;
  char *scope;       /* space-separated: what need not be asked again */
  gint64 updated_at; /* when the person was asked last */
} PosternConsent;
POSTERN_DECLARE_RECORD (PosternConsent, postern_consent)

typedef struct {
  gint64 grant_key; /* its grant's */
  char *hash;       /* of the token, which names the grant */
  gint64 created_at, expires_at, used_at;
} PosternRefreshToken;
POSTERN_DECLARE_RECORD (PosternRefreshToken, postern_refresh_token)

typedef struct {
  gint64 key;   /* of the id; the store's own */
  char *id;     /* tok_…: its `jti` */
  char *hash;   /* of the token, which names the id */
  char *claims; /* JSON: what a JWT would say */
  gint64 expires_at;
} PosternAccessToken;
POSTERN_DECLARE_RECORD (PosternAccessToken, postern_access_token)

/** PosternIdempotency: what was answered to a request that named a key for its repetitions. */
typedef struct {
  char *hash;    /* of who asked, and the key */
  char *request; /* hash of the request */
  gint64 status;
  char *answer;  /* JSON, sealed; (nullable): none */
  gint64 created_at, expires_at;
} PosternIdempotency;
POSTERN_DECLARE_RECORD (PosternIdempotency, postern_idempotency)

typedef struct {
  char *kid;
  char *use; /* "sig" */
  char *alg;
  char *state; /* next, current, previous, retired */
  GVariant *public_jwk;
  char *private_jwk; /* sealed JSON */
  gint64 created_at, activated_at, expires_at;
} PosternKey;
POSTERN_DECLARE_RECORD (PosternKey, postern_key)

/** PosternInstanceRecord: an instance of a plugin that was set up in the console or by the API; a file of the same id overrules it. */
typedef struct {
  char *id;   /* what a file's name would be */
  char *type; /* the plugin's Id */
  char *name; /* (nullable) */
  gint64 position;
  gboolean enabled;
  GVariant *settings; /* a{sv} of strings: those that are no secret */
  char *secrets;      /* (nullable): the others, JSON, sealed */
  gint64 revision;    /* grows with each change, and is never used again for this id */
  gint64 created_at, updated_at;
} PosternInstanceRecord;
POSTERN_DECLARE_RECORD (PosternInstanceRecord, postern_instance_record)

/** PosternResource: an API whose scopes are given by roles (src/identity/postern-resource.h). */
typedef struct {
  char *id;        /* res_… */
  char *indicator; /* an absolute URI, unique: what a token's audience names (RFC 8707) */
  char *name;
  GVariant *scopes;   /* av of a{sv}: name, description */
  GVariant *settings; /* a{sv} */
  gint64 created_at, updated_at;
} PosternResource;
POSTERN_DECLARE_RECORD (PosternResource, postern_resource)

/** PosternWebhook: another server that is told what happens here, from which entry of the audit log on, and how that goes (src/identity/postern-webhook.h). */
typedef struct {
  char *id; /* whk_… */
  char *url;
  char *description; /* (nullable) */
  GVariant *events;  /* av of strings: "user.created", "role.*", "*" */
  gboolean enabled;
  char *secret, *old_secret; /* sealed; old_secret (nullable) signs, too, until old_secret_until */
  gint64 old_secret_until;
  gint64 revision;  /* another one after each change but those of a delivery */
  gint64 position;  /* the number of the next entry that it has not had */
  gint64 delivered; /* how many it was sent */
  gint64 missed;    /* how many were cut off before it had them */
  gint64 failures, failing_since; /* since the last one that arrived */
  gint64 due_at;                  /* not to be tried before; 0: at once */
  GVariant *attempts;             /* av of a{sv}: the latest POSTERN_WEBHOOK_ATTEMPTS_MAX, the oldest first */
  char *disabled_reason;          /* (nullable): "gone" or "failing"; NULL where an administrator did it */
  gint64 created_at, updated_at;
} PosternWebhook;
POSTERN_DECLARE_RECORD (PosternWebhook, postern_webhook)

/** PosternSinkPlace: how far a sink is in the audit log, and how that goes (src/daemon/postern-sinks.h). It stays when the sink is taken away: one that comes back goes on there. */
typedef struct {
  char *id;         /* the instance's */
  gint64 position;  /* the number of the next entry that it has not taken */
  gint64 delivered; /* how many it took */
  gint64 missed;    /* how many were cut off before it had them */
  gint64 failures, failing_since; /* since it took some last */
  gint64 due_at;    /* not to be tried before; 0: at once */
  char *error;      /* (nullable): what it said the last time that it took none */
  gint64 created_at;
} PosternSinkPlace;
POSTERN_DECLARE_RECORD (PosternSinkPlace, postern_sink_place)

/** PosternRole: a name for permissions (src/identity/postern-role.h). */
typedef struct {
  char *id;   /* rol_… */
  char *kind; /* "tenant" or "organization" */
  char *organization_id; /* whose own it is; "": of no organization: the tenant's, or a template for all organizations */
  char *name;            /* unique of its kind in there */
  char *description;     /* (nullable) */
  gint64 created_at, updated_at;
} PosternRole;
POSTERN_DECLARE_RECORD (PosternRole, postern_role)

/** PosternAssignment: who has a role, and where. */
typedef struct {
  char *subject_id;      /* usr_…, grp_… or app_… */
  char *organization_id; /* "" for a role of the tenant */
  char *role_id;         /* or the name of one that is built in */
  gint64 created_at;
} PosternAssignment;
POSTERN_DECLARE_RECORD (PosternAssignment, postern_assignment)

/** PosternClaimsHook: who is asked what tokens say besides (src/identity/postern-claims-hook.h). */
typedef struct {
  char *owner_id; /* app_… or res_…: whose tokens */
  char *url;
  char *secret;   /* sealed */
  gint64 timeout; /* milliseconds */
  char *on_failure; /* refuse, without */
  gint64 created_at, updated_at;
} PosternClaimsHook;
POSTERN_DECLARE_RECORD (PosternClaimsHook, postern_claims_hook)

/** PosternTenantRecord: one of the tenants beside the default one, in whose store these rows stand; src/identity/postern-tenant-directory.h has the rules. */
typedef struct {
  char *slug, *id; /* id: ten_… */
  char *name;
  char *region; /* "": where the default tenant is */
  char *state;  /* active, suspended, read-only */
  gint64 due_at; /* when it is to be opened for periodic work */
  gint64 created_at, updated_at;
} PosternTenantRecord;
POSTERN_DECLARE_RECORD (PosternTenantRecord, postern_tenant_record)

typedef struct {
  char *domain; /* lower case */
  char *slug;
  gint64 position; /* the first one is the tenant's issuer */
} PosternTenantDomain;
POSTERN_DECLARE_RECORD (PosternTenantDomain, postern_tenant_domain)

/** PosternImport: a file of people that is being taken over, and how far. */
typedef struct {
  char *id;     /* imp_… */
  char *digest; /* of the whole file, by whoever sends it: who sends the same one goes on where it stopped */
  char *format; /* what the file was */
  gint64 position; /* records that were dealt with */
  gint64 created, refused; /* of those */
  gint64 created_at, updated_at, finished_at;
} PosternImport;
POSTERN_DECLARE_RECORD (PosternImport, postern_import)

/** A ticket: any one-time value that is handed out (setup link, verification, invitation). */
typedef struct {
  char *hash;
  char *kind;
  GVariant *data;
  gint64 created_at, expires_at, used_at;
} PosternTicket;
POSTERN_DECLARE_RECORD (PosternTicket, postern_ticket)

/** PosternCode: what proves that somebody reads an address; src/identity/postern-code.h has its rules. */
typedef struct {
  char *owner;   /* keyed hash of purpose and person */
  char *id;      /* cod_…: its link names it */
  char *purpose;
  char *flow_id; /* the sign-in that asked, and so its browser */
  char *user_id; /* (nullable): whose it is, where there is an account already */
  char *recipient; /* (nullable): nobody was sent it, and it is never right */
  char *hash, *link_hash; /* keyed, each bound to purpose, flow and recipient */
  gint64 tries, created_at, expires_at, used_at;
} PosternCode;
POSTERN_DECLARE_RECORD (PosternCode, postern_code)

typedef struct {
  gint64 key; /* of the id; the store's own */
  char *id;   /* aud_… */
  gint64 at; /* microseconds since 1970 */
  char *event, *actor, *target, *request_id, *remote_address; /* actor … (nullable) */
  GVariant *data;
  /* What is gone once whom it is about is deleted, and what stays in its place: postern-audit-part.h. Each (nullable). */
  char *address_salt, *address_hash; /* of remote_address, which is @actor's */
  char *person;                      /* whose @personal is: a user's id, an invitation's */
  GVariant *personal;                /* a{sv}: of `before` and `after` what is personal; with its salt */
  char *personal_hash;
} PosternAudit;
POSTERN_DECLARE_RECORD (PosternAudit, postern_audit)

/** PosternAuditLink: an audit entry's place in the log. Hashes are base64url: postern-merkle.h. */
typedef struct {
  gint64 seq;       /* from 0 */
  gint64 audit_key; /* the entry's */
  char *leaf, *chain;
} PosternAuditLink;
POSTERN_DECLARE_RECORD (PosternAuditLink, postern_audit_link)

/** PosternAuditTree: a hash tree of the log's first entries, as far as it is needed to let it grow. */
typedef struct {
  char *name;      /* "log": of all that have a number; "cut": of those that are gone */
  gint64 size;     /* so many */
  char *nodes;     /* as postern_merkle_tree_print() writes it */
  char *chain;     /* of its last entry; of the empty log 32 times 0 */
  gint64 last_key; /* the largest of its entries' keys, -1 when it has none */
  gint64 updated_at;
  char *statement; /* (nullable): of the cut: what was signed of it, a JWS */
} PosternAuditTree;
POSTERN_DECLARE_RECORD (PosternAuditTree, postern_audit_tree)

/** PosternAuditHead: what was signed about the log of that size. */
typedef struct {
  gint64 tree_size;
  char *kid;
  char *statement; /* a JWS: src/identity/postern-audit-statement.h */
  gint64 created_at;
} PosternAuditHead;
POSTERN_DECLARE_RECORD (PosternAuditHead, postern_audit_head)

/** A message on its way to a person; afterwards the log's entry about it. */
typedef struct {
  gint64 key; /* of the id; the store's own */
  char *id;   /* msg_… */
  char *channel;   /* "email", "sms" */
  char *recipient; /* an address or a number; once it was sent or has lapsed: masked */
  char *template, *language;
  char *model; /* what the template shows, JSON, sealed; (nullable): not kept any more */
  char *state; /* waiting, sent, failed (refused for good; may be tried again until it lapses), expired */
  gint64 attempts;
  char *messenger, *result; /* who had it last and what was said of it; (nullable) */
  gint64 created_at, updated_at, expires_at;
  gint64 due_at;   /* when it may be taken next, or of a failed one: is forgotten; then 0 */
  gint64 purge_at; /* 0 while it waits */
} PosternOutboxEntry;
POSTERN_DECLARE_RECORD (PosternOutboxEntry, postern_outbox_entry)

/** PosternOrganization: a business customer inside a tenant; src/identity/postern-organization.h has its rules. */
typedef struct {
  char *id;   /* org_… */
  char *slug; /* (nullable), unique: what the operator and its applications call it */
  char *name;
  GVariant *data;          /* a{sv}: the operator's own */
  GVariant *branding;      /* a{sv} */
  GVariant *sign_in_rules; /* a{sv}: postern-organization-rules.h */
  gint64 disabled_at, created_at, updated_at;
} PosternOrganization;
POSTERN_DECLARE_RECORD (PosternOrganization, postern_organization)

typedef struct {
  char *organization_id, *user_id;
  char *source; /* how the person came in: administrator, invited, domain, connector */
  gint64 joined_at;
} PosternMember;
POSTERN_DECLARE_RECORD (PosternMember, postern_member)

/** PosternGroup: some members of one organization. */
typedef struct {
  char *id; /* grp_… */
  char *organization_id;
  char *name; /* unique in it */
  char *description; /* (nullable) */
  gint64 created_at, updated_at;
} PosternGroup;
POSTERN_DECLARE_RECORD (PosternGroup, postern_group)

/** PosternDomain: an e-mail domain that an organization says is its own. */
typedef struct {
  char *id; /* dom_… */
  char *organization_id;
  char *domain; /* canonical, as in an address */
  char *token;  /* what its owner puts into the DNS; no secret */
  gint64 created_at, verified_at, checked_at;
  gint64 failed_at; /* since when the proof is not found any more */
  gint64 silent_at; /* since when nobody has answered whether it is there */
} PosternDomain;
POSTERN_DECLARE_RECORD (PosternDomain, postern_domain)

/** PosternBrandFile: what an organization's pages load. */
typedef struct {
  char *organization_id;
  char *kind; /* "logo"; "light" and "dark": sheets of its colours; "style": its own */
  char *name; /* of the address: made of the data */
  char *data; /* base64 */
} PosternBrandFile;
POSTERN_DECLARE_RECORD (PosternBrandFile, postern_brand_file)

typedef struct {
  char *id; /* inv_…: its link's secret names it */
  char *organization_id;
  char *email; /* canonical: only who can read it may use the invitation */
  GVariant *role_ids, *group_ids; /* av of strings: what the person gets */
  char *inviter; /* (nullable): the user */
  char *secret_hash;
  gint64 created_at, expires_at, used_at, revoked_at;
} PosternInvitation;
POSTERN_DECLARE_RECORD (PosternInvitation, postern_invitation)

G_END_DECLS
