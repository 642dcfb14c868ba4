/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

/* --- the server's own settings: read here, without the server ----------------------------------------------------- */

typedef struct {
  GVariantBuilder items;
  const char *only; /* (nullable) */
  guint n;
} Collect;

static void
collect (const char *name, const char *value, const char *origin, const char *help, gpointer data)
{
  Collect *self = data;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (self->only != NULL && !g_str_equal (self->only, name))
    return;
  g_variant_dict_insert (&dict, "name", "s", name);
  g_variant_dict_insert (&dict, "value", "s", value ? value : "");
  g_variant_dict_insert (&dict, "origin", "s", origin);
  g_variant_dict_insert (&dict, "help", "s", help);
  g_variant_builder_add_value (&self->items, g_variant_dict_end (&dict));
  self->n++;
}

static gboolean
show (PosternCliCall *call, GError **error)
{
  PosternConfig *config = postern_cli_call_get_config (call, error);
  Collect self = { G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}")), postern_cli_call_get_operand (call, 0), 0 };
  g_autoptr (GVariant) items = NULL;
  GVariantDict dict;

  if (config != NULL)
    postern_config_foreach (config, collect, &self);
  items = g_variant_ref_sink (g_variant_builder_end (&self.items));
  if (config == NULL)
    return FALSE;
  if (self.n == 0)
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no setting “%s”; `postern config show` lists them all", self.only);
      return FALSE;
    }
  if (!call->json)
    {
      postern_cli_print_list (items, postern_cli_call_has (call, "help-texts") ? "name value origin help" : postern_cli_call_has (call, "origin") ? "name value origin" : "name value");
      return TRUE;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "items", items);
  g_clear_pointer (&items, g_variant_unref);
  items = g_variant_ref_sink (g_variant_dict_end (&dict));
  postern_cli_print_answer (call, items);
  return TRUE;
}

static gboolean
check (PosternCliCall *call, GError **error)
{
  if (postern_cli_call_get_config (call, error) == NULL)
    return FALSE;
  if (!call->json)
    g_print ("The configuration is good.\n");
  return TRUE;
}

/* --- the tenant's policy: in the database ------------------------------------------------------------------------- */

/* NAME=VALUE, where VALUE is JSON if it can be (a number, true, null) and a string otherwise */
static gboolean
set_policy (PosternCliCall *call, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) body = NULL, answer = NULL;

  for (guint i = 0; i < call->operands->len; i++)
    {
      const char *text = NULL;
      g_autofree char *name = postern_cli_call_dup_pair (call, i, &text, error);
      g_autoptr (GVariant) value = name ? postern_json_parse (text, -1, 0, NULL) : NULL;

      if (name == NULL)
        return FALSE;
      g_variant_dict_insert_value (&dict, name, value ? value : g_variant_new_string (text));
    }
  body = g_variant_ref_sink (g_variant_dict_end (&dict));
  if (!postern_cli_call_api (call, "PATCH", "/api/v1/policy", body, &answer, error))
    return FALSE;
  postern_cli_print_answer (call, answer);
  return TRUE;
}

static const PosternCliOption show_options[] = {
  { "origin", POSTERN_CLI_TRUE, NULL, NULL, "Also where each value comes from" },
  { "help-texts", POSTERN_CLI_TRUE, NULL, NULL, "Also what each setting does" },
  { NULL },
};

static const PosternCliCommand commands[] = {
  { "show", "[NAME]", "Shows the server's settings as posternd would read them here.", NULL, NULL, NULL, show_options, show, .alone = TRUE },
  { "check", NULL, "Says whether the configuration is good; exit code 78 if not.", NULL, NULL, NULL, NULL, check, .alone = TRUE },
  { "policy", NULL, "Shows the rules for sign-ins that were set; the others have their built-in values.", "GET", "/api/v1/policy" },
  { "set-policy", "NAME=VALUE [NAME=VALUE…]", "Changes rules for sign-ins, for example sign_up_enabled=false or profile=strict; null goes back to the built-in value.", NULL, NULL, NULL, NULL, set_policy },
  { NULL },
};

const PosternCliNoun postern_cli_config = { "config", "The server's settings, and the rules for sign-ins.", commands };
