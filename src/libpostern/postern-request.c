/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-request.h"
#include "postern-error.h"

#include <string.h>

#define MAX_PARAMETERS 100
#define FORM_TYPE "application/x-www-form-urlencoded"

typedef struct {
  char *name;
  char *value;
} Pair;

/* What one source of parameters holds, read once and kept: most handlers look up several. */
typedef struct {
  gboolean read;
  GArray *pairs; /* (element-type Pair) */
  GError *error;
} Parameters;

struct _PosternRequest {
  GObject parent_instance;
  char *id, *method, *path, *query, *remote_address, *public_url;
  GArray *headers;  /* (element-type Pair) */
  GArray *cookies;  /* (element-type Pair) (nullable): read on first use */
  GArray *captures; /* (element-type Pair) */
  GBytes *body;
  GCancellable *cancellable;
  Parameters from_query, from_form;
};

G_DEFINE_FINAL_TYPE (PosternRequest, postern_request, G_TYPE_OBJECT)

static void
pair_clear (gpointer data)
{
  Pair *pair = data;

  g_free (pair->name);
  g_free (pair->value);
}

static GArray *
pairs_new (void)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (Pair));

  g_array_set_clear_func (pairs, pair_clear);
  return pairs;
}

static void
pairs_add (GArray *pairs, char *name, char *value)
{
  Pair pair = { name, value };

  g_array_append_val (pairs, pair);
}

/* Linear: a request has a dozen of anything, and a table costs more than it saves. */
static Pair *
pairs_find (GArray *pairs, const char *name)
{
  for (guint i = 0; i < pairs->len; i++)
    if (g_str_equal (g_array_index (pairs, Pair, i).name, name))
      return &g_array_index (pairs, Pair, i);
  return NULL;
}

static guint
pairs_count (GArray *pairs, const char *name)
{
  guint count = 0;

  for (guint i = 0; i < pairs->len; i++)
    count += g_str_equal (g_array_index (pairs, Pair, i).name, name);
  return count;
}

static void
parameters_clear (Parameters *self)
{
  g_clear_pointer (&self->pairs, g_array_unref);
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
  g_array_unref (self->headers);
  g_clear_pointer (&self->cookies, g_array_unref);
  g_array_unref (self->captures);
  g_bytes_unref (self->body);
  g_clear_object (&self->cancellable);
  parameters_clear (&self->from_query);
  parameters_clear (&self->from_form);
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
  self->headers = pairs_new ();
  self->captures = pairs_new ();
  self->body = g_bytes_new_static ("", 0);
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

static Pair *
find_header (PosternRequest *self, const char *name)
{
  for (guint i = 0; i < self->headers->len; i++)
    if (g_ascii_strcasecmp (g_array_index (self->headers, Pair, i).name, name) == 0)
      return &g_array_index (self->headers, Pair, i);
  return NULL;
}

const char *
postern_request_get_header (PosternRequest *self, const char *name)
{
  Pair *header = find_header (self, name);

  return header ? header->value : NULL;
}

static GArray *
read_cookies (const char *header)
{
  GArray *cookies = pairs_new ();
  g_auto (GStrv) parts = g_strsplit (header ? header : "", ";", MAX_PARAMETERS + 1);

  for (char **part = parts; *part; part++) {
    char *text = g_strstrip (*part);
    char *equals = strchr (text, '=');
    if (equals && equals != text)
      pairs_add (cookies, g_strndup (text, (gsize) (equals - text)), g_strdup (equals + 1));
  }
  return cookies;
}

const char *
postern_request_get_cookie (PosternRequest *self, const char *name)
{
  Pair *cookie;

  if (!self->cookies)
    self->cookies = read_cookies (postern_request_get_header (self, "Cookie"));
  cookie = pairs_find (self->cookies, name);
  return cookie ? cookie->value : NULL;
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
  Pair *capture = pairs_find (self->captures, name);

  return capture ? capture->value : NULL;
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, what);
  return FALSE;
}

/* Decodes `+` and `%XX`; NULL when an escape is broken, or the text is not UTF-8 or would hold a NUL. */
static char *
decode (const char *text, gsize length)
{
  g_autoptr (GString) out = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++) {
    int high, low;
    if (text[i] != '%') {
      g_string_append_c (out, text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    high = i + 2 < length ? g_ascii_xdigit_value (text[i + 1]) : -1;
    low = i + 2 < length ? g_ascii_xdigit_value (text[i + 2]) : -1;
    if (high < 0 || low < 0)
      return NULL;
    g_string_append_c (out, (char) (high * 16 + low));
    i += 2;
  }
  if (!g_utf8_validate_len (out->str, out->len, NULL))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
read_pair (GArray *pairs, const char *text, gsize length, GError **error)
{
  const char *equals = memchr (text, '=', length);
  gsize name_length = equals ? (gsize) (equals - text) : length;
  g_autofree char *name = decode (text, name_length);
  g_autofree char *value = equals ? decode (equals + 1, length - name_length - 1) : g_strdup ("");

  if (!name || !value)
    return refuse (error, "A parameter has a broken escape, is not UTF-8, or holds a NUL");
  if (pairs->len == MAX_PARAMETERS)
    return refuse (error, "More than 100 parameters");
  pairs_add (pairs, g_steal_pointer (&name), g_steal_pointer (&value));
  return TRUE;
}

static gboolean
read_pairs (GArray *pairs, const char *text, gsize length, GError **error)
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

  if (parameters->read)
    return parameters;
  parameters->read = TRUE;
  parameters->pairs = pairs_new ();
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

  if (parameters->read)
    return parameters;
  parameters->read = TRUE;
  parameters->pairs = pairs_new ();
  text = g_bytes_get_data (self->body, &length);
  if (!is_form (self))
    refuse (&parameters->error, "The body must be " FORM_TYPE);
  else if (length)
    read_pairs (parameters->pairs, text, length, &parameters->error);
  return parameters;
}

static gboolean
look_up (Parameters *parameters, const char *name, const char **value, GError **error)
{
  guint count;

  *value = NULL;
  if (parameters->error) {
    g_propagate_error (error, g_error_copy (parameters->error));
    return FALSE;
  }
  count = pairs_count (parameters->pairs, name);
  if (count > 1) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter “%s” stands more than once", name);
    return FALSE;
  }
  if (count == 1)
    *value = pairs_find (parameters->pairs, name)->value;
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

GVariant *
postern_request_dup_parameters (PosternRequest *self, GError **error)
{
  Parameters *parameters = g_str_equal (self->method, "POST") ? form_parameters (self) : query_parameters (self);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (parameters->error) {
    g_propagate_error (error, g_error_copy (parameters->error));
    return NULL;
  }
  for (guint i = 0; i < parameters->pairs->len; i++) {
    Pair *pair = &g_array_index (parameters->pairs, Pair, i);
    if (!g_hash_table_add (seen, pair->name)) {
      refuse (error, "A parameter stands more than once");
      return NULL;
    }
    g_variant_builder_add (&builder, "{ss}", pair->name, pair->value);
  }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
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
postern_request_add_header (PosternRequest *self, const char *name, const char *value)
{
  Pair *header = find_header (self, name);

  if (header) {
    const char *joint = g_ascii_strcasecmp (name, "Cookie") == 0 ? "; " : ", ";
    char *joined = g_strconcat (header->value, joint, value, NULL);
    g_free (header->value);
    header->value = joined;
    return;
  }
  pairs_add (self->headers, g_strdup (name), g_strdup (value));
}

void
postern_request_set_body (PosternRequest *self, GBytes *body)
{
  g_bytes_ref (body);
  g_bytes_unref (self->body);
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

void
postern_request_set_cancellable (PosternRequest *self, GCancellable *cancellable)
{
  g_set_object (&self->cancellable, cancellable);
}

void
postern_request_set_capture (PosternRequest *self, const char *name, const char *value)
{
  Pair *capture = pairs_find (self->captures, name);

  if (capture)
    set_string (&capture->value, value);
  else
    pairs_add (self->captures, g_strdup (name), g_strdup (value));
}
