/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-certificate.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#define OID_AAGUID "1.3.6.1.4.1.45724.1.1.4"
#define AAGUID 16

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ASN1_OBJECT, ASN1_OBJECT_free)

X509 *
postern_passkey_certificate_read (PosternPasskeyBytes der)
{
  const unsigned char *at = der.data;
  g_autoptr (X509) certificate = d2i_X509 (NULL, &at, (long) der.length);
  gboolean good = certificate && at == der.data + der.length && !(X509_get_extension_flags (certificate) & EXFLAG_INVALID);

  ERR_clear_error ();
  return good ? g_steal_pointer (&certificate) : NULL;
}

static X509_EXTENSION *
find (X509 *self, const char *oid, int *count)
{
  g_autoptr (ASN1_OBJECT) object = OBJ_txt2obj (oid, 1);
  int first = X509_get_ext_by_OBJ (self, object, -1);

  *count = first < 0 ? 0 : X509_get_ext_by_OBJ (self, object, first) < 0 ? 1 : 2;
  return first < 0 ? NULL : X509_get_ext (self, first);
}

static PosternPasskeyBytes
value_of (X509_EXTENSION *extension)
{
  const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data (extension);

  return (PosternPasskeyBytes){ ASN1_STRING_get0_data (value), (gsize) ASN1_STRING_length (value) };
}

gboolean
postern_passkey_certificate_get_extension (X509 *self, const char *oid, PosternPasskeyBytes *value)
{
  int count;
  X509_EXTENSION *extension = find (self, oid, &count);

  *value = extension ? value_of (extension) : (PosternPasskeyBytes){ NULL, 0 };
  return count < 2;
}

/* Section 8.2.1: the value is an OCTET STRING, and not critical. */
gboolean
postern_passkey_certificate_is_of_model (X509 *self, PosternPasskeyBytes aaguid)
{
  int count;
  X509_EXTENSION *extension = find (self, OID_AAGUID, &count);
  PosternPasskeyBytes value, inner;

  if (extension == NULL)
    return TRUE;
  value = value_of (extension);
  return count == 1 && !X509_EXTENSION_get_critical (extension) && postern_passkey_certificate_take_der (&value, V_ASN1_OCTET_STRING, &inner) &&
         value.length == 0 && inner.length == AAGUID && postern_passkey_cbor_equal (inner, aaguid);
}

gboolean
postern_passkey_certificate_is_last (X509 *self)
{
  return X509_get_version (self) == X509_VERSION_3 && X509_check_ca (self) == 0;
}

/* Of which the length is said, and within what is left. Returns: the tag, or -1 */
static int
read_element (PosternPasskeyBytes left, PosternPasskeyBytes *value)
{
  const unsigned char *at = left.data;
  int tag = 0, of = 0;
  long length = 0;
  int flags = left.length > 0 ? ASN1_get_object (&at, &length, &tag, &of, (long) left.length) : 0x80;
  gboolean holds_others = of == V_ASN1_CONTEXT_SPECIFIC || tag == V_ASN1_SEQUENCE || tag == V_ASN1_SET;

  ERR_clear_error ();
  if (flags & 0x81 || tag >= POSTERN_PASSKEY_DER_CONTEXT || holds_others != ((flags & V_ASN1_CONSTRUCTED) != 0))
    return -1;
  *value = (PosternPasskeyBytes){ at, (gsize) length };
  return of == V_ASN1_CONTEXT_SPECIFIC ? tag | POSTERN_PASSKEY_DER_CONTEXT : of == V_ASN1_UNIVERSAL ? tag : -1;
}

gboolean
postern_passkey_certificate_take_der (PosternPasskeyBytes *left, int tag, PosternPasskeyBytes *value)
{
  if (read_element (*left, value) != tag)
    return FALSE;
  left->length -= (gsize) (value->data - left->data) + value->length;
  left->data = value->data + value->length;
  return TRUE;
}

int
postern_passkey_certificate_peek_der (PosternPasskeyBytes left)
{
  PosternPasskeyBytes value;

  return read_element (left, &value);
}
