/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-domain-keeper.h"

#include <openssl/crypto.h>

#include "postern-error.h"
#include "postern-json.h"
#include "postern-notice.h"

#define DAY (24 * 3600)
#define DUE_MOST 100          /* in one turn */
#define ADMINISTRATORS_MOST 20 /* that are written to */

struct _PosternDomainKeeper {
  PosternTenant *tenant;
  gboolean tells;
  GThreadPool *pool; /* (nullable): none until something is due */
  GCancellable *cancellable;
};

/* --- what a look comes to ---------------------------------------------------------------------------------------------- */

typedef enum { THERE, NOT_THERE, SILENCE } Finding;

typedef struct {
  PosternDomainKeeper *keeper;
  const char *id, *token;
  Finding finding;
  gint64 now;
} Settling;

/* Kept as the time that it is counted from: one that is to be looked at sooner was looked at longer ago. */
static void
set_checked (PosternDomain *domain, gint64 now, gboolean good)
{
  domain->checked_at = good ? now : now - POSTERN_DOMAIN_KEEPER_INTERVAL + POSTERN_DOMAIN_KEEPER_AGAIN;
}

/* Silence that has lasted too long is an answer. */
static Finding
weigh_silence (PosternDomain *domain, Finding finding, gint64 now)
{
  if (finding != SILENCE)
    domain->silent_at = 0;
  else if (domain->silent_at == 0)
    domain->silent_at = now;
  return finding == SILENCE && now - domain->silent_at >= POSTERN_DOMAIN_KEEPER_SILENCE ? NOT_THERE : finding;
}

/* Returns: (nullable): the event that it is */
static const char *
change (PosternDomain *domain, Finding finding, gint64 now)
{
  gint64 failed_at = domain->failed_at;

  finding = weigh_silence (domain, finding, now);
  set_checked (domain, now, finding == THERE);
  if (finding == THERE)
    domain->failed_at = 0;
  else if (finding == NOT_THERE && failed_at == 0)
    domain->failed_at = now;
  if (finding == THERE)
    return failed_at ? "domain.verified" : NULL;
  if (finding == SILENCE || (failed_at && now - failed_at < POSTERN_DOMAIN_KEEPER_GRACE))
    return NULL;
  if (failed_at == 0)
    return "domain.missed";
  domain->verified_at = domain->failed_at = domain->silent_at = 0;
  return "domain.lost";
}

static gboolean
write_down (PosternTxn *txn, const char *event, const PosternDomain *domain, GError **error)
{
  g_autoptr (PosternAudit) entry = postern_audit_store_new (event, POSTERN_AUDIT_SERVER, domain->organization_id);
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&data, "domain", domain->domain);
  entry->data = g_variant_ref_sink (postern_json_object_end (&data));
  return postern_audit_store_append (txn, entry, error);
}

/* --- who is told ------------------------------------------------------------------------------------------------------- */

/* Who may prove it again; else the tenant's, for somebody should know. (transfer full) (nullable) */
static GPtrArray *
list_administrators (PosternTxn *txn, const char *organization_id, GError **error)
{
  g_autoptr (GPtrArray) own = postern_user_store_list_holders (txn, organization_id, "organizations:write", ADMINISTRATORS_MOST, error);

  if (own == NULL || own->len > 0)
    return g_steal_pointer (&own);
  return postern_user_store_list_owners (txn, ADMINISTRATORS_MOST, error);
}

static gboolean
tell_one (PosternTxn *txn, const Settling *settling, PosternUser *user, const PosternDomain *domain, const char *organization_name, GError **error)
{
  PosternNotice notice = { postern_tenant_get_issuer (settling->keeper->tenant), "domain-proof", NULL, settling->now };
  g_autofree char *name = postern_domain_proof_dup_name (domain);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&model, "domain", domain->domain);
  postern_json_object_add_string (&model, "organization_name", organization_name);
  postern_json_object_add_string (&model, "record_name", name);
  postern_json_object_add_string (&model, "record_value", domain->token);
  postern_json_object_add_boolean (&model, "lost", domain->verified_at == 0);
  postern_json_object_add_int64 (&model, "days", POSTERN_DOMAIN_KEEPER_GRACE / DAY);
  return postern_notice_send (&notice, txn, user, &model, error);
}

static gboolean
tell (PosternTxn *txn, const Settling *settling, const PosternDomain *domain, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_organization_store_find (txn, domain->organization_id, error);
  g_autoptr (GPtrArray) all = organization ? list_administrators (txn, organization->id, error) : NULL;

  for (guint i = 0; all && i < all->len; i++)
    if (!tell_one (txn, settling, all->pdata[i], domain, organization->name, error))
      return FALSE;
  return all != NULL;
}

/* --- settling it ------------------------------------------------------------------------------------------------------- */

/* Read again: it may have been taken away or proved anew meanwhile. */
static gboolean
settle (PosternTxn *txn, gpointer user_data, GError **error)
{
  Settling *self = user_data;
  g_autoptr (GError) none = NULL;
  g_autoptr (PosternDomain) domain = postern_domain_store_get (txn, self->id, &none);
  const char *event;

  if (g_error_matches (none, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    return TRUE;
  if (domain == NULL) {
    g_propagate_error (error, g_steal_pointer (&none));
    return FALSE;
  }
  if (domain->verified_at == 0 || !g_str_equal (domain->token, self->token) || domain->checked_at > self->now - POSTERN_DOMAIN_KEEPER_AGAIN)
    return TRUE;
  event = change (domain, self->finding, self->now);
  if (!postern_domain_store_settle (txn, domain, error))
    return FALSE;
  if (event == NULL)
    return TRUE;
  return write_down (txn, event, domain, error) && (!self->keeper->tells || self->finding == THERE || tell (txn, self, domain, error));
}

gboolean
postern_domain_keeper_check (PosternDomainKeeper *self, const PosternDomain *domain, gint64 now, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean found = postern_domain_proof_look (domain, self->cancellable, &failure);
  Settling settling = { self, domain->id, domain->token, THERE, now };

  if (g_cancellable_is_cancelled (self->cancellable))
    return TRUE;
  if (!found)
    settling.finding = g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT) ? NOT_THERE : SILENCE;
  return postern_store_write (postern_tenant_get_store (self->tenant), POSTERN_KEEP_LASTING, settle, &settling, error);
}

/* --- its turns --------------------------------------------------------------------------------------------------------- */

/* The pool hands its thread back to GLib, which may end it amid the end of the process: so what OpenSSL keeps for it goes here. */
static void
run_check (gpointer data, gpointer user_data)
{
  g_autoptr (PosternDomain) domain = data;
  g_autoptr (GError) error = NULL;

  if (!postern_domain_keeper_check (user_data, domain, g_get_real_time () / G_USEC_PER_SEC, &error))
    g_warning ("whether the domain %s is still proved is looked at later: %s", domain->domain, error->message);
  OPENSSL_thread_stop ();
}

typedef struct {
  gint64 until;
  GPtrArray *due; /* (nullable) (element-type PosternDomain) */
} Look;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *self = user_data;

  g_clear_pointer (&self->due, g_ptr_array_unref);
  self->due = postern_domain_store_list_due (txn, self->until, DUE_MOST, error);
  return self->due != NULL;
}

gboolean
postern_domain_keeper_turn (PosternDomainKeeper *self, gint64 now, GError **error)
{
  Look turn = { now - POSTERN_DOMAIN_KEEPER_INTERVAL };
  gboolean done;

  if (self->pool && g_thread_pool_unprocessed (self->pool) > 0) /* not through with the last ones */
    return TRUE;
  done = postern_store_read (postern_tenant_get_store (self->tenant), POSTERN_KEEP_LASTING, look, &turn, error);
  if (done && turn.due->len > 0 && self->pool == NULL)
    self->pool = g_thread_pool_new (run_check, self, 1, FALSE, NULL);
  for (guint i = 0; done && i < turn.due->len; i++)
    g_thread_pool_push (self->pool, postern_domain_ref (turn.due->pdata[i]), NULL);
  g_clear_pointer (&turn.due, g_ptr_array_unref);
  return done;
}

PosternDomainKeeper *
postern_domain_keeper_new (PosternTenant *tenant, gboolean tells)
{
  PosternDomainKeeper *self = g_new0 (PosternDomainKeeper, 1);

  self->tenant = g_object_ref (tenant);
  self->tells = tells;
  self->cancellable = g_cancellable_new ();
  return self;
}

void
postern_domain_keeper_free (PosternDomainKeeper *self)
{
  g_cancellable_cancel (self->cancellable);
  if (self->pool)
    g_thread_pool_free (self->pool, FALSE, TRUE); /* what waits is looked at and given up at once */
  g_object_unref (self->cancellable);
  g_object_unref (self->tenant);
  g_free (self);
}
