/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-body.h"
#include "postern-gate-head.h"

#include <string.h>

#define HOST "Host: a.example\r\n"
#define GET "GET / HTTP/1.1\r\n" HOST
#define POST "POST / HTTP/1.1\r\n" HOST

typedef struct {
  const char *name, *text;
  guint status;
} Row;

/* Every rule of the guard, as bytes. */
static const Row rows[] = {
  { "plain", GET "\r\n", 200 },
  { "one empty line before", "\r\n" GET "\r\n", 200 },
  { "two empty lines before", "\r\n\r\n" GET "\r\n", 400 },
  { "HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 200 },
  { "no Host", "GET / HTTP/1.1\r\n\r\n", 400 },
  { "two Hosts", GET HOST "\r\n", 400 },
  { "empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400 },
  { "Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400 },
  { "Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400 },
  { "Host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400 },
  { "Host with port", "GET / HTTP/1.1\r\nHost: a:8080\r\n\r\n", 200 },
  { "Host with bad port", "GET / HTTP/1.1\r\nHost: a:80x\r\n\r\n", 400 },
  { "Host with empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", 400 },
  { "IPv6 Host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 200 },
  { "broken IPv6 Host", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400 },
  { "bare LF in the request line", "GET / HTTP/1.1\n" HOST "\r\n", 400 },
  { "bare LF in a field", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400 },
  { "bare LF at the end", GET "\n", 400 },
  { "bare CR in a field", "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n", 400 },
  { "bare CR in the request line", "GET /\r HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "NUL in a value", NULL, 400 },
  { "no version", "GET /\r\n" HOST "\r\n", 400 },
  { "HTTP/0.9", "GET /\r\n\r\n", 400 },
  { "HTTP/2.0", "GET / HTTP/2.0\r\n" HOST "\r\n", 505 },
  { "HTTP/1.2", "GET / HTTP/1.2\r\n" HOST "\r\n", 505 },
  { "lower-case version", "GET / http/1.1\r\n" HOST "\r\n", 400 },
  { "long version", "GET / HTTP/1.10\r\n" HOST "\r\n", 400 },
  { "two blanks before the target", "GET  / HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "two blanks behind the target", "GET /  HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "tab as separator", "GET\t/ HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "blank at the end of the line", "GET / HTTP/1.1 \r\n" HOST "\r\n", 400 },
  { "blank before the method", " GET / HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "bad method", "G(T / HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "long method", "GETGETGETGETGETGETGETGETGET / HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "CONNECT", "CONNECT /a HTTP/1.1\r\n" HOST "\r\n", 501 },
  { "CONNECT to an authority", "CONNECT a:443 HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "TRACE", "TRACE / HTTP/1.1\r\n" HOST "\r\n", 501 },
  { "target without slash", "GET x HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "fragment", "GET /#x HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "raw UTF-8 in the target", "GET /\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "raw quote in the query", "GET /?\" HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "bracket in the path", "GET /[ HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "what browsers leave in a query", "GET /?a[]={}|^`\\ HTTP/1.1\r\n" HOST "\r\n", 200 },
  { "broken escape", "GET /%zz HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "cut escape", "GET /%4 HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "cut escape in the query", "GET /?%4 HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "asterisk", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 200 },
  { "asterisk with GET", "GET * HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "absolute form that matches", "GET http://A.example/x?y HTTP/1.1\r\n" HOST "\r\n", 200 },
  { "absolute form of another host", "GET http://b.example/x HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "absolute form with a user", "GET http://u@a.example/ HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "absolute form without path", "GET http://a.example HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "other scheme", "GET ftp://a.example/ HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400 },
  { "tab before the colon", GET "X\t: a\r\n\r\n", 400 },
  { "no colon", GET "X\r\n\r\n", 400 },
  { "no name", GET ": a\r\n\r\n", 400 },
  { "blank in a name", GET "X Y: a\r\n\r\n", 400 },
  { "folded line", GET "X: a\r\n b\r\n\r\n", 400 },
  { "folded line by tab", GET "X: a\r\n\tb\r\n\r\n", 400 },
  { "blank before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400 },
  { "control character in a value", GET "X: a\x01\r\n\r\n", 400 },
  { "DEL in a value", GET "X: a\x7f\r\n\r\n", 400 },
  { "tab in a value", GET "X: a\tb\r\n\r\n", 200 },
  { "Latin-1 in a value", GET "X: \xe4\r\n\r\n", 200 },
  { "empty value", GET "X:\r\n\r\n", 200 },
  { "one length", POST "Content-Length: 5\r\n\r\n", 200 },
  { "length twice, the same", POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400 },
  { "length twice, other", POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400 },
  { "length list", POST "Content-Length: 5, 5\r\n\r\n", 400 },
  { "length with sign", POST "Content-Length: +5\r\n\r\n", 400 },
  { "negative length", POST "Content-Length: -5\r\n\r\n", 400 },
  { "hexadecimal length", POST "Content-Length: 0x5\r\n\r\n", 400 },
  { "empty length", POST "Content-Length: \r\n\r\n", 400 },
  { "length with a word", POST "Content-Length: 5 5\r\n\r\n", 400 },
  { "length beyond 64 bits", POST "Content-Length: 99999999999999999999\r\n\r\n", 400 },
  { "chunked", POST "Transfer-Encoding: chunked\r\n\r\n", 200 },
  { "Chunked", POST "Transfer-Encoding: Chunked\r\n\r\n", 200 },
  { "chunked and a length", POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400 },
  { "a length and chunked", POST "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
  { "chunked twice", POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
  { "chunked, chunked", POST "Transfer-Encoding: chunked, chunked\r\n\r\n", 400 },
  { "gzip, chunked", POST "Transfer-Encoding: gzip, chunked\r\n\r\n", 400 },
  { "identity", POST "Transfer-Encoding: identity\r\n\r\n", 400 },
  { "xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n", 400 },
  { "chunked with vertical tab", POST "Transfer-Encoding: \x0b" "chunked\r\n\r\n", 400 },
  { "chunked in quotes", POST "Transfer-Encoding: \"chunked\"\r\n\r\n", 400 },
  { "chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
  { "100-continue", POST "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n", 200 },
  { "other expectation", POST "Expect: 200-ok\r\n\r\n", 417 },
  { "broken Connection", GET "Connection: close(\r\n\r\n", 400 },
  { "not complete", GET, 0 },
  { "nothing", "", 0 },
};

static guint
parse (const char *text, gsize length, PosternGateHead *head)
{
  /* A copy of exactly this length, so that the sanitizer sees each byte too far. */
  g_autofree char *copy = g_memdup2 (text, length);
  gsize consumed = 0;
  guint status = postern_gate_head_parse (head, copy, length, &consumed);

  g_assert_cmpuint (consumed, <=, length);
  if (status == POSTERN_GATE_HEAD_DONE)
    g_assert_cmpuint (consumed, ==, length);
  return status;
}

static void
test_rules (void)
{
  static const char with_nul[] = GET "X: a\0b\r\n\r\n";
  g_autofree PosternGateHead *head = g_new0 (PosternGateHead, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *text = rows[i].text ? rows[i].text : with_nul;
    gsize length = rows[i].text ? strlen (text) : sizeof with_nul - 1;
    g_test_message ("%s", rows[i].name);
    g_assert_cmpuint (parse (text, length, head), ==, rows[i].status);
    /* However it is cut, no half of it means more than the whole: it is incomplete, or refused already. */
    for (gsize cut = 0; cut < length; cut++) {
      guint status = parse (text, cut, head);
      g_assert_true (status == 0 || (status != 200 && status == rows[i].status) || (status >= 400 && rows[i].status >= 400));
    }
  }
}

static void
test_values (void)
{
  static const char text[] = "POST /a%20b?c=d HTTP/1.1\r\nHost: h:1\r\nConnection: x, CLOSE \r\nContent-Length: 7\r\nX-Y:  z \t\r\n\r\n";
  g_autofree PosternGateHead *head = g_new0 (PosternGateHead, 1);
  gsize consumed;

  g_assert_cmpuint (postern_gate_head_parse (head, text, strlen (text), &consumed), ==, 200);
  g_assert_true (postern_gate_head_equals (&head->method, "POST"));
  g_assert_true (postern_gate_head_equals (&head->path, "/a%20b"));
  g_assert_true (postern_gate_head_equals (&head->query, "c=d"));
  g_assert_true (postern_gate_head_equals (&head->host, "h:1"));
  g_assert_cmpint (head->content_length, ==, 7);
  g_assert_false (head->keep_alive);
  g_assert_true (postern_gate_head_equals (&head->fields[3].value, "z"));
}

static void
test_caps (void)
{
  g_autofree PosternGateHead *head = g_new0 (PosternGateHead, 1);
  g_autofree char *long_word = g_strnfill (9000, 'a');
  g_autofree char *line = g_strconcat ("GET /", long_word, " HTTP/1.1\r\n" HOST "\r\n", NULL);
  g_autofree char *field = g_strconcat (GET "X: ", long_word, "\r\n\r\n", NULL);
  g_autoptr (GString) many = g_string_new (GET);
  g_autoptr (GString) big = g_string_new (GET);

  g_assert_cmpuint (parse (line, strlen (line), head), ==, 414);
  g_assert_cmpuint (parse (field, strlen (field), head), ==, 431);
  for (guint i = 0; i < POSTERN_GATE_HEAD_MAX_FIELDS; i++)
    g_string_append (many, "X: y\r\n");
  g_string_append (many, "\r\n");
  g_assert_cmpuint (parse (many->str, many->len, head), ==, 431);
  for (guint i = 0; i < 6; i++)
    g_string_append_printf (big, "X: %.7000s\r\n", long_word);
  g_assert_cmpuint (parse (big->str, big->len, head), ==, 431);
}

typedef struct {
  const char *name, *text;
  guint status;
  const char *body;
  gsize rest;
} BodyRow;

static const BodyRow chunks[] = {
  { "two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 200, "abcde", 0 },
  { "next request behind", "1\r\na\r\n0\r\n\r\nGET /", 200, "a", 5 },
  { "capital digits and zeros", "0000A\r\n0123456789\r\n0\r\n\r\n", 200, "0123456789", 0 },
  { "extension", "1;a=b\r\na\r\n0;x\r\n\r\n", 200, "a", 0 },
  { "trailer", "1\r\na\r\n0\r\nX: y\r\n\r\n", 200, "a", 0 },
  { "empty", "0\r\n\r\n", 200, "", 0 },
  { "not complete", "3\r\nab", 0, NULL, 0 },
  { "no size", "\r\na\r\n", 400, NULL, 0 },
  { "minus", "-1\r\na\r\n", 400, NULL, 0 },
  { "plus", "+1\r\na\r\n", 400, NULL, 0 },
  { "0x", "0x1\r\na\r\n", 400, NULL, 0 },
  { "blank before the size", " 1\r\na\r\n", 400, NULL, 0 },
  { "blank behind the size", "1 \r\na\r\n", 400, NULL, 0 },
  { "no digits", "g\r\na\r\n", 400, NULL, 0 },
  { "huge", "ffffffffffffffff\r\n", 413, NULL, 0 },
  { "too many zeros", "00000000001\r\n", 413, NULL, 0 },
  { "beyond the cap", "65\r\n", 413, NULL, 0 },
  { "beyond the cap in sum", "60\r\n", 0, NULL, 0 },
  { "bare LF behind the size", "1\na\r\n", 400, NULL, 0 },
  { "bare CR in the size line", "1\r\ra\r\n", 400, NULL, 0 },
  { "data too long", "1\r\nab\r\n", 400, NULL, 0 },
  { "bare LF behind the data", "1\r\na\n0\r\n\r\n", 400, NULL, 0 },
  { "control character in an extension", "1;\x01\r\na\r\n", 400, NULL, 0 },
  { "broken trailer", "0\r\nX : y\r\n\r\n", 400, NULL, 0 },
  { "folded trailer", "0\r\nX: y\r\n z\r\n\r\n", 400, NULL, 0 },
  { "bare LF in a trailer", "0\r\nX: y\n\r\n", 400, NULL, 0 },
};

/* Feeds @row in pieces of @piece bytes, keeping what was not used as the gate does. */
static guint
feed (const BodyRow *row, gsize piece, PosternGateBody *body, gsize *rest)
{
  PosternGateHead head = { .chunked = TRUE, .content_length = -1 };
  g_autoptr (GByteArray) kept = g_byte_array_new ();
  gsize length = strlen (row->text), at = 0;
  guint status;

  g_assert_cmpuint (postern_gate_body_begin (body, &head, 100), ==, 200);
  while (at < length) {
    gsize n = MIN (piece, length - at);
    gsize used = 0;
    g_byte_array_append (kept, (const guint8 *) row->text + at, (guint) n);
    at += n;
    status = postern_gate_body_feed (body, (const char *) kept->data, kept->len, &used);
    g_byte_array_remove_range (kept, 0, (guint) used);
    if (status != 0) {
      *rest = kept->len + (length - at);
      return status;
    }
  }
  return 0;
}

static void
test_chunks (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (chunks); i++)
    for (gsize piece = 1; piece <= strlen (chunks[i].text); piece++) {
      PosternGateBody body;
      gsize rest = 0;
      guint status = feed (&chunks[i], piece, &body, &rest);
      g_test_message ("%s by %zu", chunks[i].name, piece);
      g_assert_cmpuint (status, ==, chunks[i].status);
      if (status == 200) {
        g_autoptr (GBytes) bytes = postern_gate_body_steal (&body);
        g_assert_cmpuint (rest, ==, chunks[i].rest);
        g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), chunks[i].body, strlen (chunks[i].body));
      }
      postern_gate_body_clear (&body);
    }
}

static void
test_length (void)
{
  PosternGateHead head = { .content_length = 5 };
  PosternGateBody body;
  g_autoptr (GBytes) bytes = NULL;
  gsize used;

  g_assert_cmpuint (postern_gate_body_begin (&body, &head, 4), ==, 413);
  g_assert_cmpuint (postern_gate_body_begin (&body, &head, 5), ==, 200);
  g_assert_cmpuint (postern_gate_body_feed (&body, "abc", 3, &used), ==, 0);
  g_assert_cmpuint (postern_gate_body_feed (&body, "deGET", 5, &used), ==, 200);
  g_assert_cmpuint (used, ==, 2);
  bytes = postern_gate_body_steal (&body);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "abcde", 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gate-head/rules", test_rules);
  g_test_add_func ("/gate-head/values", test_values);
  g_test_add_func ("/gate-head/caps", test_caps);
  g_test_add_func ("/gate-body/chunks", test_chunks);
  g_test_add_func ("/gate-body/length", test_length);
  return g_test_run ();
}
