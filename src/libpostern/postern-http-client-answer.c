/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-http-client-answer.h"
#include "postern-error.h"

#include <string.h>

#define LINE_MAX_BYTES (16 * 1024)
#define HEAD_MAX_BYTES (64 * 1024) /* of all heads of one answer, interim ones and trailers too */
#define MAX_FIELDS 200
#define MAX_INTERIM 8
#define CHUNK_LINE_MAX_BYTES 256

typedef struct {
  GInputStream *stream;
  GCancellable *cancellable;
  gsize at, end;   /* of what is in ->data and not used yet */
  gsize head;      /* bytes of lines so far */
  char data[LINE_MAX_BYTES];
} Reader;

/* What the head says of the body. */
typedef struct {
  gboolean chunked;
  gint64 length; /* -1: not said */
  guint minor;
  GHashTable *fields; /* name → joined values */
} Head;

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, why);
  return FALSE;
}

/* FALSE at an error; @got is 0 at the end of the stream. */
static gboolean
read_some (Reader *self, char *data, gsize length, gsize *got, GError **error)
{
  gssize n = g_input_stream_read (self->stream, data, length, self->cancellable, error);

  *got = n > 0 ? (gsize) n : 0;
  return n >= 0;
}

static gboolean
fill (Reader *self, GError **error)
{
  gsize got;

  memmove (self->data, self->data + self->at, self->end - self->at);
  self->end -= self->at;
  self->at = 0;
  if (!read_some (self, self->data + self->end, sizeof self->data - self->end, &got, error))
    return FALSE;
  self->end += got;
  return got > 0 ? TRUE : refuse (error, "the answer ends in its middle");
}

/* A line without its CR LF, good until the next read; (nullable) with @error. A bare CR or LF, or a NUL, is no line's end. */
static const char *
read_line (Reader *self, gsize max, gsize *length, GError **error)
{
  const char *lf;
  const char *line;

  while (!(lf = memchr (self->data + self->at, '\n', self->end - self->at))) {
    if (self->end - self->at >= max) {
      refuse (error, "a line of the answer is too long");
      return NULL;
    }
    if (!fill (self, error))
      return NULL;
  }
  line = self->data + self->at;
  *length = (gsize) (lf - line);
  self->at += *length + 1;
  self->head += *length + 1;
  if (*length > max || self->head > HEAD_MAX_BYTES)
    refuse (error, "the head of the answer is too large");
  else if (*length == 0 || line[--*length] != '\r' || memchr (line, '\r', *length) || memchr (line, '\0', *length))
    refuse (error, "a line of the answer does not end in CR LF");
  else
    return line;
  return NULL;
}

/* status-line (RFC 9112 section 4): HTTP/1.x SP 3DIGIT [SP reason]; the reason means nothing, and some leave its blank out. */
static gboolean
read_status (Reader *reader, Head *head, guint *status, GError **error)
{
  gsize length;
  const char *line = read_line (reader, LINE_MAX_BYTES, &length, error);

  if (!line)
    return FALSE;
  if (length < strlen ("HTTP/1.1 200") || memcmp (line, "HTTP/1.", 7) != 0 || (line[7] != '0' && line[7] != '1') || line[8] != ' ' ||
      (length > 12 && line[12] != ' ') || !g_ascii_isdigit (line[9]) || !g_ascii_isdigit (line[10]) || !g_ascii_isdigit (line[11]))
    return refuse (error, "the answer is not HTTP/1.1");
  head->minor = (guint) (line[7] - '0');
  *status = (guint) ((line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0'));
  return *status >= 100 && *status <= 599 ? TRUE : refuse (error, "the answer has no status that is known");
}

static gboolean
is_token_char (char c)
{
  return g_ascii_isalnum (c) || (c && strchr ("!#$%&'*+-.^_`|~", c));
}

/* One length, of digits only. */
static gboolean
take_length (Head *head, const char *value, GError **error)
{
  guint64 length;

  if (head->length >= 0 || !g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, &length, NULL) || !g_ascii_isdigit (*value))
    return refuse (error, "the answer's Content-Length is not one number");
  head->length = (gint64) length;
  return TRUE;
}

static gboolean
take_encoding (Head *head, const char *value, GError **error)
{
  if (head->chunked || head->minor == 0 || g_ascii_strcasecmp (value, "chunked") != 0)
    return refuse (error, "the answer's Transfer-Encoding is not chunked");
  head->chunked = TRUE;
  return TRUE;
}

static gboolean
keep_field (Head *head, const char *name, const char *value, GError **error)
{
  const char *before = g_hash_table_lookup (head->fields, name);
  char *joined = before ? g_strconcat (before, ", ", value, NULL) : g_strdup (value);

  g_hash_table_replace (head->fields, g_strdup (name), joined);
  if (g_str_equal (name, "content-length"))
    return take_length (head, value, error);
  return g_str_equal (name, "transfer-encoding") ? take_encoding (head, value, error) : TRUE;
}

/* field-line (RFC 9112 section 5): no blank before the colon, no folding, no control character. @head: NULL for a trailer, which is dropped. */
static gboolean
take_field (Head *head, const char *line, gsize length, GError **error)
{
  const char *end = line + length;
  const char *colon = line;
  const char *value;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;
  g_autofree char *valid = NULL;

  while (colon < end && is_token_char (*colon))
    colon++;
  if (colon == line || colon == end || *colon != ':')
    return refuse (error, "a field of the answer's head is not well-formed");
  for (value = colon + 1; value < end && (*value == ' ' || *value == '\t');)
    value++;
  for (const char *c = value; c < end; c++)
    if (((guchar) *c < ' ' && *c != '\t') || *c == 0x7f)
      return refuse (error, "a field of the answer's head has a control character");
  if (!head)
    return TRUE;
  name = g_ascii_strdown (line, colon - line);
  text = g_strchomp (g_strndup (value, (gsize) (end - value)));
  valid = g_utf8_make_valid (text, -1);
  return keep_field (head, name, valid, error);
}

static gboolean
read_fields (Reader *reader, Head *head, GError **error)
{
  for (guint n = 0; n <= MAX_FIELDS; n++) {
    gsize length;
    const char *line = read_line (reader, LINE_MAX_BYTES, &length, error);
    if (!line)
      return FALSE;
    if (length == 0)
      return TRUE;
    if (!take_field (head, line, length, error))
      return FALSE;
  }
  return refuse (error, "the answer has too many fields");
}

static void
head_reset (Head *head)
{
  g_clear_pointer (&head->fields, g_hash_table_unref);
  *head = (Head){ .length = -1, .fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) };
}

static void
head_clear (Head *head)
{
  g_clear_pointer (&head->fields, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Head, head_clear)

/* The final head, behind a few interim ones; a switch of protocols was not asked for. */
static gboolean
read_head (Reader *reader, Head *head, guint *status, GError **error)
{
  for (guint n = 0; n <= MAX_INTERIM; n++) {
    head_reset (head);
    if (!read_status (reader, head, status, error) || !read_fields (reader, head, error))
      return FALSE;
    if (*status == 101)
      return refuse (error, "it answers in another protocol");
    if (*status >= 200)
      return head->chunked && head->length >= 0 ? refuse (error, "the answer has two lengths") : TRUE;
  }
  return refuse (error, "it keeps saying that an answer will come");
}

/* Into the body, through what was read ahead. @left: of this piece; FALSE also at an early end. */
static gboolean
read_piece (PosternHttpClientAnswer *self, Reader *reader, gsize left, GError **error)
{
  while (left > 0) {
    gsize n;
    if (reader->at == reader->end && !fill (reader, error))
      return FALSE;
    n = MIN (left, reader->end - reader->at);
    g_byte_array_append (self->body, (const guint8 *) reader->data + reader->at, (guint) n);
    reader->at += n;
    left -= n;
  }
  return TRUE;
}

static gboolean
read_chunk_size (Reader *reader, gsize *size, GError **error)
{
  gsize length, i = 0;
  const char *line = read_line (reader, CHUNK_LINE_MAX_BYTES, &length, error);

  if (!line)
    return FALSE;
  reader->head -= length + 2; /* many small chunks are no large head; the body's cap bounds them */
  for (*size = 0; i < length && i < 8 && g_ascii_isxdigit (line[i]); i++)
    *size = *size * 16 + (gsize) g_ascii_xdigit_value (line[i]);
  if (i == 0 || (i < length && line[i] != ';'))
    return refuse (error, "a chunk of the answer has no size");
  return TRUE;
}

static gboolean
read_chunks (PosternHttpClientAnswer *self, Reader *reader, GError **error)
{
  while (TRUE) {
    gsize size, length;
    const char *end;
    if (!read_chunk_size (reader, &size, error))
      return FALSE;
    if (size == 0)
      return read_fields (reader, NULL, error);
    if (size > self->max_bytes - self->body->len)
      return refuse (error, "the answer is larger than allowed");
    if (!read_piece (self, reader, size, error))
      return FALSE;
    end = read_line (reader, 2, &length, error);
    if (!end || length > 0)
      return end ? refuse (error, "a chunk of the answer is longer than it says") : FALSE;
    reader->head -= 2;
  }
}

static gboolean
read_to_end (PosternHttpClientAnswer *self, Reader *reader, GError **error)
{
  do {
    gsize n = reader->end - reader->at;
    if (n > self->max_bytes - self->body->len)
      return refuse (error, "the answer is larger than allowed");
    g_byte_array_append (self->body, (const guint8 *) reader->data + reader->at, (guint) n);
    reader->at = 0;
    if (!read_some (reader, reader->data, sizeof reader->data, &reader->end, error))
      return FALSE;
  } while (reader->end > 0);
  return TRUE;
}

/* RFC 9112 section 6.3 */
static gboolean
read_body (PosternHttpClientAnswer *self, Reader *reader, const Head *head, GError **error)
{
  self->body = g_byte_array_new ();
  if (self->is_head || self->status == 204 || self->status == 304)
    return TRUE;
  if (head->chunked)
    return read_chunks (self, reader, error);
  if (head->length < 0)
    return read_to_end (self, reader, error);
  if ((guint64) head->length > self->max_bytes)
    return refuse (error, "the answer is larger than allowed");
  return read_piece (self, reader, (gsize) head->length, error);
}

static GVariant *
variant_from_fields (GHashTable *fields)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, fields);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_variant_builder_add (&builder, "{ss}", name, value);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static gboolean
is_redirect (guint status)
{
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* RFC 9112 section 9.3. What says nothing of its length has ended with its connection, and what came unasked ends that. */
static gboolean
keeps (const PosternHttpClientAnswer *self, const Reader *reader, const Head *head)
{
  const char *connection = g_hash_table_lookup (head->fields, "connection");
  g_autofree char *lower = connection ? g_ascii_strdown (connection, -1) : NULL;
  gboolean is_framed = self->is_head || self->status == 204 || self->status == 304 || head->chunked || head->length >= 0;

  return head->minor == 1 && is_framed && reader->at == reader->end && (!lower || !strstr (lower, "close"));
}

static gboolean
read_answer (PosternHttpClientAnswer *self, Reader *reader, GError **error)
{
  g_auto (Head) head = { 0 };

  if (!read_head (reader, &head, &self->status, error))
    return FALSE;
  if (is_redirect (self->status))
    return refuse (error, "it redirects, and redirects are not followed; give the final URL");
  self->headers = variant_from_fields (head.fields);
  if (!read_body (self, reader, &head, error))
    return FALSE;
  self->keeps = keeps (self, reader, &head);
  return TRUE;
}

gboolean
postern_http_client_answer_read (PosternHttpClientAnswer *self, GInputStream *stream, GCancellable *cancellable, GError **error)
{
  g_autofree Reader *reader = g_new (Reader, 1);
  gboolean done;

  reader->stream = stream;
  reader->cancellable = cancellable;
  reader->at = reader->end = reader->head = 0;
  done = read_answer (self, reader, error);
  self->begun = reader->head > 0 || reader->end > 0;
  return done;
}

void
postern_http_client_answer_clear (PosternHttpClientAnswer *self)
{
  g_clear_pointer (&self->headers, g_variant_unref);
  g_clear_pointer (&self->body, g_byte_array_unref);
}
