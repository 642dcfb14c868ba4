/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-router.h"

#include <string.h>

#define MAX_SEGMENTS 32

static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" };
enum { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_OPTIONS, METHODS };

typedef struct {
  const PosternRoute *route; /* (nullable) */
  gpointer user_data;
  char **names; /* of its captures, in order: two tables may call them differently */
} Leaf;

typedef struct _Node Node;
struct _Node {
  GHashTable *children; /* (nullable): segment → Node */
  Node *capture;        /* (nullable): {name} */
  Node *rest;           /* (nullable): {name...} */
  Leaf leaves[METHODS];
};

struct _PosternRouter {
  Node *root;
};

static void
node_free (gpointer data)
{
  Node *self = data;

  if (!self)
    return;
  g_clear_pointer (&self->children, g_hash_table_unref);
  node_free (self->capture);
  node_free (self->rest);
  for (guint i = 0; i < METHODS; i++)
    g_strfreev (self->leaves[i].names);
  g_free (self);
}

PosternRouter *
postern_router_new (void)
{
  PosternRouter *self = g_new0 (PosternRouter, 1);

  self->root = g_new0 (Node, 1);
  return self;
}

void
postern_router_free (PosternRouter *self)
{
  node_free (self->root);
  g_free (self);
}

static int
method_index (const char *method)
{
  for (int i = 0; i < METHODS; i++)
    if (g_str_equal (methods[i], method))
      return i;
  return -1;
}

static Node *
get_slot (Node **slot)
{
  if (!*slot)
    *slot = g_new0 (Node, 1);
  return *slot;
}

static Node *
get_child (Node *self, const char *segment)
{
  Node *child;

  if (!self->children)
    self->children = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, node_free);
  child = g_hash_table_lookup (self->children, segment);
  if (child)
    return child;
  child = g_new0 (Node, 1);
  g_hash_table_insert (self->children, g_strdup (segment), child);
  return child;
}

/* (nullable): the node for one more segment of a pattern; the name of a capture goes to @names. */
static Node *
descend (Node *node, const char *segment, gboolean is_last, GPtrArray *names)
{
  gsize length = strlen (segment);
  gboolean is_rest = g_str_has_suffix (segment, "...}");

  if (*segment != '{')
    return strpbrk (segment, "{}") ? NULL : get_child (node, segment);
  if (length < 3 || segment[length - 1] != '}' || (is_rest && (!is_last || length < 6)) || names->len == POSTERN_ROUTER_MAX_CAPTURES)
    return NULL;
  g_ptr_array_add (names, g_strndup (segment + 1, length - (is_rest ? 5 : 2)));
  return get_slot (is_rest ? &node->rest : &node->capture);
}

char **
postern_router_split (const char *path)
{
  static const char *const root[] = { "", NULL };

  return path[1] ? g_strsplit (path + 1, "/", MAX_SEGMENTS) : g_strdupv ((char **) root);
}

gboolean
postern_router_add (PosternRouter *self, const PosternRoute *route, gpointer user_data)
{
  int method = method_index (route->method);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) segments = NULL;
  Node *node = self->root;
  Leaf *leaf;

  if (method < 0 || *route->pattern != '/')
    return FALSE;
  segments = postern_router_split (route->pattern);
  for (char **segment = segments; *segment && node; segment++)
    node = descend (node, *segment, segment[1] == NULL, names);
  leaf = node ? &node->leaves[method] : NULL;
  if (!leaf || leaf->route)
    return FALSE;
  g_ptr_array_add (names, NULL);
  *leaf = (Leaf){ route, user_data, (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE) };
  return TRUE;
}

static char *
decode_segment (const char *text, gsize length)
{
  g_autofree char *out = g_malloc (length + 1);
  gsize n = 0;

  for (gsize i = 0; i < length; i++, n++) {
    int high, low;
    out[n] = text[i];
    if (text[i] != '%')
      continue;
    high = i + 2 < length ? g_ascii_xdigit_value (text[i + 1]) : -1;
    low = i + 2 < length ? g_ascii_xdigit_value (text[i + 2]) : -1;
    out[n] = (char) (high * 16 + low);
    if (high < 0 || low < 0 || out[n] == '\0' || out[n] == '/' || out[n] == '\\')
      return NULL;
    i += 2;
  }
  out[n] = '\0';
  if (g_str_equal (out, ".") || g_str_equal (out, "..") || !g_utf8_validate_len (out, n, NULL))
    return NULL;
  return g_steal_pointer (&out);
}

char **
postern_router_decode (const char *path, gsize length)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (g_free);
  const char *at = path + 1, *end = path + length;

  if (length == 0 || *path != '/')
    return NULL;
  while (at <= end) {
    const char *slash = memchr (at, '/', (gsize) (end - at));
    gsize n = (gsize) ((slash ? slash : end) - at);
    char *segment = decode_segment (at, n);
    if (!segment)
      return NULL;
    g_ptr_array_add (out, segment);
    if (out->len > MAX_SEGMENTS)
      return NULL;
    at += n + 1;
  }
  g_ptr_array_add (out, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&out), FALSE);
}

typedef struct {
  int method;
  char *values[POSTERN_ROUTER_MAX_CAPTURES];
  guint n_values;
  PosternRouterMatch *match;
} Search;

static void
take (Search *search, const Leaf *leaf)
{
  PosternRouterMatch *match = search->match;

  match->route = leaf->route;
  match->user_data = leaf->user_data;
  for (guint i = 0; i < search->n_values && leaf->names[i]; i++) {
    match->captures[i].name = leaf->names[i];
    match->captures[i].value = g_strdup (search->values[i]);
    match->n_captures++;
  }
}

/* Looks what methods the path has; TRUE when the one that is asked for is among them. */
static gboolean
arrive (Search *search, Node *node)
{
  PosternRouterMatch *match = search->match;
  int method = search->method;

  for (int i = 0; i < METHODS; i++) {
    if (!node->leaves[i].route)
      continue;
    match->allow |= 1u << i;
    match->cors |= (node->leaves[i].route->flags & POSTERN_ROUTE_CORS) != 0;
  }
  if (method == METHOD_HEAD && !node->leaves[METHOD_HEAD].route)
    method = METHOD_GET;
  if (method < 0 || !node->leaves[method].route)
    return FALSE;
  take (search, &node->leaves[method]);
  return TRUE;
}

static gboolean find (Search *search, Node *node, char **segments);

static gboolean
find_capture (Search *search, Node *node, char **segments)
{
  if (!node->capture || **segments == '\0' || search->n_values == POSTERN_ROUTER_MAX_CAPTURES)
    return FALSE;
  search->values[search->n_values++] = *segments;
  if (find (search, node->capture, segments + 1))
    return TRUE;
  search->n_values--;
  return FALSE;
}

static gboolean
find_rest (Search *search, Node *node, char **segments)
{
  g_autofree char *rest = NULL;

  if (!node->rest || search->n_values == POSTERN_ROUTER_MAX_CAPTURES)
    return FALSE;
  rest = g_strjoinv ("/", segments);
  search->values[search->n_values++] = rest;
  if (arrive (search, node->rest))
    return TRUE;
  search->n_values--;
  return FALSE;
}

/* The work is bounded: at most two ways a segment, and patterns are ours. */
static gboolean
find (Search *search, Node *node, char **segments)
{
  Node *child;

  if (!*segments)
    return arrive (search, node);
  child = node->children ? g_hash_table_lookup (node->children, *segments) : NULL;
  if (child && find (search, child, segments + 1))
    return TRUE;
  return find_capture (search, node, segments) || find_rest (search, node, segments);
}

void
postern_router_match (PosternRouter *self, const char *method, char **segments, PosternRouterMatch *match)
{
  Search search = { .method = method_index (method), .match = match };

  memset (match, 0, sizeof *match);
  find (&search, self->root, segments);
}

void
postern_router_match_clear (PosternRouterMatch *match)
{
  for (guint i = 0; i < match->n_captures; i++)
    g_free (match->captures[i].value);
  memset (match, 0, sizeof *match);
}

char *
postern_router_format_allow (guint allow)
{
  GString *out = g_string_new (NULL);

  if (allow & (1u << METHOD_GET))
    allow |= 1u << METHOD_HEAD;
  allow |= 1u << METHOD_OPTIONS;
  for (int i = 0; i < METHODS; i++)
    if (allow & (1u << i))
      g_string_append_printf (out, "%s%s", out->len ? ", " : "", methods[i]);
  return g_string_free (out, FALSE);
}
