/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-address.h"

#include <arpa/inet.h>
#include <string.h>

static void
test_format (void)
{
  static const char *const texts[] = { "0.0.0.0", "9.10.99.100", "127.0.0.1", "199.200.249.250", "255.255.255.255", "::1", "2001:db8::a:0:1" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    PosternAddress address;
    char out[POSTERN_ADDRESS_TEXT];

    g_assert_true (postern_address_parse (&address, texts[i]));
    postern_address_format (&address, out);
    g_assert_cmpstr (out, ==, texts[i]);
  }
}

/* Each byte at each place, as the system words it. */
static void
test_format_any (void)
{
  PosternAddress address;

  g_assert_true (postern_address_parse (&address, "1.2.3.4"));
  for (guint place = 12; place < 16; place++)
    for (guint byte = 0; byte < 256; byte++) {
      char out[POSTERN_ADDRESS_TEXT], expected[POSTERN_ADDRESS_TEXT];

      address.bytes[place] = (guint8) byte;
      postern_address_format (&address, out);
      g_assert_nonnull (inet_ntop (AF_INET, address.bytes + 12, expected, sizeof expected));
      g_assert_cmpstr (out, ==, expected);
    }
}

/* A v4 address that came over a v6 socket is the same address. */
static void
test_mapped (void)
{
  PosternAddress plain, mapped;

  g_assert_true (postern_address_parse (&plain, "192.0.2.7"));
  g_assert_true (postern_address_parse (&mapped, "::ffff:192.0.2.7"));
  g_assert_cmpmem (plain.bytes, 16, mapped.bytes, 16);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/address/format", test_format);
  g_test_add_func ("/address/format-any", test_format_any);
  g_test_add_func ("/address/mapped", test_mapped);
  return g_test_run ();
}
