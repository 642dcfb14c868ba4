/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-admin-client.h"

#include <gio/gunixsocketaddress.h>
#include <libsoup/soup.h>

#include "postern-error.h"
#include "postern-json.h"

#define ANSWER_MAX (64 * 1024 * 1024)
#define TIMEOUT 60 /* seconds: a password hash may wait in a queue */
#define WAIT_MAX 30 /* seconds that one request waits in all where it is told to come again later */

struct _PosternAdminClient {
  SoupSession *session;
  char *place;  /* for who reads an error */
  char *base;   /* what a path is put behind */
  char *bearer; /* (nullable): of an Authorization field */
  char *tag;    /* (nullable): of the last answer */
};

PosternAdminClient *
postern_admin_client_new (const char *socket_path)
{
  PosternAdminClient *self = g_new0 (PosternAdminClient, 1);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (socket_path);

  self->place = g_strdup (socket_path);
  self->base = g_strdup ("http://localhost"); /* only for the Host header: every connection goes to the socket */
  self->session = soup_session_new_with_options ("remote-connectable", address, "timeout", TIMEOUT, NULL);
  return self;
}

PosternAdminClient *
postern_admin_client_new_for_url (const char *url, const char *token)
{
  PosternAdminClient *self = g_new0 (PosternAdminClient, 1);

  self->place = g_strdup (url);
  self->base = g_strndup (url, strlen (url) - g_str_has_suffix (url, "/"));
  self->bearer = g_strconcat ("Bearer ", token, NULL);
  self->session = soup_session_new_with_options ("timeout", TIMEOUT, NULL);
  return self;
}

void
postern_admin_client_free (PosternAdminClient *self)
{
  if (self == NULL)
    return;
  soup_session_abort (self->session);
  g_object_unref (self->session);
  g_free (self->place);
  g_free (self->base);
  g_free (self->bearer);
  g_free (self->tag);
  g_free (self);
}

const char *
postern_admin_client_get_tag (PosternAdminClient *self)
{
  return self->tag;
}

static SoupMessage *
make_message (PosternAdminClient *self, const char *method, const char *path, GVariant *body)
{
  g_autofree char *url = g_strconcat (self->base, path, NULL);
  SoupMessage *message = soup_message_new (method, url);

  if (message != NULL && self->bearer != NULL)
    {
      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", self->bearer);
      soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT); /* the token goes nowhere else */
    }

  if (message != NULL && body != NULL)
    {
      char *text = postern_json_print (body);
      g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

      soup_message_set_request_body_from_bytes (message, "application/json", bytes);
    }
  return message;
}

static const struct {
  guint status;
  PosternError code;
} codes[] = {
  { 400, POSTERN_ERROR_INVALID_REQUEST }, { 403, POSTERN_ERROR_ACCESS_DENIED },           { 404, POSTERN_ERROR_NOT_FOUND },
  { 405, POSTERN_ERROR_NOT_FOUND },       { 409, POSTERN_ERROR_CONFLICT },                { 410, POSTERN_ERROR_STALE },
  { 412, POSTERN_ERROR_CONFLICT },        { 422, POSTERN_ERROR_INVALID_REQUEST },                { 401, POSTERN_ERROR_ACCESS_DENIED },
  { 413, POSTERN_ERROR_TOO_LARGE },       { 503, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE }, { 429, POSTERN_ERROR_TOO_MANY_REQUESTS },
};

static gboolean
take_refusal (guint status, GVariant *answer, GError **error)
{
  const char *words = answer != NULL ? postern_json_get_string (answer, "detail") : NULL;
  PosternError code = POSTERN_ERROR_FAILED;

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].status == status)
      code = codes[i].code;
  if (words == NULL && answer != NULL)
    words = postern_json_get_string (answer, "title");
  g_set_error (error, POSTERN_ERROR, code, "%s", words ? words : "the server refused without a reason; see its log");
  return FALSE;
}

/* Who is told to come again later, as many are who read much, does so where nothing is done twice by it. @waited: (inout): seconds */
static gboolean
waits (SoupMessage *message, const char *method, guint *waited)
{
  const char *text = soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");
  guint64 seconds;

  if (soup_message_get_status (message) != 429 || !g_str_equal (method, "GET") || text == NULL || !g_ascii_string_to_unsigned (text, 10, 1, WAIT_MAX, &seconds, NULL) || *waited + seconds > WAIT_MAX)
    return FALSE;
  *waited += (guint) seconds;
  g_usleep (seconds * G_USEC_PER_SEC);
  return TRUE;
}

/* (transfer full) (nullable): the answer's body; @message: (out) (transfer full) */
static GBytes *
send (PosternAdminClient *self, const char *method, const char *path, GVariant *body, SoupMessage **message, GError **error)
{
  guint waited = 0;
  GBytes *bytes = NULL;

  do
    {
      g_clear_pointer (&bytes, g_bytes_unref);
      g_clear_object (message);
      *message = make_message (self, method, path, body);
      g_return_val_if_fail (*message != NULL, NULL);
      bytes = soup_session_send_and_read (self->session, *message, NULL, error);
    }
  while (bytes != NULL && waits (*message, method, &waited));
  return bytes;
}

gboolean
postern_admin_client_call (PosternAdminClient *self, const char *method, const char *path, GVariant *body, GVariant **answer, GError **error)
{
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) object = NULL;
  guint status;

  if (answer != NULL)
    *answer = NULL;
  bytes = send (self, method, path, body, &message, error);
  if (bytes == NULL)
    {
      g_prefix_error (error, "%s: ", self->place);
      return FALSE;
    }
  status = soup_message_get_status (message);
  g_free (self->tag);
  self->tag = g_strdup (soup_message_headers_get_one (soup_message_get_response_headers (message), "ETag"));
  if (g_bytes_get_size (bytes) > 0)
    object = postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), ANSWER_MAX, status < 300 ? error : NULL);
  if (status < 200 || status >= 300)
    return take_refusal (status, object, error);
  if (g_bytes_get_size (bytes) > 0 && object == NULL)
    return FALSE;
  if (answer != NULL)
    *answer = g_steal_pointer (&object);
  return TRUE;
}
