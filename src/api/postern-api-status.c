/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-build.h"
#include "postern-captcha.h"
#include "postern-outbox.h"
#include "postern-setup.h"

static const PosternApiMember status_members[] = {
  { "version", POSTERN_API_STRING, POSTERN_API_OWN, "The server's version." },
  { "tenant", POSTERN_API_STRING, POSTERN_API_OWN, "The tenant." },
  { "issuer", POSTERN_API_STRING, POSTERN_API_OWN, "Its issuer." },
  { "users", POSTERN_API_INTEGER, POSTERN_API_OWN, "How many users there are." },
  { "administrator", POSTERN_API_BOOLEAN, POSTERN_API_OWN, "Whether there is an administrator who can sign in." },
  { "instances", POSTERN_API_INTEGER, POSTERN_API_OWN, "How many plugins run." },
  { "problems", POSTERN_API_INTEGER, POSTERN_API_OWN, "How many could not be loaded." },
  { NULL },
};
static const PosternApiSchema status_schema = { "Status", status_members };

static const PosternApiMember check_members[] = {
  { "check", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "What was looked at." },
  { "ok", POSTERN_API_BOOLEAN, POSTERN_API_OWN, "Whether it is as it should be." },
  { "text", POSTERN_API_STRING, POSTERN_API_OWN, "What was found, and what to do." },
  { NULL },
};
static const PosternApiSchema check_schema = { "Check", check_members };

static const PosternApiMember link_members[] = {
  { "url", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_SECRET, "The link, shown this once." },
  { "expires_at", POSTERN_API_TIME, POSTERN_API_OWN, "Until when it is good." },
  { NULL },
};
static const PosternApiSchema link_schema = { "SetupLink", link_members };

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  gint64 users = postern_user_store_count (txn, error);
  gboolean has = FALSE;

  if (users < 0 || !postern_user_store_has_administrator (txn, &has, error))
    return FALSE;
  g_variant_dict_insert (&dict, "version", "s", POSTERN_VERSION);
  g_variant_dict_insert (&dict, "tenant", "s", postern_tenant_get_slug (call->api->tenant));
  g_variant_dict_insert (&dict, "issuer", "s", postern_tenant_get_issuer (call->api->tenant));
  g_variant_dict_insert (&dict, "users", "x", users);
  g_variant_dict_insert (&dict, "administrator", "b", has);
  g_variant_dict_insert (&dict, "instances", "x", (gint64) call->api->instances->len);
  g_variant_dict_insert (&dict, "problems", "x", (gint64) call->api->problems->len);
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&dict));
}

/* --- doctor: each check is a row; a check that finds something says what to do ----------------------------------- */

typedef struct {
  PosternApiCall *call;
  PosternTxn *txn;
  GVariantBuilder checks;
} Doctor;

static void
add_check (Doctor *doctor, const char *name, gboolean good, const char *text)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "check", "s", name);
  g_variant_dict_insert (&dict, "ok", "b", good);
  g_variant_dict_insert (&dict, "text", "s", text);
  g_variant_builder_add_value (&doctor->checks, g_variant_dict_end (&dict));
}

static gboolean
check_administrator (Doctor *doctor, GError **error)
{
  gboolean has = FALSE;

  if (!postern_user_store_has_administrator (doctor->txn, &has, error))
    return FALSE;
  add_check (doctor, "administrator", has, has ? "there is one" : "there is none yet; run `postern setup` and open its link");
  return TRUE;
}

static gboolean
check_public_url (Doctor *doctor, GError **error)
{
  const char *issuer = postern_tenant_get_issuer (doctor->call->api->tenant);
  g_autofree char *host = NULL;
  g_autoptr (GUri) uri = g_uri_parse (issuer, G_URI_FLAGS_NONE, NULL);
  gboolean local = uri != NULL && (g_str_equal (g_uri_get_host (uri), "localhost") || g_str_has_prefix (g_uri_get_host (uri), "127."));
  gboolean good = local || g_str_has_prefix (issuer, "https://");

  host = g_strdup_printf ("%s%s", issuer, local ? " (only people on this machine can use it; set server.public-url for others)" : good ? "" : ": must be https for others than this machine; put a TLS proxy in front");
  add_check (doctor, "public-url", good, host);
  return TRUE;
}

static gboolean
check_instances (Doctor *doctor, GError **error)
{
  PosternApi *api = doctor->call->api;

  for (guint i = 0; i < api->problems->len; i++)
    add_check (doctor, "plugins", FALSE, api->problems->pdata[i]);
  if (api->problems->len == 0)
    add_check (doctor, "plugins", TRUE, "all were loaded");
  add_check (doctor, "sign-in", api->factor != NULL || api->instances->len > 0, api->factor ? "with a password" : "no password factor runs: people can come through connectors only");
  return TRUE;
}

static gboolean
check_messengers (Doctor *doctor, GError **error)
{
  GPtrArray *instances = doctor->call->api->instances;
  gboolean email = postern_outbox_can_deliver (instances, "email"), sms = postern_outbox_can_deliver (instances, "sms");

  add_check (doctor, "messages", TRUE,
             email && sms ? "e-mail and text messages can be sent"
             : email      ? "e-mail can be sent; for text messages add a messenger to connectors.d"
             : sms        ? "text messages can be sent; for e-mail add a messenger, such as smtp, to connectors.d"
                          : "there is no messenger, so no page offers codes or links by e-mail; add one, such as smtp, to connectors.d");
  return TRUE;
}

static gboolean
check_captcha (Doctor *doctor, GError **error)
{
  GPtrArray *instances = doctor->call->api->instances;
  gboolean has = FALSE;

  for (guint i = 0; i < instances->len; i++)
    has |= POSTERN_IS_CAPTCHA (instances->pdata[i]);
  add_check (doctor, "captcha", TRUE, has ? "one is asked where the policy says so"
                                          : "there is none, so where risk_many_failures is captcha people get a mail instead; add one, such as captcha-pow, to connectors.d");
  return TRUE;
}

/* One that does not take the log is found here, too, by who does not look for it. */
static gboolean
check_sinks (Doctor *doctor, GError **error)
{
  GPtrArray *instances = doctor->call->api->instances;
  g_autoptr (GPtrArray) places = postern_sink_place_store_list (doctor->txn, error);

  for (guint i = 0; places != NULL && i < instances->len; i++)
    {
      const PosternSinkPlace *place = postern_api_sinks_find_place (places, instances->pdata[i]);
      g_autofree char *text = place && place->failures > 0 ? g_strdup_printf ("“%s” takes no entries of the audit log: %s; they wait, and it is tried again until it does: postern sink show %s", place->id, place->error, place->id) : NULL;

      if (text != NULL)
        add_check (doctor, "sinks", FALSE, text);
    }
  return places != NULL;
}

static gboolean
check_keys (Doctor *doctor, GError **error)
{
  g_autoptr (GPtrArray) keys = postern_key_store_list (doctor->txn, error);
  guint n_current = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; keys != NULL && i < keys->len; i++)
    n_current += g_strcmp0 (((PosternKey *) keys->pdata[i])->state, "current") == 0;
  if (keys == NULL)
    return FALSE;
  text = n_current > 0 ? g_strdup_printf ("%u sign", n_current) : g_strdup ("none yet; they are made at the first token");
  add_check (doctor, "keys", TRUE, text);
  return TRUE;
}

static gboolean
doctor (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  static gboolean (*const checks[]) (Doctor *, GError **) = { check_public_url, check_administrator, check_instances, check_messengers, check_captcha, check_sinks, check_keys };
  Doctor self = { call, txn, G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}")) };

  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    if (!checks[i](&self, error))
      {
        g_variant_builder_clear (&self.checks);
        return FALSE;
      }
  return postern_api_call_set_items (call, g_variant_builder_end (&self.checks));
}

/* --- the set-up link -------------------------------------------------------------------------------------------- */

static gboolean
setup (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autofree char *url = postern_setup_issue (txn, postern_tenant_get_issuer (call->api->tenant), call->now, error);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (url == NULL)
    return FALSE;
  postern_api_call_audit (call, "setup.link-made", NULL, NULL);
  g_variant_dict_insert (&dict, "url", "s", url);
  g_variant_dict_insert (&dict, "expires_at", "x", call->now + POSTERN_SETUP_LIFETIME);
  return postern_api_call_set_result (call, 201, g_variant_dict_end (&dict));
}

static const PosternApiRow rows[] = {
  { POSTERN_API_SHOW, "/status", "getStatus", "status:read", "Shows what runs here", .answer = &status_schema, .work = show },
  { POSTERN_API_LIST, "/doctor", "runDoctor", "status:read", "Looks for what is wrong, and says what to do", .answer = &check_schema, .work = doctor, .flags = POSTERN_API_UNPAGED },
  { POSTERN_API_CREATE, "/setup", "makeSetupLink", "setup:write", "Makes the link by which the first administrator comes in", NULL, &link_schema, .work = setup, .flags = POSTERN_API_CONFLICTS },
  { .path = NULL },
};

const PosternApiResource postern_api_status = { "Server", "The server itself.", rows };
