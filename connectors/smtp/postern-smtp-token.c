/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-smtp-token.h"

#include <string.h>

#include "postern-json.h"

#define EARLY_SECONDS 60 /* a token is renewed before its end */
#define DEFAULT_SECONDS 300

struct _PosternSmtpToken {
  PosternSettings *settings;
  GMutex mutex;
  char *token;    /* (nullable) */
  gint64 good_until; /* monotonic */
};

PosternSmtpToken *
postern_smtp_token_new (PosternSettings *settings)
{
  PosternSmtpToken *self = g_new0 (PosternSmtpToken, 1);

  self->settings = g_object_ref (settings);
  g_mutex_init (&self->mutex);
  return self;
}

/* With the mutex. */
static void
drop (PosternSmtpToken *self)
{
  if (self->token)
    explicit_bzero (self->token, strlen (self->token));
  g_clear_pointer (&self->token, g_free);
}

void
postern_smtp_token_drop (PosternSmtpToken *self)
{
  g_mutex_lock (&self->mutex);
  drop (self);
  g_mutex_unlock (&self->mutex);
}

void
postern_smtp_token_free (PosternSmtpToken *self)
{
  postern_smtp_token_drop (self);
  g_mutex_clear (&self->mutex);
  g_object_unref (self->settings);
  g_free (self);
}

static void
add (GString *form, const char *name, const char *value)
{
  g_autofree char *escaped = value && *value ? g_uri_escape_string (value, NULL, FALSE) : NULL;

  if (escaped)
    g_string_append_printf (form, "%s%s=%s", form->len ? "&" : "", name, escaped);
}

/* With a refresh token in the name of the person who gave it, without one in our own. */
static GBytes *
make_form (PosternSettings *settings)
{
  const char *refresh = postern_settings_get_string (settings, "oauth-refresh-token");
  GString *form = g_string_new (NULL);

  add (form, "grant_type", refresh && *refresh ? "refresh_token" : "client_credentials");
  add (form, "refresh_token", refresh);
  add (form, "client_id", postern_settings_get_string (settings, "oauth-client-id"));
  add (form, "client_secret", postern_settings_get_string (settings, "oauth-client-secret"));
  add (form, "scope", postern_settings_get_string (settings, "oauth-scope"));
  return g_string_free_to_bytes (form);
}

static gboolean
take_answer (PosternSmtpToken *self, GBytes *body, guint status, GError **error)
{
  g_autoptr (GVariant) answer = postern_json_parse_object (g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body), 0, NULL);
  const char *token = answer ? postern_json_get_string (answer, "access_token") : NULL, *why = answer ? postern_json_get_string (answer, "error") : NULL;
  gint64 seconds = answer ? postern_json_get_int64 (answer, "expires_in", DEFAULT_SECONDS) : 0;

  if (status != 200 || !token || !*token) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "oauth-token-url gives no access token (%u %s); correct the oauth- settings", status, why ? why : "without a reason");
    return FALSE;
  }
  self->token = g_strdup (token);
  self->good_until = g_get_monotonic_time () + (CLAMP (seconds, 0, 86400) - EARLY_SECONDS) * G_USEC_PER_SEC;
  return TRUE;
}

static gboolean
fetch (PosternSmtpToken *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) form = make_form (self->settings);
  g_autoptr (GBytes) body = NULL;
  guint status = 0;

  body = postern_http_client_send (postern_http_client_get_default (), "POST", postern_settings_get_string (self->settings, "oauth-token-url"), NULL,
                                   "application/x-www-form-urlencoded", form, 64 * 1024, &status, NULL, cancellable, error);
  return body && take_answer (self, body, status, error);
}

char *
postern_smtp_token_dup (PosternSmtpToken *self, GCancellable *cancellable, GError **error)
{
  char *token = NULL;

  g_mutex_lock (&self->mutex);
  if (self->token && self->good_until <= g_get_monotonic_time ())
    drop (self);
  if (self->token || fetch (self, cancellable, error))
    token = g_strdup (self->token);
  g_mutex_unlock (&self->mutex);
  return token;
}
