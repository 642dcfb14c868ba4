/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-smtp-messenger.h"

#include <curl/curl.h>
#include <string.h>

#include "postern-mime.h"
#include "postern-smtp-token.h"

#define CONNECT_SECONDS 10
#define CALL_SECONDS 20
#define SAID_MAX 400 /* bytes of a server's line that are kept */

struct _PosternSmtpMessenger {
  PosternMessenger parent_instance;
  char *url;
  const char *user, *password, *ca_bundle, *login_options; /* (nullable), borrowed from the settings or static */
  long use_ssl;
  PosternSmtpToken *token; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (PosternSmtpMessenger, postern_smtp_messenger, POSTERN_TYPE_MESSENGER)

/* --- settings ---------------------------------------------------------------------------------------------------- */

static gboolean
fail (GError **error, const char *what)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, what);
  return FALSE;
}

/* The loader has filled in defaults; whoever asks without it is told what is missing. */
static const char *
need (PosternSettings *settings, const char *name, GError **error)
{
  const char *value = postern_settings_get_string (settings, name);

  if (!value)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s is required; set it", name);
  return value;
}

static gboolean
is_here (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return g_str_equal (host, "localhost") || (address && g_inet_address_get_is_loopback (address));
}

static gboolean
read_server (PosternSmtpMessenger *self, PosternSettings *settings, GError **error)
{
  const char *host = need (settings, "host", error), *tls = host ? need (settings, "tls", error) : NULL;
  gint64 port = postern_settings_get_int64 (settings, "port");
  gboolean implicit = g_strcmp0 (tls, "implicit") == 0, plain = g_strcmp0 (tls, "none") == 0;

  if (!tls)
    return FALSE;
  if (strpbrk (host, "/@?#[] \t"))
    return fail (error, "host is not the name of a server; write only that, such as smtp.example.com");
  if (port < 0 || port > 65535)
    return fail (error, "port is not between 1 and 65535; correct it");
  if (plain && !is_here (host))
    return fail (error, "tls=none sends everything in clear, so it is only for a server on this machine; write starttls or implicit");
  if (port == 0)
    port = implicit ? 465 : plain ? 25 : 587;
  self->url = g_strdup_printf (strchr (host, ':') ? "%s://[%s]:%u" : "%s://%s:%u", implicit ? "smtps" : "smtp", host, (guint) port);
  self->use_ssl = plain ? CURLUSESSL_NONE : CURLUSESSL_ALL;
  return TRUE;
}

static gboolean
read_login (PosternSmtpMessenger *self, PosternSettings *settings, GError **error)
{
  const struct {
    const char *name, *options;
  } ways[] = { { "plain", "AUTH=PLAIN" }, { "login", "AUTH=LOGIN" }, { "oauthbearer", "AUTH=OAUTHBEARER" }, { "xoauth2", "AUTH=XOAUTH2" } };
  const char *way = need (settings, "authentication", error), *url = postern_settings_get_string (settings, "oauth-token-url");
  gboolean oauth = g_strcmp0 (way, "oauthbearer") == 0 || g_strcmp0 (way, "xoauth2") == 0;

  self->user = postern_settings_get_string (settings, "user");
  self->password = postern_settings_get_string (settings, "password");
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    if (g_strcmp0 (way, ways[i].name) == 0)
      self->login_options = ways[i].options;
  if (!way)
    return FALSE;
  if (oauth && (!url || !self->user || !postern_settings_get_string (settings, "oauth-client-id")))
    return fail (error, "authentication by OAuth needs user, oauth-token-url and oauth-client-id; set them");
  if (!oauth && (self->user == NULL) != (self->password == NULL))
    return fail (error, "user and password go together; set both, or none");
  if (oauth)
    self->token = postern_smtp_token_new (settings);
  return TRUE;
}

static gboolean
postern_smtp_messenger_configure (PosternInstance *instance, GError **error)
{
  PosternSmtpMessenger *self = POSTERN_SMTP_MESSENGER (instance);
  PosternSettings *settings = postern_instance_get_settings (instance);

  self->ca_bundle = postern_settings_get_string (settings, "ca-bundle");
  return read_server (self, settings, error) && read_login (self, settings, error);
}

/* --- sending ----------------------------------------------------------------------------------------------------- */

/* One message on its way: what is left to read, and the server's last line. */
typedef struct {
  const char *data;
  gsize left;
  GString *said;
  GCancellable *cancellable;
  char reason[CURL_ERROR_SIZE];
} Trip;

static size_t
on_read (char *out, size_t size, size_t count, void *user_data)
{
  Trip *trip = user_data;
  gsize length = MIN (size * count, trip->left);

  memcpy (out, trip->data, length);
  trip->data += length;
  trip->left -= length;
  return length;
}

static size_t
on_line (char *line, size_t size, size_t count, void *user_data)
{
  Trip *trip = user_data;

  if (size * count >= 3 && memcmp (line, "221", 3) == 0) /* its farewell is not the answer */
    return size * count;
  g_string_truncate (trip->said, 0);
  g_string_append_len (trip->said, line, (gssize) MIN (size * count, SAID_MAX));
  g_strchomp (trip->said->str);
  g_string_set_size (trip->said, strlen (trip->said->str));
  return size * count;
}

static int
on_progress (void *user_data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
  return g_cancellable_is_cancelled (((Trip *) user_data)->cancellable);
}

/* No proxy and no .netrc of the environment: only what the settings say. */
static void
set_up (PosternSmtpMessenger *self, CURL *curl, Trip *trip)
{
  curl_easy_setopt (curl, CURLOPT_URL, self->url);
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt (curl, CURLOPT_USE_SSL, self->use_ssl);
  curl_easy_setopt (curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  if (self->ca_bundle)
    curl_easy_setopt (curl, CURLOPT_CAINFO, self->ca_bundle);
  curl_easy_setopt (curl, CURLOPT_PROXY, "");
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, (long) CONNECT_SECONDS);
  curl_easy_setopt (curl, CURLOPT_TIMEOUT, (long) CALL_SECONDS);
  curl_easy_setopt (curl, CURLOPT_ERRORBUFFER, trip->reason);
  curl_easy_setopt (curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (curl, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt (curl, CURLOPT_READDATA, trip);
  curl_easy_setopt (curl, CURLOPT_HEADERFUNCTION, on_line);
  curl_easy_setopt (curl, CURLOPT_HEADERDATA, trip);
  curl_easy_setopt (curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt (curl, CURLOPT_XFERINFODATA, trip);
  curl_easy_setopt (curl, CURLOPT_NOPROGRESS, 0L);
}

static gboolean
set_login (PosternSmtpMessenger *self, CURL *curl, GCancellable *cancellable, GError **error)
{
  g_autofree char *token = NULL;

  if (!self->user)
    return TRUE;
  curl_easy_setopt (curl, CURLOPT_USERNAME, self->user);
  if (self->login_options)
    curl_easy_setopt (curl, CURLOPT_LOGIN_OPTIONS, self->login_options);
  if (self->token) {
    token = postern_smtp_token_dup (self->token, cancellable, error);
    if (!token)
      return FALSE;
    curl_easy_setopt (curl, CURLOPT_XOAUTH2_BEARER, token); /* copied */
    explicit_bzero (token, strlen (token));
  } else {
    curl_easy_setopt (curl, CURLOPT_PASSWORD, self->password);
  }
  return TRUE;
}

/* Whether the server's word was about this message: the recipient, or what it had read to its end; before that, it is about us. */
static gboolean
is_about_message (const Trip *trip)
{
  return g_str_has_prefix (trip->reason, "RCPT failed") || g_str_has_prefix (trip->reason, "DATA failed") || trip->left == 0;
}

/* 5xx to the message is final; to the login or the sender it is a matter of settings. */
static PosternError
get_code (CURLcode result, long status, const Trip *trip)
{
  if (result == CURLE_LOGIN_DENIED || status == 530 || status == 534 || status == 535 || (status >= 500 && g_str_has_prefix (trip->reason, "MAIL failed")))
    return POSTERN_ERROR_CONFIG;
  if (status >= 500 && status < 600 && is_about_message (trip))
    return POSTERN_ERROR_INVALID_REQUEST;
  if (status >= 400 && status < 500 && status != 421)
    return POSTERN_ERROR_TEMPORARILY_UNAVAILABLE;
  return POSTERN_ERROR_UNREACHABLE;
}

static void
fail_message (PosternSmtpMessenger *self, PosternMessage *message, CURL *curl, CURLcode result, Trip *trip)
{
  long status = 0;
  PosternError code;

  curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &status);
  if (status < 400) /* what it said last was no refusal */
    g_string_truncate (trip->said, 0);
  code = get_code (result, status, trip);
  if (code == POSTERN_ERROR_CONFIG && self->token)
    postern_smtp_token_drop (self->token);
  postern_message_fail (message, g_error_new (POSTERN_ERROR, (gint) code, "%s%s%s", trip->reason[0] ? trip->reason : curl_easy_strerror (result),
                                              trip->said->len ? ": " : "", trip->said->str));
}

static gboolean
send_bytes (PosternSmtpMessenger *self, PosternMessage *message, GBytes *bytes, GCancellable *cancellable, GError **error)
{
  g_autofree char *from = postern_mime_dup_address (postern_message_get_sender_address (message));
  g_autofree char *to = postern_mime_dup_address (postern_message_get_recipient (message));
  Trip trip = { g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), g_string_new (NULL), cancellable, "" };
  CURL *curl = curl_easy_init ();
  struct curl_slist *recipients = curl_slist_append (NULL, to);
  gboolean ready, sent = FALSE;

  set_up (self, curl, &trip);
  curl_easy_setopt (curl, CURLOPT_MAIL_FROM, from);
  curl_easy_setopt (curl, CURLOPT_MAIL_RCPT, recipients);
  ready = set_login (self, curl, cancellable, error);
  if (ready) {
    CURLcode result = curl_easy_perform (curl);
    /* QUIT comes behind the answer that counts; how that goes does not matter any more. */
    sent = result == CURLE_OK;
    if (sent)
      postern_message_set_receipt (message, trip.said->str);
    else
      fail_message (self, message, curl, result, &trip);
  }
  curl_easy_cleanup (curl);
  curl_slist_free_all (recipients);
  g_string_free (trip.said, TRUE);
  return sent;
}

static gboolean
postern_smtp_messenger_deliver (PosternMessenger *messenger, PosternMessage *message, GCancellable *cancellable)
{
  GError *error = NULL;
  g_autoptr (GBytes) bytes = postern_mime_format (message, &error);
  gboolean sent = bytes && send_bytes (POSTERN_SMTP_MESSENGER (messenger), message, bytes, cancellable, &error);

  if (error)
    postern_message_fail (message, error);
  return sent;
}

static void
postern_smtp_messenger_finalize (GObject *object)
{
  PosternSmtpMessenger *self = POSTERN_SMTP_MESSENGER (object);

  g_free (self->url);
  g_clear_pointer (&self->token, postern_smtp_token_free);
  G_OBJECT_CLASS (postern_smtp_messenger_parent_class)->finalize (object);
}

static void
postern_smtp_messenger_class_init (PosternSmtpMessengerClass *klass)
{
  curl_global_init (CURL_GLOBAL_DEFAULT); /* modules are opened before there are threads */
  G_OBJECT_CLASS (klass)->finalize = postern_smtp_messenger_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_smtp_messenger_configure;
  POSTERN_MESSENGER_CLASS (klass)->deliver = postern_smtp_messenger_deliver;
  POSTERN_MESSENGER_CLASS (klass)->channels = "email";
}

static void
postern_smtp_messenger_init (PosternSmtpMessenger *self)
{
}
