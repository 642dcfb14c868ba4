/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-organization-form.h"
#include "postern-flow-routes.h"
#include "postern-request-private.h"

/* How pages look where somebody signs in for the organization. What may be a picture, the API decides; a file that a form carried is gone when it was not taken. */

#define SECTION "look"

/* Those that are a word each; a field is called as the member of the API. */
static const struct {
  const char *name, *title;
} words[] = {
  { "name", N_("Name on pages") },
  { "accent_color", N_("Colour of buttons") },
  { "page_color", N_("Background") },
  { "card_color", N_("Card") },
  { "dark_page_color", N_("Background, dark") },
  { "dark_card_color", N_("Card, dark") },
};

static const char *const fields[] = { "name", "accent_color", "page_color", "card_color", "dark_page_color", "dark_card_color", "text", "css", "logo", "no-logo", NULL };

#define COLOR N_("Write the colour as # and six digits, such as #0b6e4f.")

/* Why a colour or a picture is not taken, the latter by the API's code (data-most of the template is its limit). */
static const PosternFlowOrganizationReason reasons[] = {
  { "accent_color", NULL, COLOR, FALSE },
  { "page_color", NULL, COLOR, FALSE },
  { "card_color", NULL, COLOR, FALSE },
  { "dark_page_color", NULL, COLOR, FALSE },
  { "dark_card_color", NULL, COLOR, FALSE },
  { "logo", "too_long", N_("The file is larger than 24 KiB, and everybody who signs in would wait for it. Save it smaller, or as SVG."), FALSE },
  { "logo", "too_short", N_("The file is empty. Choose another one."), FALSE },
  { "logo", "invalid", N_("This is no picture that pages can show: it must be PNG, JPEG or WebP, or a plain SVG without scripts, links and embedded pictures."), TRUE },
  { NULL },
};

static const PosternFlowVisitNotice notices[] = {
  { "saved", N_("It is saved.") },
  { NULL },
};

static char *
dup_path (PosternFlowOrganizationPage *page)
{
  return postern_flow_organization_page_dup_path ("organizations", page->organization->id, "branding", NULL);
}

/* --- the page ---------------------------------------------------------------------------------------------------------- */

static const char *
get_culprit (PosternFlowOrganizationPage *page)
{
  return page->kept ? postern_json_get_string (page->kept, "error_field") : NULL;
}

static GVariant *
word_entries (PosternFlowOrganizationPage *page, GVariant *look)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    const PosternFlowOrganizationField field = { words[i].name, words[i].title, postern_json_get_string (look, words[i].name) };
    g_autofree char *value = postern_flow_organization_form_dup_value (page, &field);
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

    postern_json_object_add_string (&entry, "id", words[i].name);
    postern_json_object_add_string (&entry, "title", words[i].title);
    postern_json_object_add_string (&entry, "value", value);
    postern_json_object_add_boolean (&entry, "color", i > 0);
    postern_json_object_add_boolean (&entry, "wrong", g_strcmp0 (get_culprit (page), words[i].name) == 0);
    g_variant_builder_add (&entries, "v", postern_json_object_end (&entry));
  }
  return g_variant_builder_end (&entries);
}

/* A browser does not choose a file again by itself. */
static gboolean
must_choose_again (PosternFlowOrganizationPage *page)
{
  g_autoptr (GVariant) typed = page->kept ? postern_json_get (page->kept, "typed") : NULL;

  return typed && postern_json_get_boolean (typed, "logo", FALSE) && g_strcmp0 (get_culprit (page), "logo") != 0;
}

/* Another's picture shows as its address where it was changed meanwhile. */
static void
add_fields (PosternFlowOrganizationPage *page, PosternJsonObject *model, GVariant *look)
{
  g_autoptr (GVariant) texts = postern_json_get (look, "texts");
  const char *logo_url = postern_json_get_string (look, "logo_url");
  const PosternFlowOrganizationField fields_shown[] = {
    { "text", N_("Text where a sign-in begins, in English"), texts ? postern_json_get_string (texts, "en") : NULL },
    { "css", N_("Style sheet"), postern_json_get_string (look, "css") },
  };
  const PosternFlowOrganizationField picture = { "logo_url", N_("Picture"), logo_url };
  g_autofree char *noted = postern_flow_organization_form_dup_value (page, &picture);

  for (guint i = 0; i < G_N_ELEMENTS (fields_shown); i++)
    postern_flow_organization_form_add_value (page, model, &fields_shown[i]);
  postern_json_object_add_string (model, "logo_url", logo_url);
  postern_json_object_add_boolean (model, "logo_again", must_choose_again (page));
  postern_json_object_add_boolean (model, "no_logo", postern_flow_organization_form_is_ticked (page, "no-logo", NULL, FALSE));
}

PosternResponse *
postern_flow_organization_look_show (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter (&page, engine, request, SECTION, NULL);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) look = NULL;

  if (refused)
    return refused;
  if (!postern_flow_organization_page_ask (&page, "GET", dup_path (&page), NULL, NULL, &look))
    return postern_flow_organization_page_show_problem (&page);
  postern_json_object_add_boolean (&model, "changes", postern_flow_organization_page_may (&page, "branding:write"));
  postern_json_object_add (&model, "words", word_entries (&page, look));
  add_fields (&page, &model, look);
  return postern_flow_organization_page_show (&page, "organization-look", &model, notices);
}

/* --- what is saved ----------------------------------------------------------------------------------------------------- */

static GVariant *
word_or_nothing (const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));

  return *stripped ? g_variant_new_string (stripped) : g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
}

static gboolean
read_field (PosternFlowOrganizationPage *page, const char *name, const char **value, GError **error)
{
  *value = NULL;
  if (!postern_request_get_form (page->request, name, value, error))
    return FALSE;
  *value = *value ? *value : "";
  return TRUE;
}

/* The text of other languages, which an application may have set, stays. */
static gboolean
add_texts (PosternFlowOrganizationPage *page, PosternJsonObject *body, const char *text)
{
  g_autoptr (GVariant) look = NULL, before = NULL;
  g_auto (GVariantDict) texts = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autoptr (GVariant) all = NULL;

  if (!postern_flow_organization_page_ask (page, "GET", dup_path (page), NULL, NULL, &look))
    return FALSE;
  before = postern_json_get (look, "texts");
  if (before) {
    g_variant_dict_clear (&texts);
    g_variant_dict_init (&texts, before);
  }
  g_variant_dict_remove (&texts, "en");
  if (*stripped)
    g_variant_dict_insert (&texts, "en", "s", stripped);
  all = g_variant_ref_sink (g_variant_dict_end (&texts));
  postern_json_object_add (body, "texts", g_variant_n_children (all) > 0 ? all : g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));
  return TRUE;
}

/* Another picture takes the place of the one that is there, whether that was to be removed or not. */
static void
add_logo (PosternJsonObject *body, GBytes *file, gboolean none)
{
  gsize length = 0;
  const guchar *data = file ? g_bytes_get_data (file, &length) : NULL;
  g_autofree char *encoded = file ? g_base64_encode (data, length) : NULL;

  if (none && file == NULL)
    postern_json_object_add (body, "logo", g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));
  else
    postern_json_object_add_string (body, "logo", encoded);
}

static gboolean
add_look (PosternFlowOrganizationPage *page, PosternJsonObject *body, GError **error)
{
  const char *css, *none = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    const char *value;

    if (!read_field (page, words[i].name, &value, error))
      return FALSE;
    postern_json_object_add (body, words[i].name, word_or_nothing (value));
  }
  if (!read_field (page, "css", &css, error) || !postern_request_get_form (page->request, "no-logo", &none, error))
    return FALSE;
  postern_json_object_add (body, "css", word_or_nothing (css));
  add_logo (body, postern_request_get_file (page->request, "logo"), none != NULL);
  return TRUE;
}

PosternResponse *
postern_flow_organization_look_submit (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter_to_change (&page, engine, request, SECTION, NULL, fields);
  g_auto (PosternJsonObject) body = POSTERN_JSON_OBJECT_INIT;
  const char *text;
  g_autoptr (GError) error = NULL;

  if (refused)
    return refused;
  page.reasons = reasons;
  if (!add_look (&page, &body, &error) || !read_field (&page, "text", &text, &error))
    return postern_response_new_error_page (error, NULL);
  if (!add_texts (&page, &body, text))
    return postern_flow_organization_page_show_problem (&page);
  return postern_flow_organization_page_answer (&page, postern_flow_organization_form_send (&page, dup_path (&page), postern_json_object_end (&body)), NULL, "saved", NULL);
}
