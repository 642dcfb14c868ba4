/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-row.h"
#include "postern-api.h"
#include "postern-authenticator.h"
#include "postern-error.h"
#include "postern-identity-fixture.h"
#include "postern-json.h"
#include "postern-messenger.h"
#include "postern-request-private.h"
#include "postern-response.h"
#include "postern-sink.h"

/* For tests: the API over a real store, and a router of a few lines in place of src/http. */

/* --- a factor whose hash anybody can read */
typedef struct {
  PosternFactor parent;
} ApiFactor;
typedef struct {
  PosternFactorClass parent;
} ApiFactorClass;
GType api_factor_get_type (void);
G_DEFINE_TYPE (ApiFactor, api_factor, POSTERN_TYPE_FACTOR)

static void (*api_fixture_meanwhile) (void); /* what happens while a password is hashed: once; nothing when NULL */

static char *
api_factor_make_value (PosternFactor *self, const char *secret, const char *identifier, GCancellable *cancellable, GError **error)
{
  void (*meanwhile) (void) = g_steal_pointer (&api_fixture_meanwhile);

  if (meanwhile)
    meanwhile ();
  if (strlen (secret) >= 8)
    return g_strconcat ("$test$", secret, NULL);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "password: is too short");
  return NULL;
}

static gboolean
api_factor_knows_value (PosternFactor *self, const char *value)
{
  return g_str_has_prefix (value, "$test$");
}

static void
api_factor_class_init (ApiFactorClass *klass)
{
  POSTERN_FACTOR_CLASS (klass)->knows_value = api_factor_knows_value;
  POSTERN_FACTOR_CLASS (klass)->make_value = api_factor_make_value;
}

static void
api_factor_init (ApiFactor *self)
{
}

/* --- a messenger, where a test wants mails to be written: they stay in the outbox */
typedef struct {
  PosternMessenger parent;
} ApiMessenger;
typedef struct {
  PosternMessengerClass parent;
} ApiMessengerClass;
GType api_messenger_get_type (void);
G_DEFINE_TYPE (ApiMessenger, api_messenger, POSTERN_TYPE_MESSENGER)

static void
api_messenger_class_init (ApiMessengerClass *klass)
{
  POSTERN_MESSENGER_CLASS (klass)->channels = "email";
}

static void
api_messenger_init (ApiMessenger *self)
{
}

/* --- a sink that would take the log */
typedef struct {
  PosternSink parent;
} ApiSink;
typedef struct {
  PosternSinkClass parent;
} ApiSinkClass;
GType api_sink_get_type (void);
G_DEFINE_TYPE (ApiSink, api_sink, POSTERN_TYPE_SINK)

static gboolean
api_sink_deliver (PosternSink *self, const char *tenant, GPtrArray *events, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
api_sink_class_init (ApiSinkClass *klass)
{
  POSTERN_SINK_CLASS (klass)->deliver = api_sink_deliver;
}

static void
api_sink_init (ApiSink *self)
{
}

static gboolean api_fixture_has_messenger; /* to be set before api_fixture_new() */

/* A type without a module: it is enough for all that vets. */
#define API_FIXTURE_PLUGIN                                                                                             \
  "[Plugin]\nId=corp\nKind=connector\nApi=1\nModule=corp.so\nName=Corp\nDescription=Signs people in.\n"                  \
  "[Setting issuer]\nType=url\nRequired=true\nLabel=Issuer\nHelp=Its address.\n"                                      \
  "[Setting client-secret]\nType=string\nSecret=true\nRequired=true\nLabel=Secret\nHelp=Its secret.\n"               \
  "[Setting host]\nLabel=Host\n[Setting smtp-port]\nType=integer\nDefault=25\nLabel=Port\n[Setting greeting]\nLabel=Greeting\n[Setting note]\nType=text\nLabel=Note\n" \
  "[Setting ca]\nType=file\nLabel=Certificates\nHelp=A file.\n"

/* Others, of which one can be set up here and one cannot. */
#define API_FIXTURE_SINK "[Plugin]\nId=ear\nKind=sink\nApi=1\nModule=corp.so\nName=Ear\nDescription=Listens.\n"
#define API_FIXTURE_FACTOR "[Plugin]\nId=eye\nKind=factor\nApi=1\nModule=corp.so\nName=Eye\nDescription=Looks.\n"

static PosternInstanceBook *api_fixture_book; /* of the one API there is */

static inline PosternInstanceBook *
api_fixture_open_book (PosternInstance *instance)
{
  g_autoptr (PosternRegistry) registry = NULL;
  g_autofree char *folder = g_dir_make_tmp ("postern-api-XXXXXX", NULL);
  g_autofree char *plugin = g_build_filename (folder, "corp.plugin", NULL), *module = g_build_filename (folder, "corp.so", NULL);
  g_autofree char *sink = g_build_filename (folder, "ear.plugin", NULL), *factor = g_build_filename (folder, "eye.plugin", NULL);
  g_autofree char *masked = g_build_filename (folder, "filed.conf", NULL);
  const char *const folders[] = { folder, NULL };

  g_assert_true (g_file_set_contents_full (plugin, API_FIXTURE_PLUGIN, -1, 0, 0644, NULL));
  g_assert_true (g_file_set_contents_full (sink, API_FIXTURE_SINK, -1, 0, 0644, NULL));
  g_assert_true (g_file_set_contents_full (factor, API_FIXTURE_FACTOR, -1, 0, 0644, NULL));
  g_assert_true (g_file_set_contents_full (module, "", 0, 0, 0644, NULL));
  g_assert_true (g_file_set_contents_full (masked, "", 0, 0, 0644, NULL));
  registry = postern_registry_new (folders);
  postern_registry_scan (registry);
  g_assert_cmpuint (postern_registry_get_infos (registry)->len, ==, 3);
  postern_registry_adopt (registry, instance);
  return api_fixture_book = postern_instance_book_new (registry, folders);
}

static inline PosternApi *
api_fixture_new (PosternTenant *tenant)
{
  PosternApi *api = postern_api_new (tenant);
  g_autoptr (GPtrArray) instances = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) problems = g_ptr_array_new ();
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_array (G_VARIANT_TYPE ("{ss}"), NULL, 0), NULL);

  g_ptr_array_add (instances, g_object_new (api_factor_get_type (), NULL));
  postern_instance_set_identity (instances->pdata[0], "password", "password", "Password", NULL, settings);
  if (api_fixture_has_messenger)
    g_ptr_array_add (instances, g_object_new (api_messenger_get_type (), NULL));
  g_ptr_array_add (instances, g_object_new (api_sink_get_type (), NULL));
  postern_instance_set_identity (instances->pdata[instances->len - 1], "archive", "ear", "Archive", NULL, settings);
  g_ptr_array_add (problems, (gpointer) "/plugins/broken.plugin: it has no Id; add one");
  postern_api_set_instances (api, instances, problems);
  postern_api_set_book (api, api_fixture_open_book (instances->pdata[0]));
  return api;
}

static inline void
api_fixture_free (PosternApi *self)
{
  postern_api_free (self);
  g_clear_pointer (&api_fixture_book, postern_instance_book_free);
}

static inline gboolean
api_fixture_match (const char *pattern, const char *path, PosternRequest *request)
{
  g_auto (GStrv) want = g_strsplit (pattern, "/", -1), have = g_strsplit (path, "/", -1);

  if (g_strv_length (want) != g_strv_length (have))
    return FALSE;
  for (guint i = 0; want[i] != NULL; i++)
    {
      g_autofree char *name = want[i][0] == '{' ? g_strndup (want[i] + 1, strlen (want[i]) - 2) : NULL;

      if (name != NULL)
        postern_request_set_capture (request, name, have[i]);
      else if (!g_str_equal (want[i], have[i]))
        return FALSE;
    }
  return TRUE;
}

static gboolean api_fixture_public; /* by the public listener, not by the admin socket */
static const char *api_fixture_header[2]; /* a field that each request has: name, value; none when NULL */

/* (nullable) */
static inline const PosternApiRow *
api_fixture_find_row (const PosternRoute *route)
{
  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++)
      if (g_str_equal (postern_api_row_get_method (row), route->method) && g_str_equal (row->path, route->pattern + strlen ("/api/v1")))
        return row;
  return NULL;
}

/* What is answered is what the table says: all that must be there, nothing that it does not know, and of those types. */
static inline void
api_fixture_check_answer (const PosternApiRow *row, PosternResponse *response)
{
  PosternApiMember items = { "items", POSTERN_API_ARRAY, POSTERN_API_ALWAYS, NULL, .items = POSTERN_API_OBJECT, .schema = row->answer };
  PosternApiMember members[8] = { items, { "next", POSTERN_API_STRING, 0, NULL } };
  const PosternApiSchema page = { "Page", members };
  g_autoptr (GPtrArray) faults = postern_api_schema_new_faults ();
  g_autoptr (GVariant) answer = NULL;
  GBytes *body = postern_response_get_body (response);

  for (guint i = 0; row->page != NULL && row->page[i].name != NULL; i++)
    members[2 + i] = row->page[i];
  g_assert_cmpuint (postern_response_get_status (response), ==, postern_api_row_get_status (row));
  if (row->answer == NULL)
    return;
  answer = postern_json_parse_object (g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body), 64 * 1024 * 1024, NULL); /* as our own client reads */
  if (!postern_api_schema_check (row->kind == POSTERN_API_LIST ? &page : row->answer, POSTERN_API_FOR_ANSWERING, answer, faults))
    g_error ("%s %s answers %s, which %s", postern_api_row_get_method (row), row->path, ((PosternApiFault *) faults->pdata[0])->pointer,
             ((PosternApiFault *) faults->pdata[0])->detail);
}

/** api_fixture_dispatch: @path decoded. (transfer full) */
static inline PosternResponse *
api_fixture_dispatch (PosternApi *api, const char *method, const char *path, const char *query, const char *body)
{
  for (const PosternRoute *route = api_fixture_public ? postern_api_get_public_routes () : postern_api_get_routes (); route->method != NULL; route++)
    {
      g_autoptr (PosternRequest) request = postern_request_new (method, path, query);
      g_autoptr (GBytes) bytes = g_bytes_new (body ? body : "", body ? strlen (body) : 0);
      PosternResponse *response;

      if (!g_str_equal (route->method, method) || !api_fixture_match (route->pattern, path, request))
        continue;
      g_assert_true (((route->flags & POSTERN_ROUTE_ADMIN) == 0) == (api_fixture_public != FALSE));
      postern_request_set_route (request, route);
      postern_request_set_body (request, bytes);
      postern_request_set_id (request, "req_test");
      postern_request_set_remote_address (request, "local");
      if (api_fixture_header[0] != NULL)
        postern_request_add_header (request, api_fixture_header[0], api_fixture_header[1]);
      response = route->handler (request, api);
      if (postern_response_get_status (response) < 300)
        api_fixture_check_answer (api_fixture_find_row (route), response);
      return response;
    }
  return postern_response_new (404, NULL, NULL);
}

/* --- an account at a provider */
#define API_FIXTURE_IDENTITY "idn_01m8hqyz49encaned8h3htdtw5"

/** api_fixture_link: to fixture_write() the id of a user as connected, by API_FIXTURE_IDENTITY */
static inline gboolean
api_fixture_link (PosternTxn *txn, gpointer user_id, GError **error)
{
  g_autoptr (PosternIdentity) identity = postern_identity_new ();

  identity->id = g_strdup (API_FIXTURE_IDENTITY);
  identity->user_id = g_strdup (user_id);
  identity->connector = g_strdup ("corp");
  identity->subject = g_strdup ("7");
  return postern_identity_store_insert (txn, identity, error);
}
