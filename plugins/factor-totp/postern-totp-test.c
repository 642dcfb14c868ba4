/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-totp.h"
#include "postern-totp-qr.h"

#include <string.h>

#define SEED (const guint8 *) "12345678901234567890", 20

/* RFC 6238 appendix B, SHA-1; the last six of the eight digits there. */
static void
test_rfc (void)
{
  static const struct {
    gint64 at;
    guint code;
  } cases[] = { { 59, 287082 }, { 1111111109, 81804 }, { 1111111111, 50471 }, { 1234567890, 5924 }, { 2000000000, 279037 }, { 20000000000, 353130 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (postern_totp_compute (SEED, cases[i].at), ==, cases[i].code);
}

/* One step either way, and each names its own. */
static void
test_drift (void)
{
  static const gint64 now = 1111111111; /* its step begins at …110 */
  static const struct {
    gint64 of, found;
  } cases[] = { { now, 1111111110 }, { now - 30, 1111111080 }, { now + 30, 1111111140 }, { now - 60, 0 }, { now + 60, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *typed = g_strdup_printf ("%06u", postern_totp_compute (SEED, cases[i].of));

    g_assert_cmpint (postern_totp_find (SEED, typed, now), ==, cases[i].found);
  }
}

static void
test_typed (void)
{
  static const char *const good[] = { "287082", "287 082", "287-082", " 287082 " };
  static const char *const bad[] = { NULL, "", "28708", "2870820", "287082287082", "28708a", "+87082", "２８７０８２", "287083", "0x2870" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_cmpint (postern_totp_find (SEED, good[i], 59), ==, 30);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_cmpint (postern_totp_find (SEED, bad[i], 59), ==, 0);
}

/* RFC 4648 section 10, without padding. */
static void
test_base32 (void)
{
  static const char *const cases[][2] = { { "", "" }, { "f", "MY" }, { "fo", "MZXQ" }, { "foo", "MZXW6" }, { "foob", "MZXW6YQ" }, { "fooba", "MZXW6YTB" }, { "foobar", "MZXW6YTBOI" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *made = postern_totp_dup_base32 ((const guint8 *) cases[i][0], strlen (cases[i][0]));

    g_assert_cmpstr (made, ==, cases[i][1]);
  }
}

static void
test_uri (void)
{
  g_autofree char *uri = postern_totp_dup_uri ("id.example", "a&b?c=d:é@example.org", "MZXW6");

  g_assert_cmpstr (uri, ==, "otpauth://totp/id.example:a%26b%3Fc%3Dd%3A%C3%A9%40example.org?secret=MZXW6&issuer=id.example");
}

static void
test_qr (void)
{
  guint size;
  g_autofree char *path = postern_totp_qr_dup_path ("otpauth://totp/id.example:ada?secret=MZXW6", &size);
  g_autofree char *rest = NULL;

  if (path == NULL) {
    g_test_skip ("built without libqrencode"); /* then no page has a picture: there is nothing whose shape could be looked at */
    return;
  }
  g_assert_cmpuint (size, >=, 21 + 8);
  g_assert_true (g_str_has_prefix (path, "M4 4h7v1h-7z")); /* the upper edge of the first finder pattern */
  g_assert_cmpuint (strspn (path, "Mhvz-0123456789 "), ==, strlen (path));
  rest = g_strnfill (4000, 'x');
  g_assert_null (postern_totp_qr_dup_path (rest, &size));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/totp/rfc", test_rfc);
  g_test_add_func ("/totp/drift", test_drift);
  g_test_add_func ("/totp/typed", test_typed);
  g_test_add_func ("/totp/base32", test_base32);
  g_test_add_func ("/totp/uri", test_uri);
  g_test_add_func ("/totp/qr", test_qr);
  return g_test_run ();
}
