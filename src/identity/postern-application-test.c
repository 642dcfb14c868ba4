/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-application.h"

#include "postern-error.h"
#include "postern-json.h"
#include "postern-seal.h"

#include <string.h>

#define REDIRECT "\"redirect_uris\":[\"https://app.example/cb\"]"
#define X        "04N0xi21hshyvBp7I167sbE_bXqyqkAPfefdklMO7wY"
#define Y        "UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgmw"
#define ENC_KEYS                                                                                             \
  "\"jwks\":{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"enc\",\"x\":\"" X "\",\"y\":\"" Y "\"}]}"
#define ENCRYPT(alg, enc)                                                                                    \
  "\"id_token_encrypted_response_alg\":\"" alg "\",\"id_token_encrypted_response_enc\":\"" enc "\""
#define SIG_KEY "{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"sig\",\"x\":\"" X "\",\"y\":\"" Y "\"}"
#define KEY     "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\",\"y\":\"" Y "\"}"

static PosternApplication *
new_application (const char *kind, const char *metadata)
{
  PosternApplication *application = postern_application_new ();
  g_autoptr (GError) error = NULL;

  application->id = postern_id_new ("app");
  application->name = g_strdup ("Example");
  application->kind = g_strdup (kind);
  application->enabled = TRUE;
  application->metadata = postern_json_parse_object (metadata, -1, 0, &error);
  g_assert_no_error (error);

  return application;
}

static PosternClient *
new_client (const char *kind, const char *metadata)
{
  g_autoptr (PosternApplication) application = new_application (kind, metadata);
  g_autoptr (GError) error = NULL;
  PosternClient *client = postern_client_new (application, &error);

  g_assert_no_error (error);

  return client;
}

static void
test_defaults (void)
{
  g_autoptr (PosternClient) web = new_client ("web", "{" REDIRECT "}");
  g_autoptr (PosternClient) spa = new_client ("spa", "{" REDIRECT ",\"require_pkce\":false}");
  g_autoptr (PosternClient) service = new_client ("service", "{\"scope\":\"a b\"}");

  g_assert_cmpstr (web->token_endpoint_auth_method, ==, "client_secret_basic");
  g_assert_true (postern_client_allows_grant (web, "authorization_code"));
  g_assert_true (postern_client_allows_grant (web, "refresh_token"));
  g_assert_true (postern_client_allows_scope (web, "openid"));
  g_assert_false (postern_client_allows_scope (web, "a"));
  g_assert_cmpstr (web->response_types[0], ==, "code");
  g_assert_cmpint (web->id_token_alg, ==, POSTERN_JOSE_ALG_RS256);
  g_assert_cmpint (web->userinfo_alg, ==, POSTERN_JOSE_ALG_UNKNOWN);
  g_assert_cmpint (web->default_max_age, ==, -1);
  g_assert_true (web->require_pkce);
  g_assert_true (web->refresh_rotation);
  g_assert_cmpstr (spa->token_endpoint_auth_method, ==, "none");
  g_assert_true (spa->require_pkce); /* not theirs to switch off */
  g_assert_true (postern_client_allows_grant (service, "client_credentials"));
  g_assert_null (service->response_types[0]);
  g_assert_true (postern_client_allows_scope (service, "b"));
  g_assert_false (postern_client_allows_scope (service, "openid"));
}

static void
test_members (void)
{
  g_autoptr (PosternClient) client =
      new_client ("web", "{" REDIRECT ",\"id_token_signed_response_alg\":\"ES256\",\"userinfo_signed_"
                         "response_alg\":\"PS256\",\"jwks\":{\"keys\":[" KEY "]},"
                         "\"token_endpoint_auth_method\":\"private_key_jwt\",\"access_token_lifetime\":60,\"access_token_format\":\"opaque\","
                         "\"default_max_age\":0,\"require_auth_time\":true,"
                         "\"refresh_token_rotation\":false,\"resources\":[\"https://"
                         "api.example\"],\"logo_uri\":\"https://app.example/l.png\"}");

  g_assert_cmpint (client->id_token_alg, ==, POSTERN_JOSE_ALG_ES256);
  g_assert_cmpint (client->userinfo_alg, ==, POSTERN_JOSE_ALG_PS256);
  g_assert_cmpuint (postern_jwk_set_get_n_keys (client->jwks), ==, 1);
  g_assert_cmpint (client->access_token_lifetime, ==, 60);
  g_assert_true (client->access_token_opaque);
  g_assert_cmpint (client->default_max_age, ==, 0);
  g_assert_true (client->require_auth_time);
  g_assert_false (client->refresh_rotation);
  g_assert_cmpstr (client->resources[0], ==, "https://api.example");
  g_assert_cmpstr (client->logo_uri, ==, "https://app.example/l.png");
}

static const struct {
  const char *kind, *metadata, *member; /* member that is named; NULL: good */
} cases[] = {
    {"web", "{" REDIRECT "}", NULL},
    {"spa", "{" REDIRECT "}", NULL},
    {"native", "{\"redirect_uris\":[\"com.example.app:/cb\",\"http://127.0.0.1/cb\"]}", NULL},
    {"service", "{}", NULL},
    {"service", "{\"scope\":\"read write\",\"resources\":[\"https://api.example/v1\",\"urn:example:api\"]}",
     NULL},
    {"web",
     "{" REDIRECT ",\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"tos_uri\":null,\"client_"
     "name\":\"Grüße\"}",
     NULL},
    {"web", "{" REDIRECT ",\"jwks\":{\"keys\":[" KEY "]},\"token_endpoint_auth_method\":\"private_key_jwt\"}",
     NULL},
    {"web",
     "{" REDIRECT
     ",\"jwks_uri\":\"https://app.example/jwks\",\"token_endpoint_auth_method\":\"private_key_jwt\"}",
     NULL},
    {"robot", "{" REDIRECT "}", "kind"},
    {NULL, "{" REDIRECT "}", "kind"},
    {"web", "{}", "redirect_uris"},
    {"web", "{\"redirect_uris\":[]}", "redirect_uris"},
    {"web", "{\"redirect_uris\":\"https://app.example/cb\"}", "redirect_uris"},
    {"web", "{\"redirect_uris\":[7]}", "redirect_uris"},
    {"web", "{\"redirect_uris\":[\"https://app.example/cb#x\"]}", "redirect_uris"},
    {"web", "{\"redirect_uris\":[\"com.example.app:/cb\"]}", "redirect_uris"},
    {"web", "{\"redirect_uris\":[\"https://a.example\",\"https://a.example\"]}", "redirect_uris"},
    {"web", "{" REDIRECT ",\"post_logout_redirect_uris\":[\"javascript:x\"]}", "post_logout_redirect_uris"},
    {"web", "{" REDIRECT ",\"redirect_url\":\"x\"}", "redirect_url"},
    {"web", "{" REDIRECT ",\"grant_types\":[\"implicit\"]}", "grant_types"},
    {"web", "{" REDIRECT ",\"grant_types\":[\"authorization_code\",\"password\"]}", "grant_types"},
    {"web", "{" REDIRECT ",\"grant_types\":[]}", "grant_types"},
    {"web", "{" REDIRECT ",\"response_types\":[\"token\"]}", "response_types"},
    {"web", "{" REDIRECT ",\"response_types\":[]}", "response_types"},
    {"web", "{" REDIRECT ",\"scope\":\"a  b\"}", "scope"},
    {"web", "{" REDIRECT ",\"scope\":\"\"}", NULL},
    {"web", "{" REDIRECT ",\"scope\":\"a\\\"b\"}", "scope"},
    {"web", "{" REDIRECT ",\"scope\":[\"a\"]}", "scope"},
    {"web", "{" REDIRECT ",\"resources\":[\"api\"]}", "resources"},
    {"web", "{" REDIRECT ",\"resources\":[\"https://api.example#x\"]}", "resources"},
    {"web", "{" REDIRECT ",\"token_endpoint_auth_method\":\"client_secret_jwt\"}",
     "token_endpoint_auth_method"},
    {"spa", "{" REDIRECT ",\"token_endpoint_auth_method\":\"client_secret_post\"}",
     "token_endpoint_auth_method"},
    {"service", "{\"token_endpoint_auth_method\":\"none\"}", "token_endpoint_auth_method"},
    {"web", "{" REDIRECT ",\"token_endpoint_auth_method\":\"private_key_jwt\"}", "jwks"},
    {"web", "{" REDIRECT ",\"jwks\":{\"keys\":[]}}", "jwks"},
    {"web", "{" REDIRECT ",\"jwks\":[" KEY "]}", "jwks"},
    {"web", "{" REDIRECT ",\"jwks\":{\"keys\":\"" X "\"}}", "jwks"},
    {"web", "{" REDIRECT ",\"contacts\":[\"ada@app.example\",7]}", "contacts"},
    {"web", "{" REDIRECT ",\"contacts\":[\"ada@app.example\",\"ada@app.example\"]}", "contacts"},
    {"web", "{" REDIRECT ",\"resources\":[\"https://api.example/a b\"]}", "resources"},
    {"web", "{" REDIRECT ",\"jwks\":{\"keys\":[{\"kty\":\"oct\",\"k\":\"" X "\"}]}}", "jwks"},
    {"web", "{" REDIRECT ",\"jwks\":{\"keys\":[" KEY ",7]}}", "jwks"},
    {"web", "{" REDIRECT ",\"jwks\":{\"keys\":[" KEY "]},\"jwks_uri\":\"https://app.example/jwks\"}",
     "jwks_uri"},
    {"web", "{" REDIRECT ",\"jwks_uri\":\"http://app.example/jwks\"}", "jwks_uri"},
    {"web", "{" REDIRECT ",\"id_token_signed_response_alg\":\"none\"}", "id_token_signed_response_alg"},
    {"web", "{" REDIRECT ",\"id_token_signed_response_alg\":\"HS256\"}", "id_token_signed_response_alg"},
    {"web", "{" REDIRECT ",\"request_object_signing_alg\":\"none\"}", "request_object_signing_alg"},
    {"web", "{" REDIRECT "," ENC_KEYS "," ENCRYPT ("ECDH-ES", "A128GCM") "}", NULL},
    {"web",
     "{" REDIRECT ",\"jwks_uri\":\"https://app.example/jwks\"," ENCRYPT ("RSA-OAEP-256", "A256GCM") "}",
     NULL},
    {"web", "{" REDIRECT "," ENC_KEYS "," ENCRYPT ("RSA-OAEP-256", "A128GCM") "}", "jwks"},
    {"web", "{" REDIRECT ",\"jwks\":{\"keys\":[" SIG_KEY "]}," ENCRYPT ("ECDH-ES", "A128GCM") "}", "jwks"},
    {"web", "{" REDIRECT "," ENCRYPT ("ECDH-ES", "A128GCM") "}", "jwks"},
    {"web", "{" REDIRECT "," ENC_KEYS "," ENCRYPT ("RSA-OAEP", "A128GCM") "}",
     "id_token_encrypted_response_alg"},
    {"web", "{" REDIRECT "," ENC_KEYS "," ENCRYPT ("dir", "A128GCM") "}", "id_token_encrypted_response_alg"},
    {"web", "{" REDIRECT "," ENC_KEYS "," ENCRYPT ("ECDH-ES", "A128CBC-HS256") "}",
     "id_token_encrypted_response_enc"},
    {"web", "{" REDIRECT "," ENC_KEYS ",\"id_token_encrypted_response_alg\":\"ECDH-ES\"}",
     "id_token_encrypted_response_enc"},
    {"web", "{" REDIRECT "," ENC_KEYS ",\"id_token_encrypted_response_enc\":\"A128GCM\"}",
     "id_token_encrypted_response_enc"},
    {"web", "{" REDIRECT "," ENC_KEYS ",\"userinfo_encrypted_response_alg\":\"ECDH-ES\"}",
     "userinfo_encrypted_response_enc"},
    {"web", "{" REDIRECT "," ENC_KEYS ",\"userinfo_encrypted_response_alg\":\"RSA1_5\"}",
     "userinfo_encrypted_response_alg"},
    {"web", "{" REDIRECT ",\"access_token_format\":\"saml\"}", "access_token_format"},
    {"web", "{" REDIRECT ",\"access_token_format\":[\"jwt\"]}", "access_token_format"},
    {"web", "{" REDIRECT ",\"access_token_lifetime\":0}", "access_token_lifetime"},
    {"web", "{" REDIRECT ",\"access_token_lifetime\":1.5}", "access_token_lifetime"},
    {"web", "{" REDIRECT ",\"access_token_lifetime\":\"60\"}", "access_token_lifetime"},
    {"web", "{" REDIRECT ",\"default_max_age\":-1}", "default_max_age"},
    {"web", "{" REDIRECT ",\"require_auth_time\":\"yes\"}", "require_auth_time"},
    {"web", "{" REDIRECT ",\"logo_uri\":\"javascript:alert(1)\"}", "logo_uri"},
    {"web", "{" REDIRECT ",\"client_uri\":7}", "client_uri"},
    {"web", "{" REDIRECT ",\"client_name\":\"a\\u0007\"}", "client_name"},
    {"web", "{" REDIRECT ",\"subject_type\":\"pairwise\"}", "subject_type"},
    {"web", "{" REDIRECT ",\"backchannel_logout_uri\":\"https://app.example/#x\"}", "backchannel_logout_uri"},
};

/* @member: that is named; NULL: good */
static void
check_metadata (const char *kind, const char *metadata, const char *member)
{
  g_autoptr (PosternApplication) application = new_application (kind, metadata);
  g_autofree char *start = g_strconcat (member ? member : "", ":", NULL);
  g_autoptr (GError) error = NULL;
  gboolean good = postern_application_validate (application, &error);

  g_test_message ("%.400s: %s", metadata, error ? error->message : "good");
  g_assert_cmpint (good, ==, member == NULL);
  if (good)
    return;
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  g_assert_true (g_str_has_prefix (error->message, start));
}

static void
test_validate (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_metadata (cases[i].kind, cases[i].metadata, cases[i].member);
}

/* (transfer full): @n times @item, in which # is the number, with @between */
static char *
dup_many (const char *item, const char *between, guint n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++) {
    g_autofree char *number = g_strdup_printf ("%u", i);
    g_auto (GStrv) parts = g_strsplit (item, "#", -1);
    g_autofree char *one = g_strjoinv (number, parts);

    g_string_append_printf (text, "%s%s", i ? between : "", one);
  }
  return g_strdup (text->str);
}

/* As many and as long as may be, and one more. */
static void
test_sizes (void)
{
  static const struct {
    const char *item, *between, *before, *after, *member;
    guint most;
  } rows[] = {
    { "https://app.example/#", "\",\"", "{\"redirect_uris\":[\"", "\"]}", "redirect_uris", 100 },
    { "s#", " ", "{" REDIRECT ",\"scope\":\"", "\"}", "scope", 100 },
    { "s", "", "{" REDIRECT ",\"scope\":\"", "\"}", "scope", 200 },
    { "https://api.example/#", "\",\"", "{" REDIRECT ",\"resources\":[\"", "\"]}", "resources", 100 },
    { "a", "", "{" REDIRECT ",\"resources\":[\"urn:example:", "\"]}", "resources", 2048 - 12 },
    { "ada#@app.example", "\",\"", "{" REDIRECT ",\"contacts\":[\"", "\"]}", "contacts", 100 },
    { "a", "", "{" REDIRECT ",\"contacts\":[\"", "\"]}", "contacts", 320 },
    { KEY, ",", "{" REDIRECT ",\"jwks\":{\"keys\":[", "]}}", "jwks", 100 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint over = 0; over < 2; over++) {
      g_autofree char *many = dup_many (rows[i].item, rows[i].between, rows[i].most + over), *metadata = g_strconcat (rows[i].before, many, rows[i].after, NULL);

      check_metadata ("web", metadata, over ? rows[i].member : NULL);
    }
}

static void
test_name (void)
{
  g_autoptr (PosternApplication) application = new_application ("service", "{}");
  g_autoptr (GError) error = NULL;

  g_free (application->name);
  application->name = g_strdup ("");
  g_assert_false (postern_application_validate (application, &error));
  g_assert_true (g_str_has_prefix (error->message, "name:"));
}

/* Whoever asks people itself, without a browser, is one of ours, and no page in a browser. */
static void
test_challenge (void)
{
  static const struct {
    const char *kind, *metadata;
    gboolean first_party, good;
  } applications[] = {
    { "native", "{" REDIRECT ",\"authorization_challenge\":true}", TRUE, TRUE },
    { "native", "{" REDIRECT ",\"authorization_challenge\":true}", FALSE, FALSE },
    { "native", "{" REDIRECT ",\"authorization_challenge\":false}", FALSE, TRUE },
    { "spa", "{" REDIRECT ",\"authorization_challenge\":true}", TRUE, FALSE },
    { "service", "{\"authorization_challenge\":true}", TRUE, FALSE },
    { "native", "{" REDIRECT ",\"authorization_challenge\":\"yes\"}", TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (applications); i++) {
    g_autoptr (PosternApplication) application = new_application (applications[i].kind, applications[i].metadata);
    g_autoptr (PosternClient) client = NULL;
    g_autoptr (GError) error = NULL;

    application->first_party = applications[i].first_party;
    client = postern_client_new (application, NULL);
    g_assert_cmpint (postern_application_validate (application, &error), ==, applications[i].good);
    if (!applications[i].good)
      g_assert_true (g_str_has_prefix (error->message, "authorization_challenge: "));
    g_assert_true (!client->authorization_challenge || applications[i].first_party); /* whatever the record came to say */
  }
}

static void
test_secrets (void)
{
  g_autoptr (PosternApplication) application = new_application ("web", "{" REDIRECT "}");
  g_autoptr (PosternClient) client = postern_client_new (application, NULL);
  g_autofree char *first = NULL, *second = NULL, *printed = NULL, *huge = g_strnfill (5000, 'a');

  g_assert_false (postern_client_check_secret (client, "", 100));
  first = postern_application_add_secret (application, 100, 0, NULL);
  second = postern_application_add_secret (application, 100, 200, NULL);
  printed = g_variant_print (application->secrets, FALSE);
  g_assert_null (strstr (printed, first));
  g_assert_true (postern_client_check_secret (client, first, 100));
  g_assert_true (postern_client_check_secret (client, second, 199));
  g_assert_false (postern_client_check_secret (client, second, 200));
  g_assert_false (postern_client_check_secret (client, NULL, 100));
  g_assert_false (postern_client_check_secret (client, "", 100));
  g_assert_false (postern_client_check_secret (client, "wrong", 100));
  g_assert_false (postern_client_check_secret (client, huge, 100));

  for (guint i = 2; i < 5; i++)
    postern_secret_free (postern_application_add_secret (application, 100, 0, NULL));
  g_assert_null (postern_application_add_secret (application, 100, 0, NULL));
  g_assert_false (postern_application_remove_secret (application, "sec_other"));
  {
    g_autoptr (GVariant) box = g_variant_get_child_value (application->secrets, 0);
    g_autoptr (GVariant) row = g_variant_get_variant (box);
    g_autofree char *id = g_strdup (postern_json_get_string (row, "id"));

    g_assert_true (postern_application_remove_secret (application, id));
  }
  g_assert_false (postern_client_check_secret (client, first, 100));
  g_assert_true (postern_client_check_secret (client, second, 100));
}

static void
test_redirect (void)
{
  g_autoptr (PosternClient) web =
      new_client ("web", "{\"redirect_uris\":[\"https://app.example/cb\",\"http://127.0.0.1/cb\"]}");
  g_autoptr (PosternClient) native = new_client ("native", "{\"redirect_uris\":[\"http://127.0.0.1/cb\"]}");

  g_assert_true (postern_client_matches_redirect (web, "https://app.example/cb"));
  g_assert_false (postern_client_matches_redirect (web, "https://app.example/cb/"));
  g_assert_false (postern_client_matches_redirect (web, "http://127.0.0.1:5000/cb"));
  g_assert_false (postern_client_matches_redirect (web, NULL));
  g_assert_true (postern_client_matches_redirect (native, "http://127.0.0.1:5000/cb"));
}

/* What could be taken for somebody or something else is no client_id. */
static void
test_id (void)
{
  static const char *const good[] = { "app_01m8hqyz49encaned8h3htdtw5", "shop", "s3.eu-west_1~x", "Shop", "123", "app-1", "usr" };
  static const char *const bad[] = { NULL, "", "ab", "-shop", ".well-known", "..", "~me", "a b", "shop/1", "shop:1", "shop%41", "caf\xc3\xa9", "a\"b", "a\nb", "server", "usr_01m8hqyz49encaned8h3htdtw5",
                                     "usr_x", "grp_01m8hqyz49encaned8h3htdtw5", "app_x", "app_01M8HQYZ49ENCANED8H3HTDTW5", "https://shop.example/" };
  g_autofree char *longest = g_strnfill (64, 'a'), *longer = g_strnfill (65, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (postern_application_id_is_valid (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (postern_application_id_is_valid (bad[i]));
  g_assert_true (postern_application_id_is_valid (longest));
  g_assert_false (postern_application_id_is_valid (longer));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/application/defaults", test_defaults);
  g_test_add_func ("/application/members", test_members);
  g_test_add_func ("/application/validate", test_validate);
  g_test_add_func ("/application/sizes", test_sizes);
  g_test_add_func ("/application/name", test_name);
  g_test_add_func ("/application/challenge", test_challenge);
  g_test_add_func ("/application/secrets", test_secrets);
  g_test_add_func ("/application/redirect", test_redirect);
  g_test_add_func ("/application/id", test_id);

  return g_test_run ();
}
