/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-code.h"

#include <string.h>

#include "postern-error.h"
#include "postern-lockout.h"
#include "postern-mac.h"

#define DAY (24 * 3600)

static char *
hash_of (PosternTenant *tenant, const char *kind, const char *purpose, const char *flow_id, const char *recipient, const char *secret)
{
  const char *parts[] = { kind, purpose, flow_id, recipient ? recipient : "", secret, NULL };

  return postern_mac_dup (postern_tenant_get_store (tenant), parts);
}

/* 64 bits of it: one number of a million is likelier than another by one part in 10^13. */
char *
postern_code_dup_digits (PosternTenant *tenant, const char *token)
{
  const char *parts[] = { "digits", token, NULL };
  guint8 digest[POSTERN_MAC_BYTES];
  guint64 number;

  postern_mac_make (postern_tenant_get_store (tenant), parts, digest);
  memcpy (&number, digest, sizeof number);
  return g_strdup_printf ("%06" G_GUINT64_FORMAT, GUINT64_FROM_BE (number) % 1000000);
}

PosternCode *
postern_code_make (PosternTenant *tenant, const PosternCodeOrder *order, gint64 now, char **token, char **digits)
{
  const char *owner[] = { "owner", order->purpose, order->person, order->device_hash ? order->device_hash : "", NULL };
  PosternCode *code = postern_code_new ();

  code->id = postern_id_new ("cod");
  *token = postern_secret_new_for (code->id);
  *digits = postern_code_dup_digits (tenant, *token);
  code->owner = postern_mac_dup (postern_tenant_get_store (tenant), owner);
  code->purpose = g_strdup (order->purpose);
  code->flow_id = g_strdup (order->flow_id);
  code->user_id = g_strdup (order->user_id);
  code->recipient = g_strdup (order->recipient);
  code->hash = hash_of (tenant, "code", order->purpose, order->flow_id, order->recipient, *digits);
  code->link_hash = hash_of (tenant, "link", order->purpose, order->flow_id, order->recipient, *token);
  code->created_at = now;
  code->expires_at = now + POSTERN_CODE_LIFETIME;
  return code;
}

char *
postern_code_dup_typed (const char *typed)
{
  g_autofree char *plain = typed && strlen (typed) <= 64 && g_utf8_validate (typed, -1, NULL) ? g_utf8_normalize (typed, -1, G_NORMALIZE_NFKC) : NULL;
  g_autoptr (GString) digits = g_string_new (NULL);

  for (const char *p = plain; p && *p; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    gint digit = g_unichar_digit_value (c);

    if (digit >= 0)
      g_string_append_c (digits, (char) ('0' + digit));
    else if (!g_unichar_isspace (c) && g_unichar_type (c) != G_UNICODE_DASH_PUNCTUATION && g_unichar_type (c) != G_UNICODE_FORMAT)
      return NULL;
  }
  return digits->len == POSTERN_CODE_DIGITS ? g_strdup (digits->str) : NULL;
}

gboolean
postern_code_opens (PosternTenant *tenant, PosternCode *code, const char *token, gint64 now)
{
  g_autofree char *hash = hash_of (tenant, "link", code->purpose, code->flow_id, code->recipient, token);
  gboolean alive = code->recipient && code->used_at == 0 && code->tries < POSTERN_CODE_TRIES && now < code->expires_at;

  return postern_secret_equal (hash, code->link_hash) && alive;
}

/* --- a try ----------------------------------------------------------------------------------------------------------- */

typedef struct {
  const PosternCodeTry *it;
  const char *hash, *key; /* key: of the counter */
  gint64 now, count, resets_at;
  PosternCode *code;
  gboolean kept; /* the account still has the address */
} Taking;

static gboolean
count (PosternTxn *txn, gpointer user_data, GError **error)
{
  Taking *taking = user_data;

  return postern_counter_store_add (txn, taking->key, 1, DAY, taking->now, &taking->count, &taking->resets_at, error);
}

static gboolean
give_back (PosternTxn *txn, gpointer user_data, GError **error)
{
  Taking *taking = user_data;

  return postern_counter_store_give_back (txn, taking->key, taking->resets_at, error);
}

/*
 * An address that moved on to somebody else takes nothing along. To recover an account is to prove its address, too; and one that
 * is to become the account's is not yet.
 */
static gboolean
is_theirs (const PosternUser *user, const PosternCode *code)
{
  gboolean unproved = g_str_equal (code->purpose, POSTERN_CODE_RECOVER);

  return g_str_equal (code->purpose, POSTERN_CODE_ADDRESS) || (g_strcmp0 (user->email, code->recipient) == 0 && (user->email_verified || unproved)) ||
         (g_strcmp0 (user->phone, code->recipient) == 0 && user->phone_verified);
}

static gboolean
check_kept (PosternTxn *txn, Taking *taking, GError **error)
{
  PosternCode *code = taking->code;
  g_autoptr (PosternUser) user = code->user_id ? postern_user_store_get (txn, code->user_id, error) : NULL;

  taking->kept = code->user_id == NULL || (user && user->disabled_at == 0 && is_theirs (user, code));
  return code->user_id == NULL || user != NULL;
}

static gboolean
try (PosternTxn *txn, gpointer user_data, GError **error)
{
  Taking *taking = user_data;
  const PosternCodeTry *it = taking->it;

  g_clear_pointer (&taking->code, postern_code_unref); /* a transaction may run twice */
  taking->code = postern_code_store_try (txn, it->owner, it->flow_id, taking->hash, POSTERN_CODE_TRIES, taking->now, error);
  if (taking->code == NULL)
    return FALSE;
  return taking->code->used_at == 0 || check_kept (txn, taking, error);
}

static gboolean
use (PosternStore *store, Taking *taking, PosternCodeResult *result, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (!postern_store_write (store, POSTERN_KEEP_LASTING, try, taking, &failure)) {
    *result = POSTERN_CODE_DEAD;
    if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_STALE))
      return TRUE;
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  *result = POSTERN_CODE_WRONG;
  if (taking->code->used_at != 0 && taking->code->recipient)
    *result = taking->kept ? POSTERN_CODE_RIGHT : POSTERN_CODE_DEAD;
  return TRUE;
}

gboolean
postern_code_take (PosternTenant *tenant, const PosternCodeTry *it, gint64 now, PosternCodeResult *result, char **user_id, guint *retry_after, GError **error)
{
  PosternStore *store = postern_tenant_get_store (tenant);
  const char *kind = it->token ? "link" : it->digits ? "code" : "nothing";
  const char *shown = it->token ? it->token : it->digits ? it->digits : "";
  g_autofree char *hash = hash_of (tenant, kind, it->purpose, it->flow_id, it->recipient, shown);
  g_autofree char *key = g_strconcat (POSTERN_LOCKOUT_CODE_DAY, it->owner, NULL);
  Taking taking = { it, hash, key, now };
  g_autoptr (PosternCode) code = NULL;

  *user_id = NULL;
  *retry_after = 0;
  if (!postern_store_write (store, POSTERN_KEEP_SHORT, count, &taking, error))
    return FALSE;
  if (taking.count > POSTERN_LOCKOUT_WRONG_A_DAY) {
    *retry_after = (guint) MAX (1, taking.resets_at - now);
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "Too many wrong codes for this person today");
    return FALSE;
  }
  if (!use (store, &taking, result, error))
    return FALSE;
  code = taking.code;
  *user_id = code ? g_strdup (code->user_id) : NULL;
  return *result != POSTERN_CODE_RIGHT || postern_store_write (store, POSTERN_KEEP_SHORT, give_back, &taking, error);
}
