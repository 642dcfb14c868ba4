/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-context.h"

G_BEGIN_DECLS

/** PosternFlowEnrolment: something that a person has set up and will sign in with. */
typedef struct {
  PosternUser *user;
  PosternTxnFunc put; /* what is kept; may run twice */
  gpointer data;
  gboolean ends_others; /* whoever is signed in elsewhere by less must show it, too */
  const char *notice; /* a phrase, for the mail; see postern_flow_notice_add() */
  const char *event;
  GVariant *after; /* (nullable): what the row in the log says of it: a{sv}, not floating */
} PosternFlowEnrolment;

/**
 * postern_flow_enrol: keeps it, in one transaction with the mail, the row in the log and the end of the other sessions, if the
 * session that asks still lives; then tells whom it concerns. CONFLICT and the like as `put` gives them
 */
gboolean postern_flow_enrol (PosternFlowContext *context, const PosternFlowEnrolment *enrolment, GError **error);

G_END_DECLS
