/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-captcha-pow.h"

#include "postern-error.h"
#include "postern-json.h"

#include <string.h>
#include <sys/random.h>

#define CHALLENGE_BYTES 16
#define DIGITS_MAX 15 /* what a browser counts exactly ends at 2^53 */

struct _PosternCaptchaPow {
  PosternCaptcha parent_instance;
  gint64 difficulty, lifetime;
};

G_DEFINE_FINAL_TYPE (PosternCaptchaPow, postern_captcha_pow, POSTERN_TYPE_CAPTCHA)

static gboolean
read_number (PosternInstance *instance, const char *name, gint64 least, gint64 most, gint64 *value, GError **error)
{
  *value = postern_settings_get_int64 (postern_instance_get_settings (instance), name);
  if (*value >= least && *value <= most)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: write a number from %d to %d", name, (int) least, (int) most);
  return FALSE;
}

static gboolean
postern_captcha_pow_configure (PosternInstance *instance, GError **error)
{
  PosternCaptchaPow *self = POSTERN_CAPTCHA_POW (instance);

  return read_number (instance, "difficulty", 8, 26, &self->difficulty, error) && read_number (instance, "lifetime", 60, 3600, &self->lifetime, error);
}

/* (transfer full) (nullable): there is no randomness */
static char *
make_challenge (void)
{
  guint8 bytes[CHALLENGE_BYTES];
  GString *text;

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    return NULL;
  text = g_string_sized_new (2 * CHALLENGE_BYTES);
  for (guint i = 0; i < sizeof bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

static GVariant *
postern_captcha_pow_describe (PosternCaptcha *captcha)
{
  PosternCaptchaPow *self = POSTERN_CAPTCHA_POW (captcha);
  g_autofree char *challenge = make_challenge ();
  g_auto (PosternJsonObject) it = POSTERN_JSON_OBJECT_INIT;

  if (challenge == NULL)
    return NULL;
  postern_json_object_add_string (&it, "field", "captcha");
  postern_json_object_add_string (&it, "challenge", challenge);
  postern_json_object_add_int64 (&it, "difficulty", self->difficulty);
  postern_json_object_add_int64 (&it, "expires_at", g_get_real_time () / G_USEC_PER_SEC + self->lifetime);
  return g_variant_ref_sink (postern_json_object_end (&it));
}

static guint
count_zero_bits (const guint8 *hash, gsize length)
{
  guint bits = 0;

  while (bits < 8 * length && !(hash[bits / 8] & (0x80 >> bits % 8)))
    bits++;
  return bits;
}

static gboolean
is_number (const char *answer)
{
  gsize digits = strspn (answer, "0123456789");

  return digits > 0 && digits <= DIGITS_MAX && answer[digits] == '\0';
}

static gboolean
proves_work (const char *challenge, const char *answer, gint64 difficulty)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 hash[32];
  gsize length = sizeof hash;

  g_checksum_update (sum, (const guchar *) challenge, -1);
  g_checksum_update (sum, (const guchar *) ".", 1);
  g_checksum_update (sum, (const guchar *) answer, -1);
  g_checksum_get_digest (sum, hash, &length);
  return count_zero_bits (hash, length) >= difficulty;
}

/* The difficulty that was asked for counts: an operator may have changed the setting since. */
static gboolean
postern_captcha_pow_verify (PosternCaptcha *captcha, GVariant *challenge, const char *answer, PosternRequest *request, GCancellable *cancellable, GError **error)
{
  const char *text = postern_json_get_string (challenge, "challenge"), *fault = NULL;
  gint64 difficulty = postern_json_get_int64 (challenge, "difficulty", G_MAXINT64);

  if (text == NULL || !is_number (answer))
    fault = "The answer is no number";
  else if (g_get_real_time () / G_USEC_PER_SEC >= postern_json_get_int64 (challenge, "expires_at", 0))
    fault = "The challenge is too old";
  else if (!proves_work (text, answer, difficulty))
    fault = "The answer proves no work, or too little";
  if (fault)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, fault);
  return fault == NULL;
}

static void
postern_captcha_pow_class_init (PosternCaptchaPowClass *klass)
{
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_captcha_pow_configure;
  POSTERN_CAPTCHA_CLASS (klass)->describe = postern_captcha_pow_describe;
  POSTERN_CAPTCHA_CLASS (klass)->verify = postern_captcha_pow_verify;
}

static void
postern_captcha_pow_init (PosternCaptchaPow *self)
{
}
