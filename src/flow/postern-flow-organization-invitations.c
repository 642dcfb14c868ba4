/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include <string.h>

#include "postern-flow-browser.h"
#include "postern-flow-organization-form.h"
#include "postern-flow-organization-roles.h"
#include "postern-flow-routes.h"

/* Who is asked to join the organization. */

#define SECTION "invitations"
#define ANEW N_("It cannot be sent again as it is. Invite the person anew.")
#define CONFLICT N_("Nobody can be invited there. Perhaps who has this address is a member already.")

static const char *const fields[] = { "email", NULL };

static const PosternFlowVisitNotice notices[] = {
  { "invited", N_("The invitation is on its way.") },
  { "sent", N_("It is sent again. The link that was sent before does not work any more.") },
  { "revoked", N_("The invitation is taken back.") },
  { NULL },
};

static char *
dup_path (PosternFlowOrganizationPage *page, const char *invitation, const char *rest)
{
  return postern_flow_organization_page_dup_path ("organizations", page->organization->id, "invitations", invitation, rest, NULL);
}

/* --- the list ---------------------------------------------------------------------------------------------------------- */

static GVariant *
row_of (PosternFlowOrganizationPage *page, GVariant *invitation, const PosternFlowOrganizationRoles *roles)
{
  const char *state = postern_json_get_string (invitation, "state");
  gboolean open = g_strcmp0 (state, "open") == 0 || g_strcmp0 (state, "lapsed") == 0, writes = postern_flow_organization_page_may (page, "invitations:write");
  g_auto (GStrv) ids = postern_json_dup_strv (invitation, "role_ids", FALSE);
  g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&row, "id", postern_json_get_string (invitation, "id"));
  postern_json_object_add_string (&row, "email", postern_json_get_string (invitation, "email"));
  postern_json_object_add_boolean (&row, state ? state : "used", TRUE);
  postern_json_object_add (&row, "roles", postern_flow_organization_roles_list (roles, (const char *const *) ids));
  postern_flow_visit_add_time (&row, "created_at", postern_json_get_int64 (invitation, "created_at", 0));
  postern_flow_visit_add_time (&row, "expires_at", open ? postern_json_get_int64 (invitation, "expires_at", 0) : 0);
  postern_json_object_add_boolean (&row, "sendable", writes && (open || g_strcmp0 (state, "expired") == 0));
  postern_json_object_add_boolean (&row, "revocable", writes && open);
  return postern_json_object_end (&row);
}

static GVariant *
rows_of (PosternFlowOrganizationPage *page, GVariant *answer, const PosternFlowOrganizationRoles *roles)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (gsize i = 0;; i++) {
    g_autoptr (GVariant) invitation = postern_flow_organization_page_get_item (answer, i);

    if (invitation == NULL)
      return g_variant_builder_end (&rows);
    g_variant_builder_add (&rows, "v", row_of (page, invitation, roles));
  }
}

PosternResponse *
postern_flow_organization_invitations_show (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter (&page, engine, request, SECTION, NULL);
  g_auto (PosternFlowOrganizationRoles) roles = { NULL };
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) answer = NULL;

  if (refused)
    return refused;
  if (!postern_flow_organization_roles_read (&roles, &page) || !postern_flow_organization_page_ask_list (&page, dup_path (&page, NULL, NULL), NULL, &answer))
    return postern_flow_organization_page_show_problem (&page);
  postern_json_object_add_boolean (&model, "invites", postern_flow_organization_page_may (&page, "invitations:write"));
  if (postern_flow_organization_page_may (&page, "roles:write"))
    postern_json_object_add (&model, "others", postern_flow_organization_roles_list_others (&roles, NULL));
  postern_flow_organization_form_add_typed (&page, &model, "email");
  postern_json_object_add (&model, "invitations", rows_of (&page, answer, &roles));
  postern_flow_organization_page_add_next (&page, &model, answer, NULL);
  return postern_flow_organization_page_show (&page, "organization-invitations", &model, notices);
}

/* --- what is done ------------------------------------------------------------------------------------------------------ */

/* The first of the languages in which who invites reads: theirs are the likeliest. */
static void
add_language (PosternFlowOrganizationPage *page, PosternJsonObject *body)
{
  const char *languages = postern_flow_browser_get_languages (page->request);
  g_autofree char *first = languages ? g_strndup (languages, strcspn (languages, ",; ")) : NULL;

  if (first && *first && *first != '*' && strlen (first) <= 35)
    postern_json_object_add_string (body, "language", first);
}

static PosternResponse *
invite (PosternFlowOrganizationPage *page, const char *value)
{
  const char *email = NULL, *role = NULL;
  g_autofree char *stripped = NULL;
  g_auto (PosternJsonObject) body = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GError) error = NULL;

  if (!postern_request_get_form (page->request, "email", &email, &error) || !postern_request_get_form (page->request, "role_ids", &role, &error))
    return postern_response_new_error_page (error, NULL);
  stripped = g_strstrip (g_strdup (email ? email : ""));
  postern_json_object_add_string (&body, "email", stripped);
  if (role && *role)
    postern_json_object_add (&body, "role_ids", g_variant_new_strv (&role, 1));
  add_language (page, &body);
  return postern_flow_organization_page_answer (page, postern_flow_organization_page_ask (page, "POST", dup_path (page, NULL, NULL), NULL, postern_json_object_end (&body), NULL),
                                                NULL, "invited", CONFLICT);
}

static PosternResponse *
send_again (PosternFlowOrganizationPage *page, const char *id)
{
  g_auto (PosternJsonObject) body = POSTERN_JSON_OBJECT_INIT;

  add_language (page, &body);
  return postern_flow_organization_page_answer (page, postern_flow_organization_page_ask (page, "POST", dup_path (page, id, "send"), NULL, postern_json_object_end (&body), NULL),
                                                NULL, "sent", ANEW);
}

static PosternResponse *
take_back (PosternFlowOrganizationPage *page, const char *id)
{
  return postern_flow_organization_page_answer (page, postern_flow_organization_page_ask (page, "DELETE", dup_path (page, id, NULL), NULL, NULL, NULL), NULL, "revoked", NULL);
}

PosternResponse *
postern_flow_organization_invitations_submit (PosternRequest *request, gpointer engine)
{
  static const PosternFlowOrganizationAction actions[] = { { "invite", NULL, invite }, { "send:", NULL, send_again }, { "revoke:", NULL, take_back }, { NULL } };

  return postern_flow_organization_page_act (engine, request, SECTION, NULL, fields, actions);
}
