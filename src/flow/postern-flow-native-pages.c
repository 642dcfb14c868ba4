/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-native-pages.h"

#include <glib/gi18n.h>

#include "postern-json.h"

typedef enum {
  TITLE,   /* words */
  TEXT,    /* words */
  VALUE,   /* the model's member of this name, as it is */
  FIELD,   /* what is typed */
  ACTION,  /* a button */
  ACTIONS, /* a button for each entry of the model's list `type`; `name` goes before the entry's id */
} Kind;

typedef struct {
  const char *page;
  Kind kind;
  const char *name;
  const char *when; /* (nullable): members of the model that are true, those with a ! not; separated by blanks */
  const char *words;
  const char *type, *autocomplete; /* of a FIELD, as HTML has them */
  guint max_length;
  enum { OPTIONAL = 1, UNSEEN = 2 } flags; /* UNSEEN: what was typed is not shown again */
} Row;

#define IDENTIFIER_MAX 320
#define PASSWORD_MAX 512

/* In the order of the templates. Of rows of one kind and name in one page, the first that holds is shown. */
static const Row rows[] = {
  { "identifier", TITLE, NULL, NULL, N_("Sign in") },
  { "identifier", FIELD, "identifier", NULL, N_("E-mail address or user name"), "text", "username", IDENTIFIER_MAX },
  { "identifier", FIELD, "password", "!passwordless", N_("Password"), "password", "current-password", PASSWORD_MAX, OPTIONAL | UNSEEN },
  { "identifier", ACTION, "continue", NULL, N_("Continue") },
  { "identifier", ACTION, "sign-up", "sign_up", N_("Create an account") },
  { "identifier", ACTIONS, "connector:", NULL, NULL, "connectors" },
  { "identifier", ACTIONS, "connector:", NULL, NULL, "more_connectors" },

  { "choose-account", TITLE, NULL, NULL, N_("Choose an account") },
  { "choose-account", ACTIONS, "account:", NULL, NULL, "accounts" },
  { "choose-account", ACTION, "other", NULL, N_("Use another account") },

  { "organization", TITLE, NULL, NULL, N_("Choose an organization") },
  { "organization", FIELD, "search", "search_offered", N_("Name of the organization"), "search", "off", 100, OPTIONAL },
  { "organization", ACTIONS, "organization:", NULL, NULL, "organizations" },
  { "organization", ACTION, "search", "search_offered", N_("Search") },
  { "organization", ACTION, "other", NULL, N_("Use another account") },

  { "password", TITLE, NULL, NULL, N_("Enter your password") },
  { "password", VALUE, "identifier" },
  { "password", FIELD, "password", NULL, N_("Password"), "password", "current-password", PASSWORD_MAX, UNSEEN },
  { "password", ACTION, "continue", NULL, N_("Sign in") },
  { "password", ACTION, "factor:code", "code sms", N_("Send me a code instead") },
  { "password", ACTION, "factor:code", "code", N_("E-mail me a code instead") },
  { "password", ACTION, "recover", "recovery", N_("Forgot your password?") },
  { "password", ACTION, "other-identifier", NULL, N_("Use another account") },

  { "code", TITLE, NULL, "sms", N_("Check your phone") },
  { "code", TITLE, NULL, NULL, N_("Check your e-mail") },
  { "code", TEXT, NULL, "verify sms", N_("We have sent a text message to {identifier}. Enter the code that is in it.") },
  { "code", TEXT, NULL, "verify", N_("We have sent an e-mail to {identifier}. Enter the code that is in it.") },
  { "code", TEXT, NULL, "recover", N_("If there is an account for {identifier}, a code to set a new password is on its way to its e-mail address.") },
  { "code", TEXT, NULL, "sign_in sms", N_("If there is an account for {identifier}, a code is on its way to this number.") },
  { "code", TEXT, NULL, "sign_in", N_("If there is an account for {identifier}, a code is on its way to its e-mail address.") },
  { "code", FIELD, "code", NULL, N_("Code with six digits"), "text", "one-time-code", 32 },
  { "code", ACTION, "continue", NULL, N_("Continue") },
  { "code", ACTION, "resend", NULL, N_("Send another code") },
  { "code", ACTION, "other-factor", "others", N_("Use another way") },
  { "code", ACTION, "factor:password", "password", N_("Use the password instead") },
  { "code", ACTION, "other-identifier", NULL, N_("Use another account") },

  { "sign-up", TITLE, NULL, NULL, N_("Create an account") },
  { "sign-up", VALUE, "min_length" },
  { "sign-up", FIELD, "identifier", "phone", N_("E-mail address or telephone number"), "text", "username", IDENTIFIER_MAX },
  { "sign-up", FIELD, "identifier", NULL, N_("E-mail address"), "email", "username", IDENTIFIER_MAX },
  { "sign-up", FIELD, "name", NULL, N_("Your name"), "text", "name", 200 },
  { "sign-up", FIELD, "password", "min_length", N_("Password"), "password", "new-password", PASSWORD_MAX, UNSEEN },
  { "sign-up", ACTION, "continue", NULL, N_("Create account") },
  { "sign-up", ACTION, "sign-in", NULL, N_("Sign in") },
  { "sign-up", ACTIONS, "connector:", NULL, NULL, "connectors" },
  { "sign-up", ACTIONS, "connector:", NULL, NULL, "more_connectors" },

  { "new-password", TITLE, NULL, NULL, N_("Set a new password") },
  { "new-password", TEXT, NULL, NULL, N_("Once it is saved, you are signed out everywhere else and go on from here.") },
  { "new-password", VALUE, "identifier" },
  { "new-password", VALUE, "min_length" },
  { "new-password", FIELD, "password", NULL, N_("New password"), "password", "new-password", PASSWORD_MAX, UNSEEN },
  { "new-password", ACTION, "continue", NULL, N_("Save password") },

  { "second-factor", TITLE, NULL, "enrol", N_("Make your account safer") },
  { "second-factor", TITLE, NULL, NULL, N_("Confirm that it is you") },
  { "second-factor", TEXT, NULL, "enrol", N_("Set up a second way to confirm that it is you.") },
  { "second-factor", ACTIONS, "second:", NULL, NULL, "methods" },
  { "second-factor", ACTION, "later", "later", N_("Later") },
  { "second-factor", ACTION, "other-identifier", NULL, N_("Use another account") },

  { "totp", TITLE, NULL, NULL, N_("Confirm that it is you") },
  { "totp", TEXT, NULL, NULL, N_("Enter the code that your app shows.") },
  { "totp", FIELD, "code", NULL, N_("Code with six digits"), "text", "one-time-code", 32 },
  { "totp", ACTION, "continue", NULL, N_("Continue") },
  { "totp", ACTION, "other-factor", "others", N_("Use another way") },
  { "totp", ACTION, "other-identifier", NULL, N_("Use another account") },

  { "totp-set-up", TITLE, NULL, NULL, N_("Add an app for codes") },
  { "totp-set-up", TEXT, NULL, NULL, N_("Type this key into the app, then enter the code that it shows.") },
  { "totp-set-up", VALUE, "secret" },
  { "totp-set-up", VALUE, "uri" },
  { "totp-set-up", FIELD, "code", NULL, N_("Code with six digits"), "text", "one-time-code", 32 },
  { "totp-set-up", ACTION, "continue", NULL, N_("Continue") },

  { "recovery-code", TITLE, NULL, NULL, N_("Confirm that it is you") },
  { "recovery-code", TEXT, NULL, NULL, N_("Enter one of the recovery codes that you have kept. Each works once.") },
  { "recovery-code", FIELD, "code", NULL, N_("Recovery code"), "text", "off", 64 },
  { "recovery-code", ACTION, "continue", NULL, N_("Continue") },
  { "recovery-code", ACTION, "other-factor", "others", N_("Use another way") },
  { "recovery-code", ACTION, "other-identifier", NULL, N_("Use another account") },

  { "recovery-codes", TITLE, NULL, NULL, N_("Your recovery codes") },
  { "recovery-codes", TEXT, NULL, NULL, N_("Keep these codes where only you find them. Each signs you in once if you lose your other ways. They are shown only now.") },
  { "recovery-codes", VALUE, "codes" },
  { "recovery-codes", ACTION, "continue", NULL, N_("I have kept them") },
};

/* --- which rows hold ---------------------------------------------------------------------------------------------------- */

static gboolean
is_true (GVariant *model, const char *name)
{
  g_autoptr (GVariant) value = model ? postern_json_get (model, name) : NULL;

  if (value == NULL || g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    return FALSE;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_get_boolean (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return *g_variant_get_string (value, NULL) != '\0';
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_variant_get_int64 (value) != 0;
  return !g_variant_is_container (value) || g_variant_n_children (value) > 0;
}

static gboolean
holds (const Row *row, GVariant *model)
{
  g_auto (GStrv) names = row->when ? g_strsplit (row->when, " ", -1) : NULL;

  for (guint i = 0; names && names[i]; i++)
    if (*names[i] == '!' ? is_true (model, names[i] + 1) : !is_true (model, names[i]))
      return FALSE;
  return TRUE;
}

/* (nullable): the next row after @row (NULL: the first) of @page with @kind that holds */
static const Row *
next (const Row *row, const char *page, Kind kind, GVariant *model)
{
  const Row *before = row;

  for (row = row ? row + 1 : rows; row < rows + G_N_ELEMENTS (rows); row++)
    if (g_str_equal (row->page, page) && row->kind == kind && !(before && kind != ACTIONS && g_strcmp0 (before->name, row->name) == 0) && holds (row, model))
      return row;
  return NULL;
}

gboolean
postern_flow_native_pages_has (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].page, name) == 0)
      return TRUE;
  return FALSE;
}

/* --- the description ------------------------------------------------------------------------------------------------------ */

/* The phrase and whatever its braces name in the model. */
static GVariant *
phrase (const char *words, GVariant *model)
{
  g_auto (PosternJsonObject) made = POSTERN_JSON_OBJECT_INIT;
  const char *brace = words;

  postern_json_object_add_string (&made, POSTERN_RESPONSE_PHRASE, words);
  while ((brace = strchr (brace, '{'))) {
    g_autofree char *name = g_strndup (brace + 1, strcspn (brace + 1, "}"));

    postern_json_object_add_string (&made, name, postern_json_get_string (model, name));
    brace++;
  }
  return postern_json_object_end (&made);
}

static void
add_words (PosternJsonObject *out, const char *name, const char *page, Kind kind, GVariant *model)
{
  const Row *row = next (NULL, page, kind, model);

  if (row)
    postern_json_object_add (out, name, phrase (row->words, model));
}

static void
add_values (PosternJsonObject *out, const char *page, GVariant *model)
{
  for (const Row *row = next (NULL, page, VALUE, model); row; row = next (row, page, VALUE, model)) {
    g_autoptr (GVariant) value = postern_json_get (model, row->name);

    if (value)
      postern_json_object_add (out, row->name, value);
  }
}

static GVariant *
field_of (const Row *row, GVariant *model)
{
  g_auto (PosternJsonObject) field = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&field, "name", row->name);
  postern_json_object_add_string (&field, "type", row->type);
  postern_json_object_add (&field, "label", phrase (row->words, model));
  postern_json_object_add_string (&field, "autocomplete", row->autocomplete);
  postern_json_object_add_int64 (&field, "max_length", row->max_length);
  postern_json_object_add_boolean (&field, "required", !(row->flags & OPTIONAL));
  postern_json_object_add_string (&field, "value", row->flags & UNSEEN ? NULL : postern_json_get_string (model, row->name));
  return postern_json_object_end (&field);
}

static GVariant *
list_fields (const char *page, GVariant *model)
{
  GVariantBuilder fields = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (const Row *row = next (NULL, page, FIELD, model); row; row = next (row, page, FIELD, model))
    g_variant_builder_add (&fields, "v", field_of (row, model));
  return g_variant_builder_end (&fields);
}

/* @label: a floating variant */
static void
add_action (GVariantBuilder *actions, const char *prefix, const char *name, GVariant *label)
{
  g_autofree char *whole = g_strconcat (prefix, name, NULL);
  g_auto (PosternJsonObject) action = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&action, "name", whole);
  postern_json_object_add (&action, "label", label);
  g_variant_builder_add (actions, "v", postern_json_object_end (&action));
}

/* What is in the list has a title, which is a phrase, or the name that a connector or a person goes by. */
static void
add_each (GVariantBuilder *actions, const Row *row, GVariant *model)
{
  g_autoptr (GVariant) list = postern_json_get (model, row->type);

  for (gsize i = 0; list && i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (list, i);
    g_autoptr (GVariant) entry = g_variant_get_variant (box);
    const char *title = postern_json_get_string (entry, "title"), *name = postern_json_get_string (entry, "name");
    const char *id = postern_json_get_string (entry, "id"), *session = postern_json_get_string (entry, "session");

    add_action (actions, row->name, id ? id : session, title ? phrase (title, entry) : g_variant_new_string (name ? name : ""));
  }
}

static GVariant *
list_actions (const char *page, GVariant *model)
{
  GVariantBuilder actions = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (const Row *row = next (NULL, page, ACTIONS, model); row; row = next (row, page, ACTIONS, model))
    add_each (&actions, row, model);
  for (const Row *row = next (NULL, page, ACTION, model); row; row = next (row, page, ACTION, model))
    add_action (&actions, "", row->name, phrase (row->words, model));
  return g_variant_builder_end (&actions);
}

static void
add_error (PosternJsonObject *out, GVariant *model)
{
  const char *message = postern_json_get_string (model, "error_message");
  g_auto (PosternJsonObject) error = POSTERN_JSON_OBJECT_INIT;

  if (message == NULL)
    return;
  postern_json_object_add_string (&error, "field", postern_json_get_string (model, "error_field"));
  postern_json_object_add (&error, "message", phrase (message, model));
  postern_json_object_add (out, "error", postern_json_object_end (&error));
}

static void
add_seconds (PosternJsonObject *out, const char *name, GVariant *model, const char *member)
{
  gint64 seconds = postern_json_get_int64 (model, member, 0);

  if (seconds > 0)
    postern_json_object_add_int64 (out, name, seconds);
}

GVariant *
postern_flow_native_pages_describe (const char *name, GVariant *model)
{
  g_auto (PosternJsonObject) page = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&page, "name", name);
  add_words (&page, "title", name, TITLE, model);
  add_words (&page, "text", name, TEXT, model);
  add_error (&page, model);
  add_seconds (&page, "retry_after", model, "retry_after");
  add_seconds (&page, "resend_after", model, "wait");
  add_values (&page, name, model);
  postern_json_object_add (&page, "fields", list_fields (name, model));
  postern_json_object_add (&page, "actions", list_actions (name, model));
  return postern_json_object_end (&page);
}

/* --- what comes back ------------------------------------------------------------------------------------------------------- */

PosternPairs *
postern_flow_native_pages_dup_answers (PosternFlow *flow, PosternPairs *form)
{
  PosternPairs *answers = postern_pairs_new ();
  const char *page = flow->prompt_template, *action = postern_pairs_get (form, "action");

  postern_pairs_set (answers, "action", action && *action ? action : "continue");
  for (const Row *row = next (NULL, page, FIELD, flow->prompt_model); row; row = next (row, page, FIELD, flow->prompt_model))
    postern_pairs_set (answers, row->name, postern_pairs_get (form, row->name));
  return answers;
}
