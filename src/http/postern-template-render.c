/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-template-private.h"

#include <string.h>

#define FIRST_STRONG_ISOLATE "\xe2\x81\xa8"     /* U+2068 */
#define POP_DIRECTIONAL_ISOLATE "\xe2\x81\xa9" /* U+2069 */

/* The dictionaries that a name is looked for in, innermost first; a list on the C stack, one link a section. */
typedef struct _Scope Scope;
struct _Scope {
  GVariant *value;     /* (nullable) */
  GHashTable *members; /* (nullable): of a dictionary, once a name was looked for: a page asks for a hundred, and GVariant searches in a row */
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

/* Takes boxes off: variants in variants, and maybes. (transfer full) (nullable) */
static GVariant *
unbox (GVariant *value)
{
  while (value) {
    g_autoptr (GVariant) boxed = value;
    if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
      value = g_variant_get_variant (value);
    else if (g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
      value = g_variant_get_maybe (value);
    else
      return g_steal_pointer (&boxed);
  }
  return NULL;
}

static GVariant *
member (GVariant *dictionary, const char *name, gsize length)
{
  g_autofree char *key = g_strndup (name, length);

  if (!dictionary || !g_variant_is_of_type (dictionary, G_VARIANT_TYPE ("a{s*}")))
    return NULL;
  return unbox (g_variant_lookup_value (dictionary, key, NULL));
}

static GHashTable *
index_members (GVariant *dictionary)
{
  GHashTable *members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  gsize n = dictionary && g_variant_is_of_type (dictionary, G_VARIANT_TYPE ("a{s*}")) ? g_variant_n_children (dictionary) : 0;

  for (gsize i = 0; i < n; i++) {
    g_autoptr (GVariant) entry = g_variant_get_child_value (dictionary, i);
    g_autoptr (GVariant) name = g_variant_get_child_value (entry, 0);
    g_autoptr (GVariant) value = unbox (g_variant_get_child_value (entry, 1));
    if (value && !g_hash_table_contains (members, g_variant_get_string (name, NULL)))
      g_hash_table_insert (members, g_variant_dup_string (name, NULL), g_steal_pointer (&value));
  }
  return members;
}

/* (transfer full) (nullable) */
static GVariant *
scope_member (Scope *scope, const char *name, gsize length)
{
  g_autofree char *key = name[length] ? g_strndup (name, length) : NULL;
  GVariant *value;

  if (!scope->value)
    return NULL;
  if (!scope->members)
    scope->members = index_members (scope->value);
  value = g_hash_table_lookup (scope->members, key ? key : name);
  return value ? g_variant_ref (value) : NULL;
}

static void
scope_clear (Scope *scope)
{
  g_clear_pointer (&scope->members, g_hash_table_unref);
}

/* The first segment is looked for outwards, what follows only inside it. (transfer full) (nullable) */
static GVariant *
look_up (Renderer *self, Scope *scope, const char *name)
{
  gsize length = strcspn (name, ".");
  GVariant *value = NULL;

  if (*name == '.')
    return scope->value ? g_variant_ref (scope->value) : NULL;
  for (Scope *s = scope; s && !value; s = s->outer)
    value = scope_member (s, name, length);
  while (value && name[length] == '.') {
    g_autoptr (GVariant) outer = value;
    name += length + 1;
    length = strcspn (name, ".");
    value = member (outer, name, length);
  }
  return value;
}

static gboolean
get_number (GVariant *value, gint64 *number)
{
  switch (g_variant_classify (value)) {
  case G_VARIANT_CLASS_BYTE:
    *number = g_variant_get_byte (value);
    return TRUE;
  case G_VARIANT_CLASS_INT32:
    *number = g_variant_get_int32 (value);
    return TRUE;
  case G_VARIANT_CLASS_UINT32:
    *number = g_variant_get_uint32 (value);
    return TRUE;
  case G_VARIANT_CLASS_INT64:
    *number = g_variant_get_int64 (value);
    return TRUE;
  case G_VARIANT_CLASS_UINT64:
    *number = (gint64) MIN (g_variant_get_uint64 (value), (guint64) G_MAXINT64);
    return TRUE;
  default:
    return FALSE;
  }
}

static gboolean
is_true (GVariant *value)
{
  gint64 number;

  if (!value)
    return FALSE;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_get_boolean (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return *g_variant_get_string (value, NULL) != '\0';
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY))
    return TRUE;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    return g_variant_n_children (value) > 0;
  return !get_number (value, &number) || number != 0;
}

/* (transfer full) (nullable): what @value looks like as text */
static char *
to_text (GVariant *value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  gint64 number;

  if (!value)
    return NULL;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? "true" : "false");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return g_strdup (g_ascii_dtostr (buffer, sizeof buffer, g_variant_get_double (value)));
  if (get_number (value, &number))
    return g_strdup_printf ("%" G_GINT64_FORMAT, number);
  return NULL;
}

/* Browsers skip blanks and control characters before and inside a scheme; so does this. */
static gboolean
is_safe_address (const char *text)
{
  static const char *const refused[] = { "javascript:", "vbscript:", "data:" };
  g_autoptr (GString) scheme = g_string_new (NULL);

  for (; *text && scheme->len < 16; text++) {
    if ((guchar) *text <= ' ')
      continue;
    g_string_append_c (scheme, g_ascii_tolower (*text));
    if (*text == ':')
      break;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    if (g_str_has_prefix (scheme->str, refused[i]))
      return FALSE;
  return TRUE;
}

static gboolean
render_value (Renderer *self, PosternNode *node, Scope *scope)
{
  g_autoptr (GVariant) value = look_up (self, scope, node->text);
  g_autofree char *text = to_text (value);

  if (text && node->kind == POSTERN_NODE_URL && !is_safe_address (text))
    g_string_append_c (self->out, '#');
  else if (text)
    postern_template_escape (self->out, text);
  return TRUE;
}

static void
fill_in (Renderer *self, const char *name, gsize length, Scope *scope)
{
  g_autofree char *key = g_strndup (name, length);
  g_autoptr (GVariant) value = look_up (self, scope, key);
  g_autofree char *text = to_text (value);

  if (!text)
    return;
  if (self->context->right_to_left)
    g_string_append (self->out, FIRST_STRONG_ISOLATE);
  postern_template_escape (self->out, text);
  if (self->context->right_to_left)
    g_string_append (self->out, POP_DIRECTIONAL_ISOLATE);
}

/* Writes @phrase, escaped, with each {name} filled in; a brace that is not a placeholder stays a brace. */
static void
write_phrase (Renderer *self, const char *phrase, Scope *scope)
{
  while (*phrase) {
    gsize plain = strcspn (phrase, "{");
    g_autofree char *text = g_strndup (phrase, plain);
    gsize name;
    postern_template_escape (self->out, text);
    phrase += plain;
    if (!*phrase)
      return;
    name = strspn (phrase + 1, "abcdefghijklmnopqrstuvwxyz0123456789_.");
    if (name && phrase[1 + name] == '}') {
      fill_in (self, phrase + 1, name, scope);
      phrase += name + 2;
      continue;
    }
    g_string_append_c (self->out, *phrase++);
  }
}

static const char *
translate (Renderer *self, const char *words)
{
  const char *found = self->context->phrases ? postern_phrases_look_up (self->context->phrases, words) : NULL;

  return found ? found : words;
}

static gboolean
render_phrase (Renderer *self, PosternNode *node, Scope *scope)
{
  g_autoptr (GVariant) value = NULL;
  g_autofree char *text = NULL;

  if (node->kind == POSTERN_NODE_PHRASE) {
    write_phrase (self, translate (self, node->text), scope);
    return TRUE;
  }
  value = look_up (self, scope, node->text);
  text = to_text (value);
  if (text && *text)
    write_phrase (self, translate (self, text), scope);
  return TRUE;
}

static gboolean
render_plural (Renderer *self, PosternNode *node, Scope *scope)
{
  g_autoptr (GVariant) value = look_up (self, scope, node->text);
  gint64 count = 0;
  const char *words = NULL;

  if (value && g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    count = (gint64) g_variant_n_children (value);
  else if (value)
    get_number (value, &count);
  if (self->context->phrases)
    words = postern_phrases_look_up_plural (self->context->phrases, node->singular, (gulong) MAX (count, 0));
  write_phrase (self, words ? words : count == 1 ? node->singular : node->plural, scope);
  return TRUE;
}

static gboolean
render_section (Renderer *self, PosternNode *node, Scope *scope)
{
  g_autoptr (GVariant) value = look_up (self, scope, node->text);
  Scope inner = { value, NULL, scope };
  gboolean done = TRUE;
  gsize n;

  if (!is_true (value))
    return TRUE;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY)) {
    done = render_nodes (self, node->children, &inner);
    scope_clear (&inner);
    return done;
  }
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    return render_nodes (self, node->children, scope);
  n = g_variant_n_children (value);
  for (gsize i = 0; i < n && done; i++) {
    g_autoptr (GVariant) element = unbox (g_variant_get_child_value (value, i));
    inner.value = element;
    done = render_nodes (self, node->children, &inner);
    scope_clear (&inner);
  }
  return done;
}

static gboolean
render_condition (Renderer *self, PosternNode *node, Scope *scope)
{
  g_autoptr (GVariant) value = look_up (self, scope, node->text);

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
postern_template_render (PosternTemplate *self, GVariant *model, const PosternTemplateContext *context, GString *out, GError **error)
{
  Renderer renderer = { context, out, 0, error };
  Scope globals = { context->globals, NULL, NULL };
  Scope scope = { model, NULL, &globals };
  gboolean done = render_nodes (&renderer, self->nodes, &scope);

  scope_clear (&scope);
  scope_clear (&globals);
  return done;
}
