/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-trust.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <string.h>

#include "postern-error.h"
#include "postern-passkey-certificate.h"
#include "postern-passkey-names.h"

#define CHAIN 8    /* certificates of a statement that are looked at */
#define STRENGTH 2 /* OpenSSL's: 112 bits, so nothing that is signed by SHA-1 */

struct _PosternPasskeyTrust {
  gboolean asks;     /* for a statement */
  X509_STORE *roots; /* (nullable) */
  char **aaguids;    /* (nullable): in small letters */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_STORE_CTX, X509_STORE_CTX_free)

static gboolean
refuse (GError **error, const char *setting, const char *what)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: %s", setting, what);
  return FALSE;
}

/* --- the settings ----------------------------------------------------------------------------------------------------------- */

static gboolean
add_file (X509_STORE *store, const char *path, GError **error)
{
  g_autoptr (BIO) file = BIO_new_file (path, "r");
  guint count = 0;

  for (;;) {
    g_autoptr (X509) root = file ? PEM_read_bio_X509 (file, NULL, NULL, NULL) : NULL;

    if (root == NULL || X509_STORE_add_cert (store, root) != 1)
      break;
    count++;
  }
  ERR_clear_error ();
  if (count > 0)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "attestation-roots: “%s” holds no certificate", path);
  return FALSE;
}

static gboolean
add_folder (X509_STORE *store, const char *path, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, error);
  const char *name;
  guint count = 0;

  while (folder && (name = g_dir_read_name (folder))) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    if (!g_str_has_suffix (name, ".pem"))
      continue;
    if (!add_file (store, file, error))
      return FALSE;
    count++;
  }
  return folder && (count > 0 || refuse (error, "attestation-roots", "no file of the folder ends in .pem"));
}

static gboolean
read_roots (PosternPasskeyTrust *self, const char *path, GError **error)
{
  self->roots = X509_STORE_new ();
  return g_file_test (path, G_FILE_TEST_IS_DIR) ? add_folder (self->roots, path, error) : add_file (self->roots, path, error);
}

static gboolean
read_aaguids (PosternPasskeyTrust *self, const char *const *aaguids, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; aaguids[i]; i++) {
    g_autofree char *small = g_ascii_strdown (aaguids[i], -1);

    if (!g_uuid_string_is_valid (small))
      return refuse (error, "attestation-aaguids", "one of them is no AAGUID");
    g_strv_builder_add (builder, small);
  }
  self->aaguids = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_policy (PosternPasskeyTrust *self, const PosternPasskeyTrustPolicy *policy, GError **error)
{
  const char *name = policy->name ? policy->name : "none";
  gboolean has_roots = policy->roots && *policy->roots;
  gboolean has_aaguids = policy->aaguids && policy->aaguids[0];
  gboolean by_roots = g_str_equal (name, "roots");
  gboolean by_aaguid = g_str_equal (name, "aaguid");

  if (!by_roots && !by_aaguid && !g_str_equal (name, "none"))
    return refuse (error, "attestation", "is none of none, roots and aaguid");
  if (by_roots && !has_roots)
    return refuse (error, "attestation-roots", "none is named, and attestation asks for one");
  if (by_aaguid != has_aaguids)
    return refuse (error, "attestation-aaguids", by_aaguid ? "none is named, and attestation asks for one" : "attestation does not look at it");
  if (has_roots && !by_roots && !by_aaguid)
    return refuse (error, "attestation-roots", "attestation does not look at it");
  self->asks = by_roots || by_aaguid;
  return (!has_roots || read_roots (self, policy->roots, error)) && (!has_aaguids || read_aaguids (self, policy->aaguids, error));
}

PosternPasskeyTrust *
postern_passkey_trust_new (const PosternPasskeyTrustPolicy *policy, GError **error)
{
  g_autoptr (PosternPasskeyTrust) self = g_new0 (PosternPasskeyTrust, 1);

  return read_policy (self, policy, error) ? g_steal_pointer (&self) : NULL;
}

void
postern_passkey_trust_free (PosternPasskeyTrust *self)
{
  X509_STORE_free (self->roots);
  g_strfreev (self->aaguids);
  g_free (self);
}

gboolean
postern_passkey_trust_has_roots (const PosternPasskeyTrust *self)
{
  return self && self->roots;
}

const char *
postern_passkey_trust_get_conveyance (const PosternPasskeyTrust *self)
{
  return self && self->asks ? "direct" : "none";
}

/* --- a statement ------------------------------------------------------------------------------------------------------------ */

static STACK_OF (X509) *
read_chain (const PosternPasskeyAttestation *attestation)
{
  const PosternPasskeyCborItem *x5c = postern_passkey_attestation_get_member (attestation, "x5c");
  STACK_OF (X509) *chain = sk_X509_new_null ();
  PosternPasskeyBytes der;

  for (guint i = 0; i < CHAIN && postern_passkey_cbor_is_bytes (postern_passkey_cbor_get (attestation->cbor, x5c, i), &der); i++) {
    g_autoptr (X509) certificate = postern_passkey_certificate_read (der);

    if (certificate == NULL || sk_X509_push (chain, certificate) == 0)
      break;
    g_steal_pointer (&certificate);
  }
  return chain;
}

/* To any of the named: what an operator names need not sign itself. */
static gboolean
leads_to (X509_STORE *roots, STACK_OF (X509) *chain)
{
  g_autoptr (X509_STORE_CTX) context = X509_STORE_CTX_new ();
  gboolean good = sk_X509_num (chain) > 0 && X509_STORE_CTX_init (context, roots, sk_X509_value (chain, 0), chain) == 1;

  if (good) {
    X509_VERIFY_PARAM_set_auth_level (X509_STORE_CTX_get0_param (context), STRENGTH);
    X509_STORE_CTX_set_flags (context, X509_V_FLAG_PARTIAL_CHAIN);
    good = X509_verify_cert (context) == 1;
  }
  ERR_clear_error ();
  return good;
}

gboolean
postern_passkey_trust_check (const PosternPasskeyTrust *self, const PosternPasskeyAttestation *attestation, GError **error)
{
  if (self && self->aaguids) {
    g_autofree char *aaguid = postern_passkey_names_dup_aaguid (attestation->data->aaguid.data);

    if (!g_strv_contains ((const char *const *) self->aaguids, aaguid))
      return postern_passkey_data_refuse (error, "AAGUID that is not allowed");
  }
  if (self && self->roots) {
    STACK_OF (X509) *chain = read_chain (attestation);
    gboolean good = leads_to (self->roots, chain);

    sk_X509_pop_free (chain, X509_free);
    return good || postern_passkey_data_refuse (error, "attestation that leads to no named root");
  }
  return TRUE;
}
