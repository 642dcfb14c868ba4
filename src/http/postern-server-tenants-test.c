/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-csrf.h"
#include "postern-error.h"
#include "postern-request-private.h"
#include "postern-server-fixture.h"
#include "postern-slug-private.h"

/* Two tenants: acme, below its path, which has to be opened first, and corp, at its own domain; "closed" is suspended. */
typedef struct {
  GObject *acme, *corp;
  int opened, own, theirs; /* whose data: their addresses */
  gint is_open;
  gboolean has_domains;
} World;

static World world;

static char *
find_domain (const char *host, gpointer user_data)
{
  return g_str_equal (host, "login.corp.example") ? g_strdup ("corp") : NULL;
}

static gboolean
has_domains (gpointer user_data)
{
  return world.has_domains;
}

static GObject *
enter (const char *slug, gboolean may_block, gpointer user_data, GError **error)
{
  if (g_str_equal (slug, "acme") && !may_block && !g_atomic_int_get (&world.is_open))
    return NULL;
  if (g_str_equal (slug, "acme"))
    g_atomic_int_set (&world.is_open, TRUE);
  if (g_str_equal (slug, "acme") || g_str_equal (slug, "corp"))
    return g_object_ref (g_str_equal (slug, "acme") ? world.acme : world.corp);
  if (g_str_equal (slug, "closed"))
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "Not in use at the moment.");
  else
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "There is nothing at this address.");
  return NULL;
}

static GObject *
look_in (const char *slug, gpointer user_data)
{
  g_assert_cmpstr (slug, ==, "closed");
  return g_object_ref (world.corp);
}

static const char *
get_url (GObject *tenant)
{
  return tenant == world.acme ? "https://id.example/sub/t/acme" : "https://login.corp.example";
}

static gpointer
get_data (GObject *tenant, gpointer own, gpointer user_data)
{
  return own == &world.own ? &world.theirs : NULL;
}

static const PosternServerTenants tenants = { find_domain, has_domains, enter, look_in, get_url, get_data };

/* Says who answers, at which path, for whom, and what cookie it sees. */
static PosternResponse *
tell (PosternRequest *request, gpointer user_data)
{
  const char *cookie = postern_request_get_cookie (request, "postern-session"), *tenant = postern_request_get_tenant (request);
  g_autofree char *text = g_strdup_printf ("%s %s %s %s %s", user_data == &world.theirs ? "theirs" : "own", postern_request_get_path (request),
                                           postern_request_get_public_url (request), tenant ? tenant : "-", cookie ? cookie : "-");

  return new_text (text);
}

static PosternResponse *
introspect (PosternRequest *request, gpointer user_data)
{
  return new_text ("{\"active\":true}");
}

static const PosternRoute tenant_routes[] = {
  { "GET", "/introspect", introspect, NULL, 0, POSTERN_ROUTE_INTROSPECTION },
  { "GET", "/look", tell, tell, 0, POSTERN_ROUTE_LOOK },
  { "GET", "/tell", tell, tell },
  { "GET", "/go", move },
  { "GET", "/.well-known/tell", tell },
  { NULL },
};
static const PosternRoute only_ours[] = { { "GET", "/ours", hello, hello }, { NULL } };

static void
set_up (Fixture *self)
{
  world = (World){ .has_domains = TRUE, .acme = g_object_new (G_TYPE_OBJECT, NULL), .corp = g_object_new (G_TYPE_OBJECT, NULL) };
  prepare (self, "https://id.example/sub", (PosternServerOptions){ 0 });
  postern_server_add_routes (self->server, tenant_routes, &world.own);
  postern_server_add_routes (self->server, only_ours, &world.opened);
  postern_server_set_tenants (self->server, &tenants, NULL);
  run (self);
}

static void
tear_down (Fixture *self)
{
  stop (self);
  g_assert_cmpint (world.acme->ref_count, ==, 1); /* who has left keeps nothing open */
  g_assert_cmpint (world.corp->ref_count, ==, 1);
  g_object_unref (world.acme);
  g_object_unref (world.corp);
}

static void
test_places (void)
{
  static const struct {
    const char *host, *path;
    guint status;
    const char *says; /* (nullable) */
  } rows[] = {
    { "id.example", "/sub/tell", 200, "own /tell https://id.example/sub - ours" },
    { "evil.example", "/sub/tell", 421, NULL },
    { "id.example", "/sub/t/acme/tell", 200, "theirs /tell https://id.example/sub/t/acme acme theirs" },
    { "evil.example", "/sub/t/acme/tell", 421, NULL },
    { "login.corp.example", "/tell", 200, "theirs /tell https://login.corp.example corp corps" },
    { "LOGIN.Corp.example:443", "/tell", 200, "theirs /tell https://login.corp.example corp corps" },
    { "login.corp.example", "/sub/tell", 404, NULL },
    { "login.corp.example", "/t/acme/tell", 404, NULL },
    { "id.example", "/tell", 404, NULL },
    { "id.example", "/t/acme/tell", 404, NULL },
    { "id.example", "/sub/t/nobody/tell", 404, NULL },
    { "id.example", "/sub/t/nobody/none", 404, NULL },
    { "id.example", "/sub/t/closed/tell", 403, "Not in use at the moment." },
    { "id.example", "/sub/t/closed/look", 200, "theirs /look https://id.example/sub/t/closed closed -" },
    { "id.example", "/sub/t/closed/none", 403, "Not in use at the moment." },
    { "id.example", "/sub/t/nobody/look", 404, NULL },
    { "id.example", "/sub/t/acme/introspect", 200, "{\"active\":true}" },
    { "id.example", "/sub/t/closed/introspect", 200, "{\"active\":false}" },
    { "id.example", "/sub/t/nobody/introspect", 404, NULL },
    { "id.example", "/sub/t/ACME/tell", 404, NULL },
    { "id.example", "/sub/t//tell", 404, NULL },
    { "id.example", "/sub/t/acme/t/acme/tell", 404, NULL },
    { "id.example", "/sub/t/acme/ours", 404, NULL },
    { "id.example", "/sub/t/acme", 404, NULL },
    { "id.example", "/.well-known/tell/sub", 200, "own /.well-known/tell https://id.example/sub - ours" },
    { "id.example", "/.well-known/tell/sub/t/acme", 200, "theirs /.well-known/tell https://id.example/sub/t/acme acme theirs" },
    { "id.example", "/.well-known/tell/sub/t/nobody", 404, NULL },
    { "id.example", "/.well-known/tell/t/acme", 404, NULL },
    { "id.example", "/sub/t/corp/tell?a=b", 308, "Location: https://login.corp.example/tell?a=b\r\n" },
    { "evil.example", "/sub/livez", 200, NULL },
    { "evil.example", "/livez", 421, NULL },
    { "127.0.0.1:8080", "/sub/tell", 200, "own /tell https://id.example/sub - ours" },
    { "[::1]:8080", "/sub/tell", 200, "own /tell https://id.example/sub - ours" },
    { "postern", "/sub/t/acme/tell", 200, "theirs /tell https://id.example/sub/t/acme acme theirs" },
    { "ID.example:443", "/sub/tell", 200, "own /tell https://id.example/sub - ours" },
    { "id.example.", "/sub/tell", 421, NULL },
    { "id.example.evil.example", "/sub/tell", 421, NULL },
    { "evil.login.corp.example", "/tell", 421, NULL },
    { "127.0.0.1.evil.example", "/sub/tell", 421, NULL },
    { "id.example", "/sub/t/corp/a%3fb%25c%0d%0aX-Sent:%20d@e?f=%67", 308, "Location: https://login.corp.example/a%3Fb%25c%0D%0AX-Sent:%20d@e?f=%67\r\n" },
  };
  Fixture self = { 0 };

  set_up (&self);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *question = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: %s\r\nCookie: __Host-postern-session=ours; __Host-t.acme.postern-session=theirs;"
                                                 " __Host-t.corp.postern-session=corps\r\n" CLOSE, rows[i].path, rows[i].host);
    g_autofree char *answer = ask (&self, question);
    g_test_message ("%s %s", rows[i].host, rows[i].path);
    g_assert_cmpuint (status_of (answer), ==, rows[i].status);
    g_assert_null (strstr (answer, "Set-Cookie"));
    if (rows[i].says)
      g_assert_nonnull (strstr (answer, rows[i].says));
  }
  tear_down (&self);
}

/* Not told apart by a single byte of what does not name the request. */
/* Before any tenant has a domain, the field says nothing. */
static void
test_no_domains (void)
{
  Fixture self = { 0 };
  g_autofree char *answer = NULL;

  set_up (&self);
  world.has_domains = FALSE;
  answer = ask (&self, "GET /sub/tell HTTP/1.1\r\nHost: anything.example\r\n" CLOSE);
  g_assert_cmpuint (status_of (answer), ==, 200);
  tear_down (&self);
}

static void
test_unknown (void)
{
  Fixture self = { 0 };
  g_autofree char *unknown = NULL, *no_route = NULL;

  set_up (&self);
  unknown = ask (&self, "GET /sub/t/nobody/tell HTTP/1.1\r\n" HOST CLOSE);
  no_route = ask (&self, "GET /sub/t/acme/none HTTP/1.1\r\n" HOST CLOSE);
  g_assert_cmpstr (strstr (unknown, "\r\n\r\n"), ==, strstr (no_route, "\r\n\r\n"));
  tear_down (&self);
}

static void
test_below (void)
{
  Fixture self = { 0 };
  g_autofree char *moved = NULL, *corp = NULL;

  set_up (&self);
  moved = ask (&self, "GET /sub/t/acme/go HTTP/1.1\r\n" HOST CLOSE);
  corp = ask (&self, "GET /go HTTP/1.1\r\nHost: login.corp.example\r\n" CLOSE);
  g_assert_nonnull (strstr (moved, "Location: /sub/t/acme/hello\r\n"));
  g_assert_nonnull (strstr (moved, "Set-Cookie: __Host-t.acme.a=b; Path=/; HttpOnly; SameSite=Lax; Secure\r\n"));
  g_assert_nonnull (strstr (corp, "Location: /hello\r\n"));
  g_assert_nonnull (strstr (corp, "Set-Cookie: __Host-t.corp.a=b; Path=/; HttpOnly; SameSite=Lax; Secure\r\n"));
  tear_down (&self);
}

static gboolean
takes (PosternCsrf *csrf, const char *tenant, const char *nonce, const char *token)
{
  g_autoptr (PosternRequest) post = postern_request_new ("POST", "/", NULL);
  g_autofree char *cookie = g_strconcat (POSTERN_CSRF_COOKIE "=", nonce, NULL), *form = g_strconcat ("csrf=", token, NULL);
  g_autoptr (GBytes) body = g_bytes_new (form, strlen (form));

  if (tenant)
    postern_request_set_tenant (post, tenant);
  postern_request_add_header (post, "Content-Type", "application/x-www-form-urlencoded");
  postern_request_add_header (post, "Cookie", cookie);
  postern_request_set_body (post, body);
  return postern_csrf_check (csrf, post, NULL);
}

/* Cookie and token of one tenant together, under whatever name, are no form of another's. */
static void
test_csrf (void)
{
  static const char *const names[] = { NULL, "a", "ab", "acme" };
  g_autoptr (PosternCsrf) csrf = postern_csrf_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (PosternRequest) get = postern_request_new ("GET", "/", NULL);
    g_autofree char *nonce = NULL, *token = NULL;

    if (names[i])
      postern_request_set_tenant (get, names[i]);
    token = postern_csrf_dup_token (csrf, get, &nonce);
    for (gsize k = 0; k < G_N_ELEMENTS (names); k++)
      g_assert_cmpint (takes (csrf, names[k], nonce, token), ==, i == k);
  }
}

static void
test_slugs (void)
{
  g_autofree char *longest = g_strnfill (63, 'a'), *longer = g_strnfill (64, 'a');
  const char *good[] = { "a", "acme", "a-b", "7", "a-", longest }, *bad[] = { "", "-a", "A", "a.b", "a/b", "a b", "ä", "a_b", "a;b", longer };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (postern_slug_is_valid (good[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (postern_slug_is_valid (bad[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server-tenants/places", test_places);
  g_test_add_func ("/server-tenants/no-domains", test_no_domains);
  g_test_add_func ("/server-tenants/unknown", test_unknown);
  g_test_add_func ("/server-tenants/below", test_below);
  g_test_add_func ("/server-tenants/csrf", test_csrf);
  g_test_add_func ("/server-tenants/slugs", test_slugs);
  return g_test_run ();
}
