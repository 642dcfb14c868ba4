/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Cookies as they cross the wire. On https each of ours bears the prefix `__Host-`, which a browser takes only from us over
 * https for the whole host, so that a neighbouring subdomain cannot plant one (RFC 6265bis section 4.1.3). */

/** postern_cookie_format: the value of a Set-Cookie field: HttpOnly, SameSite=Lax, Path=/. @max_age: 0 deletes, -1 ends with the browser. (transfer full) */
char *postern_cookie_format (const char *name, const char *value, gint64 max_age, gboolean secure);
/** postern_cookie_filter: a Cookie field as handlers see it: on https only what has the prefix, without it. (transfer full) */
char *postern_cookie_filter (const char *header, gboolean secure);

G_END_DECLS
