/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-visit.h"
#include "postern-json.h"

G_BEGIN_DECLS

/*
 * What the account API does, for an application that acts for a person: the same as the pages under `/account`, by the same functions, as JSON.
 * Whose token it is, and whether its scope suffices, the protocol has checked before (plugins/protocol-oidc/postern-oidc-account.c).
 *
 * Lists are `{"items": […], "next": ID}`, as in the management API. Times are seconds since 1970 and absent for never. A change answers
 * 204, or with what the caller cannot know; what needs a page (a new passkey, a new address) is done there, and only its address is told.
 */

/** PosternFlowAccountCall: one request; borrows all but @field. */
typedef struct {
  PosternFlowEngine *engine;
  PosternFlowVisit *visit;
  PosternRequest *request;
  char *field; /* (nullable): the member or parameter that an error is about; free it */
} PosternFlowAccountCall;

#define POSTERN_FLOW_ACCOUNT_API_BODY_MAX (16 * 1024) /* bytes; as the routes have it */

/**
 * PosternFlowAccountApi: Returns: (transfer full) (nullable): NULL with @error. INSUFFICIENT_AUTHENTICATION: the sign-in is older than
 * POSTERN_FLOW_VISIT_RECENT, which whatever bears on the security of the account asks for.
 */
typedef PosternResponse *(*PosternFlowAccountApi) (PosternFlowAccountCall *call, GError **error);

/** postern_flow_account_api_run: runs @api; a sign-in that has ended meanwhile is answered as one that is too old. */
PosternResponse *postern_flow_account_api_run (PosternFlowAccountCall *call, PosternFlowAccountApi api, GError **error);

/* The person; the rest is in postern-flow-account-api-access.h. Each is a PosternFlowAccountApi. */
PosternResponse *postern_flow_account_api_show_profile (PosternFlowAccountCall *call, GError **error);
PosternResponse *postern_flow_account_api_change_profile (PosternFlowAccountCall *call, GError **error);
PosternResponse *postern_flow_account_api_show_preferences (PosternFlowAccountCall *call, GError **error);
PosternResponse *postern_flow_account_api_change_preferences (PosternFlowAccountCall *call, GError **error);
PosternResponse *postern_flow_account_api_show_data (PosternFlowAccountCall *call, GError **error);
PosternResponse *postern_flow_account_api_ask_deletion (PosternFlowAccountCall *call, GError **error);
PosternResponse *postern_flow_account_api_undo_deletion (PosternFlowAccountCall *call, GError **error);

/* What both share. */
/** postern_flow_account_api_check_fresh: FALSE with INSUFFICIENT_AUTHENTICATION */
gboolean postern_flow_account_api_check_fresh (PosternFlowAccountCall *call, GError **error);
/** postern_flow_account_api_refuse_field: FALSE with INVALID_REQUEST about @field, in words as of the management API: "field: why" */
gboolean postern_flow_account_api_refuse_field (PosternFlowAccountCall *call, const char *field, const char *why, GError **error);
/**
 * postern_flow_account_api_read_body: the members @names of the JSON object that was sent, and no others; at least one.
 * @values: (out) (transfer none) (nullable): as many, valid while the result lives; NULL where absent, "" where null.
 * Returns: (transfer full) (nullable)
 */
GVariant *postern_flow_account_api_read_body (PosternFlowAccountCall *call, const char *const *names, const char **values, GError **error);
/** postern_flow_account_api_answer_done: 204; NULL where it was not @done. (transfer full) (nullable) */
PosternResponse *postern_flow_account_api_answer_done (gboolean done);
/** postern_flow_account_api_add_time: @at: seconds since 1970; of 0, which is never, nothing is added. */
void postern_flow_account_api_add_time (PosternJsonObject *object, const char *name, gint64 at);

G_END_DECLS
