/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-logout.h"

#include "postern-flow-browser.h"
#include "postern-json.h"
#include "postern-oidc-id-token.h"
#include "postern-oidc-response.h"
#include "postern-request-private.h"

#include <string.h>

/* One request while it is read. */
typedef struct {
  PosternOidc *oidc;
  PosternRequest *request;
  const char *hint, *client_id, *redirect_uri, *state, *ui_locales; /* (nullable); borrowed from the request */
  GVariant *hint_claims;  /* (nullable) */
  PosternClient *client;  /* (nullable) */
  GPtrArray *sessions;    /* (element-type PosternSession): that this browser has, and that are meant */
  gboolean certain;       /* the hint names a session of this browser: nobody needs to be asked */
} Logout;

static void
logout_clear (Logout *self)
{
  g_clear_pointer (&self->hint_claims, g_variant_unref);
  g_clear_pointer (&self->client, postern_client_unref);
  g_clear_pointer (&self->sessions, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Logout, logout_clear)

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, why);
  return FALSE;
}

typedef gboolean (*Getter) (PosternRequest *request, const char *name, const char **value, GError **error);

static gboolean
read_parameters (Logout *self, Getter get, GError **error)
{
  struct {
    const char *name;
    const char **value;
  } all[] = {
    { "id_token_hint", &self->hint },
    { "client_id", &self->client_id },
    { "post_logout_redirect_uri", &self->redirect_uri },
    { "state", &self->state },
    { "ui_locales", &self->ui_locales },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    if (!get (self->request, all[i].name, all[i].value, error))
      return FALSE;
    if (*all[i].value && !**all[i].value)
      *all[i].value = NULL;
  }
  return !self->state || strlen (self->state) <= POSTERN_OIDC_PARAMETER_MAX ? TRUE : refuse (error, "The parameter state is too long");
}

/* The hint names the application; a client_id beside it must be the same one (section 2). */
static gboolean
read_client (Logout *self, GError **error)
{
  g_auto (GStrv) audience = NULL;
  const char *client_id = self->client_id;

  if (self->hint) {
    self->hint_claims = postern_oidc_id_token_read_hint (self->oidc, self->hint, self->client_id, error);
    if (!self->hint_claims)
      return FALSE;
    audience = postern_json_dup_strv (self->hint_claims, "aud", TRUE);
    client_id = audience ? audience[0] : NULL;
  }
  if (!client_id)
    return TRUE;
  if (postern_application_id_is_valid (client_id))
    self->client = postern_tenant_dup_client (postern_oidc_get_tenant (self->oidc), client_id, NULL);
  return self->client && self->client->application->enabled ? TRUE : refuse (error, "No application has this client_id, or it is switched off");
}

/* Without an application nobody can say whether the URI is a good one: then the person stays here (section 3). */
static gboolean
check_redirect_uri (Logout *self, GError **error)
{
  const char *const *registered = self->client ? (const char *const *) self->client->post_logout_redirect_uris : NULL;

  if (!self->client)
    self->redirect_uri = NULL;
  if (!self->redirect_uri)
    return TRUE;
  if (registered && g_strv_contains (registered, self->redirect_uri))
    return TRUE;
  return refuse (error, "The post_logout_redirect_uri is not registered for this application, character by character");
}

static gboolean
is_meant (Logout *self, PosternSession *session, const char *sid, const char *sub)
{
  if (!self->hint_claims)
    return TRUE;
  return sid ? g_strcmp0 (session->id, sid) == 0 : g_strcmp0 (session->user_id, sub) == 0;
}

/*
 * With a hint, the session it names, if this browser has it; then nobody is asked. A hint that fits no session here is an
 * old one or somebody else's: it counts as none. Without one, all that this browser has.
 */
static gboolean
find_sessions (Logout *self, GError **error)
{
  g_autoptr (GPtrArray) all = postern_flow_browser_dup_sessions (postern_oidc_get_tenant (self->oidc), self->request, NULL, NULL, error);
  const char *sid = self->hint_claims ? postern_json_get_string (self->hint_claims, "sid") : NULL;
  const char *sub = self->hint_claims ? postern_json_get_string (self->hint_claims, "sub") : NULL;

  if (!all)
    return FALSE;
  self->sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_session_unref);
  for (guint i = 0; i < all->len; i++)
    if (is_meant (self, g_ptr_array_index (all, i), sid, sub))
      g_ptr_array_add (self->sessions, postern_session_ref (g_ptr_array_index (all, i)));
  self->certain = self->hint_claims && self->sessions->len > 0;
  for (guint i = 0; !self->certain && self->hint_claims && i < all->len; i++)
    g_ptr_array_add (self->sessions, postern_session_ref (g_ptr_array_index (all, i)));
  return TRUE;
}

static gboolean
read_all (Logout *self, Getter get, GError **error)
{
  return read_parameters (self, get, error) && read_client (self, error) && check_redirect_uri (self, error) && find_sessions (self, error);
}

static gboolean
read_user (PosternTxn *txn, gpointer user_data, GError **error)
{
  PosternUser **user = user_data;
  g_autofree char *id = g_strdup ((*user)->id);

  postern_user_unref (*user);
  *user = NULL;
  *user = postern_user_store_get (txn, id, error);
  return *user != NULL;
}

/* What the page calls the person; (transfer full) (nullable) */
static char *
dup_identifier (Logout *self)
{
  PosternUser *user;
  char *identifier = NULL;

  if (self->sessions->len == 0)
    return NULL;
  user = postern_user_new ();
  user->id = g_strdup (((PosternSession *) g_ptr_array_index (self->sessions, 0))->user_id);
  if (postern_store_read (postern_tenant_get_store (postern_oidc_get_tenant (self->oidc)), POSTERN_KEEP_LASTING, read_user, &user, NULL))
    identifier = g_strdup (user->email ? user->email : user->username ? user->username : user->phone);
  g_clear_pointer (&user, postern_user_unref);
  return identifier;
}

static char *
add_parameter (char *url, const char *name, const char *value)
{
  char *longer = value ? postern_oidc_response_add_query (url, name, value) : NULL;

  if (!longer)
    return url;
  g_free (url);
  return longer;
}

/* The hint is not repeated: it is long, and what it said is in client_id. */
static char *
dup_action (Logout *self)
{
  char *url = g_strconcat (postern_oidc_get_issuer (self->oidc), "/oidc/logout/confirm", NULL);

  url = add_parameter (url, "client_id", self->client ? self->client->application->id : NULL);
  url = add_parameter (url, "post_logout_redirect_uri", self->redirect_uri);
  url = add_parameter (url, "state", self->redirect_uri ? self->state : NULL);
  return add_parameter (url, "ui_locales", self->ui_locales);
}

static PosternResponse *
ask_person (Logout *self)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternResponse *response;
  g_autofree char *action = dup_action (self);
  g_autofree char *identifier = dup_identifier (self);

  postern_json_object_add_string (&model, "action", action);
  postern_json_object_add_string (&model, "application_name", self->client ? self->client->application->name : NULL);
  postern_json_object_add_string (&model, "identifier", identifier);
  postern_json_object_add_string (&model, "ui_locales", self->ui_locales);
  response = postern_response_new_page (200, "sign-out", postern_json_object_end (&model));
  if (self->redirect_uri)
    postern_response_allow_form_target (response, self->redirect_uri);
  return response;
}

static PosternResponse *
show_signed_out (Logout *self, const char *identifier)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  const char *back_url = self->client ? self->client->client_uri : NULL;
  g_autofree char *account_url = g_strconcat (postern_oidc_get_issuer (self->oidc), "/account", NULL);

  postern_json_object_add_string (&model, "identifier", identifier);
  postern_json_object_add_string (&model, "application_name", self->client ? self->client->application->name : NULL);
  postern_json_object_add_string (&model, "back_url", back_url);
  postern_json_object_add_string (&model, "sign_in_url", back_url ? back_url : account_url);
  postern_json_object_add_string (&model, "ui_locales", self->ui_locales);
  return postern_response_new_page (200, "signed-out", postern_json_object_end (&model));
}

static PosternResponse *
say_done (Logout *self, const char *identifier)
{
  g_autofree char *url = NULL;

  if (!self->redirect_uri)
    return show_signed_out (self, identifier);
  url = add_parameter (g_strdup (self->redirect_uri), "state", self->state);
  return postern_response_new_redirect (url);
}

static PosternResponse *
end_sessions (Logout *self, GError **error)
{
  g_autofree char *identifier = dup_identifier (self);
  const PosternAuditBy by = postern_audit_by_request (NULL, self->request);
  PosternResponse *response;

  for (guint i = 0; i < self->sessions->len; i++) {
    PosternSession *session = g_ptr_array_index (self->sessions, i);

    if (!postern_flow_engine_end_session (postern_oidc_get_engine (self->oidc), postern_oidc_get_tenant (self->oidc), session->id, &by, error))
      return NULL;
  }
  response = say_done (self, identifier);
  for (guint i = 0; i < self->sessions->len; i++)
    postern_flow_browser_forget (self->request, response, g_ptr_array_index (self->sessions, i));
  return response;
}

static PosternResponse *
answer (Logout *self, Getter get, gboolean confirmed, GError **error)
{
  if (!read_all (self, get, error))
    return NULL;
  if (self->sessions->len > 0 && !self->certain && !confirmed)
    return ask_person (self);
  return end_sessions (self, error);
}

PosternResponse *
postern_oidc_logout_answer (PosternRequest *request, gpointer oidc)
{
  g_auto (Logout) self = { .oidc = oidc, .request = request };
  g_autoptr (GError) error = NULL;
  gboolean is_post = g_str_equal (postern_request_get_method (request), "POST");
  gboolean readable = postern_request_get_parameters (request, &error) != NULL;
  PosternResponse *response = readable ? postern_oidc_response_again_by_get (request) : NULL;

  if (!response && readable)
    response = answer (&self, is_post ? postern_request_get_form : postern_request_get_query, FALSE, &error);
  return response ? response : postern_response_new_error_page (error, NULL);
}

PosternResponse *
postern_oidc_logout_answer_confirmed (PosternRequest *request, gpointer oidc)
{
  g_auto (Logout) self = { .oidc = oidc, .request = request };
  g_autoptr (GError) error = NULL;
  const char *action = NULL;
  PosternResponse *response = NULL;

  if (!postern_request_get_form (request, "action", &action, &error))
    return postern_response_new_error_page (error, NULL);
  if (g_strcmp0 (action, "confirm") == 0)
    response = answer (&self, postern_request_get_query, TRUE, &error);
  else if (read_all (&self, postern_request_get_query, &error))
    response = postern_response_new_redirect (self.client && self.client->client_uri ? self.client->client_uri : "/account");
  return response ? response : postern_response_new_error_page (error, NULL);
}
