/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define POSTERN_JSON_MAX_DEPTH 16
#define POSTERN_JSON_MAX_MEMBERS 1024 /* of one object */
#define POSTERN_JSON_MAX_VALUES 65536 /* of a whole document, but where its reader takes more of bytes than documents have by themselves: */
#define POSTERN_JSON_BYTES_A_VALUE 32  /* then one for each so many bytes that it takes: so many a member of a short name and value has */

/**
 * postern_json_scan: reads @text, one document of the strict kind that postern-json.h describes, in one pass. @text must be
 * valid UTF-8 without NUL. @values_max: of the whole document. Returns: (transfer full) (nullable): not floating
 */
GVariant *postern_json_scan (const char *text, gsize length, gsize values_max, GError **error);

G_END_DECLS
