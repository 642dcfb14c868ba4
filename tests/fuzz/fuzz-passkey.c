/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-response.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
assert_within (PosternPasskeyBytes inner, PosternPasskeyBytes outer)
{
  g_assert_true (inner.data >= outer.data && inner.length <= outer.length && inner.data - outer.data <= (gssize) (outer.length - inner.length));
}

/* CBOR, authenticator data, a COSE key and client data, each from the same bytes: what is found lies within them. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const origins[] = { "https://example.org", NULL };
  PosternPasskeyExpected expected = { "webauthn.create", "AAAA", "example.org", origins, origins, FALSE };
  PosternPasskeyBytes bytes = { data, size };
  PosternPasskeyCbor cbor;
  PosternPasskeyData auth_data;
  g_auto (PosternPasskeyKey) key = { 0 };

  if (postern_passkey_cbor_read (&cbor, bytes, NULL)) {
    for (guint i = 0; i < cbor.n_items; i++) {
      assert_within (cbor.items[i].whole, bytes);
      g_assert_cmpuint (cbor.items[i].after, >, i);
      g_assert_cmpuint (cbor.items[i].after, <=, cbor.n_items);
    }
    postern_passkey_key_read (&key, &cbor, cbor.items);
  }
  if (postern_passkey_data_read (&auth_data, bytes) && auth_data.flags & POSTERN_PASSKEY_FLAG_AT) {
    assert_within (auth_data.credential_id, bytes);
    assert_within (auth_data.key, bytes);
  }
  postern_passkey_data_check_client (bytes, &expected, NULL);
  return 0;
}
