/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cookie.h"
#include "postern-request-private.h"
#include "postern-server-private.h"
#include "postern-slug-private.h"

#include <string.h>

#define HOST_MAX 256 /* a name of the DNS has 253 at most */
#define ID_ALPHABET "0123456789abcdefghjkmnpqrstvwxyz" /* Crockford's, which cannot be misread on the telephone */

/* What is between two neighbours only (RFC 9110 section 7.6.1), or is believed only from a proxy that we know. */
#define NAME(text) { text, sizeof text - 1 }
static const PosternSlice dropped[] = {
  NAME ("Connection"), NAME ("Keep-Alive"), NAME ("Proxy-Connection"), NAME ("Transfer-Encoding"), NAME ("TE"), NAME ("Trailer"), NAME ("Upgrade"),
  NAME ("Expect"), NAME ("X-Forwarded-For"), NAME ("X-Forwarded-Host"), NAME ("X-Forwarded-Proto"), NAME ("X-Forwarded-Port"), NAME ("X-Real-IP"),
  NAME ("Forwarded"),
};

static gboolean
is_dropped (const PosternSlice *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dropped); i++)
    if (name->length == dropped[i].length && g_ascii_strncasecmp (name->text, dropped[i].text, name->length) == 0)
      return TRUE;
  return FALSE;
}

static char *
dup_field (const PosternGateHead *head, const char *name)
{
  GString *out = NULL;

  for (guint i = 0; i < head->n_fields; i++) {
    if (!postern_gate_head_equals (&head->fields[i].name, name))
      continue;
    if (out)
      g_string_append_c (out, ',');
    else
      out = g_string_new (NULL);
    g_string_append_len (out, head->fields[i].value.text, (gssize) head->fields[i].value.length);
  }
  return out ? g_string_free (out, FALSE) : NULL;
}

static void
resolve_address (PosternServer *server, PosternServerCall *call, const PosternGateHead *head)
{
  PosternGateExchange *exchange = call->exchange;
  g_autofree char *forwarded_for = NULL;
  g_autofree char *forwarded = NULL;

  if (!postern_address_list_contains (server->trusted, &exchange->address))
    return;
  forwarded_for = dup_field (head, "X-Forwarded-For");
  forwarded = dup_field (head, "Forwarded");
  postern_address_resolve (server->trusted, &exchange->address, forwarded_for, forwarded);
}

/* Unique in this process and, by its seed, almost surely elsewhere; it is no secret. */
static void
set_id (PosternServer *server, PosternRequest *request)
{
  guint64 number = server->id_seed + (guint64) (guint) g_atomic_int_add (&server->id_count, 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  char text[] = "req_0000000000000";

  for (gsize i = sizeof text - 2; i >= 4; i--, number >>= 5)
    text[i] = ID_ALPHABET[number & 31];
  postern_request_set_id (request, text);
}

static void
add_field (PosternServer *server, PosternRequest *request, const PosternGateField *field)
{
  PosternSlice name = field->name, value = field->value;
  g_autofree char *valid = NULL;
  g_autofree char *ours = NULL;

  if (is_dropped (&name))
    return;
  if (!g_utf8_validate_len (value.text, value.length, NULL)) {
    valid = g_utf8_make_valid (value.text, (gssize) value.length);
    value = (PosternSlice){ valid, strlen (valid) };
  }
  if ((server->answer.secure || postern_request_get_tenant (request)) && postern_gate_head_equals (&name, "Cookie")) {
    g_autofree char *all = g_strndup (value.text, value.length);
    ours = postern_cookie_filter (all, server->answer.secure, postern_request_get_tenant (request));
    value = (PosternSlice){ ours, strlen (ours) };
  }
  postern_request_add_field (request, name.text, name.length, value.text, value.length);
}

/* Whether @segments begin with all of @base. Returns: (nullable): what comes behind */
static char **
skip (char **base, char **segments)
{
  for (; *base; base++, segments++)
    if (!*segments || !g_str_equal (*base, *segments))
      return NULL;
  return segments;
}

char **
postern_server_request_find_tenant (char **segments, const char **slug)
{
  gboolean named = segments[0] && g_str_equal (segments[0], "t") && segments[1] && postern_slug_is_valid (segments[1]);

  *slug = named ? segments[1] : NULL;
  return named ? segments + 2 : segments;
}

/* Where a request leads: to whom, and what is below there. */
typedef struct {
  char *slug;       /* (nullable): the server's own tenant */
  const char *host; /* (nullable): the tenant's domain, by which it came */
  char **below;     /* (nullable): it does not lie below the public URL */
} Place;

/*
 * `/.well-known/NAME/our/path` (RFC 8414 section 3.1) lies beside our own path, and still is ours: asked for is `/.well-known/NAME`
 * of the issuer that has that path, and the path is taken off.
 */
static gboolean
find_inserted (PosternServer *server, char **segments, Place *place)
{
  gboolean known = segments[0] && g_str_equal (segments[0], ".well-known") && segments[1] && segments[2];
  char **rest = known ? skip (server->base, segments + 2) : NULL;
  const char *slug = NULL;

  if (rest && server->tenants)
    rest = postern_server_request_find_tenant (rest, &slug);
  if (!rest || *rest)
    return FALSE;
  place->slug = g_strdup (slug);
  place->below = segments;
  for (char **gone = segments + 2; *gone; gone++)
    g_clear_pointer (gone, g_free);
  return TRUE;
}

/* The name in the field Host, without its port. @host: of HOST_MAX. FALSE: it has none that is a domain's */
static gboolean
read_host (const PosternGateHead *head, char *host)
{
  gsize length = 0;

  if (!head->host.text || head->host.length >= HOST_MAX)
    return FALSE;
  for (; length < head->host.length && head->host.text[length] != ':'; length++)
    host[length] = g_ascii_tolower (head->host.text[length]);
  host[length] = '\0';
  return TRUE;
}

/* A host that is nobody's domain leads to nobody: the server's own public URL holds. @host: of HOST_MAX */
static gboolean
find_domain (PosternServer *server, const PosternGateHead *head, char *host, Place *place)
{
  if (!read_host (head, host))
    return FALSE;
  place->slug = server->tenants->find_domain (host, server->tenants_data);
  place->host = host;
  return place->slug != NULL;
}

static void
find_place (PosternServerCall *call, const PosternGateHead *head, char **segments, char *host, Place *place)
{
  PosternServer *server = call->server;
  PosternSocketKind kind = call->exchange->kind;
  gboolean public = kind == POSTERN_SOCKET_PUBLIC;
  const char *slug = NULL;

  if (public && server->tenants && find_domain (server, head, host, place)) {
    place->below = segments;
    return;
  }
  place->host = NULL;
  if (public && find_inserted (server, segments, place))
    return;
  place->below = public ? skip (server->base, segments) : segments;
  if (place->below && server->tenants && kind != POSTERN_SOCKET_MANAGEMENT)
    place->below = postern_server_request_find_tenant (place->below, &slug);
  place->slug = g_strdup (slug);
}

static gboolean
is_own_host (PosternServer *server, const char *host)
{
  const char *own = strstr (server->public_url, "://") + strlen ("://");

  return strlen (host) == strcspn (own, ":/") && g_ascii_strncasecmp (host, own, strlen (host)) == 0;
}

/*
 * Where tenants have domains, a name that is neither theirs nor ours is one that was a tenant's, or that a stranger points here: whoever follows it would be
 * shown another tenant's sign-in. Addresses, and names without a dot, are how probes and what runs beside us ask; no domain looks so.
 */
static gboolean
is_nobodys_host (PosternServerCall *call, const PosternGateHead *head)
{
  PosternServer *server = call->server;
  char host[HOST_MAX];

  if (call->exchange->kind != POSTERN_SOCKET_PUBLIC || !server->tenants || !server->tenants->has_domains (server->tenants_data))
    return FALSE;
  if (!read_host (head, host))
    return head->host.text != NULL;
  return *host != '[' && strchr (host, '.') && !g_hostname_is_ip_address (host) && !is_own_host (server, host);
}

/* A tenant's domain stands in the place of our own host, with our scheme and port; other tenants lie below `/t/`. */
void
postern_server_request_set_tenant (PosternServer *server, PosternRequest *request, const char *slug, const char *host)
{
  g_autofree char *url = NULL;

  if (host) {
    const char *own = strstr (server->public_url, "://") + strlen ("://");
    gsize length = strcspn (own, ":/"); /* an IPv6 literal has no tenants with domains */
    gsize port = own[length] == ':' ? strcspn (own + length, "/") : 0;
    url = g_strdup_printf ("%.*s%s%.*s", (int) (own - server->public_url), server->public_url, host, (int) port, own + length);
  } else
    url = g_strconcat (server->public_url, "/t/", slug, NULL);
  postern_request_set_tenant (request, slug);
  postern_request_set_public_url (request, url);
}

static PosternRequest *
make_request (PosternServerCall *call, const PosternGateHead *head, char **segments, const Place *place)
{
  g_autofree char *method = g_strndup (head->method.text, head->method.length);
  g_autofree char *query = head->query.text ? g_strndup (head->query.text, head->query.length) : NULL;
  g_autofree char *joined = segments ? g_strjoinv ("/", segments) : g_strdup ("");
  g_autofree char *path = g_strconcat ("/", joined, NULL);
  PosternRequest *request = postern_request_new (method, path, query);
  char address[POSTERN_ADDRESS_TEXT] = "";

  set_id (call->server, request);
  if (call->exchange->is_local && !memcmp (call->exchange->address.bytes, (guint8[16]){ 0 }, 16))
    g_strlcpy (address, "local", sizeof address);
  else
    postern_address_format (&call->exchange->address, address);
  postern_request_set_remote_address (request, address);
  if (place->slug)
    postern_server_request_set_tenant (call->server, request, place->slug, place->host);
  else
    postern_request_set_public_url (request, call->server->public_url);
  for (guint i = 0; i < head->n_fields; i++)
    add_field (call->server, request, &head->fields[i]);
  return request;
}

/* Local sockets and loopback are ours or a proxy's that was not listed: a limit would hit everybody behind it. */
static gboolean
pays (PosternServerCall *call)
{
  PosternServer *server = call->server;
  PosternGateExchange *exchange = call->exchange;

  if (exchange->kind != POSTERN_SOCKET_PUBLIC || exchange->is_local || postern_address_is_loopback (&exchange->address))
    return TRUE;
  return postern_gate_peers_pay (postern_gate_get_peers (server->gate), &exchange->address, server->options.rate, server->options.rate_burst,
                                 exchange->began) == 0;
}

guint
postern_server_request_read (PosternServerCall *call, const PosternGateHead *head)
{
  PosternServer *server = call->server;
  PosternRouter *router = server->routers[call->exchange->kind];
  g_auto (GStrv) segments = NULL;
  char host[HOST_MAX];
  Place place = { 0 };
  gboolean misdirected;

  resolve_address (server, call, head);
  segments = *head->path.text == '/' ? postern_router_decode (head->path.text, head->path.length) : g_new0 (char *, 1);
  if (!segments) {
    call->request = make_request (call, head, NULL, &place);
    return 400;
  }
  find_place (call, head, segments, host, &place);
  misdirected = !place.host && is_nobodys_host (call, head);
  call->request = make_request (call, head, place.below ? place.below : segments, &place);
  g_free (place.slug);
  if (!pays (call)) {
    g_atomic_int_inc (&server->limited);
    return 429;
  }
  if (place.below)
    postern_router_match (router, postern_request_get_method (call->request), place.below, &call->match);
  if (misdirected && call->match.user_data != server) { /* a probe asks how we are, by whatever name */
    call->match.route = NULL;
    return 421; /* RFC 9110 section 15.5.20 */
  }
  postern_request_set_route (call->request, call->match.route);
  for (guint i = 0; i < call->match.n_captures; i++)
    postern_request_set_capture (call->request, call->match.captures[i].name, call->match.captures[i].value);
  return 0;
}
