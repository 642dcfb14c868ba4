/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-mime.h"

#include <string.h>

static PosternMessage *
make (const char *recipient, const char *sender, const char *name, const char *subject, const char *text)
{
  PosternMessage *message = postern_message_new ("email", recipient, subject, text, "<p>x</p>\n");

  postern_message_set_sender (message, sender, name);
  postern_message_set_id (message, "msg_1");
  return message;
}

static char *
format (PosternMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = postern_mime_format (message, &error);

  g_assert_no_error (error);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
check_lines (const char *mail)
{
  g_auto (GStrv) lines = g_strsplit (mail, "\r\n", -1);

  for (guint i = 0; lines[i]; i++) {
    g_assert_cmpuint (strlen (lines[i]), <=, 78);
    g_assert_null (strpbrk (lines[i], "\r\n"));
    for (const char *p = lines[i]; *p; p++)
      g_assert_true (*p == '\t' || (*p >= ' ' && *p <= '~'));
  }
}

static void
test_message (void)
{
  g_autofree char *endless = g_strnfill (3000, 'x');
  g_autoptr (PosternMessage) message = make ("ada@bücher.example", "postern@id.example", "Bücher, \"AG\" <x@y>", "Ihr Code für Bücher — 日本語の件名はとても長くて一行に収まりません", endless);
  g_autofree char *mail = format (message);

  check_lines (mail);
  g_assert_nonnull (strstr (mail, "\r\nTo: <ada@xn--bcher-kva.example>\r\n"));
  g_assert_nonnull (strstr (mail, "\r\n <postern@id.example>\r\n"));
  g_assert_nonnull (strstr (mail, "\r\nMessage-ID: <msg_1@id.example>\r\n"));
  g_assert_nonnull (strstr (mail, "\r\nAuto-Submitted: auto-generated\r\n"));
  g_assert_nonnull (strstr (mail, "multipart/alternative"));
  g_assert_null (strstr (mail, "<x@y>"));
}

/* Whatever a name or a subject holds, there are only the headers that we wrote. */
static void
test_injection (void)
{
  g_autoptr (PosternMessage) message = make ("ada@example.com", "postern@id.example", "A\r\nBcc: x@y", "S\r\nBcc: x@y\r\n\r\nbody", "t\r\n.\r\nMAIL FROM:<x@y>");
  g_autofree char *mail = format (message);
  const char *bad[] = { "a@b>\r\nRCPT TO:<c@d", "a@b, c@d", "a@b\n", "<a@b>", "a b@c", "\"a\"@b", "a@[127.0.0.1]", "@b", "a@", "a", "ü@b" };

  check_lines (mail);
  g_assert_null (strstr (mail, "\nBcc"));
  g_assert_null (strstr (mail, "\n.\r"));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (PosternMessage) to = make (bad[i], "postern@id.example", NULL, "s", "t"), from = make ("a@b", bad[i], NULL, "s", "t");
    g_autoptr (GError) error = NULL;
    g_assert_null (postern_mime_format (to, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
    g_clear_error (&error);
    g_assert_null (postern_mime_format (from, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  }
}

static void
test_quoted (void)
{
  const char *rows[][2] = {
    { "a=b", "a=3Db\r\n" },
    { "é", "=C3=A9\r\n" },
    { "a \nb\t", "a=20\r\nb=09\r\n" },
    { "a\r\nb", "a\r\nb\r\n" },
    { ".\nFrom x", "=2E\r\n=46rom x\r\n" },
    { "a\rb", "a=0Db\r\n" },
    { "0123456789012345678901234567890123456789012345678901234567890123456789012345678", "012345678901234567890123456789012345678901234567890123456789012345678901234=\r\n5678\r\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GString) out = g_string_new (NULL);
    postern_mime_append_quoted (out, rows[i][0]);
    g_assert_cmpstr (out->str, ==, rows[i][1]);
  }
}

/* Each word of a long text is short and by itself valid: no character is cut in two; together they are the text again. */
static void
check_folded (const char *text)
{
  g_autofree char *folded = postern_mime_encode_words (text);
  g_auto (GStrv) words = g_strsplit (folded, "\r\n ", -1);
  g_autoptr (GString) all = g_string_new (NULL);

  g_assert_cmpuint (g_strv_length (words), >, 1);
  for (guint i = 0; words[i]; i++) {
    gsize length;
    g_autofree char *code = g_strndup (words[i] + 10, strlen (words[i]) - 12);
    g_autofree guchar *part = g_base64_decode (code, &length);
    g_assert_true (g_str_has_prefix (words[i], "=?UTF-8?B?") && g_str_has_suffix (words[i], "?="));
    g_assert_cmpuint (strlen (words[i]), <=, 75);
    g_assert_true (g_utf8_validate ((const char *) part, (gssize) length, NULL));
    g_string_append_len (all, (const char *) part, (gssize) length);
  }
  g_assert_cmpstr (all->str, ==, text);
}

static void
test_words (void)
{
  g_autofree char *plain = postern_mime_encode_words ("Hello"), *tricky = postern_mime_encode_words ("=?x"), *umlaut = postern_mime_encode_words ("Ü");

  g_assert_cmpstr (plain, ==, "Hello");
  g_assert_cmpstr (tricky, ==, "=?UTF-8?B?PT94?=");
  g_assert_cmpstr (umlaut, ==, "=?UTF-8?B?w5w=?=");
  check_folded ("日本語日本語日本語日本語日本語日本語");
  check_folded ("314159 是您的 範例公司 驗證碼，請勿告訴任何人");
  check_folded ("314159 आपके उदाहरण खाते का कोड है");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mime/message", test_message);
  g_test_add_func ("/mime/injection", test_injection);
  g_test_add_func ("/mime/quoted", test_quoted);
  g_test_add_func ("/mime/words", test_words);
  return g_test_run ();
}
