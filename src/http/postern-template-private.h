/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-template.h"

G_BEGIN_DECLS

typedef enum {
  POSTERN_NODE_TEXT,         /* as it stands */
  POSTERN_NODE_VALUE,        /* {{x}} */
  POSTERN_NODE_URL,          /* {{x}} at the start of href="…" */
  POSTERN_NODE_SECTION,      /* {{#x}} */
  POSTERN_NODE_INVERTED,     /* {{^x}} */
  POSTERN_NODE_IF,           /* {{?x}} */
  POSTERN_NODE_PART,         /* {{>x}} */
  POSTERN_NODE_PHRASE,       /* {{_ text}} */
  POSTERN_NODE_PHRASE_VALUE, /* {{_@ x}} */
  POSTERN_NODE_DECLARED,     /* {{_= x}} */
  POSTERN_NODE_PLURAL        /* {{n_ x|one|many}} */
} PosternNodeKind;

typedef struct _PosternNode PosternNode;
struct _PosternNode {
  PosternNodeKind kind;
  char *text;          /* literal, name or phrase */
  gsize length;        /* of a literal */
  char *singular;      /* plural only */
  char *plural;        /* plural only */
  GPtrArray *children; /* (nullable): of a section */
};

struct _PosternTemplate {
  char *name;
  GPtrArray *nodes;
};

G_END_DECLS
