/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-json.h"

G_BEGIN_DECLS

#define POSTERN_FLOW_VISIT_RECENT 300 /* seconds: how old the sign-in may be of who changes something about the account */

/** PosternFlowVisit: somebody signed in looks at a page of our own, or an application acts for them. */
typedef struct {
  PosternTenant *tenant; /* borrowed */
  GPtrArray *sessions;   /* of this browser, or the one of the application's token */
  PosternSession *session; /* the newest one; borrowed from sessions; (nullable) for an application: it may hold access after it */
  PosternUser *user;
  gint64 auth_time;      /* when they last showed who they are; of a token: when they did for that */
  char *application_id;  /* (nullable): who acts for them */
} PosternFlowVisit;

/**
 * postern_flow_visit_new: who is here. Returns: (transfer full) (nullable): NULL when nobody is signed in, and then @answer
 * begins a sign-in that comes back to the path @return_path; or an error page.
 */
PosternFlowVisit *postern_flow_visit_new (PosternFlowEngine *engine, PosternRequest *request, const char *return_path, PosternResponse **answer);
/** postern_flow_visit_find: who is here. Returns: (transfer full) (nullable): NULL when nobody is signed in, and with @error when that cannot be told */
PosternFlowVisit *postern_flow_visit_find (PosternFlowEngine *engine, PosternRequest *request, GError **error);
/**
 * postern_flow_visit_new_for: as whose token says, which the caller has checked. @session: (nullable): the living one that the token came from.
 * @auth_time: as the token says, in seconds since 1970; 0: it does not. Returns: (transfer full)
 */
PosternFlowVisit *postern_flow_visit_new_for (PosternTenant *tenant, PosternUser *user, PosternSession *session, gint64 auth_time, const char *application_id);
void postern_flow_visit_free (PosternFlowVisit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternFlowVisit, postern_flow_visit_free)

/** postern_flow_visit_is_fresh: whether they signed in in the last five minutes, as whoever changes something about the account must have. */
gboolean postern_flow_visit_is_fresh (PosternFlowVisit *self);
/** postern_flow_visit_sign_in_again: (transfer full): begins a sign-in of the same person that comes back to the path @return_path. */
PosternResponse *postern_flow_visit_sign_in_again (PosternFlowEngine *engine, PosternFlowVisit *self, PosternRequest *request, const char *return_path);

/** PosternFlowVisitNotice: what a page says when it is come back to with `?notice=` and this name */
typedef struct {
  const char *name, *text;
} PosternFlowVisitNotice;

/** postern_flow_visit_find_notice: @notices: ends with a row without a name. Returns: (nullable): the text */
const char *postern_flow_visit_find_notice (PosternRequest *request, const PosternFlowVisitNotice *notices);

/** postern_flow_visit_add_time: @at (seconds since 1970) as pages have it: RFC 3339; nothing for 0 */
void postern_flow_visit_add_time (PosternJsonObject *object, const char *name, gint64 at);

/** postern_flow_visit_begin: a flow of our own pages. @task: (nullable): see PosternFlow. (transfer full) */
PosternFlow *postern_flow_visit_begin (PosternTenant *tenant, const char *return_path, const char *task);
/**
 * postern_flow_visit_begin_context: what a walk of who is here would see, for a page that changes something without one. @context: (out):
 * to be cleared before the flow is let go. Returns: (transfer full): the flow
 */
PosternFlow *postern_flow_visit_begin_context (PosternFlowVisit *self, PosternRuntime *runtime, PosternRequest *request, PosternFlowContext *context);

G_END_DECLS
