/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-step.h"

G_BEGIN_DECLS

/** PosternPasswordPage: what a page of this factor shows besides its frame; everything but @name is (nullable). */
typedef struct {
  const char *name; /* of the template */
  const char *identifier, *person, *connector_name;
  guint min_length;     /* 0: not shown */
  gboolean ask_current;
  gboolean offer_password; /* the page `link`, where it need not be a proof */
  gboolean offer_passkey, offer_code, offer_recovery, sms; /* other ways; sms: the code would go to a number */
  gboolean phone;       /* a number will do as well as an address */
  const char *field, *message; /* what was wrong; @message is a phrase */
  guint retry_after;    /* seconds; then the page's status is 429 */
} PosternPasswordPage;

/** postern_password_page_answer: the step is answered with the page. */
void postern_password_page_answer (PosternStep *step, const PosternPasswordPage *page);
/**
 * postern_password_page_answer_error: @error became a page where a person can do something about it (too many tries or too
 * many people at once); anything else is the step's error. @error: (transfer full)
 */
void postern_password_page_answer_error (PosternStep *step, PosternPasswordPage *page, guint retry_after, GError *error);

G_END_DECLS
