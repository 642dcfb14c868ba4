/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-flow-visit.h"

G_BEGIN_DECLS

/**
 * PosternFlowTask: something that a person sets up, changes or takes away of their own, in a flow of entrance ACCOUNT. Stage
 * `factor` asks the factor for its pages by `handle-step` with the user's id, as often as it shows one; the factor finds in
 * flow->factor_wanted what is wanted, does it in one transaction (with its notice and audit row), and answers with the user.
 */
typedef struct {
  const char *name;   /* flow->task; /account/change/NAME begins it */
  const char *factor; /* the plugin's id; NULL: a connector's, and only a form begins it (postern-flow-link.h) */
  const char *asks;   /* (nullable): the kind of credential that its own page asks for; who has none, as for any other task, must have signed in a moment ago */
  const char *notice; /* the page `account` says this afterwards: a name in the notices of postern-flow-account.c */
} PosternFlowTask;

/** postern_flow_tasks_find: (nullable): NULL where @name is none of a factor's. */
const PosternFlowTask *postern_flow_tasks_find (const char *name);
/**
 * postern_flow_tasks_check: for the transaction that changes something: the session that the flow was begun in is alive, and its
 * person's. A flow may be parked: whoever was signed out meanwhile finishes nothing. STALE when it is not
 */
gboolean postern_flow_tasks_check (PosternFlowContext *context, PosternTxn *txn, GError **error);
/** postern_flow_tasks_find_factor: who does it here; (nullable) (transfer none) */
PosternInstance *postern_flow_tasks_find_factor (PosternFlowContext *context, const PosternFlowTask *task);
/** PosternFlowTaskLink: what the address of a task says besides; all (nullable), borrowed. */
typedef struct {
  const char *target;                   /* flow->task_target */
  const char *client_id, *redirect_uri; /* where it leads when it is done, in place of the page `account`: both or none, and registered */
} PosternFlowTaskLink;
/** postern_flow_tasks_check_link: whether it leads back to where its application may have people sent. INVALID_REQUEST */
gboolean postern_flow_tasks_check_link (PosternTenant *tenant, const PosternFlowTaskLink *link, GError **error);
/** postern_flow_tasks_dup_url: where a browser begins @task. (transfer full) */
char *postern_flow_tasks_dup_url (PosternTenant *tenant, const char *task, const PosternFlowTaskLink *link);
/** postern_flow_tasks_begin: the flow of @task for who visits. @link: has been checked. (transfer full) */
PosternResponse *postern_flow_tasks_begin (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const PosternFlowTask *task,
                                           const PosternFlowTaskLink *link);

G_END_DECLS
