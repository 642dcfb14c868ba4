/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-http-dispatch.h"

#include <string.h>

#include "postern-http-answer.h"
#include "postern-http-fill.h"
#include "postern-http-sigv4.h"
#include "postern-json.h"
#include "postern-mime.h"

#define ANSWER_MAX (64 * 1024)

/* What a description may fill in; the last ones are the operator's and may stand in the URL. */
static const char *const names[] = { "to", "to-digits", "from", "from-name", "from-mailbox", "subject", "text", "text-type", "html", "id",
                                     "account", "region", "user", "secret", NULL };
static const char *const url_names[] = { "account", "region", NULL };

struct _PosternHttpDispatch {
  PosternSettings *settings;
  gboolean form;
};

static const char *
get (PosternHttpDispatch *self, const char *name)
{
  const char *value = postern_settings_get_string (self->settings, name);

  return value ? value : "";
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, what);
  return FALSE;
}

/* --- the description --------------------------------------------------------------------------------------------- */

static void
put (GHashTable *values, const char *name, const char *value)
{
  g_hash_table_insert (values, (gpointer) name, g_strdup (value ? value : ""));
}

static GHashTable *
make_values (PosternHttpDispatch *self)
{
  static const char *const own[] = { "account", "region", "user", "secret", NULL };
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  for (guint i = 0; own[i]; i++)
    put (values, own[i], get (self, own[i]));
  return values;
}

/* What stands in the URL is a segment or a host: nothing that would end either. */
static char *
dup_url (PosternHttpDispatch *self)
{
  g_autoptr (GHashTable) values = make_values (self);

  return postern_http_fill (get (self, "url"), values, POSTERN_HTTP_FILL_FORM);
}

static gboolean
check_url (PosternHttpDispatch *self, GError **error)
{
  g_autofree char *unknown = postern_http_fill_find_unknown (get (self, "url"), url_names);
  g_autofree char *url = dup_url (self);
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);

  if (unknown || !uri || !g_uri_get_host (uri) || !*g_uri_get_host (uri) || g_uri_get_query (uri) || g_uri_get_userinfo (uri) ||
      (strcmp (g_uri_get_scheme (uri), "https") != 0 && strcmp (g_uri_get_scheme (uri), "http") != 0))
    return fail (error, "url is not an https address without a query, in which {account} and {region} may stand; correct it, or what it is filled in with");
  return TRUE;
}

static gboolean
check_body (PosternHttpDispatch *self, GError **error)
{
  g_autofree char *unknown = postern_http_fill_find_unknown (get (self, "body"), names);
  g_autoptr (GVariant) parsed = NULL;

  if (unknown) {
    g_autofree char *known = g_strjoinv (", ", (char **) names);
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "body has {%s}, which nothing fills in; there are: %s", unknown, known);
    return FALSE;
  }
  parsed = self->form ? NULL : postern_json_parse_object (get (self, "body"), -1, 0, NULL);
  return self->form || parsed || fail (error, "body is not a JSON object; correct it, or write format=form");
}

static gboolean
check_authentication (PosternHttpDispatch *self, GError **error)
{
  const char *way = get (self, "authentication"), *extra = get (self, "extra-header");
  g_autofree char *unknown = postern_http_fill_find_unknown (extra, names);
  gboolean proves = !g_str_equal (way, "none");

  if (!*way)
    return fail (error, "authentication is required; set it");
  if (g_str_equal (way, "header") && !*get (self, "header"))
    return fail (error, "authentication=header needs header; write its name");
  if (proves && !*get (self, "secret"))
    return fail (error, "secret is required; set it, or name a file in secret-file, or a credential in secret-credential");
  if ((g_str_equal (way, "basic") || g_str_equal (way, "sigv4")) && !*get (self, "user"))
    return fail (error, "user is required; set it");
  if (g_str_equal (way, "sigv4") && (!*get (self, "region") || !*get (self, "service")))
    return fail (error, "authentication=sigv4 needs region and service; set both");
  if (*extra && (unknown || !strstr (extra, ": ")))
    return fail (error, "extra-header is not NAME: VALUE; correct it");
  return TRUE;
}

PosternHttpDispatch *
postern_http_dispatch_new (PosternSettings *settings, GError **error)
{
  PosternHttpDispatch *self = g_new0 (PosternHttpDispatch, 1);

  self->settings = g_object_ref (settings);
  self->form = g_str_equal (get (self, "format"), "form");
  if (check_url (self, error) && check_body (self, error) && check_authentication (self, error))
    return self;
  postern_http_dispatch_free (self);
  return NULL;
}

void
postern_http_dispatch_free (PosternHttpDispatch *self)
{
  g_object_unref (self->settings);
  g_free (self);
}

/* --- a message --------------------------------------------------------------------------------------------------- */

static gboolean
is_ascii (const char *text)
{
  for (; text && *text; text++)
    if ((guchar) *text >= 0x80)
      return FALSE;
  return TRUE;
}

/* A mail's sender is the server's; a text message's is what the provider gave us. */
static gboolean
put_addresses (PosternHttpDispatch *self, GHashTable *values, PosternMessage *message, GError **error)
{
  const char *to = postern_message_get_recipient (message), *name = postern_message_get_sender_name (message);
  gboolean email = g_str_equal (postern_message_get_channel (message), "email");
  g_autofree char *from = email ? postern_mime_dup_address (postern_message_get_sender_address (message)) : g_strdup (get (self, "from"));
  g_autofree char *recipient = email ? postern_mime_dup_address (to) : g_strdup (to);
  g_autofree char *mailbox = NULL;

  if (!from || !recipient) {
    g_set_error_literal (error, POSTERN_ERROR, from ? POSTERN_ERROR_INVALID_REQUEST : POSTERN_ERROR_CONFIG,
                         from ? "mail servers do not take an address like the recipient's" : "messages.from-address is no address that mail can come from; correct it");
    return FALSE;
  }
  mailbox = email ? postern_mime_format_mailbox (name, from) : NULL;
  put (values, "to", recipient);
  put (values, "to-digits", *recipient == '+' ? recipient + 1 : recipient);
  put (values, "from", from);
  put (values, "from-name", name);
  put (values, "from-mailbox", mailbox);
  return TRUE;
}

static void
put_texts (GHashTable *values, PosternMessage *message)
{
  const char *text = postern_message_get_text (message);

  put (values, "subject", postern_message_get_subject (message));
  put (values, "text", text);
  put (values, "text-type", is_ascii (text) ? "text" : "unicode");
  put (values, "html", postern_message_get_html (message));
  put (values, "id", postern_message_get_id (message));
}

static void
add_header (GVariantBuilder *headers, const char *name, const char *value)
{
  g_variant_builder_add (headers, "{ss}", name, value);
}

static void
add_signature (PosternHttpDispatch *self, GVariantBuilder *headers, const char *url, const char *type, GBytes *body)
{
  PosternHttpSigv4 sigv4 = { get (self, "user"), get (self, "secret"), get (self, "region"), get (self, "service") };
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = NULL;
  g_autofree char *authorization = postern_http_sigv4_sign (&sigv4, url, type, body, now, &date);

  add_header (headers, "X-Amz-Date", date);
  add_header (headers, "Authorization", authorization);
}

static void
add_proof (PosternHttpDispatch *self, GVariantBuilder *headers)
{
  const char *way = get (self, "authentication"), *secret = get (self, "secret");
  g_autofree char *value = NULL;

  if (g_str_equal (way, "header")) {
    add_header (headers, get (self, "header"), secret);
  } else if (g_str_equal (way, "bearer")) {
    value = g_strconcat (*get (self, "scheme") ? get (self, "scheme") : "Bearer", " ", secret, NULL);
    add_header (headers, "Authorization", value);
  } else if (g_str_equal (way, "basic")) {
    g_autofree char *pair = g_strconcat (get (self, "user"), ":", secret, NULL);
    g_autofree char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));
    value = g_strconcat ("Basic ", encoded, NULL);
    add_header (headers, "Authorization", value);
  }
}

static void
add_extra_header (PosternHttpDispatch *self, GVariantBuilder *headers, GHashTable *values)
{
  g_autofree char *line = postern_http_fill (get (self, "extra-header"), values, POSTERN_HTTP_FILL_PLAIN);
  g_auto (GStrv) parts = g_strsplit (line, ": ", 2);

  if (parts[0] && parts[1])
    add_header (headers, parts[0], parts[1]);
}

static GBytes *
post (PosternHttpDispatch *self, GHashTable *values, PosternHttpAnswer *answer, GCancellable *cancellable, GError **error)
{
  const char *type = self->form ? "application/x-www-form-urlencoded" : "application/json";
  g_autofree char *url = dup_url (self);
  char *text = postern_http_fill (get (self, "body"), values, self->form ? POSTERN_HTTP_FILL_FORM : POSTERN_HTTP_FILL_JSON);
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));
  GVariantBuilder headers = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));

  add_proof (self, &headers);
  add_extra_header (self, &headers, values);
  if (g_str_equal (get (self, "authentication"), "sigv4"))
    add_signature (self, &headers, url, type, body);
  return postern_http_client_send (postern_http_client_get_default (), "POST", url, g_variant_builder_end (&headers), type, body, ANSWER_MAX,
                                   &answer->status, &answer->headers, cancellable, error);
}

gboolean
postern_http_dispatch_send (PosternHttpDispatch *self, PosternMessage *message, GCancellable *cancellable)
{
  g_autoptr (GHashTable) values = make_values (self);
  PosternHttpAnswer answer = { 0 };
  g_autoptr (GBytes) body = NULL;
  g_autofree char *receipt = NULL;
  GError *error = NULL;

  put_texts (values, message);
  if (put_addresses (self, values, message, &error))
    answer.body = body = post (self, values, &answer, cancellable, &error);
  if (body)
    error = postern_http_answer_judge (&answer, self->settings);
  receipt = error || !*get (self, "id-path") ? NULL : postern_http_answer_dup (&answer, get (self, "id-path"));
  g_clear_pointer (&answer.headers, g_variant_unref);
  if (error)
    postern_message_fail (message, error);
  else
    postern_message_set_receipt (message, receipt ? receipt : "taken");
  return error == NULL;
}
