/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-code-fixture.h"

#include "postern-flow-engine.h"

/* An account at a provider is connected by whoever is signed in; and what others try, written as they would. */

typedef struct {
  const char *subject;
  char *user_id; /* (nullable): nobody's */
} Owner;

static gboolean
find_owner (PosternTxn *txn, gpointer data, GError **error)
{
  Owner *owner = data;
  g_autoptr (PosternIdentity) identity = postern_identity_store_find (txn, "away", owner->subject, NULL);

  g_clear_pointer (&owner->user_id, g_free);
  owner->user_id = identity ? g_strdup (identity->user_id) : NULL;
  return TRUE;
}

/* @user_id (nullable): nobody */
static void
assert_owner (const char *subject, const char *user_id)
{
  Owner owner = { subject, NULL };

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, find_owner, &owner, NULL));
  g_assert_cmpstr (owner.user_id, ==, user_id);
  g_free (owner.user_id);
}

/* Presses the button. Returns: (transfer full): the state that the provider must bring back */
static char *
browser_link (Browser *browser)
{
  const char *location;

  browser_post (browser, "/account", "action=link:away");
  location = postern_response_get_header (browser->last, "Location");
  g_assert_true (g_str_has_prefix (location, "https://provider.example/authorize?state="));
  return g_strdup (strchr (location, '=') + 1);
}

static void
browser_call_back (Browser *browser, const char *state, const char *code)
{
  g_autofree char *url = g_strdup_printf ("/callback/away?code=%s&state=%s", code, state);

  browser_get (browser, url);
}

/* Somebody who has gone to the provider and is not back yet. */
typedef struct {
  char *id, *state;
  Browser *browser;
} Traveller;

static Traveller
traveller_make (const char *email)
{
  Traveller self = { user_make_with_password (email, TRUE), NULL, browser_enter ("192.0.2.1", email) };

  self.state = browser_link (self.browser);
  return self;
}

static void
traveller_clear (Traveller *self)
{
  g_free (self->id);
  g_free (self->state);
  browser_free (self->browser);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Traveller, traveller_clear)

/* How many rows of the page's list can be connected. */
static guint
count_choices (Browser *browser)
{
  g_autoptr (GVariant) rows = NULL;
  guint count = 0;

  browser_get (browser, "/account");
  rows = postern_json_get (postern_response_get_model (browser->last), "identities");
  for (gsize i = 0; i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) boxed = g_variant_get_child_value (rows, i);
    g_autoptr (GVariant) row = g_variant_get_variant (boxed);

    count += postern_json_get_string (row, "id") == NULL;
  }
  return count;
}

static void
test_link (void)
{
  g_autofree char *id = user_make_with_password ("link@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.1", "link@example.org");
  g_autoptr (Browser) later = browser_new ("192.0.2.2");
  g_autofree char *state = NULL;
  g_autofree char *who = NULL;

  g_assert_cmpuint (count_choices (browser), ==, 2);
  state = browser_link (browser);
  assert_owner ("mine", NULL); /* going there is not coming back */
  browser_call_back (browser, state, "mine%20other@elsewhere.example%20verified"); /* its address is nobody's business */
  assert_page (browser, "/account?notice=added");
  assert_owner ("mine", id);
  g_assert_cmpuint (post_count ("link@example.org", "security-notice", NULL), ==, 1);
  g_assert_cmpuint (count_choices (browser), ==, 1);
  browser_begin (later, application_flow (APP_FIRST, 0));
  browser_press_provider (later, "mine");
  who = browser_dup_part (later, "user=");
  g_assert_cmpstr (who, ==, id);
}

/* Once more is no other link, and nobody is told of it. */
static void
test_twice (void)
{
  g_autofree char *id = user_make_with_password ("twice@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.1", "twice@example.org");

  for (guint i = 0; i < 2; i++) {
    g_autofree char *state = browser_link (browser);

    browser_call_back (browser, state, "twice");
    assert_page (browser, "/account?notice=added");
  }
  assert_owner ("twice", id);
  g_assert_cmpuint (post_count ("twice@example.org", "security-notice", NULL), ==, 1);
}

static void
test_taken (void)
{
  g_autofree char *id = user_make_with_password ("taken@example.org", TRUE);
  g_autofree char *other = user_make_with_password ("owner@example.org", TRUE);
  g_autoptr (Browser) owner = browser_enter ("192.0.2.1", "owner@example.org");
  g_autoptr (Browser) browser = browser_enter ("192.0.2.2", "taken@example.org");
  g_autofree char *first = browser_link (owner);
  g_autofree char *second = browser_link (browser);

  browser_call_back (owner, first, "taken");
  browser_call_back (browser, second, "taken");
  assert_page (browser, "/account?notice=link-taken");
  browser_follow (browser);
  g_assert_nonnull (browser_model (browser, "notice"));
  assert_owner ("taken", other);
  g_assert_cmpuint (post_count ("taken@example.org", "security-notice", NULL), ==, 0);
}

/* A link in a mail or a picture on a page begins nothing, and no form of another site does: the route says so. */
static void
test_begun_elsewhere (void)
{
  g_autofree char *id = user_make_with_password ("lured@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.1", "lured@example.org");

  browser_get (browser, "/account?action=link:away");
  assert_page (browser, "account");
  browser_get (browser, "/account/change/link?target=away");
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 404);
  for (const PosternRoute *route = postern_flow_engine_get_routes (); route->method; route++)
    if (g_str_equal (route->pattern, "/account") && g_str_equal (route->method, "POST"))
      g_assert_cmpuint (route->flags & POSTERN_ROUTE_CSRF, !=, 0);
}

static void
test_wants_fresh (void)
{
  g_autofree char *id = user_make_with_password ("open@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.1", "open@example.org");
  g_autofree char *state = NULL;

  fixture_write (house_store, sessions_age, id);
  browser_post (browser, "/account", "action=link:away");
  browser_follow (browser);
  browser_confirm (browser, "open@example.org", PASSWORD);
  assert_page (browser, "account");
  state = browser_link (browser); /* it was not done by the way */
  browser_call_back (browser, state, "open");
  assert_owner ("open", id);
}

/* The attacker sends the way back from the provider, with the attacker's account there, to a victim who is signed in here. */
static void
test_finished_elsewhere (void)
{
  g_autofree char *theirs = user_make_with_password ("attacker@example.org", TRUE);
  g_autofree char *id = user_make_with_password ("victim@example.org", TRUE);
  g_autoptr (Browser) attacker = browser_enter ("192.0.2.66", "attacker@example.org");
  g_autoptr (Browser) victim = browser_enter ("192.0.2.1", "victim@example.org");
  g_autofree char *state = browser_link (attacker);
  g_autofree char *own = browser_link (victim); /* even while the victim is on the way */
  g_autofree char *mixed = NULL;

  browser_call_back (victim, state, "trojan");
  g_assert_cmpuint (postern_response_get_status (victim->last), ==, 410);
  mixed = g_strdup_printf ("%.*s%s", (int) (strchr (own, '.') - own), own, strchr (state, '.'));
  browser_call_back (victim, mixed, "trojan");
  assert_owner ("trojan", NULL);
  browser_call_back (victim, own, "honest");
  assert_owner ("honest", id);
  browser_call_back (victim, own, "trojan"); /* it works once */
  assert_owner ("trojan", NULL);
}

/* A sign-in that the attacker began is no link, and a link none. */
static void
test_other_purpose (void)
{
  g_auto (Traveller) it = traveller_make ("purpose@example.org");
  g_autofree char *url = g_strdup_printf ("/callback/corp?code=purpose&state=%s", it.state);

  browser_get (it.browser, url); /* from another provider than the one that it went to */
  assert_owner ("purpose", NULL);
  browser_begin_anew (it.browser, application_flow (APP_FIRST, 0));
  browser_press_provider (it.browser, "purpose");
  assert_answer (it.browser, "amr=fed"); /* an account of its own */
  browser_call_back (it.browser, it.state, "purpose");
  assert_page (it.browser, "/account?notice=link-taken");
}

static gboolean
end_all (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) sessions = postern_session_store_list (txn, data, TRUE, NULL, 10, error);

  for (guint i = 0; sessions && i < sessions->len; i++)
    if (!postern_session_store_end (txn, ((PosternSession *) sessions->pdata[i])->id, 1, error))
      return FALSE;
  return sessions != NULL;
}

/* A thief is thrown out while away at the provider; or signs in to an account of their own meanwhile. */
static void
test_ended (void)
{
  g_auto (Traveller) it = traveller_make ("robbed@example.org");
  g_autofree char *own = user_make_with_password ("thief@example.org", TRUE);

  fixture_write (house_store, end_all, it.id);
  browser_begin (it.browser, application_flow (APP_FIRST, 0));
  browser_sign_in (it.browser, "thief@example.org", PASSWORD);
  browser_call_back (it.browser, it.state, "thief");
  g_assert_cmpuint (postern_response_get_status (it.browser->last), >=, 400);
  assert_owner ("thief", NULL);
}

static void
test_switched_off (void)
{
  g_auto (Traveller) it = traveller_make ("off@example.org");

  fixture_write (house_store, user_switch_off, "off@example.org");
  browser_call_back (it.browser, it.state, "off");
  g_assert_cmpuint (postern_response_get_status (it.browser->last), >=, 400);
  assert_owner ("off", NULL);
}

/* The provider is down; the person tries again. */
static void
test_failed (void)
{
  g_auto (Traveller) it = traveller_make ("down@example.org");

  browser_call_back (it.browser, it.state, "down");
  assert_page (it.browser, "/account?notice=link-failed");
  g_free (it.state);
  it.state = browser_link (it.browser);
  browser_call_back (it.browser, it.state, "up");
  assert_owner ("up", it.id);
}

/* A connector that answers with one of our users, as only a factor may, connects nothing. */
static void
test_names_user (void)
{
  g_auto (Traveller) it = traveller_make ("named@example.org");
  g_autofree char *code = g_strconcat ("user%20", it.id, NULL);

  browser_call_back (it.browser, it.state, code);
  assert_owner ("user", NULL);
  assert_owner (it.id, NULL);
}

static void
test_not_allowed (void)
{
  g_auto (Traveller) it = traveller_make ("closed@example.org");

  policy_set ("{\"linking_enabled\":false}");
  g_assert_cmpuint (count_choices (it.browser), ==, 0);
  browser_call_back (it.browser, it.state, "closed");
  g_assert_cmpuint (postern_response_get_status (it.browser->last), ==, 403);
  assert_owner ("closed", NULL);
  policy_set ("{\"codes_per_recipient\":1000}");
  browser_post (it.browser, "/account", "action=link:nobody");
  g_assert_cmpuint (postern_response_get_status (it.browser->last), ==, 404);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/link/link", test_link },
    { "/link/twice", test_twice },
    { "/link/taken", test_taken },
    { "/link/begun-elsewhere", test_begun_elsewhere },
    { "/link/wants-fresh", test_wants_fresh },
    { "/link/finished-elsewhere", test_finished_elsewhere },
    { "/link/other-purpose", test_other_purpose },
    { "/link/ended", test_ended },
    { "/link/switched-off", test_switched_off },
    { "/link/failed", test_failed },
    { "/link/names-user", test_names_user },
    { "/link/not-allowed", test_not_allowed },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE, .policy = "{\"codes_per_recipient\":1000}" }, tests);
}
