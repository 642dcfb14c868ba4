/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-demo-application.h"

#include <glib/gi18n.h>

#include "postern-demo-client.h"
#include "postern-demo-visits.h"
#include "postern-demo-words.h"
#include "postern-error.h"
#include "postern-json.h"

#define COOKIE_REQUEST "demo-request" /* "state.verifier.nonce" of the sign-in under way */
#define COOKIE_VISIT "demo"
#define UNDER_WAY 3600 /* seconds that a person may take */

struct _PosternDemoApplication {
  PosternProtocol parent_instance;
  PosternRuntime *runtime; /* borrowed: it outlives the instances */
  PosternDemoVisits *visits;
  char *client_id; /* (nullable): not shown then */
};

G_DEFINE_FINAL_TYPE (PosternDemoApplication, postern_demo_application, POSTERN_TYPE_PROTOCOL)

static gint64
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static char *
dup_url (PosternDemoApplication *self, const char *path)
{
  return g_strconcat (postern_tenant_get_issuer (postern_runtime_get_tenant (self->runtime)), path, NULL);
}

/* --- the server's own endpoints, called without a socket ---------------------------------------------------------- */

static const PosternRoute *
find_route (PosternDemoApplication *self, const char *method, const char *path, PosternProtocol **protocol)
{
  g_autoptr (GPtrArray) protocols = postern_registry_list (postern_runtime_get_registry (self->runtime), POSTERN_TYPE_PROTOCOL);

  for (guint i = 0; i < protocols->len; i++) {
    *protocol = g_ptr_array_index (protocols, i);
    for (const PosternRoute *route = postern_protocol_get_routes (*protocol); route && route->method; route++)
      if (g_str_equal (route->method, method) && g_str_equal (route->pattern, path))
        return route;
  }
  return NULL;
}

/* The answer's JSON text; (nullable) when there is no such endpoint or it says no. */
static GBytes *
call (PosternDemoApplication *self, PosternRequest *from, const char *path, const char *form, const char *bearer)
{
  const char *method = form ? "POST" : "GET";
  PosternProtocol *protocol = NULL;
  const PosternRoute *route = find_route (self, method, path, &protocol);
  g_autoptr (PosternRequest) request = postern_request_new (method, path, NULL);
  g_autoptr (PosternResponse) response = NULL;

  if (route == NULL)
    return NULL;
  postern_request_set_id (request, postern_request_get_id (from));
  postern_request_set_remote_address (request, postern_request_get_remote_address (from));
  postern_request_set_public_url (request, postern_request_get_public_url (from));
  postern_request_set_cancellable (request, postern_request_get_cancellable (from));
  if (form) {
    g_autoptr (GBytes) body = g_bytes_new (form, strlen (form));

    postern_request_add_header (request, "Content-Type", "application/x-www-form-urlencoded");
    postern_request_set_body (request, body);
  }
  if (bearer) {
    g_autofree char *authorization = g_strconcat ("Bearer ", bearer, NULL);

    postern_request_add_header (request, "Authorization", authorization);
  }
  response = route->handler (request, protocol);
  if (postern_response_get_status (response) != 200 || postern_response_get_body (response) == NULL)
    return NULL;
  return g_bytes_ref (postern_response_get_body (response));
}

/* --- the pages ------------------------------------------------------------------------------------------------------ */

static void
add_text (GVariantBuilder *model, const char *name, const char *text)
{
  if (text)
    g_variant_builder_add (model, "{sv}", name, g_variant_new_string (text));
}

static PosternResponse *
show_signed_out (PosternDemoApplication *self, const char *message)
{
  GVariantBuilder model = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autofree char *sign_in = dup_url (self, "/demo/sign-in");

  add_text (&model, "sign_in_url", sign_in);
  add_text (&model, "error_message", message);
  return postern_response_new_page (200, "demo", g_variant_builder_end (&model));
}

static PosternResponse *
show_visit (PosternDemoApplication *self, PosternDemoVisit *visit)
{
  GVariantBuilder model = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autofree char *sign_out = dup_url (self, "/demo/sign-out");
  g_autofree char *header = postern_demo_words_dup_part (visit->id_token, 0);
  g_autofree char *claims = postern_demo_words_dup_part (visit->id_token, 1);
  g_autofree char *access = postern_demo_words_dup_part (visit->access_token, 1);

  g_variant_builder_add (&model, "{sv}", "signed_in", g_variant_new_boolean (TRUE));
  add_text (&model, "sign_out_url", sign_out);
  add_text (&model, "id_token_header", header);
  add_text (&model, "id_token_claims", claims);
  add_text (&model, "access_token_claims", access);
  add_text (&model, "userinfo", visit->userinfo);
  return postern_response_new_page (200, "demo", g_variant_builder_end (&model));
}

static PosternDemoVisit *
take_visit (PosternDemoApplication *self, PosternRequest *request, const char **handle)
{
  *handle = postern_request_get_cookie (request, COOKIE_VISIT);
  return *handle ? postern_demo_visits_take (self->visits, *handle, now_seconds ()) : NULL;
}

static PosternResponse *
handle_show (PosternRequest *request, gpointer user_data)
{
  PosternDemoApplication *self = user_data;
  const char *handle;
  PosternDemoVisit *visit = take_visit (self, request, &handle);
  PosternResponse *page;

  if (visit == NULL)
    return show_signed_out (self, NULL);
  page = show_visit (self, visit);
  postern_demo_visits_put (self->visits, handle, visit);
  return page;
}

static char *
dup_challenge (const char *verifier)
{
  return postern_secret_hash (verifier); /* S256 is the same function: base64url of SHA-256 (RFC 7636 section 4.2) */
}

static PosternResponse *
handle_sign_in (PosternRequest *request, gpointer user_data)
{
  PosternDemoApplication *self = user_data;
  g_autofree char *state = postern_secret_new ();
  g_autofree char *verifier = postern_secret_new ();
  g_autofree char *nonce = postern_secret_new ();
  g_autofree char *challenge = dup_challenge (verifier);
  g_autofree char *kept = g_strjoin (".", state, verifier, nonce, NULL);
  g_autofree char *callback = dup_url (self, "/demo/callback");
  g_autofree char *redirect_uri = g_uri_escape_string (callback, NULL, FALSE);
  g_autofree char *query = g_strdup_printf ("/oidc/authorize?response_type=code&client_id=%s&redirect_uri=%s&scope=openid%%20profile%%20email&state=%s"
                                            "&nonce=%s&code_challenge=%s&code_challenge_method=S256",
                                            self->client_id, redirect_uri, state, nonce, challenge);
  g_autofree char *url = dup_url (self, query);
  PosternResponse *response = postern_response_new_redirect (url);

  postern_response_set_cookie (response, COOKIE_REQUEST, kept, UNDER_WAY);
  return response;
}

/* --- the way back ------------------------------------------------------------------------------------------------- */

static PosternDemoVisit *
redeem (PosternDemoApplication *self, PosternRequest *request, const char *code, char **kept)
{
  g_autofree char *callback = dup_url (self, "/demo/callback");
  g_autofree char *redirect_uri = g_uri_escape_string (callback, NULL, FALSE);
  g_autofree char *escaped = g_uri_escape_string (code, NULL, FALSE);
  g_autofree char *form = g_strdup_printf ("grant_type=authorization_code&code=%s&redirect_uri=%s&client_id=%s&code_verifier=%s", escaped,
                                           redirect_uri, self->client_id, kept[1]);
  g_autoptr (GBytes) answer = call (self, request, "/oidc/token", form, NULL);
  g_autoptr (GVariant) tokens = answer ? postern_json_parse_object (g_bytes_get_data (answer, NULL), (gssize) g_bytes_get_size (answer), 0, NULL) : NULL;
  PosternDemoVisit *visit;

  if (tokens == NULL)
    return NULL;
  visit = g_new0 (PosternDemoVisit, 1);
  visit->id_token = g_strdup (postern_json_get_string (tokens, "id_token"));
  visit->access_token = g_strdup (postern_json_get_string (tokens, "access_token"));
  return visit;
}

static gboolean
has_nonce (PosternDemoVisit *visit, const char *nonce)
{
  g_autofree char *claims = postern_demo_words_dup_part (visit->id_token, 1);
  g_autoptr (GVariant) object = claims ? postern_json_parse_object (claims, -1, 0, NULL) : NULL;

  return object && postern_secret_equal (postern_json_get_string (object, "nonce"), nonce);
}

static void
ask_userinfo (PosternDemoApplication *self, PosternRequest *request, PosternDemoVisit *visit)
{
  g_autoptr (GBytes) answer = call (self, request, "/oidc/userinfo", NULL, visit->access_token);

  if (answer)
    visit->userinfo = postern_demo_words_dup_json (g_bytes_get_data (answer, NULL), (gssize) g_bytes_get_size (answer));
}

static PosternResponse *
handle_call_back (PosternRequest *request, gpointer user_data)
{
  PosternDemoApplication *self = user_data;
  const char *cookie = postern_request_get_cookie (request, COOKIE_REQUEST);
  g_auto (GStrv) kept = g_strsplit (cookie ? cookie : "", ".", 4);
  g_autoptr (PosternDemoVisit) visit = NULL;
  g_autofree char *handle = NULL;
  const char *state = NULL;
  const char *code = NULL;
  PosternResponse *response;

  postern_request_get_query (request, "state", &state, NULL);
  postern_request_get_query (request, "code", &code, NULL);
  if (code && g_strv_length (kept) == 3 && postern_secret_equal (state, kept[0]))
    visit = redeem (self, request, code, kept);
  if (visit == NULL || !has_nonce (visit, kept[2]))
    return show_signed_out (self, N_("The sign-in did not come to an end. Try again."));
  ask_userinfo (self, request, visit);
  handle = postern_demo_visits_add (self->visits, g_steal_pointer (&visit), now_seconds ());
  response = postern_response_new_redirect ("/demo");
  postern_response_set_cookie (response, COOKIE_REQUEST, "", 0);
  postern_response_set_cookie (response, COOKIE_VISIT, handle, -1);
  return response;
}

static PosternResponse *
handle_sign_out (PosternRequest *request, gpointer user_data)
{
  PosternDemoApplication *self = user_data;
  const char *handle;
  g_autoptr (PosternDemoVisit) visit = take_visit (self, request, &handle);
  g_autofree char *home = dup_url (self, "/demo");
  g_autofree char *escaped = g_uri_escape_string (home, NULL, FALSE);
  g_autofree char *query = visit ? g_strdup_printf ("/oidc/logout?id_token_hint=%s&post_logout_redirect_uri=%s", visit->id_token, escaped) : g_strdup ("/demo");
  g_autofree char *url = dup_url (self, query);
  PosternResponse *response = postern_response_new_redirect (url);

  postern_response_set_cookie (response, COOKIE_VISIT, "", 0);
  return response;
}

static const PosternRoute routes[] = {
  { "GET", "/demo", handle_show },
  { "GET", "/demo/sign-in", handle_sign_in },
  { "GET", "/demo/callback", handle_call_back },
  { "GET", "/demo/sign-out", handle_sign_out },
  { NULL },
};

static const PosternRoute *
postern_demo_application_get_routes (PosternProtocol *protocol)
{
  return POSTERN_DEMO_APPLICATION (protocol)->client_id ? routes : NULL;
}

static gboolean
postern_demo_application_start (PosternProtocol *protocol, PosternRuntime *runtime, PosternFlowEngine *engine, GError **error)
{
  PosternDemoApplication *self = POSTERN_DEMO_APPLICATION (protocol);

  self->runtime = runtime;
  if (!postern_settings_get_boolean (postern_instance_get_settings (POSTERN_INSTANCE (self)), "enabled"))
    return TRUE;
  self->client_id = postern_demo_client_ensure (postern_runtime_get_tenant (runtime), error);
  return self->client_id != NULL;
}

static void
postern_demo_application_finalize (GObject *object)
{
  PosternDemoApplication *self = POSTERN_DEMO_APPLICATION (object);

  postern_demo_visits_free (self->visits);
  g_free (self->client_id);
  G_OBJECT_CLASS (postern_demo_application_parent_class)->finalize (object);
}

static void
postern_demo_application_class_init (PosternDemoApplicationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_demo_application_finalize;
  POSTERN_PROTOCOL_CLASS (klass)->start = postern_demo_application_start;
  POSTERN_PROTOCOL_CLASS (klass)->default_tenant_only = TRUE;
  POSTERN_PROTOCOL_CLASS (klass)->get_routes = postern_demo_application_get_routes;
}

static void
postern_demo_application_init (PosternDemoApplication *self)
{
  self->visits = postern_demo_visits_new ();
}
