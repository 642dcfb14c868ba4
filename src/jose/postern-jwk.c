/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jose-private.h"

#include "postern-json.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)

G_DEFINE_FINAL_TYPE (PosternJwk, postern_jwk, G_TYPE_OBJECT)

static void
postern_jwk_finalize (GObject *object)
{
  PosternJwk *self = POSTERN_JWK (object);

  for (guint i = 0; i < POSTERN_JOSE_N_ALGS; i++) {
    EVP_PKEY_CTX_free (self->signers[i]);
    EVP_PKEY_CTX_free (self->verifiers[i]);
  }
  EVP_PKEY_free (self->pkey);
  g_clear_pointer (&self->secret, g_bytes_unref);
  g_free (self->kid);
  g_free (self->kid_json);
  g_free (self->use);
  g_free (self->issuer);
  g_strfreev (self->key_ops);
  G_OBJECT_CLASS (postern_jwk_parent_class)->finalize (object);
}

static void
postern_jwk_class_init (PosternJwkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_jwk_finalize;
}

static void
postern_jwk_init (PosternJwk *self)
{
  self->kid_json = g_strdup ("");
}

/* Takes @kid. A header is written for each token, so the part that never changes is written once. */
static void
set_kid (PosternJwk *self, char *kid)
{
  g_autoptr (GString) json = g_string_new (",\"kid\":");

  if (kid == NULL)
    return;

  postern_json_append_string (json, kid);
  g_free (self->kid_json);
  self->kid_json = g_strdup (json->str);
  self->kid = kid;
}

static gboolean
invalid (GError **error, const char *what)
{
  g_set_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_INVALID, "The key cannot be used: %s", what);
  return FALSE;
}

/* Whether a key of this kind could do @info's work at all, whatever it says of itself. */
static gboolean
can_do (PosternJwk *self, const PosternJoseAlgInfo *info)
{
  if (info->kty != self->kty)
    return FALSE;
  if (self->kty == POSTERN_JOSE_KTY_OCT)
    return g_bytes_get_size (self->secret) >= info->size;

  return self->curve == NULL || self->curve == info;
}

static gboolean
read_alg (PosternJwk *self, GVariant *alg, GError **error)
{
  const char *name =
      g_variant_is_of_type (alg, G_VARIANT_TYPE_STRING) ? g_variant_get_string (alg, NULL) : NULL;

  self->alg = postern_jose_alg_get_info (postern_jose_alg_from_string (name));
  self->jwe_alg = postern_jwe_alg_get_info (postern_jwe_alg_from_string (name));
  if (self->alg != NULL || self->jwe_alg != NULL)
    return TRUE;

  g_set_error_literal (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_UNSUPPORTED,
                       "The key's \"alg\" is no algorithm that is known here");
  return FALSE;
}

static gboolean
read_names (PosternJwk *self, GVariant *model, GError **error)
{
  g_autoptr (GVariant) alg = postern_json_get (model, "alg");
  g_autoptr (GVariant) kid = postern_json_get (model, "kid");
  g_autoptr (GVariant) use = postern_json_get (model, "use");
  g_autoptr (GVariant) ops = postern_json_get (model, "key_ops");
  g_autoptr (GVariant) issuer = postern_json_get (model, "issuer");

  if (alg != NULL && !read_alg (self, alg, error))
    return FALSE;
  if (kid != NULL && (!g_variant_is_of_type (kid, G_VARIANT_TYPE_STRING) ||
                      g_variant_get_size (kid) > POSTERN_JOSE_MAX_KID + 1))
    return invalid (error, "\"kid\" must be a string of at most 256 bytes");
  if (use != NULL && !g_variant_is_of_type (use, G_VARIANT_TYPE_STRING))
    return invalid (error, "\"use\" must be a string");
  if (issuer != NULL && !g_variant_is_of_type (issuer, G_VARIANT_TYPE_STRING))
    return invalid (error, "\"issuer\" must be a string");

  self->key_ops = postern_json_dup_strv (model, "key_ops", FALSE);
  if (ops != NULL && self->key_ops == NULL)
    return invalid (error, "\"key_ops\" must be an array of strings");

  self->use = use ? g_variant_dup_string (use, NULL) : NULL;
  self->issuer = issuer ? g_variant_dup_string (issuer, NULL) : NULL;
  set_kid (self, kid ? g_variant_dup_string (kid, NULL) : NULL);

  return TRUE;
}

static gboolean
read_type (PosternJwk *self, GVariant *model, GError **error)
{
  static const char *const names[] = {"RSA", "EC", "OKP", "oct", NULL};
  const char *kty = postern_json_get_string (model, "kty"), *crv = postern_json_get_string (model, "crv");

  for (guint i = 0; kty != NULL && names[i] != NULL; i++)
    if (g_str_equal (kty, names[i]))
      self->kty = (PosternJoseKty)(POSTERN_JOSE_KTY_RSA + i);

  if (self->kty == POSTERN_JOSE_KTY_EC || self->kty == POSTERN_JOSE_KTY_OKP)
    self->curve = crv ? postern_jose_alg_find_for_curve (self->kty, crv) : NULL;
  if (self->kty == POSTERN_JOSE_KTY_UNKNOWN ||
      (self->curve == NULL && (self->kty == POSTERN_JOSE_KTY_EC || self->kty == POSTERN_JOSE_KTY_OKP))) {
    g_set_error_literal (
        error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_UNSUPPORTED,
        "The key's \"kty\" and \"crv\" must be RSA, EC with P-256, P-384 or P-521, OKP with Ed25519, or oct");
    return FALSE;
  }

  return TRUE;
}

static gboolean
has_private_members (GVariant *model)
{
  static const char *const members[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

  for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (model, members[i], NULL);

    if (value != NULL)
      return TRUE;
  }

  return FALSE;
}

static gboolean
read_material (PosternJwk *self, GVariant *model, GError **error)
{
  g_autoptr (GVariant) oth = g_variant_lookup_value (model, "oth", NULL);

  if (oth != NULL)
    return invalid (error, "RSA keys of more than two primes (\"oth\") are not taken");

  if (self->kty == POSTERN_JOSE_KTY_OCT)
    self->secret = postern_jwk_key_read_secret (model, error);
  else
    self->pkey = postern_jwk_key_read (self->kty, self->curve, model, self->is_private, error);
  if (self->pkey == NULL && self->secret == NULL) {
    ERR_clear_error ();
    if (error != NULL && *error == NULL)
      invalid (error, "OpenSSL refuses it");
    return FALSE;
  }
  if ((self->alg != NULL && !can_do (self, self->alg)) ||
      (self->jwe_alg != NULL && self->jwe_alg->kty != self->kty))
    return invalid (error, "its \"alg\" does not belong to this type, curve or length of key");
  if (self->secret != NULL && g_bytes_get_size (self->secret) < 32)
    return invalid (error, "\"k\" must have at least 256 bits");

  return TRUE;
}

PosternJwk *
postern_jwk_new_from_variant (GVariant *model, gboolean allow_private, GError **error)
{
  g_autoptr (PosternJwk) self = g_object_new (POSTERN_TYPE_JWK, NULL);
  g_autoptr (GError) problem = NULL;

  g_return_val_if_fail (g_variant_is_of_type (model, G_VARIANT_TYPE_VARDICT), NULL);

  self->is_private = has_private_members (model);
  if (self->is_private && !allow_private) {
    g_set_error_literal (
        error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_INVALID,
        "The key holds private members, which do not belong here: give the public key, and replace this one");
    return NULL;
  }
  if (!read_type (self, model, &problem) || !read_names (self, model, &problem) ||
      !read_material (self, model, &problem)) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return NULL;
  }

  return g_steal_pointer (&self);
}

/**
 * postern_jwk_new_from_secret: a key for HS256, HS384 or HS512, without a name. A client secret is given as
 * its UTF-8 bytes. Returns: (transfer full) (nullable): NULL when @secret is shorter than the digest (RFC
 * 7518 section 3.2)
 */
PosternJwk *
postern_jwk_new_from_secret (GBytes *secret, PosternJoseAlg alg)
{
  const PosternJoseAlgInfo *info = postern_jose_alg_get_info (alg);
  PosternJwk *self;

  if (info == NULL || info->kty != POSTERN_JOSE_KTY_OCT || g_bytes_get_size (secret) < info->size ||
      g_bytes_get_size (secret) > POSTERN_JOSE_MAX_SECRET)
    return NULL;

  self = g_object_new (POSTERN_TYPE_JWK, NULL);
  self->kty = POSTERN_JOSE_KTY_OCT;
  self->alg = info;
  self->secret = g_bytes_ref (secret);
  self->is_private = TRUE;

  return self;
}

/* Takes @pkey. */
static PosternJwk *
new_from_pkey (EVP_PKEY *pkey, gboolean is_private, const char *use, GError **error)
{
  g_autoptr (PosternJwk) self = g_object_new (POSTERN_TYPE_JWK, NULL);

  self->pkey = pkey;
  self->is_private = is_private;
  self->use = g_strdup (use);

  return postern_jwk_key_check (pkey, &self->kty, &self->curve, error) ? g_steal_pointer (&self) : NULL;
}

/* Takes @pkey and @kid (NULL: the thumbprint). */
static PosternJwk *
new_signer (EVP_PKEY *pkey, PosternJoseAlg alg, gboolean is_private, char *kid, GError **error)
{
  g_autoptr (PosternJwk) self = new_from_pkey (pkey, is_private, "sig", error);
  g_autofree char *name = kid;

  if (self == NULL)
    return NULL;
  self->alg = postern_jose_alg_get_info (alg);
  if (self->alg == NULL || !can_do (self, self->alg)) {
    invalid (error, "the algorithm that was asked does not belong to this type or curve of key");
    return NULL;
  }
  set_kid (self, name ? g_steal_pointer (&name) : postern_jwk_dup_thumbprint (self));

  return g_steal_pointer (&self);
}

PosternJwk *
postern_jwk_generate (PosternJoseAlg alg, guint bits, GError **error)
{
  const PosternJoseAlgInfo *info = postern_jose_alg_get_info (alg);
  EVP_PKEY *pkey = NULL;

  if (info == NULL || info->kty == POSTERN_JOSE_KTY_OCT ||
      (bits != 0 && (bits < POSTERN_JOSE_MIN_RSA_BITS || bits > POSTERN_JOSE_MAX_RSA_BITS))) {
    g_set_error_literal (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_UNSUPPORTED,
                         "Keys are made for RS*, PS* (2048 to 8192 bits), ES* and EdDSA");
    return NULL;
  }

  if (info->kty == POSTERN_JOSE_KTY_RSA)
    pkey = EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (size_t)(bits ? bits : POSTERN_JOSE_MIN_RSA_BITS));
  else if (info->kty == POSTERN_JOSE_KTY_EC)
    pkey = EVP_PKEY_Q_keygen (NULL, NULL, "EC", info->curve);
  else
    pkey = EVP_PKEY_Q_keygen (NULL, NULL, "ED25519");
  if (pkey == NULL) {
    ERR_clear_error ();
    g_set_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_KEY, "OpenSSL could not make a key for %s",
                 info->name);
    return NULL;
  }

  return new_signer (pkey, alg, TRUE, NULL, error);
}

/* A private key (PKCS#8 or traditional, not encrypted), else a public one (SubjectPublicKeyInfo). (transfer
 * full) (nullable) */
static EVP_PKEY *
read_pem (const char *pem, gssize length, gboolean *is_private, GError **error)
{
  gsize size = length < 0 ? strlen (pem) : (gsize)length;
  g_autoptr (BIO) bio = size <= 64 * 1024 ? BIO_new_mem_buf (pem, (int)size) : NULL;
  char no_password[] = ""; /* given, so that OpenSSL never asks the terminal */
  EVP_PKEY *pkey = NULL;

  *is_private = g_strstr_len (pem, (gssize)size, "PRIVATE KEY-----") != NULL;
  if (bio != NULL && *is_private)
    pkey = PEM_read_bio_PrivateKey (bio, NULL, NULL, no_password);
  else if (bio != NULL)
    pkey = PEM_read_bio_PUBKEY (bio, NULL, NULL, no_password);
  if (pkey == NULL) {
    ERR_clear_error ();
    g_set_error_literal (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_INVALID,
                         "This is no PEM key: it must begin with \"-----BEGIN PRIVATE KEY-----\" or "
                         "\"-----BEGIN PUBLIC KEY-----\" and have no password");
  }

  return pkey;
}

/**
 * postern_jwk_new_from_pem: a private key, else a public one.
 * @kid: (nullable): NULL for the thumbprint
 * Returns: (transfer full) (nullable)
 */
PosternJwk *
postern_jwk_new_from_pem (const char *pem, gssize length, PosternJoseAlg alg, const char *kid, GError **error)
{
  gboolean is_private;
  EVP_PKEY *pkey = read_pem (pem, length, &is_private, error);

  return pkey ? new_signer (pkey, alg, is_private, g_strdup (kid), error) : NULL;
}

PosternJwk *
postern_jwk_new_encryption_from_pem (const char *pem, gssize length, const char *kid, GError **error)
{
  gboolean is_private;
  EVP_PKEY *pkey = read_pem (pem, length, &is_private, error);
  g_autoptr (PosternJwk) self = pkey ? new_from_pkey (pkey, is_private, "enc", error) : NULL;

  if (self == NULL)
    return NULL;
  self->jwe_alg = postern_jwe_alg_find_for_type (self->kty);
  if (self->jwe_alg == NULL) {
    invalid (error, "nothing can be encrypted to it: it must be RSA or on P-256, P-384 or P-521");
    return NULL;
  }
  if (!is_private) {
    invalid (error, "it is the public half, which opens nothing: give the private key");
    return NULL;
  }
  set_kid (self, g_strdup (kid));

  return g_steal_pointer (&self);
}

GVariant *
postern_jwk_to_variant (PosternJwk *self, gboolean with_private)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (self->kty == POSTERN_JOSE_KTY_OCT) {
    g_autofree char *k =
        postern_base64url_encode (g_bytes_get_data (self->secret, NULL), g_bytes_get_size (self->secret));

    g_variant_dict_insert (&dict, "kty", "s", "oct");
    if (with_private)
      g_variant_dict_insert (&dict, "k", "s", k);
    OPENSSL_cleanse (k, strlen (k));
  } else if (!postern_jwk_key_write (self->pkey, self->kty, self->curve, with_private && self->is_private,
                                     &dict))
    g_warning ("OpenSSL does not give the members of key %s", self->kid ? self->kid : "without a name");
  if (self->kid != NULL)
    g_variant_dict_insert (&dict, "kid", "s", self->kid);
  if (self->alg != NULL)
    g_variant_dict_insert (&dict, "alg", "s", self->alg->name);
  if (self->jwe_alg != NULL)
    g_variant_dict_insert (&dict, "alg", "s", self->jwe_alg->name);
  if (self->use != NULL)
    g_variant_dict_insert (&dict, "use", "s", self->use);
  if (self->key_ops != NULL)
    g_variant_dict_insert (&dict, "key_ops", "^as", self->key_ops);

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

const char *
postern_jwk_get_kid (PosternJwk *self)
{
  return self->kid;
}

const char *
postern_jwk_get_issuer (PosternJwk *self)
{
  return self->issuer;
}

PosternJoseAlg
postern_jwk_get_alg (PosternJwk *self)
{
  if (self->alg != NULL)
    return self->alg->alg;

  return self->curve && !self->jwe_alg ? self->curve->alg : POSTERN_JOSE_ALG_UNKNOWN;
}

/* `use` and `key_ops` may both be absent; what is there must agree. */
static gboolean
is_for (PosternJwk *self, const char *use, const char *const *ops)
{
  gboolean found = self->key_ops == NULL;

  if (self->use != NULL && !g_str_equal (self->use, use))
    return FALSE;
  for (guint i = 0; !found && ops[i] != NULL; i++)
    found = g_strv_contains ((const char *const *)self->key_ops, ops[i]);

  return found;
}

gboolean
postern_jwk_fits (PosternJwk *self, PosternJoseAlg alg)
{
  static const char *const ops[] = {"verify", "sign", NULL};
  const PosternJoseAlgInfo *info = postern_jose_alg_get_info (alg);

  return info != NULL && can_do (self, info) && (self->alg == NULL || self->alg == info) &&
         self->jwe_alg == NULL && is_for (self, "sig", ops);
}

gboolean
postern_jwk_fits_jwe (PosternJwk *self, PosternJweAlg alg)
{
  static const char *const rsa_ops[] = {"wrapKey", "encrypt", "unwrapKey", "decrypt", NULL};
  static const char *const ec_ops[] = {"deriveKey", "deriveBits", NULL};
  const PosternJweAlgInfo *info = postern_jwe_alg_get_info (alg);

  return info != NULL && info->kty == self->kty && (self->jwe_alg == NULL || self->jwe_alg == info) &&
         self->alg == NULL && is_for (self, "enc", self->kty == POSTERN_JOSE_KTY_RSA ? rsa_ops : ec_ops);
}

/* RFC 7638 section 3.2: exactly these members, in the order of their names, without white space. */
char *
postern_jwk_dup_thumbprint (PosternJwk *self)
{
  static const char *const members[][5] = {
      [POSTERN_JOSE_KTY_RSA] = {"e", "kty", "n", NULL},
      [POSTERN_JOSE_KTY_EC] = {"crv", "kty", "x", "y", NULL},
      [POSTERN_JOSE_KTY_OKP] = {"crv", "kty", "x", NULL},
      [POSTERN_JOSE_KTY_OCT] = {"k", "kty", NULL},
  };
  g_autoptr (GVariant) model = postern_jwk_to_variant (self, self->kty == POSTERN_JOSE_KTY_OCT);
  g_autoptr (GString) text = g_string_new ("{");
  guchar digest[EVP_MAX_MD_SIZE];
  gsize size = 0;

  for (guint i = 0; members[self->kty][i] != NULL; i++) {
    const char *value = postern_json_get_string (model, members[self->kty][i]);

    g_string_append_printf (text, "%s\"%s\":\"%s\"", i ? "," : "", members[self->kty][i], value ? value : "");
  }
  g_string_append_c (text, '}');
  EVP_Q_digest (NULL, "SHA256", NULL, text->str, text->len, digest, &size);
  if (self->kty == POSTERN_JOSE_KTY_OCT)
    OPENSSL_cleanse (text->str, text->len);

  return postern_base64url_encode (digest, size);
}
