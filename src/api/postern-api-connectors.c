/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-api-routes.h"
#include "postern-captcha.h"
#include "postern-database.h"
#include "postern-instance-change.h"
#include "postern-messenger.h"
#include "postern-sink.h"

static const char *
kind_of (PosternInstance *instance)
{
  const struct {
    GType type;
    const char *name;
  } kinds[] = {
    { POSTERN_TYPE_CONNECTOR, "connector" }, { POSTERN_TYPE_FACTOR, "factor" },     { POSTERN_TYPE_MESSENGER, "messenger" },
    { POSTERN_TYPE_CAPTCHA, "captcha" },     { POSTERN_TYPE_SINK, "sink" },         { POSTERN_TYPE_DATABASE, "database" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_type_is_a (G_OBJECT_TYPE (instance), kinds[i].type))
      return kinds[i].name;
  return "protocol"; /* the one kind whose base is above this room */
}

static GVariant *
to_json (PosternInstanceEntry *entry, const char *issuer)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  const char *kind = entry->instance ? kind_of (entry->instance) : entry->info ? entry->info->kind : NULL;

  postern_api_call_add_string (&dict, "id", entry->id);
  postern_api_call_add_string (&dict, "type", entry->type);
  postern_api_call_add_string (&dict, "kind", kind);
  postern_api_call_add_string (&dict, "name", postern_instance_book_get_name (entry));
  postern_api_call_add_string (&dict, "origin", entry->origin);
  postern_api_call_add_string (&dict, "state", postern_instance_book_get_state_name (entry->state));
  postern_api_call_add_string (&dict, "problem", entry->problem);
  if (g_strcmp0 (kind, "connector") == 0)
    {
      g_autofree char *callback = g_strconcat (issuer, "/callback/", entry->id, NULL);

      postern_api_call_add_string (&dict, "callback_url", callback); /* what the provider must be told */
    }
  if (entry->settings != NULL)
    {
      g_variant_dict_insert (&dict, "order", "x", (gint64) entry->order);
      g_variant_dict_insert_value (&dict, "settings", entry->settings);
      g_variant_dict_insert (&dict, "secrets", "^as", entry->secrets); /* which are set, and never what they are */
    }
  return g_variant_dict_end (&dict);
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_auto (GVariantBuilder) problems = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  g_auto (GVariantDict) page = G_VARIANT_DICT_INIT (NULL);
  PosternApi *api = call->api;
  g_autoptr (GPtrArray) entries = postern_instance_book_list (api->book, txn, error);

  if (entries == NULL)
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    g_variant_builder_add_value (&items, to_json (entries->pdata[i], postern_tenant_get_issuer (api->tenant)));
  for (guint i = 0; i < api->problems->len; i++)
    g_variant_builder_add (&problems, "s", api->problems->pdata[i]);
  g_variant_dict_insert_value (&page, "items", g_variant_builder_end (&items));
  g_variant_dict_insert_value (&page, "problems", g_variant_builder_end (&problems));
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&page));
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternInstanceEntry) entry = postern_instance_book_get (call->api->book, txn, postern_request_get_capture (call->request, "id"), error);

  return entry != NULL && postern_api_call_set_result (call, 200, to_json (entry, postern_tenant_get_issuer (call->api->tenant)));
}

/* --- changes ---------------------------------------------------------------------------------------------------- */

/* A JSON null, like an empty text, takes a setting away. */
static gboolean
read_settings (PosternApiCall *call, GVariant **settings, GError **error)
{
  g_autoptr (GVariant) member = postern_json_get (call->body, "settings");
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (member == NULL)
    return TRUE;
  if (!g_variant_is_of_type (member, G_VARIANT_TYPE_VARDICT))
    return postern_api_call_invalid (error, "settings", "must be an object");
  g_variant_iter_init (&iter, member);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      gboolean text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING);

      if (!text && !g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
        {
          g_autofree char *place = g_strconcat ("settings.", name, NULL);

          g_variant_unref (value);
          return postern_api_call_invalid (error, place, "must be a string, or null to take it away");
        }
      g_variant_builder_add (&builder, "{ss}", name, text ? g_variant_get_string (value, NULL) : "");
    }
  *settings = g_variant_ref_sink (g_variant_builder_end (&builder));
  return TRUE;
}

static gboolean
read_order (PosternApiCall *call, char **order, GError **error)
{
  g_autoptr (GVariant) member = postern_json_get (call->body, "order");

  if (member == NULL)
    return TRUE;
  if (!g_variant_is_of_type (member, G_VARIANT_TYPE_INT64))
    return postern_api_call_invalid (error, "order", "must be a whole number");
  *order = g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (member));
  return TRUE;
}

/* The names of what was sent, those of settings too: never the values. */
static GVariant *
names_of (PosternApiCall *call, GVariant *settings)
{
  g_autoptr (GVariant) names = g_variant_ref_sink (postern_api_call_names_of_body (call));
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (names);
  GVariantIter iter;
  const char *name;

  if (settings == NULL)
    return g_variant_dict_end (&dict);
  g_variant_iter_init (&iter, settings);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, NULL))
    g_variant_builder_add (&list, "s", name);
  g_variant_dict_insert_value (&dict, "settings", g_variant_builder_end (&list));
  return g_variant_dict_end (&dict);
}

/* Says which member is wrong, as it was sent. */
static gboolean
name_culprit (const char *culprit, GError **error)
{
  static const char *const members[] = { "id", "type", "name", "order", NULL };

  if (culprit != NULL && error != NULL && (*error)->domain == POSTERN_ERROR)
    g_prefix_error (error, "%s%s: ", g_strv_contains (members, culprit) ? "" : "settings.", culprit);
  return FALSE;
}

static gboolean
write_one (PosternApiCall *call, PosternTxn *txn, gboolean whole, GError **error)
{
  static const char *const names[] = { "type", "name", "order", "enabled", "settings", NULL };
  PosternInstanceChange change = POSTERN_INSTANCE_CHANGE_INIT;
  g_autofree char *type = NULL, *name = g_strdup (""), *order = g_strdup (whole ? "" : NULL), *culprit = NULL;
  g_autoptr (GVariant) settings = NULL, sent_name = postern_json_get (call->body, "name"), sent_enabled = postern_json_get (call->body, "enabled");
  gboolean enabled = TRUE;

  if (!postern_api_call_check_members (call, names, error) || !postern_api_call_read_string (call, "type", &type, error) ||
      !postern_api_call_read_string (call, "name", &name, error) || !read_order (call, &order, error) ||
      !postern_api_call_read_boolean (call, "enabled", &enabled, error) || !read_settings (call, &settings, error))
    return FALSE;
  change.id = postern_request_get_capture (call->request, "id");
  change.type = type;
  change.name = whole || sent_name != NULL ? (name ? name : "") : NULL;
  change.order = order;
  change.enabled = whole || sent_enabled != NULL ? enabled : -1;
  change.settings = settings;
  change.whole = whole;
  postern_api_call_audit (call, "connector.changed", change.id, names_of (call, settings));
  if (!postern_instance_change_put (call->api->book, txn, &change, &culprit, error))
    return name_culprit (culprit, error);
  return show (call, txn, error);
}

/* PUT: makes or replaces; secrets that are not sent stay, for nobody could send them back. */
static gboolean
put (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  return write_one (call, txn, TRUE, error);
}

/* PATCH: the members sent; of settings, too. */
static gboolean
update (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  return write_one (call, txn, FALSE, error);
}

static gboolean
delete (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *id = postern_request_get_capture (call->request, "id");

  postern_api_call_audit (call, "connector.deleted", id, NULL);
  return postern_instance_change_delete (call->api->book, txn, id, error);
}

/* --- what an instance can be of ------------------------------------------------------------------------------------ */

static GVariant *
setting_to_json (PosternSettingInfo *setting)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "name", setting->name);
  postern_api_call_add_string (&dict, "type", setting->type);
  g_variant_dict_insert (&dict, "required", "b", setting->required);
  g_variant_dict_insert (&dict, "secret", "b", setting->secret);
  postern_api_call_add_string (&dict, "default", setting->default_value);
  if (setting->choices != NULL)
    g_variant_dict_insert (&dict, "choices", "^as", setting->choices);
  postern_api_call_add_string (&dict, "label", setting->label);
  postern_api_call_add_string (&dict, "help", setting->help);
  return g_variant_dict_end (&dict);
}

static GVariant *
type_to_json (PosternPluginInfo *info)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_auto (GVariantBuilder) settings = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  postern_api_call_add_string (&dict, "type", info->id);
  postern_api_call_add_string (&dict, "kind", info->kind);
  postern_api_call_add_string (&dict, "name", info->name);
  postern_api_call_add_string (&dict, "description", info->description);
  for (guint i = 0; i < info->settings->len; i++)
    if (postern_instance_change_can_set (info->settings->pdata[i]))
      g_variant_builder_add_value (&settings, setting_to_json (info->settings->pdata[i]));
  g_variant_dict_insert_value (&dict, "settings", g_variant_builder_end (&settings));
  return g_variant_dict_end (&dict);
}

static gboolean
types (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GPtrArray) infos = postern_instance_change_list_types (call->api->book);
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_auto (GVariantDict) page = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < infos->len; i++)
    g_variant_builder_add_value (&items, type_to_json (infos->pdata[i]));
  g_variant_dict_insert_value (&page, "items", g_variant_builder_end (&items));
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&page));
}

/* Once it is committed: the next workers read it. */
static PosternResponse *
change_workers (PosternRequest *request, gpointer data, PosternApiWork work)
{
  PosternApi *api = data;
  PosternResponse *response = postern_api_call_run (api, request, POSTERN_API_WRITE, NULL, work);

  if (postern_response_get_status (response) < 300)
    postern_instance_book_tell_changed (api->book);
  return response;
}

PosternResponse *
postern_api_connectors_put (PosternRequest *request, gpointer data)
{
  return change_workers (request, data, put);
}

PosternResponse *
postern_api_connectors_update (PosternRequest *request, gpointer data)
{
  return change_workers (request, data, update);
}

PosternResponse *
postern_api_connectors_delete (PosternRequest *request, gpointer data)
{
  return change_workers (request, data, delete);
}

POSTERN_API_GET (connectors, list)
POSTERN_API_GET (connectors, show)
POSTERN_API_GET (connectors, types)
