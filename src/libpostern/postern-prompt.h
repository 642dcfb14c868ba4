/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/** What the person's browser is asked to do while the flow is parked. */
typedef enum {
  POSTERN_PROMPT_PAGE,      /* show a template */
  POSTERN_PROMPT_REDIRECT,  /* go to a provider (303) */
  POSTERN_PROMPT_FORM_POST  /* go to a provider by an auto-submitted form (SAML, form_post) */
} PosternPromptKind;

#define POSTERN_TYPE_PROMPT (postern_prompt_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternPrompt, postern_prompt, POSTERN, PROMPT, GObject)

/** postern_prompt_new_page: @model: (nullable): a{sv}, floating is sunk. The template must exist in data/templates or the connector's own folder. */
POSTERN_API PosternPrompt *postern_prompt_new_page (const char *template_name, GVariant *model);
POSTERN_API PosternPrompt *postern_prompt_new_redirect (const char *url);
/** postern_prompt_new_form_post: @fields is an a{ss}, floating is sunk. */
POSTERN_API PosternPrompt *postern_prompt_new_form_post (const char *url, GVariant *fields);
POSTERN_API PosternPromptKind postern_prompt_get_kind (PosternPrompt *self);
POSTERN_API const char *postern_prompt_get_template (PosternPrompt *self); /* (nullable) */
POSTERN_API const char *postern_prompt_get_url (PosternPrompt *self);      /* (nullable) */
POSTERN_API GVariant *postern_prompt_get_model (PosternPrompt *self);      /* (transfer none) (nullable): page model, or the fields */
/** postern_prompt_set_error: marks what the person typed as wrong; @field: (nullable) names the input; @message is an English phrase that po/ translates. */
POSTERN_API void postern_prompt_set_error (PosternPrompt *self, const char *field, const char *message);
POSTERN_API const char *postern_prompt_get_error_field (PosternPrompt *self);
POSTERN_API const char *postern_prompt_get_error_message (PosternPrompt *self);
/** postern_prompt_set_status: the page's HTTP status, 200 unless set; 429 needs @retry_after seconds, else 0. */
POSTERN_API void postern_prompt_set_status (PosternPrompt *self, guint status, guint retry_after);
POSTERN_API guint postern_prompt_get_status (PosternPrompt *self);
POSTERN_API guint postern_prompt_get_retry_after (PosternPrompt *self);

G_END_DECLS
