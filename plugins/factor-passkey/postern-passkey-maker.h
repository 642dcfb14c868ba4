/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-passkey-response.h"

G_BEGIN_DECLS

/*
 * PosternPasskeyMaker: an authenticator for tests, with a maker who vouches for it. It makes a registration of any format; what is twisted in it
 * is one word: each says in postern-passkey-maker.c what it does.
 */
typedef struct {
  EVP_PKEY *credential, *signer, *root_key;
  X509 *root;
  gboolean rsa; /* by RSA, and attested with SHA-1: as many a TPM does */
  const char *twist;
  const char *challenge, *rp_id, *origin; /* "AAAA" for https://example.org, unless a test sets them */
  const char *more;                       /* members of the client data behind these */
  guint8 flags;                           /* UP and UV */
  guint32 counter;
  GByteArray *client, *object, *auth_data, *signature; /* the last that was made */
} PosternPasskeyMaker;

PosternPasskeyMaker *postern_passkey_maker_new (gboolean rsa);
void postern_passkey_maker_free (PosternPasskeyMaker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternPasskeyMaker, postern_passkey_maker_free)

/** postern_passkey_maker_make: client and object of a registration by @format. */
void postern_passkey_maker_make (PosternPasskeyMaker *self, const char *format, const char *twist);
/** postern_passkey_maker_answer: client, auth_data and signature of an authentication. */
void postern_passkey_maker_answer (PosternPasskeyMaker *self);
/** postern_passkey_maker_dup_key: the credential's COSE_Key. (transfer full) */
GByteArray *postern_passkey_maker_dup_key (PosternPasskeyMaker *self);
/** postern_passkey_maker_write_root: the certificate that all lead to, as PEM. */
void postern_passkey_maker_write_root (PosternPasskeyMaker *self, const char *path);

/* Of postern-passkey-maker-certificate.c: the certificate of the key that attests, as DER. @nonce: of what Apple and Android put into it */
GByteArray *postern_passkey_maker_certificate_make (PosternPasskeyMaker *self, const char *format, GBytes *nonce);
X509 *postern_passkey_maker_certificate_make_root (EVP_PKEY *key);
gboolean postern_passkey_maker_is (PosternPasskeyMaker *self, const char *twist);

G_END_DECLS
