/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stages.h"

#define BROWSER POSTERN_ENTRANCE_BROWSER
#define DEVICE POSTERN_ENTRANCE_DEVICE
#define NATIVE POSTERN_ENTRANCE_NATIVE
#define CODE POSTERN_ENTRANCE_CODE
#define REFRESH POSTERN_ENTRANCE_REFRESH
#define BACK_CHANNEL POSTERN_ENTRANCE_BACK_CHANNEL
#define EXCHANGE POSTERN_ENTRANCE_EXCHANGE
#define IMPERSONATION POSTERN_ENTRANCE_IMPERSONATION

#define PERSON POSTERN_ENTRANCES_PERSON                /* somebody sits in front of a page */
#define TOKENS (CODE | REFRESH | EXCHANGE | IMPERSONATION) /* a program asks in a person's name */
#define ALL (PERSON | TOKENS | BACK_CHANNEL)

/*
 * The order of a sign-in, and which entrance walks which row. A check belongs to a row, never to an entrance: that one
 * way of getting a token checks what another forgot is the commonest hole there is.
 */
const PosternStage postern_flow_table[] = {
  /* name            file postern-stage-…          who walks it                 also when it wakes */
  { "client",        postern_stage_client,         ALL,                         TRUE },
  { "policy-in",     postern_stage_policy_in,      ALL,                         TRUE },
  { "choose",        postern_stage_choose,         PERSON,                      FALSE },
  { "authenticate",  postern_stage_authenticate,   PERSON,                      FALSE },
  { "link",          postern_stage_link,           PERSON,                      FALSE },
  { "factor",        postern_stage_factor,         PERSON,                      FALSE },
  { "organization",  postern_stage_organization,   ALL,                         FALSE },
  { "policy-out",    postern_stage_policy_out,     ALL,                         FALSE },
  { "permission",    postern_stage_permission,     BROWSER | DEVICE | NATIVE | TOKENS | BACK_CHANNEL, FALSE },
  { "consent",       postern_stage_consent,        BROWSER | DEVICE | NATIVE,   FALSE },
  { "claims",        postern_stage_claims,         TOKENS,                      FALSE },
  { "session",       postern_stage_session,        PERSON,                      FALSE },
  { "issue",         postern_stage_issue,          ALL,                         FALSE },
  { "audit",         postern_stage_audit,          PERSON | EXCHANGE | IMPERSONATION, FALSE },
  { NULL },
};
