/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jwe.h"

#include "postern-jose-private.h"
#include "postern-json.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <string.h>

#define N_PARTS   5   /* header, encrypted key, initialization vector, ciphertext, tag */
#define MAX_PARTY 512 /* bytes of `apu` and of `apv` */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)

PosternJwk *
postern_jwe_find_key (PosternJwkSet *keys, PosternJweAlg alg)
{
  PosternJwk *found = NULL;

  for (guint i = 0; i < postern_jwk_set_get_n_keys (keys); i++) {
    PosternJwk *key = postern_jwk_set_get_key (keys, i);

    if (!postern_jwk_fits_jwe (key, alg))
      continue;
    if (key->use != NULL)
      return key;
    found = found ? found : key;
  }

  return found;
}

/* --- encrypting
 * --------------------------------------------------------------------------------------------- */

typedef struct {
  const PosternJweAlgInfo *alg;
  const PosternJweEncInfo *enc;
  GString *header;
  guchar content_key[POSTERN_JWE_MAX_KEY_SIZE];
  guchar wrapped[POSTERN_JOSE_MAX_SIGNATURE];
  gsize wrapped_size; /* 0: agreed on directly */
} Envelope;

static gboolean
agree_with_recipient (Envelope *envelope, PosternJwk *key)
{
  g_autoptr (EVP_PKEY) ephemeral = EVP_PKEY_Q_keygen (NULL, NULL, "EC", key->curve->curve);
  const PosternJweAgreement agreement = {ephemeral, key->pkey, envelope->enc, NULL, NULL};
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) epk = NULL;

  if (ephemeral == NULL || !postern_jwe_crypto_agree (&agreement, envelope->content_key) ||
      !postern_jwk_key_write (ephemeral, POSTERN_JOSE_KTY_EC, key->curve, FALSE, &dict))
    return FALSE;

  epk = g_variant_ref_sink (g_variant_dict_end (&dict));
  g_string_append (envelope->header, ",\"epk\":");
  postern_json_append (envelope->header, epk);

  return TRUE;
}

static gboolean
make_content_key (Envelope *envelope, PosternJwk *key)
{
  if (key->kty == POSTERN_JOSE_KTY_EC)
    return agree_with_recipient (envelope, key);

  return RAND_bytes (envelope->content_key, (int)envelope->enc->key_size) == 1 &&
         postern_jwe_crypto_wrap (key, envelope->content_key, envelope->enc->key_size, envelope->wrapped,
                                  &envelope->wrapped_size);
}

static gsize
append_part (char *out, gconstpointer data, gsize length)
{
  out[0] = '.';

  return 1 + postern_base64url_append (out + 1, data, length);
}

/* Returns: (transfer full) (nullable) */
static char *
seal (const Envelope *envelope, GBytes *plain)
{
  gsize length = g_bytes_get_size (plain), at;
  guchar iv[POSTERN_JWE_IV_SIZE], tag[POSTERN_JWE_TAG_SIZE];
  g_autofree guchar *sealed = g_malloc (length + 1);
  g_autofree char *out =
      g_malloc (POSTERN_BASE64URL_LENGTH (envelope->header->len) +
                POSTERN_BASE64URL_LENGTH (envelope->wrapped_size) + POSTERN_BASE64URL_LENGTH (sizeof iv) +
                POSTERN_BASE64URL_LENGTH (length) + POSTERN_BASE64URL_LENGTH (sizeof tag) + N_PARTS);
  PosternJweBox box = {.enc = envelope->enc, .key = envelope->content_key, .iv = iv, .aad = out};

  at = postern_base64url_append (out, envelope->header->str, envelope->header->len);
  box.aad_length = at;
  if (RAND_bytes (iv, sizeof iv) != 1 ||
      !postern_jwe_crypto_seal (&box, g_bytes_get_data (plain, NULL), length, sealed, tag))
    return NULL;

  at += append_part (out + at, envelope->wrapped, envelope->wrapped_size);
  at += append_part (out + at, iv, sizeof iv);
  at += append_part (out + at, sealed, length);
  at += append_part (out + at, tag, sizeof tag);
  out[at] = '\0';

  return g_steal_pointer (&out);
}

static void
begin_header (Envelope *envelope, PosternJwk *key, const char *cty)
{
  g_string_append_printf (envelope->header, "{\"alg\":\"%s\",\"enc\":\"%s\"", envelope->alg->name,
                          envelope->enc->name);
  if (cty != NULL) {
    g_string_append (envelope->header, ",\"cty\":");
    postern_json_append_string (envelope->header, cty);
  }
  g_string_append (envelope->header, key->kid_json);
}

char *
postern_jwe_encrypt (PosternJwk *key, PosternJweAlg alg, PosternJweEnc enc, const char *cty, GBytes *plain,
                     GError **error)
{
  g_autoptr (GString) header = g_string_sized_new (320);
  Envelope envelope = {
      .alg = postern_jwe_alg_get_info (alg), .enc = postern_jwe_enc_get_info (enc), .header = header};
  char *token = NULL;

  if (envelope.enc == NULL || !postern_jwk_fits_jwe (key, alg)) {
    g_set_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_KEY,
                 "The key %s is not for encrypting with %s: it is of another type or use",
                 key->kid ? key->kid : "without a name",
                 envelope.alg && envelope.enc ? envelope.alg->name : "an unknown algorithm");
    return NULL;
  }
  if (g_bytes_get_size (plain) > POSTERN_JWE_MAX_PLAIN) {
    g_set_error_literal (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_INVALID,
                         "The content is too large to be encrypted: at most 64 KiB");
    return NULL;
  }

  begin_header (&envelope, key, cty);
  if (make_content_key (&envelope, key)) {
    g_string_append_c (header, '}');
    token = seal (&envelope, plain);
  }
  OPENSSL_cleanse (envelope.content_key, sizeof envelope.content_key);
  if (token == NULL) {
    ERR_clear_error ();
    g_set_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_KEY, "OpenSSL could not encrypt to the key %s",
                 key->kid ? key->kid : "without a name");
  }

  return token;
}

/* --- decrypting
 * --------------------------------------------------------------------------------------------- */

static gboolean
split (const char *token, gssize length, PosternJosePart *parts, GError **error)
{
  gsize size = length < 0 ? strnlen (token, POSTERN_JWE_MAX_BYTES + 1) : (gsize)length;

  if (size > POSTERN_JWE_MAX_BYTES)
    return postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_INVALID, "it is longer than 96 KiB");
  if (!postern_jose_compact_split (token, size, parts, N_PARTS))
    return postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_INVALID,
                                        "it does not have the five parts of a compact serialization");

  return TRUE;
}

/* What would be needed for other algorithms, or would make a small token large, has no place in the header.
 */
static GVariant *
read_header (const PosternJosePart *part, const char *cty, GError **error)
{
  static const char *const refused[] = {"crit", "b64", "zip", "p2s", "p2c", "iv", "tag", NULL};
  g_autoptr (GVariant) header = postern_jose_compact_read_header (part, refused, error);

  if (header != NULL && cty != NULL && !postern_jose_compact_is_type (header, "cty", cty)) {
    postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_INVALID,
                                 "it does not say that it holds what is expected");
    return NULL;
  }

  return g_steal_pointer (&header);
}

static gboolean
fits_private (PosternJwk *key, guint alg)
{
  return key->is_private && postern_jwk_fits_jwe (key, (PosternJweAlg)alg);
}

static PosternJwk *
choose_key (GVariant *header, PosternJwkSet *keys, const PosternJweEncInfo **enc, GError **error)
{
  PosternJweAlg alg = postern_jwe_alg_from_string (postern_json_get_string (header, "alg"));
  PosternJwk *key;

  *enc = postern_jwe_enc_get_info (postern_jwe_enc_from_string (postern_json_get_string (header, "enc")));
  if (alg == POSTERN_JWE_ALG_UNKNOWN || *enc == NULL) {
    postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_UNSUPPORTED,
                                 "its \"alg\" or \"enc\" is not one that is accepted here");
    return NULL;
  }
  key = postern_jwk_set_find_fitting (keys, postern_json_get_string (header, "kid"), fits_private, alg);
  if (key == NULL)
    postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_KEY,
                                 "no key, or more than one, fits its \"kid\" and algorithm");

  return key;
}

/* A member that is absent is fine; one that is no base64url is not. */
static gboolean
read_party (GVariant *header, const char *name, GBytes **party)
{
  g_autoptr (GVariant) value = postern_json_get (header, name);

  if (value == NULL)
    return TRUE;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    *party = postern_base64url_decode (g_variant_get_string (value, NULL), -1, MAX_PARTY);

  return *party != NULL;
}

/* The sender's point decides nothing: it must lie on the curve of our key, or whoever sends some that do not
 * would learn our key piece by piece. */
static EVP_PKEY *
read_ephemeral (GVariant *header, PosternJwk *key)
{
  g_autoptr (GVariant) epk = postern_json_get (header, "epk");
  g_autoptr (GVariant) secret = NULL;

  if (epk == NULL || !g_variant_is_of_type (epk, G_VARIANT_TYPE_VARDICT))
    return NULL;
  secret = g_variant_lookup_value (epk, "d", NULL);
  if (secret != NULL || g_strcmp0 (postern_json_get_string (epk, "kty"), "EC") != 0 ||
      g_strcmp0 (postern_json_get_string (epk, "crv"), key->curve->curve) != 0)
    return NULL;

  return postern_jwk_key_read (POSTERN_JOSE_KTY_EC, key->curve, epk, FALSE, NULL);
}

static gboolean
agree_with_sender (PosternJwk *key, GVariant *header, const PosternJweEncInfo *enc, guchar *content_key)
{
  g_autoptr (EVP_PKEY) peer = read_ephemeral (header, key);
  g_autoptr (GBytes) apu = NULL;
  g_autoptr (GBytes) apv = NULL;
  PosternJweAgreement agreement = {key->pkey, peer, enc, NULL, NULL};

  if (peer == NULL || !read_party (header, "apu", &apu) || !read_party (header, "apv", &apv))
    return FALSE;
  agreement.apu = apu;
  agreement.apv = apv;

  return postern_jwe_crypto_agree (&agreement, content_key);
}

static gboolean
find_content_key (PosternJwk *key, GVariant *header, const PosternJosePart *part,
                  const PosternJweEncInfo *enc, guchar *content_key)
{
  g_autoptr (GBytes) wrapped = NULL;

  if (key->kty == POSTERN_JOSE_KTY_EC)
    return part->length == 0 && agree_with_sender (key, header, enc, content_key);

  wrapped = postern_base64url_decode (part->text, (gssize)part->length, POSTERN_JOSE_MAX_SIGNATURE);

  return wrapped != NULL &&
         postern_jwe_crypto_unwrap (key, g_bytes_get_data (wrapped, NULL), g_bytes_get_size (wrapped),
                                    content_key, enc->key_size);
}

/* Returns: (transfer full) (nullable): @exact bytes */
static GBytes *
decode_exact (const PosternJosePart *part, gsize exact)
{
  g_autoptr (GBytes) bytes = postern_base64url_decode (part->text, (gssize)part->length, exact);

  return bytes != NULL && g_bytes_get_size (bytes) == exact ? g_steal_pointer (&bytes) : NULL;
}

static GBytes *
open_sealed (const PosternJosePart *parts, const PosternJweEncInfo *enc, const guchar *content_key)
{
  g_autoptr (GBytes) iv = decode_exact (&parts[2], POSTERN_JWE_IV_SIZE);
  g_autoptr (GBytes) sealed =
      postern_base64url_decode (parts[3].text, (gssize)parts[3].length, POSTERN_JWE_MAX_BYTES);
  g_autoptr (GBytes) tag = decode_exact (&parts[4], POSTERN_JWE_TAG_SIZE);
  g_autoptr (GBytes) plain = NULL;
  PosternJweBox box = {.enc = enc, .key = content_key, .aad = parts[0].text, .aad_length = parts[0].length};
  guchar *data;

  if (iv == NULL || sealed == NULL || tag == NULL)
    return NULL;

  box.iv = g_bytes_get_data (iv, NULL);
  plain = postern_jose_bytes_new (g_bytes_get_size (sealed), &data);

  return postern_jwe_crypto_open (&box, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed), data,
                                  g_bytes_get_data (tag, NULL))
             ? g_steal_pointer (&plain)
             : NULL;
}

GBytes *
postern_jwe_decrypt (const char *token, gssize length, PosternJwkSet *keys, const char *cty,
                     GVariant **header, GError **error)
{
  g_autoptr (GVariant) read = NULL;
  const PosternJweEncInfo *enc;
  guchar content_key[POSTERN_JWE_MAX_KEY_SIZE];
  PosternJosePart parts[N_PARTS];
  PosternJwk *key;
  GBytes *plain = NULL;

  if (!split (token, length, parts, error) || (read = read_header (&parts[0], cty, error)) == NULL ||
      (key = choose_key (read, keys, &enc, error)) == NULL)
    return NULL;

  if (find_content_key (key, read, &parts[1], enc, content_key))
    plain = open_sealed (parts, enc, content_key);
  OPENSSL_cleanse (content_key, sizeof content_key);
  if (plain == NULL)
    postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_DECRYPTION, "it cannot be decrypted");
  else if (header != NULL)
    *header = g_steal_pointer (&read);

  return plain;
}
