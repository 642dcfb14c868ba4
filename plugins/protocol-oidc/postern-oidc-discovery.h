/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/*
 * OpenID Connect Discovery 1.0 and RFC 8414: one document, at both names, each in its appended and path-inserted form.
 * These may run on an I/O thread: the bytes are there already.
 */
PosternResponse *postern_oidc_discovery_answer (PosternRequest *request, gpointer oidc);
/** postern_oidc_discovery_answer_keys: the JWK set (RFC 7517 section 5) */
PosternResponse *postern_oidc_discovery_answer_keys (PosternRequest *request, gpointer oidc);
/** postern_oidc_discovery_answer_keys_inline: the same; NULL while the ring must look at the store first. */
PosternResponse *postern_oidc_discovery_answer_keys_inline (PosternRequest *request, gpointer oidc);

GBytes *postern_oidc_discovery_render (PosternOidc *self);           /* (transfer full) */
GBytes *postern_oidc_discovery_render_keys (PosternJwkSet *keys);    /* (transfer full) */

G_END_DECLS
