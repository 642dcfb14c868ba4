/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Cookies as they cross the wire. On https each of ours bears the prefix `__Host-`, which a browser takes only from us over
 * https for the whole host, so that a neighbouring subdomain cannot plant one (RFC 6265bis section 4.1.3). That prefix wants Path=/, so it is the name that
 * tells tenants of one host apart: those of the tenant SLUG begin with `t.SLUG.`, and its handlers see them alone. */

/** postern_cookie_format: the value of a Set-Cookie field: HttpOnly, SameSite=Lax, Path=/. @max_age: 0 deletes, -1 ends with the browser. @tenant: (nullable). (transfer full) */
char *postern_cookie_format (const char *name, const char *value, gint64 max_age, gboolean secure, const char *tenant);
/** postern_cookie_filter: a Cookie field as handlers see it: only what has the prefixes of https and of @tenant (nullable), without them. (transfer full) */
char *postern_cookie_filter (const char *header, gboolean secure, const char *tenant);

G_END_DECLS
