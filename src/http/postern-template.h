/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include "postern-phrases.h"
#include "postern-value.h"

G_BEGIN_DECLS

/**
 * PosternTemplate: one template, compiled once into nodes; the syntax stands in postern-pages.h. Immutable, thread-safe.
 * A value is always escaped (& < > " '), and a value that begins an `href`, `src`, `action` or `formaction` may not be a
 * `javascript:`, `vbscript:` or `data:` address. A value in an attribute without quotes does not compile.
 */
typedef struct _PosternTemplate PosternTemplate;

#define POSTERN_TEMPLATE_MAX_DEPTH 16                /* sections in sections, and parts in parts */
#define POSTERN_TEMPLATE_MAX_BYTES (256 * 1024)      /* of a template's text */
#define POSTERN_TEMPLATE_MAX_OUTPUT (4 * 1024 * 1024) /* of a page; what is beyond is cut off and fails */

#define POSTERN_TEMPLATE_ERROR (postern_template_error_quark ())
typedef enum { POSTERN_TEMPLATE_ERROR_SYNTAX, POSTERN_TEMPLATE_ERROR_RENDER } PosternTemplateError;
GQuark postern_template_error_quark (void);

/** What a rendering needs besides the model. */
typedef struct {
  GHashTable *templates;   /* name → PosternTemplate, for {{>part}} */
  PosternPhrases *phrases; /* (nullable): of the page's language */
  PosternValue *globals;   /* (nullable): a dictionary, looked up after the model */
  gboolean right_to_left;
  gboolean plain; /* the template is no HTML: nothing is escaped, and control characters of values become blanks */
  GHashTable *own_words; /* (nullable): English words → a tenant's own, which go before the phrases */
} PosternTemplateContext;

/** postern_template_new: @name is for the messages. Errors say NAME:LINE. (transfer full) (nullable) */
PosternTemplate *postern_template_new (const char *name, const char *text, gsize length, GError **error);
void postern_template_free (PosternTemplate *self);
/** postern_template_foreach_part: the names that {{>part}} needs. */
void postern_template_foreach_part (PosternTemplate *self, GFunc func, gpointer user_data);
/** postern_template_render: appends to @out; @model is a dictionary, read further as far as it is asked for. FALSE: an unknown part, too deep or too long. */
gboolean postern_template_render (PosternTemplate *self, PosternValue *model, const PosternTemplateContext *context, GString *out, GError **error);
/** postern_template_escape: appends @length bytes of @text, or all when it is negative, with & < > " ' replaced. */
void postern_template_escape (GString *out, const char *text, gssize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternTemplate, postern_template_free)

G_END_DECLS
