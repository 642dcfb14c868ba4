/* SPDX-License-Identifier: Apache-2.0 */
/* abi-load FOLDER PLUGIN: what the server's own loader makes of a folder of modules. Prints "problem: …" a problem, and
 * "prompt: …", "subject: …" or "error: …" of a sign-in at an instance of PLUGIN. */
#include "postern-registry.h"

#include <postern.h>
#include <stdio.h>

static PosternStep *
ask (PosternAuthenticator *connector, PosternStep *before)
{
  PosternStep *step = postern_step_new (before ? POSTERN_STEP_CALLBACK : POSTERN_STEP_BEGIN, "flw_1", "https://id.example/callback/mine");

  postern_step_set_callback_state (step, "flw_1.state");
  if (before) {
    g_autoptr (GVariant) state = postern_step_dup_state (before);
    postern_step_load_state (step, state);
    postern_step_set_input (step, g_variant_new_parsed ("{'code': 'mirrored', 'state': 'flw_1.state'}"));
  }
  postern_authenticator_ask (connector, step);
  if (postern_step_get_error (step))
    printf ("error: %s\n", postern_step_get_error (step)->message);
  if (postern_step_get_prompt (step) && postern_prompt_get_template (postern_step_get_prompt (step)))
    printf ("prompt: page %s\n", postern_prompt_get_template (postern_step_get_prompt (step)));
  else if (postern_step_get_prompt (step))
    printf ("prompt: %s\n", postern_prompt_get_url (postern_step_get_prompt (step)));
  if (postern_step_get_subject (step))
    printf ("subject: %s %s\n", postern_subject_get_id (postern_step_get_subject (step)), postern_subject_get_email (postern_step_get_subject (step)));
  return step;
}

int
main (int argc, char **argv)
{
  const char *folders[] = { argc > 2 ? argv[1] : ".", NULL };
  g_autoptr (PosternRegistry) registry = postern_registry_new (folders);
  g_autoptr (GError) error = NULL;
  GPtrArray *problems = postern_registry_get_problems (registry);
  PosternInstance *instance;

  postern_registry_scan (registry);
  instance = postern_registry_add_instance (registry, argc > 2 ? argv[2] : "", "mine", g_variant_new ("a{ss}", NULL), &error);
  for (guint i = 0; i < problems->len; i++)
    printf ("problem: %s\n", (const char *) problems->pdata[i]);
  if (instance) {
    g_autoptr (PosternStep) begun = ask (POSTERN_AUTHENTICATOR (instance), NULL);
    g_autoptr (PosternStep) done = ask (POSTERN_AUTHENTICATOR (instance), begun);
  } else {
    printf ("error: %s\n", error->message);
  }
  return 0;
}
