/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-contract.h"

#include <string.h>

#include "postern-error.h"
#include "postern-plugin-values.h"

static const char *const reserved[] = { "Type", "Name", "Icon", "Order", NULL };

/* A value that fits the setting's type: what was given, its default, or something made up. */
static const char *
value_of (PosternContract *self, PosternSettingInfo *setting, const char *url)
{
  const char *given = g_hash_table_lookup (self->given, setting->name);

  if (given || (setting->default_value && *setting->default_value))
    return given ? given : setting->default_value;
  if (g_str_equal (setting->type, "url"))
    return url;
  if (g_str_equal (setting->type, "choice"))
    return setting->choices[0];
  if (g_str_equal (setting->type, "boolean"))
    return "false";
  if (g_str_equal (setting->type, "integer"))
    return "1";
  return g_str_equal (setting->type, "file") ? "/dev/null" : "contract-kit";
}

/* Of all that are required or given. @changed (nullable): has the value @odd (nullable: none) instead */
static GVariant *
values_new (PosternContract *self, const char *url, PosternSettingInfo *changed, const char *odd)
{
  g_auto (GVariantBuilder) values = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));

  for (guint i = 0; i < self->info->settings->len; i++)
    {
      PosternSettingInfo *setting = self->info->settings->pdata[i];
      gboolean wanted = setting->required || setting->default_value || g_hash_table_contains (self->given, setting->name);

      if (setting == changed ? odd != NULL : wanted)
        g_variant_builder_add (&values, "{ss}", setting->name, setting == changed ? odd : value_of (self, setting, url));
    }
  return g_variant_ref_sink (g_variant_builder_end (&values));
}

static PosternInstance *
configure (PosternContract *self, GVariant *values, gboolean *done, GError **error)
{
  g_autoptr (PosternSettings) settings = postern_settings_new (values, NULL);
  PosternInstance *instance = g_object_new (self->type, NULL);

  postern_instance_set_identity (instance, "contract", self->info->id, self->info->name, self->info->icon, settings);
  *done = postern_instance_configure (instance, error);
  return instance;
}

PosternInstance *
postern_contract_settings_make (PosternContract *self, const char *url, GError **error)
{
  g_autoptr (GVariant) values = values_new (self, url, NULL, NULL), checked = postern_plugin_values_check (self->info, values, NULL, error);
  PosternInstance *instance;
  gboolean done;

  if (!checked)
    return NULL;
  instance = configure (self, checked, &done, error);
  if (!done)
    g_clear_object (&instance);
  return instance;
}

static void
check_words (PosternContract *self, PosternSettingInfo *setting)
{
  if (!setting->label || !*setting->label)
    postern_contract_fault (self, "[Setting %s] has no Label; write what the console calls it", setting->name);
  if (!setting->help || !*setting->help)
    postern_contract_fault (self, "[Setting %s] has no Help; write where an operator finds its value", setting->name);
  if (setting->secret && setting->default_value && *setting->default_value)
    postern_contract_fault (self, "[Setting %s] is a secret with a Default, which everybody knows; remove Default", setting->name);
  if (setting->required && setting->default_value && *setting->default_value)
    postern_contract_fault (self, "[Setting %s] is Required and has a Default, so it is never missing; remove one of them", setting->name);
  if (g_strv_contains (reserved, setting->name))
    postern_contract_fault (self, "[Setting %s] has a name that the server uses itself (Type, Name, Icon, Order); rename it", setting->name);
}

/* @setting alone, with @value (nullable), through the check that the server runs before any plugin is asked */
static gboolean
is_taken (PosternContract *self, PosternSettingInfo *setting, const char *value, GError **error)
{
  g_autoptr (GPtrArray) only = g_ptr_array_new ();
  g_autoptr (GVariant) values = g_variant_ref_sink (value ? g_variant_new_parsed ("{%s: %s}", setting->name, value) : g_variant_new ("a{ss}", NULL));
  g_autoptr (GVariant) checked = NULL;
  PosternPluginInfo part = *self->info;

  g_ptr_array_add (only, setting);
  part.settings = only;
  checked = postern_plugin_values_check (&part, values, NULL, error);
  return checked != NULL;
}

static void
check_declarations (PosternContract *self)
{
  for (guint i = 0; i < self->info->settings->len; i++)
    {
      PosternSettingInfo *setting = self->info->settings->pdata[i];
      g_autoptr (GError) error = NULL;

      check_words (self, setting);
      if (setting->default_value && *setting->default_value && !is_taken (self, setting, setting->default_value, &error))
        postern_contract_fault (self, "[Setting %s]: its Default is refused: %s; correct it", setting->name, error->message);
    }
}

static gboolean
names_setting (PosternContract *self, const char *message)
{
  for (guint i = 0; i < self->info->settings->len; i++)
    if (strstr (message, ((PosternSettingInfo *) self->info->settings->pdata[i])->name))
      return TRUE;
  return FALSE;
}

/* The operator reads the message: it must name a setting, as FALSE without an error names nothing. What the server itself refuses gets
 * to no plugin. */
static void
check_refusal (PosternContract *self, PosternSettingInfo *setting, const char *what, const char *value)
{
  g_autoptr (GVariant) values = values_new (self, self->refusing_url, setting, value), checked = postern_plugin_values_check (self->info, values, NULL, NULL);
  g_autoptr (PosternInstance) instance = NULL;
  GError *error = NULL;
  g_autofree char *where = g_strdup_printf ("configure() with %s %s", setting->name, what);
  gboolean done;

  if (!checked)
    return;
  instance = configure (self, checked, &done, &error);
  if (!done && !error)
    postern_contract_fault (self, "%s returns FALSE without an error; set POSTERN_ERROR_CONFIG", where);
  else if (done && error)
    postern_contract_fault (self, "%s returns TRUE and sets an error; do one of them", where);
  else if (error && !g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG))
    postern_contract_fault (self, "%s sets an error that is not POSTERN_ERROR_CONFIG; a wrong setting is the operator's to correct", where);
  else if (error && !names_setting (self, error->message))
    postern_contract_fault (self, "%s says “%s”; name the setting and say what to write", where, error->message);
  g_clear_error (&error);
}

static void
check_missing (PosternContract *self)
{
  for (guint i = 0; i < self->info->settings->len; i++)
    {
      PosternSettingInfo *setting = self->info->settings->pdata[i];
      g_autoptr (GError) error = NULL;

      if (setting->required && is_taken (self, setting, NULL, &error))
        postern_contract_fault (self, "[Setting %s] is required and the server takes an instance without it; report this", setting->name);
      check_refusal (self, setting, "missing", NULL);
    }
}

static void
check_bad (PosternContract *self)
{
  static const struct {
    const char *type, *value;
  } bad[] = { { "url", "no address" }, { "url", "ftp://provider.example/" }, { "boolean", "maybe" }, { "integer", "many" }, { "choice", "none of these" }, { "file", "relative/path" } };
  g_autofree char *endless = g_strnfill (65536, 'x');
  const char *odd[] = { " ", "a\r\nb: c", "0", "\xc3\xa4\xe2\x80\xae\xf0\x9f\x94\x91", "%s%n", endless };

  for (guint i = 0; i < self->info->settings->len; i++)
    {
      PosternSettingInfo *setting = self->info->settings->pdata[i];

      for (guint k = 0; k < G_N_ELEMENTS (bad); k++)
        if (g_str_equal (setting->type, bad[k].type) && is_taken (self, setting, bad[k].value, NULL))
          postern_contract_fault (self, "[Setting %s] is a %s and takes “%s”; report this", setting->name, setting->type, bad[k].value);
      for (guint k = 0; k < G_N_ELEMENTS (odd); k++)
        check_refusal (self, setting, "odd", odd[k]);
    }
}

static void
check_good (PosternContract *self)
{
  g_autoptr (GError) error = NULL;

  self->instance = postern_contract_settings_make (self, self->refusing_url, &error);
  if (self->instance)
    self->hanging = postern_contract_settings_make (self, self->hanging_url, &error);
  if (error)
    postern_contract_fault (self, "with made-up values it is not configured: %s; give good ones: postern connector test %s NAME=VALUE…", error->message, self->module_file);
}

void
postern_contract_settings_check (PosternContract *self)
{
  postern_contract_check (self, "each setting has a type, a help and a default that fits", check_declarations);
  if (self->type == G_TYPE_INVALID)
    return;
  postern_contract_check (self, "it is configured", check_good);
  if (!self->instance)
    return;
  postern_contract_check (self, "a missing setting is refused clearly", check_missing);
  postern_contract_check (self, "a bad setting is refused clearly", check_bad);
}
