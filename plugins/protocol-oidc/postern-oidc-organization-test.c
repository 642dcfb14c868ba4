/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include "postern-organization.h"

/* What the tokens of somebody say who acts for an organization, and when they say nothing any more. */

static PosternOidcWorld *world;

#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static char *acme, *globex; /* Alice belongs to acme alone */

static gboolean
make (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternOrganization) first = postern_organization_make ("Acme", "acme", 1, error), second = postern_organization_make ("Globex", "globex", 1, error);

  g_free (acme);
  g_free (globex);
  acme = g_strdup (first->id);
  globex = g_strdup (second->id);
  return postern_organization_store_insert (txn, first, error) && postern_organization_store_insert (txn, second, error);
}

static gboolean
join (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_organization_join (txn, acme, world->user_id, POSTERN_MEMBER_INVITED, 1, NULL, error);
}

static gboolean
leave (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_organization_remove (txn, acme, world->user_id, 2, error);
}

static gboolean
set_disabled_at (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternOrganization) it = postern_organization_store_find (txn, acme, error);

  if (it == NULL)
    return FALSE;
  it->disabled_at = *(gint64 *) data;
  return postern_organization_update (txn, it, 3, error);
}

static GVariant *
refresh (GVariant *tokens)
{
  g_autofree char *auth = postern_oidc_world_basic (world->web, world->web_secret);
  g_autofree char *body = g_strconcat ("grant_type=refresh_token&refresh_token=", postern_oidc_world_get (tokens, "refresh_token"), NULL);

  return postern_oidc_world_token (world, body, auth, NULL);
}

static GVariant *
userinfo (GVariant *tokens, guint *status)
{
  g_autofree char *bearer = g_strconcat ("Bearer ", postern_oidc_world_get (tokens, "access_token"), NULL);
  g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "GET", "/oidc/userinfo", NULL, bearer, FALSE);

  *status = postern_response_get_status (response);
  return *status == 200 ? postern_oidc_world_json (response) : NULL;
}

static void
assert_says (GVariant *tokens, const char *id)
{
  g_autoptr (GVariant) id_token = postern_oidc_world_verify (world, postern_oidc_world_get (tokens, "id_token"), NULL);
  g_autoptr (GVariant) access = postern_oidc_world_verify (world, postern_oidc_world_get (tokens, "access_token"), "at+jwt");
  g_autoptr (GVariant) told = postern_oidc_world_introspect (world, postern_oidc_world_get (tokens, "access_token"), world->web, world->web_secret);
  guint status;
  g_autoptr (GVariant) info = userinfo (tokens, &status);

  g_assert_cmpstr (postern_json_get_string (id_token, "organization_id"), ==, id);
  g_assert_cmpstr (postern_json_get_string (id_token, "organization_name"), ==, id ? "Acme" : NULL);
  g_assert_cmpstr (postern_json_get_string (access, "organization_id"), ==, id);
  g_assert_cmpstr (postern_json_get_string (told, "organization_id"), ==, id);
  g_assert_cmpstr (postern_json_get_string (info, "organization_id"), ==, id);
  g_assert_cmpstr (postern_json_get_string (info, "organization_name"), ==, id ? "Acme" : NULL);
}

/* By name, by scope and by prompt; and the grant keeps it. */
static void
test_told (void)
{
  g_autoptr (GVariant) none = postern_oidc_world_sign_in (world, NULL);
  g_autoptr (GVariant) named = postern_oidc_world_sign_in (world, PAIRS ("organization", "acme")), by_id = postern_oidc_world_sign_in (world, PAIRS ("organization", acme));
  g_autoptr (GVariant) wished = postern_oidc_world_sign_in (world, PAIRS ("scope", "openid organization", "prompt", "none"));
  g_autoptr (GVariant) prompted = postern_oidc_world_sign_in (world, PAIRS ("prompt", "select_organization"));
  g_autoptr (GVariant) refreshed = refresh (named);

  assert_says (none, NULL);
  assert_says (by_id, acme);
  assert_says (wished, acme);
  assert_says (prompted, acme);
  assert_says (refreshed, acme);
}

static void
test_refused (void)
{
  static const char *const names[] = { "globex", "unknown", "ACME", "acme ", "org_00000000000000000000000000" };
  g_autofree char *long_name = g_strnfill (65, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (PosternResponse) response = postern_oidc_world_authorize (world, world->web, PAIRS ("organization", names[i]));

    postern_oidc_world_assert_redirect_error (response, "access_denied");
  }
  {
    g_autoptr (PosternResponse) response = postern_oidc_world_authorize (world, world->web, PAIRS ("organization", long_name));

    postern_oidc_world_assert_redirect_error (response, "invalid_request");
  }
}

static void
assert_worthless (const char *code, GVariant *tokens)
{
  g_autoptr (GVariant) refreshed = NULL, redeemed = NULL, info = NULL;
  guint status;

  redeemed = postern_oidc_world_redeem (world, code, NULL, &status);
  g_assert_cmpstr (postern_json_get_string (redeemed, "error"), ==, "invalid_grant");
  refreshed = refresh (tokens);
  g_assert_cmpstr (postern_json_get_string (refreshed, "error"), ==, "invalid_grant");
  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "access_token"), world->web, world->web_secret));
  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "refresh_token"), world->web, world->web_secret));
  info = userinfo (tokens, &status);
  g_assert_cmpuint (status, ==, 401);
}

/* Whoever is taken out gets no more tokens, and those that are out there say nothing any more, at once. */
static void
test_left (void)
{
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, PAIRS ("organization", "acme"));
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, PAIRS ("organization", "acme")), others = postern_oidc_world_sign_in (world, NULL);
  g_autoptr (GVariant) still = NULL;

  postern_oidc_world_write (world, leave, NULL);
  assert_worthless (code, tokens);
  still = refresh (others); /* who acts for nobody is who they were */
  assert_says (still, NULL);
  postern_oidc_world_write (world, join, NULL);
}

static PosternVerdict
put_out (PosternHub *hub, PosternFlow *flow, gpointer data)
{
  g_signal_handlers_disconnect_by_func (hub, put_out, data);
  postern_oidc_world_write (world, leave, NULL);
  return POSTERN_VERDICT_ABSTAIN;
}

/* The attack: whoever is put out while they sign in gets a grant that no later change of the membership would revoke. */
static void
test_put_out_meanwhile (void)
{
  g_autoptr (PosternResponse) response = NULL;

  g_signal_connect (world->hub, "decide::sign-in", G_CALLBACK (put_out), NULL); /* after stage organization */
  response = postern_oidc_world_authorize (world, world->web, PAIRS ("organization", "acme"));
  postern_oidc_world_assert_redirect_error (response, "access_denied");
  postern_oidc_world_write (world, join, NULL);
}

static void
leave_and_come_back (void)
{
  postern_oidc_world_write (world, leave, NULL);
  postern_oidc_world_write (world, join, NULL);
}

static void
switch_off_and_on (void)
{
  gint64 at = 2, never = 0;

  postern_oidc_world_write (world, set_disabled_at, &at);
  postern_oidc_world_write (world, set_disabled_at, &never);
}

/* The attack: whoever was put out, and is let in again some day, has what they were given before, with what roles they have by now. */
static void
assert_ends_grants (void (*change) (void))
{
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, PAIRS ("organization", "acme"));
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, PAIRS ("organization", "acme")), others = postern_oidc_world_sign_in (world, NULL);
  g_autoptr (GVariant) still = NULL, anew = NULL;

  change ();
  assert_worthless (code, tokens);
  still = refresh (others);
  assert_says (still, NULL);
  anew = postern_oidc_world_sign_in (world, PAIRS ("organization", "acme"));
  assert_says (anew, acme);
}

static void
test_came_back (void)
{
  assert_ends_grants (leave_and_come_back);
}

static void
test_switched_off (void)
{
  assert_ends_grants (switch_off_and_on);
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  world = postern_oidc_world_new ();
  postern_oidc_world_write (world, make, NULL);
  postern_oidc_world_write (world, join, NULL);
  g_test_add_func ("/oidc/organization/told", test_told);
  g_test_add_func ("/oidc/organization/refused", test_refused);
  g_test_add_func ("/oidc/organization/left", test_left);
  g_test_add_func ("/oidc/organization/put-out-meanwhile", test_put_out_meanwhile);
  g_test_add_func ("/oidc/organization/came-back", test_came_back);
  g_test_add_func ("/oidc/organization/switched-off", test_switched_off);
  failed = g_test_run ();
  postern_oidc_world_free (world);
  g_free (acme);
  g_free (globex);
  return failed;
}
