/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-response.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
assert_within (PosternPasskeyBytes inner, PosternPasskeyBytes outer)
{
  g_assert_true (inner.data >= outer.data && inner.length <= outer.length && inner.data - outer.data <= (gssize) (outer.length - inner.length));
}

/* Client data of the specification's examples: what these sign stands, so that all behind a signature is read, too. */
static const struct {
  const char *challenge, *client;
} examples[] = {
  { "z8gs3xzu6HYSCqiPA2TwkQGTRgz7l6MXsv4JBpT5opk",
    "{\"type\":\"webauthn.create\",\"challenge\":\"z8gs3xzu6HYSCqiPA2TwkQGTRgz7l6MXsv4JBpT5opk\",\"origin\":\"https://example.org\",\"crossOrigin\":false}" },
  { "9_aIIThSAHd1AJz4wJb9qJ1guan7WlDdgd2YmK9aBgk",
    "{\"type\":\"webauthn.create\",\"challenge\":\"9_aIIThSAHd1AJz4wJb9qJ1guan7WlDdgd2YmK9aBgk\",\"origin\":\"https://example.org\",\"crossOrigin\":false,\"extraData\":\"clientDataJSON may be extended with additional fields in the future, such as this: TjLPnpOaXQUrFNcbH2tTZA\"}" },
  { "PeHwtzZdzN4_8MvyXib_p7r_h-8QbID8hl3EAtmWAFA",
    "{\"type\":\"webauthn.create\",\"challenge\":\"PeHwtzZdzN4_8MvyXib_p7r_h-8QbID8hl3EAtmWAFA\",\"origin\":\"https://example.org\",\"crossOrigin\":false,\"extraData\":\"clientDataJSON may be extended with additional fields in the future, such as this: VV1cQuR2qLM_amPfoHzL0g\"}" },
  { "wRhKX934BF4T3Ef1S2H1pla2ZrWQGPFthw6SVumVIBI",
    "{\"type\":\"webauthn.create\",\"challenge\":\"wRhKX934BF4T3Ef1S2H1pla2ZrWQGPFthw6SVumVIBI\",\"origin\":\"https://example.org\",\"crossOrigin\":false,\"extraData\":\"clientDataJSON may be extended with additional fields in the future, such as this: 9a8bNYjKCgWrBXU-fCl1ag\"}" },
  { "4HQ3KZC5yqUHoiffxnsAN4DEUyU4DRqQwg-B7X0IDAY",
    "{\"type\":\"webauthn.create\",\"challenge\":\"4HQ3KZC5yqUHoiffxnsAN4DEUyU4DRqQwg-B7X0IDAY\",\"origin\":\"https://example.org\",\"crossOrigin\":false}" },
};

static void
check_create (PosternPasskeyBytes bytes)
{
  static const char *const origins[] = { "https://example.org", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (examples); i++) {
    PosternPasskeyExpected expected = { "webauthn.create", examples[i].challenge, "example.org", origins, NULL, FALSE, NULL };
    PosternPasskeyBytes client = { (const guint8 *) examples[i].client, strlen (examples[i].client) };
    PosternPasskeyMade made;

    if (postern_passkey_response_check_create (&expected, client, bytes, &made, NULL))
      assert_within (made.data.credential_id, bytes);
  }
}

/* CBOR, authenticator data, a COSE key, client data and a statement, each from the same bytes: what is found lies within them. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const origins[] = { "https://example.org", NULL };
  PosternPasskeyExpected expected = { "webauthn.create", "AAAA", "example.org", origins, origins, FALSE, NULL };
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
    check_create (bytes);
  }
  if (postern_passkey_data_read (&auth_data, bytes) && auth_data.flags & POSTERN_PASSKEY_FLAG_AT) {
    assert_within (auth_data.credential_id, bytes);
    assert_within (auth_data.key, bytes);
  }
  postern_passkey_data_check_client (bytes, &expected, NULL);
  return 0;
}
