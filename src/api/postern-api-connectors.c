/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-api-routes.h"
#include "postern-database.h"
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
    { POSTERN_TYPE_SINK, "sink" },           { POSTERN_TYPE_DATABASE, "database" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_type_is_a (G_OBJECT_TYPE (instance), kinds[i].type))
      return kinds[i].name;
  return "protocol"; /* the one kind whose base is above this room */
}

static GVariant *
to_json (PosternInstance *instance, const char *issuer)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  const char *id = postern_instance_get_id (instance);

  postern_api_call_add_string (&dict, "id", id);
  postern_api_call_add_string (&dict, "type", postern_instance_get_type_id (instance));
  postern_api_call_add_string (&dict, "kind", kind_of (instance));
  postern_api_call_add_string (&dict, "name", postern_instance_get_display_name (instance));
  if (POSTERN_IS_CONNECTOR (instance))
    {
      g_autofree char *callback = g_strconcat (issuer, "/callback/", id, NULL);

      postern_api_call_add_string (&dict, "callback_url", callback); /* what the provider must be told */
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

  for (guint i = 0; i < api->instances->len; i++)
    g_variant_builder_add_value (&items, to_json (api->instances->pdata[i], postern_tenant_get_issuer (api->tenant)));
  for (guint i = 0; i < api->problems->len; i++)
    g_variant_builder_add (&problems, "s", api->problems->pdata[i]);
  g_variant_dict_insert_value (&page, "items", g_variant_builder_end (&items));
  g_variant_dict_insert_value (&page, "problems", g_variant_builder_end (&problems));
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&page));
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *id = postern_request_get_capture (call->request, "id");
  PosternApi *api = call->api;

  for (guint i = 0; i < api->instances->len; i++)
    if (g_str_equal (postern_instance_get_id (api->instances->pdata[i]), id))
      return postern_api_call_set_result (call, 200, to_json (api->instances->pdata[i], postern_tenant_get_issuer (api->tenant)));
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such instance; see the problems that `postern connector list` shows");
  return FALSE;
}

POSTERN_API_GET (connectors, list)
POSTERN_API_GET (connectors, show)
