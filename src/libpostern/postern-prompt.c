/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-prompt.h"

struct _PosternPrompt {
  GObject parent_instance;
  PosternPromptKind kind;
  char *template_name;
  char *url;
  GVariant *model;
  char *error_field;
  char *error_message;
  guint status;
  guint retry_after;
};

G_DEFINE_FINAL_TYPE (PosternPrompt, postern_prompt, G_TYPE_OBJECT)

static void
postern_prompt_finalize (GObject *object)
{
  PosternPrompt *self = POSTERN_PROMPT (object);

  g_free (self->template_name);
  g_free (self->url);
  g_clear_pointer (&self->model, g_variant_unref);
  g_free (self->error_field);
  g_free (self->error_message);
  G_OBJECT_CLASS (postern_prompt_parent_class)->finalize (object);
}

static void
postern_prompt_class_init (PosternPromptClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_prompt_finalize;
}

static void
postern_prompt_init (PosternPrompt *self)
{
  self->status = 200;
}

static PosternPrompt *
prompt_new (PosternPromptKind kind, const char *url, GVariant *model)
{
  PosternPrompt *self = g_object_new (POSTERN_TYPE_PROMPT, NULL);

  self->kind = kind;
  self->url = g_strdup (url);
  self->model = model ? g_variant_ref_sink (model) : NULL;
  return self;
}

PosternPrompt *
postern_prompt_new_page (const char *template_name, GVariant *model)
{
  PosternPrompt *self = prompt_new (POSTERN_PROMPT_PAGE, NULL, model);

  self->template_name = g_strdup (template_name);
  return self;
}

PosternPrompt *
postern_prompt_new_redirect (const char *url)
{
  return prompt_new (POSTERN_PROMPT_REDIRECT, url, NULL);
}

PosternPrompt *
postern_prompt_new_form_post (const char *url, GVariant *fields)
{
  return prompt_new (POSTERN_PROMPT_FORM_POST, url, fields);
}

PosternPromptKind
postern_prompt_get_kind (PosternPrompt *self)
{
  return self->kind;
}

const char *
postern_prompt_get_template (PosternPrompt *self)
{
  return self->template_name;
}

const char *
postern_prompt_get_url (PosternPrompt *self)
{
  return self->url;
}

GVariant *
postern_prompt_get_model (PosternPrompt *self)
{
  return self->model;
}

void
postern_prompt_set_error (PosternPrompt *self, const char *field, const char *message)
{
  g_free (self->error_field);
  g_free (self->error_message);
  self->error_field = g_strdup (field);
  self->error_message = g_strdup (message);
}

const char *
postern_prompt_get_error_field (PosternPrompt *self)
{
  return self->error_field;
}

const char *
postern_prompt_get_error_message (PosternPrompt *self)
{
  return self->error_message;
}

void
postern_prompt_set_status (PosternPrompt *self, guint status, guint retry_after)
{
  self->status = status;
  self->retry_after = retry_after;
}

guint
postern_prompt_get_status (PosternPrompt *self)
{
  return self->status;
}

guint
postern_prompt_get_retry_after (PosternPrompt *self)
{
  return self->retry_after;
}
