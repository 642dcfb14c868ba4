/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-code.h"
#include "postern-flow-engine.h"
#include "postern-step.h"

G_BEGIN_DECLS

/*
 * A code on the page `code`: sent, typed, sent again. For whatever factor asks for one; what it was for, and to whom it went, is
 * kept in the step's state, so nothing of it is ever the browser's to say.
 */

/** PosternFlowCodeOrder: which code to send. The same page follows whoever there is. */
typedef struct {
  const char *purpose;    /* POSTERN_CODE_… */
  const char *typed;      /* what the page shows: what was typed, canonical */
  const char *user_id;    /* (nullable) */
  const char *channel;    /* "email" or "sms" */
  const char *recipient;  /* (nullable): where the code goes; NULL: nobody gets one, and none is right */
  const char *message;    /* the message's template */
  const char *instead;    /* (nullable): template of what is told, without a code, to … */
  const char *instead_to; /* (nullable): … this address */
  const char *device_hash; /* (nullable): of a browser known to be the person's */
} PosternFlowCodeOrder;

/** postern_flow_code_send: sends it, within the limits and to the countries that the factor `code` names, and answers the step with the page `code`. */
void postern_flow_code_send (PosternStep *step, const PosternFlowCodeOrder *order);
/**
 * postern_flow_code_send_to_prove: sends one that shows that @address, canonical, is read by who sits here. @user_id: (nullable): who may have it already.
 * If it is somebody else's, that is told to who reads it, without a code, and to nobody who only typed it: the page is the same.
 */
void postern_flow_code_send_to_prove (PosternStep *step, const char *purpose, const char *address, const char *user_id);
/** postern_flow_code_is_again: whether the person presses "send another code"; if it is too early, the step is answered and this is FALSE. */
gboolean postern_flow_code_is_again (PosternStep *step);
/**
 * postern_flow_code_take: whether what was typed, or the link that was opened, is right; it is used up then.
 * @user_id: (out) (transfer full) (nullable): whose it was
 * Returns: FALSE when it is not: the step is answered
 */
gboolean postern_flow_code_take (PosternStep *step, const char *purpose, char **user_id);
/** postern_flow_code_get_recipient: (transfer none) (nullable): where the code went that was just taken */
const char *postern_flow_code_get_recipient (PosternStep *step);
/** postern_flow_code_get_channel: … and how */
const char *postern_flow_code_get_channel (PosternStep *step);
/** postern_flow_code_clear: nothing is left of it in the step's state. */
void postern_flow_code_clear (PosternStep *step);

/** postern_flow_code_dup_language: tags for messages to who sits before this flow. (transfer full) (nullable) */
char *postern_flow_code_dup_language (PosternFlowContext *context);

G_END_DECLS
