/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api.h"
#include "postern-authenticator.h"
#include "postern-error.h"
#include "postern-instance-book.h"
#include "postern-json.h"
#include "postern-request.h"
#include "postern-response.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/* Private to this room: one request to the API, and what every resource does alike. */

struct _PosternApi {
  PosternTenant *tenant;
  GPtrArray *instances; /* (element-type PosternInstance) */
  GPtrArray *problems;  /* (element-type utf8) */
  PosternInstanceBook *book; /* borrowed */
  PosternFactor *factor; /* (nullable) (transfer none) */
  const PosternApiSessions *sessions; /* (nullable) */
  gpointer sessions_data;
};

#define POSTERN_API_BODY_MAX (64 * 1024)
#define POSTERN_API_LIMIT 50
#define POSTERN_API_LIMIT_MAX 500

/** PosternApiCall: lives on the stack of the handler. */
typedef struct {
  PosternApi *api;
  PosternRequest *request;
  PosternStore *store;
  GVariant *body;    /* a{sv}: what was sent; empty for GET and DELETE */
  const char *after; /* (nullable) */
  guint limit;
  gint64 now; /* seconds since 1970 */
  char *prepared; /* (nullable): what `prepare` made; zeroed and freed */

  /* What the work gives. It may run again after a serialization failure: the helpers below replace. */
  guint status;
  GVariant *result; /* owned */
  char *event;      /* the audit entry; a change without one is a programmer's error */
  char *target;
  GVariant *detail; /* (nullable): a{sv} of the audit entry */
  GPtrArray *ended; /* (nullable): sessions whose applications are told once it is committed */
} PosternApiCall;

typedef gboolean (*PosternApiWork) (PosternApiCall *call, PosternTxn *txn, GError **error);
typedef gboolean (*PosternApiPrepare) (PosternApiCall *call, GError **error);

typedef enum { POSTERN_API_READ, POSTERN_API_WRITE } PosternApiMode;

/** postern_api_call_run: checks what was sent, runs @prepare (nullable) outside and @work inside a transaction, writes the audit entry, answers. */
PosternResponse *postern_api_call_run (PosternApi *api, PosternRequest *request, PosternApiMode mode, PosternApiPrepare prepare, PosternApiWork work);

/* A resource's row of the route table stands on one of these. */
#define POSTERN_API_GET(resource, name)                                                                               \
  PosternResponse *postern_api_##resource##_##name (PosternRequest *request, gpointer data)                          \
  {                                                                                                                   \
    return postern_api_call_run (data, request, POSTERN_API_READ, NULL, name);                                        \
  }
#define POSTERN_API_CHANGE(resource, name, prepare)                                                                   \
  PosternResponse *postern_api_##resource##_##name (PosternRequest *request, gpointer data)                          \
  {                                                                                                                   \
    return postern_api_call_run (data, request, POSTERN_API_WRITE, prepare, name);                                    \
  }

/** postern_api_call_set_result: takes @result (floating is sunk). Always TRUE, so that it can end a work function. */
gboolean postern_api_call_set_result (PosternApiCall *call, guint status, GVariant *result);
/** postern_api_call_set_page: @rows (element-type record) as items; @get_id and @to_json know the record. Always TRUE. */
typedef const char *(*PosternApiGetId) (gconstpointer record);
typedef GVariant *(*PosternApiToJson) (gconstpointer record);
gboolean postern_api_call_set_page (PosternApiCall *call, GPtrArray *rows, PosternApiGetId get_id, PosternApiToJson to_json);
/** postern_api_call_audit: names what is being changed. @detail: (nullable), floating is sunk */
void postern_api_call_audit (PosternApiCall *call, const char *event, const char *target, GVariant *detail);

/** postern_api_call_find_user: @name is an id, or what the person signs in with. (transfer full) (nullable) */
PosternUser *postern_api_call_find_user (PosternTxn *txn, const char *name, GError **error);

/** postern_api_call_tell: writes @notice (postern-notice.h) to @user, where mails go out here. */
gboolean postern_api_call_tell (PosternApiCall *call, PosternTxn *txn, PosternUser *user, const char *notice, GError **error);

/** postern_api_call_check_members: every member sent is one of @names (NULL-terminated); otherwise INVALID_REQUEST names it. */
gboolean postern_api_call_check_members (PosternApiCall *call, const char *const *names, GError **error);
/** postern_api_call_read_*: FALSE with INVALID_REQUEST when the member is there and of another type; untouched when absent. */
gboolean postern_api_call_read_boolean (PosternApiCall *call, const char *name, gboolean *value, GError **error);
/** a JSON null or an empty string clears */
gboolean postern_api_call_read_string (PosternApiCall *call, const char *name, char **value, GError **error);
/** merges the object's members into *@value; a null member removes */
gboolean postern_api_call_merge_object (PosternApiCall *call, const char *name, GVariant **value, GError **error);
/** postern_api_call_names_of_body: (floating): the names sent, for the audit entry: never the values */
GVariant *postern_api_call_names_of_body (PosternApiCall *call);
/** postern_api_call_invalid: sets INVALID_REQUEST "NAME: @why". Always FALSE. */
gboolean postern_api_call_invalid (GError **error, const char *name, const char *why);

/* To JSON: nothing for NULL and for 0. */
void postern_api_call_add_string (GVariantDict *dict, const char *name, const char *value);
void postern_api_call_add_time (GVariantDict *dict, const char *name, gint64 value);

G_END_DECLS
