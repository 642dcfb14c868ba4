/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-fixture.h"

#include "postern-setup.h"

static void
test_sign_up_and_in (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.1");
  g_autoptr (Browser) other = browser_new ("192.0.2.1");

  browser_sign_up (browser, "ada@example.org");
  assert_answer (browser, "amr=pwd&acr=1&scope=openid+email");
  browser_begin (browser, application_flow (APP_FIRST, 0)); /* the session serves */
  assert_answer (browser, "fresh=0");

  browser_begin (other, application_flow (APP_FIRST, 0));
  browser_sign_in (other, "ADA@example.org", PASSWORD);
  assert_answer (other, "fresh=1");
  browser_get (other, "/account");
  assert_page (other, "account");
  g_assert_cmpstr (browser_model (other, "identifier"), ==, "ada@example.org");
}

static void
test_wrong_and_unknown (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.2");
  g_autofree char *wrong = NULL;

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, "ada@example.org", "not it");
  assert_page (browser, "password");
  wrong = g_strdup (browser_model (browser, "error_message"));
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "password");
  g_assert_null (browser_model (browser, "password"));
  browser_submit (browser, "action=other-identifier");
  browser_sign_in (browser, "nobody@example.org", "not it");
  assert_page (browser, "password");
  g_assert_cmpstr (browser_model (browser, "error_message"), ==, wrong);
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "password");
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, "nobody@example.org");

  /* The error outlives a reload, and the right password then works. */
  browser_get (browser, browser->flow);
  g_assert_cmpstr (browser_model (browser, "error_message"), ==, wrong);
  browser_submit (browser, "action=other-identifier");
  browser_sign_in (browser, "ada@example.org", PASSWORD);
  assert_answer (browser, "fresh=1");
}

static void
test_prompts (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.3");
  PosternFlow *flow;

  assert_signed_out (browser);
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, "ada@example.org", PASSWORD);
  assert_signed_in (browser);

  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_confirm (browser, "ada@example.org", PASSWORD);
  assert_answer (browser, "fresh=1");

  flow = application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE);
  flow->max_age = 0;
  browser_begin (browser, flow);
  assert_answer (browser, "error=login_required");
  flow = application_flow (APP_FIRST, 0);
  flow->max_age = 1000;
  browser_begin (browser, flow);
  assert_answer (browser, "fresh=0");

  flow = application_flow (APP_FIRST, 0);
  flow->hinted_user_id = g_strdup ("usr_somebody_else");
  browser_begin (browser, flow);
  browser_sign_in (browser, "ada@example.org", PASSWORD);
  assert_answer (browser, "error=login_required");

  flow = application_flow (APP_FIRST, 0);
  flow->login_hint = g_strdup ("hint@example.org");
  browser_begin (browser, flow); /* somebody else is expected than who is signed in */
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, "hint@example.org");
  flow = application_flow (APP_FIRST, 0);
  flow->login_hint = g_strdup ("ADA@example.org");
  browser_begin (browser, flow);
  assert_answer (browser, "fresh=0");
}

static void
test_accounts (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.4");
  g_autoptr (GVariant) accounts = NULL;
  g_autoptr (GVariant) account = NULL;
  g_autofree char *body = NULL;
  PosternFlow *flow;

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, "ada@example.org", PASSWORD);
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_SELECT_ACCOUNT));
  assert_page (browser, "choose-account");
  browser_submit (browser, "action=other");
  assert_page (browser, "identifier");
  browser_submit (browser, "action=sign-up");
  browser_submit (browser, "action=continue&identifier=bob@example.org&name=Bob&password=" PASSWORD);
  assert_answer (browser, "fresh=1");

  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "error=account_selection_required");
  flow = application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE);
  flow->login_hint = g_strdup ("ada@example.org");
  browser_begin (browser, flow);
  assert_answer (browser, "fresh=0");

  browser_begin (browser, application_flow (APP_FIRST, 0));
  assert_page (browser, "choose-account");
  accounts = postern_json_get (postern_response_get_model (browser->last), "accounts");
  g_assert_cmpuint (g_variant_n_children (accounts), ==, 2);
  g_variant_get_child (accounts, 1, "v", &account);
  body = g_strdup_printf ("action=account:%s", postern_json_get_string (account, "session"));
  browser_submit (browser, body);
  assert_answer (browser, "fresh=0");
}

typedef struct {
  const char *event;
  GPtrArray *entries;
} Entries;

static gboolean
read_entries (PosternTxn *txn, gpointer data, GError **error)
{
  Entries *it = data;
  PosternAuditFilter filter = { .event = it->event, .target = APP_THIRD };

  g_clear_pointer (&it->entries, g_ptr_array_unref);
  return (it->entries = postern_audit_store_find (txn, &filter, NULL, 10, error)) != NULL;
}

/* (transfer full): those about the application that asks */
static GPtrArray *
list_entries (const char *event)
{
  Entries it = { event, NULL };

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, read_entries, &it, NULL));
  return it.entries;
}

/* So often somebody allowed the application something, the last time @scope, where they had allowed @before (nullable). */
static void
assert_consents (guint n, const char *scope, const char *before)
{
  g_autoptr (GPtrArray) entries = list_entries ("consent.given");
  g_autoptr (GVariant) was = NULL, is = NULL;
  PosternAudit *last;

  g_assert_cmpuint (entries->len, ==, n);
  if (n == 0)
    return;
  last = entries->pdata[n - 1];
  was = postern_json_get (last->personal, "before");
  is = postern_json_get (last->personal, "after");
  g_assert_cmpstr (postern_json_get_string (is, "scope"), ==, scope);
  g_assert_cmpstr (postern_json_get_string (was, "scope"), ==, before);
  g_assert_cmpstr (last->actor, ==, last->person);
  g_assert_nonnull (last->remote_address);
}

/* What was allowed is remembered no more: they are asked as by a stranger, and the log says what it might. */
static void
take_back (Browser *browser)
{
  g_autoptr (GPtrArray) consents = NULL, grants = NULL, again = NULL;
  g_autoptr (GVariant) before = NULL;

  browser_post (browser, "/account", "action=revoke:" APP_THIRD);
  consents = list_entries ("consent.revoked");
  grants = list_entries ("grants.revoked");
  g_assert_cmpuint (consents->len, ==, 1);
  g_assert_cmpuint (grants->len, ==, 1);
  before = postern_json_get (((PosternAudit *) consents->pdata[0])->personal, "before");
  g_assert_cmpstr (postern_json_get_string (before, "scope"), ==, "openid email phone");
  browser_begin (browser, application_flow (APP_THIRD, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "error=consent_required");
  browser_post (browser, "/account", "action=revoke:" APP_THIRD); /* pressed twice */
  again = list_entries ("grants.revoked");
  g_assert_cmpuint (again->len, ==, 1);
}

/* (transfer full): of an application that is not ours, which asks for `read` at @resource */
static PosternFlow *
flow_at (const char *resource, guint prompts)
{
  PosternFlow *flow = application_flow (APP_THIRD, prompts);

  g_strfreev (flow->scopes);
  flow->scopes = g_strsplit ("openid read", " ", -1);
  flow->resources = *resource ? g_strsplit (resource, " ", -1) : NULL;
  return flow;
}

/* What somebody allows at one API says nothing of another, nor of two at once; and a scope cannot be named so that it passes for both. */
static void
test_consent_at_one (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.6");
  PosternFlow *sly;

  browser_begin (browser, flow_at ("https://photos.example/", 0));
  browser_sign_in (browser, "ada@example.org", PASSWORD);
  assert_page (browser, "consent");
  browser_submit (browser, "action=allow");
  assert_answer (browser, "fresh=1");
  browser_begin (browser, flow_at ("https://photos.example/", POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "fresh=0");
  browser_begin (browser, flow_at ("https://bank.example/", POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "error=consent_required");
  browser_begin (browser, flow_at ("https://photos.example/ https://bank.example/", POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "error=consent_required");
  for (guint i = 0; i < 2; i++) {
    sly = flow_at (i ? "https://photos.example/" : "", 0);
    g_strfreev (sly->scopes);
    sly->scopes = g_strsplit ("openid https://bank.example/#read", " ", -1);
    browser_begin (browser, sly);
    assert_page (browser, "consent");
    browser_submit (browser, "action=allow");
    browser_begin (browser, flow_at ("https://bank.example/", POSTERN_FLOW_PROMPT_NONE));
    assert_answer (browser, "error=consent_required");
  }
  browser_begin (browser, flow_at ("https://bank.example/", 0));
  assert_page (browser, "consent");
  browser_submit (browser, "action=allow");
  browser_begin (browser, flow_at ("https://photos.example/ https://bank.example/", POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "fresh=0");
}

static void
test_consent (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.5");
  PosternFlow *flow;

  browser_begin (browser, application_flow (APP_THIRD, 0));
  browser_sign_in (browser, "ada@example.org", PASSWORD);
  assert_page (browser, "consent");
  browser_submit (browser, "action=deny");
  assert_answer (browser, "error=access_denied");
  assert_consents (0, NULL, NULL);
  browser_begin (browser, application_flow (APP_THIRD, 0));
  browser_sign_in (browser, "ada@example.org", PASSWORD); /* a refused flow leaves no session */
  browser_submit (browser, "action=allow");
  assert_answer (browser, "scope=openid+email");
  assert_consents (1, "openid email", NULL);
  browser_begin (browser, application_flow (APP_THIRD, POSTERN_FLOW_PROMPT_NONE)); /* remembered */
  assert_answer (browser, "fresh=0");

  flow = application_flow (APP_THIRD, POSTERN_FLOW_PROMPT_NONE);
  g_strfreev (flow->scopes);
  flow->scopes = g_strsplit ("openid email phone", " ", -1);
  browser_begin (browser, flow);
  assert_answer (browser, "error=consent_required");
  assert_consents (1, "openid email", NULL);
  flow = application_flow (APP_THIRD, 0);
  g_strfreev (flow->scopes);
  flow->scopes = g_strsplit ("openid email phone", " ", -1);
  browser_begin (browser, flow);
  browser_submit (browser, "action=allow");
  assert_answer (browser, "fresh=0");
  assert_consents (2, "openid email phone", "openid email");
  browser_begin (browser, application_flow (APP_THIRD, POSTERN_FLOW_PROMPT_CONSENT));
  assert_page (browser, "consent");
  browser_begin (browser, application_flow (APP_FIRST, 0));
  assert_answer (browser, "fresh=0");
  take_back (browser);
}

static void
test_connector (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.6");
  g_autofree char *first = NULL;

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_press_provider (browser, "carl carl@example.org verified");
  assert_answer (browser, "amr=fed");
  first = g_strndup (strstr (browser_page (browser), "user="), 31);
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_return_to_provider (browser, "carl other@example.org");
  assert_answer (browser, first);

  /* What went wrong over there is not the application's business: the person chooses again. */
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_return_to_provider (browser, "down");
  assert_page (browser, "identifier");
  g_assert_nonnull (browser_model (browser, "error_message"));
  browser_submit (browser, "action=continue&identifier=ada@example.org");
  assert_page (browser, "password");
}

static void
test_domain (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.14");

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_post (browser, browser->flow, "action=continue&identifier=Grace@CORP.example");
  /* Where the page did not know the provider yet, its own page sends the browser on; afterwards a 303 does. */
  g_assert_true (g_str_has_prefix (postern_response_get_header (browser->last, "Refresh"), "0;url=https://provider.example/authorize?state="));
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_submit (browser, "action=continue&identifier=Grace@CORP.example");
  g_assert_true (g_str_has_prefix (browser_page (browser), "https://provider.example/authorize?state="));
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_CREATE));
  browser_submit (browser, "action=continue&identifier=mallory@corp.example&name=Mallory&password=" PASSWORD);
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "identifier");
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_submit (browser, "action=continue&identifier=grace@notcorp.example");
  assert_page (browser, "password");
}

static void
test_link (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.7");
  g_autofree char *ada = NULL;

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, "ada@example.org", PASSWORD);
  ada = g_strndup (strstr (browser_page (browser), "user="), 31);
  browser_begin_anew (browser, application_flow (APP_FIRST, 0));
  browser_press_provider (browser, "ada-there ada@example.org verified");
  assert_page (browser, "link");
  browser_submit (browser, "action=continue&password=not it");
  assert_page (browser, "link");
  g_assert_nonnull (browser_model (browser, "error_message"));
  g_assert_true (postern_json_get_boolean (postern_response_get_model (browser->last), "password", FALSE)); /* it is asked for again */
  browser_submit (browser, "action=continue&password=" PASSWORD);
  assert_answer (browser, ada);
  assert_answer (browser, "amr=pwd+fed");
  browser_begin_anew (browser, application_flow (APP_FIRST, 0));
  browser_press_provider (browser, "ada-there");
  assert_answer (browser, ada);

  /* Her address, unverified: a new account, and not hers. */
  browser_begin_anew (browser, application_flow (APP_FIRST, 0));
  browser_press_provider (browser, "mallory ada@example.org");
  g_assert_null (strstr (browser_page (browser), ada));
  assert_answer (browser, "amr=fed");
}

static void
test_restart (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.8");

  browser_begin (browser, application_flow (APP_THIRD, 0));
  browser_submit (browser, "action=continue&identifier=bob@example.org");
  assert_page (browser, "password");
  house_close ();
  house_open ();
  browser_get (browser, browser->flow);
  assert_page (browser, "password");
  g_assert_cmpstr (browser_model (browser, "application_name"), ==, "Theirs");
  browser_submit (browser, "action=continue&password=" PASSWORD);
  assert_page (browser, "consent");
  house_close ();
  house_open ();
  browser_submit (browser, "action=allow");
  assert_answer (browser, "fresh=1");
}

#define OFFLINE "gnt_00000000000000000000000000"

static gboolean
insert_offline_grant (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_store_find (txn, data, error);
  g_autoptr (PosternGrant) grant = postern_grant_new ();

  if (user == NULL)
    return FALSE;
  grant->id = g_strdup (OFFLINE);
  grant->user_id = g_strdup (user->id);
  grant->application_id = g_strdup (APP_FIRST);
  grant->scope = g_strdup ("openid offline_access");
  grant->offline = TRUE;
  grant->created_at = 1;
  return postern_grant_store_insert (txn, grant, error);
}

static gboolean
check_revoked (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternGrant) grant = postern_grant_store_get (txn, OFFLINE, error);

  g_assert_nonnull (grant);
  g_assert_cmpint (grant->revoked_at, >, 0);
  return TRUE;
}

static void
test_change_password (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.9");
  g_autoptr (Browser) thief = browser_new ("192.0.2.10");
  guint ended;

  browser_sign_up (browser, "eve@example.org");
  browser_begin (thief, application_flow (APP_FIRST, 0));
  browser_sign_in (thief, "eve@example.org", PASSWORD);
  g_assert_true (postern_store_write (house_store, POSTERN_KEEP_LASTING, insert_offline_grant, (gpointer) "eve@example.org", NULL));
  browser_get (browser, "/account/password");
  browser_follow (browser);
  assert_page (browser, "change-password");
  browser_submit (browser, "action=continue&current_password=wrong&password=sieben Wolken ueber dem Moor");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "current_password");
  browser_submit (browser, "action=continue&current_password=" PASSWORD "&password=short");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "password");
  ended = house_protocol->ended;
  browser_submit (browser, "action=continue&current_password=" PASSWORD "&password=sieben Wolken ueber dem Moor");
  assert_page (browser, "account");
  g_assert_nonnull (browser_model (browser, "notice"));

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, check_revoked, NULL, NULL));

  /* The thief is out, the applications were told, and the old password is worth nothing. */
  g_assert_cmpuint (house_protocol->ended, ==, ended + 1);
  browser_begin (thief, application_flow (APP_FIRST, 0));
  browser_sign_in (thief, "eve@example.org", PASSWORD);
  assert_page (thief, "password");
  browser_submit (thief, "action=continue&password=sieben Wolken ueber dem Moor");
  assert_answer (thief, "fresh=1");
}

static void
test_sign_out (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.11");

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, "bob@example.org", PASSWORD);
  browser_get (browser, "/account/sign-out");
  assert_page (browser, "sign-out");
  browser_submit (browser, "action=cancel");
  assert_page (browser, "account");
  browser_get (browser, "/account/sign-out");
  browser_submit (browser, "action=confirm");
  assert_page (browser, "signed-out");
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, "bob@example.org");
  assert_signed_out (browser);
}

static gboolean
issue_link (PosternTxn *txn, gpointer data, GError **error)
{
  *(char **) data = postern_setup_issue (txn, ISSUER, g_get_real_time () / G_USEC_PER_SEC, error);
  return *(char **) data != NULL;
}

static void
test_setup (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.12");
  g_autoptr (Browser) late = browser_new ("192.0.2.13");
  g_autofree char *link = NULL;
  const char *path;

  fixture_write (house_store, issue_link, &link);
  path = link + strlen (ISSUER);
  browser_get (browser, path);
  browser_follow (browser);
  assert_page (browser, "setup");
  browser_get (late, path);
  browser_follow (late);
  assert_page (late, "setup");
  browser_submit (browser, "action=continue&identifier=root@example.org&name=Root&password=short");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "password");
  g_assert_cmpstr (browser_model (browser, "name"), ==, "Root");
  browser_submit (browser, "action=continue&identifier=root@example.org&name=Root&password=" PASSWORD);
  assert_page (browser, "welcome");
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, "root@example.org");

  /* One link, one administrator: whoever holds the second page of it gets none. */
  browser_post (late, late->flow, "action=continue&identifier=late@example.org&name=Late&password=" PASSWORD);
  assert_page (late, "stale");
  browser_get (late, path);
  assert_page (late, "stale");
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/flow/sign-up-and-in", test_sign_up_and_in },
    { "/flow/wrong-and-unknown", test_wrong_and_unknown },
    { "/flow/prompts", test_prompts },
    { "/flow/accounts", test_accounts },
    { "/flow/consent", test_consent },
    { "/flow/consent-at-one", test_consent_at_one },
    { "/flow/connector", test_connector },
    { "/flow/domain", test_domain },
    { "/flow/link", test_link },
    { "/flow/restart", test_restart },
    { "/flow/change-password", test_change_password },
    { "/flow/sign-out", test_sign_out },
    { "/flow/setup", test_setup },
    { NULL },
  };

  return house_run (argc, argv, &(House){ FALSE }, tests);
}
