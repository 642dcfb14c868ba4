/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/**
 * PosternPromptKind:
 * @POSTERN_PROMPT_PAGE: show a template
 * @POSTERN_PROMPT_REDIRECT: go to a provider (303)
 * @POSTERN_PROMPT_FORM_POST: go to a provider by an auto-submitted form (SAML, form_post)
 *
 * What the person's browser is asked to do while the flow is parked.
 */
typedef enum {
  POSTERN_PROMPT_PAGE,
  POSTERN_PROMPT_REDIRECT,
  POSTERN_PROMPT_FORM_POST
} PosternPromptKind;

/**
 * PosternPrompt:
 *
 * What a step answers when it is not done: a page, or a way to the provider. Made once, then handed over.
 */
#define POSTERN_TYPE_PROMPT (postern_prompt_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternPrompt, postern_prompt, POSTERN, PROMPT, GObject)

/**
 * postern_prompt_new_page:
 * @model: (nullable): an a{sv}, floating is sunk
 *
 * Shows a page. The template must exist in data/templates or the connector's own folder.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternPrompt *postern_prompt_new_page (const char *template_name, GVariant *model);

/**
 * postern_prompt_new_redirect:
 *
 * Sends the browser to @url.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternPrompt *postern_prompt_new_redirect (const char *url);

/**
 * postern_prompt_new_form_post:
 * @fields: an a{ss}, floating is sunk
 *
 * Sends the browser to @url by a form.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternPrompt *postern_prompt_new_form_post (const char *url, GVariant *fields);

/**
 * postern_prompt_get_kind:
 *
 * What the browser is asked to do.
 *
 * Returns: the kind
 */
POSTERN_API PosternPromptKind postern_prompt_get_kind (PosternPrompt *self);

/**
 * postern_prompt_get_template:
 *
 * The page's template.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_prompt_get_template (PosternPrompt *self);

/**
 * postern_prompt_get_url:
 *
 * Where the browser is sent.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_prompt_get_url (PosternPrompt *self);

/**
 * postern_prompt_get_model:
 *
 * The page's model, or the form's fields.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API GVariant *postern_prompt_get_model (PosternPrompt *self);

/**
 * postern_prompt_set_error:
 * @field: (nullable): names the input
 * @message: an English phrase that po/ translates
 *
 * Marks what the person typed as wrong.
 */
POSTERN_API void postern_prompt_set_error (PosternPrompt *self, const char *field, const char *message);

/**
 * postern_prompt_get_error_field:
 *
 * The input that is wrong.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_prompt_get_error_field (PosternPrompt *self);

/**
 * postern_prompt_get_error_message:
 *
 * What is wrong with it.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_prompt_get_error_message (PosternPrompt *self);

/**
 * postern_prompt_set_status:
 * @retry_after: seconds, which 429 needs; else 0
 *
 * The page's HTTP status, 200 unless set.
 */
POSTERN_API void postern_prompt_set_status (PosternPrompt *self, guint status, guint retry_after);

/**
 * postern_prompt_get_status:
 *
 * The page's HTTP status.
 *
 * Returns: the status
 */
POSTERN_API guint postern_prompt_get_status (PosternPrompt *self);

/**
 * postern_prompt_get_retry_after:
 *
 * When to come again.
 *
 * Returns: seconds, or 0
 */
POSTERN_API guint postern_prompt_get_retry_after (PosternPrompt *self);

G_END_DECLS
