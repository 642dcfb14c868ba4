/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * The one door for JSON from outside (RFC 8259). One strict pass: size, depth <= 16, members, no duplicate keys, integers
 * within +-2^53, UTF-8, no NUL, no lone surrogate, nothing behind the document. The result is a GVariant tree: object a{sv},
 * array av, string s, integer x, other number d, boolean b, null mv (Nothing).
 */
#define POSTERN_JSON_MAX_BYTES (1024 * 1024)

#define POSTERN_JSON_ERROR (postern_json_error_quark ())
typedef enum { POSTERN_JSON_ERROR_INVALID, POSTERN_JSON_ERROR_TOO_LARGE } PosternJsonError;
__attribute__ ((visibility ("default"))) GQuark postern_json_error_quark (void);

/**
 * postern_json_parse:
 * @length: bytes, -1 when NUL-terminated
 * @max_bytes: 0 for POSTERN_JSON_MAX_BYTES
 * Returns: (transfer full) (nullable): not floating
 */
__attribute__ ((visibility ("default"))) GVariant *postern_json_parse (const char *text, gssize length, gsize max_bytes, GError **error);

/** postern_json_parse_object: as above, and the document must be an object. Returns: (transfer full) (nullable): a{sv} */
__attribute__ ((visibility ("default"))) GVariant *postern_json_parse_object (const char *text, gssize length, gsize max_bytes, GError **error);

/** postern_json_append: writes @value (any of the types above, and as, a{ss}, i, u, t) to @out, compact, sorted as given. */
__attribute__ ((visibility ("default"))) void postern_json_append (GString *out, GVariant *value);
__attribute__ ((visibility ("default"))) void postern_json_append_string (GString *out, const char *text);
/** postern_json_print: Returns: (transfer full). @value floating is sunk. */
__attribute__ ((visibility ("default"))) char *postern_json_print (GVariant *value);

/* Members of an a{sv} that is being built; (nullable) strings and values: none is added. @value floating is sunk. */
__attribute__ ((visibility ("default"))) void postern_json_add (GVariantBuilder *object, const char *name, GVariant *value);
__attribute__ ((visibility ("default"))) void postern_json_add_string (GVariantBuilder *object, const char *name, const char *value);
__attribute__ ((visibility ("default"))) void postern_json_add_int64 (GVariantBuilder *object, const char *name, gint64 value);
__attribute__ ((visibility ("default"))) void postern_json_add_boolean (GVariantBuilder *object, const char *name, gboolean value);

/* Look-ups in an a{sv}: NULL / FALSE / fallback when absent or of another type. (transfer none), valid while @object lives. */
__attribute__ ((visibility ("default"))) const char *postern_json_get_string (GVariant *object, const char *name);
__attribute__ ((visibility ("default"))) gint64 postern_json_get_int64 (GVariant *object, const char *name, gint64 fallback);
__attribute__ ((visibility ("default"))) gboolean postern_json_get_boolean (GVariant *object, const char *name, gboolean fallback);
/** (transfer full) (nullable): the member, unboxed */
__attribute__ ((visibility ("default"))) GVariant *postern_json_get (GVariant *object, const char *name);
/** (transfer full) (nullable): an array of strings; a lone string counts as one if @lone. NULL if absent or not all strings. */
__attribute__ ((visibility ("default"))) char **postern_json_dup_strv (GVariant *object, const char *name, gboolean lone);

G_END_DECLS
