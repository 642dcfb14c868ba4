/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-demo-messenger.h"

#include <string.h>

/* Configured once, then asked from many threads at a time: what is read in configure() never changes. */
struct _PosternDemoMessenger {
  PosternMessenger parent_instance;
  const char *url; /* borrowed from the settings, which live as long as the instance */
  char *authorization;
};

G_DEFINE_FINAL_TYPE (PosternDemoMessenger, postern_demo_messenger, POSTERN_TYPE_MESSENGER)

/* A token with a line break in it would become a header of its own. */
static gboolean
postern_demo_messenger_configure (PosternInstance *instance, GError **error)
{
  PosternDemoMessenger *self = POSTERN_DEMO_MESSENGER (instance);
  PosternSettings *settings = postern_instance_get_settings (instance);
  const char *token = postern_settings_get_string (settings, "token");

  self->url = postern_settings_get_string (settings, "url");
  if (!self->url)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "url is missing; write where messages are posted to");
  else if (!token || !*token || strpbrk (token, "\r\n"))
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "token is empty or has more than one line; copy it from the service's page");
  else
    self->authorization = g_strconcat ("Bearer ", token, NULL);
  return self->authorization != NULL;
}

static GBytes *
body_of (PosternMessage *message)
{
  g_auto (PosternJsonObject) body = POSTERN_JSON_OBJECT_INIT;
  char *text;

  postern_json_object_add_string (&body, "channel", postern_message_get_channel (message));
  postern_json_object_add_string (&body, "to", postern_message_get_recipient (message));
  postern_json_object_add_string (&body, "subject", postern_message_get_subject (message));
  postern_json_object_add_string (&body, "text", postern_message_get_text (message));
  postern_json_object_add_string (&body, "html", postern_message_get_html (message));
  text = postern_json_print (postern_json_object_end (&body));
  return g_bytes_new_take (text, strlen (text));
}

/* Why it was not taken decides what comes next: INVALID_REQUEST is not tried again, the others are. (transfer full) */
static GError *
refusal_of (guint status)
{
  PosternError code = status == 429 ? POSTERN_ERROR_TOO_MANY_REQUESTS : status == 400 || status == 422 ? POSTERN_ERROR_INVALID_REQUEST : POSTERN_ERROR_PROVIDER;

  return g_error_new (POSTERN_ERROR, code, "the service answered with status %u", status);
}

static gboolean
postern_demo_messenger_deliver (PosternMessenger *messenger, PosternMessage *message, GCancellable *cancellable)
{
  PosternDemoMessenger *self = POSTERN_DEMO_MESSENGER (messenger);
  g_autoptr (GVariant) headers = g_variant_ref_sink (g_variant_new_parsed ("{'authorization': %s}", self->authorization));
  g_autoptr (GBytes) body = body_of (message), answer = NULL;
  GError *error = NULL;
  guint status = 0;

  answer = postern_http_client_send (postern_http_client_get_default (), "POST", self->url, headers, "application/json", body, 0, &status, NULL,
                                     cancellable, &error);
  if (answer && status >= 200 && status < 300)
    return TRUE;
  postern_message_fail (message, answer ? refusal_of (status) : error);
  return FALSE;
}

static void
postern_demo_messenger_finalize (GObject *object)
{
  g_free (POSTERN_DEMO_MESSENGER (object)->authorization);
  G_OBJECT_CLASS (postern_demo_messenger_parent_class)->finalize (object);
}

static void
postern_demo_messenger_class_init (PosternDemoMessengerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_demo_messenger_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_demo_messenger_configure;
  POSTERN_MESSENGER_CLASS (klass)->deliver = postern_demo_messenger_deliver;
  POSTERN_MESSENGER_CLASS (klass)->channels = "email sms";
}

static void
postern_demo_messenger_init (PosternDemoMessenger *self)
{
}
