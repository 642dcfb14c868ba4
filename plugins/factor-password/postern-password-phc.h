/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define POSTERN_PASSWORD_PHC_PARTS 5
#define POSTERN_PASSWORD_PHC_PARAMETERS 6
#define POSTERN_PASSWORD_PHC_BYTES 64 /* of a salt or a hash */

/**
 * PosternPasswordPhc: "$id[$v=19]$name=number,…$salt$hash" (PHC string format), taken apart. A stored hash may have been
 * imported from anywhere: nothing in it is believed beyond these sizes, and who verifies it checks what it would cost first.
 */
typedef struct {
  char id[24];
  guint version; /* 0 when not given */
  struct {
    char name[8];
    guint64 value;
  } parameters[POSTERN_PASSWORD_PHC_PARAMETERS];
  guint n_parameters;
  guint8 salt[POSTERN_PASSWORD_PHC_BYTES], hash[POSTERN_PASSWORD_PHC_BYTES];
  gsize salt_length, hash_length;
} PosternPasswordPhc;

/**
 * postern_password_phc_parse: also takes passlib's older "$pbkdf2-sha256$29000$salt$hash" (a bare number is the parameter "i",
 * and '.' stands for '+').
 */
gboolean postern_password_phc_parse (PosternPasswordPhc *self, const char *text);
/** postern_password_phc_get: @fallback when absent */
guint64 postern_password_phc_get (const PosternPasswordPhc *self, const char *name, guint64 fallback);
/** postern_password_phc_append_base64: standard alphabet, no padding. */
void postern_password_phc_append_base64 (GString *out, const guint8 *bytes, gsize length);

G_END_DECLS
