/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-csrf.h"
#include "postern-error.h"
#include "postern-multipart.h"
#include "postern-request-private.h"
#include "postern-server-fixture.h"

/* Forms with files: what is read of them, and what is refused. */

#define TYPE "multipart/form-data; boundary=AaB03x"
#define PART(name, more, text) "--AaB03x\r\nContent-Disposition: form-data; name=\"" name "\"" more "\r\n\r\n" text "\r\n"
#define FILE_OF(name) "; filename=\"" name "\"\r\nContent-Type: image/png"
#define LAST "--AaB03x--\r\n"

static PosternRequest *
new_request (const char *type, const char *body, gsize length)
{
  PosternRequest *request = postern_request_new ("POST", "/", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (body, length);

  if (type)
    postern_request_add_header (request, "Content-Type", type);
  postern_request_set_body (request, bytes);
  return request;
}

static void
assert_text (PosternRequest *request, const char *name, const char *text)
{
  const char *value;

  g_assert_true (postern_request_get_form (request, name, &value, NULL));
  g_assert_cmpstr (value, ==, text);
}

static void
assert_read (PosternRequest *request)
{
  g_autoptr (GError) error = NULL;

  postern_multipart_read (request, &error);
  g_assert_no_error (error);
}

/* --- what is refused ------------------------------------------------------------------------------------------------------ */

/* Each is whole but for one thing. */
typedef struct {
  const char *type; /* (nullable): TYPE */
  const char *body;
} Attack;

static const Attack attacks[] = {
  /* another body, or a boundary that is none */
  { "", PART ("a", "", "1") LAST },
  { "application/x-www-form-urlencoded", "a=1" },
  { "multipart/mixed; boundary=AaB03x", PART ("a", "", "1") LAST },
  { "multipart/form-data", PART ("a", "", "1") LAST },
  { "multipart/form-data;", PART ("a", "", "1") LAST },
  { "multipart/form-datax; boundary=AaB03x", PART ("a", "", "1") LAST },
  { "multipart/form-data boundary=AaB03x", PART ("a", "", "1") LAST },
  { "multipart/form-data; boundary=", "--\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n----" },
  { "multipart/form-data; boundary=\"\"", "--\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n----" },
  { "multipart/form-data; boundary=\"AaB03x", PART ("a", "", "1") LAST },
  { "multipart/form-data; boundary=\"AaB03x\\\"\"", PART ("a", "", "1") LAST },
  { "multipart/form-data; boundary=\"AaB03x \"", "--AaB03x \r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--AaB03x --" },
  { "multipart/form-data; boundary=\"A*B\"", "--A*B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--A*B--" },
  { "multipart/form-data; boundary=\"A\xc3\xa4\"", "--A\xc3\xa4\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--A\xc3\xa4--" },
  { "multipart/form-data; boundary=a:b", "--a:b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--a:b--" },
  { TYPE "; boundary=AaB03x", PART ("a", "", "1") LAST },
  { TYPE "; charset=utf-7", PART ("a", "", "1") LAST },
  { TYPE ", multipart/form-data; boundary=x", PART ("a", "", "1") LAST },
  { "multipart/form-data; start=x", PART ("a", "", "1") LAST },
  /* where parts begin and end */
  { NULL, "" },
  { NULL, LAST },
  { NULL, "--AaB03x" },
  { NULL, "--AaB03x\r\n" },
  { NULL, "before\r\n" PART ("a", "", "1") LAST },
  { NULL, "\r\n" PART ("a", "", "1") LAST },
  { NULL, PART ("a", "", "1") LAST "\r\n" },
  { NULL, PART ("a", "", "1") LAST "behind" },
  { NULL, PART ("a", "", "1") LAST PART ("csrf", "", "1") LAST },
  { NULL, PART ("a", "", "1") "--AaB03x-- \r\n" },
  { NULL, PART ("a", "", "1") "--AaB03x--\n" },
  { NULL, PART ("a", "", "1") "--AaB03x-" },
  { NULL, PART ("a", "", "1") "--AaB03x" },
  { NULL, PART ("a", "", "1") },
  { NULL, PART ("a", "", "1") "--AaB03" },
  { NULL, PART ("a", "", "1") "--AaB03xy--\r\n" },
  { NULL, "--AaB03x \r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n" LAST },
  { NULL, "--AaB03x\nContent-Disposition: form-data; name=\"a\"\n\n1\n--AaB03x--\n" },
  { NULL, PART ("a", "", "1\r\n--AaB03xyz\r\n2") LAST }, /* RFC 2046: a line that begins with it is one */
  { NULL, "--AaB03x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" LAST }, /* its line end is the head's */
  /* a part's head */
  { NULL, "--AaB03x\r\n\r\n1\r\n" LAST },
  { NULL, "--AaB03x\r\nContent-Type: text/plain\r\n\r\n1\r\n" LAST },
  { NULL, "--AaB03x\r\nContent-Disposition: form-data; name=\"a\"\n\r\n1\r\n" LAST },
  { NULL, "--AaB03x\r\nContent-Disposition: form-data; name=\"a\"\r\r\n\r\n1\r\n" LAST },
  { NULL, "--AaB03x\r\nContent-Disposition: form-data;\r\n name=\"a\"\r\n\r\n1\r\n" LAST },
  { NULL, "--AaB03x\r\nContent-Disposition : form-data; name=\"a\"\r\n\r\n1\r\n" LAST },
  { NULL, "--AaB03x\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n" LAST },
  { NULL, "--AaB03x\r\nContent-Disposition: form-data\r\n\r\n1\r\n" LAST },
  { NULL, "--AaB03x\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n" LAST },
  { NULL, "--AaB03x\r\nContent-Disposition: form-datax; name=\"a\"\r\n\r\n1\r\n" LAST },
  { NULL, PART ("", "", "1") LAST },
  { NULL, PART ("a b", "", "1") LAST },
  { NULL, PART ("a\\", "", "1") LAST },
  { NULL, PART ("a%22", "", "1") LAST },
  { NULL, PART ("a\r\nX-Y: 1", "", "1") LAST },
  { NULL, PART ("\xc3\xa4", "", "1") LAST },
  { NULL, PART ("a", "; name=\"b\"", "1") LAST },
  { NULL, PART ("a", "; NAME=\"b\"", "1") LAST },
  { NULL, PART ("a", ";", "1") LAST },
  { NULL, PART ("a", " filename=\"x\"", "1") LAST },
  { NULL, PART ("a", "; filename=\"x\"; filename=\"y\"", "1") LAST },
  { NULL, PART ("a", "; filename=\"x", "1") LAST },
  { NULL, PART ("a", "; filename=\"x\\\"; name=\"b\"", "1") LAST },
  { NULL, PART ("a", "; filename*=utf-8''x", "1") LAST },
  { NULL, PART ("a", "; filename=\"x\"; filename*=utf-8''y", "1") LAST },
  { NULL, PART ("a", "; name*=utf-8''b", "1") LAST },
  { NULL, PART ("a", "; size=1", "1") LAST },
  { NULL, PART ("a", "\r\nContent-Transfer-Encoding: base64", "MQ==") LAST },
  { NULL, PART ("a", FILE_OF ("x") "\r\nContent-Encoding: gzip", "1") LAST },
  { NULL, PART ("a", FILE_OF ("x") "\r\ncontent-length: 1", "1") LAST },
  { NULL, PART ("a", FILE_OF ("x") "\r\nContent-Type: image/png", "1") LAST },
  { NULL, PART ("a", FILE_OF (""), "1") LAST },
  { NULL, PART ("a", "; filename=\"x\"\r\nContent-Type: multipart/mixed; boundary=y", "--y\r\n\r\n1\r\n--y--") LAST },
  { NULL, PART ("a", "\r\nContent-Type: multipart/form-data; boundary=y", "--y\r\n\r\n1\r\n--y--") LAST },
  { NULL, PART ("a", "\r\nContent-Type: text/plain; charset=utf-7", "+ADw-") LAST },
  { NULL, PART ("a", "\r\nContent-Type: text/html", "1") LAST },
  /* names that stand twice */
  { NULL, PART ("a", "", "1") PART ("a", "", "2") LAST },
  { NULL, PART ("a", FILE_OF ("x"), "1") PART ("a", FILE_OF ("y"), "2") LAST },
  { NULL, PART ("a", FILE_OF (""), "") PART ("a", FILE_OF ("y"), "2") LAST },
  { NULL, PART ("a", "", "1") PART ("a", FILE_OF ("y"), "2") LAST },
  { NULL, PART ("a", FILE_OF (""), "") PART ("a", "", "2") LAST },
  /* texts */
  { NULL, PART ("a", "", "1\r2") LAST },
  { NULL, PART ("a", "", "1\n2") LAST },
  { NULL, PART ("a", "", "1\r") LAST },
  { NULL, PART ("a", "", "\n\r") LAST },
  { NULL, PART ("a", "", "\xff") LAST },
  { NULL, PART ("a", "", "\xc0\x80") LAST },
};

static void
assert_refused (PosternRequest *request)
{
  g_autoptr (GError) error = NULL;
  const char *value;

  g_assert_false (postern_multipart_read (request, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  g_test_message ("%s", error->message);
  postern_request_get_form (request, "a", &value, NULL); /* nothing of it stays */
  g_assert_true (value == NULL || postern_request_get_parameters (request, NULL)->n_items == 1);
  g_assert_null (postern_request_get_file (request, "a"));
}

static void
test_attacks (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (attacks); i++) {
    const Attack *attack = &attacks[i];
    g_autoptr (PosternRequest) request = new_request (attack->type && *attack->type == '\0' ? NULL : attack->type ? attack->type : TYPE, attack->body, strlen (attack->body));

    g_test_message ("%s: %s", attack->type ? attack->type : TYPE, attack->body);
    assert_refused (request);
  }
}

#define NUL_AT(before, behind) { before "\0" behind, sizeof (before "\0" behind) - 1 }

static void
test_nul (void)
{
  static const struct {
    const char *body;
    gsize length;
  } bodies[] = {
    NUL_AT (PART ("a", "", "1"), LAST),
    NUL_AT ("", PART ("a", "", "1") LAST),
    NUL_AT (PART ("a", "", "1") LAST, ""),
    NUL_AT ("--AaB03x\r\nContent-Disposition: form-data; name=\"a", "b\"\r\n\r\n1\r\n" LAST),
    NUL_AT ("--AaB03x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"x", ".png\"\r\n\r\n1\r\n" LAST),
    NUL_AT ("--AaB03x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1", "2\r\n" LAST),
    NUL_AT ("--AaB03x\r\nX", "Y: 1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n" LAST),
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (PosternRequest) request = new_request (TYPE, bodies[i].body, bodies[i].length);

    g_test_message ("%u", i);
    assert_refused (request);
  }
}

/* --- what is read -------------------------------------------------------------------------------------------------------------- */

static void
test_form (void)
{
  static const char data[] = "\x89PNG\r\n\x1a\n\0\r\n--AaB03\r\n--\n\r";
  g_autoptr (GString) body = g_string_new (PART ("csrf", "", "token") PART ("text", "", "one\r\n\r\ntw\xc3\xb6\r\n") PART ("empty", "", "") PART ("none", FILE_OF (""), ""));
  g_autoptr (PosternRequest) request = NULL;
  GBytes *file;
  const char *text;

  g_string_append (body, "--AaB03x\r\ncontent-type: text/html\r\nX-Own: whatever\r\ncontent-disposition: FORM-DATA ; FileName=\"../\xc3\xa4 \\;x%22.png\" ;name=file\r\n\r\n");
  g_string_append_len (body, data, sizeof data - 1);
  g_string_append (body, "\r\n" PART ("typed", "\r\nContent-Type: text/plain; charset=\"UTF-8\"", "7") "--AaB03x--");
  request = new_request ("Multipart/Form-Data;boundary=\"AaB03x\"", body->str, body->len);
  assert_read (request);
  assert_text (request, "csrf", "token");
  assert_text (request, "text", "one\r\n\r\ntw\xc3\xb6\r\n");
  assert_text (request, "empty", "");
  assert_text (request, "typed", "7");
  assert_text (request, "none", NULL);
  assert_text (request, "file", NULL);
  g_assert_cmpuint (postern_request_get_parameters (request, NULL)->n_items, ==, 4);
  g_assert_null (postern_request_get_file (request, "none"));
  g_assert_null (postern_request_get_file (request, "text"));
  file = postern_request_get_file (request, "file");
  g_assert_cmpmem (g_bytes_get_data (file, NULL), g_bytes_get_size (file), data, sizeof data - 1);
  text = g_bytes_get_data (postern_request_get_body (request), NULL);
  g_assert_true ((const char *) g_bytes_get_data (file, NULL) > text && (const char *) g_bytes_get_data (file, NULL) < text + body->len); /* no copy */
}

/* A file of no bytes is one, and is told from none. */
static void
test_empty_file (void)
{
  static const char body[] = PART ("a", FILE_OF ("x"), "") LAST;
  g_autoptr (PosternRequest) request = new_request (TYPE, body, strlen (body));

  assert_read (request);
  g_assert_cmpuint (g_bytes_get_size (postern_request_get_file (request, "a")), ==, 0);
}

/* Each limit holds to the byte: @just is read, @beyond is not. */
static void
assert_limit (const char *type, const char *just, const char *type_beyond, const char *beyond)
{
  g_autoptr (PosternRequest) good = new_request (type, just, strlen (just)), bad = new_request (type_beyond, beyond, strlen (beyond));

  assert_read (good);
  assert_refused (bad);
}

static void
test_boundary_length (void)
{
  g_autofree char *longest = g_strnfill (POSTERN_MULTIPART_BOUNDARY_MAX, '-');
  g_autofree char *type = g_strconcat ("multipart/form-data; boundary=", longest, NULL), *type_beyond = g_strconcat (type, "-", NULL);
  g_autofree char *just = g_strdup_printf ("--%s\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--%s--", longest, longest);
  g_autofree char *beyond = g_strdup_printf ("--%s-\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--%s---", longest, longest);

  assert_limit (type, just, type_beyond, beyond);
}

static char *
dup_parts (guint count)
{
  g_autoptr (GString) body = g_string_new (NULL);

  for (guint i = 0; i < count; i++)
    g_string_append_printf (body, PART ("a%u", "", "1"), i);
  return g_strdup_printf ("%s" LAST, body->str);
}

static char *
dup_fields (guint count)
{
  g_autoptr (GString) body = g_string_new ("--AaB03x\r\nContent-Disposition: form-data; name=\"a\"\r\n");

  for (guint i = 1; i < count; i++)
    g_string_append (body, "X: y\r\n");
  return g_strdup_printf ("%s\r\n1\r\n" LAST, body->str);
}

static char *
dup_line (guint length)
{
  const char first[] = "Content-Disposition: form-data; name=\"a\"; filename=\"";
  g_autofree char *name = g_strnfill (length - strlen (first) - strlen ("\"\r\n"), 'x');

  return g_strdup_printf ("--AaB03x\r\n%s%s\"\r\n\r\n1\r\n" LAST, first, name);
}

static char *
dup_name (guint length)
{
  g_autofree char *name = g_strnfill (length, 'x');

  return g_strdup_printf (PART ("%s", "", "1") LAST, name);
}

static void
test_limits (void)
{
  static const struct {
    char *(*dup) (guint count);
    guint most;
  } limits[] = {
    { dup_parts, POSTERN_MULTIPART_PARTS_MAX },
    { dup_fields, POSTERN_MULTIPART_LINES_MAX },
    { dup_line, POSTERN_MULTIPART_LINE_MAX },
    { dup_name, POSTERN_MULTIPART_NAME_MAX },
  };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++) {
    g_autofree char *just = limits[i].dup (limits[i].most), *beyond = limits[i].dup (limits[i].most + 1);

    assert_limit (TYPE, just, TYPE, beyond);
  }
}

/* What is cut off anywhere is refused, and is never read beyond its end. */
static void
test_cut (void)
{
  static const char body[] = PART ("a", "", "1") PART ("b", FILE_OF ("x"), "2") "--AaB03x--";

  for (gsize length = 0; length < strlen (body); length++) {
    g_autoptr (PosternRequest) request = new_request (TYPE, body, length);

    g_assert_false (postern_multipart_read (request, NULL));
  }
}

/* The form's token is found among the parts, and only the right one counts. */
static void
test_token (void)
{
  g_autoptr (PosternCsrf) csrf = postern_csrf_new (NULL), stranger = postern_csrf_new (NULL);
  g_autoptr (PosternRequest) get = postern_request_new ("GET", "/", NULL), post = NULL;
  g_autofree char *nonce = NULL, *token = postern_csrf_dup_token (csrf, get, &nonce);
  g_autofree char *body = g_strdup_printf (PART ("file", FILE_OF ("x"), "picture") PART ("csrf", "", "%s") LAST, token), *cookie = g_strconcat (POSTERN_CSRF_COOKIE "=", nonce, NULL);

  post = new_request (TYPE, body, strlen (body));
  postern_request_add_header (post, "Cookie", cookie);
  g_assert_false (postern_csrf_check (csrf, post, NULL)); /* not before it was read: another form has no parts */
  assert_read (post);
  g_assert_true (postern_csrf_check (csrf, post, NULL));
  g_assert_false (postern_csrf_check (stranger, post, NULL));
}

/* --- in the server --------------------------------------------------------------------------------------------------------------- */

static gint taken; /* atomic: forms that a handler has seen */

static PosternResponse *
take (PosternRequest *request, gpointer user_data)
{
  g_atomic_int_inc (&taken);
  return postern_response_new (200, "application/octet-stream", postern_request_get_file (request, "file"));
}

static const PosternRoute own_routes[] = {
  { "POST", "/file", take, NULL, 1000, POSTERN_ROUTE_MULTIPART },
  { "POST", "/file-form", take, NULL, 1000, POSTERN_ROUTE_CSRF | POSTERN_ROUTE_MULTIPART },
  { NULL },
};

static void
assert_answered (Fixture *self, const char *path, const char *head, const char *body, guint status, const char *holds)
{
  g_autofree char *text = g_strdup_printf ("POST %s HTTP/1.1\r\n" HOST "%sContent-Length: %zu\r\n" CLOSE "%s", path, head, strlen (body), body);
  g_autofree char *answer = ask (self, text);

  g_test_message ("%s → %s", text, answer);
  g_assert_cmpuint (status_of (answer), ==, status);
  g_assert_nonnull (strstr (answer, holds));
}

/* The route says what it takes, and the form's token is asked for before any handler sees a file. */
static void
test_server (void)
{
  static const char form[] = PART ("file", FILE_OF ("x"), "picture") LAST, with_token[] = PART ("file", FILE_OF ("x"), "picture") PART ("csrf", "", "AAAA") LAST;
  g_autofree char *large = g_strnfill (1001, 'x');
  Fixture self = { 0 };

  prepare (&self, "http://localhost", (PosternServerOptions){ 0 });
  postern_server_add_routes (self.server, own_routes, NULL);
  run (&self);
  g_atomic_int_set (&taken, 0);
  assert_answered (&self, "/file", "Content-Type: " TYPE "\r\n", form, 200, "\r\n\r\npicture");
  g_assert_cmpint (g_atomic_int_get (&taken), ==, 1);
  assert_answered (&self, "/file", "Content-Type: " TYPE "\r\n", PART ("file", FILE_OF ("x"), "picture"), 400, "last boundary");
  assert_answered (&self, "/file", "Content-Type: application/x-www-form-urlencoded\r\n", "file=1", 400, "multipart/form-data");
  assert_answered (&self, "/file", "Content-Type: " TYPE "\r\n", large, 413, "larger than this address takes");
  assert_answered (&self, "/form", "Content-Type: " TYPE "\r\n", form, 400, "application/x-www-form-urlencoded"); /* as any other type */
  assert_answered (&self, "/file-form", "Content-Type: " TYPE "\r\n", form, 410, "expired");
  assert_answered (&self, "/file-form", "Content-Type: " TYPE "\r\nCookie: postern-csrf=AAAAAAAAAAAAAAAAAAAAAAAA\r\n", with_token, 410, "expired");
  assert_answered (&self, "/file-form", "Content-Type: " TYPE "\r\nSec-Fetch-Site: cross-site\r\n", with_token, 403, "another site");
  g_assert_cmpint (g_atomic_int_get (&taken), ==, 1);
  stop (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/multipart/attacks", test_attacks);
  g_test_add_func ("/multipart/nul", test_nul);
  g_test_add_func ("/multipart/form", test_form);
  g_test_add_func ("/multipart/empty-file", test_empty_file);
  g_test_add_func ("/multipart/boundary-length", test_boundary_length);
  g_test_add_func ("/multipart/limits", test_limits);
  g_test_add_func ("/multipart/cut", test_cut);
  g_test_add_func ("/multipart/token", test_token);
  g_test_add_func ("/multipart/server", test_server);
  return g_test_run ();
}
