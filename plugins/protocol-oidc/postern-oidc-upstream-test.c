/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include "postern-authenticator.h"
#include "postern-seal.h"

#include <string.h>

/* The token that a provider gave for Alice: an application that may read it does, and the log says so. With providers: tests/connectors/upstream.mjs */

static PosternOidcWorld *world;
static char *app, *app_secret;

#define PATTERN "/oidc/upstream-token/{connector}"
#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })

typedef struct {
  PosternConnector parent;
} Provider;
typedef struct {
  PosternConnectorClass parent;
} ProviderClass;
GType provider_get_type (void);
G_DEFINE_TYPE (Provider, provider, POSTERN_TYPE_CONNECTOR)

static void
provider_class_init (ProviderClass *klass)
{
}

static void
provider_init (Provider *self)
{
}

static gboolean
insert_identity (PosternTxn *txn, gpointer data, GError **error)
{
  static const char tokens[] = "{\"access_token\":\"token of corp\"}";
  g_autoptr (PosternIdentity) identity = postern_identity_new ();

  identity->id = postern_id_new ("idn");
  identity->user_id = g_strdup (world->user_id);
  identity->connector = g_strdup ("corp");
  identity->subject = g_strdup ("1");
  identity->upstream = postern_seal (world->store, "identity", "upstream", identity->id, tokens, strlen (tokens), error);
  return identity->upstream && postern_identity_store_insert (txn, identity, error);
}

static void
add_provider (void)
{
  g_autoptr (PosternInstance) instance = g_object_new (provider_get_type (), NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed ("{'keep-tokens': 'true'}"), NULL);

  postern_instance_set_identity (instance, "corp", "corp", "Corp", NULL, settings);
  postern_registry_adopt (world->registry, instance);
  postern_oidc_world_write (world, insert_identity, NULL);
}

/* (transfer full): an access token of Alice's with @scope */
static char *
get_token (const char *scope)
{
  g_autofree char *code = postern_oidc_world_get_code (world, app, PAIRS ("scope", scope)), *auth = postern_oidc_world_basic (app, app_secret);
  g_autofree char *body = g_strdup_printf ("grant_type=authorization_code&code=%s&redirect_uri=https%%3A%%2F%%2Fapp.example%%2Fcallback&code_verifier=" POSTERN_OIDC_WORLD_VERIFIER, code);
  g_autoptr (GVariant) tokens = postern_oidc_world_token (world, body, auth, NULL);

  return g_strdup (postern_oidc_world_get (tokens, "access_token"));
}

static PosternResponse *
ask (const char *token, const char *connector)
{
  g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);
  g_autoptr (PosternRequest) request = postern_request_new ("GET", PATTERN, NULL);
  const PosternRoute *route = postern_protocol_get_routes (world->oidc);

  while (route->method && !g_str_equal (route->pattern, PATTERN))
    route++;
  postern_request_set_id (request, "req_of_upstream");
  postern_request_set_remote_address (request, "192.0.2.1");
  postern_request_add_header (request, "Authorization", bearer);
  postern_request_set_capture (request, "connector", connector);
  return route->handler (request, world->oidc);
}

static gboolean
read_entries (PosternTxn *txn, gpointer data, GError **error)
{
  PosternAuditFilter filter = { .event = "upstream-token.read" };
  GPtrArray **entries = data;

  g_clear_pointer (entries, g_ptr_array_unref);
  return (*entries = postern_audit_store_find (txn, &filter, NULL, 10, error)) != NULL;
}

/* Who was given it, for whom and from where; nothing of it itself, and nothing where nothing was given. */
static void
test_log (void)
{
  g_autofree char *token = get_token ("openid upstream_tokens"), *other = get_token ("openid");
  g_autoptr (PosternResponse) given = ask (token, "corp"), refused = ask (other, "corp"), none = ask (token, "nothing");
  g_autoptr (GVariant) answer = postern_oidc_world_json (given);
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *data = NULL;
  PosternAudit *entry;

  g_assert_cmpstr (postern_json_get_string (answer, "access_token"), ==, "token of corp");
  g_assert_cmpuint (postern_response_get_status (refused), ==, 403);
  g_assert_cmpuint (postern_response_get_status (none), ==, 404);
  g_assert_true (postern_store_read (world->store, POSTERN_KEEP_LASTING, read_entries, &entries, NULL));
  g_assert_cmpuint (entries->len, ==, 1);
  entry = entries->pdata[0];
  data = postern_json_print (entry->data);
  g_assert_cmpstr (entry->actor, ==, world->user_id);
  g_assert_cmpstr (entry->target, ==, "corp");
  g_assert_cmpstr (entry->request_id, ==, "req_of_upstream");
  g_assert_cmpstr (entry->remote_address, ==, "192.0.2.1");
  g_assert_cmpstr (postern_json_get_string (entry->data, "application"), ==, app);
  g_assert_null (strstr (data, "token of corp"));
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  world = postern_oidc_world_new ();
  app = postern_oidc_world_add_application (world, "web", "{'require_pkce':false,'redirect_uris':['https://app.example/callback'],'scope':'openid upstream_tokens'}", &app_secret);
  add_provider ();
  g_test_add_func ("/oidc-upstream/log", test_log);
  failed = g_test_run ();
  postern_oidc_world_free (world);
  g_free (app);
  g_free (app_secret);
  return failed;
}
