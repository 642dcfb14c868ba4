/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-cbor.h"

#include <string.h>

static gboolean
reads (const char *hex, PosternPasskeyCbor *cbor)
{
  gsize length = strlen (hex) / 2;
  g_autofree guint8 *data = g_malloc (length); /* of this size, so that the sanitizer sees a byte too many */

  for (gsize i = 0; i < length; i++)
    data[i] = (guint8) (g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));
  return postern_passkey_cbor_read (cbor, (PosternPasskeyBytes){ data, length }, NULL);
}

static void
test_taken (void)
{
  static const char *const good[] = { "00", "17", "1818", "190100", "1a00010000", "1b0000000100000000", "1b7fffffffffffffff", "20", "3b7fffffffffffffff",
                                      "40", "4401020304", "60", "63616263", "80", "83010203", "a0", "a201020304", "f4", "f5", "f6",
                                      "8181818181818100" };
  PosternPasskeyCbor cbor;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_test_message ("%s", good[i]);
    g_assert_true (reads (good[i], &cbor));
  }
}

static void
test_refused (void)
{
  static const char *const bad[] = {
    "", "18", "1817", "1900ff", "1a0000ffff", "1b00000000ffffffff", /* too short, or longer than need be */
    "1b8000000000000000", "3bffffffffffffffff",                      /* beyond 63 bits */
    "1c", "1d", "1e", "1f",                                          /* reserved */
    "5f41ff", "7f6161ff", "9f00ff", "bf0000ff",                      /* of a length that is not said */
    "41", "5818", "5b7fffffffffffffff", "62c328", "61",              /* longer than what is there; not UTF-8 */
    "8201", "9b7fffffffffffffff", "ba7fffffff", "a101",              /* more items than there are */
    "a201000100", "a2616100616100", "a240004000",                    /* a key twice */
    "c000", "c11a514b67b0",                                          /* tags */
    "e0", "f0", "f7", "f818", "f93c00", "fb3ff0000000000000", "ff",  /* other simple values, floats, a stray end */
    "0000", "a000", "8000",                                          /* something behind it */
    "818181818181818100",                                            /* nine deep */
  };
  PosternPasskeyCbor cbor;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_test_message ("%s", bad[i]);
    g_assert_false (reads (bad[i], &cbor));
  }
}

static void
test_most (void)
{
  guint8 data[2 + 64] = { 0x98, 63 };
  PosternPasskeyCbor cbor;

  g_assert_true (postern_passkey_cbor_read (&cbor, (PosternPasskeyBytes){ data, 2 + 63 }, NULL));
  data[1] = 64;
  g_assert_false (postern_passkey_cbor_read (&cbor, (PosternPasskeyBytes){ data, 2 + 64 }, NULL));
}

static void
test_found (void)
{
  static const guint8 data[] = { 0xa3, 0x01, 0x82, 0x05, 0x41, 0x09, 0x20, 0x07, 0x61, 'a', 0xa1, 0x01, 0x08, 0x00 };
  PosternPasskeyCbor cbor;
  PosternPasskeyBytes bytes;
  gsize used;
  gint64 number;

  g_assert_true (postern_passkey_cbor_read (&cbor, (PosternPasskeyBytes){ data, sizeof data }, &used));
  g_assert_cmpuint (used, ==, sizeof data - 1);
  g_assert_true (postern_passkey_cbor_is_bytes (postern_passkey_cbor_get (&cbor, postern_passkey_cbor_find_number (&cbor, cbor.items, 1), 1), &bytes));
  g_assert_cmpmem (bytes.data, bytes.length, "\x09", 1);
  g_assert_null (postern_passkey_cbor_get (&cbor, postern_passkey_cbor_find_number (&cbor, cbor.items, 1), 2));
  g_assert_true (postern_passkey_cbor_is_number (postern_passkey_cbor_find_number (&cbor, cbor.items, -1), &number));
  g_assert_cmpint (number, ==, 7);
  g_assert_true (postern_passkey_cbor_has_pairs (postern_passkey_cbor_find (&cbor, cbor.items, "a"), 1));
  g_assert_null (postern_passkey_cbor_find (&cbor, cbor.items, "b"));
  g_assert_null (postern_passkey_cbor_find_number (&cbor, cbor.items, 8)); /* a value, and of another map */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passkey-cbor/taken", test_taken);
  g_test_add_func ("/passkey-cbor/refused", test_refused);
  g_test_add_func ("/passkey-cbor/most", test_most);
  g_test_add_func ("/passkey-cbor/found", test_found);
  return g_test_run ();
}
