/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-demo-factor.h"

#include <string.h>

#define WORD_MIN_BYTES 8

/* Configured once, then asked from many threads at a time: what is read in configure() never changes. */
struct _PosternDemoFactor {
  PosternFactor parent_instance;
  char *digest;
};

G_DEFINE_FINAL_TYPE (PosternDemoFactor, postern_demo_factor, POSTERN_TYPE_FACTOR)

static gboolean
postern_demo_factor_configure (PosternInstance *instance, GError **error)
{
  PosternDemoFactor *self = POSTERN_DEMO_FACTOR (instance);
  const char *word = postern_settings_get_string (postern_instance_get_settings (instance), "word");

  if (!word || strlen (word) < WORD_MIN_BYTES) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "word is shorter than %d characters; choose a longer one", WORD_MIN_BYTES);
    return FALSE;
  }
  self->digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, word, -1);
  return TRUE;
}

/* Digests, so that the time it takes tells nothing about the word. */
static gboolean
knows (PosternDemoFactor *self, const char *typed)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, typed ? typed : "", -1);

  return strcmp (digest, self->digest) == 0;
}

/* A factor says which of the server's users it is: here the one that the sign-in is about already. The engine counts the tries. */
static void
read_answer (PosternDemoFactor *self, PosternStep *step)
{
  const char *user = postern_step_get_user_id (step);
  PosternPrompt *again;

  if (!user) {
    postern_step_return_error (step, g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "nobody is known yet; ask for this factor after another"));
    return;
  }
  if (knows (self, postern_step_get_input (step, "word"))) {
    postern_step_return_user (step, user, "kba");
    return;
  }
  again = postern_prompt_new_page ("connector-demo", NULL);
  postern_prompt_set_error (again, "word", "That is not the word.");
  postern_step_return_prompt (step, again);
}

/* TRUE: we answered, exactly once. FALSE: not for us, and if nobody else answers, it is refused. */
static gboolean
postern_demo_factor_handle_step (PosternAuthenticator *authenticator, PosternStep *step)
{
  switch (postern_step_get_phase (step)) {
  case POSTERN_STEP_BEGIN:
    postern_step_return_prompt (step, postern_prompt_new_page ("connector-demo", NULL));
    return TRUE;
  case POSTERN_STEP_CONTINUE:
    read_answer (POSTERN_DEMO_FACTOR (authenticator), step);
    return TRUE;
  default:
    return FALSE;
  }
}

static void
postern_demo_factor_finalize (GObject *object)
{
  g_free (POSTERN_DEMO_FACTOR (object)->digest);
  G_OBJECT_CLASS (postern_demo_factor_parent_class)->finalize (object);
}

static void
postern_demo_factor_class_init (PosternDemoFactorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_demo_factor_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_demo_factor_configure;
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = postern_demo_factor_handle_step;
}

static void
postern_demo_factor_init (PosternDemoFactor *self)
{
}
