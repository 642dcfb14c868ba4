/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * How what is sent to other servers is signed (Standard Webhooks 1.0): HMAC-SHA-256 of its id, its time and its body, so that who gets it knows
 * from whom it is, that it is new, and that it is whole. A secret is "whsec_" and base64 of 24 to 64 bytes.
 */

/** postern_webhook_signature_new_secret: of 32 random bytes. (transfer full): to be given to postern_secret_free() */
char *postern_webhook_signature_new_secret (void);
/** postern_webhook_signature_is_secret: whether @secret is one in the form above */
gboolean postern_webhook_signature_is_secret (const char *secret);
/** postern_webhook_signature_make: "v1,BASE64". @timestamp: seconds since 1970. (transfer full) (nullable): NULL: @secret is none */
char *postern_webhook_signature_make (const char *secret, const char *id, gint64 timestamp, const char *body, gsize length);
/**
 * postern_webhook_signature_make_headers: webhook-id, webhook-timestamp and webhook-signature, for postern_http_client_send(). @secrets:
 * (array zero-terminated=1): signed with each, while one takes the other's place. (transfer floating) (nullable): an a{ss}; NULL: one is none
 */
GVariant *postern_webhook_signature_make_headers (const char *const *secrets, const char *id, gint64 timestamp, const char *body, gsize length);

G_END_DECLS
