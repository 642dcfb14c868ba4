/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-process-wire.h"

#include <string.h>

static const char *const phases[] = { [POSTERN_STEP_BEGIN] = "begin", [POSTERN_STEP_CONTINUE] = "continue", [POSTERN_STEP_CALLBACK] = "callback" };

/* What a program may say went wrong; any other word is "provider". */
static const struct {
  const char *word;
  PosternError code;
} errors[] = {
  { "access_denied", POSTERN_ERROR_ACCESS_DENIED },   { "temporarily_unavailable", POSTERN_ERROR_TEMPORARILY_UNAVAILABLE },
  { "unreachable", POSTERN_ERROR_UNREACHABLE },       { "invalid_request", POSTERN_ERROR_INVALID_REQUEST },
  { "stale", POSTERN_ERROR_STALE },                   { "config", POSTERN_ERROR_CONFIG },
  { "unmet_authentication_requirements", POSTERN_ERROR_UNMET_AUTHENTICATION },
};

static char *
end_line (PosternJsonObject *object)
{
  g_autofree char *text = postern_json_print (postern_json_object_end (object));

  return g_strconcat (text, "\n", NULL);
}

char *
postern_process_wire_hello (const char *instance, const char *const *options, const char *secret)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT, given = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; options && options[i]; i++) {
    const char *sign = strchr (options[i], '=');
    char *name = g_strndup (options[i], sign ? (gsize) (sign - options[i]) : strlen (options[i]));

    if (g_hash_table_add (seen, name))
      postern_json_object_add_string (&given, name, sign ? sign + 1 : "");
  }
  postern_json_object_add_string (&object, "type", "hello");
  postern_json_object_add_int64 (&object, "version", POSTERN_PROCESS_VERSION);
  postern_json_object_add_string (&object, "instance", instance);
  postern_json_object_add (&object, "options", postern_json_object_end (&given));
  postern_json_object_add_string (&object, "secret", secret);
  return end_line (&object);
}

char *
postern_process_wire_question (PosternStep *step, gint64 id, guint seconds)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) input = postern_step_dup_input (step), state = postern_step_dup_state (step);

  postern_json_object_add_string (&object, "type", "step");
  postern_json_object_add_int64 (&object, "id", id);
  postern_json_object_add_string (&object, "phase", phases[postern_step_get_phase (step)]);
  postern_json_object_add_int64 (&object, "seconds", seconds);
  postern_json_object_add_string (&object, "callback_url", postern_step_get_callback_url (step));
  postern_json_object_add_string (&object, "callback_state", postern_step_get_callback_state (step));
  postern_json_object_add_string (&object, "login_hint", postern_step_get_login_hint (step));
  postern_json_object_add_string (&object, "ui_locales", postern_step_get_ui_locales (step));
  if (postern_step_get_max_age (step) >= 0)
    postern_json_object_add_int64 (&object, "max_age", postern_step_get_max_age (step));
  postern_json_object_add (&object, "input", input);
  postern_json_object_add (&object, "state", state);
  return end_line (&object);
}

static void
fail (PosternStep *step, PosternError code, const char *text)
{
  postern_step_return_error (step, g_error_new (POSTERN_ERROR, code, "the program %s", text));
}

/* (transfer full) (nullable): the object @name of @answer */
static GVariant *
get_object (GVariant *answer, const char *name)
{
  g_autoptr (GVariant) member = postern_json_get (answer, name);

  return member && g_variant_is_of_type (member, G_VARIANT_TYPE_VARDICT) ? g_steal_pointer (&member) : NULL;
}

/* Members that are strings; null removes one from the state. */
static gboolean
set_state (PosternStep *step, GVariant *answer)
{
  g_autoptr (GVariant) state = get_object (answer, "state");
  GVariantIter iter;
  const char *name;
  GVariant *value;
  gboolean good = TRUE;

  if (!state)
    return TRUE;
  g_variant_iter_init (&iter, state);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
      postern_step_set_state (step, name, g_variant_get_string (value, NULL));
    else if (g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
      postern_step_set_state (step, name, NULL);
    else
      good = FALSE;
    g_variant_unref (value);
  }
  return good;
}

static gboolean
is_web (const char *url)
{
  return url && (g_str_has_prefix (url, "https://") || g_str_has_prefix (url, "http://")) && g_uri_is_valid (url, G_URI_FLAGS_ENCODED, NULL);
}

/* (transfer full) (nullable): a{ss} of an object that has only strings */
static GVariant *
get_fields (GVariant *prompt)
{
  g_autoptr (GVariant) object = get_object (prompt, "fields");
  g_auto (GVariantBuilder) fields = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (!object)
    return NULL;
  g_variant_iter_init (&iter, object);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
      g_variant_builder_add (&fields, "{ss}", name, g_variant_get_string (value, NULL));
    g_variant_unref (value);
  }
  return g_variant_ref_sink (g_variant_builder_end (&fields));
}

/* A page of the connector's own alone: others of the server's pages expect what a program does not know. */
static gboolean
is_page (const char *name)
{
  return name && g_str_has_prefix (name, "connector-") && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (name);
}

static PosternPrompt *
prompt_new (GVariant *object)
{
  const char *kind = postern_json_get_string (object, "kind"), *url = postern_json_get_string (object, "url"), *page = postern_json_get_string (object, "template");
  g_autoptr (GVariant) fields = get_fields (object), model = get_object (object, "model");

  if (g_strcmp0 (kind, "redirect") == 0 && is_web (url))
    return postern_prompt_new_redirect (url);
  if (g_strcmp0 (kind, "form_post") == 0 && is_web (url) && fields)
    return postern_prompt_new_form_post (url, fields);
  if (g_strcmp0 (kind, "page") == 0 && is_page (page))
    return postern_prompt_new_page (page, model);
  return NULL;
}

static void
answer_prompt (PosternStep *step, GVariant *answer)
{
  g_autoptr (GVariant) object = get_object (answer, "prompt"), error = object ? get_object (object, "error") : NULL;
  PosternPrompt *prompt = object ? prompt_new (object) : NULL;
  const char *message = error ? postern_json_get_string (error, "message") : NULL;

  if (!prompt) {
    fail (step, POSTERN_ERROR_PROVIDER, "gave no prompt that can be shown");
    return;
  }
  if (message)
    postern_prompt_set_error (prompt, postern_json_get_string (error, "field"), message);
  postern_step_return_prompt (step, prompt);
}

static void
answer_subject (PosternStep *step, GVariant *answer)
{
  g_autoptr (GVariant) object = get_object (answer, "subject"), given = object ? get_object (object, "claims") : NULL, tokens = object ? get_object (object, "tokens") : NULL;
  g_autoptr (PosternClaims) claims = postern_claims_new ();
  const char *id = object ? postern_json_get_string (object, "id") : NULL, *name;
  PosternSubject *subject;
  GVariantIter iter;
  GVariant *value;

  if (!id || !*id || (tokens && !postern_json_get_string (tokens, "access_token"))) {
    fail (step, POSTERN_ERROR_PROVIDER, id && *id ? "gave tokens without an access_token" : "gave a subject without an id");
    return;
  }
  if (given)
    g_variant_iter_init (&iter, given);
  while (given && g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    if (*name && !g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
      postern_claims_add (claims, name, value);
    g_variant_unref (value);
  }
  subject = postern_subject_new (id, claims);
  postern_subject_set_upstream (subject, tokens, postern_json_get_string (object, "session"));
  postern_step_return_subject (step, subject);
}

/* (transfer full) */
static GError *
read_error (GVariant *answer)
{
  const char *word = postern_json_get_string (answer, "error"), *message = postern_json_get_string (answer, "message");
  PosternError code = POSTERN_ERROR_PROVIDER;

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    if (g_strcmp0 (errors[i].word, word) == 0)
      code = errors[i].code;
  return g_error_new (POSTERN_ERROR, code, "the program says: %.500s", message ? message : "nothing");
}

void
postern_process_wire_answer (PosternStep *step, GVariant *answer)
{
  const char *type = postern_json_get_string (answer, "type");

  if (!set_state (step, answer))
    fail (step, POSTERN_ERROR_PROVIDER, "gave a state that is not made of strings");
  else if (postern_step_is_answered (step)) /* there was too much state */
    return;
  else if (g_strcmp0 (type, "prompt") == 0)
    answer_prompt (step, answer);
  else if (g_strcmp0 (type, "subject") == 0)
    answer_subject (step, answer);
  else if (g_strcmp0 (type, "error") == 0)
    postern_step_return_error (step, read_error (answer));
  else
    fail (step, POSTERN_ERROR_PROVIDER, "gave an answer of no known type");
}

/* --- a log ---------------------------------------------------------------------------------------------------------- */

char *
postern_process_wire_events (const char *tenant, GPtrArray *texts, gint64 id, guint seconds)
{
  GString *line = g_string_new ("{\"type\":\"events\",\"id\":");

  postern_json_append_int64 (line, id);
  g_string_append_printf (line, ",\"seconds\":%u,\"tenant\":", seconds);
  postern_json_append_string (line, tenant);
  g_string_append (line, ",\"events\":[");
  for (guint i = 0; i < texts->len; i++)
    g_string_append_printf (line, "%s%s", i > 0 ? "," : "", (const char *) texts->pdata[i]);
  g_string_append (line, "]}\n");
  return g_string_free (line, FALSE);
}

gboolean
postern_process_wire_is_taken (GVariant *answer, GError **error)
{
  const char *type = postern_json_get_string (answer, "type");

  if (g_strcmp0 (type, "taken") == 0)
    return TRUE;
  if (g_strcmp0 (type, "error") == 0)
    g_propagate_error (error, read_error (answer));
  else
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "the program answered neither taken nor error");
  return FALSE;
}
