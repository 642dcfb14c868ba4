/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define POSTERN_JSON_API __attribute__ ((visibility ("default"))) extern

/**
 * The one door for JSON from outside (RFC 8259). One strict pass: size, depth <= 16, members, no duplicate keys, integers
 * within +-2^53, UTF-8, no NUL, no lone surrogate, nothing behind the document. The result is a GVariant tree: object a{sv},
 * array av, string s, integer x, other number d, boolean b, null mv (Nothing).
 */
#define POSTERN_JSON_MAX_BYTES (1024 * 1024)

#define POSTERN_JSON_ERROR (postern_json_error_quark ())
typedef enum { POSTERN_JSON_ERROR_INVALID, POSTERN_JSON_ERROR_TOO_LARGE } PosternJsonError;
POSTERN_JSON_API GQuark postern_json_error_quark (void);

/**
 * postern_json_parse:
 * @length: bytes, -1 when NUL-terminated
 * @max_bytes: 0 for POSTERN_JSON_MAX_BYTES
 * Returns: (transfer full) (nullable): not floating
 */
POSTERN_JSON_API GVariant *postern_json_parse (const char *text, gssize length, gsize max_bytes, GError **error);

/** postern_json_parse_object: as above, and the document must be an object. Returns: (transfer full) (nullable): a{sv} */
POSTERN_JSON_API GVariant *postern_json_parse_object (const char *text, gssize length, gsize max_bytes, GError **error);

/** postern_json_append: writes @value (any of the types above, and as, a{ss}, i, u, t) to @out, compact, sorted as given. */
POSTERN_JSON_API void postern_json_append (GString *out, GVariant *value);
POSTERN_JSON_API void postern_json_append_string (GString *out, const char *text);
POSTERN_JSON_API void postern_json_append_int64 (GString *out, gint64 number);
/** postern_json_print: Returns: (transfer full). @value floating is sunk. */
POSTERN_JSON_API char *postern_json_print (GVariant *value);

/**
 * PosternJsonObject: an a{sv} while it is written, on somebody's stack; empty to begin with. It is written in its serialised
 * form at once: GVariantBuilder makes four values and a type for each member, and serialises all of them in the end.
 */
typedef struct {
  GByteArray *bytes; /* (nullable): the members so far */
  GArray *ends;      /* (nullable) (element-type gsize) */
} PosternJsonObject;

#define POSTERN_JSON_OBJECT_INIT { NULL, NULL }

/* @name must not stand twice. Of a NULL value nothing is added. Text that is not UTF-8 is repaired with U+FFFD. */
POSTERN_JSON_API void postern_json_object_add_string (PosternJsonObject *self, const char *name, const char *value);
POSTERN_JSON_API void postern_json_object_add_int64 (PosternJsonObject *self, const char *name, gint64 value);
POSTERN_JSON_API void postern_json_object_add_boolean (PosternJsonObject *self, const char *name, gboolean value);
/** postern_json_object_add: @value floating is sunk. */
POSTERN_JSON_API void postern_json_object_add (PosternJsonObject *self, const char *name, GVariant *value);
/** postern_json_object_add_all: the members of @object, an a{sv}. */
POSTERN_JSON_API void postern_json_object_add_all (PosternJsonObject *self, GVariant *object);
/** postern_json_object_end: Returns: (transfer floating): the a{sv}; @self is empty again. */
POSTERN_JSON_API GVariant *postern_json_object_end (PosternJsonObject *self);
POSTERN_JSON_API void postern_json_object_clear (PosternJsonObject *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternJsonObject, postern_json_object_clear)

/* Look-ups in an a{sv}: NULL / FALSE / fallback when absent or of another type. (transfer none), valid while @object lives. */
POSTERN_JSON_API const char *postern_json_get_string (GVariant *object, const char *name);
POSTERN_JSON_API gint64 postern_json_get_int64 (GVariant *object, const char *name, gint64 fallback);
POSTERN_JSON_API gboolean postern_json_get_boolean (GVariant *object, const char *name, gboolean fallback);
/** (transfer full) (nullable): the member, unboxed */
POSTERN_JSON_API GVariant *postern_json_get (GVariant *object, const char *name);
/** (transfer full) (nullable): an array of strings; a lone string counts as one if @lone. NULL if absent or not all strings. */
POSTERN_JSON_API char **postern_json_dup_strv (GVariant *object, const char *name, gboolean lone);

G_END_DECLS
