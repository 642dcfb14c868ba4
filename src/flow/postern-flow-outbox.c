/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "postern-config-address.h"
#include "postern-error.h"
#include "postern-flow-engine.h"
#include "postern-flow-routes.h"
#include "postern-json.h"
#include "postern-messenger.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#define SHOWN 30 /* the newest messages */
#define FILE_MAX (1024 * 1024)

/* The page shows everybody's codes, so it is there for a developer alone at this machine: with a messenger of the type `file`,
 * every socket on loopback, and a public URL that is this machine's as well: behind a proxy, loopback says nothing. */

static gboolean
is_loopback (const char *text)
{
  struct sockaddr_storage address;

  if (postern_config_address_parse (text, &address) == 0)
    return FALSE;
  if (address.ss_family == AF_INET)
    return ntohl (((struct sockaddr_in *) &address)->sin_addr.s_addr) >> 24 == 127;
  return address.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK (&((struct sockaddr_in6 *) &address)->sin6_addr);
}

static gboolean
listens_here (PosternConfig *config)
{
  const char *const *addresses = config ? postern_config_get_strv (config, "server.listen") : NULL;
  guint n = 0;

  for (; addresses && addresses[n]; n++)
    if (!is_loopback (addresses[n]))
      return FALSE;
  return n > 0;
}

static gboolean
is_called_here (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  g_autofree char *address = uri ? g_strdup_printf (strchr (g_uri_get_host (uri), ':') ? "[%s]:1" : "%s:1", g_uri_get_host (uri)) : NULL;

  return address && is_loopback (address);
}

static const char *
find_folder (PosternRuntime *runtime)
{
  g_autoptr (GPtrArray) messengers = postern_registry_list (postern_runtime_get_registry (runtime), POSTERN_TYPE_MESSENGER);

  for (guint i = 0; i < messengers->len; i++)
    if (g_strcmp0 (postern_instance_get_type_id (messengers->pdata[i]), "file") == 0)
      return postern_settings_get_string (postern_instance_get_settings (messengers->pdata[i]), "folder"); /* the registry keeps it */
  return NULL;
}

const char *
postern_flow_outbox_find_folder (PosternRuntime *runtime, PosternTenant *tenant)
{
  PosternConfig *config = postern_runtime_get_config (runtime);

  if (!is_called_here (postern_tenant_get_issuer (tenant)) || !listens_here (config) || postern_config_get_strv (config, "server.trusted-proxies")[0])
    return NULL;
  return find_folder (runtime);
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

static GVariant *
read_message (const char *folder, const char *id)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.json", folder, id);
  g_autofree char *text = NULL;
  gsize length;

  if (!postern_id_is_valid (id, "msg") || !g_file_get_contents (path, &text, &length, NULL))
    return NULL;
  return postern_json_parse_object (text, (gssize) length, FILE_MAX, NULL);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) b, *(const char *const *) a);
}

/* Names are ids, which sort by their time: the newest first. */
static GPtrArray *
list_ids (const char *folder)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".json"))
      g_ptr_array_add (ids, g_strndup (name, strlen (name) - strlen (".json")));
  g_ptr_array_sort (ids, compare_names);
  return ids;
}

static GVariant *
make_row (const char *id, GVariant *message)
{
  g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *url = g_strconcat ("/dev/outbox/", id, NULL);

  postern_json_object_add_string (&row, "recipient", postern_json_get_string (message, "recipient"));
  postern_json_object_add_string (&row, "subject", postern_json_get_string (message, "subject"));
  postern_json_object_add_string (&row, "text", postern_json_get_string (message, "text"));
  if (postern_json_get_string (message, "html"))
    postern_json_object_add_string (&row, "path", url);
  return postern_json_object_end (&row);
}

/* --- pages ------------------------------------------------------------------------------------------------------- */

static PosternResponse *
answer_not_found (void)
{
  g_autoptr (GError) error = g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "There is nothing here");

  return postern_response_new_error_page (error, NULL);
}

/* By whatever other name the browser knows us, the page that asks may be a stranger's whose name was made to lead here (DNS rebinding). */
static gboolean
asks_here (PosternRequest *request)
{
  const char *host = postern_request_get_header (request, "Host");
  g_autofree char *url = host ? g_strconcat ("http://", host, NULL) : NULL;

  return url && is_called_here (url);
}

static const char *
get_folder (PosternRequest *request, gpointer engine)
{
  PosternRuntime *runtime = postern_flow_engine_get_runtime (engine);
  const char *from = postern_request_get_remote_address (request);
  g_autoptr (GInetAddress) address = from ? g_inet_address_new_from_string (from) : NULL;

  /* The sockets may be another's, such as systemd's. */
  if (!address || !g_inet_address_get_is_loopback (address) || !asks_here (request))
    return NULL;
  return postern_flow_outbox_find_folder (runtime, postern_runtime_get_tenant (runtime));
}

PosternResponse *
postern_flow_outbox_list (PosternRequest *request, gpointer engine)
{
  const char *folder = get_folder (request, engine);
  g_autoptr (GPtrArray) ids = folder ? list_ids (folder) : NULL;
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  PosternResponse *response;

  if (!folder) {
    g_variant_builder_clear (&rows);
    return answer_not_found ();
  }
  for (guint i = 0; i < MIN (ids->len, SHOWN); i++) {
    g_autoptr (GVariant) message = read_message (folder, ids->pdata[i]);
    if (message)
      g_variant_builder_add_value (&rows, make_row (ids->pdata[i], message));
  }
  response = postern_response_new_page (200, "dev-outbox", g_variant_new_parsed ("{'messages': <%@aa{sv}>, 'older': <%b>}", g_variant_builder_end (&rows), ids->len > SHOWN));
  postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
}

/* As a mailbox shows it: its own styles and pictures, no script, and an origin that is not ours. */
PosternResponse *
postern_flow_outbox_show (PosternRequest *request, gpointer engine)
{
  const char *folder = get_folder (request, engine);
  g_autoptr (GVariant) message = folder ? read_message (folder, postern_request_get_capture (request, "message")) : NULL;
  const char *html = message ? postern_json_get_string (message, "html") : NULL;
  g_autoptr (GBytes) body = html ? g_bytes_new (html, strlen (html)) : NULL;
  PosternResponse *response;

  if (!body)
    return answer_not_found ();
  response = postern_response_new (200, "text/html; charset=utf-8", body);
  postern_response_set_header (response, "Content-Security-Policy",
                               "default-src 'none'; style-src 'unsafe-inline'; img-src https:; frame-ancestors 'none'; sandbox allow-top-navigation-by-user-activation");
  postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
}
