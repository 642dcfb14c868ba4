/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-plural.h"

#include <string.h>

#define MAX_NODES 256
#define MAX_DEPTH 32
#define MAX_FORMS 8

typedef enum { OP_NUMBER, OP_N, OP_NOT, OP_CHOOSE, OP_OR, OP_AND, OP_EQ, OP_NE, OP_LE, OP_GE, OP_LT, OP_GT, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD } Op;

typedef struct {
  Op op;
  gulong number;
  int a, b, c; /* indices of operands */
} Node;

struct _PosternPlural {
  guint forms;
  guint n_nodes;
  int root;
  Node nodes[MAX_NODES];
};

typedef struct {
  PosternPlural *plural;
  const char *at;
  guint depth;
} Parser;

/* Binary operators; a higher level binds tighter. Longer signs stand first, so that "<=" is not read as "<". */
static const struct {
  const char *sign;
  guint level;
  Op op;
} operators[] = {
  { "||", 0, OP_OR }, { "&&", 1, OP_AND }, { "==", 2, OP_EQ }, { "!=", 2, OP_NE }, { "<=", 3, OP_LE }, { ">=", 3, OP_GE },
  { "<", 3, OP_LT },  { ">", 3, OP_GT },   { "+", 4, OP_ADD }, { "-", 4, OP_SUB }, { "*", 5, OP_MUL }, { "/", 5, OP_DIV },
  { "%", 5, OP_MOD },
};
#define LEVELS 6

static int parse_choice (Parser *self);

static void
skip (Parser *self)
{
  while (*self->at == ' ' || *self->at == '\t')
    self->at++;
}

static int
add (Parser *self, Node node)
{
  PosternPlural *plural = self->plural;

  if (plural->n_nodes == MAX_NODES)
    return -1;
  plural->nodes[plural->n_nodes] = node;
  return (int) plural->n_nodes++;
}

static gboolean
accept (Parser *self, const char *sign)
{
  skip (self);
  if (!g_str_has_prefix (self->at, sign))
    return FALSE;
  self->at += strlen (sign);
  return TRUE;
}

static int
parse_number (Parser *self)
{
  guint64 number = 0;

  for (; g_ascii_isdigit (*self->at); self->at++) {
    number = number * 10 + (guint64) (*self->at - '0');
    if (number > G_MAXUINT32)
      return -1;
  }
  return add (self, (Node){ OP_NUMBER, (gulong) number, -1, -1, -1 });
}

static int
parse_unary (Parser *self)
{
  int inner;

  skip (self);
  if (g_ascii_isdigit (*self->at))
    return parse_number (self);
  if (accept (self, "n"))
    return add (self, (Node){ OP_N, 0, -1, -1, -1 });
  if (self->depth == MAX_DEPTH)
    return -1;
  self->depth++;
  if (accept (self, "!")) {
    inner = parse_unary (self);
    self->depth--;
    return inner < 0 ? -1 : add (self, (Node){ OP_NOT, 0, inner, -1, -1 });
  }
  if (!accept (self, "("))
    return -1;
  inner = parse_choice (self);
  self->depth--;
  return inner >= 0 && accept (self, ")") ? inner : -1;
}

static gboolean
accept_operator (Parser *self, guint level, Op *op)
{
  skip (self);
  for (gsize i = 0; i < G_N_ELEMENTS (operators); i++) {
    if (!g_str_has_prefix (self->at, operators[i].sign))
      continue;
    if (operators[i].level != level)
      return FALSE;
    self->at += strlen (operators[i].sign);
    *op = operators[i].op;
    return TRUE;
  }
  return FALSE;
}

static int
parse_level (Parser *self, guint level)
{
  int left = level == LEVELS ? parse_unary (self) : parse_level (self, level + 1);
  Op op;

  while (level < LEVELS && left >= 0 && accept_operator (self, level, &op)) {
    int right = parse_level (self, level + 1);
    left = right < 0 ? -1 : add (self, (Node){ op, 0, left, right, -1 });
  }
  return left;
}

static int
parse_choice (Parser *self)
{
  int condition = parse_level (self, 0);
  int yes, no;

  if (condition < 0 || !accept (self, "?"))
    return condition;
  if (self->depth == MAX_DEPTH)
    return -1;
  self->depth++;
  yes = parse_choice (self);
  no = yes >= 0 && accept (self, ":") ? parse_choice (self) : -1;
  self->depth--;
  return no < 0 ? -1 : add (self, (Node){ OP_CHOOSE, 0, condition, yes, no });
}

/* Depth is bounded by the parser's: levels × MAX_DEPTH. Arithmetic is unsigned, so it wraps and never traps. */
static gulong
eval (const PosternPlural *self, int index, gulong n)
{
  const Node *node = &self->nodes[index];
  gulong a, b;

  if (node->op == OP_NUMBER)
    return node->number;
  if (node->op == OP_N)
    return n;
  a = eval (self, node->a, n);
  switch (node->op) {
  case OP_NOT:
    return !a;
  case OP_CHOOSE:
    return eval (self, a ? node->b : node->c, n);
  case OP_OR:
    return a || eval (self, node->b, n);
  case OP_AND:
    return a && eval (self, node->b, n);
  default:
    break;
  }
  b = eval (self, node->b, n);
  switch (node->op) {
  case OP_EQ:
    return a == b;
  case OP_NE:
    return a != b;
  case OP_LE:
    return a <= b;
  case OP_GE:
    return a >= b;
  case OP_LT:
    return a < b;
  case OP_GT:
    return a > b;
  case OP_ADD:
    return a + b;
  case OP_SUB:
    return a - b;
  case OP_MUL:
    return a * b;
  case OP_DIV:
    return b ? a / b : 0;
  default:
    return b ? a % b : 0;
  }
}

static gboolean
read_rule (PosternPlural *self, const char *line)
{
  Parser parser = { self, line, 0 };
  gboolean begins = accept (&parser, "nplurals") && accept (&parser, "=");

  skip (&parser);
  if (!begins || !g_ascii_isdigit (*parser.at))
    return FALSE;
  self->forms = (guint) (*parser.at++ - '0');
  if (self->forms == 0 || self->forms > MAX_FORMS || g_ascii_isdigit (*parser.at))
    return FALSE;
  if (!accept (&parser, ";") || !accept (&parser, "plural") || !accept (&parser, "="))
    return FALSE;
  self->root = parse_choice (&parser);
  accept (&parser, ";");
  skip (&parser);
  return self->root >= 0 && (*parser.at == '\0' || *parser.at == '\n');
}

PosternPlural *
postern_plural_new (const char *line)
{
  g_autoptr (PosternPlural) self = g_new0 (PosternPlural, 1);

  return read_rule (self, line) ? g_steal_pointer (&self) : NULL;
}

void
postern_plural_free (PosternPlural *self)
{
  g_free (self);
}

guint
postern_plural_choose (PosternPlural *self, gulong n)
{
  gulong form = eval (self, self->root, n);

  return form < self->forms ? (guint) form : 0;
}
