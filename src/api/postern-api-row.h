/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-schema.h"
#include "postern-tenant.h"
#include "postern-txn.h"

G_BEGIN_DECLS

/* Private to this room: the route table. From its rows come routing, authorization, validation and the OpenAPI document. */

typedef struct _PosternApiCall PosternApiCall;

/** PosternApiWork: within the transaction; it may run again after a serialization failure, so it does nothing outside. */
typedef gboolean (*PosternApiWork) (PosternApiCall *call, PosternTxn *txn, GError **error);
/** PosternApiPrepare: before the transaction: what takes long, such as a password hash. */
typedef gboolean (*PosternApiPrepare) (PosternApiCall *call, GError **error);
/** PosternApiDone: once it is committed. */
typedef void (*PosternApiDone) (PosternApiCall *call);

/** PosternApiKind: what an operation is; method, status and what is asked of the call follow from it. */
typedef enum {
  POSTERN_API_LIST,    /* GET: a page of items: 200 */
  POSTERN_API_SHOW,    /* GET: one: 200 */
  POSTERN_API_CREATE,  /* POST: 201 */
  POSTERN_API_UPDATE,  /* PATCH: the members sent (RFC 7396): 200 */
  POSTERN_API_REPLACE, /* PUT: all of it, made where it is not there: 200 or 201 */
  POSTERN_API_DELETE,  /* DELETE: 204; 200 with an answer */
  POSTERN_API_ACTION,  /* POST: something else is done: 200, or 204 without an answer */
  POSTERN_API_QUERY    /* POST: something is asked, nothing changes: 200 */
} PosternApiKind;

typedef enum {
  POSTERN_API_UNPAGED = 1 << 0,  /* a list that is answered whole: no `after`, no `limit` */
  POSTERN_API_CONFLICTS = 1 << 1, /* may answer 409 */
  POSTERN_API_LAPSES = 1 << 2,    /* may answer 410 */
  POSTERN_API_SENSITIVE = 1 << 3, /* a read that is written down */
  POSTERN_API_DEFAULT_TENANT = 1 << 5, /* others' APIs do not have it */
  POSTERN_API_DELEGATED = 1 << 4, /* who acts in an organization alone may call it, too: the work keeps to its bearer's organization */
  POSTERN_API_CONDITIONAL = 1 << 6, /* may answer 412, because of a part of it */
  POSTERN_API_TAKEN_BACK = 1 << 7, /* what it does is taken back, and only shows whether it could be done */
  POSTERN_API_DONE_FOR_ALL = 1 << 8 /* its `done` reads nothing of the call but its API: once is enough behind several changes */
} PosternApiRowFlags;

/** PosternApiRow: tables end with a row whose path is NULL. */
typedef struct {
  PosternApiKind kind;
  const char *path;       /* below /api/v1: "/users/{id}" */
  const char *operation;  /* unique, for clients that are made of the document: "listUsers" */
  const char *permission; /* "users:read"; NULL: nothing is needed */
  const char *summary;    /* a line */
  const PosternApiSchema *body;    /* (nullable): nothing is sent */
  const PosternApiSchema *answer;  /* (nullable): nothing is answered; of a list: its items */
  const PosternApiMember *query;   /* (nullable): filters */
  const PosternApiMember *page;    /* (nullable): what a list's answer has beside its items */
  PosternApiWork work;
  PosternApiPrepare prepare; /* (nullable) */
  PosternApiDone done;       /* (nullable) */
  guint flags;               /* of PosternApiRowFlags */
  gsize body_max;            /* bytes; 0: POSTERN_API_BODY_MAX */
} PosternApiRow;

/** PosternApiResource: one file's rows. @name: the document's tag */
typedef struct {
  const char *name;
  const char *description;
  const PosternApiRow *rows;
} PosternApiResource;

/* One a file; postern-api.c joins them, in the order of the document. */
extern const PosternApiResource postern_api_applications;
extern const PosternApiResource postern_api_audit;
extern const PosternApiResource postern_api_branding;
extern const PosternApiResource postern_api_changes;
extern const PosternApiResource postern_api_claims_hooks;
extern const PosternApiResource postern_api_connectors;
extern const PosternApiResource postern_api_consents;
extern const PosternApiResource postern_api_document;
extern const PosternApiResource postern_api_domains;
extern const PosternApiResource postern_api_factor_reset;
extern const PosternApiResource postern_api_grants;
extern const PosternApiResource postern_api_groups;
extern const PosternApiResource postern_api_imports;
extern const PosternApiResource postern_api_invitations;
extern const PosternApiResource postern_api_keys;
extern const PosternApiResource postern_api_lockout;
extern const PosternApiResource postern_api_members;
extern const PosternApiResource postern_api_messages;
extern const PosternApiResource postern_api_organizations;
extern const PosternApiResource postern_api_policy;
extern const PosternApiResource postern_api_resources;
extern const PosternApiResource postern_api_role_assignments;
extern const PosternApiResource postern_api_role_holders;
extern const PosternApiResource postern_api_roles;
extern const PosternApiResource postern_api_sessions;
extern const PosternApiResource postern_api_status;
extern const PosternApiResource postern_api_tenants;
extern const PosternApiResource postern_api_user_data;
extern const PosternApiResource postern_api_user_export;
extern const PosternApiResource postern_api_users;
extern const PosternApiResource postern_api_sinks;
extern const PosternApiResource postern_api_webhooks;

/** postern_api_row_get_method: "GET" … */
const char *postern_api_row_get_method (const PosternApiRow *self);
/** postern_api_row_is_for: whether the API of @tenant has it */
gboolean postern_api_row_is_for (const PosternApiRow *self, PosternTenant *tenant);
/** postern_api_row_get_status: of an answer, where it is done */
guint postern_api_row_get_status (const PosternApiRow *self);
gboolean postern_api_row_is_read (const PosternApiRow *self);
gsize postern_api_row_get_body_max (const PosternApiRow *self);
/** postern_api_row_get_purpose: what the body is checked for */
PosternApiPurpose postern_api_row_get_purpose (const PosternApiRow *self);
/** postern_api_row_get_query: @tables: filled with the parameters it takes, NULL at the end */
#define POSTERN_API_ROW_TABLES 3
void postern_api_row_get_query (const PosternApiRow *self, const PosternApiMember **tables);

/** postern_api_get_resources: ends with NULL */
const PosternApiResource *const *postern_api_get_resources (void);

G_END_DECLS
