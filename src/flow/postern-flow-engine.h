/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-private.h"
#include "postern-runtime.h"

G_BEGIN_DECLS

/** PosternFlowContext: one walk: the flow, and what is at hand only now. Lives on the stack of the walker. */
typedef struct {
  PosternFlow *flow;
  PosternRuntime *runtime;
  PosternTenant *tenant;
  PosternRequest *request; /* (nullable) in tests */
  PosternClient *client;   /* (nullable): the flow's application */
  GVariant *input;         /* (nullable): a{ss}: the form or the callback that woke the flow */
  PosternPrompt *prompt;   /* out: what a parked flow shows */
  PosternResponse *response; /* out: cookies to set are added to it in the end */
  GPtrArray *cookies;      /* out: src/flow/postern-flow-cookie.h */
  GPtrArray *effects;      /* out: what stage `issue` commits together with the protocol's own writes */
} PosternFlowContext;

typedef enum { POSTERN_STAGE_GO_ON, POSTERN_STAGE_PARK, POSTERN_STAGE_REFUSE } PosternStageResult;

/** PosternStage: one row of the table in postern-flow-table.c. */
typedef struct {
  const char *name;
  PosternStageResult (*run) (PosternFlowContext *context, GError **error);
  guint entrances; /* PosternEntrance bits that walk this row */
} PosternStage;

/** The table, in order; the last row's name is NULL. */
extern const PosternStage postern_flow_table[];

/** PosternFlowEngine: walks. Holds nothing but the runtime. Thread-safe. */
#define POSTERN_TYPE_FLOW_ENGINE (postern_flow_engine_get_type ())
G_DECLARE_FINAL_TYPE (PosternFlowEngine, postern_flow_engine, POSTERN, FLOW_ENGINE, GObject)

PosternFlowEngine *postern_flow_engine_new (PosternRuntime *runtime);

/**
 * postern_flow_engine_run: walks @flow from its stage until it parks, is refused or is done, and answers: a 303 to the
 * flow's page, the protocol's response or its refusal. Never NULL. The same for every entrance.
 */
PosternResponse *postern_flow_engine_run (PosternFlowEngine *self, PosternFlow *flow, PosternRequest *request, GVariant *input);

/** postern_flow_engine_get_routes: `/sign-in/{flow}`, `/callback/{instance}`, …; user_data is the engine. */
const PosternRoute *postern_flow_engine_get_routes (void);

/** postern_flow_engine_end_session: ends it durably, forgets the cookie, tells the protocols. */
gboolean postern_flow_engine_end_session (PosternFlowEngine *self, PosternTenant *tenant, const char *session_id, GError **error);

G_END_DECLS
