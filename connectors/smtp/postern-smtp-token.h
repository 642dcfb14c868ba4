/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/** PosternSmtpToken: an access token for a mail server that wants one instead of a password, fetched when needed. Thread-safe. */
typedef struct _PosternSmtpToken PosternSmtpToken;

/** postern_smtp_token_new: by the settings oauth-*; a reference to @settings is taken. */
PosternSmtpToken *postern_smtp_token_new (PosternSettings *settings);
void postern_smtp_token_free (PosternSmtpToken *self);
/** postern_smtp_token_dup: the one at hand, or a new one (RFC 6749 sections 4.4 and 6). (transfer full) (nullable) */
char *postern_smtp_token_dup (PosternSmtpToken *self, GCancellable *cancellable, GError **error);
/** postern_smtp_token_drop: the server did not take it: the next one is fetched anew. */
void postern_smtp_token_drop (PosternSmtpToken *self);

G_END_DECLS
