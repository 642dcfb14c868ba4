/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-form.h"

#include <glib/gi18n.h>

#include <string.h>

#include "postern-flow-organization-permits.h"

#define FIELD "state"       /* the hidden one: the tag without its quotes, and NAME=SUM of each field, with blanks between */
#define SUM_CHARACTERS 12   /* of SHA-256, in hex: it only says whose change it was; the tag decides */
#define HEX "0123456789abcdef"
#define NOTHING "\u2014"

struct _PosternFlowOrganizationForm {
  GString *seen;             /* what the fields have now */
  GVariantBuilder meanwhile; /* av: what somebody else changed */
};

static PosternFlowOrganizationForm *
get_form (PosternFlowOrganizationPage *page)
{
  if (page->form == NULL) {
    page->form = g_new (PosternFlowOrganizationForm, 1);
    page->form->seen = g_string_new (NULL);
    g_variant_builder_init (&page->form->meanwhile, G_VARIANT_TYPE ("av"));
  }
  return page->form;
}

void
postern_flow_organization_form_free (PosternFlowOrganizationForm *self)
{
  g_string_free (self->seen, TRUE);
  g_variant_builder_clear (&self->meanwhile);
  g_free (self);
}

/* (transfer full): NAME=SUM. A browser sends the lines of a text in its own way. */
static char *
dup_mark (const char *name, const char *value)
{
  g_auto (GStrv) lines = g_strsplit (value ? value : "", "\r", -1);
  g_autofree char *text = g_strstrip (g_strjoinv ("", lines)), *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strdup_printf ("%s=%.*s", name, SUM_CHARACTERS, sum);
}

static gboolean
was_so (const char *const *seen, const char *name, const char *value)
{
  g_autofree char *mark = dup_mark (name, value);

  return g_strv_contains (seen, mark);
}

static void
add_meanwhile (PosternFlowOrganizationPage *page, const PosternFlowOrganizationField *field)
{
  g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&row, "title", field->title);
  postern_json_object_add_string (&row, "now_words", field->words);
  postern_json_object_add_string (&row, "now_value", field->value && *field->value ? field->value : NOTHING);
  g_variant_builder_add (&get_form (page)->meanwhile, "v", postern_json_object_end (&row));
}

/* What was typed, where that is another's change against one's own; who left the field as it was has nothing against the change. */
static const char *
settle (PosternFlowOrganizationPage *page, const PosternFlowOrganizationField *field, GVariant *typed)
{
  const char *text = postern_json_get_string (typed, field->name), *state = postern_json_get_string (typed, FIELD);
  g_auto (GStrv) seen = g_strsplit (state ? state : "", " ", -1);

  if (field->title == NULL || !postern_json_get_boolean (page->kept, "changed_meanwhile", FALSE) || was_so ((const char *const *) seen, field->name, field->value))
    return text;
  add_meanwhile (page, field);
  return was_so ((const char *const *) seen, field->name, text) ? field->value : text;
}

char *
postern_flow_organization_form_dup_value (PosternFlowOrganizationPage *page, const PosternFlowOrganizationField *field)
{
  g_autoptr (GVariant) typed = page->kept ? postern_json_get (page->kept, "typed") : NULL;
  g_autofree char *mark = field->title ? dup_mark (field->name, field->value) : NULL;
  const char *value = typed ? settle (page, field, typed) : field->value;

  if (mark)
    g_string_append_printf (get_form (page)->seen, " %s", mark);
  return g_strdup (value ? value : "");
}

void
postern_flow_organization_form_add_value (PosternFlowOrganizationPage *page, PosternJsonObject *model, const PosternFlowOrganizationField *field)
{
  g_autofree char *value = postern_flow_organization_form_dup_value (page, field);

  postern_json_object_add_string (model, field->name, *value ? value : NULL);
}

void
postern_flow_organization_form_add_typed (PosternFlowOrganizationPage *page, PosternJsonObject *model, const char *name)
{
  const PosternFlowOrganizationField field = { name };

  postern_flow_organization_form_add_value (page, model, &field);
}

gboolean
postern_flow_organization_form_is_ticked (PosternFlowOrganizationPage *page, const char *name, const char *title, gboolean ticked)
{
  const PosternFlowOrganizationField field = { name, title, ticked ? "1" : "", ticked ? N_("Yes") : N_("No") };
  g_autofree char *value = postern_flow_organization_form_dup_value (page, &field);

  return *value != '\0';
}

/* A form that was refused for another reason still relies on what it showed first. */
static char *
dup_state (PosternFlowOrganizationPage *page)
{
  g_autoptr (GVariant) typed = page->kept && !postern_json_get_boolean (page->kept, "changed_meanwhile", FALSE) ? postern_json_get (page->kept, "typed") : NULL;

  if (typed)
    return g_strdup (postern_json_get_string (typed, FIELD));
  return g_strdup_printf ("%.*s%s", (int) strspn (page->tag + 1, HEX), page->tag + 1, page->form->seen->str);
}

void
postern_flow_organization_form_add_state (PosternFlowOrganizationPage *page, PosternJsonObject *model)
{
  g_autofree char *state = page->form && page->tag && *page->tag == '"' ? dup_state (page) : NULL;

  postern_json_object_add_string (model, FIELD, state);
  if (page->form) {
    postern_json_object_add (model, "meanwhile", g_variant_builder_end (&page->form->meanwhile));
    g_variant_builder_init (&page->form->meanwhile, G_VARIANT_TYPE ("av"));
  }
}

gboolean
postern_flow_organization_form_send (PosternFlowOrganizationPage *page, char *path, GVariant *body)
{
  const char *state = NULL;
  gboolean done;

  /* A form that does not say what it showed relies on a tag that nothing has. */
  if (!postern_request_get_form (page->request, FIELD, &state, NULL) || state == NULL)
    state = "";
  page->condition = g_strdup_printf ("\"%.*s\"", (int) strspn (state, HEX), state);
  done = postern_flow_organization_page_ask (page, "PATCH", path, NULL, body, NULL);
  g_clear_pointer (&page->condition, g_free);
  return done;
}

/* --- what has a name and a description --------------------------------------------------------------------------------- */

void
postern_flow_organization_form_add_words (PosternFlowOrganizationPage *page, PosternJsonObject *model, GVariant *thing)
{
  const PosternFlowOrganizationField name = { "name", N_("Name"), postern_json_get_string (thing, "name") };
  const PosternFlowOrganizationField description = { "description", N_("Description"), postern_json_get_string (thing, "description") };
  g_autofree char *name_value = postern_flow_organization_form_dup_value (page, &name);
  g_autofree char *description_value = postern_flow_organization_form_dup_value (page, &description);

  postern_json_object_add_string (model, "name_value", name_value);
  postern_json_object_add_string (model, "description_value", description_value);
}

void
postern_flow_organization_form_read_words (PosternFlowOrganizationPage *page, PosternJsonObject *body)
{
  const char *name = NULL, *description = NULL;
  g_autofree char *stripped = NULL;

  postern_request_get_form (page->request, "name", &name, NULL);
  postern_request_get_form (page->request, "description", &description, NULL);
  stripped = g_strstrip (g_strdup (description ? description : ""));
  postern_json_object_add_string (body, "name", name ? name : "");
  postern_json_object_add (body, "description", *stripped ? g_variant_new_string (stripped) : g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));
}

/* (transfer full) */
static char *
dup_path (PosternFlowOrganizationPage *page, const char *const *steps)
{
  const char *own[3] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (own) && steps[i]; i++)
    own[i] = *steps[i] ? steps[i] : page->organization->id;
  return postern_flow_organization_page_dup_path (own[0], own[1], own[2], NULL);
}

PosternResponse *
postern_flow_organization_form_make (PosternFlowEngine *engine, PosternRequest *request, const char *section, const char *const *steps, const char *conflict)
{
  static const char *const fields[] = { "name", NULL };
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter_to_change (&page, engine, request, section, NULL, fields);
  g_auto (PosternJsonObject) body = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) made = NULL;
  const char *name = NULL;
  g_autoptr (GError) error = NULL;

  if (refused)
    return refused;
  if (!postern_request_get_form (request, "name", &name, &error))
    return postern_response_new_error_page (error, NULL);
  postern_json_object_add_string (&body, "name", name ? name : "");
  if (postern_flow_organization_page_ask (&page, "POST", dup_path (&page, steps), NULL, postern_json_object_end (&body), &made))
    return postern_flow_organization_page_lead (&page, postern_json_get_string (made, "id"), "made");
  return postern_flow_organization_page_lead_to_problem (&page, conflict);
}

void
postern_flow_organization_form_keep (PosternFlowOrganizationPage *page, PosternJsonObject *typed)
{
  const char *state = NULL;

  if (postern_request_get_form (page->request, FIELD, &state, NULL))
    postern_json_object_add_string (typed, FIELD, state);
  postern_flow_organization_permits_keep (page, typed);
}
