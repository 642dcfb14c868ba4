/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/** What a filled-in value must not break out of. */
typedef enum {
  POSTERN_HTTP_FILL_PLAIN, /* a header or an address of ours: control characters become blanks */
  POSTERN_HTTP_FILL_JSON,  /* inside a JSON string */
  POSTERN_HTTP_FILL_FORM   /* a value of application/x-www-form-urlencoded, or a segment of a URL */
} PosternHttpFill;

/** postern_http_fill_find_unknown: the first {name} in @text that is in none of @names: (transfer full) (nullable) */
char *postern_http_fill_find_unknown (const char *text, const char *const *names);
/** postern_http_fill: @text with each {name} that @values (utf8 → utf8) have filled in. A brace that begins no such name stays. (transfer full) */
char *postern_http_fill (const char *text, GHashTable *values, PosternHttpFill how);

G_END_DECLS
