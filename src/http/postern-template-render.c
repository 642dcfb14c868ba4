/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-template-private.h"

#include <string.h>

#define FIRST_STRONG_ISOLATE "\xe2\x81\xa8"     /* U+2068 */
#define POP_DIRECTIONAL_ISOLATE "\xe2\x81\xa9" /* U+2069 */
#define NUMBER_SIZE G_ASCII_DTOSTR_BUF_SIZE

/* The dictionaries that a name is looked for in, innermost first; a list on the C stack, one link a section. */
typedef struct _Scope Scope;
struct _Scope {
  PosternValue *value; /* (nullable) */
  Scope *outer;
};

typedef struct {
  const PosternTemplateContext *context;
  GString *out;
  guint parts; /* how deep in parts */
  GError **error;
} Renderer;

static gboolean render_nodes (Renderer *self, GPtrArray *nodes, Scope *scope);

static gboolean
fail (Renderer *self, const char *what, const char *which)
{
  g_set_error (self->error, POSTERN_TEMPLATE_ERROR, POSTERN_TEMPLATE_ERROR_RENDER, "%s: %s", which, what);
  return FALSE;
}

static gsize
segment (const char *name, const char *end)
{
  const char *dot = memchr (name, '.', (gsize) (end - name));

  return (gsize) ((dot ? dot : end) - name);
}

/* The first segment is looked for outwards, what follows only inside it. (nullable) */
static PosternValue *
look_up (Scope *scope, const char *name, gsize length)
{
  const char *end = name + length;
  PosternValue *value = NULL;
  gsize n;

  if (*name == '.')
    return scope->value;
  n = segment (name, end);
  for (Scope *s = scope; s && !value; s = s->outer)
    value = s->value ? postern_value_find (s->value, name, n) : NULL;
  while (value && name + n < end) {
    name += n + 1;
    n = segment (name, end);
    value = postern_value_find (value, name, n);
  }
  return value;
}

static gboolean
is_true (PosternValue *value)
{
  if (!value)
    return FALSE;
  switch (value->kind) {
  case POSTERN_VALUE_NOTHING:
    return FALSE;
  case POSTERN_VALUE_BOOLEAN:
  case POSTERN_VALUE_NUMBER:
    return value->number != 0;
  case POSTERN_VALUE_STRING:
    return *value->text != '\0';
  case POSTERN_VALUE_LIST:
    return value->n_items > 0;
  default:
    return TRUE;
  }
}

/* (nullable): what @value looks like as text; in @buffer unless it is a string already */
static const char *
to_text (PosternValue *value, char *buffer)
{
  if (!value)
    return NULL;
  switch (value->kind) {
  case POSTERN_VALUE_STRING:
    return value->text;
  case POSTERN_VALUE_BOOLEAN:
    return value->number ? "true" : "false";
  case POSTERN_VALUE_REAL:
    return g_ascii_dtostr (buffer, NUMBER_SIZE, value->real);
  case POSTERN_VALUE_NUMBER:
    g_snprintf (buffer, NUMBER_SIZE, "%" G_GINT64_FORMAT, value->number);
    return buffer;
  default:
    return NULL;
  }
}

/* Browsers skip blanks and control characters before and inside a scheme; so does this. */
static gboolean
is_safe_address (const char *text)
{
  static const char *const refused[] = { "javascript:", "vbscript:", "data:" };
  char scheme[17] = "";
  gsize length = 0;

  for (; *text && length < sizeof scheme - 1; text++) {
    if ((guchar) *text <= ' ')
      continue;
    scheme[length++] = g_ascii_tolower (*text);
    if (*text == ':')
      break;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    if (g_str_has_prefix (scheme, refused[i]))
      return FALSE;
  return TRUE;
}

static void
put (Renderer *self, const char *text, gssize length)
{
  if (self->context->plain)
    g_string_append_len (self->out, text, length);
  else
    postern_template_escape (self->out, text, length);
}

/* In plain text nothing else keeps a value in its line. */
static void
put_value (Renderer *self, const char *text)
{
  gsize start = self->out->len;

  put (self, text, -1);
  for (gsize i = start; self->context->plain && i < self->out->len; i++)
    if ((guchar) self->out->str[i] < ' ' || self->out->str[i] == 0x7f)
      self->out->str[i] = ' ';
}

static gboolean
render_value (Renderer *self, PosternNode *node, Scope *scope)
{
  char buffer[NUMBER_SIZE];
  const char *text = to_text (look_up (scope, node->text, node->length), buffer);

  if (text && node->kind == POSTERN_NODE_URL && !is_safe_address (text))
    g_string_append_c (self->out, '#');
  else if (text)
    put_value (self, text);
  return TRUE;
}

static void
fill_in (Renderer *self, const char *name, gsize length, Scope *scope)
{
  char buffer[NUMBER_SIZE];
  const char *text = to_text (look_up (scope, name, length), buffer);

  if (!text)
    return;
  if (self->context->right_to_left)
    g_string_append (self->out, FIRST_STRONG_ISOLATE);
  put_value (self, text);
  if (self->context->right_to_left)
    g_string_append (self->out, POP_DIRECTIONAL_ISOLATE);
}

/* Writes @phrase, escaped, with each {name} filled in; a brace that is not a placeholder stays a brace. */
static void
write_phrase (Renderer *self, const char *phrase, Scope *scope)
{
  while (*phrase) {
    const char *brace = strchr (phrase, '{');
    gsize name;
    put (self, phrase, brace ? brace - phrase : -1);
    if (!brace)
      return;
    phrase = brace;
    name = strspn (phrase + 1, "abcdefghijklmnopqrstuvwxyz0123456789_.");
    if (name && phrase[1 + name] == '}') {
      fill_in (self, phrase + 1, name, scope);
      phrase += name + 2;
      continue;
    }
    g_string_append_c (self->out, *phrase++);
  }
}

/* (nullable): a tenant's own words, or the language's */
static const char *
find_words (Renderer *self, const char *words)
{
  const char *own = self->context->own_words ? g_hash_table_lookup (self->context->own_words, words) : NULL;

  return own || !self->context->phrases ? own : postern_phrases_look_up (self->context->phrases, words);
}

static const char *
translate (Renderer *self, const char *words)
{
  const char *found = find_words (self, words);

  return found ? found : words;
}

static gboolean
render_phrase (Renderer *self, PosternNode *node, Scope *scope)
{
  char buffer[NUMBER_SIZE];
  const char *text;

  if (node->kind == POSTERN_NODE_PHRASE) {
    write_phrase (self, translate (self, node->text), scope);
    return TRUE;
  }
  text = to_text (look_up (scope, node->text, node->length), buffer);
  if (text && *text)
    write_phrase (self, translate (self, text), scope);
  return TRUE;
}

/* Their braces are for who reads them to write, and nobody who packaged a plugin may have asked a translator. */
static gboolean
render_declared (Renderer *self, PosternNode *node, Scope *scope)
{
  char buffer[NUMBER_SIZE];
  const char *text = to_text (look_up (scope, node->text, node->length), buffer);
  const char *found = text ? find_words (self, text) : NULL;
  gboolean foreign = text && *text && self->context->phrases && !found && !self->context->plain;

  if (foreign)
    g_string_append (self->out, "<bdi lang=\"en\">");
  if (text)
    put_value (self, found ? found : text);
  if (foreign)
    g_string_append (self->out, "</bdi>");
  return TRUE;
}

static gboolean
render_plural (Renderer *self, PosternNode *node, Scope *scope)
{
  PosternValue *value = look_up (scope, node->text, node->length);
  gint64 count = 0;
  const char *words = NULL;

  if (value && (value->kind == POSTERN_VALUE_LIST || value->kind == POSTERN_VALUE_DICTIONARY))
    count = (gint64) value->n_items;
  else if (value && value->kind == POSTERN_VALUE_NUMBER)
    count = value->number;
  if (self->context->phrases)
    words = postern_phrases_look_up_plural (self->context->phrases, node->singular, (gulong) MAX (count, 0));
  write_phrase (self, words ? words : count == 1 ? node->singular : node->plural, scope);
  return TRUE;
}

static gboolean
render_section (Renderer *self, PosternNode *node, Scope *scope)
{
  PosternValue *value = look_up (scope, node->text, node->length);
  Scope inner = { value, scope };
  gboolean done = TRUE;

  if (!is_true (value))
    return TRUE;
  if (value->kind == POSTERN_VALUE_DICTIONARY)
    return render_nodes (self, node->children, &inner);
  if (value->kind != POSTERN_VALUE_LIST)
    return render_nodes (self, node->children, scope);
  postern_value_read (value);
  for (gsize i = 0; i < value->n_items && done; i++) {
    inner.value = &value->items[i];
    done = render_nodes (self, node->children, &inner);
  }
  return done;
}

static gboolean
render_condition (Renderer *self, PosternNode *node, Scope *scope)
{
  PosternValue *value = look_up (scope, node->text, node->length);

  if (is_true (value) != (node->kind == POSTERN_NODE_IF))
    return TRUE;
  return render_nodes (self, node->children, scope);
}

static gboolean
render_part (Renderer *self, PosternNode *node, Scope *scope)
{
  PosternTemplate *part = g_hash_table_lookup (self->context->templates, node->text);
  gboolean done;

  if (!part)
    return fail (self, "there is no such template", node->text);
  if (self->parts == POSTERN_TEMPLATE_MAX_DEPTH)
    return fail (self, "the template includes itself, or parts lie too deep in each other", node->text);
  self->parts++;
  done = render_nodes (self, part->nodes, scope);
  self->parts--;
  return done;
}

static gboolean
render_node (Renderer *self, PosternNode *node, Scope *scope)
{
  switch (node->kind) {
  case POSTERN_NODE_TEXT:
    g_string_append_len (self->out, node->text, (gssize) node->length);
    return TRUE;
  case POSTERN_NODE_VALUE:
  case POSTERN_NODE_URL:
    return render_value (self, node, scope);
  case POSTERN_NODE_SECTION:
    return render_section (self, node, scope);
  case POSTERN_NODE_INVERTED:
  case POSTERN_NODE_IF:
    return render_condition (self, node, scope);
  case POSTERN_NODE_PART:
    return render_part (self, node, scope);
  case POSTERN_NODE_PHRASE:
  case POSTERN_NODE_PHRASE_VALUE:
    return render_phrase (self, node, scope);
  case POSTERN_NODE_DECLARED:
    return render_declared (self, node, scope);
  case POSTERN_NODE_PLURAL:
    return render_plural (self, node, scope);
  default:
    g_return_val_if_reached (FALSE);
  }
}

static gboolean
render_nodes (Renderer *self, GPtrArray *nodes, Scope *scope)
{
  for (guint i = 0; i < nodes->len; i++) {
    if (!render_node (self, g_ptr_array_index (nodes, i), scope))
      return FALSE;
    if (self->out->len > POSTERN_TEMPLATE_MAX_OUTPUT)
      return fail (self, "the page would be longer than 4 MiB", "a section");
  }
  return TRUE;
}

gboolean
postern_template_render (PosternTemplate *self, PosternValue *model, const PosternTemplateContext *context, GString *out, GError **error)
{
  Renderer renderer = { context, out, 0, error };
  Scope globals = { context->globals, NULL };
  Scope scope = { model, &globals };

  return render_nodes (&renderer, self->nodes, &scope);
}
