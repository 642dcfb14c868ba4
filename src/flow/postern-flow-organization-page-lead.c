/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include <string.h>

#include "postern-flow-kept.h"
#include "postern-flow-organization-form.h"
#include "postern-request-private.h"

/* Where a form leads: no POST is answered by a page. One that was not done comes back with what was typed. */

PosternResponse *
postern_flow_organization_page_lead (PosternFlowOrganizationPage *self, const char *part, const char *notice)
{
  g_autofree char *path = postern_flow_organization_page_dup_own_path (self, self->section, part), *location = g_strconcat (path, "?notice=", notice, NULL);

  return postern_response_new_redirect (location);
}

/* A file is not kept, only that there was one. */
static void
add_typed (PosternFlowOrganizationPage *self, PosternJsonObject *model)
{
  g_auto (PosternJsonObject) typed = POSTERN_JSON_OBJECT_INIT;

  for (const char *const *fields = self->fields; *fields; fields++) {
    const char *value = NULL;

    if (postern_request_get_file (self->request, *fields))
      postern_json_object_add_boolean (&typed, *fields, TRUE);
    else if (postern_request_get_form (self->request, *fields, &value, NULL))
      postern_json_object_add_string (&typed, *fields, value);
  }
  postern_flow_organization_form_keep (self, &typed);
  postern_json_object_add (model, "typed", postern_json_object_end (&typed));
}

PosternResponse *
postern_flow_organization_page_lead_to_sign_in (PosternFlowOrganizationPage *self)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  add_typed (self, &model);
  postern_json_object_add_string (&model, "error_message", N_("You signed in too long ago for this. Sign in again in a new tab, then save here."));
  postern_json_object_add_boolean (&model, "late", TRUE);
  return postern_flow_kept_put (self->visit, self->request, self->path, postern_json_object_end (&model));
}

/* (transfer full) (nullable) */
static GVariant *
get_first_fault (GVariant *problem)
{
  g_autoptr (GVariant) errors = postern_json_get (problem, "errors");
  g_autoptr (GVariant) box = errors && g_variant_n_children (errors) > 0 ? g_variant_get_child_value (errors, 0) : NULL;

  return box ? g_variant_get_variant (box) : NULL;
}

/* The member that it names, where that is a field of the form; (transfer full) (nullable) */
static char *
dup_culprit (PosternFlowOrganizationPage *self, GVariant *fault)
{
  const char *pointer = fault ? postern_json_get_string (fault, "pointer") : NULL;
  g_autofree char *name = pointer && *pointer == '/' ? g_strndup (pointer + 1, strcspn (pointer + 1, "/")) : NULL;

  return name && g_strv_contains (self->fields, name) ? g_steal_pointer (&name) : NULL;
}

/* @culprit: (nullable) */
static const PosternFlowOrganizationReason *
find_reason (PosternFlowOrganizationPage *self, const char *culprit, GVariant *fault)
{
  for (const PosternFlowOrganizationReason *reason = culprit ? self->reasons : NULL; reason && reason->field; reason++)
    if (g_str_equal (reason->field, culprit) && (reason->code == NULL || g_strcmp0 (reason->code, postern_json_get_string (fault, "code")) == 0))
      return reason;
  return NULL;
}

static const char *
find_words (gint64 status)
{
  switch (status) {
  case 403:
    return POSTERN_FLOW_ORGANIZATION_PAGE_NOT_FOR_YOU;
  case 404:
  case 410:
    return N_("It is not there any more.");
  case 412:
    return N_("Somebody else changed this meanwhile, so yours is not saved yet. Look at what they changed, then save again.");
  case 429:
    return N_("This was done very often. Wait a while, then try again.");
  case 502:
  case 503:
  case 504:
    return N_("Something went wrong on our side. Please try again in a moment.");
  default:
    return N_("This cannot be kept as it is.");
  }
}

PosternResponse *
postern_flow_organization_page_lead_to_problem (PosternFlowOrganizationPage *self, const char *conflict)
{
  gint64 status = postern_json_get_int64 (self->problem, "status", 500);
  g_autoptr (GVariant) fault = get_first_fault (self->problem);
  g_autofree char *culprit = dup_culprit (self, fault);
  const PosternFlowOrganizationReason *reason = find_reason (self, culprit, fault);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  if (status == 500)
    return postern_flow_organization_page_show_problem (self);
  add_typed (self, &model);
  postern_json_object_add_string (&model, "error_field", culprit);
  postern_json_object_add_string (&model, "error_message", status == 409 && conflict ? conflict : reason ? reason->words : find_words (status));
  if ((status == 400 || status == 409) && (reason == NULL || reason->detailed))
    postern_json_object_add_string (&model, "error_detail", postern_json_get_string (self->problem, "detail"));
  postern_json_object_add_boolean (&model, "changed_meanwhile", status == 412);
  if (self->retry_after > 0)
    postern_json_object_add_int64 (&model, "retry_after", self->retry_after);
  return postern_flow_kept_put (self->visit, self->request, self->path, postern_json_object_end (&model));
}
