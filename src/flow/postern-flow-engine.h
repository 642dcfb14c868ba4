/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-error.h"
#include "postern-flow-private.h"
#include "postern-organization-rules.h"
#include "postern-prompt.h"
#include "postern-request.h"
#include "postern-response.h"
#include "postern-route.h"
#include "postern-runtime.h"

G_BEGIN_DECLS

/** PosternFlowContext: one walk: the flow, and what is at hand only now. Lives on the stack of the walker. */
typedef struct {
  PosternFlow *flow;
  PosternRuntime *runtime;
  PosternTenant *tenant;
  PosternRequest *request; /* (nullable) in tests */
  PosternClient *client;   /* (nullable): the flow's application, from stage `client` on */
  PosternUser *user;       /* (nullable): postern_flow_context_load_user() */
  PosternOrganization *organization; /* (nullable): the one that the flow names, whether or not the person belongs to it: src/flow/postern-flow-organization.h */
  PosternOrganizationRules *organization_rules; /* (nullable): its */
  PosternStanding standing; /* postern_flow_context_load_standing() */
  gboolean has_standing;
  gint64 begun_at; /* when this walk began, microseconds: what was read in it was so then, or later */
  gint64 ended_at; /* postern_flow_end_by_flow() */
  PosternPairs *input;     /* (nullable): the form or the callback that woke the flow; the stage that used it takes it away */
  PosternPairs *brought;   /* (nullable): the password that came with the name, or a passkey's response: what the factor's step begins with */
  char *unknown_passkey;   /* (nullable): what was just shown and is none of ours: pages tell the authenticator */
  gboolean callback;       /* input came from a provider, not from a form of ours */
  PosternPrompt *prompt;   /* out: what a parked flow shows */
  const char *notice;      /* (nullable): an English phrase that the next page shows as its error; a static string */
  const char *notice_connector; /* (nullable): {connector_name} of that phrase; the instance's */
  guint notice_pause;      /* seconds after which it is no longer true; 0: not known */
  const char *captcha_notice; /* (nullable): a captcha is asked for before the try that was made: an English phrase; src/flow/postern-flow-captcha.h */
  gboolean captcha_passed; /* one was answered right in this walk */
  gboolean captcha_next;   /* … before the next one */
  gint64 captcha_ends_at;  /* when none is asked for any more */
  const char *won_at;      /* (nullable): the stage at which this walk used up what works once: others that tried the same do not stop it */
  const char *event;       /* (nullable): the audit event's name, a static string */
  GHashTable *entries;     /* (nullable): what was written to the audit log: PosternAudit by its event; src/flow/postern-flow-audit.h */
  PosternResponse *response; /* out: what effect `issue` answered; cookies are added to it in the end */
  GPtrArray *cookies;      /* out: src/flow/postern-flow-browser.h */
  GPtrArray *effects;      /* out: src/flow/postern-flow-effects.h: what is committed together when the walk is done */
  GPtrArray *short_effects; /* out: what is written with the flow itself, whatever becomes of the walk */
} PosternFlowContext;

/** PosternStageResult: RESTART: the stage has named, in flow->stage, an earlier row to walk from. */
typedef enum { POSTERN_STAGE_GO_ON, POSTERN_STAGE_PARK, POSTERN_STAGE_REFUSE, POSTERN_STAGE_RESTART } PosternStageResult;

/** PosternStage: one row of the table in postern-flow-table.c. */
typedef struct {
  const char *name;
  PosternStageResult (*run) (PosternFlowContext *context, GError **error);
  guint entrances; /* PosternEntrance bits that walk this row */
  gboolean always; /* walked again when a parked flow wakes: what must still hold */
} PosternStage;

/** The table, in order; the last row's name is NULL. */
extern const PosternStage postern_flow_table[];

/** PosternFlowEngine: walks. Holds nothing but the runtime. Thread-safe. */
#define POSTERN_TYPE_FLOW_ENGINE (postern_flow_engine_get_type ())
G_DECLARE_FINAL_TYPE (PosternFlowEngine, postern_flow_engine, POSTERN, FLOW_ENGINE, GObject)

PosternFlowEngine *postern_flow_engine_new (PosternRuntime *runtime);
PosternRuntime *postern_flow_engine_get_runtime (PosternFlowEngine *self); /* (transfer none) */

/**
 * postern_flow_engine_run: walks @flow from its stage until it parks, is refused or is done, and answers: a 303 to the
 * flow's page, the protocol's response or its refusal. Never NULL. The same for every entrance.
 *
 * What the protocol fills in before: for BROWSER application_id, scopes, prompts, max_age, …, return_url and back_url;
 * for CODE and REFRESH application_id, user_id, session_id (NULL for an offline grant), grant_id, auth_time, amr, acr,
 * granted_scopes, requested_claims; for BACK_CHANNEL application_id and granted_scopes. BROWSER gets the browser's cookie
 * and its binding here.
 *
 * When the walk is done its effects are committed in one lasting transaction; the protocol's issue() is one of them, so it
 * may be run again and must answer an expected failure that shall still be committed (a code used twice) with a response,
 * not with an error. BACK_CHANNEL never blocks if the client is cached, and issue() then gets a NULL transaction.
 * @input: (nullable): a reference is taken
 */
PosternResponse *postern_flow_engine_run (PosternFlowEngine *self, PosternFlow *flow, PosternRequest *request, PosternPairs *input);

/** postern_flow_engine_call_back: as postern_flow_engine_run(), for what a provider sent to the callback URL. */
PosternResponse *postern_flow_engine_call_back (PosternFlowEngine *self, PosternFlow *flow, PosternRequest *request, PosternPairs *input);

/** postern_flow_engine_get_routes: `/sign-in/{flow}`, `/callback/{instance}`, `/account`, …; user_data is the engine. */
const PosternRoute *postern_flow_engine_get_routes (void);

/**
 * postern_flow_engine_end_session: ends it durably, revokes its grants that are not offline, tells the protocols and the hub.
 * The browser's cookie is the caller's: postern_flow_browser_forget(). On a handler thread. Nothing happens to an ended one.
 */
gboolean postern_flow_engine_end_session (PosternFlowEngine *self, PosternTenant *tenant, const char *session_id, const PosternAuditBy *by, GError **error);

G_END_DECLS
