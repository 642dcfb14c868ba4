/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-template-private.h"

#include <string.h>

G_DEFINE_QUARK (postern-template-error-quark, postern_template_error)

typedef struct {
  const char *name, *start, *at, *end;
  GPtrArray *open; /* (element-type PosternNode): sections not yet closed; not owned */
  GPtrArray *nodes;
} Parser;

static void
node_free (gpointer data)
{
  PosternNode *node = data;

  g_free (node->text);
  g_free (node->singular);
  g_free (node->plural);
  g_clear_pointer (&node->children, g_ptr_array_unref);
  g_free (node);
}

static gboolean
fail (Parser *self, const char *at, const char *what, GError **error)
{
  guint line = 1;

  for (const char *c = self->start; c < at; c++)
    line += *c == '\n';
  g_set_error (error, POSTERN_TEMPLATE_ERROR, POSTERN_TEMPLATE_ERROR_SYNTAX, "%s:%u: %s", self->name, line, what);
  return FALSE;
}

static GPtrArray *
target (Parser *self)
{
  PosternNode *section = self->open->len ? g_ptr_array_index (self->open, self->open->len - 1) : NULL;

  return section ? section->children : self->nodes;
}

static PosternNode *
add_node (Parser *self, PosternNodeKind kind, const char *text, gsize length)
{
  PosternNode *node = g_new0 (PosternNode, 1);

  node->kind = kind;
  node->text = g_strndup (text, length);
  node->length = length;
  g_ptr_array_add (target (self), node);
  return node;
}

/* Blanks at both ends do not count. */
static void
strip (const char **text, gsize *length)
{
  while (*length && g_ascii_isspace (**text)) {
    (*text)++;
    (*length)--;
  }
  while (*length && g_ascii_isspace ((*text)[*length - 1]))
    (*length)--;
}

static gboolean
is_name (const char *text, gsize length)
{
  if (length == 1 && *text == '.')
    return TRUE;
  if (length == 0 || length > 100 || *text == '.' || text[length - 1] == '.')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && !strchr ("_-.", text[i]))
      return FALSE;
  return TRUE;
}

static gboolean
ends_with (const char *text, gsize length, const char *suffix)
{
  gsize n = strlen (suffix);

  return length >= n && g_ascii_strncasecmp (text + length - n, suffix, n) == 0;
}

/* What stands before a value decides what it may be: an address, or anything; and never an attribute without quotes. */
static gboolean
begins_address (Parser *self, const char *tag)
{
  static const char *const names[] = { "href", "src", "action", "formaction" };
  gsize length = (gsize) (tag - self->start);

  if (length < 2 || !strchr ("\"'", tag[-1]) || tag[-2] != '=')
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (ends_with (self->start, length - 2, names[i]))
      return TRUE;
  return FALSE;
}

/* `name={{x}}` after a blank; not the `?name={{x}}` inside a value that has its quotes. */
static gboolean
lacks_quotes (Parser *self, const char *tag)
{
  const char *name = tag - 1;

  if (tag <= self->start || *name != '=')
    return FALSE;
  while (name > self->start && (g_ascii_isalnum (name[-1]) || strchr ("_-:", name[-1])))
    name--;
  return name > self->start && g_ascii_isspace (name[-1]);
}

static gboolean
add_value (Parser *self, const char *tag, const char *text, gsize length, GError **error)
{
  strip (&text, &length);
  if (!is_name (text, length))
    return fail (self, tag, "this is no name of a member; letters, digits, '_', '-' and '.' make one", error);
  if (lacks_quotes (self, tag))
    return fail (self, tag, "put quotes round this attribute's value", error);
  add_node (self, begins_address (self, tag) ? POSTERN_NODE_URL : POSTERN_NODE_VALUE, text, length);
  return TRUE;
}

static gboolean
open_section (Parser *self, PosternNodeKind kind, const char *text, gsize length, GError **error)
{
  PosternNode *node;

  strip (&text, &length);
  if (!is_name (text, length))
    return fail (self, text, "a section needs the name of a member", error);
  if (self->open->len == POSTERN_TEMPLATE_MAX_DEPTH)
    return fail (self, text, "too many sections in each other", error);
  node = add_node (self, kind, text, length);
  node->children = g_ptr_array_new_with_free_func (node_free);
  g_ptr_array_add (self->open, node);
  return TRUE;
}

static gboolean
close_section (Parser *self, const char *text, gsize length, GError **error)
{
  PosternNode *node;

  strip (&text, &length);
  if (self->open->len == 0)
    return fail (self, text, "this closes a section that is not open", error);
  node = g_ptr_array_index (self->open, self->open->len - 1);
  if (strlen (node->text) != length || strncmp (node->text, text, length) != 0)
    return fail (self, text, "this closes another section than the one that is open", error);
  g_ptr_array_set_size (self->open, (int) self->open->len - 1);
  return TRUE;
}

static gboolean
add_phrase (Parser *self, const char *text, gsize length, GError **error)
{
  gboolean declared = *text == '=', member = *text == '@' || declared;

  text += member;
  length -= member;
  strip (&text, &length);
  if (length == 0 || (member && !is_name (text, length)))
    return fail (self, text, "a phrase needs its English words, or '@' or '=' and the name of a member", error);
  add_node (self, declared ? POSTERN_NODE_DECLARED : member ? POSTERN_NODE_PHRASE_VALUE : POSTERN_NODE_PHRASE, text, length);
  return TRUE;
}

static gboolean
add_plural (Parser *self, const char *text, gsize length, GError **error)
{
  g_autofree char *copy = g_strndup (text, length);
  g_auto (GStrv) parts = g_strsplit (copy, "|", 4);
  PosternNode *node;

  if (g_strv_length (parts) != 3)
    return fail (self, text, "a plural is written {{n_ count|one thing|{count} things}}", error);
  for (guint i = 0; i < 3; i++)
    g_strstrip (parts[i]);
  if (!is_name (parts[0], strlen (parts[0])) || !*parts[1] || !*parts[2])
    return fail (self, text, "a plural needs the name of a count and two phrases", error);
  node = add_node (self, POSTERN_NODE_PLURAL, parts[0], strlen (parts[0]));
  node->singular = g_strdup (parts[1]);
  node->plural = g_strdup (parts[2]);
  return TRUE;
}

static gboolean
add_part (Parser *self, const char *text, gsize length, GError **error)
{
  strip (&text, &length);
  if (!is_name (text, length) || *text == '.')
    return fail (self, text, "a part needs the name of a template", error);
  add_node (self, POSTERN_NODE_PART, text, length);
  return TRUE;
}

/* @text: what stands between {{ and }}; @tag: where the {{ is. */
static gboolean
add_tag (Parser *self, const char *tag, const char *text, gsize length, GError **error)
{
  char sign = length ? *text : '\0';

  if (sign == '!')
    return TRUE;
  if (sign == '#')
    return open_section (self, POSTERN_NODE_SECTION, text + 1, length - 1, error);
  if (sign == '^')
    return open_section (self, POSTERN_NODE_INVERTED, text + 1, length - 1, error);
  if (sign == '?')
    return open_section (self, POSTERN_NODE_IF, text + 1, length - 1, error);
  if (sign == '/')
    return close_section (self, text + 1, length - 1, error);
  if (sign == '>')
    return add_part (self, text + 1, length - 1, error);
  if (sign == '_' && length > 1 && strchr (" @=", text[1]))
    return add_phrase (self, text + 1, length - 1, error);
  if (sign == 'n' && length > 2 && text[1] == '_' && text[2] == ' ')
    return add_plural (self, text + 2, length - 2, error);
  return add_value (self, tag, text, length, error);
}

/* A line that holds nothing but one tag that shows nothing leaves no blank line behind. */
static gboolean
stands_alone (Parser *self, const char *tag, const char *after)
{
  const char *before = tag;

  if (!strchr ("#^?/>!", tag[2]))
    return FALSE;
  while (before > self->start && (before[-1] == ' ' || before[-1] == '\t'))
    before--;
  while (after < self->end && (*after == ' ' || *after == '\t' || *after == '\r'))
    after++;
  return (before == self->start || before[-1] == '\n') && (after == self->end || *after == '\n');
}

static void
add_text (Parser *self, const char *text, const char *end, gboolean trim)
{
  while (trim && end > text && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  if (end > text)
    add_node (self, POSTERN_NODE_TEXT, text, (gsize) (end - text));
}

/* A phrase may hold {name}, so a tag may end in three braces: the last two close it. */
static const char *
find_close (const char *text, const char *end)
{
  const char *close = g_strstr_len (text, end - text, "}}");

  while (close && close + 2 < end && close[2] == '}')
    close++;
  return close;
}

static gboolean
parse (Parser *self, GError **error)
{
  while (self->at < self->end) {
    const char *tag = g_strstr_len (self->at, self->end - self->at, "{{");
    const char *close = tag ? find_close (tag + 2, self->end) : NULL;
    gboolean alone;
    if (!tag) {
      add_text (self, self->at, self->end, FALSE);
      break;
    }
    if (!close)
      return fail (self, tag, "this tag is not closed", error);
    alone = stands_alone (self, tag, close + 2);
    add_text (self, self->at, tag, alone);
    if (!add_tag (self, tag, tag + 2, (gsize) (close - tag - 2), error))
      return FALSE;
    self->at = close + 2;
    while (alone && self->at < self->end && *self->at++ != '\n')
      continue;
  }
  if (self->open->len)
    return fail (self, self->end, "a section is not closed before the end", error);
  return TRUE;
}

PosternTemplate *
postern_template_new (const char *name, const char *text, gsize length, GError **error)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  g_autoptr (GPtrArray) nodes = g_ptr_array_new_with_free_func (node_free);
  Parser parser = { name, text, text, text + length, open, nodes };
  PosternTemplate *self;

  if (length > POSTERN_TEMPLATE_MAX_BYTES || !g_utf8_validate_len (text, length, NULL)) {
    fail (&parser, text, "a template is UTF-8 text of at most 256 KiB", error);
    return NULL;
  }
  if (!parse (&parser, error))
    return NULL;
  self = g_new0 (PosternTemplate, 1);
  self->name = g_strdup (name);
  self->nodes = g_steal_pointer (&nodes);
  return self;
}

void
postern_template_free (PosternTemplate *self)
{
  g_free (self->name);
  g_ptr_array_unref (self->nodes);
  g_free (self);
}

static void
foreach_part (GPtrArray *nodes, GFunc func, gpointer user_data)
{
  for (guint i = 0; i < nodes->len; i++) {
    PosternNode *node = g_ptr_array_index (nodes, i);
    if (node->kind == POSTERN_NODE_PART)
      func (node->text, user_data);
    if (node->children)
      foreach_part (node->children, func, user_data);
  }
}

void
postern_template_foreach_part (PosternTemplate *self, GFunc func, gpointer user_data)
{
  foreach_part (self->nodes, func, user_data);
}

static const char *
entity_of (char c)
{
  switch (c) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  case '\'':
    return "&#39;";
  default:
    return NULL;
  }
}

void
postern_template_escape (GString *out, const char *text, gssize length)
{
  const char *start = text, *end = text + (length < 0 ? strlen (text) : (gsize) length);

  for (; text < end; text++) {
    const char *entity = entity_of (*text);
    if (!entity)
      continue;
    g_string_append_len (out, start, text - start);
    g_string_append (out, entity);
    start = text + 1;
  }
  g_string_append_len (out, start, text - start);
}
