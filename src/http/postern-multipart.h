/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-request.h"

G_BEGIN_DECLS

/*
 * Forms with files: multipart/form-data as browsers send it (RFC 7578; RFC 2046 section 5.1.1), and not one byte more. What two readers could
 * understand differently is refused.
 */

#define POSTERN_MULTIPART_PARTS_MAX 16
#define POSTERN_MULTIPART_LINES_MAX 8   /* fields of a part */
#define POSTERN_MULTIPART_LINE_MAX 2048 /* bytes of one, with its end: a file's name may be long */
#define POSTERN_MULTIPART_NAME_MAX 64   /* characters of a field's name */
#define POSTERN_MULTIPART_BOUNDARY_MAX 70

/**
 * postern_multipart_read: reads the body of @request; from then on postern_request_get_form() and postern_request_get_file() have what it says.
 *
 * A file is a piece of the body, not a copy. Its name and its type, as they were sent, are forgotten: whoever sends it may call it anything.
 * Texts are UTF-8, with lines that end in CR LF, as those of other forms.
 *
 * Returns: FALSE with POSTERN_ERROR_INVALID_REQUEST: another type; a boundary that is none; bytes before the first or behind the last one; no last one; too many
 * parts; a head of a part that is too long, says `filename*`, another encoding, or several parts in one; a name that stands twice; a NUL, a bare CR or a bare LF in a text
 */
gboolean postern_multipart_read (PosternRequest *request, GError **error);

G_END_DECLS
