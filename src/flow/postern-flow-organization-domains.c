/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include <string.h>

#include "postern-flow-organization-form.h"
#include "postern-flow-routes.h"

/* The organization's e-mail domains, and the records by which they are proved. */

#define SECTION "domains"
#define CONFLICT N_("This cannot be done: the domain is there already, or another organization has proved it.")
#define NO_RECORD N_("The DNS does not have the record yet. It may take a while until everybody sees a new one.")

static const char *const fields[] = { "domain", NULL };

static const PosternFlowVisitNotice notices[] = {
  { "added", N_("The domain is added. It decides nothing until it is proved.") },
  { "proved", N_("The domain is proved.") },
  { "removed", N_("The domain is taken away.") },
  { NULL },
};

static char *
dup_path (PosternFlowOrganizationPage *page, const char *domain, const char *rest)
{
  return postern_flow_organization_page_dup_path ("organizations", page->organization->id, "domains", domain, rest, NULL);
}

static GVariant *
row_of (GVariant *domain)
{
  gboolean verified = postern_json_get_boolean (domain, "verified", FALSE), failed = postern_json_get_int64 (domain, "failed_at", 0) > 0;
  g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&row, "id", postern_json_get_string (domain, "id"));
  postern_json_object_add_string (&row, "domain", postern_json_get_string (domain, "domain"));
  postern_json_object_add_boolean (&row, verified && !failed ? "proved" : failed ? "missing" : "unproved", TRUE);
  if (!verified || failed) {
    postern_json_object_add_string (&row, "record_name", postern_json_get_string (domain, "record_name"));
    postern_json_object_add_string (&row, "record_value", postern_json_get_string (domain, "record_value"));
  }
  return postern_json_object_end (&row);
}

static GVariant *
rows_of (GVariant *answer)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (gsize i = 0;; i++) {
    g_autoptr (GVariant) domain = postern_flow_organization_page_get_item (answer, i);

    if (domain == NULL)
      return g_variant_builder_end (&rows);
    g_variant_builder_add (&rows, "v", row_of (domain));
  }
}

PosternResponse *
postern_flow_organization_domains_show (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter (&page, engine, request, SECTION, NULL);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) answer = NULL;

  if (refused)
    return refused;
  if (!postern_flow_organization_page_ask_list (&page, dup_path (&page, NULL, NULL), NULL, &answer))
    return postern_flow_organization_page_show_problem (&page);
  postern_json_object_add_boolean (&model, "changes", postern_flow_organization_page_may (&page, "organizations:write"));
  postern_flow_organization_form_add_typed (&page, &model, "domain");
  postern_json_object_add (&model, "domains", rows_of (answer));
  postern_flow_organization_page_add_next (&page, &model, answer, NULL);
  return postern_flow_organization_page_show (&page, "organization-domains", &model, notices);
}

/* --- what is done ------------------------------------------------------------------------------------------------------ */

static PosternResponse *
add (PosternFlowOrganizationPage *page, const char *value)
{
  const char *domain = NULL;
  g_autofree char *stripped = NULL;
  g_auto (PosternJsonObject) body = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GError) error = NULL;

  if (!postern_request_get_form (page->request, "domain", &domain, &error))
    return postern_response_new_error_page (error, NULL);
  stripped = g_strstrip (g_strdup (domain ? domain : ""));
  postern_json_object_add_string (&body, "domain", stripped);
  return postern_flow_organization_page_answer (page, postern_flow_organization_page_ask (page, "POST", dup_path (page, NULL, NULL), NULL, postern_json_object_end (&body), NULL),
                                                NULL, "added", CONFLICT);
}

static PosternResponse *
verify (PosternFlowOrganizationPage *page, const char *id)
{
  return postern_flow_organization_page_answer (page, postern_flow_organization_page_ask (page, "POST", dup_path (page, id, "verification"), NULL, NULL, NULL), NULL, "proved", NO_RECORD);
}

static PosternResponse *
take_away (PosternFlowOrganizationPage *page, const char *id)
{
  return postern_flow_organization_page_answer (page, postern_flow_organization_page_ask (page, "DELETE", dup_path (page, id, NULL), NULL, NULL, NULL), NULL, "removed", NULL);
}

PosternResponse *
postern_flow_organization_domains_submit (PosternRequest *request, gpointer engine)
{
  static const PosternFlowOrganizationAction actions[] = { { "add", NULL, add }, { "verify:", NULL, verify }, { "remove:", NULL, take_away }, { NULL } };

  return postern_flow_organization_page_act (engine, request, SECTION, NULL, fields, actions);
}
