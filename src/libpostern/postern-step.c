/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-step-private.h"
#include "postern-error.h"
#include "postern-request.h"

#include <string.h>

#define STATE_MAX_BYTES (16 * 1024)

struct _PosternStep {
  GObject parent_instance;
  PosternStepPhase phase;
  char *flow_id, *callback_url, *callback_state;
  PosternPairs *input; /* (nullable) */
  PosternPairs *state;
  gsize state_bytes;
  char *login_hint, *ui_locales, *user_id;
  gint64 max_age;        /* seconds; -1: any */
  PosternRequest *request;
  GCancellable *cancellable;

  PosternPrompt *prompt;
  PosternSubject *subject;
  char *answered_user, *amr;
  GError *failure;
};

G_DEFINE_FINAL_TYPE (PosternStep, postern_step, G_TYPE_OBJECT)

static void
clear_answer (PosternStep *self)
{
  g_clear_object (&self->prompt);
  g_clear_object (&self->subject);
  g_clear_pointer (&self->answered_user, g_free);
  g_clear_pointer (&self->amr, g_free);
  g_clear_error (&self->failure);
}

static void
postern_step_finalize (GObject *object)
{
  PosternStep *self = POSTERN_STEP (object);

  clear_answer (self);
  g_free (self->flow_id);
  g_free (self->callback_url);
  g_free (self->callback_state);
  g_clear_pointer (&self->input, postern_pairs_unref);
  postern_pairs_unref (self->state);
  g_free (self->login_hint);
  g_free (self->ui_locales);
  g_free (self->user_id);
  g_clear_object (&self->request);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (postern_step_parent_class)->finalize (object);
}

static void
postern_step_class_init (PosternStepClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_step_finalize;
}

static void
postern_step_init (PosternStep *self)
{
  self->state = postern_pairs_new ();
  self->max_age = -1;
}

PosternStep *
postern_step_new (PosternStepPhase phase, const char *flow_id, const char *callback_url)
{
  PosternStep *self = g_object_new (POSTERN_TYPE_STEP, NULL);

  self->phase = phase;
  self->flow_id = g_strdup (flow_id);
  self->callback_url = g_strdup (callback_url);
  return self;
}

PosternStepPhase
postern_step_get_phase (PosternStep *self)
{
  return self->phase;
}

const char *
postern_step_get_flow_id (PosternStep *self)
{
  return self->flow_id;
}

const char *
postern_step_get_callback_url (PosternStep *self)
{
  return self->callback_url;
}

const char *
postern_step_get_callback_state (PosternStep *self)
{
  return self->callback_state;
}

const char *
postern_step_get_input (PosternStep *self, const char *name)
{
  return postern_pairs_get (self->input, name);
}

const char *
postern_step_get_state (PosternStep *self, const char *name)
{
  return postern_pairs_get (self->state, name);
}

static gsize
entry_size (const char *name, const char *value)
{
  return value ? strlen (name) + strlen (value) : 0;
}

/* Too much state is the handler's fault, and a flow that lost half of it could go wrong: the step is refused. */
void
postern_step_set_state (PosternStep *self, const char *name, const char *value)
{
  gsize without;

  g_return_if_fail (POSTERN_IS_STEP (self) && name);
  without = self->state_bytes - entry_size (name, postern_step_get_state (self, name));
  if (without + entry_size (name, value) > STATE_MAX_BYTES) {
    postern_step_refuse (self, g_error_new (POSTERN_ERROR, POSTERN_ERROR_FAILED, "The step's state is larger than %d bytes; keep less in it", STATE_MAX_BYTES));
    return;
  }
  self->state_bytes = without + entry_size (name, value);
  postern_pairs_set (self->state, name, value);
}

const char *
postern_step_get_login_hint (PosternStep *self)
{
  return self->login_hint;
}

const char *
postern_step_get_ui_locales (PosternStep *self)
{
  return self->ui_locales;
}

gint64
postern_step_get_max_age (PosternStep *self)
{
  return self->max_age;
}

const char *
postern_step_get_user_id (PosternStep *self)
{
  return self->user_id;
}

PosternRequest *
postern_step_get_request (PosternStep *self)
{
  return self->request;
}

GCancellable *
postern_step_get_cancellable (PosternStep *self)
{
  return self->cancellable;
}

void
postern_step_refuse (PosternStep *self, GError *error)
{
  clear_answer (self);
  self->failure = error;
}

/* Two answers mean that nobody knows which one is meant: the step is refused, whatever they were. */
static gboolean
may_answer (PosternStep *self)
{
  if (!postern_step_is_answered (self))
    return TRUE;
  if (!self->failure)
    postern_step_refuse (self, g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_FAILED, "The step was answered twice"));
  return FALSE;
}

void
postern_step_return_prompt (PosternStep *self, PosternPrompt *prompt)
{
  g_autoptr (PosternPrompt) owned = prompt;

  g_return_if_fail (POSTERN_IS_STEP (self) && POSTERN_IS_PROMPT (prompt));
  if (may_answer (self))
    self->prompt = g_steal_pointer (&owned);
}

void
postern_step_return_subject (PosternStep *self, PosternSubject *subject)
{
  g_autoptr (PosternSubject) owned = subject;

  g_return_if_fail (POSTERN_IS_STEP (self) && POSTERN_IS_SUBJECT (subject));
  if (may_answer (self))
    self->subject = g_steal_pointer (&owned);
}

void
postern_step_return_user (PosternStep *self, const char *user_id, const char *amr)
{
  g_return_if_fail (POSTERN_IS_STEP (self) && user_id && *user_id);
  if (!may_answer (self))
    return;
  self->answered_user = g_strdup (user_id);
  self->amr = g_strdup (amr);
}

void
postern_step_return_error (PosternStep *self, GError *error)
{
  g_autoptr (GError) owned = error;

  g_return_if_fail (POSTERN_IS_STEP (self) && error);
  if (may_answer (self))
    self->failure = g_steal_pointer (&owned);
}

gboolean
postern_step_is_answered (PosternStep *self)
{
  return self->prompt || self->subject || self->answered_user || self->failure;
}

PosternPrompt *
postern_step_get_prompt (PosternStep *self)
{
  return self->prompt;
}

PosternSubject *
postern_step_get_subject (PosternStep *self)
{
  return self->subject;
}

const char *
postern_step_get_answered_user (PosternStep *self)
{
  return self->answered_user;
}

const char *
postern_step_get_amr (PosternStep *self)
{
  return self->amr;
}

const GError *
postern_step_get_error (PosternStep *self)
{
  return self->failure;
}

/* @pairs: (nullable). (transfer full): a{ss} */
static GVariant *
dictionary_of (PosternPairs *pairs)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));

  for (guint i = 0; pairs && i < pairs->n_items; i++)
    g_variant_builder_add (&builder, "{ss}", pairs->items[i].name, pairs->items[i].value);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

GVariant *
postern_step_dup_input (PosternStep *self)
{
  return dictionary_of (self->input);
}

GVariant *
postern_step_dup_state (PosternStep *self)
{
  return dictionary_of (self->state);
}

PosternPairs *
postern_step_copy_state (PosternStep *self)
{
  return postern_pairs_copy (self->state);
}

/* (transfer full) */
static PosternPairs *
pairs_of (GVariant *dictionary)
{
  g_autoptr (GVariant) owned = dictionary ? g_variant_ref_sink (dictionary) : NULL;
  PosternPairs *pairs = postern_pairs_new ();
  GVariantIter iter;
  const char *name, *value;

  if (!owned)
    return pairs;
  g_variant_iter_init (&iter, owned);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    postern_pairs_set (pairs, name, value);
  return pairs;
}

void
postern_step_use_input (PosternStep *self, PosternPairs *input)
{
  g_clear_pointer (&self->input, postern_pairs_unref);
  self->input = input ? postern_pairs_ref (input) : NULL;
}

void
postern_step_set_input (PosternStep *self, GVariant *input)
{
  g_autoptr (PosternPairs) pairs = pairs_of (input);

  postern_step_use_input (self, pairs);
}

void
postern_step_use_state (PosternStep *self, PosternPairs *state)
{
  postern_pairs_unref (self->state);
  self->state = postern_pairs_new ();
  self->state_bytes = 0;
  for (guint i = 0; state && i < state->n_items; i++)
    postern_step_set_state (self, state->items[i].name, state->items[i].value);
}

void
postern_step_load_state (PosternStep *self, GVariant *state)
{
  g_autoptr (PosternPairs) pairs = pairs_of (state);

  postern_step_use_state (self, pairs);
}

static void
set_string (char **field, const char *value)
{
  char *copy = g_strdup (value);

  g_free (*field);
  *field = copy;
}

void
postern_step_set_callback_state (PosternStep *self, const char *value)
{
  set_string (&self->callback_state, value);
}

void
postern_step_set_hints (PosternStep *self, const char *login_hint, const char *ui_locales)
{
  set_string (&self->login_hint, login_hint);
  set_string (&self->ui_locales, ui_locales);
}

void
postern_step_set_max_age (PosternStep *self, gint64 seconds)
{
  self->max_age = MAX (seconds, -1);
}

void
postern_step_set_user_id (PosternStep *self, const char *user_id)
{
  set_string (&self->user_id, user_id);
}

void
postern_step_set_request (PosternStep *self, PosternRequest *request)
{
  g_set_object (&self->request, request);
}

void
postern_step_set_cancellable (PosternStep *self, GCancellable *cancellable)
{
  g_set_object (&self->cancellable, cancellable);
}
