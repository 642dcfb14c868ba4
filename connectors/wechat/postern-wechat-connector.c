/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-wechat-connector.h"

#include "postern-oauth2-fetch.h"
#include "postern-oauth2-identity.h"

#include <string.h>

typedef struct {
  PosternOauth2Connector parent_instance;
} PosternWechatConnector;

typedef struct {
  PosternOauth2ConnectorClass parent_class;
} PosternWechatConnectorClass;

G_DEFINE_FINAL_TYPE (PosternWechatConnector, postern_wechat_connector, POSTERN_TYPE_OAUTH2_CONNECTOR)

/* Its own names, in its own order, which WeChat documents as a part of the rule, and a fragment that its page looks for. */
static char *
dup_url (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata)
{
  GString *url = g_string_new (postern_json_get_string (metadata, "authorization_endpoint"));

  g_string_append_c (url, '?');
  postern_oauth2_client_append (url, "appid", self->client.id);
  postern_oauth2_client_append (url, "redirect_uri", postern_step_get_callback_url (step));
  postern_oauth2_client_append (url, "response_type", "code");
  postern_oauth2_client_append (url, "scope", self->scope);
  postern_oauth2_client_append (url, "state", postern_step_get_callback_state (step));
  g_string_append (url, "#wechat_redirect");
  return g_string_free (url, FALSE);
}

/* A refusal has status 200 and a number. */
static gboolean
check_answer (GVariant *answer, guint status, const char *what, GError **error)
{
  gint64 code = postern_json_get_int64 (answer, "errcode", 0);
  const char *message = postern_json_get_string (answer, "errmsg");
  gboolean ours = code == 40013 || code == 40125; /* invalid appid, invalid appsecret */

  if (status == 200 && code == 0)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "WeChat's %s refused: status %u, errcode %" G_GINT64_FORMAT ", %.300s%s", what, status, code,
               message ? message : "no message", ours ? "; compare client-id and client-secret with WeChat's AppID and AppSecret" : "");
  return FALSE;
}

/* By GET with the secret in the query, as WeChat has it; the message of an error never repeats a query. */
static GVariant *
ask (PosternStep *step, GString *url, const char *what, GError **error)
{
  guint status = 0;
  g_autoptr (GVariant) answer = postern_oauth2_fetch_object (url->str, NULL, NULL, NULL, &status, postern_step_get_cancellable (step), error);

  return answer && check_answer (answer, status, what, error) ? g_steal_pointer (&answer) : NULL;
}

static GVariant *
redeem (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata, GError **error)
{
  g_autoptr (GString) url = g_string_new (postern_json_get_string (metadata, "token_endpoint"));
  g_autoptr (GVariant) response = NULL;

  g_string_append_c (url, '?');
  postern_oauth2_client_append (url, "appid", self->client.id);
  postern_oauth2_client_append (url, "secret", self->client.secret);
  postern_oauth2_client_append (url, "code", postern_step_get_input (step, "code"));
  postern_oauth2_client_append (url, "grant_type", "authorization_code");
  response = ask (step, url, "token endpoint", error);
  explicit_bzero (url->str, url->len);
  if (!response || (postern_json_get_string (response, "access_token") && postern_json_get_string (response, "openid")))
    return g_steal_pointer (&response);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "WeChat's token endpoint's answer lacks access_token or openid");
  return NULL;
}

static PosternSubject *
identify (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata, GVariant *response, GError **error)
{
  const char *openid = postern_json_get_string (response, "openid");
  g_autoptr (GString) url = g_string_new (postern_json_get_string (metadata, "userinfo_endpoint"));
  g_autoptr (GVariant) profile = NULL;

  g_string_append_c (url, '?');
  postern_oauth2_client_append (url, "access_token", postern_json_get_string (response, "access_token"));
  postern_oauth2_client_append (url, "openid", openid);
  profile = ask (step, url, "profile", error);
  if (!profile)
    return NULL;
  if (g_strcmp0 (postern_json_get_string (profile, "openid"), openid) != 0) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "WeChat's profile speaks of another person than its token");
    return NULL;
  }
  return postern_oauth2_identity_read (self, profile, error);
}

static void
postern_wechat_connector_class_init (PosternWechatConnectorClass *klass)
{
  /* Its way to refresh tokens is another one, too; nobody asked for it yet. */
  POSTERN_CONNECTOR_CLASS (klass)->refresh_tokens = NULL;
  klass->parent_class.dup_url = dup_url;
  klass->parent_class.redeem = redeem;
  klass->parent_class.identify = identify;
}

static void
postern_wechat_connector_init (PosternWechatConnector *self)
{
}
