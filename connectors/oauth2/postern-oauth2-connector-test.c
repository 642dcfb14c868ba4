/* SPDX-License-Identifier: Apache-2.0 */
#include "../oidc/test/postern-oidc-hostile.h"
#include "postern-oauth2-connector.h"
#include "postern-oauth2-path.h"

#include <string.h>

static PosternOidcHostile *provider;

/* @extra: (nullable): further members of the JSON object of settings */
static PosternAuthenticator *
connector_new (const char *extra)
{
  g_autofree char *json = g_strdup_printf ("{\"issuer\":null,\"authorization-endpoint\":\"%s/authorize?kept=1\",\"token-endpoint\":\"%s/token\","
                                           "\"profile-endpoint\":\"%s/userinfo\",\"subject\":\"sub\"%s%s}",
                                           provider->issuer, provider->issuer, provider->issuer, extra ? "," : "", extra ? extra : "");

  return postern_oidc_hostile_connector (provider, POSTERN_TYPE_OAUTH2_CONNECTOR, json);
}

static void
test_good (void)
{
  g_autoptr (PosternAuthenticator) connector = connector_new ("\"scopes\":\"one two\",\"authorization-parameters\":\"a=b c=d%=e\",\"prompt\":\"none\",\"keep-tokens\":\"true\"");
  g_autoptr (PosternStep) step = postern_oidc_hostile_sign_in (provider, connector);
  PosternSubject *subject = postern_step_get_subject (step);
  static const struct {
    const char *name, *value;
  } sent[] = {
    { "kept", "1" }, { "response_type", "code" }, { "client_id", "postern" }, { "redirect_uri", "https://id.example/callback/corp" },
    { "scope", "one two" }, { "state", "flw_1.state" }, { "code_challenge_method", "S256" }, { "prompt", "none" }, { "a", "b" }, { "c", "d%=e" },
    { "nonce", NULL }, { "login_hint", NULL }, { "ui_locales", NULL }, { "response_mode", NULL },
  };

  g_assert_no_error (postern_step_get_error (step));
  g_assert_cmpstr (postern_subject_get_id (subject), ==, "grace");
  g_assert_cmpstr (postern_subject_get_email (subject), ==, "grace@corp.example");
  g_assert_true (postern_subject_get_email_verified (subject));
  g_assert_cmpstr (postern_json_get_string (postern_subject_get_upstream_tokens (subject), "access_token"), ==, "at");
  for (guint i = 0; i < G_N_ELEMENTS (sent); i++) {
    g_autofree char *value = postern_oidc_hostile_parameter (provider, sent[i].name);
    g_assert_cmpstr (value, ==, sent[i].value);
  }
  g_assert_true (provider->verifier_matches);
  g_assert_cmpuint (provider->n_metadata + provider->n_jwks, ==, 0);
}

static void
test_quirks (void)
{
  g_autoptr (PosternAuthenticator) connector = connector_new ("\"scopes\":\"one two\",\"scope-separator\":\"comma\",\"pkce\":\"none\",\"token-state\":\"true\"");
  g_autoptr (PosternStep) step = postern_oidc_hostile_sign_in (provider, connector);
  g_autofree char *scope = postern_oidc_hostile_parameter (provider, "scope");
  g_autofree char *challenge = postern_oidc_hostile_parameter (provider, "code_challenge");

  g_assert_no_error (postern_step_get_error (step));
  g_assert_cmpstr (scope, ==, "one,two");
  g_assert_null (challenge);
  g_assert_nonnull (strstr (provider->last_form, "state=flw_1.state"));
  g_assert_null (strstr (provider->last_form, "code_verifier"));
}

/* Who it is must stand there as a text or a whole number, and be short. */
static void
test_subjects (void)
{
  static const struct {
    const char *userinfo, *id;
  } cases[] = {
    { "{\"sub\":9007199254740991}", "9007199254740991" }, { "{\"sub\":0}", "0" }, { "{\"sub\":\"x\"}", "x" },
    { "{\"sub\":1e3}", NULL },
    { "{\"sub\":null}", NULL }, { "{\"sub\":\"\"}", NULL }, { "{\"sub\":1.5}", NULL }, { "{\"sub\":true}", NULL }, { "{\"sub\":[\"x\"]}", NULL },
    { "{\"sub\":{\"id\":\"x\"}}", NULL },
  };
  g_autoptr (PosternAuthenticator) connector = connector_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (PosternStep) step = NULL;
    provider->userinfo = cases[i].userinfo;
    step = postern_oidc_hostile_sign_in (provider, connector);
    if (cases[i].id)
      g_assert_cmpstr (postern_subject_get_id (postern_step_get_subject (step)), ==, cases[i].id);
    else
      postern_oidc_hostile_refused (step, "at “sub”");
  }
}

/* A life that nobody lives to see the end of is told as one that ends. */
static void
test_lifetime (void)
{
  static const struct {
    const char *token;
    gint64 seconds;
  } cases[] = { { "{\"expires_in\":9007199254740991}", G_MAXINT32 }, { "{\"expires_in\":\"99999999999999999999\"}", G_MAXINT32 }, { "{\"expires_in\":\"60\"}", 60 }, { "{\"expires_in\":-1}", 0 } };
  g_autoptr (PosternAuthenticator) connector = connector_new ("\"keep-tokens\":\"true\"");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (PosternStep) step = NULL;
    gint64 now = g_get_real_time () / G_USEC_PER_SEC, at;
    provider->token = cases[i].token;
    step = postern_oidc_hostile_sign_in (provider, connector);
    g_assert_no_error (postern_step_get_error (step));
    at = postern_json_get_int64 (postern_subject_get_upstream_tokens (postern_step_get_subject (step)), "expires_at", 0);
    g_assert_cmpint (at, >=, cases[i].seconds ? now + cases[i].seconds : 0);
    g_assert_cmpint (at, <, cases[i].seconds ? now + cases[i].seconds + 60 : 1);
  }
}

/* An address counts as proved only where the settings say what proves it, and that is so. */
static void
test_proof (void)
{
  static const struct {
    const char *extra, *userinfo;
    gboolean proved;
  } cases[] = {
    { NULL, "{\"email_verified\":true}", TRUE },
    { NULL, "{\"email_verified\":\"true\"}", FALSE },
    { NULL, "{\"email_verified\":1}", FALSE },
    { NULL, "{\"email_verified\":null}", FALSE },
    { "\"email-verified\":\"verified\"", "{\"email_verified\":true}", FALSE },
    { "\"email-verified\":\"verified\"", "{\"verified\":true}", TRUE },
    { "\"email-verified\":\"verified&active\"", "{\"verified\":true}", FALSE },
    { "\"email-verified\":\"verified&active\"", "{\"verified\":true,\"active\":true}", TRUE },
    { "\"email-verified\":\"verified\"", "{\"verified\":\"true\"}", FALSE },
    { "\"email-verified\":\"verified=yes\"", "{\"verified\":\"yes\"}", TRUE },
    { "\"email-verified\":\"verified=true\"", "{\"verified\":\"true\"}", TRUE },
    { "\"email-verified\":\"verified=true\"", "{\"verified\":true}", TRUE },
    { "\"email-verified\":\"verified=true\"", "{\"verified\":\"TRUE\"}", FALSE },
    { "\"email-verified\":\"verified=yes\"", "{\"verified\":true}", FALSE },
    { "\"email-verified\":\"never\"", "{\"email_verified\":true,\"never\":true}", FALSE },
    { "\"email-verified\":\"always\"", "{\"email_verified\":false}", TRUE },
    { "\"claim-map\":\"email=mail\"", "{\"mail\":\"grace@corp.example\",\"email\":null}", FALSE },
    { "\"claim-map\":\"email=mail\",\"email-verified\":\"ok\"", "{\"mail\":\"grace@corp.example\",\"ok\":true}", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (PosternAuthenticator) connector = connector_new (cases[i].extra);
    g_autoptr (PosternStep) step = NULL;
    provider->userinfo = cases[i].userinfo;
    step = postern_oidc_hostile_sign_in (provider, connector);
    g_assert_no_error (postern_step_get_error (step));
    g_assert_cmpstr (postern_subject_get_email (postern_step_get_subject (step)), ==, "grace@corp.example");
    g_assert_cmpint (postern_subject_get_email_verified (postern_step_get_subject (step)), ==, cases[i].proved);
  }
}

static void
test_conditions (void)
{
  g_autoptr (PosternAuthenticator) connector = connector_new ("\"profile-conditions\":\"code=00 ok\"");
  static const struct {
    const char *userinfo;
    gboolean good;
  } cases[] = { { "{\"code\":\"00\",\"ok\":true}", TRUE }, { "{\"code\":\"024\",\"ok\":true}", FALSE }, { "{\"code\":\"00\",\"ok\":false}", FALSE }, { NULL, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (PosternStep) step = NULL;
    provider->userinfo = cases[i].userinfo;
    step = postern_oidc_hostile_sign_in (provider, connector);
    if (cases[i].good)
      g_assert_no_error (postern_step_get_error (step));
    else
      postern_oidc_hostile_refused (step, "does not hold");
  }
}

static void
test_endpoints (void)
{
  static const char *const paths[] = { "/token", "/userinfo" };
  static const char *const hows[] = { "huge", "redirect", "garbage", "500", "refuse", "error-200" };
  g_autoptr (PosternAuthenticator) connector = connector_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    for (guint k = 0; k < G_N_ELEMENTS (hows); k++) {
      g_autoptr (PosternStep) step = NULL;
      provider->misbehave = paths[i];
      provider->how = hows[k];
      step = postern_oidc_hostile_sign_in (provider, connector);
      postern_oidc_hostile_refused (step, "");
    }
  }
}

static void
test_responses (void)
{
  g_autoptr (PosternAuthenticator) connector = connector_new (NULL);
  g_autoptr (PosternStep) begun = postern_oidc_hostile_begin (provider, connector);
  g_autoptr (PosternStep) empty = postern_step_new (POSTERN_STEP_BEGIN, "flw_2", "");
  g_autoptr (PosternStep) declined = postern_oidc_hostile_callback (begun, connector, "{\"error\":\"access_denied\"}");
  g_autoptr (PosternStep) broken = postern_oidc_hostile_callback (begun, connector, "{\"error\":\"server_error\",\"code\":\"c\"}");
  g_autoptr (PosternStep) without = postern_oidc_hostile_callback (begun, connector, "{}");
  g_autoptr (PosternStep) unasked = postern_oidc_hostile_callback (empty, connector, "{\"code\":\"c\"}");

  g_assert_error (postern_step_get_error (declined), POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED);
  postern_oidc_hostile_refused (broken, "server_error");
  postern_oidc_hostile_refused (without, "without a code");
  postern_oidc_hostile_refused (unasked, "without");
}

static void
test_paths (void)
{
  static const struct {
    const char *path, *text;
  } cases[] = {
    { "id", "7" }, { "a.b.c", "deep" }, { "a.b", NULL }, { "a.x.c", NULL }, { "none|a.b.c", "deep" }, { "none|void", NULL },
    { "mails[0].mail", "one@x" }, { "mails[2].mail", NULL }, { "mails[primary].mail", "two@x" }, { "mails[lost].mail", NULL },
    { "a[0]", NULL }, { "id[0]", NULL }, { "https://x/{id}/{a.b.c}", "https://x/7/deep" }, { "https://x/{id}/{none}", NULL },
    { "https://x/{odd}", "https://x/a%2F..%3Fb" }, { "https://x/{none|id}", "https://x/7" }, { "yes", NULL }, { "empty", NULL },
  };
  static const char *const bad[] = { "", ".a", "a.", "{a", "a}", "a[b", "{a]", "[a}", "{{a}}", "[a[b]]", "{a[b}]", "[{a}]" };
  static const char *const endless[] = { "https://x/{id", "{id", "{a]" };
  g_autoptr (GVariant) document = postern_json_parse_object ("{\"id\":7,\"a\":{\"b\":{\"c\":\"deep\"}},\"odd\":\"a/..?b\",\"yes\":true,\"empty\":\"\",\"a]\":\"x\","
                                                             "\"mails\":[{\"mail\":\"one@x\"},{\"mail\":\"two@x\",\"primary\":true}]}",
                                                             -1, 0, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = postern_oauth2_path_dup_text (document, cases[i].path);
    g_assert_true (postern_oauth2_path_check (cases[i].path));
    g_assert_cmpstr (text, ==, cases[i].text);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (postern_oauth2_path_check (bad[i]));
  for (guint i = 0; i < G_N_ELEMENTS (endless); i++)
    g_assert_null (postern_oauth2_path_dup_text (document, endless[i]));
}

#define GOOD "{'authorization-endpoint': 'https://x/a', 'token-endpoint': 'https://x/t', 'profile-endpoint': 'https://x/p', 'client-id': 'x'"

static void
test_settings (void)
{
  static const char *const bad[] = {
    "{'client-id': 'x'}",
    "{'authorization-endpoint': 'https://x/a', 'token-endpoint': 'http://x/t', 'profile-endpoint': 'https://x/p', 'client-id': 'x'}",
    "{'authorization-endpoint': 'https://x/a', 'token-endpoint': 'https://x/t', 'profile-endpoint': 'https://x/p'}",
    GOOD ", 'claim-map': 'sub=id'}",
    GOOD ", 'claim-map': 'name=a['}",
    GOOD ", 'authorization-parameters': 'a'}",
    GOOD ", 'subject': 'https://x/{id'}",
    GOOD ", 'further-endpoints': 'emails=http://x/emails'}",
    GOOD ", 'further-endpoints': 'https://x/emails'}",
    GOOD ", 'id-token-endpoint': 'http://x/verify'}",
    GOOD ", 'profile-headers': 'Accept'}",
    NULL,
  };

  postern_oidc_hostile_refuse_settings (POSTERN_TYPE_OAUTH2_CONNECTOR, bad);
}

int
main (int argc, char **argv)
{
  static const PosternOidcHostileTest tests[] = {
    { "/oauth2/good", test_good },
    { "/oauth2/quirks", test_quirks },
    { "/oauth2/subjects", test_subjects },
    { "/oauth2/lifetime", test_lifetime },
    { "/oauth2/proof", test_proof },
    { "/oauth2/conditions", test_conditions },
    { "/oauth2/endpoints", test_endpoints },
    { "/oauth2/responses", test_responses },
    { "/oauth2/paths", test_paths },
    { "/oauth2/settings", test_settings },
    { NULL, NULL },
  };

  return postern_oidc_hostile_main (argc, argv, &provider, tests);
}
