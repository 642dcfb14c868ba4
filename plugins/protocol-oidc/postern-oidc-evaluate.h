/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/* AuthZEN Authorization API 1.0: an application that shows who it is asks whether somebody may do something at a resource of its own. */
PosternResponse *postern_oidc_evaluate_answer (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_evaluate_answer_many (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_evaluate_answer_metadata (PosternRequest *request, gpointer oidc);

G_END_DECLS
