/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-client-auth.h"

#include "postern-oidc-assertion.h"
#include "postern-oidc-basic.h"
#include "postern-seal.h"

#include <string.h>

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/* What the request brought; the strings of the form are borrowed, those of the header are owned. */
typedef struct {
  const char *method; /* the value of token_endpoint_auth_method that it amounts to */
  const char *client_id, *secret, *assertion;
  char *basic_id, *basic_secret;
} Shown;

static void
shown_clear (Shown *self)
{
  g_free (self->basic_id);
  postern_secret_free (self->basic_secret);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shown, shown_clear)

static gboolean
refuse (GError **error)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_CLIENT, "The application is unknown, or did not show who it is in the way it is registered for");
  return FALSE;
}

static gboolean
refuse_request (GError **error, const char *why)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, why);
  return FALSE;
}

/* An empty parameter counts as omitted, except that an empty secret must not turn a wrong one into none. */
static gboolean
read_form (PosternRequest *request, Shown *shown, const char **type, GError **error)
{
  return postern_request_get_form (request, "client_id", &shown->client_id, error) &&
         postern_request_get_form (request, "client_secret", &shown->secret, error) &&
         postern_request_get_form (request, "client_assertion", &shown->assertion, error) &&
         postern_request_get_form (request, "client_assertion_type", type, error);
}

static gboolean
read_basic (const char *header, Shown *shown, GError **error)
{
  if (shown->secret || shown->assertion)
    return refuse_request (error, "The application shows who it is in more than one way: use one");
  if (!postern_oidc_basic_decode (header, &shown->basic_id, &shown->basic_secret))
    return refuse (error);
  if (shown->client_id && g_strcmp0 (shown->client_id, shown->basic_id) != 0)
    return refuse_request (error, "The client_id of the form is not that of the Authorization header");
  shown->method = "client_secret_basic";
  shown->client_id = shown->basic_id;
  shown->secret = shown->basic_secret;
  return TRUE;
}

static gboolean
read_assertion (Shown *shown, const char *type, GError **error)
{
  if (shown->secret)
    return refuse_request (error, "The application shows who it is in more than one way: use one");
  if (!shown->assertion || g_strcmp0 (type, ASSERTION_TYPE) != 0)
    return refuse_request (error, "client_assertion and the client_assertion_type " ASSERTION_TYPE " go together");
  shown->method = "private_key_jwt";
  return TRUE;
}

static gboolean
read_shown (PosternRequest *request, const char *header, Shown *shown, GError **error)
{
  const char *type;

  if (!read_form (request, shown, &type, error))
    return FALSE;
  if (header)
    return read_basic (header, shown, error);
  if (shown->assertion || type)
    return read_assertion (shown, type, error);
  shown->method = shown->secret ? "client_secret_post" : "none";
  return shown->client_id && *shown->client_id ? TRUE : refuse (error);
}

static PosternClient *
find_client (PosternOidc *oidc, const char *client_id, gboolean may_block, GError **error)
{
  if (!postern_application_id_is_valid (client_id))
    return NULL;
  return may_block ? postern_oidc_find_client (oidc, client_id, error) : postern_tenant_peek_client (postern_oidc_get_tenant (oidc), client_id);
}

/* The two ways to send a secret are worth the same, and libraries disagree on which is the usual one: either will do. */
static gboolean
is_method_of (PosternClient *client, const char *method)
{
  static const char *const by_secret[] = { "client_secret_basic", "client_secret_post", NULL };
  const char *own = client->token_endpoint_auth_method;

  if (g_strv_contains (by_secret, method))
    return g_strv_contains (by_secret, own);
  return g_str_equal (method, own);
}

/* The secret is looked at even if the method is the wrong one, so that the time tells nothing about the record. */
static gboolean
check_shown (PosternOidc *oidc, PosternClient *client, Shown *shown, GError **error)
{
  gboolean right_method = is_method_of (client, shown->method);
  gboolean is_public = g_str_equal (client->token_endpoint_auth_method, "none");
  gboolean right_secret = shown->secret && postern_client_check_secret (client, shown->secret, postern_oidc_now ());

  if (!client->application->enabled || !right_method)
    return refuse (error);
  if (shown->assertion)
    return postern_oidc_assertion_check (oidc, client, shown->assertion, error);
  return is_public || right_secret ? TRUE : refuse (error);
}

/* Who says by @shown that it is @client_id. */
static gboolean
admit (PosternOidc *oidc, Shown *shown, const char *client_id, gboolean may_block, PosternOidcClientAuth *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  self->client = find_client (oidc, client_id, may_block, &local);
  if (local) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  self->would_block = !may_block && !self->client;
  if (self->would_block)
    return FALSE;
  return self->client ? check_shown (oidc, self->client, shown, error) : refuse (error);
}

gboolean
postern_oidc_client_auth_check (PosternOidc *oidc, PosternRequest *request, gboolean may_block, PosternOidcClientAuth *self, GError **error)
{
  const char *header = postern_request_get_header (request, "Authorization");
  g_auto (Shown) shown = { 0 };
  g_autofree char *asserted_id = NULL;

  self->basic = header != NULL;
  if (!read_shown (request, header, &shown, error))
    return FALSE;
  self->would_block = !may_block && shown.assertion;
  if (self->would_block)
    return FALSE;
  asserted_id = shown.assertion ? postern_oidc_assertion_peek_client (shown.assertion) : NULL;
  if (asserted_id && shown.client_id && !g_str_equal (asserted_id, shown.client_id))
    return refuse (error);
  return admit (oidc, &shown, shown.assertion ? asserted_id : shown.client_id, may_block, self, error);
}

gboolean
postern_oidc_client_auth_check_basic (PosternOidc *oidc, PosternRequest *request, PosternOidcClientAuth *self, GError **error)
{
  const char *header = postern_request_get_header (request, "Authorization");
  g_auto (Shown) shown = { 0 };

  self->basic = TRUE;
  if (!header)
    return refuse (error);
  return read_basic (header, &shown, error) && admit (oidc, &shown, shown.client_id, TRUE, self, error);
}

void
postern_oidc_client_auth_clear (PosternOidcClientAuth *self)
{
  g_clear_pointer (&self->client, postern_client_unref);
}

PosternResponse *
postern_oidc_client_auth_refuse (gboolean basic, const GError *error)
{
  PosternResponse *response = postern_response_new_error (error);

  if (basic && postern_response_get_status (response) == 401)
    postern_response_set_header (response, "WWW-Authenticate", "Basic realm=\"Postern\", charset=\"UTF-8\"");
  postern_response_set_header (response, "Cache-Control", "no-store");
  postern_response_set_header (response, "Pragma", "no-cache");
  return response;
}
