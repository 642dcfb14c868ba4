/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * postern_redirect_uri_find_fault: whether an application may register @uri (RFC 6749 section 3.1.2, RFC 8252 section 7).
 * @native: of kind "native": may use a private scheme
 * Returns: (transfer none) (nullable): what is wrong, an English clause; NULL when nothing is
 */
const char *postern_redirect_uri_find_fault (const char *uri, gboolean native);
/** postern_redirect_uri_find_web_fault: for the other addresses of an application: https, or http of this machine; if @plain http of any. */
const char *postern_redirect_uri_find_web_fault (const char *uri, gboolean plain);
/** postern_redirect_uri_matches: the same string; for @native a loopback address's port may differ (RFC 8252 section 7.3). */
gboolean postern_redirect_uri_matches (const char *registered, const char *presented, gboolean native);

G_END_DECLS
