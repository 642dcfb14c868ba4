/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/** PosternHttpAnswer: what a provider said, and where in it things stand. Borrowed. */
typedef struct {
  guint status;
  GBytes *body;
  GVariant *headers; /* a{ss}, lower-case names */
} PosternHttpAnswer;

/**
 * postern_http_answer_dup: what stands at @path: "errors.0.message" in a JSON body, "<MessageId>" in an XML one, "header:name".
 * Numbers and booleans as text. Returns: (transfer full) (nullable)
 */
char *postern_http_answer_dup (const PosternHttpAnswer *self, const char *path);
/**
 * postern_http_answer_judge: as @settings say it (success-path, success-value, retry-values, error-path).
 * Returns: (transfer full) (nullable): NULL when the message was taken; else as for postern_message_fail()
 */
GError *postern_http_answer_judge (const PosternHttpAnswer *self, PosternSettings *settings);

G_END_DECLS
