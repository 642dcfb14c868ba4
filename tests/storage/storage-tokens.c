/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

/* Applications, grants, codes, refresh tokens, consents, revoked tokens, keys. */

static gboolean
applications (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternApplication) app = storage_kit_new_application ("shop");
  g_autoptr (PosternApplication) found = NULL;
  g_autoptr (GPtrArray) all = NULL;

  app->metadata = postern_json_parse ("{\"redirect_uris\":[\"https://a/cb\"]}", -1, 0, NULL);
  app->secrets = postern_json_get (g_variant_ref_sink (postern_json_parse ("{\"s\":[{\"id\":\"1\",\"hash\":\"h\"}]}", -1, 0, NULL)), "s");
  g_assert_true (postern_application_store_insert (txn, app, error));
  assert_fails (postern_application_store_insert (txn, app, &failure), POSTERN_ERROR_CONFLICT);
  found = postern_application_store_get (txn, app->id, error);
  g_assert_true (g_variant_equal (found->metadata, app->metadata));
  g_assert_true (g_variant_equal (found->secrets, app->secrets));
  g_assert_true (found->enabled);
  app->enabled = FALSE;
  g_assert_true (postern_application_store_update (txn, app, error));
  all = postern_application_store_list (txn, NULL, 10, error);
  g_assert_cmpuint (all->len, ==, 1);
  g_assert_false (((PosternApplication *) all->pdata[0])->enabled);
  g_assert_true (postern_application_store_delete (txn, app->id, error));
  assert_fails (postern_application_store_get (txn, app->id, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_application_store_update (txn, app, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_application_store_delete (txn, app->id, &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

static gint64
revoked_at (PosternTxn *txn, const char *id)
{
  g_autoptr (PosternGrant) grant = postern_grant_store_get (txn, id, NULL);

  return grant->revoked_at;
}

static void
assert_living (PosternTxn *txn, PosternGrant *grant, gint64 now, gboolean expected)
{
  gboolean has = !expected;

  g_assert_true (postern_grant_store_has_living (txn, grant->user_id, grant->application_id, now, &has, NULL));
  g_assert_cmpint (has, ==, expected);
}

static gboolean
grants (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL);
  g_autoptr (PosternApplication) a = storage_kit_new_application ("a");
  g_autoptr (PosternApplication) b = storage_kit_new_application ("b");
  g_autoptr (PosternGrant) first = storage_kit_new_grant (ada->id, a->id, NULL);
  g_autoptr (PosternGrant) second = storage_kit_new_grant (ada->id, b->id, NULL);
  g_autoptr (PosternGrant) machine = storage_kit_new_grant (NULL, a->id, NULL);
  g_autoptr (PosternGrant) lost = storage_kit_new_grant ("usr_none", a->id, NULL);
  g_autoptr (GPtrArray) page = NULL;

  second->expires_at = NOW + 50;
  g_assert_true (postern_user_store_insert (txn, ada, error) && postern_application_store_insert (txn, a, error)
                 && postern_application_store_insert (txn, b, error));
  g_assert_true (postern_grant_store_insert (txn, first, error) && postern_grant_store_insert (txn, second, error)
                 && postern_grant_store_insert (txn, machine, error));
  assert_fails (postern_grant_store_insert (txn, lost, &failure), POSTERN_ERROR_NOT_FOUND);
  page = postern_grant_store_list (txn, ada->id, first->id, 10, error);
  g_assert_cmpuint (page->len, ==, 1);
  g_assert_cmpstr (((PosternGrant *) page->pdata[0])->id, ==, second->id);

  assert_living (txn, second, NOW, TRUE);
  assert_living (txn, second, second->expires_at, FALSE); /* what has lapsed is no access */
  assert_living (txn, first, NOW, TRUE);
  g_assert_true (postern_grant_store_revoke (txn, first->id, NOW, error));
  g_assert_true (postern_grant_store_revoke (txn, first->id, NOW + 5, error));
  g_assert_cmpint (revoked_at (txn, first->id), ==, NOW);
  assert_living (txn, first, NOW, FALSE);
  assert_living (txn, second, NOW, TRUE);
  assert_fails (postern_grant_store_revoke (txn, "gnt_none", NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  g_assert_true (postern_grant_store_revoke_all (txn, ada->id, a->id, NOW + 1, error));
  g_assert_cmpint (revoked_at (txn, second->id), ==, 0);
  g_assert_true (postern_grant_store_revoke_all (txn, ada->id, NULL, NOW + 2, error));
  g_assert_cmpint (revoked_at (txn, second->id), ==, NOW + 2);
  g_assert_cmpint (revoked_at (txn, machine->id), ==, 0);
  g_assert_true (postern_grant_store_revoke_all (txn, NULL, a->id, NOW + 3, error));
  g_assert_cmpint (revoked_at (txn, machine->id), ==, NOW + 3);
  return TRUE;
}

/* All that outlive their sessions, however many; not another's, nor what came of the session that stays. */
static gboolean
grants_offline (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL), bob = storage_kit_new_user ("bob", NULL, NULL);
  g_autoptr (PosternApplication) a = storage_kit_new_application ("a");
  g_autoptr (PosternSession) own = storage_kit_new_session (ada->id);
  PosternGrant *all[5] = { storage_kit_new_grant (ada->id, a->id, own->id), storage_kit_new_grant (ada->id, a->id, NULL), storage_kit_new_grant (bob->id, a->id, NULL),
                           storage_kit_new_grant (ada->id, a->id, NULL), storage_kit_new_grant (ada->id, a->id, "ses_other") };
  const gint64 once[] = { 0, NOW + 1, 0, 0, NOW + 1 }, twice[] = { NOW + 2, NOW + 1, 0, 0, NOW + 1 };

  g_assert_true (postern_user_store_insert (txn, ada, error) && postern_user_store_insert (txn, bob, error) && postern_application_store_insert (txn, a, error) &&
                 postern_session_store_insert (txn, own, error));
  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    all[i]->offline = i != 3;
    g_assert_true (postern_grant_store_insert (txn, all[i], error));
  }
  g_assert_true (postern_grant_store_revoke_offline (txn, ada->id, own->id, NOW + 1, error));
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    g_assert_cmpint (revoked_at (txn, all[i]->id), ==, once[i]);
  g_assert_true (postern_grant_store_revoke_offline (txn, ada->id, NULL, NOW + 2, error));
  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    g_assert_cmpint (revoked_at (txn, all[i]->id), ==, twice[i]);
    postern_grant_unref (all[i]);
  }
  return TRUE;
}

static void
add_grant (PosternTxn *txn, PosternGrant **grant, GError **error)
{
  g_autoptr (PosternApplication) app = storage_kit_new_application ("a");

  *grant = storage_kit_new_grant (NULL, app->id, NULL);
  g_assert_true (postern_application_store_insert (txn, app, error) && postern_grant_store_insert (txn, *grant, error));
}

static PosternGrant *
add_grant_with_code (PosternTxn *txn, const char *application_id, GError **error)
{
  PosternGrant *grant = storage_kit_new_grant (NULL, application_id, NULL);

  grant->code_hash = g_strdup ("c");
  grant->code_challenge = g_strdup ("challenge");
  grant->code_expires_at = NOW + 60;
  g_assert_true (postern_grant_store_insert (txn, grant, error));
  return grant;
}

static gboolean
codes (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternGrant) other = NULL;
  g_autoptr (PosternGrant) grant = NULL;
  g_autoptr (PosternGrant) revoked = NULL;
  g_autoptr (PosternGrant) found = NULL;

  add_grant (txn, &other, error); /* has no code */
  grant = add_grant_with_code (txn, other->application_id, error);
  revoked = add_grant_with_code (txn, other->application_id, error);
  assert_fails (postern_grant_store_insert (txn, grant, &failure), POSTERN_ERROR_CONFLICT);
  g_assert_true (postern_grant_store_revoke (txn, revoked->id, NOW, error));
  assert_fails (postern_grant_store_redeem_code (txn, revoked->id, "c", NOW, &failure), POSTERN_ERROR_STALE);

  assert_fails (postern_grant_store_redeem_code (txn, grant->id, "other", NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_grant_store_redeem_code (txn, other->id, "c", NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_grant_store_redeem_code (txn, "gnt_none", "c", NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_grant_store_redeem_code (txn, grant->id, NULL, NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_grant_store_redeem_code (txn, grant->id, "c", NOW + 60, &failure), POSTERN_ERROR_STALE);
  g_assert_true (postern_grant_store_redeem_code (txn, grant->id, "c", NOW, error));
  assert_fails (postern_grant_store_redeem_code (txn, grant->id, "c", NOW + 1, &failure), POSTERN_ERROR_CONFLICT);
  assert_fails (postern_grant_store_redeem_code (txn, grant->id, "c", NOW + 99, &failure), POSTERN_ERROR_CONFLICT);
  assert_fails (postern_grant_store_redeem_code (txn, grant->id, "other", NOW + 1, &failure), POSTERN_ERROR_NOT_FOUND);
  found = postern_grant_store_get (txn, grant->id, error);
  g_assert_cmpint (found->code_used_at, ==, NOW);
  g_assert_cmpstr (found->code_challenge, ==, "challenge");
  g_assert_null (found->code_redirect_uri);
  return TRUE;
}

static gboolean
refresh_tokens (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternGrant) grant = NULL, other = NULL;
  g_autoptr (PosternRefreshToken) token = postern_refresh_token_new ();
  g_autoptr (PosternRefreshToken) lost = postern_refresh_token_new ();
  g_autoptr (PosternRefreshToken) seen = NULL, used = NULL;

  add_grant (txn, &grant, error);
  add_grant (txn, &other, error);
  token->grant_key = postern_id_get_key (grant->id);
  token->hash = g_strdup ("r");
  token->expires_at = NOW + 60;
  g_assert_true (postern_refresh_store_insert (txn, token, error));
  assert_fails (postern_refresh_store_insert (txn, token, &failure), POSTERN_ERROR_CONFLICT);
  lost->grant_key = 1;
  lost->hash = g_strdup ("r");
  assert_fails (postern_refresh_store_insert (txn, lost, &failure), POSTERN_ERROR_NOT_FOUND);
  seen = postern_refresh_store_get (txn, grant->id, "r", error);
  g_assert_cmpint (seen->used_at, ==, 0);
  assert_fails (postern_refresh_store_get (txn, other->id, "r", &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_refresh_store_get (txn, NULL, "r", &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_refresh_store_redeem (txn, other->id, "r", NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_refresh_store_redeem (txn, grant->id, "s", NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_refresh_store_redeem (txn, grant->id, "r", NOW + 60, &failure), POSTERN_ERROR_STALE);
  g_assert_true (postern_refresh_store_redeem (txn, grant->id, "r", NOW, error));
  used = postern_refresh_store_get (txn, grant->id, "r", error);
  g_assert_cmpint (used->used_at, ==, NOW);
  assert_fails (postern_refresh_store_redeem (txn, grant->id, "r", NOW, &failure), POSTERN_ERROR_CONFLICT);
  /* replayed after its end: still told apart from one that merely lapsed */
  assert_fails (postern_refresh_store_redeem (txn, grant->id, "r", NOW + 99, &failure), POSTERN_ERROR_CONFLICT);
  token->grant_key = postern_id_get_key (other->id);
  g_assert_true (postern_refresh_store_insert (txn, token, error) && postern_grant_store_revoke (txn, other->id, NOW, error));
  assert_fails (postern_refresh_store_redeem (txn, other->id, "r", NOW, &failure), POSTERN_ERROR_STALE);
  return TRUE;
}

static gboolean
consents (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL);
  g_autoptr (PosternApplication) app = storage_kit_new_application ("a");
  g_autofree char *scope = NULL;

  g_assert_true (postern_user_store_insert (txn, ada, error) && postern_application_store_insert (txn, app, error));
  g_assert_null (postern_consent_store_get (txn, ada->id, app->id, error));
  g_assert_no_error (*error);
  g_assert_true (postern_consent_store_put (txn, ada->id, app->id, "openid", NOW, error)
                 && postern_consent_store_put (txn, ada->id, app->id, "openid email", NOW, error));
  scope = postern_consent_store_get (txn, ada->id, app->id, error);
  g_assert_cmpstr (scope, ==, "openid email");
  g_assert_true (postern_consent_store_delete (txn, ada->id, app->id, error));
  g_assert_null (postern_consent_store_get (txn, ada->id, app->id, error));
  return TRUE;
}

static guint
count_consents (PosternTxn *txn, const char *user_id, const char *after, guint limit, GError **error)
{
  g_autoptr (GPtrArray) found = postern_consent_store_list (txn, user_id, after, limit, error);

  g_assert_no_error (*error);
  return found->len;
}

/* Those of a person, page by page; and the end of all of a person, or of an application. */
static gboolean
many_consents (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL), grace = storage_kit_new_user ("grace", NULL, NULL);
  PosternApplication *apps[3];

  g_assert_true (postern_user_store_insert (txn, ada, error) && postern_user_store_insert (txn, grace, error));
  for (guint i = 0; i < G_N_ELEMENTS (apps); i++) {
    apps[i] = storage_kit_new_application ("a");
    g_assert_true (postern_application_store_insert (txn, apps[i], error) && postern_consent_store_put (txn, ada->id, apps[i]->id, "openid", NOW, error)
                   && postern_consent_store_put (txn, grace->id, apps[i]->id, "openid", NOW, error));
  }
  g_assert_cmpuint (count_consents (txn, ada->id, NULL, 9, error), ==, 3);
  g_assert_cmpuint (count_consents (txn, ada->id, NULL, 2, error), ==, 2);
  g_assert_cmpuint (count_consents (txn, ada->id, apps[0]->id, 9, error), ==, 2);
  g_assert_true (postern_consent_store_delete (txn, NULL, apps[1]->id, error));
  g_assert_cmpuint (count_consents (txn, ada->id, NULL, 9, error), ==, 2);
  g_assert_true (postern_consent_store_delete (txn, ada->id, NULL, error));
  g_assert_cmpuint (count_consents (txn, ada->id, NULL, 9, error), ==, 0);
  g_assert_cmpuint (count_consents (txn, grace->id, NULL, 9, error), ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (apps); i++)
    postern_application_unref (apps[i]);
  return TRUE;
}

static gboolean
revoked_tokens (PosternTxn *txn, gpointer data, GError **error)
{
  g_assert_false (postern_revoked_store_contains (txn, "j", error));
  g_assert_true (postern_revoked_store_insert (txn, "j", NOW, error) && postern_revoked_store_insert (txn, "j", NOW, error));
  g_assert_true (postern_revoked_store_contains (txn, "j", error));
  return TRUE;
}

static gboolean
access_tokens (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternAccessToken) token = postern_access_token_new ();
  g_autoptr (PosternAccessToken) found = NULL;

  token->id = postern_id_new ("tok");
  token->hash = g_strdup ("a");
  token->claims = g_strdup ("{\"scope\":\"read\"}");
  token->expires_at = NOW;
  g_assert_true (postern_access_store_insert (txn, token, error));
  assert_fails (postern_access_store_insert (txn, token, &failure), POSTERN_ERROR_CONFLICT);
  found = postern_access_store_get (txn, token->id, "a", error);
  g_assert_cmpstr (found->claims, ==, token->claims);
  g_assert_cmpint (found->expires_at, ==, NOW);
  assert_fails (postern_access_store_get (txn, token->id, "b", &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_access_store_get (txn, token->id, NULL, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_access_store_get (txn, "tok_none", "a", &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

static PosternKey *
new_key (const char *kid, const char *state)
{
  PosternKey *key = postern_key_new ();

  key->kid = g_strdup (kid);
  key->use = g_strdup ("sig");
  key->alg = g_strdup ("ES256");
  key->state = g_strdup (state);
  key->created_at = NOW;
  return key;
}

static gboolean
keys (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternKey) current = new_key ("1", "current");
  g_autoptr (PosternKey) next = new_key ("2", "next");
  g_autoptr (PosternKey) second_current = new_key ("3", "current");
  g_autoptr (GPtrArray) all = NULL;

  g_assert_true (postern_key_store_insert (txn, current, error) && postern_key_store_insert (txn, next, error));
  assert_fails (postern_key_store_insert (txn, second_current, &failure), POSTERN_ERROR_CONFLICT);
  assert_fails (postern_key_store_set_state (txn, "2", "next", "current", NOW, 0, &failure), POSTERN_ERROR_CONFLICT);
  g_assert_true (postern_key_store_set_state (txn, "1", "current", "previous", NOW + 1, NOW + 100, error));
  g_assert_true (postern_key_store_set_state (txn, "2", "next", "current", NOW + 1, 0, error));
  assert_fails (postern_key_store_set_state (txn, "2", "next", "current", NOW + 1, 0, &failure), POSTERN_ERROR_CONFLICT);
  all = postern_key_store_list (txn, error);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpint (((PosternKey *) all->pdata[0])->expires_at, ==, NOW + 100);
  g_assert_cmpint (((PosternKey *) all->pdata[1])->activated_at, ==, NOW + 1);
  g_assert_true (postern_key_store_delete (txn, "1", error));
  assert_fails (postern_key_store_delete (txn, "1", &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

void
storage_tokens_add_tests (void)
{
  g_test_add_data_func ("/storage/applications", applications, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/grants", grants, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/grants-offline", grants_offline, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/codes", codes, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/refresh-tokens", refresh_tokens, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/consents", consents, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/many-consents", many_consents, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/revoked-tokens", revoked_tokens, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/access-tokens", access_tokens, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/keys", keys, storage_kit_run_lasting);
}
