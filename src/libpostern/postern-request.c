/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-request-private.h"
#include "postern-error.h"

#include <string.h>

#define MAX_PARAMETERS 100
#define FORM_TYPE "application/x-www-form-urlencoded"

/* What one source of parameters holds, read once and kept: most handlers look up several. */
typedef struct {
  PosternPairs *pairs; /* (nullable): not read yet */
  GError *error;
} Parameters;

struct _PosternRequest {
  GObject parent_instance;
  char *id, *method, *path, *query, *remote_address, *public_url;
  char *tenant; /* (nullable) */
  PosternPairs *headers;
  PosternPairs *cookies;  /* (nullable): read on first use */
  PosternPairs *captures; /* (nullable): most routes have none */
  GBytes *body;           /* (nullable): none */
  const PosternRoute *route; /* (nullable) */
  GCancellable *cancellable;
  Parameters from_query, from_form;
  GHashTable *files; /* (nullable): most forms have none */
};

G_DEFINE_FINAL_TYPE (PosternRequest, postern_request, G_TYPE_OBJECT)

static void
parameters_clear (Parameters *self)
{
  g_clear_pointer (&self->pairs, postern_pairs_unref);
  g_clear_error (&self->error);
}

static void
postern_request_finalize (GObject *object)
{
  PosternRequest *self = POSTERN_REQUEST (object);

  g_free (self->id);
  g_free (self->method);
  g_free (self->path);
  g_free (self->query);
  g_free (self->remote_address);
  g_free (self->public_url);
  g_free (self->tenant);
  postern_pairs_unref (self->headers);
  g_clear_pointer (&self->cookies, postern_pairs_unref);
  g_clear_pointer (&self->captures, postern_pairs_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_object (&self->cancellable);
  parameters_clear (&self->from_query);
  parameters_clear (&self->from_form);
  g_clear_pointer (&self->files, g_hash_table_unref);
  G_OBJECT_CLASS (postern_request_parent_class)->finalize (object);
}

static void
postern_request_class_init (PosternRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_request_finalize;
}

static void
postern_request_init (PosternRequest *self)
{
  self->headers = postern_pairs_new ();
}

PosternRequest *
postern_request_new (const char *method, const char *path, const char *query)
{
  PosternRequest *self = g_object_new (POSTERN_TYPE_REQUEST, NULL);

  self->method = g_strdup (method);
  self->path = g_strdup (path);
  self->query = g_strdup (query);
  return self;
}

const char *
postern_request_get_id (PosternRequest *self)
{
  return self->id;
}

const char *
postern_request_get_method (PosternRequest *self)
{
  return self->method;
}

const char *
postern_request_get_path (PosternRequest *self)
{
  return self->path;
}

const char *
postern_request_get_query_string (PosternRequest *self)
{
  return self->query;
}

static PosternPair *
find_header (PosternRequest *self, const char *name, gsize length)
{
  for (guint i = 0; i < self->headers->n_items; i++) {
    PosternPair *header = &self->headers->items[i];
    if (g_ascii_strncasecmp (header->name, name, length) == 0 && header->name[length] == '\0')
      return header;
  }
  return NULL;
}

const char *
postern_request_get_header (PosternRequest *self, const char *name)
{
  PosternPair *header = find_header (self, name, strlen (name));

  return header ? header->value : NULL;
}

/* Blanks around a cookie are nobody's; one without a name or without `=` is none. */
static void
read_cookie (PosternPairs *cookies, const char *text, gsize length)
{
  const char *equals;

  while (length > 0 && g_ascii_isspace (*text))
    text++, length--;
  while (length > 0 && g_ascii_isspace (text[length - 1]))
    length--;
  equals = memchr (text, '=', length);
  if (equals && equals != text)
    postern_pairs_add (cookies, text, equals - text, equals + 1, text + length - (equals + 1));
}

static PosternPairs *
read_cookies (const char *header)
{
  PosternPairs *cookies = postern_pairs_new ();

  while (header && *header && cookies->n_items < MAX_PARAMETERS) {
    gsize length = strcspn (header, ";");
    read_cookie (cookies, header, length);
    header += length + (header[length] == ';');
  }
  return cookies;
}

const char *
postern_request_get_cookie (PosternRequest *self, const char *name)
{
  if (!self->cookies)
    self->cookies = read_cookies (postern_request_get_header (self, "Cookie"));
  return postern_pairs_get (self->cookies, name);
}

const char *
postern_request_get_remote_address (PosternRequest *self)
{
  return self->remote_address;
}

const char *
postern_request_get_public_url (PosternRequest *self)
{
  return self->public_url;
}

GBytes *
postern_request_get_body (PosternRequest *self)
{
  if (!self->body)
    self->body = g_bytes_new_static ("", 0);
  return self->body;
}

GCancellable *
postern_request_get_cancellable (PosternRequest *self)
{
  return self->cancellable;
}

const char *
postern_request_get_capture (PosternRequest *self, const char *name)
{
  return postern_pairs_get (self->captures, name);
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, what);
  return FALSE;
}

/* Decodes `+` and `%XX` to @out, which is never longer. (nullable): the end; NULL when an escape is broken, or the text is
 * not UTF-8 or would hold a NUL */
static char *
decode (char *out, const char *text, gsize length)
{
  const char *first = out;

  for (gsize i = 0; i < length; i++) {
    int high, low;
    if (text[i] != '%') {
      *out++ = text[i] == '+' ? ' ' : text[i];
      continue;
    }
    high = i + 2 < length ? g_ascii_xdigit_value (text[i + 1]) : -1;
    low = i + 2 < length ? g_ascii_xdigit_value (text[i + 2]) : -1;
    if (high < 0 || low < 0)
      return NULL;
    *out++ = (char) (high * 16 + low);
    i += 2;
  }
  *out = '\0';
  return g_utf8_validate_len (first, (gsize) (out - first), NULL) ? out : NULL;
}

static gboolean
read_pair (PosternPairs *pairs, const char *text, gsize length, GError **error)
{
  const char *end = text + length;
  const char *equals = memchr (text, '=', length);
  const char *name_end = equals ? equals : end;
  const char *rest = equals ? equals + 1 : end;
  g_autofree char *block = g_malloc (length + 2);
  char *decoded = decode (block, text, (gsize) (name_end - text));
  char *value = decoded ? decoded + 1 : NULL;

  if (!value || !decode (value, rest, (gsize) (end - rest)))
    return refuse (error, "A parameter has a broken escape, is not UTF-8, or holds a NUL");
  if (pairs->n_items == MAX_PARAMETERS)
    return refuse (error, "More than 100 parameters");
  postern_pairs_take (pairs, g_steal_pointer (&block), value);
  return TRUE;
}

static gboolean
read_pairs (PosternPairs *pairs, const char *text, gsize length, GError **error)
{
  const char *end = text + length;

  while (text < end) {
    const char *ampersand = memchr (text, '&', (gsize) (end - text));
    gsize part = (gsize) ((ampersand ? ampersand : end) - text);
    if (part > 0 && !read_pair (pairs, text, part, error))
      return FALSE;
    text += part + 1;
  }
  return TRUE;
}

static gboolean
is_form (PosternRequest *self)
{
  const char *type = postern_request_get_header (self, "Content-Type");
  gsize length = strlen (FORM_TYPE);

  return type && g_ascii_strncasecmp (type, FORM_TYPE, length) == 0 && strchr (";, \t", type[length]) != NULL &&
         type[length] != ',';
}

static Parameters *
query_parameters (PosternRequest *self)
{
  Parameters *parameters = &self->from_query;

  if (parameters->pairs)
    return parameters;
  parameters->pairs = postern_pairs_new ();
  if (self->query)
    read_pairs (parameters->pairs, self->query, strlen (self->query), &parameters->error);
  return parameters;
}

static Parameters *
form_parameters (PosternRequest *self)
{
  Parameters *parameters = &self->from_form;
  gsize length;
  const char *text;

  if (parameters->pairs)
    return parameters;
  parameters->pairs = postern_pairs_new ();
  text = g_bytes_get_data (postern_request_get_body (self), &length);
  if (!is_form (self))
    refuse (&parameters->error, "The body must be " FORM_TYPE);
  else if (length)
    read_pairs (parameters->pairs, text, length, &parameters->error);
  return parameters;
}

static gboolean
is_readable (Parameters *parameters, GError **error)
{
  if (parameters->error)
    g_propagate_error (error, g_error_copy (parameters->error));
  return !parameters->error;
}

static gboolean
look_up (Parameters *parameters, const char *name, const char **value, GError **error)
{
  *value = NULL;
  if (!is_readable (parameters, error))
    return FALSE;
  for (guint i = 0; i < parameters->pairs->n_items; i++) {
    if (!g_str_equal (parameters->pairs->items[i].name, name))
      continue;
    if (*value) {
      *value = NULL;
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter “%s” stands more than once", name);
      return FALSE;
    }
    *value = parameters->pairs->items[i].value;
  }
  return TRUE;
}

gboolean
postern_request_get_query (PosternRequest *self, const char *name, const char **value, GError **error)
{
  return look_up (query_parameters (self), name, value, error);
}

gboolean
postern_request_get_form (PosternRequest *self, const char *name, const char **value, GError **error)
{
  return look_up (form_parameters (self), name, value, error);
}

void
postern_request_set_form (PosternRequest *self, PosternPairs *form, GHashTable *files)
{
  parameters_clear (&self->from_form);
  g_clear_pointer (&self->files, g_hash_table_unref);
  self->from_form.pairs = form;
  self->files = files;
}

GBytes *
postern_request_get_file (PosternRequest *self, const char *name)
{
  return self->files ? g_hash_table_lookup (self->files, name) : NULL;
}

/* A hundred at most: to compare each with each costs less than a table. */
static gboolean
stands_twice (PosternPairs *pairs)
{
  for (guint i = 1; i < pairs->n_items; i++)
    for (guint before = 0; before < i; before++)
      if (g_str_equal (pairs->items[i].name, pairs->items[before].name))
        return TRUE;
  return FALSE;
}

PosternPairs *
postern_request_get_parameters (PosternRequest *self, GError **error)
{
  Parameters *parameters = g_str_equal (self->method, "POST") ? form_parameters (self) : query_parameters (self);

  if (!is_readable (parameters, error))
    return NULL;
  if (!stands_twice (parameters->pairs))
    return parameters->pairs;
  refuse (error, "A parameter stands more than once");
  return NULL;
}

static void
set_string (char **field, const char *value)
{
  char *copy = g_strdup (value);

  g_free (*field);
  *field = copy;
}

void
postern_request_set_id (PosternRequest *self, const char *id)
{
  set_string (&self->id, id);
}

void
postern_request_add_field (PosternRequest *self, const char *name, gsize name_length, const char *value, gsize length)
{
  PosternPair *header = find_header (self, name, name_length);
  g_autoptr (GString) joined = NULL;

  if (!header) {
    postern_pairs_add (self->headers, name, (gssize) name_length, value, (gssize) length);
    return;
  }
  joined = g_string_new (header->value);
  g_string_append (joined, g_ascii_strcasecmp (header->name, "Cookie") == 0 ? "; " : ", ");
  g_string_append_len (joined, value, (gssize) length);
  postern_pairs_set (self->headers, header->name, joined->str);
}

void
postern_request_add_header (PosternRequest *self, const char *name, const char *value)
{
  postern_request_add_field (self, name, strlen (name), value, strlen (value));
}

void
postern_request_set_body (PosternRequest *self, GBytes *body)
{
  g_bytes_ref (body);
  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = body;
}

void
postern_request_set_remote_address (PosternRequest *self, const char *address)
{
  set_string (&self->remote_address, address);
}

void
postern_request_set_public_url (PosternRequest *self, const char *url)
{
  set_string (&self->public_url, url);
}

const char *
postern_request_get_tenant (PosternRequest *self)
{
  return self->tenant;
}

void
postern_request_set_tenant (PosternRequest *self, const char *slug)
{
  set_string (&self->tenant, slug);
}

void
postern_request_set_cancellable (PosternRequest *self, GCancellable *cancellable)
{
  g_set_object (&self->cancellable, cancellable);
}

void
postern_request_set_capture (PosternRequest *self, const char *name, const char *value)
{
  if (!self->captures)
    self->captures = postern_pairs_new ();
  postern_pairs_set (self->captures, name, value);
}

void
postern_request_set_route (PosternRequest *self, const PosternRoute *route)
{
  self->route = route;
}

const PosternRoute *
postern_request_get_route (PosternRequest *self)
{
  return self->route;
}
