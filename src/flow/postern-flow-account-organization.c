/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-account-organization.h"

#include "postern-flow-context.h"
#include "postern-flow-organization-page-sections.h"
#include "postern-flow-routes.h"
#include "postern-flow-tasks.h"
#include "postern-organization-brand.h"
#include "postern-organization.h"
#include "postern-request-private.h"

/* Whoever belongs to an organization may leave it. One that they do not belong to, and one that is not there, are one answer. */

#define EVENT "member.left"

static char *
dup_url (PosternTenant *tenant, const char *organization_id)
{
  return g_strconcat (postern_tenant_get_issuer (tenant), POSTERN_FLOW_ACCOUNT_ORGANIZATION_PATH, organization_id, NULL);
}

/* Where those whom their roles let do so run it. */
static void
add_manage_url (PosternJsonObject *entry, PosternFlowVisit *visit, GHashTable *open, PosternOrganization *organization)
{
  g_autofree char *url = g_strconcat (postern_tenant_get_issuer (visit->tenant), POSTERN_FLOW_ORGANIZATION_PAGE_PATH, organization->id, NULL);

  if (organization->disabled_at == 0 && (g_hash_table_contains (open, "") || g_hash_table_contains (open, organization->id)))
    postern_json_object_add_string (entry, "manage_url", url);
}

void
postern_flow_account_organization_add_all (PosternJsonObject *model, PosternFlowVisit *visit, PosternRuntime *runtime, GPtrArray *organizations)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_autoptr (GHashTable) open = postern_flow_organization_page_sections_list_open (runtime, visit->user->id);

  for (guint i = 0; i < organizations->len; i++) {
    PosternOrganization *organization = organizations->pdata[i];
    g_autofree char *url = dup_url (visit->tenant, organization->id);
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

    postern_json_object_add_string (&entry, "id", organization->id);
    postern_json_object_add_string (&entry, "name", organization->name);
    postern_json_object_add_string (&entry, "url", url);
    add_manage_url (&entry, visit, open, organization);
    g_variant_builder_add (&entries, "v", postern_json_object_end (&entry));
  }
  postern_json_object_add (model, "organizations", g_variant_builder_end (&entries));
}

/* --- the page ---------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternFlowContext *context; /* (nullable): it is only read */
  PosternRequest *request;
  const char *id;      /* as it was asked for */
  const char *user_id;
  PosternOrganization *organization; /* (nullable) */
} Membership;

/* By its id alone, as the account page has it. */
static gboolean
find (PosternTxn *txn, gpointer user_data, GError **error)
{
  Membership *self = user_data;
  g_autoptr (PosternMember) member = postern_member_store_get (txn, self->id ? self->id : "", self->user_id, error);

  g_clear_pointer (&self->organization, postern_organization_unref); /* a transaction may run twice */
  self->organization = member ? postern_organization_store_find (txn, member->organization_id, error) : NULL;
  return self->organization != NULL;
}

PosternResponse *
postern_flow_account_organization_show (PosternRequest *request, gpointer engine)
{
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, "/account", &response);
  Membership self = { .id = postern_request_get_capture (request, "organization") };
  g_autoptr (PosternOrganization) organization = NULL;
  g_autofree char *action = NULL, *back_url = NULL;
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GError) error = NULL;

  if (visit == NULL)
    return response;
  self.user_id = visit->user->id;
  if (!postern_store_read (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, find, &self, &error))
    return postern_response_new_error_page (error, "/account");
  organization = self.organization;
  action = dup_url (visit->tenant, organization->id);
  back_url = g_strconcat (postern_tenant_get_issuer (visit->tenant), "/account", NULL);
  postern_json_object_add_string (&model, "action", action);
  postern_json_object_add_string (&model, "back_url", back_url);
  postern_json_object_add_string (&model, "organization_name", organization->name);
  postern_organization_brand_add_page (&model, organization);
  return postern_response_new_page (200, "account-organization", postern_json_object_end (&model));
}

/* --- leaving ----------------------------------------------------------------------------------------------------------- */

static gboolean
write_down (PosternTxn *txn, const Membership *self, GError **error)
{
  g_autoptr (PosternAudit) audit = postern_audit_store_new (EVENT, self->user_id, self->organization->id);
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&data, "user", self->user_id);
  audit->request_id = g_strdup (postern_request_get_id (self->request));
  audit->remote_address = g_strdup (postern_request_get_remote_address (self->request));
  audit->data = g_variant_ref_sink (postern_json_object_end (&data));
  return postern_audit_store_append (txn, audit, error);
}

static gboolean
leave (PosternTxn *txn, gpointer user_data, GError **error)
{
  Membership *self = user_data;

  return postern_flow_tasks_check (self->context, txn, error) && find (txn, self, error) &&
         postern_organization_remove (txn, self->organization->id, self->user_id, postern_flow_context_now (), error) && write_down (txn, self, error);
}

/* A button that was pressed twice finds that it is done. */
PosternResponse *
postern_flow_account_organization_submit (PosternRequest *request, gpointer engine)
{
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, "/account", &response);
  g_autoptr (PosternFlow) flow = NULL;
  PosternFlowContext context;
  Membership self = { &context, request, postern_request_get_capture (request, "organization") };
  const char *action = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (visit == NULL)
    return response;
  if (!postern_request_get_form (request, "action", &action, &error) || g_strcmp0 (action, "leave") != 0)
    return error ? postern_response_new_error_page (error, "/account") : postern_response_new_redirect ("/account");
  self.user_id = visit->user->id;
  flow = postern_flow_visit_begin_context (visit, postern_flow_engine_get_runtime (engine), request, &context);
  done = postern_store_write (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, leave, &self, &error);
  g_clear_pointer (&self.organization, postern_organization_unref);
  postern_flow_context_clear (&context);
  if (done || g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    return postern_response_new_redirect ("/account?notice=left");
  return postern_response_new_error_page (error, "/account");
}
