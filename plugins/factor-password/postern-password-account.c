/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-account.h"

#include <glib/gi18n.h>

#include "postern-flow-audit.h"
#include "postern-flow-browser.h"
#include "postern-flow-context.h"
#include "postern-flow-end.h"
#include "postern-flow-notice.h"
#include "postern-proof.h"

#define KIND "password"
#define NOTICE_CHANGED N_("Your password was changed. You are signed out everywhere else.")
#define NOTICE_RECOVERED N_("A new password was set with a code that was sent to you. You are signed out everywhere else.")

typedef struct {
  PosternPasswordAccount *account;
  const char *user_id, *identifier, *device_hash;
} Look;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *it = user_data;
  PosternPasswordAccount *account = it->account;
  g_autoptr (GError) no_user = NULL;
  g_autoptr (GError) no_credential = NULL;

  postern_password_account_clear (account);
  account->user = it->user_id ? postern_user_store_get (txn, it->user_id, &no_user) : postern_user_store_find (txn, it->identifier, &no_user);
  if (account->user == NULL)
    return postern_store_pass_missing (&no_user, error);
  account->credential = postern_credential_store_find (txn, account->user->id, KIND, &no_credential);
  if (it->device_hash && postern_device_store_knows (txn, it->device_hash, account->user->id, postern_flow_context_now (), NULL))
    account->device_hash = g_strdup (it->device_hash);
  return postern_store_pass_missing (&no_credential, error);
}

gboolean
postern_password_account_find (PosternPasswordAccount *self, PosternFlowContext *context, const char *user_id, const char *identifier, GError **error)
{
  g_autofree char *device_hash = postern_flow_browser_dup_device_hash (context->request);
  Look it = { self, user_id, identifier, device_hash };

  if (!postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, look, &it, error))
    return FALSE;
  self->key = g_strdup (self->user ? self->user->id : identifier);
  return TRUE;
}

void
postern_password_account_clear (PosternPasswordAccount *self)
{
  g_clear_pointer (&self->user, postern_user_unref);
  g_clear_pointer (&self->credential, postern_credential_unref);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->device_hash, g_free);
}

typedef struct {
  PosternPasswordAccount *account;
  PosternFlowContext *context;
  const char *value;
  const char *recipient; /* of a recovery */
  GPtrArray *ended; /* who must be told once it is done; (nullable) */
} Change;

static gboolean
upgrade (PosternTxn *txn, gpointer user_data, GError **error)
{
  Change *change = user_data;
  PosternCredential *credential = change->account->credential;

  return postern_credential_store_upgrade (txn, credential->id, credential->value, change->value, postern_flow_context_now (), error);
}

gboolean
postern_password_account_upgrade (PosternPasswordAccount *self, PosternFlowContext *context, const char *value, GError **error)
{
  Change change = { self, context, value };

  if (!postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, upgrade, &change, error))
    return FALSE;
  g_free (self->credential->value);
  self->credential->value = g_strdup (value);
  return TRUE;
}

static gboolean
put_credential (PosternTxn *txn, const char *user_id, const char *value, gint64 now, GError **error)
{
  g_autoptr (PosternCredential) credential = postern_credential_new ();

  credential->id = postern_id_new ("crd");
  credential->user_id = g_strdup (user_id);
  credential->kind = g_strdup (KIND);
  credential->value = g_strdup (value);
  credential->created_at = credential->updated_at = now;
  return postern_credential_store_put (txn, credential, error);
}

/*
 * What a session got that outlives sessions (offline_access) would keep a thief in after the change. What came of the
 * session that changes it stays: its owner just showed the old password.
 */
static gboolean
revoke_offline (PosternTxn *txn, Change *change, GError **error)
{
  return postern_grant_store_revoke_offline (txn, change->account->user->id, change->context->flow->session_id, postern_flow_context_now (), error);
}

/* Whoever knows the old password must not stay signed in by it: every other session ends, in the same transaction. */
static gboolean
end_others (PosternTxn *txn, Change *change, GError **error)
{
  g_clear_pointer (&change->ended, g_ptr_array_unref); /* a transaction may run twice */
  change->ended = postern_flow_end_by_flow (change->context, txn, change->account->user->id, change->context->flow->session_id, error);
  return change->ended != NULL;
}

/* The one that was shown to be known, and no other: whoever was quicker has thrown this one out. */
static gboolean
set (PosternTxn *txn, gpointer user_data, GError **error)
{
  Change *change = user_data;
  const char *user_id = change->account->user->id;
  gboolean put = change->account->credential ? upgrade (txn, change, error) : put_credential (txn, user_id, change->value, postern_flow_context_now (), error);

  return put && revoke_offline (txn, change, error) && end_others (txn, change, error) &&
         postern_flow_notice_add (change->context, txn, change->account->user, NOTICE_CHANGED, error) && postern_flow_audit_append (change->context, txn, "password.changed", user_id, error);
}

gboolean
postern_password_account_set (PosternPasswordAccount *self, PosternFlowContext *context, const char *value, GError **error)
{
  Change change = { self, context, value };
  gboolean done = postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, set, &change, error);
  g_autoptr (GPtrArray) ended = change.ended;

  if (!done)
    return FALSE;
  postern_flow_audit_tell (context, "password.changed", self->user->id);
  postern_flow_end_by_flow_tell (context, ended);
  return TRUE;
}

/* --- a forgotten one ---------------------------------------------------------------------------------------------------- */

static gboolean
has_address (const PosternUser *user, const char *recipient)
{
  return user->disabled_at == 0 && (g_strcmp0 (user->email, recipient) == 0 || (user->phone_verified && g_strcmp0 (user->phone, recipient) == 0));
}

static gboolean
replace_password (PosternTxn *txn, Change *change, GError **error)
{
  gint64 at = postern_flow_context_now ();
  const char *user_id = change->account->user->id;
  g_autoptr (GError) missing = NULL;
  g_autoptr (PosternCredential) old = postern_credential_store_find (txn, user_id, KIND, &missing);

  if (old == NULL)
    return postern_store_pass_missing (&missing, error) && put_credential (txn, user_id, change->value, at, error);
  return postern_credential_store_upgrade (txn, old->id, old->value, change->value, at, error);
}

/* Not over a password that somebody else has set meanwhile: what was shown before that is worth nothing after it. */
static gboolean
check_unchanged (PosternTxn *txn, Change *change, GError **error)
{
  g_autoptr (GError) missing = NULL;
  g_autoptr (PosternCredential) now = postern_credential_store_find (txn, change->account->user->id, KIND, &missing);
  PosternCredential *then = change->account->credential;

  if (now == NULL && !postern_store_pass_missing (&missing, error))
    return FALSE;
  if (g_strcmp0 (now ? now->value : NULL, then ? then->value : NULL) == 0)
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "Another password was set meanwhile");
  return FALSE;
}

static gboolean
recover (PosternTxn *txn, gpointer user_data, GError **error)
{
  Change *change = user_data;
  g_autoptr (PosternUser) user = postern_user_store_get (txn, change->account->user->id, error);
  gint64 now = postern_flow_context_now ();

  if (user == NULL)
    return FALSE;
  if (!has_address (user, change->recipient)) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "The account does not have this address any more");
    return FALSE;
  }
  if (!check_unchanged (txn, change, error) || !postern_proof_take_address (txn, user, change->recipient, now, error) || !replace_password (txn, change, error))
    return FALSE;
  return end_others (txn, change, error) && postern_grant_store_revoke_all (txn, user->id, NULL, now, error) &&
         postern_code_store_delete (txn, user->id, error) && postern_flow_notice_add (change->context, txn, user, NOTICE_RECOVERED, error) &&
         postern_flow_audit_append (change->context, txn, "password.recovered", user->id, error);
}

gboolean
postern_password_account_recover (PosternPasswordAccount *self, PosternFlowContext *context, const char *value, const char *recipient, GError **error)
{
  Change change = { self, context, value, recipient };
  gboolean done = postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, recover, &change, error);
  g_autoptr (GPtrArray) ended = change.ended;

  if (!done)
    return FALSE;
  postern_flow_context_forget_user (context);
  postern_flow_audit_tell (context, "password.recovered", self->user->id);
  postern_flow_end_by_flow_tell (context, ended);
  return TRUE;
}
