/* SPDX-License-Identifier: Apache-2.0 */
/* A connector that breaks the contract in one way a build, by -DFLAW_…; -DFLAW_NONE keeps it. */
#include <postern.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
  PosternConnector parent_instance;
} Flawed;

typedef struct {
  PosternConnectorClass parent_class;
} FlawedClass;

#ifdef FLAW_LATE
static void __attribute__ ((destructor))
end_early (void)
{
  _exit (3);
}
#endif

GType flawed_get_type (void);
G_DEFINE_TYPE (Flawed, flawed, POSTERN_TYPE_CONNECTOR)

static gboolean
flawed_configure (PosternInstance *instance, GError **error)
{
  const char *word = postern_settings_get_string (postern_instance_get_settings (instance), "word");

  if (word && g_ascii_isalpha (*word))
    return TRUE;
#ifndef FLAW_SILENT
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
# ifdef FLAW_VAGUE
                       "bad configuration");
# else
                       "word does not begin with a letter; write one that does");
# endif
#endif
  return FALSE;
}

static void
begin (PosternStep *step)
{
  const char *state = postern_step_get_callback_state (step);
  g_autofree char *url = NULL;

#ifdef FLAW_STATE
  state = "";
#endif
#ifdef FLAW_CRASH
  abort ();
#endif
#ifdef FLAW_EXIT
  exit (0);
#endif
#ifdef FLAW_HANG
  pause ();
#endif
#ifdef FLAW_DEADLINE
  g_usleep (3 * G_USEC_PER_SEC);
#endif
#ifdef FLAW_UNDEFINED
  state += *(volatile int *) &(int){ G_MAXINT } + 1 == 0;
#endif
#ifdef FLAW_LEAK
  *(char *volatile *) &(char *){ NULL } = g_strdup ("forty bytes that nobody ever gives back");
#endif
#ifdef FLAW_REFERENCE
  g_object_ref (step);
#endif
#ifdef FLAW_CRITICAL
  g_object_ref (NULL);
#endif
  url = g_strconcat ("https://provider.example/authorize?state=", state, NULL);
  postern_step_set_state (step, "began", "yes");
  postern_step_return_prompt (step, postern_prompt_new_redirect (url));
#ifdef FLAW_TWICE
  postern_step_return_prompt (step, postern_prompt_new_redirect (url));
#endif
}

static void
come_back (PosternStep *step)
{
#ifdef FLAW_UNASKED
  postern_step_return_subject (step, postern_subject_new ("somebody", NULL));
#elif defined FLAW_USER
  postern_step_return_user (step, "usr_admin", "pwd");
#elif defined FLAW_DOMAIN
  postern_step_return_error (step, g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_IO, "no"));
#else
  postern_step_return_error (step, g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "the provider knows nobody"));
#endif
}

static gboolean
flawed_handle_step (PosternAuthenticator *authenticator, PosternStep *step)
{
  if (postern_step_get_phase (step) == POSTERN_STEP_BEGIN)
    begin (step);
  else if (postern_step_get_phase (step) == POSTERN_STEP_CALLBACK)
    come_back (step);
  return postern_step_is_answered (step);
}

static void
flawed_class_init (FlawedClass *klass)
{
  POSTERN_INSTANCE_CLASS (klass)->configure = flawed_configure;
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = flawed_handle_step;
}

static void
flawed_init (Flawed *self)
{
#ifdef FLAW_END
  g_object_ref (self);
#endif
}

G_MODULE_EXPORT GType postern_plugin_query_type (void);

GType
postern_plugin_query_type (void)
{
  return flawed_get_type ();
}
