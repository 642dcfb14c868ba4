/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/**
 * PosternHttpDispatch: what `http-email` and `http-sms` share: a message becomes one POST, after a description in the settings of
 * where, with what body, how we prove who we are, and what the answer means. Immutable, thread-safe.
 */
typedef struct _PosternHttpDispatch PosternHttpDispatch;

/** postern_http_dispatch_new: checks the description. (transfer full) (nullable): NULL with POSTERN_ERROR_CONFIG */
PosternHttpDispatch *postern_http_dispatch_new (PosternSettings *settings, GError **error);
void postern_http_dispatch_free (PosternHttpDispatch *self);
/** postern_http_dispatch_send: for a messenger's `deliver`. */
gboolean postern_http_dispatch_send (PosternHttpDispatch *self, PosternMessage *message, GCancellable *cancellable);

G_END_DECLS
