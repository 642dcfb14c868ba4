/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/** Whose request it is, and to which service of Amazon's. */
typedef struct {
  const char *key_id, *secret, *region, *service;
} PosternHttpSigv4;

/**
 * postern_http_sigv4_sign: signs a POST without a query (AWS Signature Version 4): host, time, content type and body.
 * @content_type: (nullable)
 * @now: UTC
 * @date: (out) (transfer full): the header X-Amz-Date
 * Returns: (transfer full): the header Authorization
 */
char *postern_http_sigv4_sign (const PosternHttpSigv4 *self, const char *url, const char *content_type, GBytes *body, GDateTime *now, char **date);

G_END_DECLS
