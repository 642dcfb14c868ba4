/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-bearer.h"
#include "postern-geoip.h"
#include "postern-instance-book.h"
#include "postern-request.h"
#include "postern-route.h"
#include "postern-stores.h"
#include "postern-tenant.h"

G_BEGIN_DECLS

/**
 * PosternApi: the management API of one tenant, JSON under `/api/v1/`. Everything the command line and a console can do.
 *
 * Answers are objects; lists are `{"items": […], "next": ID}` and page by `?after=ID&limit=N` (next is absent on the last page). What is not
 * done is answered with a problem (RFC 9457), whose `errors` name the members that are wrong. Times are seconds since 1970 and absent
 * for never. Secrets are shown once, in the answer that makes them. Every change writes an audit entry in its own transaction.
 * `/api/v1/openapi.json` describes all of it; postern-api-call.h says how a resource is added.
 *
 * Set up once, before the first request, then immutable. Thread-safe.
 */
typedef struct _PosternApi PosternApi;

/** postern_api_new: a reference to @tenant is taken. */
PosternApi *postern_api_new (PosternTenant *tenant);
void postern_api_free (PosternApi *self);
/**
 * postern_api_set_instances:
 * @instances: (element-type PosternInstance): all that run; the first factor among them sets passwords
 * @problems: (element-type utf8): what could not be loaded, a line each
 */
void postern_api_set_instances (PosternApi *self, GPtrArray *instances, GPtrArray *problems);
/** postern_api_set_book: what connectors are listed from and changed in; it outlives the API. Before the first request. */
void postern_api_set_book (PosternApi *self, PosternInstanceBook *book);

/** postern_api_set_geoip: (nullable): by which places are named; a reference is taken. Before the first request. */
void postern_api_set_geoip (PosternApi *self, PosternGeoip *geoip);

/** PosternApiSessions: how sessions end so that whom it concerns is told; src/flow, which does, is above this room. */
typedef struct {
  /* within @txn, one, and all of a person's, with their audit entries, where @by is not NULL. Returns: (transfer full) (nullable): what `tell` is given once it is committed */
  GPtrArray *(*end_session) (PosternTxn *txn, const char *session_id, const PosternAuditBy *by, GError **error);
  GPtrArray *(*end_user) (PosternTxn *txn, const char *user_id, const PosternAuditBy *by, GError **error);
  void (*tell) (PosternTenant *tenant, GPtrArray *ended, gpointer user_data);
} PosternApiSessions;
/** PosternApiKnowsPhrase: whether any page or message says @words, in English. */
typedef gboolean (*PosternApiKnowsPhrase) (const char *words, gpointer user_data);
/** postern_api_set_phrases: which phrases may be said otherwise; without it any may. Before the first request. */
void postern_api_set_phrases (PosternApi *self, PosternApiKnowsPhrase knows, gpointer user_data);
/** postern_api_set_sessions: @sessions: outlives the API; without it sessions are ended in the store alone. */
void postern_api_set_sessions (PosternApi *self, const PosternApiSessions *sessions, gpointer user_data);

/**
 * PosternApiAdmit: who shows @request an access token for the resource @resource. @bearer: (out): empty before; cleared by the caller. FALSE without
 * @error where there is no token.
 */
typedef gboolean (*PosternApiAdmit) (PosternRequest *request, const char *resource, PosternBearer *bearer, gpointer user_data, GError **error);
/** postern_api_set_bearer: who knows access tokens; before the first request. Without it postern_api_get_public_routes() admit nobody. */
void postern_api_set_bearer (PosternApi *self, PosternApiAdmit admit, gpointer user_data);

/** PosternApiTenants: what is done to tenants beside their rows in the directory; src/daemon, which does, is above this room. */
typedef struct {
  /* whether there is a store of that name */
  gboolean (*check_region) (const char *region, gpointer user_data, GError **error);
  /* writes @audit into the tenant's own log */
  gboolean (*note) (const char *slug, PosternAudit *audit, gpointer user_data, GError **error);
  /* all that one keeps whose row says that it was deleted */
  gboolean (*erase) (const char *slug, gpointer user_data, GError **error);
} PosternApiTenants;
/** postern_api_set_tenants: of the default tenant; @tenants: outlives the API; without it rows are all that changes. Before the first request. */
void postern_api_set_tenants (PosternApi *self, const PosternApiTenants *tenants, gpointer user_data);

/**
 * postern_api_visit: what the API answers to a page of our own that asks for who looks at it: the user @user_id, who is signed in and acts in the
 * organization @organization_id. They may what their roles say, and there alone; who does not belong to it is answered that it is not there.
 * @request: as it would have come: its path begins with /api/v1 and is percent-encoded; it gets its captures. (transfer full)
 */
PosternResponse *postern_api_visit (PosternApi *self, PosternRequest *request, const char *user_id, const char *organization_id);

/** postern_api_get_routes: for the admin socket, where all is allowed: all have POSTERN_ROUTE_ADMIN; user_data is the PosternApi. */
const PosternRoute *postern_api_get_routes (void);
/** postern_api_get_public_routes: the same for everybody else: each needs an access token whose scope has the row's permission. */
const PosternRoute *postern_api_get_public_routes (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternApi, postern_api_free)

G_END_DECLS
