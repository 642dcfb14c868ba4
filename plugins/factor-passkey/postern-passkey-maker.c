/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-maker.h"

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#define P256 32

PosternPasskeyMaker *
postern_passkey_maker_new (gboolean rsa)
{
  PosternPasskeyMaker *self = g_new0 (PosternPasskeyMaker, 1);

  self->rsa = rsa;
  self->challenge = "AAAA";
  self->rp_id = "example.org";
  self->origin = "https://example.org";
  self->more = ",\"crossOrigin\":false";
  self->flags = POSTERN_PASSKEY_FLAG_UP | POSTERN_PASSKEY_FLAG_UV;
  self->credential = rsa ? EVP_RSA_gen (2048) : EVP_EC_gen ("P-256");
  self->signer = rsa ? EVP_RSA_gen (2048) : EVP_EC_gen ("P-256");
  self->root_key = EVP_EC_gen ("P-256");
  self->root = postern_passkey_maker_certificate_make_root (self->root_key);
  self->client = g_byte_array_new ();
  self->object = g_byte_array_new ();
  self->auth_data = g_byte_array_new ();
  self->signature = g_byte_array_new ();
  return self;
}

void
postern_passkey_maker_free (PosternPasskeyMaker *self)
{
  EVP_PKEY_free (self->credential);
  EVP_PKEY_free (self->signer);
  EVP_PKEY_free (self->root_key);
  X509_free (self->root);
  g_byte_array_unref (self->client);
  g_byte_array_unref (self->object);
  g_byte_array_unref (self->auth_data);
  g_byte_array_unref (self->signature);
  g_free (self);
}

gboolean
postern_passkey_maker_is (PosternPasskeyMaker *self, const char *twist)
{
  return g_strcmp0 (self->twist, twist) == 0;
}

/* --- bytes ------------------------------------------------------------------------------------------------------------------ */

static void
put (GByteArray *bytes, gconstpointer data, gsize length)
{
  g_byte_array_append (bytes, data, (guint) length);
}

static void
put_number (GByteArray *bytes, guint size, guint64 number)
{
  while (size-- > 0) {
    guint8 byte = (guint8) (number >> (8 * size));

    put (bytes, &byte, 1);
  }
}

static void
put_head (GByteArray *bytes, guint kind, guint64 number)
{
  guint size = number < 24 ? 0 : number < 0x100 ? 1 : 2;

  put_number (bytes, 1, kind << 5 | (size == 0 ? number : 23 + size));
  put_number (bytes, size, number);
}

static void
put_text (GByteArray *bytes, const char *text)
{
  put_head (bytes, 3, strlen (text));
  put (bytes, text, strlen (text));
}

static void
put_bytes (GByteArray *bytes, GByteArray *string)
{
  put_head (bytes, 2, string->len);
  put (bytes, string->data, string->len);
}

static void
put_int (GByteArray *bytes, gint64 number)
{
  put_head (bytes, number < 0 ? 1 : 0, number < 0 ? -1 - number : number);
}

static GByteArray *
get_number (EVP_PKEY *key, const char *name)
{
  GByteArray *bytes = g_byte_array_new ();
  BIGNUM *number = NULL;

  g_assert_true (EVP_PKEY_get_bn_param (key, name, &number));
  g_byte_array_set_size (bytes, (guint) MAX (BN_num_bytes (number), EVP_PKEY_is_a (key, "EC") ? P256 : 1));
  g_assert_cmpint (BN_bn2binpad (number, bytes->data, (int) bytes->len), ==, bytes->len);
  BN_free (number);
  return bytes;
}

static GByteArray *
hash (const char *digest, GByteArray *bytes)
{
  GByteArray *out = g_byte_array_new ();
  gsize length = 0;

  g_byte_array_set_size (out, EVP_MAX_MD_SIZE);
  g_assert_true (EVP_Q_digest (NULL, digest, NULL, bytes->data, bytes->len, out->data, &length));
  g_byte_array_set_size (out, (guint) length);
  return out;
}

static GByteArray *
sign (EVP_PKEY *key, const char *digest, GByteArray *bytes)
{
  GByteArray *signature = g_byte_array_new ();
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  gsize length = 1024;

  g_byte_array_set_size (signature, (guint) length);
  g_assert_true (EVP_DigestSignInit_ex (context, NULL, digest, NULL, NULL, key, NULL));
  g_assert_true (EVP_DigestSign (context, signature->data, &length, bytes->data, bytes->len));
  g_byte_array_set_size (signature, (guint) length);
  EVP_MD_CTX_free (context);
  return signature;
}

/* --- the credential --------------------------------------------------------------------------------------------------------- */

static void
put_key (PosternPasskeyMaker *self, GByteArray *bytes)
{
  g_autoptr (GByteArray) first = get_number (self->credential, self->rsa ? OSSL_PKEY_PARAM_RSA_N : OSSL_PKEY_PARAM_EC_PUB_X);
  g_autoptr (GByteArray) second = get_number (self->credential, self->rsa ? OSSL_PKEY_PARAM_RSA_E : OSSL_PKEY_PARAM_EC_PUB_Y);

  put_head (bytes, 5, self->rsa ? 4 : 5);
  put_int (bytes, 1);
  put_int (bytes, self->rsa ? 3 : 2);
  put_int (bytes, 3);
  put_int (bytes, postern_passkey_maker_is (self, "credential with SHA-1") ? POSTERN_PASSKEY_ALG_RS1
                  : self->rsa                                              ? POSTERN_PASSKEY_ALG_RS256
                                                                           : POSTERN_PASSKEY_ALG_ES256);
  put_int (bytes, -1);
  if (self->rsa) {
    put_bytes (bytes, first);
  } else {
    put_int (bytes, 1);
  }
  put_int (bytes, -2);
  put_bytes (bytes, self->rsa ? second : first);
  if (!self->rsa) {
    put_int (bytes, -3);
    put_bytes (bytes, second);
  }
}

static void
make_client (PosternPasskeyMaker *self, const char *type)
{
  g_autofree char *client = g_strdup_printf ("{\"type\":\"%s\",\"challenge\":\"%s\",\"origin\":\"%s\"%s}", type, self->challenge, self->origin, self->more);

  g_byte_array_set_size (self->client, 0);
  put (self->client, client, strlen (client));
}

static void
make_auth_data (PosternPasskeyMaker *self, gboolean with_key)
{
  g_autoptr (GByteArray) rp = g_byte_array_new ();
  g_autoptr (GByteArray) rp_hash = NULL;

  put (rp, self->rp_id, strlen (self->rp_id));
  rp_hash = hash ("SHA256", rp);
  g_byte_array_set_size (self->auth_data, 0);
  put (self->auth_data, rp_hash->data, rp_hash->len);
  put_number (self->auth_data, 1, self->flags | (with_key ? POSTERN_PASSKEY_FLAG_AT : 0));
  put_number (self->auth_data, 4, self->counter);
  if (!with_key)
    return;
  put (self->auth_data, "0123456789abcdef", POSTERN_PASSKEY_AAGUID);
  put_number (self->auth_data, 2, 4);
  put (self->auth_data, "cred", 4);
  put_key (self, self->auth_data);
}

GByteArray *
postern_passkey_maker_dup_key (PosternPasskeyMaker *self)
{
  GByteArray *key = g_byte_array_new ();

  put_key (self, key);
  return key;
}

static GByteArray *
make_attested (PosternPasskeyMaker *self)
{
  g_autoptr (GByteArray) client_hash = hash ("SHA256", self->client);
  GByteArray *bytes = g_byte_array_new ();

  put (bytes, self->auth_data->data, self->auth_data->len);
  put (bytes, client_hash->data, client_hash->len);
  return bytes;
}

static void
put_member (GByteArray *statement, const char *name, GByteArray *value)
{
  put_text (statement, name);
  put_bytes (statement, value);
}

static void
put_chain (GByteArray *statement, GByteArray *certificate)
{
  put_text (statement, "x5c");
  put_head (statement, 4, 1);
  put_bytes (statement, certificate);
}

/* --- tpm ---------------------------------------------------------------------------------------------------------------------- */

static void
put_sized (GByteArray *bytes, GByteArray *string)
{
  put_number (bytes, 2, string->len);
  put (bytes, string->data, string->len);
}

static GByteArray *
make_area (PosternPasskeyMaker *self)
{
  EVP_PKEY *key = postern_passkey_maker_is (self, "another key") ? self->signer : self->credential;
  g_autoptr (GByteArray) first = get_number (key, self->rsa ? OSSL_PKEY_PARAM_RSA_N : OSSL_PKEY_PARAM_EC_PUB_X);
  g_autoptr (GByteArray) second = get_number (key, self->rsa ? OSSL_PKEY_PARAM_RSA_E : OSSL_PKEY_PARAM_EC_PUB_Y);
  GByteArray *area = g_byte_array_new ();

  put_number (area, 2, self->rsa ? 0x0001 : postern_passkey_maker_is (self, "key of another type") ? 0x0001 : 0x0023);
  put_number (area, 2, postern_passkey_maker_is (self, "name by SHA-1") ? 0x0004 : 0x000b);
  put_number (area, 4, 0x00040072);
  put_number (area, 2, postern_passkey_maker_is (self, "policy longer than all") ? 0xffff : 0);
  put_number (area, 2, postern_passkey_maker_is (self, "symmetric key") ? 0x0006 : 0x0010);
  put_number (area, 2, self->rsa ? 0x0014 : 0x0010); /* RSASSA, and its hash; or none */
  if (self->rsa) {
    put_number (area, 2, 0x000b);
    put_number (area, 2, postern_passkey_maker_is (self, "other bits") ? 1024 : 2048);
    put_number (area, 4, postern_passkey_maker_is (self, "other exponent") ? 3 : 0);
    put_sized (area, first);
  } else {
    put_number (area, 2, postern_passkey_maker_is (self, "other curve") ? 4 : 3);
    put_number (area, 2, 0x0010);
    put_sized (area, first);
    put_sized (area, second);
  }
  if (postern_passkey_maker_is (self, "behind the area"))
    put_number (area, 1, 0);
  return area;
}

static GByteArray *
make_info (PosternPasskeyMaker *self, GByteArray *area)
{
  g_autoptr (GByteArray) attested = make_attested (self);
  g_autoptr (GByteArray) extra = hash (self->rsa ? "SHA1" : "SHA256", attested);
  g_autoptr (GByteArray) area_hash = hash ("SHA256", area);
  g_autoptr (GByteArray) name = g_byte_array_new ();
  GByteArray *info = g_byte_array_new ();

  if (postern_passkey_maker_is (self, "other extraData"))
    extra->data[0] ^= 1;
  if (postern_passkey_maker_is (self, "other name"))
    area_hash->data[0] ^= 1;
  put_number (name, 2, postern_passkey_maker_is (self, "name of another hash") ? 0x000c : 0x000b);
  put (name, area_hash->data, area_hash->len);
  put_number (info, 4, postern_passkey_maker_is (self, "other magic") ? 0xff544346 : 0xff544347);
  put_number (info, 2, postern_passkey_maker_is (self, "other structure") ? 0x8018 : 0x8017);
  put_number (info, 2, postern_passkey_maker_is (self, "signer longer than all") ? 0xffff : 0);
  put_sized (info, extra);
  put_number (info, 8, 1);
  put_number (info, 4, 2);
  put_number (info, 4, 3);
  put_number (info, 1, 1);
  put_number (info, 8, 4);
  put_sized (info, name);
  put_number (info, 2, 0);
  if (postern_passkey_maker_is (self, "behind the info"))
    put_number (info, 1, 0);
  return info;
}

static void
put_tpm (PosternPasskeyMaker *self, GByteArray *statement)
{
  g_autoptr (GByteArray) area = make_area (self);
  g_autoptr (GByteArray) info = make_info (self, area);
  g_autoptr (GByteArray) signature = sign (self->signer, self->rsa ? "SHA1" : "SHA256", info);
  g_autoptr (GByteArray) certificate = postern_passkey_maker_certificate_make (self, "tpm", NULL);

  if (postern_passkey_maker_is (self, "signature of something else"))
    info->data[30 + 32]++; /* in the clock */
  put_head (statement, 5, 6);
  put_text (statement, "ver");
  put_text (statement, postern_passkey_maker_is (self, "version 1.2") ? "1.2" : "2.0");
  put_text (statement, "alg");
  put_int (statement, self->rsa ? POSTERN_PASSKEY_ALG_RS1 : POSTERN_PASSKEY_ALG_ES256);
  put_chain (statement, certificate);
  put_member (statement, "sig", signature);
  put_member (statement, "certInfo", info);
  put_member (statement, "pubArea", area);
}

/* --- the others ------------------------------------------------------------------------------------------------------------- */

static void
put_apple (PosternPasskeyMaker *self, GByteArray *statement)
{
  g_autoptr (GByteArray) attested = make_attested (self);
  g_autoptr (GByteArray) nonce = hash ("SHA256", attested);
  g_autoptr (GBytes) bytes = g_bytes_new (nonce->data, nonce->len);
  g_autoptr (GByteArray) certificate = postern_passkey_maker_certificate_make (self, "apple", bytes);
  gboolean more = postern_passkey_maker_is (self, "one member more");

  put_head (statement, 5, more ? 2 : 1);
  if (more) {
    put_text (statement, "alg");
    put_int (statement, POSTERN_PASSKEY_ALG_ES256);
  }
  put_chain (statement, certificate);
}

static void
put_signed (PosternPasskeyMaker *self, GByteArray *statement, const char *format, EVP_PKEY *key)
{
  g_autoptr (GByteArray) attested = make_attested (self);
  g_autoptr (GByteArray) signature = sign (key, "SHA256", attested);
  g_autoptr (GByteArray) client_hash = hash ("SHA256", self->client);
  g_autoptr (GBytes) nonce = g_bytes_new (client_hash->data, client_hash->len);
  g_autoptr (GByteArray) certificate = postern_passkey_maker_certificate_make (self, format, nonce);
  gboolean self_signed = postern_passkey_maker_is (self, "by itself");

  if (postern_passkey_maker_is (self, "other signature"))
    signature->data[signature->len - 1] ^= 1;
  put_head (statement, 5, self_signed ? 2 : 3);
  put_text (statement, "alg");
  put_int (statement, postern_passkey_maker_is (self, "other algorithm") ? POSTERN_PASSKEY_ALG_ES384
                      : postern_passkey_maker_is (self, "with SHA-1")    ? POSTERN_PASSKEY_ALG_RS1
                                                                         : POSTERN_PASSKEY_ALG_ES256);
  put_member (statement, "sig", signature);
  if (!self_signed)
    put_chain (statement, certificate);
}

/* Of Android, and of packed where there is no certificate. */
static gboolean
is_signed_by_itself (PosternPasskeyMaker *self, const char *format)
{
  return g_str_equal (format, "packed") ? postern_passkey_maker_is (self, "by itself") : !postern_passkey_maker_is (self, "certificate of another key");
}

static void
put_statement (PosternPasskeyMaker *self, const char *format, GByteArray *statement)
{
  if (g_str_equal (format, "tpm"))
    put_tpm (self, statement);
  else if (g_str_equal (format, "apple"))
    put_apple (self, statement);
  else if (g_str_equal (format, "none"))
    put_head (statement, 5, 0);
  else
    put_signed (self, statement, format, is_signed_by_itself (self, format) ? self->credential : self->signer);
}

void
postern_passkey_maker_make (PosternPasskeyMaker *self, const char *format, const char *twist)
{
  self->twist = twist;
  make_client (self, "webauthn.create");
  make_auth_data (self, TRUE);
  g_byte_array_set_size (self->object, 0);
  put_head (self->object, 5, 3);
  put_text (self->object, "fmt");
  put_text (self->object, format);
  put_text (self->object, "attStmt");
  put_statement (self, format, self->object);
  put_member (self->object, "authData", self->auth_data);
}

void
postern_passkey_maker_answer (PosternPasskeyMaker *self)
{
  g_autoptr (GByteArray) attested = NULL;
  g_autoptr (GByteArray) signature = NULL;

  make_client (self, "webauthn.get");
  make_auth_data (self, FALSE);
  attested = make_attested (self);
  signature = sign (self->credential, "SHA256", attested);
  g_byte_array_set_size (self->signature, 0);
  put (self->signature, signature->data, signature->len);
}

void
postern_passkey_maker_write_root (PosternPasskeyMaker *self, const char *path)
{
  BIO *file = BIO_new_file (path, "w");

  g_assert_true (PEM_write_bio_X509 (file, self->root));
  BIO_free (file);
}
