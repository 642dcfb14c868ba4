/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of what speaks TLS: a certificate, and what makes its checker of leaks bear it. Included by one file of a program. */
#pragma once

#include <gio/gio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

G_BEGIN_DECLS

/* The TLS module that GIO loads makes gcc 12's leak checker crash, so the process that loads it does without. */
static gboolean postern_certificate_fixture_leaks_unchecked;
int __lsan_is_turned_off (void);
int
__lsan_is_turned_off (void)
{
  return postern_certificate_fixture_leaks_unchecked;
}

G_GNUC_UNUSED static char *
postern_certificate_fixture_read (BIO *bio)
{
  char *data;
  long length = BIO_get_mem_data (bio, &data);

  return g_strndup (data, (gsize) length);
}

/* A certificate for "localhost" that is its own authority. @until: seconds from now. Returns: PEM, key behind certificate */
G_GNUC_UNUSED static char *
postern_certificate_fixture_make (long until)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *x509 = X509_new ();
  BIO *bio = BIO_new (BIO_s_mem ());
  X509_EXTENSION *names = X509V3_EXT_conf_nid (NULL, NULL, NID_subject_alt_name, "DNS:localhost");
  X509_EXTENSION *authority = X509V3_EXT_conf_nid (NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");
  char *pem;

  X509_set_version (x509, 2);
  ASN1_INTEGER_set (X509_get_serialNumber (x509), 1);
  X509_gmtime_adj (X509_getm_notBefore (x509), -3600);
  X509_gmtime_adj (X509_getm_notAfter (x509), until);
  X509_NAME_add_entry_by_txt (X509_get_subject_name (x509), "CN", MBSTRING_ASC, (const guchar *) "test", -1, -1, 0);
  X509_set_issuer_name (x509, X509_get_subject_name (x509));
  X509_add_ext (x509, names, -1);
  X509_add_ext (x509, authority, -1);
  X509_set_pubkey (x509, key);
  g_assert_cmpint (X509_sign (x509, key, EVP_sha256 ()), >, 0);
  PEM_write_bio_X509 (bio, x509);
  PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL);
  pem = postern_certificate_fixture_read (bio);
  X509_EXTENSION_free (names);
  X509_EXTENSION_free (authority);
  X509_free (x509);
  EVP_PKEY_free (key);
  BIO_free (bio);
  return pem;
}

G_END_DECLS
