/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-passkey-cbor.h"

#include <openssl/x509.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)

/** postern_passkey_certificate_read: of DER, with nothing behind it, and with extensions that can be read. (transfer full) (nullable) */
X509 *postern_passkey_certificate_read (PosternPasskeyBytes der);

/**
 * postern_passkey_certificate_get_extension: the value of the extension @oid.
 * @value: (out): of no length where it is not there; it is the certificate's
 * Returns: FALSE when it is there twice
 */
gboolean postern_passkey_certificate_get_extension (X509 *self, const char *oid, PosternPasskeyBytes *value);

/** postern_passkey_certificate_is_of_model: where the certificate names a model (id-fido-gen-ce-aaguid), whether it is this one. */
gboolean postern_passkey_certificate_is_of_model (X509 *self, PosternPasskeyBytes aaguid);

/** postern_passkey_certificate_is_last: version 3, and not allowed to sign another certificate. */
gboolean postern_passkey_certificate_is_last (X509 *self);

#define POSTERN_PASSKEY_DER_CONTEXT (1 << 16) /* added to a tag that is of a context, and explicit */

/**
 * postern_passkey_certificate_take_der: the value of one DER element of @tag, from the front of @left.
 * @tag: as OpenSSL's V_ASN1_*, or POSTERN_PASSKEY_DER_CONTEXT and a number
 * Returns: FALSE when the next element is another, or longer than what is left
 */
gboolean postern_passkey_certificate_take_der (PosternPasskeyBytes *left, int tag, PosternPasskeyBytes *value);

/** postern_passkey_certificate_peek_der: the tag of the next element, as above; -1 when there is none that can be read. */
int postern_passkey_certificate_peek_der (PosternPasskeyBytes left);

G_END_DECLS
