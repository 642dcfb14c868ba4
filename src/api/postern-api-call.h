/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-problem.h"
#include "postern-api-row.h"
#include "postern-api.h"
#include "postern-authenticator.h"
#include "postern-error.h"
#include "postern-geoip.h"
#include "postern-instance-book.h"
#include "postern-json.h"
#include "postern-request.h"
#include "postern-response.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * Private to this room: one request to the API, and what every resource does alike. How a resource is added:
 *
 * 1. A file postern-api-THING.c with a PosternApiSchema of what a thing holds, its work functions, and a table of PosternApiRow that
 *    names for each operation its permission, its schema for the body and for the answer, its filters, and its work function.
 * 2. The PosternApiResource at its end, declared in postern-api-row.h, joined in postern-api.c.
 * 3. The permissions, where they are new, in identity/postern-management-roles.c; the rows in the tables of the tests, which say
 *    themselves where one is missing.
 *
 * The framework has done, before work runs: the permission was checked; body and query are as the tables say (so an absent
 * member was allowed to be absent, and what is there is of its type). Work reads them by postern_json_get_*(call->body), and by
 * the helpers below into a record; checks what no table can say; and answers by postern_api_call_set_result() or _set_page(). A
 * change names itself with postern_api_call_audit(), and is written down in the same transaction.
 */

struct _PosternApi {
  PosternTenant *tenant;
  GPtrArray *instances; /* (element-type PosternInstance) */
  GPtrArray *problems;  /* (element-type utf8) */
  PosternInstanceBook *book; /* borrowed */
  PosternApiKnowsPhrase knows_phrase; /* (nullable) */
  gpointer phrases_data;
  PosternFactor *factor; /* (nullable) (transfer none) */
  PosternGeoip *geoip;   /* (nullable) */
  const PosternApiSessions *sessions; /* (nullable) */
  gpointer sessions_data;
  const PosternApiTenants *tenants; /* (nullable) */
  gpointer tenants_data;
  PosternApiAdmit admit; /* (nullable) */
  gpointer admit_data;
};

#define POSTERN_API_BODY_MAX (64 * 1024)
#define POSTERN_API_DEPTH_MAX 12 /* levels of a body: what it says stands up to four deeper where it is listed, or was and is in the log */
#define POSTERN_API_LIMIT 50
#define POSTERN_API_LIMIT_MAX 500
#define POSTERN_API_CAPTURE_MAX 254 /* characters of a part of the path */

/** PosternApiCall: lives on the stack of the handler. */
struct _PosternApiCall {
  PosternApi *api;
  const PosternApiRow *row;
  PosternRequest *request;
  PosternStore *store;
  gboolean local;         /* it came by the admin socket: all is allowed */
  const char *actor;      /* who does it, for the audit entry: the bearer's subject */
  const PosternBearer *bearer; /* (nullable): whose token it is; none by the admin socket */
  GVariant *body;    /* a{sv}: what was sent; empty where nothing is */
  GVariant *query;   /* a{sv}: the parameters of the query, of their types */
  const char *after; /* (nullable): of a list */
  guint limit;
  gint64 now; /* seconds since 1970 */
  GPtrArray *faults; /* (element-type PosternApiFault) */
  char *key_hash, *request_hash; /* (nullable): of an Idempotency-Key (postern-api-repeat.h) */
  char *repeated; /* (nullable): what was answered to it before; "" where that was nothing; zeroed and freed */
  char *prepared; /* (nullable): what `prepare` made; zeroed and freed */
  guint retry_after; /* seconds, with TOO_MANY_REQUESTS; 0: nobody knows */

  GVariant *before; /* (nullable): what was shown before the change; NULL: nothing, or the row changes nothing that is shown */

  /* What the work gives. It may run again after a serialization failure: the helpers below replace. */
  guint status;
  GVariant *result; /* owned */
  char *event;      /* the audit entry; a change without one is a programmer's error */
  char *target;
  GVariant *detail; /* (nullable): a{sv} of the audit entry */
  GVariant *personal; /* (nullable): a{sv}: what it says of a person, `before` and `after` */
  char *person;       /* (nullable): of whom, where that is not the target */
  char *looked_at;    /* (nullable): of a read: a user's id */
  GPtrArray *parts; /* (nullable) (element-type PosternApiRow): what postern_api_run_part() did, a row once */
  gboolean taken_back; /* the work is done, and was taken back */
  GPtrArray *ended; /* (nullable): sessions whose applications are told once it is committed */
};

/** postern_api_call_set_result: takes @result (floating is sunk). Always TRUE, so that it can end a work function. */
gboolean postern_api_call_set_result (PosternApiCall *call, guint status, GVariant *result);
/**
 * postern_api_call_set_page: @rows (element-type record) as items. `next` is the last one's member that has POSTERN_API_ID in the
 * row's schema, and there is none on the last page. Always TRUE.
 */
typedef GVariant *(*PosternApiToJson) (gconstpointer record);
gboolean postern_api_call_set_page (PosternApiCall *call, GPtrArray *rows, PosternApiToJson to_json);
/** postern_api_call_set_page_before: as postern_api_call_set_page(), of a list that has marks of its own. @next: (nullable): none on the last page. Always TRUE. */
gboolean postern_api_call_set_page_before (PosternApiCall *call, GPtrArray *rows, PosternApiToJson to_json, const char *next);
/** postern_api_call_set_items: @items: (floating is sunk): an array of objects: a list that is whole. Always TRUE. */
gboolean postern_api_call_set_items (PosternApiCall *call, GVariant *items);
/** postern_api_call_audit: names what is being changed. @detail: (nullable), floating is sunk */
void postern_api_call_audit (PosternApiCall *call, const char *event, const char *target, GVariant *detail);

/**
 * postern_api_call_audit_personal: behind it: what is personal of that change, which is forgotten when the account @person is deleted; both
 * (nullable), floating is sunk. What a schema tells (POSTERN_API_PERSONAL) needs no such call.
 */
void postern_api_call_audit_personal (PosternApiCall *call, const char *person, GVariant *before, GVariant *after);
/** postern_api_call_look_at: names the user whose data a read shows, where the path does not */
void postern_api_call_look_at (PosternApiCall *call, const char *user_id);

/** postern_api_call_find_id_member: what the id of its things is called; (nullable) */
const char *postern_api_call_find_id_member (const PosternApiSchema *schema);

/** postern_api_call_make_audit: what the work named, as an entry that is not written yet. (transfer full) */
PosternAudit *postern_api_call_make_audit (PosternApiCall *call);

/** postern_api_call_make_further_audit: an entry of what is done beside what the call is named by, not written yet. @detail: (nullable), floating is sunk. (transfer full) */
PosternAudit *postern_api_call_make_further_audit (PosternApiCall *call, const char *event, const char *target, GVariant *detail);
/** postern_api_call_append_audit: writes such a further entry */
gboolean postern_api_call_append_audit (PosternApiCall *call, PosternTxn *txn, const char *event, const char *target, GVariant *detail, GError **error);

/** postern_api_sinks_find_place: (element-type PosternSinkPlace): how far @instance is in the log. (transfer none) (nullable): it has not begun, or is no sink that takes the log */
const PosternSinkPlace *postern_api_sinks_find_place (GPtrArray *places, PosternInstance *instance);

/** postern_api_call_may: whether who calls holds @permission, too, which the row does not ask of everybody. FALSE with INSUFFICIENT_SCOPE */
gboolean postern_api_call_may (PosternApiCall *call, const char *permission, GError **error);

/** postern_api_call_find_user: @name is an id, or what the person signs in with. (transfer full) (nullable) */
PosternUser *postern_api_call_find_user (PosternTxn *txn, const char *name, GError **error);

/** postern_api_call_tell: writes @notice (postern-notice.h) to @user, where mails go out here. */
gboolean postern_api_call_tell (PosternApiCall *call, PosternTxn *txn, PosternUser *user, const char *notice, GError **error);

/* Of the body into a record; untouched where the member is absent. */
void postern_api_call_read_boolean (PosternApiCall *call, const char *name, gboolean *value);
/** null or an empty string clears */
void postern_api_call_read_string (PosternApiCall *call, const char *name, char **value);
/** merges the object's members into *@value; a null member removes */
void postern_api_call_merge_object (PosternApiCall *call, const char *name, GVariant **value);
/** postern_api_call_names_of_body: (floating): the names sent, for the audit entry: never the values */
GVariant *postern_api_call_names_of_body (PosternApiCall *call);
/** postern_api_call_invalid: sets INVALID_REQUEST "NAME: @why"; NAME is a member of the body, "settings.host" one within. Always FALSE. */
gboolean postern_api_call_invalid (GError **error, const char *name, const char *why);

/* To JSON: nothing for NULL and for 0. */
void postern_api_call_add_string (GVariantDict *dict, const char *name, const char *value);
void postern_api_call_add_time (GVariantDict *dict, const char *name, gint64 value);

G_END_DECLS
