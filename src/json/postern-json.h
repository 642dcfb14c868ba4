/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define POSTERN_JSON_API __attribute__ ((visibility ("default"))) extern

/*
 * The one door for JSON from outside (RFC 8259). One strict pass: size, depth <= 16, members, no duplicate keys, integers
 * within +-2^53, UTF-8, no NUL, no lone surrogate, nothing behind the document. The result is a GVariant tree: object a{sv},
 * array av, string s, integer x, other number d, boolean b, null mv (Nothing).
 */
/**
 * POSTERN_JSON_MAX_BYTES:
 *
 * What is read at most unless more is asked for.
 */
#define POSTERN_JSON_MAX_BYTES (1024 * 1024)

/**
 * POSTERN_JSON_ERROR:
 *
 * The domain of #PosternJsonError.
 */
#define POSTERN_JSON_ERROR (postern_json_error_quark ())
/**
 * PosternJsonError:
 * @POSTERN_JSON_ERROR_INVALID: it is no JSON, or not as strict as is asked
 * @POSTERN_JSON_ERROR_TOO_LARGE: it is larger than is asked
 *
 * Why a document was refused.
 */
typedef enum { POSTERN_JSON_ERROR_INVALID, POSTERN_JSON_ERROR_TOO_LARGE } PosternJsonError;

/**
 * postern_json_error_quark:
 *
 * The domain of #PosternJsonError.
 *
 * Returns: the quark
 */
POSTERN_JSON_API GQuark postern_json_error_quark (void);

/**
 * postern_json_parse:
 * @length: bytes, -1 when NUL-terminated
 * @max_bytes: 0 for POSTERN_JSON_MAX_BYTES
 *
 * Reads one JSON document, strictly.
 *
 * Returns: (transfer full) (nullable): not floating
 */
POSTERN_JSON_API GVariant *postern_json_parse (const char *text, gssize length, gsize max_bytes, GError **error);

/**
 * postern_json_parse_object:
 * @length: bytes, -1 when NUL-terminated
 * @max_bytes: 0 for POSTERN_JSON_MAX_BYTES
 *
 * As postern_json_parse(), and the document must be an object.
 *
 * Returns: (transfer full) (nullable): an a{sv}
 */
POSTERN_JSON_API GVariant *postern_json_parse_object (const char *text, gssize length, gsize max_bytes, GError **error);

/**
 * postern_json_append:
 *
 * Writes @value (any of the types that are read, and as, a{ss}, i, u, t) to @out, compact, sorted as given.
 */
POSTERN_JSON_API void postern_json_append (GString *out, GVariant *value);

/**
 * postern_json_canonical_append:
 * @value: of the types that are read
 *
 * Writes @value to @out as the JSON Canonicalization Scheme has it (RFC 8785): one text for one document, to be hashed.
 */
POSTERN_JSON_API void postern_json_canonical_append (GString *out, GVariant *value);

/**
 * postern_json_append_string:
 *
 * Writes a JSON string to @out.
 */
POSTERN_JSON_API void postern_json_append_string (GString *out, const char *text);

/**
 * postern_json_append_int64:
 *
 * Writes a JSON number to @out.
 */
POSTERN_JSON_API void postern_json_append_int64 (GString *out, gint64 number);

/**
 * postern_json_print:
 * @value: floating is sunk
 *
 * Writes JSON.
 *
 * Returns: (transfer full):
 */
POSTERN_JSON_API char *postern_json_print (GVariant *value);

/**
 * PosternJsonObject:
 * @bytes: (nullable): the members so far
 * @ends: (nullable) (element-type gsize): where each ends
 *
 * An a{sv} while it is written, on somebody's stack; empty to begin with. It is written in its serialised
 * form at once: GVariantBuilder makes four values and a type for each member, and serialises all of them in the end.
 */
typedef struct {
  GByteArray *bytes;
  GArray *ends;
} PosternJsonObject;

/**
 * POSTERN_JSON_OBJECT_INIT: (skip)
 *
 * An empty one, for C.
 */
#define POSTERN_JSON_OBJECT_INIT { NULL, NULL }

/* @name must not stand twice. Of a NULL value nothing is added. Text that is not UTF-8 is repaired with U+FFFD. */
/**
 * postern_json_object_add_string:
 * @value: (nullable)
 *
 * Adds a text; of a NULL one nothing is added. What is not UTF-8 is repaired with U+FFFD. @name must not stand twice.
 */
POSTERN_JSON_API void postern_json_object_add_string (PosternJsonObject *self, const char *name, const char *value);

/**
 * postern_json_object_add_int64:
 *
 * Adds a number. @name must not stand twice.
 */
POSTERN_JSON_API void postern_json_object_add_int64 (PosternJsonObject *self, const char *name, gint64 value);

/**
 * postern_json_object_add_boolean:
 *
 * Adds a boolean. @name must not stand twice.
 */
POSTERN_JSON_API void postern_json_object_add_boolean (PosternJsonObject *self, const char *name, gboolean value);

/**
 * postern_json_object_add:
 * @value: (nullable): floating is sunk
 *
 * Adds any value; of a NULL one nothing is added. @name must not stand twice.
 */
POSTERN_JSON_API void postern_json_object_add (PosternJsonObject *self, const char *name, GVariant *value);

/**
 * postern_json_object_add_all:
 * @object: an a{sv}
 *
 * Adds the members of @object.
 */
POSTERN_JSON_API void postern_json_object_add_all (PosternJsonObject *self, GVariant *object);

/**
 * postern_json_object_end:
 *
 * Ends writing; @self is empty again.
 *
 * Returns: (transfer floating): the a{sv}
 */
POSTERN_JSON_API GVariant *postern_json_object_end (PosternJsonObject *self);

/**
 * postern_json_object_clear:
 *
 * Throws away what was written.
 */
POSTERN_JSON_API void postern_json_object_clear (PosternJsonObject *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternJsonObject, postern_json_object_clear)

/* Look-ups in an a{sv}: NULL / FALSE / fallback when absent or of another type. (transfer none), valid while @object lives. */
/**
 * postern_json_get_string:
 * @object: an a{sv}
 *
 * A member that is a text.
 *
 * Returns: (transfer none) (nullable): NULL when absent or of another type; valid while @object lives
 */
POSTERN_JSON_API const char *postern_json_get_string (GVariant *object, const char *name);

/**
 * postern_json_get_int64:
 * @object: an a{sv}
 *
 * A member that is an integer.
 *
 * Returns: @fallback when absent or of another type
 */
POSTERN_JSON_API gint64 postern_json_get_int64 (GVariant *object, const char *name, gint64 fallback);

/**
 * postern_json_get_boolean:
 * @object: an a{sv}
 *
 * A member that is a boolean.
 *
 * Returns: @fallback when absent or of another type
 */
POSTERN_JSON_API gboolean postern_json_get_boolean (GVariant *object, const char *name, gboolean fallback);

/**
 * postern_json_get:
 * @object: an a{sv}
 *
 * A member, unboxed.
 *
 * Returns: (transfer full) (nullable):
 */
POSTERN_JSON_API GVariant *postern_json_get (GVariant *object, const char *name);

/**
 * postern_json_dup_strv:
 * @object: an a{sv}
 * @lone: whether a lone string counts as one
 *
 * A member that is an array of strings.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): NULL if absent or not all strings
 */
POSTERN_JSON_API char **postern_json_dup_strv (GVariant *object, const char *name, gboolean lone);

G_END_DECLS
