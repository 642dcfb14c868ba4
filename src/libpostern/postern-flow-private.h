/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow.h"
#include "postern-pairs-private.h"

G_BEGIN_DECLS

/**
 * PosternEntrance: by which way a token is asked for; a bit each, because a row of the flow's table names those
 * that walk it.
 */
typedef enum {
  POSTERN_ENTRANCE_BROWSER = 1 << 0,
  POSTERN_ENTRANCE_DEVICE = 1 << 1,
  POSTERN_ENTRANCE_BACK_CHANNEL = 1 << 2, /* client credentials */
  POSTERN_ENTRANCE_REFRESH = 1 << 3,
  POSTERN_ENTRANCE_EXCHANGE = 1 << 4,
  POSTERN_ENTRANCE_IMPERSONATION = 1 << 5,
  POSTERN_ENTRANCE_ACCOUNT = 1 << 6, /* a browser that signs in to our own account page or console */
  POSTERN_ENTRANCE_CODE = 1 << 7,    /* redemption of a code: the second leg of the browser's or device's flow */
  POSTERN_ENTRANCE_NATIVE = 1 << 8   /* an application of ours that shows the flow's pages itself, without a browser */
} PosternEntrance;

/* Somebody sits in front of a page. */
#define POSTERN_ENTRANCES_PERSON (POSTERN_ENTRANCE_BROWSER | POSTERN_ENTRANCE_DEVICE | POSTERN_ENTRANCE_ACCOUNT | POSTERN_ENTRANCE_NATIVE)

typedef enum {
  POSTERN_FLOW_PROMPT_NONE = 1 << 0,
  POSTERN_FLOW_PROMPT_LOGIN = 1 << 1,
  POSTERN_FLOW_PROMPT_CONSENT = 1 << 2,
  POSTERN_FLOW_PROMPT_SELECT_ACCOUNT = 1 << 3,
  POSTERN_FLOW_PROMPT_CREATE = 1 << 4,
  POSTERN_FLOW_PROMPT_SELECT_ORGANIZATION = 1 << 5
} PosternFlowPrompt;

/* What a flow is for besides signing in. What a person changes of their own is a row in src/flow/postern-flow-tasks.c. */
#define POSTERN_FLOW_TASK_SETUP "setup"
#define POSTERN_FLOW_TASK_CHANGE_PASSWORD "change-password"
#define POSTERN_FLOW_TASK_EMAIL "email"
#define POSTERN_FLOW_TASK_PHONE "phone"
#define POSTERN_FLOW_TASK_LINK "link"

#define POSTERN_FLOW_FACTOR_CONNECTOR "connector" /* in factors: somebody else said who it is */

/* In authenticator_state, of the password factor: the person has forgotten the password. */
#define POSTERN_FLOW_STATE_RECOVER "recover"
/* In authenticator_state, of a first factor: the id of who is signed in here already, and is asked to show it once more. */
#define POSTERN_FLOW_STATE_KNOWN "known"

/**
 * The whole of a flow, for the rooms in tree. Every field is serialised by src/flow/postern-flow-codec.c, except
 * those under "transient". Strings are owned; times are seconds since 1970.
 */
struct _PosternFlow {
  GObject parent_instance;

  char *id; /* flw_… */
  PosternEntrance entrance;
  char *stage;             /* the stage it stands on */
  char *protocol;          /* instance id of the protocol that began it, e.g. "oidc" */
  PosternPairs *protocol_state; /* (nullable): only the protocol reads it */
  char *browser_hash;      /* SHA-256 of the browser's flow cookie, base64url, or of a native application's auth_session; (nullable) off both */
  gint64 created_at, expires_at;
  char *remote_address, *user_agent;

  /* what was asked */
  char *application_id; /* (nullable) for ENTRANCE_ACCOUNT */
  char **scopes, **resources;
  guint prompts; /* PosternFlowPrompt */
  gint64 max_age; /* seconds; -1 when not asked */
  char **acr_values;
  char *login_hint, *ui_locales, *display;
  char *organization;   /* (nullable): id or slug: the person must act for this one */
  char *hinted_user_id; /* from a verified id_token_hint: only this user will do */
  GVariant *requested_claims; /* a{sv} with "userinfo" and "id_token"; (nullable) */

  char *return_url; /* (nullable): where the protocol's answer will go; pages allow it as a form's target */
  char *back_url;   /* (nullable): where a person whose flow was lost goes: client_uri, or the redirect URI's origin */

  /* who */
  char *identifier; /* (nullable): what the person typed, canonical */
  char *user_id;
  char *session_id;   /* the session that serves, once chosen or made */
  gint64 auth_time;
  char **amr;         /* factors met, RFC 8176 values */
  char *acr;
  char **factors;     /* which factors were met, the first one first: names of second factors, ids of other plugins, POSTERN_FLOW_FACTOR_CONNECTOR, POSTERN_SECOND_DEVICE */
  gint64 met_at;      /* when the first one of this flow was asked about, microseconds; 0: none was met */
  char **risks;       /* (nullable): what is unusual about it: names of src/identity/postern-risk.c */
  gboolean risks_read; /* they were looked for: once, when the first factor of this flow was met */
  gboolean recovered; /* and it was a new password, set with a code, in place of a forgotten one */
  gboolean authenticated_now; /* a factor was met in this flow, not in an older session */

  /* with an authenticator */
  char *authenticator_id;
  PosternPairs *authenticator_state; /* (nullable) */
  char *factor_wanted;           /* (nullable): what stage `factor` asks of a factor, once the person is known: a second factor's name, or a task's */
  gboolean remember_device;      /* the person does not want to be asked for a second factor in this browser again */
  gboolean enrolment_later;      /* … nor, now, to set one up */
  char *callback_state;          /* hash of the value a provider must bring back */
  char *connector_id;            /* the engine's stamp */
  GVariant *subject;             /* a{sv}: id, claims, upstream tokens; until stage `link` has used it */
  char *link_user_id;            /* (nullable): whose password must be shown before the subject is linked to them */

  /* what its page shows while it is parked; src/flow/postern-flow-prompt.h */
  char *prompt_template;                        /* (nullable): it has none yet */
  GVariant *prompt_model;                       /* a{sv}; (nullable) */
  char *prompt_error_field, *prompt_error_message; /* (nullable) */
  char *prompt_error_request;                   /* (nullable): id of the request that the error came of, as the log has it */
  guint prompt_status;
  gint64 prompt_retry_at;        /* 0: at once */
  GVariant *captcha;             /* (nullable): a{sv}: what that page asks before the next guess; src/flow/postern-flow-captcha.h */
  char *task;                    /* (nullable) ENTRANCE_ACCOUNT: "setup", or a row in src/flow/postern-flow-tasks.c */
  char *task_target;             /* (nullable): which one of several the task is about: a credential's id, a connector's; not checked yet */
  char *ticket_hash;             /* (nullable) task "setup": the link that allows it */
  char *invitation_id, *invited; /* (nullable): whose link brought the person, and the address that it has proved to be theirs */

  /* what was decided */
  PosternFlowPrompt answered_prompts; /* login, consent, select_account done in this flow */
  gboolean consent_given;
  char **granted_scopes;
  char *organization_id;         /* (nullable): the one that the person acts for; stage `organization` */
  char *grant_id;

  /* transient */
  GBytes *parked;   /* (nullable): as it is kept; who goes on from there replaces just this */
  char *auth_session; /* (nullable) ENTRANCE_NATIVE, at `issue`: what the application shows the next time, as a browser its cookies */
  char *organization_name; /* (nullable): of organization_id */
  GVariant *claims; /* a{sv}: what stage `claims` collected for the tokens */
  GVariant *resource_claims; /* a{sv}; (nullable): … and for the access token alone, as the resources that it is for want it */
  char **roles, **organization_roles, **permissions; /* (nullable): what stage `permission` lets a token say; of granted_scopes those that roles gave */
  gboolean sign_up; /* serialised too: the person is making an account */
};

/* Exported for the rooms in tree; this header is not installed. */
/** postern_flow_new: the engine sets id, times and stage. */
POSTERN_API PosternFlow *postern_flow_new (PosternEntrance entrance, const char *protocol);
/** postern_flow_set_string: frees and copies; for any char* field above. */
POSTERN_API void postern_flow_set_string (char **field, const char *value);
/** postern_flow_add_amr: adds @amr once. */
POSTERN_API void postern_flow_add_amr (PosternFlow *self, const char *amr);
/** postern_flow_add_factor: notes once that the factor @name was met. */
POSTERN_API void postern_flow_add_factor (PosternFlow *self, const char *name);
/** postern_flow_add_risk: notes once that @name was seen. */
POSTERN_API void postern_flow_add_risk (PosternFlow *self, const char *name);

G_END_DECLS
