/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Time-based one-time passwords (RFC 6238 over RFC 4226): HMAC-SHA-1, six digits, steps of thirty seconds: what every app can do.
 * Times are seconds since 1970.
 */
#define POSTERN_TOTP_SEED_BYTES 20 /* RFC 4226 section 4, R6 */
#define POSTERN_TOTP_PERIOD 30     /* seconds */
#define POSTERN_TOTP_DIGITS 6

/** postern_totp_compute: the code of the step that @at is in. */
guint postern_totp_compute (const guint8 *seed, gsize length, gint64 at);
/** postern_totp_find: when the step of @typed begins: the one of @now, the one before or the one after (RFC 6238 section 5.2); 0 where it is none of theirs. */
gint64 postern_totp_find (const guint8 *seed, gsize length, const char *typed, gint64 now);
/** postern_totp_dup_base32: RFC 4648 section 6, without padding. (transfer full) */
char *postern_totp_dup_base32 (const guint8 *data, gsize length);
/** postern_totp_dup_uri: what an app reads: otpauth://totp/ISSUER:ACCOUNT?… (transfer full) */
char *postern_totp_dup_uri (const char *issuer, const char *account, const char *base32);

G_END_DECLS
