/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * postern_record_json_read: a JSON column's @text as a GVariant. The same text comes again and again (an application's
 * metadata with every request, a person's profile three times in one sign-in), so the last ones read are kept by their
 * text: never by a row's name, so that nothing can be out of date. Thread-safe.
 * Returns: (transfer full) (nullable): not floating; NULL without @error for a NULL @text
 */
GVariant *postern_record_json_read (const char *text, GError **error);

/** postern_record_json_is_readable: whether postern_record_json_read() will take @text, which postern_json_print() made: it is not too deep, and not too large */
gboolean postern_record_json_is_readable (const char *text);

G_END_DECLS
