/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-multipart.h"

#include "postern-error.h"
#include "postern-gate-head.h"
#include "postern-request-private.h"

#include <string.h>

#define TYPE "multipart/form-data"
#define TOKEN "!#$%&'*+-.^_`{|}~" /* with letters and digits: RFC 2045 section 5.1 */
#define BOUNDARY "'()+_,-./:=? "  /* likewise bchars: RFC 2046 section 5.1.1 */
#define NAME "-_.:"               /* likewise what fields of our forms are called by */

typedef struct {
  GBytes *body;
  const char *at, *end;                                   /* what is not read yet */
  char delimiter[4 + POSTERN_MULTIPART_BOUNDARY_MAX + 1]; /* CR LF "--" and the boundary */
  gsize length;                                           /* of it */
  guint parts;
  PosternPairs *form;
  GHashTable *files;
} Reader;

/* What the head of a part says; pieces of the body. */
typedef struct {
  PosternSlice name, type, filename; /* text is NULL where it does not say */
} Part;

static void
reader_clear (Reader *self)
{
  g_clear_pointer (&self->form, postern_pairs_unref);
  g_clear_pointer (&self->files, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, what);
  return FALSE;
}

/* --- fields with parameters ------------------------------------------------------------------------------------------------ */

static gsize
span (const char *text, gsize length, const char *more)
{
  gsize i = 0;

  while (i < length && text[i] && (g_ascii_isalnum (text[i]) || strchr (more, text[i])))
    i++;
  return i;
}

static gboolean
is_all (const PosternSlice *slice, const char *more, gsize most)
{
  return slice->length > 0 && slice->length <= most && span (slice->text, slice->length, more) == slice->length;
}

static void
skip (PosternSlice *rest, gsize length)
{
  rest->text += length;
  rest->length -= length;
}

static void
skip_blanks (PosternSlice *rest)
{
  while (rest->length && (*rest->text == ' ' || *rest->text == '\t'))
    skip (rest, 1);
}

/* The first word of @rest, which is then behind it. */
static PosternSlice
take_word (PosternSlice *rest)
{
  PosternSlice word = { rest->text, span (rest->text, rest->length, TOKEN "/") };

  skip (rest, word.length);
  return word;
}

/* Quotation marks in names are sent as %22, so none is escaped; what looks so could end elsewhere for others. */
static gboolean
take_quoted (PosternSlice *rest, PosternSlice *value)
{
  const char *first = rest->text + 1, *last = memchr (first, '"', rest->length - 1);

  if (last == NULL || last[-1] == '\\')
    return FALSE;
  *value = (PosternSlice){ first, (gsize) (last - first) };
  skip (rest, value->length + 2);
  return TRUE;
}

/* `; name=value` or `; name="value"` */
static gboolean
take_parameter (PosternSlice *rest, PosternGateField *parameter)
{
  skip_blanks (rest);
  if (rest->length == 0 || *rest->text != ';')
    return FALSE;
  skip (rest, 1);
  skip_blanks (rest);
  parameter->name = (PosternSlice){ rest->text, span (rest->text, rest->length, TOKEN) };
  skip (rest, parameter->name.length);
  if (parameter->name.length == 0 || rest->length < 2 || *rest->text != '=')
    return FALSE;
  skip (rest, 1);
  if (*rest->text == '"')
    return take_quoted (rest, &parameter->value);
  parameter->value = (PosternSlice){ rest->text, span (rest->text, rest->length, TOKEN) };
  skip (rest, parameter->value.length);
  return parameter->value.length > 0;
}

/* --- the boundary ------------------------------------------------------------------------------------------------------------ */

static gboolean
is_boundary (const PosternSlice *text)
{
  return is_all (text, BOUNDARY, POSTERN_MULTIPART_BOUNDARY_MAX) && text->text[text->length - 1] != ' ';
}

static gboolean
read_boundary (Reader *self, PosternRequest *request, GError **error)
{
  const char *type = postern_request_get_header (request, "Content-Type");
  PosternSlice rest = { type ? type : "", type ? strlen (type) : 0 }, kind = take_word (&rest);
  PosternGateField boundary;

  if (!postern_gate_head_equals (&kind, TYPE))
    return refuse (error, "The body must be " TYPE);
  if (!take_parameter (&rest, &boundary) || rest.length > 0 || !postern_gate_head_equals (&boundary.name, "boundary"))
    return refuse (error, TYPE " must have a boundary and nothing else");
  if (!is_boundary (&boundary.value))
    return refuse (error, "The boundary must be 1 to 70 of the characters that may stand in one");
  self->length = (gsize) g_snprintf (self->delimiter, sizeof self->delimiter, "\r\n--%.*s", (int) boundary.value.length, boundary.value.text);
  return TRUE;
}

/* --- the head of a part ------------------------------------------------------------------------------------------------------- */

static gboolean
set_once (PosternSlice *field, const PosternSlice *value)
{
  if (field->text)
    return FALSE;
  *field = *value;
  return TRUE;
}

/* RFC 7578 section 4.2. `filename*`, which it forbids, would be a second name. */
static gboolean
take_disposition (Part *part, PosternSlice rest, GError **error)
{
  PosternSlice kind = take_word (&rest);
  PosternGateField parameter;

  if (part->name.text || !postern_gate_head_equals (&kind, "form-data"))
    return refuse (error, "Content-Disposition must stand once in a part, and be form-data");
  while (rest.length > 0) {
    gboolean is_name;

    if (!take_parameter (&rest, &parameter))
      return refuse (error, "Content-Disposition is not well-formed");
    is_name = postern_gate_head_equals (&parameter.name, "name");
    if (!is_name && !postern_gate_head_equals (&parameter.name, "filename"))
      return refuse (error, "Content-Disposition may have name and filename only");
    if (!set_once (is_name ? &part->name : &part->filename, &parameter.value))
      return refuse (error, "Content-Disposition has a parameter twice");
  }
  return is_all (&part->name, NAME, POSTERN_MULTIPART_NAME_MAX) || refuse (error, "A part must have the name of a field");
}

/* Of a part, only fields that begin so mean anything (RFC 2046 section 5.1): the rest is passed over. */
static gboolean
take_field (Part *part, const PosternGateField *field, GError **error)
{
  if (postern_gate_head_equals (&field->name, "Content-Disposition"))
    return take_disposition (part, field->value, error);
  if (postern_gate_head_equals (&field->name, "Content-Type"))
    return set_once (&part->type, &field->value) || refuse (error, "Content-Type stands twice in a part");
  if (field->name.length >= strlen ("Content-") && g_ascii_strncasecmp (field->name.text, "Content-", strlen ("Content-")) == 0)
    return refuse (error, "A part may have Content-Disposition and Content-Type only: no other encoding is understood");
  return TRUE;
}

/* Without its end, which must be CR LF. */
static gboolean
read_line (Reader *self, PosternSlice *line)
{
  const char *lf = memchr (self->at, '\n', MIN ((gsize) (self->end - self->at), POSTERN_MULTIPART_LINE_MAX));

  if (lf == NULL || lf == self->at || lf[-1] != '\r')
    return FALSE;
  *line = (PosternSlice){ self->at, (gsize) (lf - 1 - self->at) };
  self->at = lf + 1;
  return TRUE;
}

static gboolean
read_head (Reader *self, Part *part, GError **error)
{
  for (guint lines = 0; lines <= POSTERN_MULTIPART_LINES_MAX; lines++) {
    PosternSlice line;
    PosternGateField field;

    if (!read_line (self, &line))
      return refuse (error, "The head of a part has a line that is too long, or does not end in CR LF");
    if (line.length == 0)
      return part->name.text || refuse (error, "A part has no Content-Disposition");
    if (!postern_gate_head_split_field (line.text, line.length, &field))
      return refuse (error, "The head of a part has a line that is no field");
    if (!take_field (part, &field, error))
      return FALSE;
  }
  return refuse (error, "The head of a part has more than 8 fields");
}

/* --- what a part holds -------------------------------------------------------------------------------------------------------- */

/* RFC 7578 section 4.4: a text is text/plain, and here in UTF-8, as our pages are. */
static gboolean
is_plain (PosternSlice type)
{
  PosternSlice kind = take_word (&type);
  PosternGateField charset;

  if (!postern_gate_head_equals (&kind, "text/plain"))
    return FALSE;
  return type.length == 0 || (take_parameter (&type, &charset) && type.length == 0 && postern_gate_head_equals (&charset.name, "charset") &&
                              postern_gate_head_equals (&charset.value, "utf-8"));
}

static gboolean
has_bare_line_end (const PosternSlice *text)
{
  for (gsize i = 0; i < text->length; i++) {
    if (text->text[i] == '\r' && i + 1 < text->length && text->text[i + 1] == '\n')
      i++;
    else if (text->text[i] == '\r' || text->text[i] == '\n')
      return TRUE;
  }
  return FALSE;
}

static gboolean
take_text (Reader *self, const Part *part, const PosternSlice *text, GError **error)
{
  if (part->type.text && !is_plain (part->type))
    return refuse (error, "A part without a file must be text/plain, in UTF-8");
  if (!g_utf8_validate_len (text->text, text->length, NULL))
    return refuse (error, "A text is not UTF-8, or holds a NUL");
  if (has_bare_line_end (text))
    return refuse (error, "A line of a text does not end in CR LF");
  postern_pairs_add (self->form, part->name.text, (gssize) part->name.length, text->text, (gssize) text->length);
  return TRUE;
}

/* A field in which nothing was picked is sent as a file without a name and without a byte. @name: (transfer full) */
static gboolean
take_file (Reader *self, const Part *part, char *name, const PosternSlice *data, GError **error)
{
  gsize offset = (gsize) (data->text - (const char *) g_bytes_get_data (self->body, NULL));
  gboolean picked = part->filename.length > 0;

  g_hash_table_insert (self->files, name, picked ? g_bytes_new_from_bytes (self->body, offset, data->length) : NULL);
  if (part->type.text && part->type.length >= strlen ("multipart/") && g_ascii_strncasecmp (part->type.text, "multipart/", strlen ("multipart/")) == 0)
    return refuse (error, "A part holds several parts");
  return picked || data->length == 0 || refuse (error, "A file has no name");
}

static gboolean
read_part (Reader *self, GError **error)
{
  Part part = { { NULL } };
  PosternSlice data;
  const char *end;
  g_autofree char *name = NULL;

  if (!read_head (self, &part, error))
    return FALSE;
  end = memmem (self->at, (gsize) (self->end - self->at), self->delimiter, self->length);
  if (end == NULL)
    return refuse (error, "The last boundary is missing");
  data = (PosternSlice){ self->at, (gsize) (end - self->at) };
  self->at = end + self->length;
  name = g_strndup (part.name.text, part.name.length);
  if (postern_pairs_get (self->form, name) || g_hash_table_contains (self->files, name))
    return refuse (error, "A field stands more than once");
  return part.filename.text ? take_file (self, &part, g_steal_pointer (&name), &data, error) : take_text (self, &part, &data, error);
}

static gboolean
is_next (Reader *self, const char *text, gsize length)
{
  if ((gsize) (self->end - self->at) < length || memcmp (self->at, text, length) != 0)
    return FALSE;
  self->at += length;
  return TRUE;
}

/* No blanks behind a boundary, nothing before the first one or behind the last: a gateway could put them there, but no browser does. */
static gboolean
read_parts (Reader *self, GError **error)
{
  if (!is_next (self, self->delimiter + 2, self->length - 2))
    return refuse (error, "The body does not begin with its boundary");
  while (!is_next (self, "--", 2)) {
    if (!is_next (self, "\r\n", 2))
      return refuse (error, "There is something behind a boundary");
    if (self->parts++ == POSTERN_MULTIPART_PARTS_MAX)
      return refuse (error, "There are more than 16 parts");
    if (!read_part (self, error))
      return FALSE;
  }
  is_next (self, "\r\n", 2);
  if (self->at != self->end)
    return refuse (error, "There is something behind the last boundary");
  return self->parts > 0 || refuse (error, "There are no parts");
}

gboolean
postern_multipart_read (PosternRequest *request, GError **error)
{
  g_auto (Reader) self = { .body = postern_request_get_body (request) };
  gsize length;

  self.at = g_bytes_get_data (self.body, &length);
  self.end = length > 0 ? self.at + length : self.at; /* of no bytes there may be no address */
  self.form = postern_pairs_new ();
  self.files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  if (!read_boundary (&self, request, error) || !read_parts (&self, error))
    return FALSE;
  postern_request_set_form (request, g_steal_pointer (&self.form), g_steal_pointer (&self.files));
  return TRUE;
}
