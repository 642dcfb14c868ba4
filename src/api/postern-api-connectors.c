/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-rights.h"

#include "postern-captcha.h"
#include "postern-database.h"
#include "postern-instance-change.h"
#include "postern-messenger.h"
#include "postern-sink.h"

static const char *const states[] = { "running", "starting", "off", "failed", NULL };

static const PosternApiMember members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id: what its file would be called." },
  { "type", POSTERN_API_STRING, POSTERN_API_REQUIRED, "What it is an instance of.", 1, 64 },
  { "kind", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "What it does: connector, messenger, factor …" },
  { "name", POSTERN_API_STRING, POSTERN_API_NULLABLE, "What people are shown.", 0, 200 },
  { "origin", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "The file that it is in, where it is in one: it cannot be changed here." },
  { "state", POSTERN_API_STRING, POSTERN_API_OWN, "Whether it runs.", .choices = states },
  { "problem", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "Why it does not." },
  { "callback_url", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "What the provider must be told." },
  { "order", POSTERN_API_INTEGER, 0, "Its place on the page.", -1000000, 1000000 },
  { "enabled", POSTERN_API_BOOLEAN, POSTERN_API_WRITE_ONLY, "Whether it is to run." },
  { "settings", POSTERN_API_OBJECT, 0, "Strings by their names; null takes one away. Those that are secret are never shown." },
  { "secrets", POSTERN_API_ARRAY, POSTERN_API_READ_ONLY, "Which secrets are set, and never what they are.", .items = POSTERN_API_STRING },
  { NULL },
};
static const PosternApiSchema schema = { "Connector", members, "An instance of a plugin: a connector, a messenger, a sink …" };

static const PosternApiMember page_members[] = {
  { "problems", POSTERN_API_ARRAY, POSTERN_API_OWN, "What could not be loaded, a line each.", .items = POSTERN_API_STRING },
  { NULL },
};

static const PosternApiMember setting_members[] = {
  { "name", POSTERN_API_STRING, POSTERN_API_OWN, "Its name." },
  { "type", POSTERN_API_STRING, POSTERN_API_OWN, "What it holds: string, integer, url …" },
  { "required", POSTERN_API_BOOLEAN, POSTERN_API_OWN, "Whether it must be set." },
  { "secret", POSTERN_API_BOOLEAN, POSTERN_API_OWN, "Whether it is never shown." },
  { "default", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "What it is unless it is set." },
  { "choices", POSTERN_API_ARRAY, POSTERN_API_READ_ONLY, "What it may be.", .items = POSTERN_API_STRING },
  { "label", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "What a form calls it." },
  { "help", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "What it is for." },
  { NULL },
};
static const PosternApiSchema setting_schema = { "ConnectorSetting", setting_members };

static const PosternApiMember type_members[] = {
  { "type", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id." },
  { "kind", POSTERN_API_STRING, POSTERN_API_OWN, "What it does." },
  { "name", POSTERN_API_STRING, POSTERN_API_OWN, "What people call it." },
  { "description", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "What it is for." },
  { "settings", POSTERN_API_ARRAY, POSTERN_API_OWN, "What can be set.", .items = POSTERN_API_OBJECT, .schema = &setting_schema },
  { NULL },
};
static const PosternApiSchema type_schema = { "ConnectorType", type_members, "What an instance can be of." };

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

static char *
dup_order (PosternApiCall *call)
{
  g_autoptr (GVariant) member = postern_json_get (call->body, "order");

  return member != NULL ? g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (member)) : NULL;
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
  static const char *const own[] = { "id", "type", "name", "order", NULL };

  if (culprit != NULL && error != NULL && (*error)->domain == POSTERN_ERROR)
    g_prefix_error (error, "%s%s: ", g_strv_contains (own, culprit) ? "" : "settings.", culprit);
  return FALSE;
}

/* A connector vouches for anybody, and a messenger reads what opens accounts: who sets one up could come in as an owner. */
static gboolean
may_change (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  return postern_api_rights_check_owner (call, txn, error);
}

static gboolean
write_one (PosternApiCall *call, PosternTxn *txn, gboolean whole, GError **error)
{
  PosternInstanceChange change = POSTERN_INSTANCE_CHANGE_INIT;
  g_autofree char *type = NULL, *name = g_strdup (""), *order = dup_order (call), *culprit = NULL;
  g_autoptr (GVariant) settings = NULL, sent_name = postern_json_get (call->body, "name"), sent_enabled = postern_json_get (call->body, "enabled");
  gboolean enabled = TRUE;

  if (!may_change (call, txn, error) || !read_settings (call, &settings, error))
    return FALSE;
  postern_api_call_read_string (call, "type", &type);
  postern_api_call_read_string (call, "name", &name);
  postern_api_call_read_boolean (call, "enabled", &enabled);
  change.id = postern_request_get_capture (call->request, "id");
  change.type = type;
  change.name = whole || sent_name != NULL ? (name ? name : "") : NULL;
  change.order = order == NULL && whole ? "" : order;
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
  gint64 identities;

  if (!may_change (call, txn, error) || !postern_instance_change_delete (call->api->book, txn, id, &identities, error))
    return FALSE;
  postern_api_call_audit (call, "connector.deleted", id, g_variant_new_parsed ("{'identities': <%x>}", identities));
  return TRUE;
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

  for (guint i = 0; i < infos->len; i++)
    g_variant_builder_add_value (&items, type_to_json (infos->pdata[i]));
  return postern_api_call_set_items (call, g_variant_builder_end (&items));
}

/* The next workers read it. */
static void
change_workers (PosternApiCall *call)
{
  postern_instance_book_tell_changed (call->api->book);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/connectors", "listConnectors", "connectors:read", "Lists what runs, and what could not be loaded", .answer = &schema, .page = page_members, .work = list, .flags = POSTERN_API_UNPAGED },
  { POSTERN_API_SHOW, "/connectors/{id}", "getConnector", "connectors:read", "Shows one", .answer = &schema, .work = show },
  { POSTERN_API_REPLACE, "/connectors/{id}", "putConnector", "connectors:write", "Makes one or replaces it; secrets that are not sent stay", &schema, &schema, .work = put, .done = change_workers, .flags = POSTERN_API_CONFLICTS | POSTERN_API_DONE_FOR_ALL },
  { POSTERN_API_UPDATE, "/connectors/{id}", "updateConnector", "connectors:write", "Changes the members, and the settings, that are sent", &schema, &schema, .work = update, .done = change_workers, .flags = POSTERN_API_CONFLICTS | POSTERN_API_DONE_FOR_ALL },
  { POSTERN_API_DELETE, "/connectors/{id}", "deleteConnector", "connectors:write", "Takes one away", .work = delete, .done = change_workers, .flags = POSTERN_API_CONFLICTS | POSTERN_API_DONE_FOR_ALL },
  { POSTERN_API_LIST, "/connector-types", "listConnectorTypes", "connectors:read", "Lists what an instance can be of, and its settings", .answer = &type_schema, .work = types, .flags = POSTERN_API_UNPAGED },
  { .path = NULL },
};

const PosternApiResource postern_api_connectors = { "Connectors", "How people come in, and how messages go out.", rows };
