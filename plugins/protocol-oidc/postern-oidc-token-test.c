/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include <string.h>

static PosternOidcWorld *world;

#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define CALLBACK "&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback"
#define VERIFIER "&code_verifier=" POSTERN_OIDC_WORLD_VERIFIER

static char *
basic (void)
{
  return postern_oidc_world_basic (world->web, world->web_secret);
}

static GVariant *
refresh (GVariant *tokens, const char *more, guint *status)
{
  g_autofree char *auth = basic ();
  g_autofree char *body = g_strconcat ("grant_type=refresh_token&refresh_token=", postern_json_get_string (tokens, "refresh_token"), more, NULL);

  return postern_oidc_world_token (world, body, auth, status);
}

/* --- code ------------------------------------------------------------------------------------------------------------ */

static void
test_code (void)
{
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, PAIRS ("scope", "openid profile email read", "claims", "{\"id_token\":{\"email\":null}}"));
  g_autoptr (GVariant) id = postern_oidc_world_verify (world, postern_json_get_string (tokens, "id_token"), NULL);
  g_autoptr (GVariant) access = postern_oidc_world_verify (world, postern_json_get_string (tokens, "access_token"), "at+jwt");
  g_auto (GStrv) amr = postern_json_dup_strv (id, "amr", FALSE);

  g_assert_cmpstr (postern_json_get_string (tokens, "token_type"), ==, "Bearer");
  g_assert_cmpint (postern_json_get_int64 (tokens, "expires_in", 0), >, 0);
  g_assert_cmpstr (postern_json_get_string (id, "sub"), ==, world->user_id);
  g_assert_cmpstr (postern_json_get_string (id, "aud"), ==, world->web);
  g_assert_cmpstr (postern_json_get_string (id, "nonce"), ==, "n-1");
  g_assert_cmpstr (postern_json_get_string (id, "sid"), ==, world->session_id);
  g_assert_cmpstr (postern_json_get_string (id, "acr"), ==, "1");
  g_assert_cmpstr (postern_json_get_string (id, "email"), ==, "alice@example.com");
  g_assert_null (postern_json_get_string (id, "name"));
  g_assert_cmpstr (amr[0], ==, "pwd");
  g_assert_cmpint (postern_json_get_int64 (id, "auth_time", 0), >, 1700000000);
  g_assert_cmpstr (postern_json_get_string (access, "client_id"), ==, world->web);
  g_assert_cmpstr (postern_json_get_string (access, "aud"), ==, POSTERN_OIDC_WORLD_ISSUER);
  g_assert_cmpstr (postern_json_get_string (access, "scope"), ==, "openid profile email read");
}

/* RFC 7636 appendix B would not show it: at_hash is half of SHA-256 of the access token for ES256. */
static void
test_at_hash (void)
{
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);
  g_autoptr (GVariant) id = postern_oidc_world_verify (world, postern_json_get_string (tokens, "id_token"), NULL);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const char *access = postern_json_get_string (tokens, "access_token");
  guint8 digest[32];
  gsize length = sizeof digest;
  g_autofree char *expected = NULL;

  g_checksum_update (checksum, (const guchar *) access, strlen (access));
  g_checksum_get_digest (checksum, digest, &length);
  expected = postern_base64url_encode (digest, 16);
  g_assert_cmpstr (postern_json_get_string (id, "at_hash"), ==, expected);
}

static void
test_resources (void)
{
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, PAIRS ("resource", "https://api.example", "scope", "openid read"));
  g_autoptr (GVariant) tokens = postern_oidc_world_redeem (world, code, NULL, NULL);
  g_autoptr (GVariant) access = postern_oidc_world_verify (world, postern_json_get_string (tokens, "access_token"), "at+jwt");
  g_auto (GStrv) audience = postern_json_dup_strv (access, "aud", FALSE);
  g_autoptr (GVariant) narrow = refresh (tokens, "&resource=https%3A%2F%2Fapi.example", NULL);
  g_autoptr (GVariant) narrow_access = postern_oidc_world_verify (world, postern_json_get_string (narrow, "access_token"), "at+jwt");
  guint status;
  g_autoptr (GVariant) wide = refresh (narrow, "&resource=https%3A%2F%2Ftwo.example", &status);

  g_assert_cmpuint (g_strv_length (audience), ==, 2);
  g_assert_cmpstr (postern_json_get_string (narrow_access, "aud"), ==, "https://api.example");
  g_assert_cmpstr (postern_json_get_string (wide, "error"), ==, "invalid_target");
}

static void
test_code_refused (void)
{
  g_autofree char *auth = basic ();
  g_autofree char *other = postern_oidc_world_basic (world->other, world->other_secret);
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, NULL);
  g_autofree char *wrong_client = g_strconcat ("grant_type=authorization_code&code=", code, CALLBACK VERIFIER, NULL);
  g_autofree char *wrong_redirect = g_strconcat ("grant_type=authorization_code&code=", code, "&redirect_uri=https%3A%2F%2Fapp.example%2Fother%3Fx%3D1" VERIFIER, NULL);
  g_autofree char *no_verifier = g_strconcat ("grant_type=authorization_code&code=", code, CALLBACK, NULL);
  g_autofree char *wrong_verifier = g_strconcat (no_verifier, "&code_verifier=another-verifier-of-forty-three-characters-0-0", NULL);
  g_autofree char *twice = g_strconcat (wrong_client, "&code=", code, NULL);
  g_autofree char *as_spa = g_strconcat (wrong_client, "&client_id=", world->spa, NULL);
  g_autoptr (GVariant) tokens = NULL;
  guint status;

  postern_oidc_world_refused (world, wrong_client, other, 400, "invalid_grant"); /* client A's code with client B */
  postern_oidc_world_refused (world, as_spa, NULL, 400, "invalid_grant");
  postern_oidc_world_refused (world, wrong_redirect, auth, 400, "invalid_grant");
  postern_oidc_world_refused (world, no_verifier, auth, 400, "invalid_grant");
  postern_oidc_world_refused (world, wrong_verifier, auth, 400, "invalid_grant");
  postern_oidc_world_refused (world, twice, auth, 400, "invalid_request");
  postern_oidc_world_refused (world, "grant_type=authorization_code&code=unknown" CALLBACK VERIFIER, auth, 400, "invalid_grant");
  postern_oidc_world_refused (world, "grant_type=authorization_code" CALLBACK VERIFIER, auth, 400, "invalid_request");
  postern_oidc_world_refused (world, "grant_type=password&username=a&password=b", auth, 400, "unsupported_grant_type");
  postern_oidc_world_refused (world, "code=x", auth, 400, "invalid_request");
  /* None of that burned it. */
  tokens = postern_oidc_world_redeem (world, code, NULL, &status);
  g_assert_cmpuint (status, ==, 200);
}

/* Somebody took the challenge out of the request: the verifier then must not pass for nothing. */
static void
test_pkce_downgrade (void)
{
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, PAIRS ("code_challenge", "-", "code_challenge_method", "-"));
  g_autofree char *auth = basic ();
  g_autofree char *body = g_strconcat ("grant_type=authorization_code&code=", code, CALLBACK VERIFIER, NULL);
  g_autofree char *without_redirect = g_strconcat ("grant_type=authorization_code&code=", code, NULL);

  postern_oidc_world_refused (world, body, auth, 400, "invalid_grant");
  postern_oidc_world_refused (world, without_redirect, auth, 400, "invalid_grant"); /* and without PKCE the redirect URI must be shown */
}

static gboolean
is_alive (const char *access_token)
{
  g_autofree char *bearer = g_strconcat ("Bearer ", access_token, NULL);
  g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "GET", "/oidc/userinfo", NULL, bearer, FALSE);

  return postern_response_get_status (response) == 200;
}

typedef struct {
  const char *event;
  guint n;
  PosternAudit *last;
} Entries;

static gboolean
read_entries (PosternTxn *txn, gpointer data, GError **error)
{
  Entries *self = data;
  g_autoptr (GPtrArray) all = postern_audit_store_list (txn, NULL, 500, error);

  g_clear_pointer (&self->last, postern_audit_unref);
  self->n = 0;
  for (guint i = 0; i < all->len; i++) {
    PosternAudit *audit = all->pdata[i];

    if (!g_str_equal (audit->event, self->event))
      continue;
    g_clear_pointer (&self->last, postern_audit_unref);
    self->last = postern_audit_ref (audit);
    self->n++;
  }
  return TRUE;
}

/* (transfer full) (nullable): the newest of @event; @n: (out) (optional): how many there are */
static PosternAudit *
find_entry (const char *event, guint *n)
{
  Entries entries = { event, 0, NULL };

  g_assert_true (postern_store_read (world->store, POSTERN_KEEP_LASTING, read_entries, &entries, NULL));
  if (n)
    *n = entries.n;
  return entries.last;
}

/* Whose tokens, for whom and what they are good for; none for a code that was refused. */
static void
test_log (void)
{
  g_autoptr (PosternAudit) before = NULL, entry = NULL, reused = NULL, none = NULL;
  g_autofree char *auth = basic ();
  g_autoptr (GVariant) tokens = NULL, again = NULL;
  guint n, after, refused;

  before = find_entry ("token.issued", &n);
  tokens = postern_oidc_world_sign_in (world, NULL);
  entry = find_entry ("token.issued", &after);
  g_assert_cmpuint (after, ==, n + 1);
  g_assert_cmpstr (entry->actor, ==, world->user_id);
  g_assert_cmpstr (entry->target, ==, world->web);
  g_assert_cmpstr (entry->remote_address, ==, "192.0.2.1");
  g_assert_cmpstr (postern_json_get_string (entry->data, "grant_type"), ==, "authorization_code");
  g_assert_cmpstr (postern_json_get_string (entry->data, "scope"), ==, postern_oidc_world_get (tokens, "scope"));
  postern_oidc_world_refused (world, "grant_type=refresh_token&refresh_token=x", auth, 400, "invalid_grant");
  again = refresh (tokens, NULL, NULL);
  g_variant_unref (refresh (tokens, NULL, NULL)); /* the old one */
  none = find_entry ("token.issued", &refused);
  g_assert_cmpuint (refused, ==, n + 2);
  reused = find_entry ("token.reused", NULL);
  g_assert_cmpstr (postern_json_get_string (reused->data, "grant"), ==, postern_json_get_string (entry->data, "grant"));
}

static void
test_code_reuse (void)
{
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, NULL);
  g_autoptr (GVariant) tokens = postern_oidc_world_redeem (world, code, NULL, NULL);
  guint status;
  g_autoptr (GVariant) again = NULL, refreshed = NULL;

  g_assert_true (is_alive (postern_json_get_string (tokens, "access_token")));
  again = postern_oidc_world_redeem (world, code, NULL, &status);
  g_assert_cmpstr (postern_json_get_string (again, "error"), ==, "invalid_grant");
  g_assert_cmpuint (status, ==, 400);
  g_assert_false (is_alive (postern_json_get_string (tokens, "access_token")));
  refreshed = refresh (tokens, NULL, &status);
  g_assert_cmpstr (postern_json_get_string (refreshed, "error"), ==, "invalid_grant");
}

/* --- eight threads, one secret ------------------------------------------------------------------------------------------ */

static void
test_code_race (void)
{
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, NULL);
  g_autofree char *auth = basic ();
  g_autofree char *body = g_strconcat ("grant_type=authorization_code&code=", code, CALLBACK VERIFIER, NULL);

  g_assert_cmpuint (postern_oidc_world_race (world, body, auth), ==, 1);
}

static void
test_refresh_race (void)
{
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);
  g_autofree char *auth = basic ();
  g_autofree char *body = g_strconcat ("grant_type=refresh_token&refresh_token=", postern_json_get_string (tokens, "refresh_token"), NULL);

  g_assert_cmpuint (postern_oidc_world_race (world, body, auth), ==, 1);
}

/* --- refresh -------------------------------------------------------------------------------------------------------------- */

static void
test_refresh (void)
{
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, PAIRS ("scope", "openid email offline_access"));
  guint status;
  g_autoptr (GVariant) second = refresh (tokens, "&scope=openid", &status);
  g_autoptr (GVariant) id = postern_oidc_world_verify (world, postern_json_get_string (second, "id_token"), NULL);
  g_autoptr (GVariant) third = refresh (second, NULL, NULL);

  g_assert_cmpuint (status, ==, 200);
  g_assert_cmpstr (postern_json_get_string (second, "scope"), ==, "openid");
  g_assert_null (postern_json_get_string (id, "nonce"));
  g_assert_cmpstr (postern_json_get_string (id, "sub"), ==, world->user_id);
  g_assert_cmpstr (postern_json_get_string (third, "scope"), ==, "openid email offline_access"); /* narrowing is for one token */
}

static void
test_refresh_refused (void)
{
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);
  guint status;
  g_autoptr (GVariant) wide = refresh (tokens, "&scope=openid%20email", &status);
  g_autofree char *other = postern_oidc_world_basic (world->other, world->other_secret);
  g_autofree char *auth = basic ();
  g_autofree char *body = g_strconcat ("grant_type=refresh_token&refresh_token=", postern_json_get_string (tokens, "refresh_token"), NULL);

  g_assert_cmpstr (postern_json_get_string (wide, "error"), ==, "invalid_scope");
  postern_oidc_world_refused (world, body, other, 400, "invalid_grant");
  postern_oidc_world_refused (world, "grant_type=refresh_token&refresh_token=x", auth, 400, "invalid_grant");
  postern_oidc_world_refused (world, "grant_type=refresh_token", auth, 400, "invalid_request");
  g_variant_unref (refresh (tokens, NULL, &status));
  g_assert_cmpuint (status, ==, 200);
}

static void
test_refresh_reuse (void)
{
  g_autoptr (GVariant) first = postern_oidc_world_sign_in (world, NULL);
  g_autoptr (GVariant) second = refresh (first, NULL, NULL);
  guint status;
  g_autoptr (GVariant) again = refresh (first, NULL, &status);
  g_autoptr (GVariant) third = NULL;

  g_assert_cmpstr (postern_json_get_string (again, "error"), ==, "invalid_grant");
  third = refresh (second, NULL, &status);
  g_assert_cmpstr (postern_json_get_string (third, "error"), ==, "invalid_grant"); /* the whole family is dead */
  g_assert_false (is_alive (postern_json_get_string (second, "access_token")));
}

static PosternVerdict
refresh_first (PosternHub *hub, PosternFlow *flow, gpointer tokens)
{
  guint status;

  g_signal_handlers_disconnect_by_data (hub, tokens);
  g_variant_unref (refresh (tokens, NULL, &status));
  g_assert_cmpuint (status, ==, 200);
  return POSTERN_VERDICT_ABSTAIN;
}

/* Two tabs that refresh at the same moment: within the grace both are served, and nobody is thrown out. */
static void
test_refresh_grace (void)
{
  PosternOidcWorld *strict = world;
  guint status;

  world = postern_oidc_world_new_with_grace ("30");
  {
    g_autoptr (GVariant) first = postern_oidc_world_sign_in (world, NULL);
    g_autoptr (GVariant) second = refresh (first, NULL, &status);
    g_autoptr (GVariant) again = refresh (first, NULL, &status);
    g_autoptr (GVariant) third = refresh (second, NULL, NULL);
    g_autoptr (GVariant) fourth = NULL;

    g_assert_cmpuint (status, ==, 200);
    g_assert_nonnull (postern_json_get_string (again, "refresh_token"));
    g_signal_connect (world->hub, "decide::token", G_CALLBACK (refresh_first), third); /* after the look, before the transaction */
    fourth = refresh (third, NULL, &status);
    g_assert_cmpuint (status, ==, 200);
    g_variant_unref (refresh (fourth, NULL, &status));
    g_assert_cmpuint (status, ==, 200);
  }
  postern_oidc_world_free (world);
  world = strict;
}

/* An application whose record says so keeps its refresh token. */
static void
test_refresh_kept (void)
{
  g_autofree char *secret = NULL;
  g_autofree char *id = postern_oidc_world_add_application (world, "web", "{'redirect_uris':['https://app.example/callback'],'grant_types':['authorization_code','refresh_token'],'refresh_token_rotation':false}", &secret);
  g_autofree char *auth = postern_oidc_world_basic (id, secret);
  g_autofree char *code = postern_oidc_world_get_code (world, id, NULL);
  g_autofree char *redeem = g_strconcat ("grant_type=authorization_code&code=", code, CALLBACK VERIFIER, NULL);
  guint status;
  g_autoptr (GVariant) tokens = postern_oidc_world_token (world, redeem, auth, &status);
  g_autofree char *body = g_strconcat ("grant_type=refresh_token&refresh_token=", postern_json_get_string (tokens, "refresh_token"), NULL);
  g_autoptr (GVariant) second = postern_oidc_world_token (world, body, auth, &status);
  g_autoptr (GVariant) third = postern_oidc_world_token (world, body, auth, &status);

  g_assert_cmpuint (status, ==, 200);
  g_assert_null (postern_json_get_string (second, "refresh_token"));
  g_assert_nonnull (postern_json_get_string (third, "access_token"));
}

typedef struct {
  const char *grant_id;
  char *secret;
} Late;

/* Beside the refresh token that a grant has: one whose time is over. */
static gboolean
add_late (PosternTxn *txn, gpointer data, GError **error)
{
  Late *self = data;
  g_autoptr (PosternGrant) grant = postern_grant_store_get (txn, self->grant_id, error);
  g_autoptr (PosternRefreshToken) token = postern_refresh_token_new ();

  g_assert_nonnull (grant);
  token->grant_key = grant->key;
  token->hash = postern_secret_hash (self->secret);
  token->created_at = 1700000000;
  token->expires_at = 1700000001;
  return postern_refresh_store_insert (txn, token, error);
}

/* Whose time is over is no thief's: it gets nothing, and costs nobody anything. */
static void
test_refresh_late (void)
{
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);
  g_autoptr (GVariant) access = postern_oidc_world_verify (world, postern_json_get_string (tokens, "access_token"), "at+jwt");
  Late late = { postern_json_get_string (access, "grant_id"), postern_secret_new_for (postern_json_get_string (access, "grant_id")) };
  g_autofree char *secret = late.secret, *auth = basic (), *body = g_strconcat ("grant_type=refresh_token&refresh_token=", late.secret, NULL);
  guint status;

  postern_oidc_world_write (world, add_late, &late);
  postern_oidc_world_refused (world, body, auth, 400, "invalid_grant");
  g_assert_false (postern_oidc_world_is_active (world, late.secret, world->web, world->web_secret));
  g_variant_unref (refresh (tokens, NULL, &status));
  g_assert_cmpuint (status, ==, 200);
}

static gboolean
set_rotation (PosternTxn *txn, gpointer id, GError **error)
{
  g_autoptr (PosternApplication) application = postern_application_store_get (txn, id, error);

  g_clear_pointer (&application->metadata, g_variant_unref);
  application->metadata = postern_json_parse_object ("{\"redirect_uris\":[\"https://app.example/callback\"],\"refresh_token_rotation\":false}", -1, 0, error);
  return postern_application_store_update (txn, application, error);
}

/* What was rotated away stays dead when its application's record says that tokens are kept from now on. */
static void
test_refresh_kept_later (void)
{
  g_autofree char *secret = NULL;
  g_autofree char *id = postern_oidc_world_add_application (world, "web", "{'redirect_uris':['https://app.example/callback']}", &secret);
  g_autofree char *auth = postern_oidc_world_basic (id, secret), *code = postern_oidc_world_get_code (world, id, NULL);
  g_autofree char *redeem = g_strconcat ("grant_type=authorization_code&code=", code, CALLBACK VERIFIER, NULL);
  g_autoptr (GVariant) first = postern_oidc_world_token (world, redeem, auth, NULL);
  g_autofree char *old = g_strconcat ("grant_type=refresh_token&refresh_token=", postern_oidc_world_get (first, "refresh_token"), NULL);
  g_autoptr (GVariant) second = postern_oidc_world_token (world, old, auth, NULL);
  g_autofree char *new = g_strconcat ("grant_type=refresh_token&refresh_token=", postern_oidc_world_get (second, "refresh_token"), NULL);

  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (first, "refresh_token"), id, secret));
  postern_oidc_world_write (world, set_rotation, id);
  g_variant_unref (postern_oidc_world_token (world, new, auth, NULL));
  postern_oidc_world_refused (world, old, auth, 400, "invalid_grant");
  postern_oidc_world_refused (world, new, auth, 400, "invalid_grant"); /* its family is dead */
}

/* --- what codes and refresh tokens look like ------------------------------------------------------------------------------- */

#define DIGITS 26 /* in front, of the grant's id; the secret follows */

/* Everything that could be made of a token without knowing another's secret. (transfer full) (element-type utf8) */
static GPtrArray *
twist (const char *token, const char *other, const char *foreign, const char *other_kind)
{
  GPtrArray *made = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *id = g_strndup (token, DIGITS);
  g_autofree char *other_id = g_strndup (other, DIGITS);
  char *twisted[] = {
    g_strconcat (id, other + DIGITS, NULL), /* its grant, the other's secret */
    g_strconcat (other_id, token + DIGITS, NULL),
    g_strconcat (id, "AAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL),
    g_strconcat ("00000000000000000000000000", token + DIGITS, NULL),
    g_strconcat ("zzzzzzzzzzzzzzzzzzzzzzzzzz", token + DIGITS, NULL),
    g_strndup (token, strlen (token) - 1), g_strconcat (token, "A", NULL), g_strconcat (token, "%20", NULL),
    g_strconcat ("%20", token, NULL), g_strconcat ("gnt_", token, NULL), g_strconcat (id, token, NULL), g_strconcat (token, "=", NULL),
    g_ascii_strup (token, -1), g_strdup (id), g_strdup (token + DIGITS), g_strconcat (token + DIGITS, id, NULL), g_strdup ("unknown"),
    g_strdup (foreign), /* as good a one, of another tenant */
    g_strdup (other_kind), g_strdup (world->cookie), g_strdup (world->session_id), g_strdup (world->web_secret),
  };

  for (guint i = 0; i < G_N_ELEMENTS (twisted); i++)
    g_ptr_array_add (made, twisted[i]);
  return made;
}

/* One answer for all of them: from nothing that is wrong can anybody tell what would be right. */
static void
expect_one_answer (GPtrArray *twisted, const char *before, const char *after)
{
  g_autofree char *auth = basic ();
  g_autofree char *first = NULL;

  for (guint i = 0; i < twisted->len; i++) {
    g_autofree char *body = g_strconcat (before, g_ptr_array_index (twisted, i), after, NULL);
    guint status;
    g_autoptr (GVariant) answer = postern_oidc_world_token (world, body, auth, &status);
    g_autofree char *text = g_variant_print (answer, FALSE);

    g_test_message ("%s", (const char *) g_ptr_array_index (twisted, i));
    g_assert_cmpstr (postern_json_get_string (answer, "error"), ==, "invalid_grant");
    g_assert_cmpuint (status, ==, 400);
    if (first)
      g_assert_cmpstr (text, ==, first);
    else
      first = g_steal_pointer (&text);
  }
}

/* A code and a refresh token of a tenant beside ours. */
static void
visit_foreign (char **code, char **refresh_token)
{
  PosternOidcWorld *home = world;

  world = postern_oidc_world_new ();
  {
    g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);

    *code = postern_oidc_world_get_code (world, world->web, NULL);
    *refresh_token = g_strdup (postern_json_get_string (tokens, "refresh_token"));
  }
  postern_oidc_world_free (world);
  world = home;
}

static void
test_code_shapes (void)
{
  g_autofree char *foreign = NULL, *foreign_refresh = NULL;
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, NULL);
  g_autofree char *other = postern_oidc_world_get_code (world, world->web, NULL);
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);
  g_autoptr (GPtrArray) twisted = NULL;
  g_autoptr (GVariant) redeemed = NULL, redeemed_other = NULL;
  guint status;

  visit_foreign (&foreign, &foreign_refresh);
  twisted = twist (code, other, foreign, postern_json_get_string (tokens, "refresh_token"));
  expect_one_answer (twisted, "grant_type=authorization_code&code=", CALLBACK VERIFIER);
  /* None of that burned either, or the family of the refresh token. */
  redeemed = postern_oidc_world_redeem (world, code, NULL, &status);
  g_assert_cmpuint (status, ==, 200);
  redeemed_other = postern_oidc_world_redeem (world, other, NULL, &status);
  g_assert_cmpuint (status, ==, 200);
  g_variant_unref (refresh (tokens, NULL, &status));
  g_assert_cmpuint (status, ==, 200);
  expect_one_answer (twisted, "grant_type=authorization_code&code=", CALLBACK VERIFIER); /* nor is a used one told apart */
  g_assert_true (is_alive (postern_json_get_string (redeemed, "access_token")));
}

static void
revoke_token (const char *token)
{
  g_autofree char *auth = basic ();
  g_autofree char *body = g_strconcat ("token=", token, NULL);
  g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "POST", "/oidc/revoke", body, auth, FALSE);

  g_assert_cmpuint (postern_response_get_status (response), ==, 200);
}

static void
test_refresh_shapes (void)
{
  g_autofree char *foreign = NULL, *foreign_code = NULL;
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, NULL);
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);
  g_autoptr (GVariant) others = postern_oidc_world_sign_in (world, NULL);
  const char *token = postern_json_get_string (tokens, "refresh_token");
  const char *other = postern_json_get_string (others, "refresh_token");
  g_autoptr (GPtrArray) twisted = NULL;
  guint status;

  visit_foreign (&foreign_code, &foreign);
  twisted = twist (token, other, foreign, code);
  expect_one_answer (twisted, "grant_type=refresh_token&refresh_token=", NULL);
  for (guint i = 0; i < twisted->len; i++) {
    g_assert_false (postern_oidc_world_is_active (world, g_ptr_array_index (twisted, i), world->web, world->web_secret));
    revoke_token (g_ptr_array_index (twisted, i));
  }
  /* Nobody's family was revoked by a name alone. */
  g_assert_true (postern_oidc_world_is_active (world, token, world->web, world->web_secret));
  g_assert_true (postern_oidc_world_is_active (world, other, world->web, world->web_secret));
  g_variant_unref (refresh (tokens, NULL, &status));
  g_assert_cmpuint (status, ==, 200);
  g_variant_unref (refresh (others, NULL, &status));
  g_assert_cmpuint (status, ==, 200);
  g_variant_unref (postern_oidc_world_redeem (world, code, NULL, &status));
  g_assert_cmpuint (status, ==, 200);
}

/* A code is worth nothing as a refresh token, not even the code that this family came of, and the other way round. */
static void
test_swapped_kinds (void)
{
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, NULL);
  g_autofree char *auth = basic ();
  g_autofree char *code_as_refresh = g_strconcat ("grant_type=refresh_token&refresh_token=", code, NULL);
  g_autoptr (GVariant) tokens = NULL;
  g_autofree char *refresh_as_code = NULL;
  guint status;

  postern_oidc_world_refused (world, code_as_refresh, auth, 400, "invalid_grant");
  tokens = postern_oidc_world_redeem (world, code, NULL, &status);
  g_assert_cmpuint (status, ==, 200);
  postern_oidc_world_refused (world, code_as_refresh, auth, 400, "invalid_grant");
  refresh_as_code = g_strconcat ("grant_type=authorization_code&code=", postern_json_get_string (tokens, "refresh_token"), CALLBACK VERIFIER, NULL);
  postern_oidc_world_refused (world, refresh_as_code, auth, 400, "invalid_grant");
  g_assert_true (is_alive (postern_json_get_string (tokens, "access_token")));
  g_variant_unref (refresh (tokens, NULL, &status));
  g_assert_cmpuint (status, ==, 200);
}

/* --- every entrance ---------------------------------------------------------------------------------------------------------- */

static PosternVerdict
deny (PosternHub *hub, PosternFlow *flow, gpointer user_data)
{
  return POSTERN_VERDICT_DENY;
}

/* The walk is the same for every entrance: a vote against tokens stops them all. */
static void
test_every_entrance_is_asked (void)
{
  g_autofree char *auth = postern_oidc_world_basic (world->service, world->service_secret);
  g_autofree char *web = basic ();
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, NULL);
  g_autofree char *redeem = g_strconcat ("grant_type=authorization_code&code=", code, CALLBACK VERIFIER, NULL);
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);
  g_autofree char *again = g_strconcat ("grant_type=refresh_token&refresh_token=", postern_json_get_string (tokens, "refresh_token"), NULL);
  gulong handler = g_signal_connect (world->hub, "decide::token", G_CALLBACK (deny), NULL);

  g_assert_null (postern_oidc_world_call_inline (world, "POST", "/oidc/token", "grant_type=client_credentials", auth));
  postern_oidc_world_refused (world, "grant_type=client_credentials", auth, 403, "access_denied");
  postern_oidc_world_refused (world, redeem, web, 403, "access_denied");
  postern_oidc_world_refused (world, again, web, 403, "access_denied");
  g_signal_handler_disconnect (world->hub, handler);
}

static gboolean
disable_alice (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_store_get (txn, world->user_id, error);

  user->disabled_at = GPOINTER_TO_INT (data);
  return postern_user_store_update (txn, user, error);
}

/* Whoever was switched off a second ago gets nothing more, by any way. */
static void
test_disabled_user (void)
{
  g_autofree char *auth = basic ();
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, NULL);
  g_autofree char *redeem = g_strconcat ("grant_type=authorization_code&code=", code, CALLBACK VERIFIER, NULL);
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);
  g_autofree char *again = g_strconcat ("grant_type=refresh_token&refresh_token=", postern_json_get_string (tokens, "refresh_token"), NULL);

  postern_oidc_world_write (world, disable_alice, GINT_TO_POINTER (1700000000));
  postern_oidc_world_refused (world, redeem, auth, 400, "invalid_grant");
  postern_oidc_world_refused (world, again, auth, 400, "invalid_grant");
  g_assert_false (is_alive (postern_json_get_string (tokens, "access_token")));
  postern_oidc_world_write (world, disable_alice, NULL);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  world = postern_oidc_world_new ();
  g_test_add_func ("/oidc/token/code", test_code);
  g_test_add_func ("/oidc/token/at-hash", test_at_hash);
  g_test_add_func ("/oidc/token/resources", test_resources);
  g_test_add_func ("/oidc/token/code-refused", test_code_refused);
  g_test_add_func ("/oidc/token/pkce-downgrade", test_pkce_downgrade);
  g_test_add_func ("/oidc/token/log", test_log);
  g_test_add_func ("/oidc/token/code-reuse", test_code_reuse);
  g_test_add_func ("/oidc/token/code-race", test_code_race);
  g_test_add_func ("/oidc/token/refresh", test_refresh);
  g_test_add_func ("/oidc/token/refresh-refused", test_refresh_refused);
  g_test_add_func ("/oidc/token/refresh-reuse", test_refresh_reuse);
  g_test_add_func ("/oidc/token/refresh-grace", test_refresh_grace);
  g_test_add_func ("/oidc/token/refresh-kept", test_refresh_kept);
  g_test_add_func ("/oidc/token/refresh-late", test_refresh_late);
  g_test_add_func ("/oidc/token/refresh-kept-later", test_refresh_kept_later);
  g_test_add_func ("/oidc/token/refresh-race", test_refresh_race);
  g_test_add_func ("/oidc/token/code-shapes", test_code_shapes);
  g_test_add_func ("/oidc/token/refresh-shapes", test_refresh_shapes);
  g_test_add_func ("/oidc/token/swapped-kinds", test_swapped_kinds);
  g_test_add_func ("/oidc/token/every-entrance-is-asked", test_every_entrance_is_asked);
  g_test_add_func ("/oidc/token/disabled-user", test_disabled_user);
  result = g_test_run ();
  postern_oidc_world_free (world);
  return result;
}
