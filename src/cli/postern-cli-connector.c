/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "postern-cli-check.h"
#include "postern-cli-try.h"
#include "postern-cli-contract.h"
#include "postern-cli-stamp.h"
#include "postern-cli-stored.h"
#include "postern-instance-file.h"
#include "postern-registry.h"

static gboolean G_GNUC_PRINTF (3, 4)
fail (GError **error, PosternError code, const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, POSTERN_ERROR, code, text);
  return FALSE;
}

static PosternRegistry *
scan (PosternCliCall *call, GError **error)
{
  PosternConfig *config = postern_cli_call_get_config (call, error);
  PosternRegistry *registry;

  if (config == NULL)
    return NULL;
  registry = postern_registry_new (postern_config_get_strv (config, "paths.plugins"));
  postern_registry_scan (registry);
  return registry;
}

/* --- types: what an instance can be of ------------------------------------------------------------------------------- */

static GVariant *
settings_to_json (PosternPluginInfo *info)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < info->settings->len; i++)
    {
      PosternSettingInfo *setting = info->settings->pdata[i];
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

      g_variant_dict_insert (&dict, "name", "s", setting->name);
      g_variant_dict_insert (&dict, "type", "s", setting->type ? setting->type : "string");
      g_variant_dict_insert (&dict, "required", "b", setting->required);
      g_variant_dict_insert (&dict, "secret", "b", setting->secret);
      g_variant_dict_insert (&dict, "default", "s", setting->default_value ? setting->default_value : "");
      g_variant_dict_insert (&dict, "help", "s", setting->help ? setting->help : "");
      g_variant_builder_add_value (&list, g_variant_dict_end (&dict));
    }
  return g_variant_ref_sink (g_variant_builder_end (&list));
}

static GVariant *
info_to_json (PosternPluginInfo *info)
{
  g_autoptr (GVariant) settings = settings_to_json (info);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "type", "s", info->id);
  g_variant_dict_insert (&dict, "kind", "s", info->kind);
  g_variant_dict_insert (&dict, "name", "s", info->name ? info->name : "");
  g_variant_dict_insert (&dict, "description", "s", info->description ? info->description : "");
  g_variant_dict_insert_value (&dict, "settings", settings);
  return g_variant_dict_end (&dict);
}

/* With an operand: the settings of that type. */
static gboolean
types (PosternCliCall *call, GError **error)
{
  g_autoptr (PosternRegistry) registry = scan (call, error);
  const char *only = postern_cli_call_get_operand (call, 0);
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GVariant) answer = NULL, settings = NULL;
  PosternPluginInfo *info = NULL;
  GPtrArray *infos = registry ? postern_registry_get_infos (registry) : NULL;
  GVariantDict dict;

  if (registry == NULL)
    return FALSE;
  if (only != NULL && (info = postern_registry_find_info (registry, only)) == NULL)
    return fail (error, POSTERN_ERROR_NOT_FOUND, "there is no type “%s”; `postern connector types` lists them", only);
  if (info != NULL && !call->json)
    {
      settings = settings_to_json (info);
      postern_cli_print_list (settings, "name type required secret default help");
      return TRUE;
    }
  for (guint i = 0; i < infos->len; i++)
    if (info == NULL || infos->pdata[i] == info)
      g_variant_builder_add_value (&list, info_to_json (infos->pdata[i]));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "items", g_variant_builder_end (&list));
  answer = g_variant_ref_sink (g_variant_dict_end (&dict));
  postern_cli_print_answer (call, answer);
  return TRUE;
}

/* --- files of connectors.d ------------------------------------------------------------------------------------------- */

/* The administrator's folder is the last one. */
static char *
instance_path (PosternCliCall *call, const char *id, GError **error)
{
  PosternConfig *config = postern_cli_call_get_config (call, error);
  const char *const *folders = config ? postern_config_get_strv (config, "paths.connectors") : NULL;
  g_autofree char *name = g_strconcat (id, ".conf", NULL);
  guint n = folders ? g_strv_length ((char **) folders) : 0;

  if (config == NULL)
    return NULL;
  if (!postern_instance_file_id_is_valid (id) || n == 0)
    return fail (error, POSTERN_ERROR_INVALID_REQUEST, "“%s” cannot be an instance's id: use small letters, digits, - and _", id), NULL;
  return g_build_filename (folders[n - 1], name, NULL);
}

static GPtrArray *
find_faults (PosternCliCall *call, const char *path, GError **error)
{
  g_autoptr (PosternRegistry) registry = scan (call, error);
  GPtrArray *findings = registry ? postern_cli_check (path, registry, postern_config_get_strv (call->config, "paths.connectors")) : NULL;

  if (findings && postern_cli_call_has (call, "try") && postern_cli_check_is_good (findings))
    postern_cli_try (call->config, registry, path, findings);
  return findings;
}

static GVariant *
findings_to_json (GPtrArray *findings)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_auto (GVariantDict) answer = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < findings->len; i++)
    {
      PosternCliFinding *finding = findings->pdata[i];
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

      g_variant_dict_insert (&dict, "file", "s", finding->file);
      g_variant_dict_insert (&dict, "line", "x", (gint64) finding->line);
      g_variant_dict_insert (&dict, "key", "s", finding->key ? finding->key : "");
      g_variant_dict_insert (&dict, "severity", "s", finding->advice ? "advice" : "error");
      g_variant_dict_insert (&dict, "text", "s", finding->text);
      g_variant_builder_add_value (&list, g_variant_dict_end (&dict));
    }
  g_variant_dict_insert_value (&answer, "items", g_variant_builder_end (&list));
  return g_variant_ref_sink (g_variant_dict_end (&answer));
}

/* What is wrong goes to the error stream as any refusal does; advice does not change how it ends. */
static void
print_findings (GPtrArray *findings, gboolean good)
{
  for (guint i = 0; i < findings->len; i++)
    {
      PosternCliFinding *finding = findings->pdata[i];

      (finding->advice ? g_print : g_printerr) ("%s:%u: %s%s%s%s\n", finding->file, finding->line, finding->advice ? "advice: " : "",
                                               finding->key ? finding->key : "", finding->key ? ": " : "", finding->text);
    }
  if (good)
    g_print ("The file is good.\n");
}

static gboolean
check (PosternCliCall *call, GError **error)
{
  g_autoptr (GPtrArray) findings = find_faults (call, postern_cli_call_get_operand (call, 0), error);
  g_autoptr (GVariant) answer = NULL;
  gboolean good;

  if (findings == NULL)
    return FALSE;
  good = postern_cli_check_is_good (findings);
  call->exit = good ? POSTERN_CLI_DONE : POSTERN_CLI_CONFIG;
  answer = findings_to_json (findings);
  if (call->json)
    postern_cli_print_answer (call, answer);
  else
    print_findings (findings, good);
  return TRUE;
}

static char *
make_text (PosternCliCall *call, GError **error)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  const char *type = postern_cli_call_get_value (call, "type"), *name = postern_cli_call_get_value (call, "name");

  if (type == NULL)
    return fail (error, POSTERN_ERROR_INVALID_REQUEST, "--type is missing; `postern connector types` lists what there is"), NULL;
  g_key_file_set_string (keys, "Instance", "Type", type);
  if (name != NULL)
    g_key_file_set_string (keys, "Instance", "Name", name);
  for (guint i = 1; i < call->operands->len; i++)
    {
      const char *value = NULL;
      g_autofree char *key = postern_cli_call_dup_pair (call, i, &value, error);

      if (key == NULL)
        return NULL;
      g_key_file_set_string (keys, "Instance", key, value);
    }
  return g_key_file_to_data (keys, NULL, NULL);
}

/* The first fault of a file that is not in its place yet, so that its name would say nothing. */
static gboolean
is_good (PosternCliCall *call, const char *path, GError **error)
{
  g_autoptr (GPtrArray) findings = find_faults (call, path, error);

  for (guint i = 0; findings && i < findings->len; i++)
    {
      PosternCliFinding *finding = findings->pdata[i];

      if (!finding->advice)
        return fail (error, POSTERN_ERROR_CONFIG, "%s%s%s", finding->key ? finding->key : "", finding->key ? ": " : "", finding->text);
    }
  return findings != NULL;
}

/* A folder that its group may read and nobody else is shared with the server by that group (0750 root:postern), and so
 * must the file be, secrets or not: it was made by root for itself. */
static gboolean
share_as_folder (const char *path, const char *folder, GError **error)
{
  struct stat info;

  if (stat (folder, &info) != 0 || (info.st_mode & (S_IRGRP | S_IROTH)) != S_IRGRP)
    return TRUE;
  if (chown (path, (uid_t) -1, info.st_gid) != 0 || chmod (path, 0640) != 0)
    return fail (error, POSTERN_ERROR_FAILED, "%s cannot be given to the group of its folder: %s; see that the server can read it", path, g_strerror (errno));
  return TRUE;
}

/* Checked under another name first: a running server never sees a file that is wrong. */
static gboolean
create (PosternCliCall *call, GError **error)
{
  g_autofree char *path = postern_cli_call_has (call, "stored") ? NULL : instance_path (call, postern_cli_call_get_operand (call, 0), error);
  g_autofree char *folder = path ? g_path_get_dirname (path) : NULL;
  g_autofree char *text = path ? make_text (call, error) : NULL;
  g_autofree char *scratch = NULL, *scratch_file = NULL, *base = NULL;
  gboolean good;

  if (postern_cli_call_has (call, "stored"))
    return postern_cli_stored_create (call, error);
  if (postern_cli_call_has (call, "tenant"))
    return fail (error, POSTERN_ERROR_INVALID_REQUEST, "files of connectors are the default tenant's: add --stored");
  if (text == NULL)
    return FALSE;
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !postern_cli_call_has (call, "replace"))
    return fail (error, POSTERN_ERROR_CONFLICT, "%s exists; --replace writes over it", path);
  scratch = g_dir_make_tmp ("postern-XXXXXX", error);
  if (scratch == NULL)
    return FALSE;
  base = g_path_get_basename (path);
  scratch_file = g_build_filename (scratch, base, NULL);
  good = g_file_set_contents_full (scratch_file, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, error) && is_good (call, scratch_file, error);
  g_unlink (scratch_file);
  g_rmdir (scratch);
  if (!good)
    return FALSE;
  if (g_mkdir_with_parents (folder, 0755) != 0)
    return fail (error, POSTERN_ERROR_FAILED, "%s: %s", folder, g_strerror (errno));
  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error) || !share_as_folder (path, folder, error))
    return FALSE;
  if (!call->json)
    g_print ("Wrote %s. Reload the server to use it (SIGHUP, or systemctl reload postern).\n", path);
  return TRUE;
}

static gboolean
delete (PosternCliCall *call, GError **error)
{
  g_autofree char *path = instance_path (call, postern_cli_call_get_operand (call, 0), error);

  if (path == NULL)
    return FALSE;
  if (postern_cli_call_has (call, "tenant") || !g_file_test (path, G_FILE_TEST_EXISTS))
    return postern_cli_stored_delete (call, error);
  if (g_unlink (path) != 0)
    return fail (error, POSTERN_ERROR_FAILED, "%s: %s", path, g_strerror (errno));
  if (!call->json)
    g_print ("Removed %s. Reload the server to do without it.\n", path);
  return TRUE;
}

static gboolean
new (PosternCliCall *call, GError **error)
{
  const char *kind = postern_cli_call_get_value (call, "kind"), *directory = postern_cli_call_get_value (call, "directory");
  g_autofree char *folder = postern_cli_stamp (kind ? kind : "connector", postern_cli_call_get_operand (call, 0), directory, error);

  if (folder == NULL)
    return FALSE;
  if (!call->json)
    g_print ("Made %s. Begin in its README.md; what is there builds, passes its test and can be installed as it is.\n", folder);
  return TRUE;
}

static const PosternCliOption update_options[] = {
  { "name", POSTERN_CLI_STRING, NULL, "NAME", "What people read on its button; empty for the plugin's own name" },
  { NULL },
};
static const PosternCliOption create_options[] = {
  { "type", POSTERN_CLI_STRING, NULL, "TYPE", "What it is; see `postern connector types`" },
  { "name", POSTERN_CLI_STRING, NULL, "NAME", "What people read on its button" },
  { "replace", POSTERN_CLI_TRUE, NULL, NULL, "Write over an existing one" },
  { "stored", POSTERN_CLI_TRUE, NULL, NULL, "Keep it in the database of the running server instead of a file; it is used at once" },
  { NULL },
};
static const PosternCliOption new_options[] = {
  { "kind", POSTERN_CLI_STRING, NULL, "KIND", "social (when not given; connector is the same), messenger, factor or sink" },
  { "directory", POSTERN_CLI_STRING, NULL, "DIR", "Where to make its folder; here when not given" },
  { NULL },
};

static const PosternCliOption check_options[] = {
  { "try", POSTERN_CLI_TRUE, NULL, NULL, "Also ask the provider: is it reached, does it take the secret? Runs the plugin" },
  { NULL },
};

static const PosternCliOption test_options[] = {
  { "here", POSTERN_CLI_TRUE, NULL, NULL, "In this process, for a debugger" },
  { NULL },
};

static const PosternCliCommand commands[] = {
  { "list", NULL, "Lists what runs: connectors, factors, sinks …, and what could not be loaded.", "GET", "/api/v1/connectors", "id type kind state name" },
  { "show", "INSTANCE", "Shows one, and the callback URL that its provider must know.", "GET", "/api/v1/connectors/{}" },
  { "types", "[TYPE]", "Lists the types that are installed; with TYPE, its settings.", NULL, NULL, "type kind name description", NULL, types, .alone = TRUE },
  { "create", "INSTANCE [NAME=VALUE…]", "Sets up a new instance, after checking its settings: writes a file, or with --stored a row.", NULL, NULL, NULL, create_options, create },
  { "update", "INSTANCE [NAME=VALUE…]", "Changes settings of one that is kept in the database; NAME= takes a setting away.", NULL, NULL, NULL, update_options, postern_cli_stored_update },
  { "enable", "INSTANCE", "Switches one on that is kept in the database.", NULL, NULL, NULL, NULL, postern_cli_stored_enable },
  { "disable", "INSTANCE", "Switches one off that is kept in the database.", NULL, NULL, NULL, NULL, postern_cli_stored_disable },
  { "delete", "INSTANCE", "Removes an instance: its file, or without one what the database keeps of it.", NULL, NULL, NULL, NULL, delete },
  { "check", "FILE", "Says whether an instance's file is good, without running any plugin unless asked to.", NULL, NULL, NULL, check_options, check, .alone = TRUE },
  { "new", "NAME", "Begins the source code of a new plugin: a project that builds by itself.", NULL, NULL, NULL, new_options, new, .alone = TRUE },
  { "test", "FILE [NAME=VALUE…]", "Runs the contract kit on a plugin's .so, and says what to do where it is broken.", NULL, NULL, NULL, test_options, postern_cli_contract, .alone = TRUE },
  { NULL },
};

const PosternCliNoun postern_cli_connector = { "connector", "Ways to sign in that other systems offer.", commands };
