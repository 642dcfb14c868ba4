/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-csrf.h"
#include "postern-gate-reply.h"
#include "postern-pages.h"

G_BEGIN_DECLS

/* From what a handler answered to what goes out: the page rendered, cookies, security fields. Any thread. */

/** POSTERN_ANSWER_NOBODY: for a request's tenant: there is none: its answers set no cookies. */
#define POSTERN_ANSWER_NOBODY ""

/** PosternAnswerContext: what is the same for every answer of a server; but other tenants have pages of their own. */
typedef struct {
  gboolean secure;  /* the public URL is https */
  PosternPages *pages; /* (nullable): then pages become JSON */
  PosternCsrf *csrf;
} PosternAnswerContext;

/** postern_answer_render: @response itself, or for a page one with its bytes, policy and cookies. @response: (transfer full). (transfer full) */
PosternResponse *postern_answer_render (const PosternAnswerContext *self, PosternRequest *request, PosternResponse *response);
/** postern_answer_make_reply: @response, to @request, as rendered. @cors: any origin may read it. (transfer full) */
PosternGateReply *postern_answer_make_reply (const PosternAnswerContext *self, PosternRequest *request, PosternResponse *response, gboolean cors);
/** postern_answer_new_error: @error as a page for a browser, as JSON for a program, below /api/ as a problem (RFC 9457). @request: (nullable). (transfer full) */
PosternResponse *postern_answer_new_error (const PosternAnswerContext *self, PosternRequest *request, const GError *error);

G_END_DECLS
