/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jose-private.h"

#include "postern-json.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIGNUM, BN_clear_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BN_CTX, BN_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)

/* OpenSSL's own function zeroes only what lies in its secure heap. */
static void
params_free (OSSL_PARAM *params)
{
  for (OSSL_PARAM *param = params; param != NULL && param->key != NULL; param++)
    OPENSSL_cleanse (param->data, param->data_size);
  OSSL_PARAM_free (params);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OSSL_PARAM, params_free)

typedef struct {
  const char *member;
  const char *param;
  gboolean secret;
} Part;

/* RFC 7518 section 6.3. A private key comes whole: without its factors OpenSSL would sign four times slower.
 */
static const Part rsa_parts[] = {
    {"n", OSSL_PKEY_PARAM_RSA_N, FALSE},         {"e", OSSL_PKEY_PARAM_RSA_E, FALSE},
    {"d", OSSL_PKEY_PARAM_RSA_D, TRUE},          {"p", OSSL_PKEY_PARAM_RSA_FACTOR1, TRUE},
    {"q", OSSL_PKEY_PARAM_RSA_FACTOR2, TRUE},    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1, TRUE},
    {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2, TRUE}, {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1, TRUE},
};

static gboolean
fail (GError **error, const char *member, const char *why)
{
  ERR_clear_error ();
  g_set_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_INVALID, "The key's member \"%s\" %s", member,
               why);
  return FALSE;
}

/* @exact: bytes wanted, 0 for any up to @max */
static GBytes *
read_bytes (GVariant *model, const char *member, gsize exact, gsize max, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  const char *text = postern_json_get_string (model, member);

  if (text == NULL) {
    fail (error, member, "is missing or is not a string");
    return NULL;
  }
  bytes = postern_base64url_decode (text, -1, max);
  if (bytes == NULL || g_bytes_get_size (bytes) == 0 || (exact > 0 && g_bytes_get_size (bytes) != exact)) {
    fail (error, member, "is not base64url of the right length");
    return NULL;
  }

  return g_steal_pointer (&bytes);
}

static BIGNUM *
read_number (GVariant *model, const char *member, gsize max, GError **error)
{
  g_autoptr (GBytes) bytes = read_bytes (model, member, 0, max, error);
  gsize size;
  const guchar *data = bytes ? g_bytes_get_data (bytes, &size) : NULL;

  return bytes ? BN_bin2bn (data, (int)size, NULL) : NULL;
}

/*
 * Keys of a well-known family of broken chips (ROCA, CVE-2017-15361) are powers of 65537 modulo every small
 * prime, which chance does about once in 2^27 keys. Their factors can be found: nobody's signature is worth
 * anything.
 */
static gboolean
is_roca (const BIGNUM *n)
{
  static const guint8 primes[] = {11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157};

  for (guint i = 0; i < G_N_ELEMENTS (primes); i++) {
    BN_ULONG rest = BN_mod_word (n, primes[i]);
    guint power = 1;
    gboolean found = FALSE;

    do {
      found = found || power == rest;
      power = power * 65537 % primes[i];
    } while (power != 1);
    if (!found)
      return FALSE;
  }

  return TRUE;
}

static gboolean
check_rsa_public (const BIGNUM *n, const BIGNUM *e, GError **error)
{
  int bits = BN_num_bits (n);

  if (bits < POSTERN_JOSE_MIN_RSA_BITS || bits > POSTERN_JOSE_MAX_RSA_BITS)
    return fail (error, "n", "must have 2048 to 8192 bits");
  if (!BN_is_odd (n))
    return fail (error, "n", "is even, so this is no RSA key");
  if (is_roca (n))
    return fail (error, "n",
                 "belongs to a family of keys that can be factored (CVE-2017-15361): make a new key");
  if (!BN_is_odd (e) || BN_is_one (e) || BN_num_bits (e) > 64)
    return fail (error, "e", "must be odd, greater than one and at most 64 bits long");

  return TRUE;
}

static gboolean
check_rsa_factors (BIGNUM *const *numbers, GError **error)
{
  g_autoptr (BN_CTX) ctx = BN_CTX_new ();
  g_autoptr (BIGNUM) product = BN_new ();

  if (!BN_mul (product, numbers[3], numbers[4], ctx) || BN_cmp (product, numbers[0]) != 0)
    return fail (error, "p", "times \"q\" is not \"n\"");

  return TRUE;
}

static EVP_PKEY *
build (const char *type, int selection, OSSL_PARAM_BLD *builder)
{
  g_autoptr (OSSL_PARAM) params = OSSL_PARAM_BLD_to_param (builder);
  g_autoptr (EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_name (NULL, type, NULL);
  EVP_PKEY *pkey = NULL;

  if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init (ctx) <= 0 ||
      EVP_PKEY_fromdata (ctx, &pkey, selection, params) <= 0) {
    ERR_clear_error ();
    return NULL;
  }

  return pkey;
}

static EVP_PKEY *
read_rsa (GVariant *model, gboolean with_private, GError **error)
{
  g_autoptr (OSSL_PARAM_BLD) builder = OSSL_PARAM_BLD_new ();
  BIGNUM *numbers[G_N_ELEMENTS (rsa_parts)] = {NULL};
  guint wanted = with_private ? G_N_ELEMENTS (rsa_parts) : 2, n = 0;
  EVP_PKEY *pkey = NULL;

  for (; n < wanted; n++) {
    numbers[n] = read_number (model, rsa_parts[n].member, POSTERN_JOSE_MAX_RSA_BITS / 8, error);
    if (numbers[n] == NULL)
      break;
    OSSL_PARAM_BLD_push_BN (builder, rsa_parts[n].param, numbers[n]);
  }
  if (n == wanted && check_rsa_public (numbers[0], numbers[1], error) &&
      (!with_private || check_rsa_factors (numbers, error))) {
    pkey = build ("RSA", with_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, builder);
    if (pkey == NULL)
      fail (error, "n", "and the others are no RSA key");
  }
  for (guint i = 0; i < wanted; i++)
    BN_clear_free (numbers[i]);

  return pkey;
}

static gboolean
check_ec (EVP_PKEY *pkey, gboolean with_private, GError **error)
{
  g_autoptr (EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_pkey (NULL, pkey, NULL);

  if (EVP_PKEY_public_check (ctx) <= 0)
    return fail (error, "x", "and \"y\" are no point of the curve");
  if (with_private && EVP_PKEY_pairwise_check (ctx) <= 0)
    return fail (error, "d", "does not belong to \"x\" and \"y\"");

  return TRUE;
}

static EVP_PKEY *
read_ec (const PosternJoseAlgInfo *curve, GVariant *model, gboolean with_private, GError **error)
{
  g_autoptr (OSSL_PARAM_BLD) builder = OSSL_PARAM_BLD_new ();
  g_autoptr (GBytes) x = read_bytes (model, "x", curve->size, curve->size, error);
  g_autoptr (GBytes) y = x ? read_bytes (model, "y", curve->size, curve->size, error) : NULL;
  g_autoptr (BIGNUM) d = NULL;
  g_autoptr (EVP_PKEY) pkey = NULL;
  guchar point[1 + 2 * 66] = {POINT_CONVERSION_UNCOMPRESSED};

  if (y == NULL)
    return NULL;

  memcpy (point + 1, g_bytes_get_data (x, NULL), curve->size);
  memcpy (point + 1 + curve->size, g_bytes_get_data (y, NULL), curve->size);
  OSSL_PARAM_BLD_push_utf8_string (builder, OSSL_PKEY_PARAM_GROUP_NAME, curve->curve, 0);
  OSSL_PARAM_BLD_push_octet_string (builder, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * curve->size);
  if (with_private) {
    d = read_number (model, "d", curve->size, error);
    if (d == NULL)
      return NULL;
    OSSL_PARAM_BLD_push_BN_pad (builder, OSSL_PKEY_PARAM_PRIV_KEY, d, curve->size);
  }

  pkey = build ("EC", with_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, builder);
  if (pkey == NULL)
    fail (error, "x", "and \"y\" are no point of the curve");

  return pkey && check_ec (pkey, with_private, error) ? g_steal_pointer (&pkey) : NULL;
}

static EVP_PKEY *
read_okp (const PosternJoseAlgInfo *curve, GVariant *model, gboolean with_private, GError **error)
{
  g_autoptr (GBytes) x = read_bytes (model, "x", curve->size, curve->size, error);
  g_autoptr (GBytes) d = NULL;
  g_autoptr (EVP_PKEY) pkey = NULL;
  guchar derived[32];
  gsize length = sizeof derived;

  if (x == NULL)
    return NULL;
  if (!with_private)
    return EVP_PKEY_new_raw_public_key_ex (NULL, "ED25519", NULL, g_bytes_get_data (x, NULL), curve->size);

  d = read_bytes (model, "d", curve->size, curve->size, error);
  pkey = d ? EVP_PKEY_new_raw_private_key_ex (NULL, "ED25519", NULL, g_bytes_get_data (d, NULL), curve->size)
           : NULL;
  if (pkey == NULL)
    return NULL;
  if (EVP_PKEY_get_raw_public_key (pkey, derived, &length) <= 0 ||
      CRYPTO_memcmp (derived, g_bytes_get_data (x, NULL), length) != 0) {
    fail (error, "d", "does not belong to \"x\"");
    return NULL;
  }

  return g_steal_pointer (&pkey);
}

EVP_PKEY *
postern_jwk_key_read (PosternJoseKty kty, const PosternJoseAlgInfo *curve, GVariant *model,
                      gboolean with_private, GError **error)
{
  switch (kty) {
  case POSTERN_JOSE_KTY_RSA:
    return read_rsa (model, with_private, error);
  case POSTERN_JOSE_KTY_EC:
    return read_ec (curve, model, with_private, error);
  case POSTERN_JOSE_KTY_OKP:
    return read_okp (curve, model, with_private, error);
  case POSTERN_JOSE_KTY_OCT:
  case POSTERN_JOSE_KTY_UNKNOWN:
  default:
    g_return_val_if_reached (NULL);
  }
}

GBytes *
postern_jwk_key_read_secret (GVariant *model, GError **error)
{
  return read_bytes (model, "k", 0, POSTERN_JOSE_MAX_SECRET, error);
}

gboolean
postern_jwk_key_check (EVP_PKEY *pkey, PosternJoseKty *kty, const PosternJoseAlgInfo **curve, GError **error)
{
  char group[32] = "";

  *curve = NULL;
  if (EVP_PKEY_is_a (pkey, "RSA")) {
    g_autoptr (BIGNUM) n = NULL;
    g_autoptr (BIGNUM) e = NULL;

    *kty = POSTERN_JOSE_KTY_RSA;
    EVP_PKEY_get_bn_param (pkey, OSSL_PKEY_PARAM_RSA_N, &n);
    EVP_PKEY_get_bn_param (pkey, OSSL_PKEY_PARAM_RSA_E, &e);
    return n && e ? check_rsa_public (n, e, error) : fail (error, "n", "cannot be read");
  }
  if (EVP_PKEY_is_a (pkey, "ED25519")) {
    *kty = POSTERN_JOSE_KTY_OKP;
    *curve = postern_jose_alg_get_info (POSTERN_JOSE_ALG_EDDSA);
    return TRUE;
  }
  if (EVP_PKEY_is_a (pkey, "EC") && EVP_PKEY_get_group_name (pkey, group, sizeof group, NULL)) {
    const char *name = EC_curve_nid2nist (OBJ_sn2nid (group));

    *kty = POSTERN_JOSE_KTY_EC;
    *curve = postern_jose_alg_find_for_curve (POSTERN_JOSE_KTY_EC, name ? name : group);
    if (*curve != NULL)
      return check_ec (pkey, FALSE, error);
  }
  g_set_error_literal (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_UNSUPPORTED,
                       "This is no RSA, P-256, P-384, P-521 or Ed25519 key: make one of these");
  return FALSE;
}

/* @size: bytes to pad to, 0 for the shortest form */
static gboolean
write_number (EVP_PKEY *pkey, const Part *part, gsize size, GVariantDict *dict)
{
  g_autoptr (BIGNUM) number = NULL;
  guchar bytes[POSTERN_JOSE_MAX_RSA_BITS / 8];
  g_autofree char *text = NULL;
  int length;

  if (!EVP_PKEY_get_bn_param (pkey, part->param, &number))
    return FALSE;
  length = size > 0 ? (int)size : BN_num_bytes (number);
  if (length > (int)sizeof bytes || BN_bn2binpad (number, bytes, length) < 0)
    return FALSE;

  text = postern_base64url_encode (bytes, (gsize)length);
  g_variant_dict_insert (dict, part->member, "s", text);
  OPENSSL_cleanse (bytes, sizeof bytes);
  if (part->secret)
    OPENSSL_cleanse (text, strlen (text));

  return TRUE;
}

static gboolean
write_raw (EVP_PKEY *pkey, const char *member, int (*get) (const EVP_PKEY *, guchar *, gsize *),
           GVariantDict *dict)
{
  guchar bytes[32];
  gsize length = sizeof bytes;
  g_autofree char *text = NULL;

  if (get (pkey, bytes, &length) <= 0)
    return FALSE;

  text = postern_base64url_encode (bytes, length);
  g_variant_dict_insert (dict, member, "s", text);
  OPENSSL_cleanse (bytes, sizeof bytes);
  OPENSSL_cleanse (text, strlen (text));

  return TRUE;
}

gboolean
postern_jwk_key_write (EVP_PKEY *pkey, PosternJoseKty kty, const PosternJoseAlgInfo *curve,
                       gboolean with_private, GVariantDict *dict)
{
  static const Part ec_parts[] = {{"x", OSSL_PKEY_PARAM_EC_PUB_X, FALSE},
                                  {"y", OSSL_PKEY_PARAM_EC_PUB_Y, FALSE},
                                  {"d", OSSL_PKEY_PARAM_PRIV_KEY, TRUE}};
  static const char *const names[] = {NULL, "RSA", "EC", "OKP", "oct"};
  gboolean good = TRUE;

  g_variant_dict_insert (dict, "kty", "s", names[kty]);
  if (curve != NULL)
    g_variant_dict_insert (dict, "crv", "s", curve->curve);
  if (kty == POSTERN_JOSE_KTY_OKP)
    return write_raw (pkey, "x", EVP_PKEY_get_raw_public_key, dict) &&
           (!with_private || write_raw (pkey, "d", EVP_PKEY_get_raw_private_key, dict));
  if (kty == POSTERN_JOSE_KTY_EC) {
    for (guint i = 0; i < (with_private ? 3 : 2); i++)
      good = good && write_number (pkey, &ec_parts[i], curve->size, dict);
    return good;
  }
  for (guint i = 0; i < (with_private ? G_N_ELEMENTS (rsa_parts) : 2); i++)
    good = good && write_number (pkey, &rsa_parts[i], 0, dict);

  return good;
}
