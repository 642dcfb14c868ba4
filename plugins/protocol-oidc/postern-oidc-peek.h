/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The first two of a compact JWT's parts. */
typedef enum { POSTERN_OIDC_PEEK_HEADER, POSTERN_OIDC_PEEK_CLAIMS } PosternOidcPeekPart;

/**
 * postern_oidc_peek_read: what a JWT says of itself, unverified: to find out whose keys it must be checked with, or to name
 * what is wrong with it; never to believe it. Returns: (transfer full) (nullable): a{sv}
 */
GVariant *postern_oidc_peek_read (const char *token, PosternOidcPeekPart part);

G_END_DECLS
