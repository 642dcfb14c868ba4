/* SPDX-License-Identifier: Apache-2.0 */
/* What providers should not send, in raw bytes; and names that lead where they should not. */
#define TOTAL_MS 800
#include <string.h>
static void spy (void *text, size_t length);
#define explicit_bzero spy
#include "postern-http-client.c"
#undef explicit_bzero

#include <unistd.h>

/* --- a server that sends what a row says ---------------------------------------------------------------------------- */

typedef enum { CLOSE, HANG, REPEAT, DRIP } Then;

typedef struct {
  const char *name, *text;
  Then then;         /* what follows the text; REPEAT and DRIP say @more for ever */
  guint status;      /* 0: refused */
  const char *holds; /* of the body, or of the error */
  const char *more;  /* (nullable) */
} Row;

#define OK "HTTP/1.1 200 OK\r\n"
#define LENGTH(n) "Content-Length: " #n "\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"
#define K "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const Row rows[] = {
  { "a length", OK LENGTH (5) "\r\nhello", HANG, 200, "hello" },
  { "a length, and more behind", OK LENGTH (5) "\r\nhelloHTTP/1.1 500 No\r\n\r\n", HANG, 200, "hello" },
  { "no body", OK LENGTH (0) "\r\n", HANG, 200, "" },
  { "until the end", OK "\r\nhello", CLOSE, 200, "hello" },
  { "chunks", OK CHUNKED "\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nX: y\r\n\r\n", HANG, 200, "hello" },
  { "HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello", CLOSE, 200, "hello" },
  { "no reason", "HTTP/1.1 200\r\n" LENGTH (5) "\r\nhello", HANG, 200, "hello" },
  { "204 has no body", "HTTP/1.1 204 No\r\n" LENGTH (5) "\r\n", HANG, 204, "" },
  { "an error has a body", "HTTP/1.1 503 No\r\n" LENGTH (5) "\r\nhello", HANG, 503, "hello" },
  { "a few interim answers", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" OK LENGTH (5) "\r\nhello", HANG, 200, "hello" },
  { "packed stays packed", OK LENGTH (4) "Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x01", HANG, 200, "\x1f\x8b\x08\x01" },
  { "asked for a password", "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\n" LENGTH (0) "\r\n", HANG, 401, "" },
  { "a value with foreign letters", OK "X: \xe4\r\n" LENGTH (1) "\r\nx", HANG, 200, "x" },

  { "nothing at all", "", CLOSE, 0, "ends in its middle" },
  { "silence", "", HANG, 0, "no complete answer" },
  { "silence in the head", OK "X: y\r\n", HANG, 0, "no complete answer" },
  { "silence in the body", OK LENGTH (5) "\r\nhel", HANG, 0, "no complete answer" },
  { "silence in a chunk", OK CHUNKED "\r\n5\r\nhel", HANG, 0, "no complete answer" },
  { "drips in the head", OK, DRIP, 0, "no complete answer", "X: y\r\n" },
  { "drips in the body", OK "\r\n", DRIP, 0, "no complete answer", "x" },
  { "an end in the head", OK "X: y\r\n", CLOSE, 0, "ends in its middle" },
  { "an end in the body", OK LENGTH (5) "\r\nhel", CLOSE, 0, "ends in its middle" },
  { "an end in a chunk", OK CHUNKED "\r\n5\r\nhel", CLOSE, 0, "ends in its middle" },
  { "an end before the last chunk", OK CHUNKED "\r\n3\r\nhel\r\n", CLOSE, 0, "ends in its middle" },
  { "an end in the trailer", OK CHUNKED "\r\n0\r\nX: y\r\n", CLOSE, 0, "ends in its middle" },

  { "interim answers for ever", "", REPEAT, 0, "keeps saying", "HTTP/1.1 103 Hints\r\nX: y\r\n\r\n" },
  { "fields for ever", OK, REPEAT, 0, "too many fields", "X: y\r\n" },
  { "long fields for ever", OK, REPEAT, 0, "too large", "X: " K K K K K "\r\n" },
  { "a line for ever", OK "X: ", REPEAT, 0, "too long", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" },
  { "a status line for ever", "HTTP/1.1 200 ", REPEAT, 0, "too long", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" },
  { "a body for ever", OK "\r\n", REPEAT, 0, "larger than allowed", K },
  { "chunks for ever", OK CHUNKED "\r\n", REPEAT, 0, "larger than allowed", "10\r\n0123456789abcdef\r\n" },
  { "a chunk extension for ever", OK CHUNKED "\r\n1;", REPEAT, 0, "too long", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
  { "trailers for ever", OK CHUNKED "\r\n0\r\n", REPEAT, 0, "too many fields", "X: y\r\n" },
  { "a length beyond the cap", OK LENGTH (100001) "\r\n", HANG, 0, "larger than allowed" },
  { "a chunk beyond the cap", OK CHUNKED "\r\n186a1\r\n", HANG, 0, "larger than allowed" },

  { "another protocol", "SSH-2.0-OpenSSH_9.2\r\n", HANG, 0, "not HTTP/1.1" },
  { "HTTP/2", "HTTP/2 200 OK\r\n\r\n", HANG, 0, "not HTTP/1.1" },
  { "HTTP/1.2", "HTTP/1.2 200 OK\r\n\r\n", HANG, 0, "not HTTP/1.1" },
  { "no version", "200 OK\r\n\r\n", HANG, 0, "not HTTP/1.1" },
  { "two digits", "HTTP/1.1 20\r\n\r\n", HANG, 0, "not HTTP/1.1" },
  { "four digits", "HTTP/1.1 2000\r\n\r\n", HANG, 0, "not HTTP/1.1" },
  { "status 099", "HTTP/1.1 099 OK\r\n\r\n", HANG, 0, "no status" },
  { "status 600", "HTTP/1.1 600 OK\r\n\r\n", HANG, 0, "no status" },
  { "a switch of protocols", "HTTP/1.1 101 Go\r\nUpgrade: h2c\r\n\r\n", HANG, 0, "another protocol" },
  { "a bare LF", "HTTP/1.1 200 OK\n\n", HANG, 0, "CR LF" },
  { "a bare CR", OK "X: y\rZ: a\r\n\r\n", HANG, 0, "CR LF" },
  { "a folded field", OK "X: y\r\n z\r\n\r\n", HANG, 0, "well-formed" },
  { "a blank before the colon", OK "Content-Length : 5\r\n\r\nhello", HANG, 0, "well-formed" },
  { "no colon", OK "X\r\n\r\n", HANG, 0, "well-formed" },
  { "no name", OK ": y\r\n\r\n", HANG, 0, "well-formed" },
  { "a control character", OK "X: \x01\r\n\r\n", HANG, 0, "control character" },
  { "two lengths", OK LENGTH (5) LENGTH (5) "\r\nhello", HANG, 0, "Content-Length" },
  { "a list of lengths", OK "Content-Length: 5, 5\r\n\r\nhello", HANG, 0, "Content-Length" },
  { "a signed length", OK "Content-Length: +5\r\n\r\nhello", HANG, 0, "Content-Length" },
  { "a negative length", OK "Content-Length: -5\r\n\r\nhello", HANG, 0, "Content-Length" },
  { "a hexadecimal length", OK "Content-Length: 0x5\r\n\r\nhello", HANG, 0, "Content-Length" },
  { "a length beyond 64 bits", OK "Content-Length: 99999999999999999999\r\n\r\n", HANG, 0, "Content-Length" },
  { "a length and chunks", OK LENGTH (5) CHUNKED "\r\n0\r\n\r\n", HANG, 0, "two lengths" },
  { "packed in transfer", OK "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", HANG, 0, "Transfer-Encoding" },
  { "chunked twice", OK CHUNKED CHUNKED "\r\n0\r\n\r\n", HANG, 0, "Transfer-Encoding" },
  { "chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\n" CHUNKED "\r\n0\r\n\r\n", HANG, 0, "Transfer-Encoding" },
  { "a chunk without a size", OK CHUNKED "\r\n\r\n", HANG, 0, "no size" },
  { "a chunk of minus one", OK CHUNKED "\r\n-1\r\n", HANG, 0, "no size" },
  { "a chunk of 0x1", OK CHUNKED "\r\n0x1\r\nx\r\n", HANG, 0, "no size" },
  { "a chunk with a blank", OK CHUNKED "\r\n1 \r\nx\r\n", HANG, 0, "no size" },
  { "a chunk beyond 32 bits", OK CHUNKED "\r\n100000000\r\n", HANG, 0, "no size" },
  { "a chunk longer than it says", OK CHUNKED "\r\n1\r\nxy\r\n0\r\n\r\n", HANG, 0, "" },
  { "a chunk that ends in LF", OK CHUNKED "\r\n1\r\nx\n0\r\n\r\n", HANG, 0, "CR LF" },
  { "a redirect", "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n" LENGTH (0) "\r\n", HANG, 0, "redirects" },
  { "a redirect that keeps the method", "HTTP/1.1 307 Go\r\nLocation: /\r\n" LENGTH (0) "\r\n", HANG, 0, "redirects" },
  { "a redirect for ever", "HTTP/1.1 308 Go\r\nLocation: /\r\n" LENGTH (0) "\r\n", HANG, 0, "redirects" },
};

typedef struct {
  GSocketListener *listener;
  GThread *thread;
  guint16 port;
  gint requests; /* atomic */
} Server;

static Server server;

/* The row that the request names, by number; the others' questions are answered with what they sent. */
static const Row *
read_row (GIOStream *stream, char *request, gsize size)
{
  gsize length = 0;
  gssize n;

  while (length + 1 < size && (n = g_input_stream_read (g_io_stream_get_input_stream (stream), request + length, size - length - 1, NULL, NULL)) > 0) {
    length += (gsize) n;
    request[length] = '\0';
    if (strstr (request, "\r\n\r\n"))
      break;
  }
  request[length] = '\0';
  g_atomic_int_inc (&server.requests);
  return strstr (request, " /row/") ? &rows[g_ascii_strtoull (strstr (request, "/row/") + 5, NULL, 10) % G_N_ELEMENTS (rows)] : NULL;
}

static gboolean
say (GIOStream *stream, const char *text, gsize length)
{
  return g_output_stream_write_all (g_io_stream_get_output_stream (stream), text, length, NULL, NULL, NULL);
}

/* Until the client leaves. */
static void
go_on (GIOStream *stream, const Row *row)
{
  g_autoptr (GString) piece = g_string_new (row->more);
  char byte;

  while (row->then == REPEAT && piece->len < 10000)
    g_string_append (piece, row->more);
  while (row->then != HANG && say (stream, piece->str, piece->len))
    if (row->then == DRIP)
      g_usleep (50 * 1000);
  while (g_input_stream_read (g_io_stream_get_input_stream (stream), &byte, 1, NULL, NULL) > 0)
    continue;
}

static gpointer
serve (gpointer data)
{
  g_autoptr (GIOStream) stream = data;
  char request[8192];
  const Row *row = read_row (stream, request, sizeof request);

  if (row) {
    say (stream, row->text, strlen (row->text));
    if (row->then != CLOSE)
      go_on (stream, row);
  } else {
    g_autofree char *echo = g_strdup_printf (OK "Content-Length: %zu\r\n\r\n%s", strlen (request), request);
    say (stream, echo, strlen (echo));
  }
  g_io_stream_close (stream, NULL, NULL);
  return NULL;
}

static gpointer
listen_and_serve (gpointer data)
{
  GSocketConnection *connection;

  while ((connection = g_socket_listener_accept (server.listener, NULL, data, NULL)))
    g_thread_unref (g_thread_new ("serve", serve, connection));
  return NULL;
}

static PosternHttpClient *
client_new (const char *allow)
{
  PosternHttpClient *client = g_object_new (POSTERN_TYPE_HTTP_CLIENT, NULL);
  g_auto (GStrv) list = g_strsplit (allow, " ", -1);
  g_autoptr (GError) error = NULL;

  postern_http_client_configure (client, *allow ? (const char *const *) list : NULL, NULL, &error);
  g_assert_no_error (error);
  return client;
}

/* --- a resolver that says what a test wants ------------------------------------------------------------------------- */

#define TEST_TYPE_RESOLVER (test_resolver_get_type ())
G_DECLARE_FINAL_TYPE (TestResolver, test_resolver, TEST, RESOLVER, GResolver)

struct _TestResolver {
  GResolver parent_instance;
  const char *const *answers; /* one a look-up, addresses separated by blanks; the last one stays; NULL: it never answers */
  gint lookups;               /* atomic */
};

G_DEFINE_FINAL_TYPE (TestResolver, test_resolver, G_TYPE_RESOLVER)

static TestResolver *resolver;

static GList *
test_resolver_lookup (GResolver *base, const char *name, GResolverNameLookupFlags flags, GCancellable *cancellable, GError **error)
{
  TestResolver *self = TEST_RESOLVER (base);
  g_auto (GStrv) words = NULL;
  GList *list = NULL;

  g_atomic_int_inc (&self->lookups);
  while (!self->answers && !g_cancellable_set_error_if_cancelled (cancellable, error))
    g_usleep (1000);
  if (!self->answers)
    return NULL;
  words = g_strsplit (*self->answers, " ", -1);
  if (self->answers[1])
    self->answers++;
  for (char **word = words; *word; word++)
    list = g_list_append (list, g_inet_address_new_from_string (*word));
  return list;
}

static GList *
test_resolver_lookup_all (GResolver *base, const char *name, GCancellable *cancellable, GError **error)
{
  return test_resolver_lookup (base, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT, cancellable, error);
}

static void
test_resolver_class_init (TestResolverClass *klass)
{
  G_RESOLVER_CLASS (klass)->lookup_by_name = test_resolver_lookup_all;
  G_RESOLVER_CLASS (klass)->lookup_by_name_with_flags = test_resolver_lookup;
}

static void
test_resolver_init (TestResolver *self)
{
}

static void
resolve_to (const char *const *answers)
{
  resolver->answers = answers;
  g_atomic_int_set (&resolver->lookups, 0);
}

static void
assert_refused (PosternHttpClient *client, const char *url, PosternError code, const char *why)
{
  g_autofree char *printed = g_strescape (url, NULL); /* not all are UTF-8 */
  g_autoptr (GError) error = NULL;
  gint before = g_atomic_int_get (&server.requests);
  g_autoptr (GBytes) body = postern_http_client_send (client, "GET", url, NULL, NULL, NULL, 0, NULL, NULL, NULL, &error);

  g_test_message ("%s: %s", printed, error ? error->message : "was asked");
  g_assert_null (body);
  g_assert_error (error, POSTERN_ERROR, (gint) code);
  g_assert_nonnull (strstr (error->message, why));
  g_assert_cmpint (g_atomic_int_get (&server.requests), ==, before);
}

static char *
ask (PosternHttpClient *client, const char *url)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = postern_http_client_send (client, "GET", url, NULL, NULL, NULL, 0, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

/* --- hostile answers -------------------------------------------------------------------------------------------------- */

static gpointer
ask_well (gpointer client)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/", server.port);
  gint64 begun = g_get_monotonic_time ();
  g_autoptr (GBytes) body = postern_http_client_send (client, "GET", url, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL);

  g_assert_nonnull (body);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, TOTAL_MS * G_TIME_SPAN_MILLISECOND);
  return NULL;
}

static void
check_row (PosternHttpClient *client, guint number)
{
  const Row *row = &rows[number];
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/row/%u", server.port, number);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) headers = NULL;
  guint status = 0;
  gint64 begun = g_get_monotonic_time ();
  g_autoptr (GThread) other = g_thread_new ("other", ask_well, client); /* whoever misbehaves slows nobody else */
  g_autoptr (GBytes) body = postern_http_client_send (client, "GET", url, NULL, NULL, NULL, 100000, &status, &headers, NULL, &error);

  g_test_message ("%s: %u %s", row->name, status, error ? error->message : "");
  g_thread_join (g_steal_pointer (&other));
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 5 * TOTAL_MS * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (status, ==, row->status);
  if (row->status) {
    g_assert_no_error (error);
    g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), row->holds, strlen (row->holds));
  } else {
    gint code = g_str_equal (row->holds, "no complete answer") ? POSTERN_ERROR_UNREACHABLE : POSTERN_ERROR_PROVIDER;
    g_assert_error (error, POSTERN_ERROR, code);
    g_assert_nonnull (strstr (error->message, row->holds));
  }
}

static void
test_answers (void)
{
  g_autoptr (PosternHttpClient) client = client_new ("127.0.0.1");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_row (client, i);
}

/* --- where a URL may lead ------------------------------------------------------------------------------------------- */

/* Refused by what it says, before any name is looked up. */
static void
test_urls (void)
{
  static const char *const urls[] = {
    "", "nonsense", "/path", "//example.org/", "https:", "https://", "https:///path", "https:example.org", "https://:443/",
    "file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "javascript:alert(1)", "data:,x", "unix:///run/x", "http+unix://x/",
    "http://example.org/", "https://user@example.org/", "https://user:word@example.org/", "https://example.org:443@other.example/", "https://@example.org/",
    "https://example.org/a b", "https://example.org/\r\nX: y", "https://example.org/\tx", "https://example.org\r\n/", "https://exa mple.org/",
    "https://example.org%0d%0aX:%20y/", "https://exa%20mple.org/", "https://example.org%00/", "https://example.org%2f/", "https://example.org%40other.example/",
    "https://example.org\\@other.example/", "https:\\\\example.org/", "https://ex\xc3\xa4mple.org/", "https://example.org/\xc3\xa4", "https://exa\xffmple.org/",
    "https://example.org:0/", "https://example.org:65536/", "https://example.org:-1/", "https://example.org:x/", "https://[::1/", "https://::1/", "https://[fe80::1%25lo]/",
    "https://example.org/\"x", "https://example.org/<x>", "https://example.org/{x}", "https://exa_<mple.org/", "https://exa$mple.org/", "https://exa*mple.org/",
    " https://example.org/", "https://example.org/ ", "https://example.org/\x7f", "https://example.org/%zz\n",
  };
  static const char *const inside[] = { "127.0.0.1", NULL };
  g_autoptr (PosternHttpClient) client = client_new ("");

  resolve_to (inside);
  for (guint i = 0; i < G_N_ELEMENTS (urls); i++)
    assert_refused (client, urls[i], POSTERN_ERROR_PROVIDER, "");
  g_assert_cmpint (resolver->lookups, ==, 0);
}

/* Refused by where its name leads, whatever is spelled how. */
static void
test_names (void)
{
  static const char *const closed[] = {
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.1.2.3", "169.254.169.254", "169.254.0.1", "172.16.0.1",
    "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "168.63.129.16", "100.100.100.200", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::808:808", "64:ff9b:1::7f00:1", "100::1", "fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1", "febf::1",
    "fec0::1", "ff02::1", "ff0e::1", "2001::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::1", "2002:a9fe:a9fe::1", "3fff::1", "5f00::1", "4000::1",
  };
  g_autoptr (PosternHttpClient) client = client_new ("");
  g_autofree char *url = g_strdup_printf ("https://provider.example:%u/", server.port);

  for (guint i = 0; i < G_N_ELEMENTS (closed); i++) {
    const char *const answers[] = { closed[i], NULL };
    g_autofree char *literal = g_strdup_printf (strchr (closed[i], ':') ? "https://[%s]:%u/" : "https://%s:%u/", closed[i], server.port);
    resolve_to (answers);
    assert_refused (client, url, POSTERN_ERROR_PROVIDER, "private or reserved");
    assert_refused (client, literal, POSTERN_ERROR_PROVIDER, "private or reserved");
  }
}

/* Odd spellings of 127.0.0.1: whatever the system's resolver makes of them, nothing of ours is reached. */
static void
test_odd_spellings (void)
{
  static const char *const hosts[] = { "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "0", "127.000.000.001", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "%31%32%37.0.0.1" };
  g_autoptr (PosternHttpClient) client = client_new ("");
  g_autoptr (GResolver) ours = g_resolver_get_default ();
  g_autoptr (GResolver) system = g_object_new (g_type_from_name ("GThreadedResolver"), NULL);

  g_resolver_set_default (system);
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++) {
    g_autofree char *url = g_strdup_printf ("https://%s:%u/", hosts[i], server.port);
    g_autoptr (GError) error = NULL;
    gint before = g_atomic_int_get (&server.requests);
    g_assert_null (postern_http_client_send (client, "GET", url, NULL, NULL, NULL, 0, NULL, NULL, NULL, &error));
    g_test_message ("%s: %s", url, error->message);
    g_assert_cmpint (error->domain, ==, POSTERN_ERROR);
    g_assert_cmpint (g_atomic_int_get (&server.requests), ==, before);
  }
  g_resolver_set_default (ours);
}

/* The address that is checked is the one that is connected to: one look-up a call, and each call is checked anew. */
static void
test_name_that_changes_its_mind (void)
{
  static const char *const answers[] = { "127.0.0.1", "127.0.0.2", "10.0.0.1 127.0.0.1", "::ffff:127.0.0.1", NULL };
  g_autoptr (PosternHttpClient) client = client_new ("127.0.0.1/32");
  g_autofree char *url = g_strdup_printf ("http://provider.example:%u/", server.port);
  g_autofree char *first = NULL, *third = NULL;

  resolve_to (answers);
  first = ask (client, url);
  g_assert_cmpint (resolver->lookups, ==, 1);
  assert_refused (client, url, POSTERN_ERROR_PROVIDER, "private or reserved");
  third = ask (client, url); /* of several addresses only the good one is tried */
  g_assert_cmpint (resolver->lookups, ==, 3);
  assert_refused (client, url, POSTERN_ERROR_PROVIDER, "private or reserved"); /* an IPv4 prefix does not open its mapped twin */
}

/* A connection that is kept was checked when it was made; the one that takes its place is, too. */
static void
test_kept_changes_its_mind (void)
{
  static const char *const answers[] = { "127.0.0.1", "10.0.0.1", NULL };
  g_autoptr (PosternHttpClient) client = client_new ("127.0.0.0/8");
  g_autofree char *url = g_strdup_printf ("http://provider.example:%u/", server.port);
  g_autoptr (GBytes) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;
  gint before;

  resolve_to (answers);
  first = postern_http_client_send_repeatable (client, url, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL);
  g_assert_nonnull (first);
  before = g_atomic_int_get (&server.requests);
  second = postern_http_client_send_repeatable (client, url, NULL, NULL, NULL, 0, NULL, NULL, NULL, &error); /* the server closes each */
  g_assert_null (second);
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER);
  g_assert_nonnull (strstr (error->message, "private or reserved"));
  g_assert_cmpint (resolver->lookups, ==, 2);
  g_assert_cmpint (g_atomic_int_get (&server.requests), ==, before);
}

/* --- time ------------------------------------------------------------------------------------------------------------- */

static void
assert_late (PosternHttpClient *client, const char *url)
{
  gint64 begun = g_get_monotonic_time ();

  assert_refused (client, url, POSTERN_ERROR_UNREACHABLE, "no complete answer");
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 3 * TOTAL_MS * G_TIME_SPAN_MILLISECOND);
}

static void
test_silent_resolver (void)
{
  g_autoptr (PosternHttpClient) client = client_new ("");

  resolve_to (NULL);
  assert_late (client, "https://provider.example/");
}

/* Whose queue of connections is full answers nothing at all. */
static void
test_silent_connect (void)
{
  g_autoptr (PosternHttpClient) client = client_new ("127.0.0.1");
  g_autoptr (GSocket) listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *url = NULL;
  GSocket *fillers[4];

  g_socket_set_listen_backlog (listener, 0);
  g_assert_true (g_socket_bind (listener, any, FALSE, NULL) && g_socket_listen (listener, NULL));
  address = g_socket_get_local_address (listener, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++) {
    fillers[i] = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_socket_set_blocking (fillers[i], FALSE);
    g_socket_connect (fillers[i], address, NULL, NULL);
  }
  url = g_strdup_printf ("http://127.0.0.1:%u/", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  assert_late (client, url);
  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    g_object_unref (fillers[i]);
}

static void
test_nobody_there (void)
{
  g_autoptr (PosternHttpClient) client = client_new ("127.0.0.1");

  assert_refused (client, "http://127.0.0.1:1/", POSTERN_ERROR_UNREACHABLE, "refused");
  assert_refused (client, "http://127.0.0.1:1/path?secret#x", POSTERN_ERROR_UNREACHABLE, "GET http://127.0.0.1:1/path: ");
}

/* --- the question ------------------------------------------------------------------------------------------------------ */

static void
test_question (void)
{
  g_autoptr (PosternHttpClient) client = client_new ("127.0.0.1 [::1]");
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/a/%%20b?c=d#e", server.port);
  g_autofree char *expected = g_strdup_printf ("GET /a/%%20b?c=d HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\nUser-Agent: Postern\r\n\r\n", server.port);
  g_autofree char *asked = ask (client, url);

  g_assert_cmpstr (asked, ==, expected); /* nothing is asked to be packed, no proxy, no cookie, no fragment */
}

static void
test_headers (void)
{
  static const char *const wrong[] = {
    "{'': 'x'}", "{'X Y': 'x'}", "{'X:': 'x'}", "{'X\\r\\nY': 'x'}", "{'X': 'a\\r\\nY: b'}", "{'X': 'a\\nb'}", "{'X': 'a\\rb'}", "{'X': 'a\\u0001b'}", "{'(x)': 'y'}",
    "{'Host': 'other.example'}", "{'Content-Length': '5'}", "{'transfer-encoding': 'chunked'}", "{'Connection': 'keep-alive'}", "{'Upgrade': 'h2c'}", "{'Expect': '100-continue'}",
  };
  g_autoptr (PosternHttpClient) client = client_new ("127.0.0.1");
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/", server.port);
  g_autoptr (GBytes) body = g_bytes_new_static ("x", 1);

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_test_message ("%s", wrong[i]);
    g_assert_null (postern_http_client_send (client, "GET", url, g_variant_new_parsed (wrong[i]), NULL, NULL, 0, NULL, NULL, NULL, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER);
  }
  g_assert_null (postern_http_client_send (client, "POST", url, NULL, "text/plain\r\nX: y", body, 0, NULL, NULL, NULL, NULL));
}

static gboolean wiped; /* both secrets, from the place where they stood beside each other */

static void
spy (void *text, size_t length)
{
  wiped = g_strstr_len (text, (gssize) length, "Basic c2VjcmV0") && g_strstr_len (text, (gssize) length, "client_secret=of-the-body");
  memset (text, 0, length);
}

/* Nothing is copied while the question is put together, and the one copy is wiped. */
static void
test_secrets (void)
{
  g_autoptr (PosternHttpClient) client = client_new ("127.0.0.1");
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/a?b=c", server.port);
  g_autofree char *form = g_strdup_printf ("client_secret=of-the-body&%0*d", 3000, 0);
  g_autoptr (GBytes) body = g_bytes_new (form, strlen (form));
  g_autoptr (GVariant) headers = g_variant_ref_sink (g_variant_new_parsed ("{'Authorization': 'Basic c2VjcmV0'}"));
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  Call call = { .client = client, .method = "POST", .content_type = "application/x-www-form-urlencoded", .uri = uri, .headers = headers, .body = body };
  GString *question = write_question (&call);
  g_autoptr (GBytes) answer = postern_http_client_send (client, "POST", url, headers, call.content_type, body, 0, NULL, NULL, NULL, NULL);

  g_assert_cmpuint (question->len, <=, measure (&call));
  g_assert_nonnull (answer);
  g_assert_true (wiped);
  g_string_free (question, TRUE);
}

int
main (int argc, char **argv)
{
  g_autoptr (GCancellable) ending = g_cancellable_new ();
  g_autofree char *proxy = NULL;
  int failures;

  g_test_init (&argc, &argv, NULL);
  server.listener = g_socket_listener_new ();
  server.port = g_socket_listener_add_any_inet_port (server.listener, NULL, NULL);
  server.thread = g_thread_new ("listen", listen_and_serve, ending);
  proxy = g_strdup_printf ("http://127.0.0.1:%u", server.port);
  g_setenv ("http_proxy", proxy, TRUE);
  g_setenv ("https_proxy", proxy, TRUE);
  g_object_unref (g_resolver_get_default ()); /* registers the system's, for a test to take back */
  resolver = g_object_new (TEST_TYPE_RESOLVER, NULL);
  g_resolver_set_default (G_RESOLVER (resolver));
  g_test_add_func ("/http-client/answers", test_answers);
  g_test_add_func ("/http-client/urls", test_urls);
  g_test_add_func ("/http-client/names", test_names);
  g_test_add_func ("/http-client/odd-spellings", test_odd_spellings);
  g_test_add_func ("/http-client/name-that-changes-its-mind", test_name_that_changes_its_mind);
  g_test_add_func ("/http-client/kept-changes-its-mind", test_kept_changes_its_mind);
  g_test_add_func ("/http-client/silent-resolver", test_silent_resolver);
  g_test_add_func ("/http-client/silent-connect", test_silent_connect);
  g_test_add_func ("/http-client/secrets", test_secrets);
  g_test_add_func ("/http-client/nobody-there", test_nobody_there);
  g_test_add_func ("/http-client/question", test_question);
  g_test_add_func ("/http-client/headers", test_headers);
  failures = g_test_run ();
  g_cancellable_cancel (ending);
  g_thread_join (server.thread);
  g_object_unref (server.listener);
  return failures;
}
