/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-delegation.h"

#include "postern-domain-proof.h"
#include "postern-identifier.h"

static const PosternApiMember members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id; it never changes." },
  { "domain", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "What stands behind the `@` of its addresses.", 1, 253 },
  { "verified", POSTERN_API_BOOLEAN, POSTERN_API_OWN, "It is proved; until then it decides nothing." },
  { "record_name", POSTERN_API_STRING, POSTERN_API_OWN, "Where a TXT record in the DNS proves it …" },
  { "record_value", POSTERN_API_STRING, POSTERN_API_OWN, "… that has this value." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was said." },
  { "verified_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was proved." },
  { "failed_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "Since when the record is not there any more: nobody joins by it, and a week later it has to be proved anew." },
  { NULL },
};
static const PosternApiSchema schema = { "OrganizationDomain", members, "An e-mail domain that an organization says is its own." };

static GVariant *
to_json (gconstpointer record)
{
  const PosternDomain *domain = record;
  g_autofree char *name = postern_domain_proof_dup_name (domain);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "id", domain->id);
  postern_api_call_add_string (&dict, "domain", domain->domain);
  g_variant_dict_insert (&dict, "verified", "b", domain->verified_at != 0);
  postern_api_call_add_string (&dict, "record_name", name);
  postern_api_call_add_string (&dict, "record_value", domain->token);
  postern_api_call_add_time (&dict, "created_at", domain->created_at);
  postern_api_call_add_time (&dict, "verified_at", domain->verified_at);
  postern_api_call_add_time (&dict, "failed_at", domain->failed_at);
  return g_variant_dict_end (&dict);
}

static GVariant *
describe (const PosternDomain *domain)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "domain", domain->domain);
  return g_variant_dict_end (&dict);
}

/* By id or name, in the organization of the path. (transfer full) (nullable) */
static PosternDomain *
load (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *name = postern_request_get_capture (call->request, "domain");
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autofree char *canonical = postern_identifier_canonicalize_domain (name);

  return organization ? postern_domain_store_find (txn, organization->id, canonical ? canonical : name, error) : NULL;
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autoptr (GPtrArray) found = organization ? postern_domain_store_list (txn, organization->id, call->after, call->limit, error) : NULL;

  return found != NULL && postern_api_call_set_page (call, found, to_json);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternDomain) domain = load (call, txn, error);

  return domain != NULL && postern_api_call_set_result (call, 200, to_json (domain));
}

static gboolean
create (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autoptr (PosternDomain) domain = organization ? postern_domain_proof_make (organization->id, postern_json_get_string (call->body, "domain"), call->now, error) : NULL;

  if (domain == NULL || !postern_domain_store_insert (txn, domain, error))
    return FALSE;
  postern_api_call_audit (call, "domain.added", organization->id, NULL);
  return postern_api_call_set_result (call, 201, to_json (domain));
}

/* PUT by its name: one that is there stays as it is, proved or not. */
static gboolean
replace (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternDomain) domain = organization ? load (call, txn, &failure) : NULL;

  if (organization == NULL)
    return FALSE;
  if (!postern_store_pass_missing (&failure, error))
    return FALSE;
  if (domain == NULL) {
    domain = postern_domain_proof_make (organization->id, postern_request_get_capture (call->request, "domain"), call->now, error);
    if (domain == NULL || !postern_domain_store_insert (txn, domain, error))
      return FALSE;
  }
  postern_api_call_audit (call, "domain.added", organization->id, describe (domain));
  return postern_api_call_set_result (call, 200, to_json (domain));
}

static gboolean
delete (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternDomain) domain = load (call, txn, error);

  if (domain == NULL)
    return FALSE;
  postern_api_call_audit (call, "domain.removed", domain->organization_id, describe (domain));
  return postern_domain_store_delete (txn, domain->id, error);
}

/* --- its proof --- */

typedef struct {
  PosternApiCall *call;
  PosternDomain *domain;
} Look;

static gboolean
load_for_look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *self = user_data;

  g_clear_pointer (&self->domain, postern_domain_unref);
  self->domain = load (self->call, txn, error);
  return self->domain != NULL;
}

/* Outside of the transaction, because the DNS takes its time. What was found is of this id: one that is made anew meanwhile has another value. */
static gboolean
look (PosternApiCall *call, GError **error)
{
  Look self = { call, NULL };
  g_autoptr (PosternDomain) domain = NULL;

  if (!postern_store_read (call->store, POSTERN_KEEP_LASTING, load_for_look, &self, error))
    return FALSE;
  domain = self.domain;
  if (!postern_domain_proof_take (call->store, domain->organization_id, call->now, &call->retry_after, error) ||
      !postern_domain_proof_look (domain, postern_request_get_cancellable (call->request), error))
    return FALSE;
  call->prepared = g_strdup (domain->id);
  return TRUE;
}

/* Its administrators read that it is gone, and not who has it now. */
static gboolean
give_up (PosternTxn *txn, PosternDomain *holder, GError **error)
{
  g_autoptr (PosternAudit) entry = postern_audit_store_new ("domain.lost", "server", holder->organization_id);

  entry->data = g_variant_ref_sink (describe (holder));
  holder->verified_at = holder->failed_at = 0;
  return postern_domain_store_settle (txn, holder, error) && postern_audit_store_append (txn, entry, error);
}

/* Whose record was not there any more gives way to whose is. */
static gboolean
take_over (PosternTxn *txn, const PosternDomain *domain, GError **error)
{
  g_autoptr (GError) none = NULL;
  g_autoptr (PosternDomain) holder = postern_domain_store_find_verified (txn, domain->domain, &none);

  if (!postern_store_pass_missing (&none, error))
    return FALSE;
  return holder == NULL || holder->failed_at == 0 || g_str_equal (holder->id, domain->id) || give_up (txn, holder, error);
}

static gboolean
verify (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternDomain) domain = load (call, txn, error);

  if (domain == NULL)
    return FALSE;
  if (!g_str_equal (domain->id, call->prepared)) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "the domain was taken away and added again meanwhile");
    return FALSE;
  }
  domain->verified_at = domain->verified_at ? domain->verified_at : call->now;
  domain->checked_at = call->now;
  domain->failed_at = domain->silent_at = 0;
  if (!take_over (txn, domain, error) || !postern_domain_store_settle (txn, domain, error))
    return FALSE;
  postern_api_call_audit (call, "domain.verified", domain->organization_id, describe (domain));
  return postern_api_call_set_result (call, 200, to_json (domain));
}

#define DOMAINS "/organizations/{id}/domains"
#define DOMAIN DOMAINS "/{domain}"

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, DOMAINS, "listDomains", "organizations:read", "Lists the domains of an organization", .answer = &schema, .work = list, .flags = POSTERN_API_DELEGATED },
  { POSTERN_API_CREATE, DOMAINS, "addDomain", "organizations:write", "Says that a domain is the organization's; the answer names the record that proves it", &schema, &schema, .work = create, .flags = POSTERN_API_CONFLICTS | POSTERN_API_DELEGATED },
  { POSTERN_API_SHOW, DOMAIN, "getDomain", "organizations:read", "Shows a domain, by its id or name", .answer = &schema, .work = show, .flags = POSTERN_API_DELEGATED },
  { POSTERN_API_REPLACE, DOMAIN, "putDomain", "organizations:write", "Says that a domain is the organization's, by its name; one that is there stays as it is", .answer = &schema, .work = replace, .flags = POSTERN_API_CONFLICTS | POSTERN_API_DELEGATED },
  { POSTERN_API_DELETE, DOMAIN, "removeDomain", "organizations:write", "Takes a domain away", .work = delete, .flags = POSTERN_API_DELEGATED },
  { POSTERN_API_ACTION, DOMAIN "/verification", "verifyDomain", "organizations:write", "Looks for the record in the DNS; who has proved a domain first has it", .answer = &schema, .work = verify, .prepare = look, .flags = POSTERN_API_CONFLICTS | POSTERN_API_DELEGATED },
  { .path = NULL },
};

const PosternApiResource postern_api_domains = { "Domains", "E-mail domains of an organization, and their proof.", rows };
