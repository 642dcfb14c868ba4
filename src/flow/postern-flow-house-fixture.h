/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-authenticator.h"
#include "postern-factor-code.h"
#include "postern-factor-password.h"
#include "postern-factor-recovery-code.h"
#include "postern-factor-totp.h"
#include "postern-flow-engine.h"
#include "postern-identity-fixture.h"
#include "postern-json.h"
#include "postern-messenger.h"
#include "postern-protocol.h"
#include "postern-seal.h"

/*
 * For tests of sign-ins: a whole house in one process, with a real store and the real password factor, an application's
 * protocol and a provider that do what the test says. Browsers: postern-flow-fixture.h.
 */

#define ISSUER "https://id.example"
#define PASSWORD "drei Raben auf dem Amboss"
#define APP_FIRST "app_first"
#define APP_THIRD "app_third"

/* --- an application's protocol ------------------------------------------------------------------------------------ */

#define TEST_TYPE_PROTOCOL (test_protocol_get_type ())
G_DECLARE_FINAL_TYPE (TestProtocol, test_protocol, TEST, PROTOCOL, PosternProtocol)

struct _TestProtocol {
  PosternProtocol parent_instance;
  guint ended;          /* how many sessions it was told of */
  gboolean without_txn; /* the last issue() had none */
};

G_DEFINE_FINAL_TYPE (TestProtocol, test_protocol, POSTERN_TYPE_PROTOCOL)

static PosternResponse *
test_protocol_issue (PosternProtocol *protocol, PosternFlow *flow, PosternTxn *txn, GError **error)
{
  g_autofree char *amr = flow->amr ? g_strjoinv ("+", flow->amr) : g_strdup ("");
  g_autofree char *scope = flow->granted_scopes ? g_strjoinv ("+", flow->granted_scopes) : g_strdup ("");
  g_autofree char *url = g_strdup_printf ("https://app.example/cb?user=%s&session=%s&amr=%s&acr=%s&scope=%s&fresh=%d&organization=%s&auth_session=%s", flow->user_id ? flow->user_id : "",
                                          flow->session_id ? flow->session_id : "", amr, flow->acr ? flow->acr : "", scope,
                                          flow->authenticated_now, flow->organization_id ? flow->organization_id : "",
                                          flow->auth_session ? flow->auth_session : "");

  TEST_PROTOCOL (protocol)->without_txn = txn == NULL;
  return postern_response_new_redirect (url);
}

static PosternResponse *
test_protocol_refuse (PosternProtocol *protocol, PosternFlow *flow, const GError *error)
{
  g_autofree char *url = g_strdup_printf ("https://app.example/cb?error=%s", postern_error_get_wire (error));

  return postern_response_new_redirect (url);
}

static PosternResponse *
test_protocol_show (PosternProtocol *protocol, PosternFlow *flow, GVariant *page, const char *auth_session)
{
  return postern_response_new_page (403, POSTERN_RESPONSE_JSON, g_variant_new_parsed ("{'auth_session': <%s>, 'page': <%@a{sv}>}", auth_session, page));
}

static void
test_protocol_session_ended (PosternProtocol *protocol, PosternTenant *tenant, PosternSession *session, GPtrArray *grants)
{
  TEST_PROTOCOL (protocol)->ended++;
}

static void
test_protocol_class_init (TestProtocolClass *klass)
{
  POSTERN_PROTOCOL_CLASS (klass)->issue = test_protocol_issue;
  POSTERN_PROTOCOL_CLASS (klass)->refuse = test_protocol_refuse;
  POSTERN_PROTOCOL_CLASS (klass)->show = test_protocol_show;
  POSTERN_PROTOCOL_CLASS (klass)->session_ended = test_protocol_session_ended;
}

static void
test_protocol_init (TestProtocol *self)
{
}

/* --- a provider: the callback's `code` says who comes back: "ID", "ID EMAIL" or "ID EMAIL verified"; "user ID" is one of our users, whom no connector may name --- */

#define TEST_TYPE_CONNECTOR (test_connector_get_type ())
G_DECLARE_FINAL_TYPE (TestConnector, test_connector, TEST, CONNECTOR, PosternConnector)

static gint64 house_max_age = -1; /* that a provider was last asked for */

struct _TestConnector {
  PosternConnector parent_instance;
};

G_DEFINE_FINAL_TYPE (TestConnector, test_connector, POSTERN_TYPE_CONNECTOR)

static void
test_connector_call_back (PosternStep *step)
{
  const char *code = postern_step_get_input (step, "code");
  g_auto (GStrv) parts = g_strsplit (code ? code : "", " ", 3);
  g_autoptr (PosternClaims) claims = postern_claims_new ();

  g_assert_cmpstr (postern_step_get_state (step, "kept"), ==, "yes");
  if (parts[0] == NULL || g_str_equal (parts[0], "down")) {
    postern_step_return_error (step, g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "the provider is down"));
    return;
  }
  if (g_str_equal (parts[0], "unasked")) {
    postern_step_return_error (step, g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_UNMET_AUTHENTICATION, "the provider asked nothing"));
    return;
  }
  if (g_str_equal (parts[0], "user")) {
    postern_step_return_user (step, parts[1], "pwd");
    return;
  }
  if (parts[1]) {
    postern_claims_add_string (claims, "email", parts[1]);
    postern_claims_add_boolean (claims, "email_verified", parts[2] != NULL);
  }
  postern_step_return_subject (step, postern_subject_new (parts[0], claims));
}

static gboolean
test_connector_handle_step (PosternAuthenticator *self, PosternStep *step)
{
  g_autofree char *url = NULL;

  if (postern_step_get_phase (step) == POSTERN_STEP_CALLBACK) {
    test_connector_call_back (step);
    return TRUE;
  }
  g_assert_null (postern_step_get_input (step, "password")); /* no page that has one leads here */
  postern_step_set_state (step, "kept", "yes");
  house_max_age = postern_step_get_max_age (step);
  url = g_strdup_printf ("https://provider.example/authorize?state=%s", postern_step_get_callback_state (step));
  postern_step_return_prompt (step, postern_prompt_new_redirect (url));
  return TRUE;
}

static void
test_connector_class_init (TestConnectorClass *klass)
{
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = test_connector_handle_step;
}

static void
test_connector_init (TestConnector *self)
{
}

/* --- a messenger: the house then writes to people, and its messages stay in the outbox ---------------------------------- */

#define TEST_TYPE_MESSENGER (test_messenger_get_type ())
G_DECLARE_FINAL_TYPE (TestMessenger, test_messenger, TEST, MESSENGER, PosternMessenger)

struct _TestMessenger {
  PosternMessenger parent_instance;
};

G_DEFINE_FINAL_TYPE (TestMessenger, test_messenger, POSTERN_TYPE_MESSENGER)

static void
test_messenger_class_init (TestMessengerClass *klass)
{
  POSTERN_MESSENGER_CLASS (klass)->channels = "email sms";
}

static void
test_messenger_init (TestMessenger *self)
{
}

/* --- the house -------------------------------------------------------------------------------------------------------- */

static PosternStore *house_store;
static PosternTenant *house_tenant;
static PosternRegistry *house_registry;
static PosternHub *house_hub;
static PosternRuntime *house_runtime;
static PosternFlowEngine *house_engine;
static TestProtocol *house_protocol;
static gboolean house_has_messenger;

static inline void
house_adopt (GType type, const char *id, const char *name, GVariant *values)
{
  g_autoptr (PosternInstance) instance = g_object_new (type, NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (values, NULL);
  g_autoptr (GError) error = NULL;

  postern_instance_set_identity (instance, id, id, name, NULL, settings);
  postern_instance_configure (instance, &error);
  g_assert_no_error (error);
  postern_registry_adopt (house_registry, instance);
}

static inline gboolean
house_fill (PosternTxn *txn, gpointer data, GError **error)
{
  static const char *const ids[] = { APP_FIRST, APP_THIRD };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autoptr (PosternApplication) application = postern_application_new ();

    application->id = g_strdup (ids[i]);
    application->name = g_strdup (i == 0 ? "Ours" : "Theirs");
    application->kind = g_strdup ("web");
    application->enabled = TRUE;
    application->first_party = i == 0;
    application->metadata = g_variant_ref_sink (
      g_variant_new_parsed ("@a{sv} {'redirect_uris': <[<'https://app.example/cb'>]>, 'authorization_challenge': <true>}")); /* which means nothing for theirs */
    application->secrets = g_variant_ref_sink (g_variant_new_parsed ("@av []"));
    if (!postern_application_store_insert (txn, application, error))
      return FALSE;
  }
  return TRUE;
}

/* Everything above the store: what a restart makes anew. */
static inline void
house_open (void)
{
  static const char *const nowhere[] = { NULL };
  g_autoptr (GError) error = NULL;

  house_tenant = postern_tenant_new ("default", ISSUER, house_store, &error);
  g_assert_no_error (error);
  house_registry = postern_registry_new (nowhere);
  house_hub = postern_hub_new ();
  house_runtime = postern_runtime_new (NULL, house_registry, house_hub);
  postern_runtime_set_tenant (house_runtime, house_tenant);
  house_engine = postern_flow_engine_new (house_runtime);
  house_adopt (POSTERN_TYPE_FACTOR_PASSWORD, "password", "Password", g_variant_new_parsed ("@a{ss} {'memory': '7168', 'iterations': '1', 'queue': '0'}"));
  house_adopt (POSTERN_TYPE_FACTOR_TOTP, "totp", "Code from an app", g_variant_new_parsed ("@a{ss} {}"));
  house_adopt (POSTERN_TYPE_FACTOR_RECOVERY_CODE, "recovery-code", "Recovery code", g_variant_new_parsed ("@a{ss} {}"));
  house_adopt (TEST_TYPE_PROTOCOL, "test", "Test", g_variant_new_parsed ("@a{ss} {}"));
  house_adopt (TEST_TYPE_CONNECTOR, "away", "Away", g_variant_new_parsed ("@a{ss} {'issuer': 'https://provider.example'}"));
  house_adopt (TEST_TYPE_CONNECTOR, "corp", "Corp", g_variant_new_parsed ("@a{ss} {'email-domains': 'corp.example other.example'}"));
  if (house_has_messenger)
    house_adopt (TEST_TYPE_MESSENGER, "post", "Post", g_variant_new_parsed ("@a{ss} {}"));
  house_adopt (POSTERN_TYPE_FACTOR_CODE, "code", "Code", g_variant_new_parsed ("@a{ss} {'sms-prefixes': '+49 +4412'}"));
  house_protocol = TEST_PROTOCOL (postern_registry_get_instance (house_registry, "test"));
}

static inline void
house_close (void)
{
  g_clear_object (&house_engine);
  g_clear_object (&house_runtime);
  g_clear_object (&house_hub);
  g_clear_object (&house_registry);
  g_clear_object (&house_tenant);
}

/* What the engine tells an operator is no line of TAP. */
static inline void
house_ignore_message (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
}

static inline void
house_begin (gboolean has_messenger)
{
  house_has_messenger = has_messenger;
  g_log_set_handler (NULL, G_LOG_LEVEL_MESSAGE, house_ignore_message, NULL);
  house_store = fixture_open ();
  fixture_write (house_store, house_fill, NULL);
  house_open ();
}

static inline void
house_end (void)
{
  house_close ();
  fixture_close (house_store, TRUE);
}

static inline gboolean
policy_put (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GVariant) model = postern_json_parse_object (data, -1, 0, error);

  return model && postern_setting_store_put (txn, "policy", model, 1, error);
}

static inline void
policy_set (const char *json)
{
  fixture_write (house_store, policy_put, (gpointer) json);
}

/* --- a test of the house ---------------------------------------------------------------------------------------------- */

typedef struct {
  const char *path;
  void (*run) (void);
} HouseTest;

typedef struct {
  gboolean has_messenger;
  const char *policy;     /* (nullable): JSON */
  void (*prepare) (void); /* (nullable): what else is to be there before the tests */
} House;

/** house_run: what main() does. @tests: ends with a row without a path */
static inline int
house_run (int argc, char **argv, const House *house, const HouseTest *tests)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  house_begin (house->has_messenger);
  if (house->policy)
    policy_set (house->policy);
  if (house->prepare)
    house->prepare ();
  for (; tests->path; tests++)
    g_test_add_func (tests->path, tests->run);
  failed = g_test_run ();
  house_end ();
  return failed;
}
