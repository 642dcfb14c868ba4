/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-console-form.h"

#include <glib/gi18n.h>
#include <string.h>

#include "postern-plugin-values.h"

#define FIELD "setting-"
#define FORGET "forget-"

void
postern_flow_console_form_clear (PosternFlowConsoleForm *self)
{
  g_clear_pointer (&self->change.settings, g_variant_unref);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->order, g_free);
}

/* --- what was sent ----------------------------------------------------------------------------------------------------------- */

/* (transfer full) (nullable): it was not sent. Browsers send CR LF, and who copies from a page copies blanks. */
static char *
dup_sent (PosternRequest *request, const char *prefix, const char *name, GError **error)
{
  g_autofree char *field = g_strconcat (prefix, name, NULL);
  const char *value = NULL;
  g_auto (GStrv) lines = NULL;
  char *text;

  if (!postern_request_get_form (request, field, &value, error) || value == NULL)
    return NULL;
  lines = g_strsplit (value, "\r\n", -1);
  text = g_strjoinv ("\n", lines);
  return g_strstrip (text);
}

static gboolean
is_sent (PosternRequest *request, const char *prefix, const char *name)
{
  g_autofree char *value = dup_sent (request, prefix, name, NULL);

  return value && *value;
}

static const char *
stored_value (PosternInstanceEntry *entry, PosternSettingInfo *setting)
{
  const char *value = NULL;

  if (entry && entry->settings)
    g_variant_lookup (entry->settings, setting->name, "&s", &value);
  return value;
}

static gboolean
has_secret (PosternInstanceEntry *entry, const char *name)
{
  return entry && entry->secrets && g_strv_contains ((const char *const *) entry->secrets, name);
}

/* A value that is the default is not kept, so that it goes with the plugin. */
static void
take_plain (GVariantBuilder *builder, PosternInstanceEntry *entry, PosternSettingInfo *setting, const char *sent)
{
  const char *stored = stored_value (entry, setting);
  const char *value = g_strcmp0 (sent, setting->default_value) == 0 ? "" : sent;

  if (g_strcmp0 (value, stored ? stored : "") != 0)
    g_variant_builder_add (builder, "{ss}", setting->name, value);
}

/* Empty keeps what there is: nobody can see it to send it back. */
static void
take_secret (GVariantBuilder *builder, PosternRequest *request, PosternSettingInfo *setting, const char *sent)
{
  if (*sent || is_sent (request, FORGET, setting->name))
    g_variant_builder_add (builder, "{ss}", setting->name, sent);
}

static GVariant *
read_settings (PosternRequest *request, PosternPluginInfo *info, PosternInstanceEntry *entry, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));

  for (guint i = 0; i < info->settings->len; i++) {
    PosternSettingInfo *setting = info->settings->pdata[i];
    g_autoptr (GError) local = NULL;
    g_autofree char *sent = postern_instance_change_can_set (setting) ? dup_sent (request, FIELD, setting->name, &local) : NULL;

    if (local) {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
    if (sent && setting->secret)
      take_secret (&builder, request, setting, sent);
    else if (sent)
      take_plain (&builder, entry, setting, sent);
  }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

gboolean
postern_flow_console_form_read (PosternFlowConsoleForm *self, PosternRequest *request, PosternPluginInfo *info, PosternInstanceEntry *entry, GError **error)
{
  g_autoptr (GError) local = NULL;

  postern_flow_console_form_clear (self);
  self->id = entry ? g_strdup (entry->id) : dup_sent (request, "", "id", &local);
  self->name = local ? NULL : dup_sent (request, "", "name", &local);
  self->order = local ? NULL : dup_sent (request, "", "order", &local);
  if (local) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  self->change.id = self->id ? self->id : "";
  self->change.name = self->name;
  self->change.order = self->order;
  self->change.type = info->id;
  self->change.new = self->change.whole = entry == NULL;
  self->change.enabled = entry ? -1 : TRUE;
  self->change.settings = read_settings (request, info, entry, error);
  return self->change.settings != NULL;
}

static void
add_typed (GString *body, PosternRequest *request, const char *prefix, const char *name)
{
  g_autofree char *value = dup_sent (request, prefix, name, NULL);
  g_autofree char *escaped = value ? g_uri_escape_string (value, NULL, FALSE) : NULL;

  if (escaped)
    g_string_append_printf (body, "%s%s%s=%s", body->len ? "&" : "", prefix, name, escaped);
}

char *
postern_flow_console_form_dup_typed (PosternRequest *request, PosternPluginInfo *info)
{
  static const char *const own[] = { "id", "name", "order" };
  GString *body = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    add_typed (body, request, "", own[i]);
  for (guint i = 0; i < info->settings->len; i++) {
    PosternSettingInfo *setting = info->settings->pdata[i];

    if (!setting->secret)
      add_typed (body, request, FIELD, setting->name);
  }
  return g_string_free (body, FALSE);
}

/* --- what is wrong with it ------------------------------------------------------------------------------------------------------ */

static const char *
words_of_fault (PosternSettingInfo *setting)
{
  static const struct {
    const char *type, *words;
  } rows[] = {
    { "url", N_("Enter a web address that begins with https:// or http://.") },
    { "integer", N_("Enter a whole number.") },
    { "boolean", N_("Choose one of these.") },
    { "choice", N_("Choose one of these.") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (setting->type, rows[i].type))
      return rows[i].words;
  return N_("Enter a single line.");
}

static const char *
words_of_setting (PosternRequest *request, PosternSettingInfo *setting, PosternInstanceEntry *entry)
{
  g_autofree char *sent = dup_sent (request, FIELD, setting->name, NULL);

  if (sent && *sent)
    return postern_plugin_values_find_fault (setting, sent) ? words_of_fault (setting) : NULL;
  if (has_secret (entry, setting->name) && !is_sent (request, FORGET, setting->name))
    return N_("Enter this again: it would be sent to another address than before.");
  return N_("Fill in this field.");
}

static const char *
words_of_own_field (const char *culprit, const GError *error)
{
  if (g_str_equal (culprit, "id"))
    return g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT) ? N_("This id is taken. Choose another one.")
                                                                         : N_("Use a to z, 0 to 9, - and _, and begin with a letter or a digit.");
  if (g_str_equal (culprit, "name"))
    return N_("Enter a shorter name, on a single line.");
  return g_str_equal (culprit, "order") ? N_("Enter a whole number.") : NULL;
}

const char *
postern_flow_console_form_find_words (PosternRequest *request, PosternPluginInfo *info, PosternInstanceEntry *entry, const char *culprit, const GError *error)
{
  const char *words = culprit ? words_of_own_field (culprit, error) : NULL;

  for (guint i = 0; culprit && words == NULL && i < info->settings->len; i++) {
    PosternSettingInfo *setting = info->settings->pdata[i];

    if (g_str_equal (setting->name, culprit))
      words = words_of_setting (request, setting, entry);
  }
  return words;
}

/* --- the fields --------------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternInstanceEntry *entry;          /* (nullable) */
  PosternRequest *typed;                /* (nullable) */
  const PosternFlowConsoleFault *fault; /* (nullable) */
} Form;

static GVariant *
options_of (PosternSettingInfo *setting, const char *value)
{
  static const char *const booleans[] = { "true", "false", NULL };
  gboolean boolean = g_str_equal (setting->type, "boolean");
  const char *const *values = boolean ? booleans : (const char *const *) setting->choices;
  GVariantBuilder options = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (; *values; values++) {
    g_auto (PosternJsonObject) option = POSTERN_JSON_OBJECT_INIT;

    postern_json_object_add_string (&option, "value", *values);
    postern_json_object_add_boolean (&option, "yes", boolean && g_str_equal (*values, "true"));
    postern_json_object_add_boolean (&option, "no", boolean && g_str_equal (*values, "false"));
    postern_json_object_add_boolean (&option, "selected", g_strcmp0 (value, *values) == 0);
    g_variant_builder_add (&options, "v", postern_json_object_end (&option));
  }
  return g_variant_builder_end (&options);
}

/* Which of the page's inputs it is. */
static void
add_input (PosternJsonObject *field, PosternSettingInfo *setting, const char *value)
{
  gboolean chosen = g_str_equal (setting->type, "choice") || g_str_equal (setting->type, "boolean");
  gboolean area = g_str_equal (setting->type, "text");

  postern_json_object_add_boolean (field, "area", area);
  postern_json_object_add_boolean (field, "choice", chosen);
  postern_json_object_add_boolean (field, "password", setting->secret && !area && !chosen);
  postern_json_object_add_boolean (field, "plain", !setting->secret && !area && !chosen);
  postern_json_object_add_string (field, "mode", g_str_equal (setting->type, "url") ? "url" : g_str_equal (setting->type, "integer") ? "numeric" : "text");
  if (chosen) {
    postern_json_object_add_boolean (field, "unset", !setting->required && setting->default_value == NULL);
    postern_json_object_add (field, "options", options_of (setting, value));
  }
}

static void
add_secret (PosternJsonObject *field, const Form *form, PosternSettingInfo *setting)
{
  gboolean set = has_secret (form->entry, setting->name);
  g_autofree char *forget = g_strconcat (FORGET, setting->name, NULL);

  postern_json_object_add_boolean (field, "set", set);
  postern_json_object_add_boolean (field, "must", setting->required && !set);
  if (set && !setting->required)
    postern_json_object_add_string (field, "forget", forget);
}

/* What the input is described by, as ids. */
static void
add_description (PosternJsonObject *field, const char *name, gboolean wrong, gboolean hint)
{
  g_autofree char *text = g_strconcat (wrong ? name : "", wrong ? "-error" : "", wrong && hint ? " " : "", hint ? name : "", hint ? "-hint" : "", NULL);

  postern_json_object_add_boolean (field, "hint", hint);
  if (*text)
    postern_json_object_add_string (field, "described", text);
}

static GVariant *
field_of (const Form *form, PosternSettingInfo *setting)
{
  g_auto (PosternJsonObject) field = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *name = g_strconcat (FIELD, setting->name, NULL);
  g_autofree char *sent = form->typed ? dup_sent (form->typed, FIELD, setting->name, NULL) : NULL;
  const char *stored = stored_value (form->entry, setting), *value = sent ? sent : stored ? stored : setting->default_value;
  gboolean wrong = form->fault && g_strcmp0 (form->fault->culprit, setting->name) == 0;

  postern_json_object_add_string (&field, "name", name);
  postern_json_object_add_boolean (&field, "optional", !setting->required);
  postern_json_object_add_string (&field, "label", setting->label ? setting->label : setting->name);
  postern_json_object_add_string (&field, "help", setting->help);
  add_input (&field, setting, value);
  if (setting->secret)
    add_secret (&field, form, setting);
  else {
    postern_json_object_add_string (&field, "value", value);
    postern_json_object_add_boolean (&field, "must", setting->required);
  }
  if (wrong)
    postern_json_object_add_string (&field, "wrong", form->fault->words);
  add_description (&field, name, wrong, setting->help || has_secret (form->entry, setting->name));
  return postern_json_object_end (&field);
}

/* Whether it stands before "More settings": what must be set, what is set, and what is wrong. */
static gboolean
is_first (const Form *form, PosternSettingInfo *setting)
{
  g_autofree char *sent = form->typed ? dup_sent (form->typed, FIELD, setting->name, NULL) : NULL;

  return setting->required || setting->secret || stored_value (form->entry, setting) || (form->fault && g_strcmp0 (form->fault->culprit, setting->name) == 0) ||
         (sent && g_strcmp0 (sent, setting->default_value ? setting->default_value : "") != 0);
}

static GVariant *
fields_of (const Form *form, PosternPluginInfo *info, gboolean first)
{
  GVariantBuilder fields = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < info->settings->len; i++)
    if (postern_instance_change_can_set (info->settings->pdata[i]) && is_first (form, info->settings->pdata[i]) == first)
      g_variant_builder_add (&fields, "v", field_of (form, info->settings->pdata[i]));
  return g_variant_builder_end (&fields);
}

/* What every connector has: @stored as it is now. */
static void
add_own (PosternJsonObject *model, const Form *form, const char *name, const char *stored)
{
  g_autofree char *sent = form->typed ? dup_sent (form->typed, "", name, NULL) : NULL;
  g_autofree char *member = g_strconcat (name, "_value", NULL);

  postern_json_object_add_string (model, member, sent ? sent : stored);
}

static void
add_fault (PosternJsonObject *model, PosternPluginInfo *info, const PosternFlowConsoleFault *fault)
{
  g_autofree char *field = g_strconcat (FIELD, fault->culprit, NULL);
  gboolean own = fault->culprit && words_of_own_field (fault->culprit, NULL);

  if (fault->culprit)
    postern_json_object_add_string (model, "error_field", own ? fault->culprit : field);
  postern_json_object_add_string (model, "error_message", fault->words);
  postern_json_object_add_string (model, "error_detail", fault->detail);
}

void
postern_flow_console_form_add (PosternJsonObject *model, PosternPluginInfo *info, PosternInstanceEntry *entry, PosternRequest *typed, const PosternFlowConsoleFault *fault)
{
  Form form = { entry, typed, fault };
  g_autofree char *order = entry && entry->order != 100 ? g_strdup_printf ("%d", entry->order) : NULL;

  add_own (model, &form, "id", info->id);
  add_own (model, &form, "name", entry ? entry->name : NULL);
  add_own (model, &form, "order", order);
  postern_json_object_add_boolean (model, "form", TRUE);
  postern_json_object_add (model, "fields", fields_of (&form, info, TRUE));
  postern_json_object_add (model, "more_fields", fields_of (&form, info, FALSE));
  if (fault)
    add_fault (model, info, fault);
}
