/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-contract.h"

#include <string.h>

#include "postern-authenticator.h"
#include "postern-error.h"

#define STATE "flw_1.contract-kit"

typedef struct {
  PosternStepPhase phase;
  const char *input; /* (nullable): a{ss} in GVariant's text form */
  gboolean known;    /* a factor's person is known */
} Question;

static PosternStep *
step_new (const Question *question, GVariant *state, GCancellable *cancellable)
{
  PosternStep *step = postern_step_new (question->phase, "flw_1", "https://id.example/callback/contract");
  g_autoptr (GVariant) input = question->input ? g_variant_parse (G_VARIANT_TYPE ("a{ss}"), question->input, NULL, NULL, NULL) : NULL;

  postern_step_set_callback_state (step, STATE);
  postern_step_set_hints (step, "ada@example.org", "de ja");
  if (question->known)
    postern_step_set_user_id (step, "usr_1");
  if (input)
    postern_step_set_input (step, input);
  if (state)
    postern_step_load_state (step, state);
  postern_step_set_cancellable (step, cancellable);
  return step;
}

static const char *
kind_of_answer (PosternStep *step)
{
  if (postern_step_get_prompt (step))
    return "a prompt";
  if (postern_step_get_subject (step))
    return "a subject";
  return postern_step_get_answered_user (step) ? "a user" : "an error";
}

/* Nobody comes back whom the provider cannot name to us: the state must be in what is sent to it. */
static void
check_prompt (PosternContract *self, PosternPrompt *prompt)
{
  const char *url = postern_prompt_get_url (prompt), *page = postern_prompt_get_template (prompt);
  g_autofree char *plain = url ? g_uri_unescape_string (url, NULL) : NULL, *fields = NULL, *folder = NULL, *name = NULL, *file = NULL;

  if (url && !g_uri_is_valid (url, G_URI_FLAGS_NONE, NULL))
    postern_contract_fault (self, "it sends people to “%s”, which is no URL; write an absolute one and escape its parameters", url);
  if (postern_prompt_get_kind (prompt) == POSTERN_PROMPT_FORM_POST)
    fields = g_variant_print (postern_prompt_get_model (prompt), FALSE);
  if (url && !(plain && strstr (plain, STATE)) && !(fields && strstr (fields, STATE)))
    postern_contract_fault (self, "what it sends to the provider has not postern_step_get_callback_state() in it, so nobody can come back; send it as the protocol's state");
  if (!page || !g_str_has_prefix (page, "connector-"))
    return;
  folder = g_path_get_dirname (self->module_file);
  name = g_strconcat (page, ".html", NULL);
  file = g_build_filename (folder, name, NULL);
  if (!g_file_test (file, G_FILE_TEST_IS_REGULAR))
    postern_contract_fault (self, "its page %s does not lie beside the module; install it there", name);
}

static void
check_subject (PosternContract *self, PosternSubject *subject)
{
  const char *id = postern_subject_get_id (subject), *email = postern_subject_get_email (subject);

  if (!id || !*id)
    postern_contract_fault (self, "it answers with a subject without an id; refuse what names nobody");
  else if (strchr (id, '@') && email && g_ascii_strcasecmp (id, email) == 0)
    postern_contract_fault (self, "its subject's id is the e-mail address, which can be given to somebody else; take the provider's own id");
}

/* What may not be, whatever was asked. */
static void
check_answer (PosternContract *self, PosternStep *step)
{
  const GError *error = postern_step_get_error (step);

  if (postern_step_get_prompt (step))
    check_prompt (self, postern_step_get_prompt (step));
  if (postern_step_get_subject (step))
    check_subject (self, postern_step_get_subject (step));
  if (error)
    postern_contract_take_error (self, "handle_step", g_error_copy (error));
  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_FAILED)) /* what the base class says of a misuse */
    postern_contract_fault (self, "%s; answer once: a connector with a subject, a factor with a user, either with a prompt or another error", error->message);
}

/* Asks, and sees that nothing of it is held. Returns: (transfer full) (nullable): the state, if a prompt was the answer */
static GVariant *
ask (PosternContract *self, PosternInstance *instance, const Question *question, GVariant *before, GCancellable *cancellable, const char **answer)
{
  PosternStep *step = step_new (question, before, cancellable);
  gpointer watched[3] = { step, NULL, NULL };
  GVariant *state;

  postern_authenticator_ask (POSTERN_AUTHENTICATOR (instance), step);
  check_answer (self, step);
  *answer = kind_of_answer (step);
  state = postern_step_get_prompt (step) ? postern_step_dup_state (step) : NULL;
  watched[1] = postern_step_get_prompt (step);
  watched[2] = postern_step_get_subject (step);
  for (guint i = 0; i < 3; i++)
    if (watched[i])
      g_object_add_weak_pointer (watched[i], &watched[i]);
  g_object_unref (step);
  for (guint i = 0; i < 3; i++)
    if (watched[i])
      {
        postern_contract_fault (self, "it keeps a reference to a %s; give it back before handle_step() returns", G_OBJECT_TYPE_NAME (watched[i]));
        g_object_remove_weak_pointer (watched[i], &watched[i]);
      }
  return state;
}

void
postern_contract_step_act (PosternContract *self, PosternInstance *instance, GCancellable *cancellable)
{
  const Question begin = { POSTERN_STEP_BEGIN, NULL, TRUE };
  const char *answer;
  g_autoptr (GVariant) state = ask (self, instance, &begin, NULL, cancellable, &answer);
}

static void
check_begin (PosternContract *self)
{
  const Question begin = { POSTERN_STEP_BEGIN, NULL, TRUE };
  PosternStep *step = step_new (&begin, NULL, NULL);
  const GError *error;

  postern_authenticator_ask (POSTERN_AUTHENTICATOR (self->instance), step);
  error = postern_step_get_error (step);
  check_answer (self, step);
  if (postern_step_get_subject (step))
    postern_contract_fault (self, "somebody is signed in before anything was asked; answer BEGIN with a prompt");
  if (error && g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED))
    postern_contract_fault (self, "nobody can begin: %s; answer BEGIN with a prompt", error->message);
  g_object_unref (step);
}

/* Each twice: a second asking must not differ because of the first. */
static void
ask_all (PosternContract *self, const Question *questions, gsize n, GVariant *state, gboolean may_know)
{
  for (gsize i = 0; i < n; i++)
    {
      const char *first, *second;
      g_autoptr (GVariant) one = ask (self, self->instance, &questions[i], state, NULL, &first), other = ask (self, self->instance, &questions[i], state, NULL, &second);

      if (!g_str_equal (first, second))
        postern_contract_fault (self, "asked twice with %s it answers with %s and then with %s; keep what belongs to one sign-in in the step's state", questions[i].input ? questions[i].input : "nothing", first, second);
      if (!may_know && (g_str_equal (first, "a subject") || g_str_equal (first, "a user")))
        postern_contract_fault (self, "%s signs somebody in whom it never sent anywhere; compare with what BEGIN kept in the step's state", questions[i].input ? questions[i].input : "an empty answer");
    }
}

static void
check_continue (PosternContract *self)
{
  g_autofree char *endless = g_strnfill (65536, 'x'), *huge = g_strdup_printf ("{'name': '%s', 'code': '%s', 'email': '%s'}", endless, endless, endless);
  const Question questions[] = {
    { POSTERN_STEP_CONTINUE, NULL, TRUE },
    { POSTERN_STEP_CONTINUE, "@a{ss} {}", FALSE },
    { POSTERN_STEP_CONTINUE, "{'name': '', 'code': '', 'email': '', 'password': ''}", TRUE },
    { POSTERN_STEP_CONTINUE, "{'nobody-knows-this-one': 'x', 'action': 'unknown'}", TRUE },
    { POSTERN_STEP_CONTINUE, "{'name': '\xc3\xa4\xe2\x80\xae\xf0\x9f\x94\x91', 'code': '%s%n', 'email': 'a@b@c'}", TRUE },
    { POSTERN_STEP_CONTINUE, huge, TRUE },
  };

  ask_all (self, questions, G_N_ELEMENTS (questions), NULL, TRUE);
}

static void
check_callback (PosternContract *self)
{
  const Question begin = { POSTERN_STEP_BEGIN, NULL, TRUE };
  const Question questions[] = {
    { POSTERN_STEP_CALLBACK, NULL, FALSE },
    { POSTERN_STEP_CALLBACK, "{'error': 'access_denied', 'state': '" STATE "'}", FALSE },
    { POSTERN_STEP_CALLBACK, "{'error': 'nobody_knows_this_one', 'error_description': '<b>', 'state': '" STATE "'}", FALSE },
    { POSTERN_STEP_CALLBACK, "{'code': '', 'state': '" STATE "'}", FALSE },
    { POSTERN_STEP_CALLBACK, "{'nobody-knows-this-one': 'x'}", FALSE },
    { POSTERN_STEP_CALLBACK, "{'code': 'contract-kit', 'state': '" STATE "'}", FALSE },
  };
  const char *answer;
  g_autoptr (GVariant) state = ask (self, self->instance, &begin, NULL, NULL, &answer);

  ask_all (self, questions, G_N_ELEMENTS (questions), state, FALSE);
}

/* Without what BEGIN keeps, any callback is one that somebody else made. */
static void
check_unasked (PosternContract *self)
{
  static const Question questions[] = {
    { POSTERN_STEP_CALLBACK, "{'code': 'contract-kit', 'state': '" STATE "'}", FALSE },
    { POSTERN_STEP_CALLBACK, "{'id_token': 'e30.e30.', 'access_token': 'x', 'state': '" STATE "'}", FALSE },
    { POSTERN_STEP_CALLBACK, "{'code': 'mirrored', 'state': '" STATE "', 'user': '{}', 'id': '1', 'email': 'ada@example.org'}", FALSE },
  };

  ask_all (self, questions, G_N_ELEMENTS (questions), NULL, FALSE);
}

void
postern_contract_step_check (PosternContract *self)
{
  postern_contract_check (self, "BEGIN is answered", check_begin);
  postern_contract_check (self, "CONTINUE is answered or refused, whatever is typed", check_continue);
  postern_contract_check (self, "CALLBACK is answered or refused, whatever comes back", check_callback);
  postern_contract_check (self, "a callback that nobody asked for signs nobody in", check_unasked);
}
