/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-response.h"
#include "postern-error.h"
#include "postern-json.h"
#include "postern-pairs-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define RETRY_AFTER "5" /* seconds */

typedef struct {
  char *name;
  char *value;
  gint64 max_age; /* cookies only */
} Field;

struct _PosternResponse {
  GObject parent_instance;
  guint status;
  char *content_type;
  GBytes *body;
  char *template_name;
  GVariant *model;
  GArray *headers; /* (element-type Field) */
  GArray *cookies; /* (element-type Field) (nullable): most responses set none */
  GPtrArray *form_targets;
  PosternPairs *sources; /* (nullable): of the page's CSP: directive and source */
};

G_DEFINE_FINAL_TYPE (PosternResponse, postern_response, G_TYPE_OBJECT)

static void
field_clear (gpointer data)
{
  Field *field = data;

  g_free (field->name);
  g_free (field->value);
}

static GArray *
fields_new (void)
{
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (Field));

  g_array_set_clear_func (fields, field_clear);
  return fields;
}

static Field *
find_header (PosternResponse *self, const char *name)
{
  for (guint i = 0; i < self->headers->len; i++)
    if (g_ascii_strcasecmp (g_array_index (self->headers, Field, i).name, name) == 0)
      return &g_array_index (self->headers, Field, i);
  return NULL;
}

static void
postern_response_finalize (GObject *object)
{
  PosternResponse *self = POSTERN_RESPONSE (object);

  g_free (self->content_type);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->template_name);
  g_clear_pointer (&self->model, g_variant_unref);
  g_array_unref (self->headers);
  g_clear_pointer (&self->cookies, g_array_unref);
  g_ptr_array_unref (self->form_targets);
  g_clear_pointer (&self->sources, postern_pairs_unref);
  G_OBJECT_CLASS (postern_response_parent_class)->finalize (object);
}

static void
postern_response_class_init (PosternResponseClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_response_finalize;
}

static void
postern_response_init (PosternResponse *self)
{
  self->headers = fields_new ();
  self->form_targets = g_ptr_array_new_with_free_func (g_free);
}

PosternResponse *
postern_response_new (guint status, const char *content_type, GBytes *body)
{
  PosternResponse *self = g_object_new (POSTERN_TYPE_RESPONSE, NULL);

  self->status = status;
  self->content_type = g_strdup (content_type);
  self->body = body ? g_bytes_ref (body) : NULL;
  if (status == 503)
    postern_response_set_header (self, "Retry-After", RETRY_AFTER);
  return self;
}

PosternResponse *
postern_response_new_json (guint status, GVariant *model)
{
  char *text = postern_json_print (model);
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));
  PosternResponse *self = postern_response_new (status, "application/json", body);

  postern_response_set_header (self, "Cache-Control", "no-store");
  return self;
}

PosternResponse *
postern_response_new_redirect (const char *location)
{
  PosternResponse *self = postern_response_new (303, NULL, NULL);

  postern_response_set_header (self, "Location", location);
  postern_response_set_header (self, "Cache-Control", "no-store");
  return self;
}

PosternResponse *
postern_response_new_page (guint status, const char *template_name, GVariant *model)
{
  PosternResponse *self = postern_response_new (status, "text/html; charset=utf-8", NULL);

  self->template_name = g_strdup (template_name);
  self->model = g_variant_ref_sink (model ? model : g_variant_new ("a{sv}", NULL));
  postern_response_set_header (self, "Cache-Control", "no-store");
  return self;
}

/* What a stranger may read of @error: its own words, or none. */
static const char *
public_message (const GError *error)
{
  return error && postern_error_is_public (error) ? error->message : NULL;
}

PosternResponse *
postern_response_new_error (const GError *error)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  const char *message = public_message (error);

  postern_json_object_add_string (&model, "error", postern_error_get_wire (error));
  postern_json_object_add_string (&model, "error_description", message);
  return postern_response_new_json (postern_error_get_status (error), postern_json_object_end (&model));
}

/*
 * An application's mistake, and that the server is busy, leaving or on a database that takes nothing, is told to a person in
 * words that help a person; the message, which is for the application's maker and the operator, stands below it. Every other
 * public message was written for people.
 */
static const char *
words_for_people (const GError *error)
{
  if (!postern_error_is_public (error) || error->code == POSTERN_ERROR_TEMPORARILY_UNAVAILABLE)
    return N_("Something went wrong on our side. Please try again in a moment.");
  switch ((PosternError) error->code) {
    case POSTERN_ERROR_NOT_FOUND:
      return N_("There is nothing at this address. Check it, or go back to where you came from.");
    case POSTERN_ERROR_INVALID_REQUEST:
    case POSTERN_ERROR_INVALID_CLIENT:
    case POSTERN_ERROR_INVALID_GRANT:
    case POSTERN_ERROR_UNAUTHORIZED_CLIENT:
    case POSTERN_ERROR_UNSUPPORTED_GRANT_TYPE:
    case POSTERN_ERROR_UNSUPPORTED_RESPONSE_TYPE:
    case POSTERN_ERROR_INVALID_SCOPE:
    case POSTERN_ERROR_INVALID_TARGET:
    case POSTERN_ERROR_INVALID_TOKEN:
    case POSTERN_ERROR_INVALID_REQUEST_OBJECT:
    case POSTERN_ERROR_REQUEST_NOT_SUPPORTED:
    case POSTERN_ERROR_REQUEST_URI_NOT_SUPPORTED:
    case POSTERN_ERROR_REGISTRATION_NOT_SUPPORTED:
    case POSTERN_ERROR_METHOD_NOT_ALLOWED:
      return N_("This request cannot be answered. Go back and try again; if that does not help, tell the people who run the application what stands below.");
    case POSTERN_ERROR_TOO_LARGE:
      return N_("This is more than can be sent here. Go back and send less, or pick a smaller file.");
    default:
      return NULL;
  }
}

PosternResponse *
postern_response_new_error_page (const GError *error, const char *back_url)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  const char *message = public_message (error);
  guint status = postern_error_get_status (error);
  const char *words = words_for_people (error);
  gboolean stale = g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_STALE);

  postern_json_object_add_int64 (&model, "status", status);
  postern_json_object_add_string (&model, "error", postern_error_get_wire (error));
  if (words || message)
    postern_json_object_add_string (&model, "error_message", words ? words : message);
  if (words && message && error->code != POSTERN_ERROR_NOT_FOUND)
    postern_json_object_add_string (&model, "error_detail", message);
  postern_json_object_add_string (&model, "back_url", back_url);
  return postern_response_new_page (status, stale ? "stale" : "error", postern_json_object_end (&model));
}

guint
postern_response_get_status (PosternResponse *self)
{
  return self->status;
}

const char *
postern_response_get_content_type (PosternResponse *self)
{
  return self->content_type;
}

GBytes *
postern_response_get_body (PosternResponse *self)
{
  return self->body;
}

const char *
postern_response_get_template (PosternResponse *self)
{
  return self->template_name;
}

GVariant *
postern_response_get_model (PosternResponse *self)
{
  return self->model;
}

static gboolean
is_one_line (const char *text)
{
  return text && strpbrk (text, "\r\n") == NULL;
}

void
postern_response_set_header (PosternResponse *self, const char *name, const char *value)
{
  Field *header;
  Field fresh;

  g_return_if_fail (POSTERN_IS_RESPONSE (self) && is_one_line (name) && *name && is_one_line (value));
  header = find_header (self, name);
  if (header) {
    g_free (header->value);
    header->value = g_strdup (value);
    return;
  }
  fresh = (Field){ g_strdup (name), g_strdup (value), 0 };
  g_array_append_val (self->headers, fresh);
}

const char *
postern_response_get_header (PosternResponse *self, const char *name)
{
  Field *header = find_header (self, name);

  return header ? header->value : NULL;
}

void
postern_response_set_cookie (PosternResponse *self, const char *name, const char *value, gint64 max_age)
{
  Field cookie;

  g_return_if_fail (POSTERN_IS_RESPONSE (self) && name && *name && strpbrk (name, "=;, \t\r\n") == NULL);
  g_return_if_fail (value && strpbrk (value, ";, \t\r\n\"\\") == NULL);
  if (!self->cookies)
    self->cookies = fields_new ();
  for (guint i = 0; i < self->cookies->len; i++) {
    if (!g_str_equal (g_array_index (self->cookies, Field, i).name, name))
      continue;
    g_array_remove_index (self->cookies, i);
    break;
  }
  cookie = (Field){ g_strdup (name), g_strdup (value), max_age };
  g_array_append_val (self->cookies, cookie);
}

/* `scheme://host:port`, or `scheme:` for a native application's private scheme, which has no host. */
static char *
origin_of (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *host = uri ? g_uri_get_host (uri) : NULL;

  if (!uri)
    return NULL;
  if (!host || !*host)
    return g_strconcat (g_uri_get_scheme (uri), ":", NULL);
  return g_uri_join (G_URI_FLAGS_NONE, g_uri_get_scheme (uri), NULL, host, g_uri_get_port (uri), "", NULL, NULL);
}

void
postern_response_allow_form_target (PosternResponse *self, const char *url)
{
  g_autofree char *origin = origin_of (url);

  if (origin && !g_ptr_array_find_with_equal_func (self->form_targets, origin, g_str_equal, NULL))
    g_ptr_array_add (self->form_targets, g_steal_pointer (&origin));
}

/* No keyword, no scheme alone, nothing that ends a directive. */
static gboolean
is_source (const char *source)
{
  const char *host = g_str_has_prefix (source, "https://") ? source + 8 : g_str_has_prefix (source, "http://") ? source + 7 : "";

  return *host && host[strspn (host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/:*")] == '\0' && strcmp (host, "*") != 0;
}

void
postern_response_allow_source (PosternResponse *self, const char *directive, const char *source)
{
  static const char *const directives[] = { "script-src", "frame-src", "connect-src", "style-src", "img-src", NULL };

  if (!g_strv_contains (directives, directive) || !is_source (source))
    return;
  if (self->sources == NULL)
    self->sources = postern_pairs_new ();
  postern_pairs_add (self->sources, directive, -1, source, -1);
}

void
postern_response_foreach_source (PosternResponse *self, PosternSourceFunc func, gpointer user_data)
{
  for (guint i = 0; self->sources && i < self->sources->n_items; i++)
    func (self->sources->items[i].name, self->sources->items[i].value, user_data);
}

GPtrArray *
postern_response_get_form_targets (PosternResponse *self)
{
  return self->form_targets;
}

void
postern_response_foreach_header (PosternResponse *self, PosternHeaderFunc func, gpointer user_data)
{
  for (guint i = 0; i < self->headers->len; i++) {
    Field *header = &g_array_index (self->headers, Field, i);
    func (header->name, header->value, user_data);
  }
}

void
postern_response_foreach_cookie (PosternResponse *self, PosternCookieFunc func, gpointer user_data)
{
  for (guint i = 0; self->cookies && i < self->cookies->len; i++) {
    Field *cookie = &g_array_index (self->cookies, Field, i);
    func (cookie->name, cookie->value, cookie->max_age, user_data);
  }
}
