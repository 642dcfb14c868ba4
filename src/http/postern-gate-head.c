/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-head.h"

#include <string.h>

#define BAD 400
#define MAX_METHOD 24

/* Classes of characters; one table instead of a dozen comparisons a byte. */
enum {
  TOKEN = 1 << 0, /* tchar, RFC 9110 section 5.6.2 */
  PATH = 1 << 1,  /* pchar and '/', RFC 3986 section 3.3; '%' is looked at apart */
  QUERY = 1 << 2, /* the same with '?', and what browsers leave as it is (URL Standard): [ ] { } | ^ ` \ */
  VALUE = 1 << 3, /* field-vchar, SP, HTAB, RFC 9110 section 5.5 */
  HOST = 1 << 4   /* unreserved of a reg-name */
};

static guint8 classes[256];

static void
mark (const char *characters, guint8 class)
{
  for (; *characters; characters++)
    classes[(guchar) *characters] |= class;
}

__attribute__ ((constructor)) static void
fill_classes (void)
{
  static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  mark (letters, TOKEN | PATH | QUERY | HOST);
  mark ("!#$%&'*+-.^_`|~", TOKEN);
  mark ("-._~!$&'()*+,;=:@/%", PATH | QUERY);
  mark ("?[]{}|^`\\", QUERY);
  mark ("-._~", HOST);
  for (guint c = 0; c < 256; c++)
    if (c == '\t' || (c >= ' ' && c != 0x7f))
      classes[c] |= VALUE;
}

static gsize
span (const char *text, gsize length, guint8 class)
{
  gsize i = 0;

  while (i < length && (classes[(guchar) text[i]] & class))
    i++;
  return i;
}

/* A '%' is followed by two hexadecimal digits, or the target means different things to different readers. */
static gboolean
has_sound_escapes (const PosternSlice *slice)
{
  const char *end = slice->text + slice->length;
  const char *at = slice->text;

  while ((at = memchr (at, '%', (gsize) (end - at)))) {
    if (end - at < 3 || !g_ascii_isxdigit (at[1]) || !g_ascii_isxdigit (at[2]))
      return FALSE;
    at += 3;
  }
  return TRUE;
}

static gboolean
split_target (PosternGateHead *self, const char *text, gsize length)
{
  gsize path = span (text, length, PATH);

  if (length == 0 || *text != '/')
    return FALSE;
  self->path = (PosternSlice){ text, path };
  if (path == length)
    return has_sound_escapes (&self->path);
  if (text[path] != '?')
    return FALSE;
  self->query = (PosternSlice){ text + path + 1, length - path - 1 };
  return span (self->query.text, self->query.length, QUERY) == self->query.length && has_sound_escapes (&self->path) &&
         has_sound_escapes (&self->query);
}

/* absolute-form (RFC 9112 section 3.2.2): its authority is kept and compared with Host when that is known. */
static gboolean
read_target (PosternGateHead *self, const char *text, gsize length, PosternSlice *authority)
{
  gsize scheme;

  if (length == 1 && *text == '*' && postern_gate_head_equals (&self->method, "OPTIONS")) {
    self->path = (PosternSlice){ text, 1 };
    return TRUE;
  }
  scheme = length > 7 && g_ascii_strncasecmp (text, "http://", 7) == 0 ? 7 : length > 8 && g_ascii_strncasecmp (text, "https://", 8) == 0 ? 8 : 0;
  if (scheme) {
    const char *slash = memchr (text + scheme, '/', length - scheme);
    if (!slash)
      return FALSE;
    *authority = (PosternSlice){ text + scheme, (gsize) (slash - text) - scheme };
    length -= (gsize) (slash - text);
    text = slash;
  }
  return split_target (self, text, length);
}

/* request-line (RFC 9112 section 3): method SP request-target SP HTTP-version, single blanks. */
static guint
read_request_line (PosternGateHead *self, const char *line, gsize length, PosternSlice *authority)
{
  gsize method = span (line, length, TOKEN);
  const char *target = line + method + 1;
  const char *version;

  if (method == 0 || method > MAX_METHOD || method >= length || line[method] != ' ')
    return BAD;
  self->method = (PosternSlice){ line, method };
  version = memchr (target, ' ', length - method - 1);
  if (!version || (gsize) (line + length - version) != strlen (" HTTP/1.1"))
    return BAD;
  if (memcmp (version, " HTTP/", 6) != 0 || !g_ascii_isdigit (version[6]) || version[7] != '.' || !g_ascii_isdigit (version[8]))
    return BAD;
  if (version[6] != '1' || version[8] > '1')
    return 505;
  self->minor = (guint) (version[8] - '0');
  return read_target (self, target, (gsize) (version - target), authority) ? POSTERN_GATE_HEAD_DONE : BAD;
}

/* Host (RFC 9110 section 7.2): a name or an address, and perhaps a port. */
static gboolean
is_host (const PosternSlice *host)
{
  const char *text = host->text, *end = host->text + host->length;
  gsize name;

  if (host->length == 0 || host->length > 255 + 6)
    return FALSE;
  if (*text == '[') {
    const char *close = memchr (text, ']', host->length);
    if (!close || close - text < 3)
      return FALSE;
    for (const char *c = text + 1; c < close; c++)
      if (!g_ascii_isxdigit (*c) && *c != ':' && *c != '.')
        return FALSE;
    name = (gsize) (close - text) + 1;
  } else {
    name = span (text, host->length, HOST);
  }
  text += name;
  if (name == 0 || text == end)
    return name != 0;
  if (*text++ != ':' || text == end || end - text > 5)
    return FALSE;
  for (; text < end; text++)
    if (!g_ascii_isdigit (*text))
      return FALSE;
  return TRUE;
}

static guint
take_host (PosternGateHead *self, const PosternSlice *value)
{
  if (self->host.text || !is_host (value))
    return BAD;
  self->host = *value;
  return POSTERN_GATE_HEAD_DONE;
}

/* One length, of digits only: "+5", "5, 5", "0x5" and a second one are ways to smuggle (RFC 9112 section 6.3). */
static guint
take_length (PosternGateHead *self, const PosternSlice *value)
{
  gint64 length = 0;

  if (self->content_length >= 0 || value->length == 0 || value->length > 15)
    return BAD;
  for (gsize i = 0; i < value->length; i++) {
    if (!g_ascii_isdigit (value->text[i]))
      return BAD;
    length = length * 10 + (value->text[i] - '0');
  }
  self->content_length = length;
  return POSTERN_GATE_HEAD_DONE;
}

static guint
take_encoding (PosternGateHead *self, const PosternSlice *value)
{
  if (self->chunked || self->minor == 0 || !postern_gate_head_equals (value, "chunked"))
    return BAD;
  self->chunked = TRUE;
  return POSTERN_GATE_HEAD_DONE;
}

static guint
take_expect (PosternGateHead *self, const PosternSlice *value)
{
  if (!postern_gate_head_equals (value, "100-continue"))
    return 417;
  self->expects_continue = self->minor == 1;
  return POSTERN_GATE_HEAD_DONE;
}

/* A list of tokens; only "close" and, from HTTP/1.0, "keep-alive" mean something to us. */
static guint
take_connection (PosternGateHead *self, const PosternSlice *value)
{
  const char *at = value->text, *end = at + value->length;

  while (at < end) {
    const char *comma = memchr (at, ',', (gsize) (end - at));
    PosternSlice word = { at, (gsize) ((comma ? comma : end) - at) };
    while (word.length && (*word.text == ' ' || *word.text == '\t')) {
      word.text++;
      word.length--;
    }
    while (word.length && (word.text[word.length - 1] == ' ' || word.text[word.length - 1] == '\t'))
      word.length--;
    if (span (word.text, word.length, TOKEN) != word.length)
      return BAD;
    if (postern_gate_head_equals (&word, "close"))
      self->keep_alive = FALSE;
    at += word.length ? (gsize) (word.text + word.length - at) : 0;
    at = comma ? comma + 1 : end;
  }
  return POSTERN_GATE_HEAD_DONE;
}

static const struct {
  const char *name;
  guint (*take) (PosternGateHead *self, const PosternSlice *value);
} meanings[] = {
  { "Host", take_host },
  { "Content-Length", take_length },
  { "Transfer-Encoding", take_encoding },
  { "Connection", take_connection },
  { "Expect", take_expect },
};

gboolean
postern_gate_head_split_field (const char *line, gsize length, PosternGateField *field)
{
  gsize name = span (line, length, TOKEN);
  const char *value = line + name + 1, *end = line + length;

  if (name == 0 || name == length || line[name] != ':')
    return FALSE;
  while (value < end && (*value == ' ' || *value == '\t'))
    value++;
  while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  field->name = (PosternSlice){ line, name };
  field->value = (PosternSlice){ value, (gsize) (end - value) };
  return span (value, field->value.length, VALUE) == field->value.length;
}

static guint
read_field (PosternGateHead *self, const char *line, gsize length)
{
  PosternGateField *field = &self->fields[self->n_fields];

  if (self->n_fields == POSTERN_GATE_HEAD_MAX_FIELDS)
    return 431;
  if (!postern_gate_head_split_field (line, length, field))
    return BAD;
  self->n_fields++;
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (postern_gate_head_equals (&field->name, meanings[i].name))
      return meanings[i].take (self, &field->value);
  return POSTERN_GATE_HEAD_DONE;
}

/* What only the whole head shows. */
static guint
judge (PosternGateHead *self, const PosternSlice *authority)
{
  if (self->minor == 1 && !self->host.text)
    return BAD;
  if (self->chunked && self->content_length >= 0)
    return BAD;
  if (authority->text && (!self->host.text || authority->length != self->host.length ||
                          g_ascii_strncasecmp (authority->text, self->host.text, authority->length) != 0))
    return BAD;
  if (postern_gate_head_equals (&self->method, "CONNECT") || postern_gate_head_equals (&self->method, "TRACE"))
    return 501;
  return POSTERN_GATE_HEAD_DONE;
}

/* Ends at CR LF only. Gives MORE when there is no line yet; a bare CR or LF is BAD as soon as it is seen. */
static guint
next_line (const char *data, gsize length, gboolean first, gsize *line)
{
  const char *lf = length ? memchr (data, '\n', MIN (length, POSTERN_GATE_HEAD_MAX_LINE + 2)) : NULL;
  gsize seen = lf ? (gsize) (lf - data) : length;

  if (length == 0)
    return POSTERN_GATE_HEAD_MORE;
  if (!lf && length >= POSTERN_GATE_HEAD_MAX_LINE + 2)
    return first ? 414 : 431;
  if (lf && (seen == 0 || data[seen - 1] != '\r'))
    return BAD;
  *line = lf ? seen - 1 : seen;
  if (memchr (data, '\r', lf ? *line : (*line ? *line - 1 : 0)) || memchr (data, '\0', seen))
    return BAD;
  return lf ? POSTERN_GATE_HEAD_DONE : POSTERN_GATE_HEAD_MORE;
}

guint
postern_gate_head_parse (PosternGateHead *self, const char *data, gsize length, gsize *consumed)
{
  PosternSlice authority = { NULL, 0 };
  gsize at = length >= 2 && data[0] == '\r' && data[1] == '\n' ? 2 : 0; /* one empty line before is forgiven (RFC 9112 section 2.2) */
  gboolean first = TRUE;

  memset (self, 0, G_STRUCT_OFFSET (PosternGateHead, fields));
  self->content_length = -1;
  self->keep_alive = TRUE;
  while (TRUE) {
    gsize line;
    guint status = next_line (data + at, length - at, first, &line);
    if (status == POSTERN_GATE_HEAD_MORE)
      return length >= POSTERN_GATE_HEAD_MAX_BYTES ? 431 : POSTERN_GATE_HEAD_MORE;
    if (status == POSTERN_GATE_HEAD_DONE && at + line + 2 > POSTERN_GATE_HEAD_MAX_BYTES)
      status = 431;
    if (status == POSTERN_GATE_HEAD_DONE && !first && line == 0) {
      *consumed = at + 2;
      self->keep_alive = self->keep_alive && self->minor == 1;
      return judge (self, &authority);
    }
    if (status == POSTERN_GATE_HEAD_DONE)
      status = first ? read_request_line (self, data + at, line, &authority) : read_field (self, data + at, line);
    if (status != POSTERN_GATE_HEAD_DONE)
      return status;
    at += line + 2;
    first = FALSE;
  }
}
