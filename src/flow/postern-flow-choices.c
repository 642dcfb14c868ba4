/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-choices.h"

#include "postern-authenticator.h"
#include "postern-flow-browser.h"
#include "postern-flow-organization.h"
#include "postern-json.h"

#define COOKIE_METHOD "method"
#define VISIBLE 4

char *
postern_flow_choices_dup_icon (const char *path)
{
  g_autofree char *name = path ? g_path_get_basename (path) : NULL;

  if (name && g_str_has_suffix (name, ".svg"))
    name[strlen (name) - strlen (".svg")] = '\0';
  return g_steal_pointer (&name);
}

static GVariant *
entry_of (PosternInstance *instance, gboolean last_used)
{
  g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *icon = postern_flow_choices_dup_icon (postern_instance_get_icon (instance));

  postern_json_object_add_string (&entry, "id", postern_instance_get_id (instance));
  postern_json_object_add_string (&entry, "name", postern_instance_get_display_name (instance));
  postern_json_object_add_string (&entry, "icon", icon);
  postern_json_object_add_boolean (&entry, "last_used", last_used);
  return postern_json_object_end (&entry);
}

static gint
last_used_first (gconstpointer a, gconstpointer b, gpointer last)
{
  gboolean a_last = g_strcmp0 (postern_instance_get_id (*(PosternInstance **) a), last) == 0;
  gboolean b_last = g_strcmp0 (postern_instance_get_id (*(PosternInstance **) b), last) == 0;

  return b_last - a_last;
}

GPtrArray *
postern_flow_choices_list (PosternFlowContext *context)
{
  GPtrArray *connectors = postern_registry_list (postern_runtime_get_registry (context->runtime), POSTERN_TYPE_CONNECTOR);
  PosternOrganizationRules *rules = postern_flow_organization_peek_rules (context);

  for (guint i = connectors->len; rules && i > 0; i--)
    if (!postern_organization_rules_allow_connector (rules, postern_instance_get_id (g_ptr_array_index (connectors, i - 1))))
      g_ptr_array_remove_index (connectors, i - 1);
  return connectors;
}

void
postern_flow_choices_add (PosternFlowContext *context, PosternJsonObject *model)
{
  g_autoptr (GPtrArray) connectors = postern_flow_choices_list (context);
  const char *last = context->request ? postern_request_get_cookie (context->request, COOKIE_METHOD) : NULL;
  g_auto (GVariantBuilder) first = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_auto (GVariantBuilder) more = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  if (connectors->len == 0)
    return;
  g_ptr_array_sort_with_data (connectors, last_used_first, (gpointer) last);
  for (guint i = 0; i < connectors->len; i++) {
    PosternInstance *instance = g_ptr_array_index (connectors, i);
    gboolean last_used = g_strcmp0 (postern_instance_get_id (instance), last) == 0;

    g_variant_builder_add (i < VISIBLE ? &first : &more, "v", entry_of (instance, last_used));
  }
  postern_json_object_add (model, "connectors", g_variant_builder_end (&first));
  postern_json_object_add (model, "more_connectors", g_variant_builder_end (&more));
}

static gboolean
serves_domain (PosternInstance *instance, const char *domain)
{
  g_auto (GStrv) domains = postern_settings_dup_strv (postern_instance_get_settings (instance), "email-domains");

  for (guint i = 0; domains && domains[i]; i++)
    if (g_ascii_strcasecmp (domains[i], domain) == 0)
      return TRUE;
  return FALSE;
}

PosternInstance *
postern_flow_choices_find_domain (PosternFlowContext *context, const char *identifier)
{
  g_autoptr (GPtrArray) connectors = postern_flow_choices_list (context);
  const char *at = strchr (identifier, '@');

  for (guint i = 0; at && i < connectors->len; i++)
    if (serves_domain (g_ptr_array_index (connectors, i), at + 1))
      return g_ptr_array_index (connectors, i);
  return NULL;
}

void
postern_flow_choices_remember (PosternFlowContext *context, const char *authenticator_id)
{
  postern_flow_browser_set_cookie (context, COOKIE_METHOD, authenticator_id, POSTERN_FLOW_BROWSER_LONGEST);
}
