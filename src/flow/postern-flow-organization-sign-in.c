/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include <string.h>

#include "postern-flow-organization-form.h"
#include "postern-flow-routes.h"

/* How members of the organization sign in when they act for it. What is not asked here, such as connectors, stays as it is. */

#define SECTION "sign-in"

/* The ways in of our own; a field each. */
static const struct {
  const char *name, *field, *title;
} factors[] = {
  { "password", "factor-password", N_("Password") },
  { "passkey", "factor-passkey", N_("Passkey or security key") },
  { "email-code", "factor-email-code", N_("Code by e-mail") },
  { "sms-code", "factor-sms-code", N_("Code by text message") },
};

static const struct {
  const char *value, *title;
} seconds[] = {
  { "", N_("As for everybody here") },
  { "optional", N_("Asked of who has set one up") },
  { "prompted", N_("Who has none is asked to set one up") },
  { "required", N_("Everybody needs one") },
};

static const char *const fields[] = { "factor-password", "factor-passkey", "factor-email-code", "factor-sms-code", "second_factor", "email_domains", "join_by_domain", NULL };

static const PosternFlowVisitNotice notices[] = {
  { "saved", N_("It is saved. It holds from the next sign-in on.") },
  { NULL },
};

static char *
dup_path (PosternFlowOrganizationPage *page)
{
  return postern_flow_organization_page_dup_path ("organizations", page->organization->id, NULL);
}

/* --- the page ---------------------------------------------------------------------------------------------------------- */

/* Without a list any way will do. */
static GVariant *
factor_entries (PosternFlowOrganizationPage *page, GVariant *rules)
{
  g_auto (GStrv) allowed = postern_json_dup_strv (rules, "factors", FALSE);
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < G_N_ELEMENTS (factors); i++) {
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;
    gboolean ticked = allowed == NULL || g_strv_contains ((const char *const *) allowed, factors[i].name);

    postern_json_object_add_string (&entry, "id", factors[i].field);
    postern_json_object_add_string (&entry, "title", factors[i].title);
    postern_json_object_add_boolean (&entry, "ticked", postern_flow_organization_form_is_ticked (page, factors[i].field, factors[i].title, ticked));
    g_variant_builder_add (&entries, "v", postern_json_object_end (&entry));
  }
  return g_variant_builder_end (&entries);
}

/* What is set by a word that is not here, is said by it. */
static const char *
find_second (const char *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++)
    if (g_str_equal (seconds[i].value, value))
      return seconds[i].title;
  return NULL;
}

static GVariant *
second_entries (PosternFlowOrganizationPage *page, GVariant *rules)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  const char *now = postern_json_get_string (rules, "second_factor");
  const PosternFlowOrganizationField field = { "second_factor", N_("Second factor"), now, find_second (now ? now : "") };
  g_autofree char *chosen = postern_flow_organization_form_dup_value (page, &field);

  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++) {
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

    postern_json_object_add_string (&entry, "value", seconds[i].value);
    postern_json_object_add_string (&entry, "title", seconds[i].title);
    postern_json_object_add_boolean (&entry, "selected", g_str_equal (seconds[i].value, chosen));
    g_variant_builder_add (&entries, "v", postern_json_object_end (&entry));
  }
  return g_variant_builder_end (&entries);
}

static void
add_domains (PosternFlowOrganizationPage *page, PosternJsonObject *model, GVariant *rules)
{
  g_auto (GStrv) domains = postern_json_dup_strv (rules, "email_domains", FALSE);
  g_autofree char *lines = domains ? g_strjoinv ("\n", domains) : NULL;
  const PosternFlowOrganizationField field = { "email_domains", N_("Domains of addresses that a member needs"), lines };
  gboolean join = postern_json_get_boolean (rules, "join_by_domain", FALSE);

  postern_flow_organization_form_add_value (page, model, &field);
  join = postern_flow_organization_form_is_ticked (page, "join_by_domain", N_("Who signs in with an address of a proved domain becomes a member"), join);
  postern_json_object_add_boolean (model, "join_by_domain", join);
}

PosternResponse *
postern_flow_organization_sign_in_show (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter (&page, engine, request, SECTION, NULL);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) answer = NULL, rules = NULL;

  if (refused)
    return refused;
  if (!postern_flow_organization_page_ask (&page, "GET", dup_path (&page), NULL, NULL, &answer))
    return postern_flow_organization_page_show_problem (&page);
  rules = postern_json_get (answer, "sign_in_rules");
  postern_json_object_add_boolean (&model, "changes", postern_flow_organization_page_may (&page, "organizations:write"));
  postern_json_object_add (&model, "factors", factor_entries (&page, rules));
  postern_json_object_add (&model, "seconds", second_entries (&page, rules));
  add_domains (&page, &model, rules);
  return postern_flow_organization_page_show (&page, "organization-sign-in", &model, notices);
}

/* --- what is saved ----------------------------------------------------------------------------------------------------- */

/* null, which takes a rule away */
static GVariant *
nothing (void)
{
  return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
}

static gboolean
read_field (PosternFlowOrganizationPage *page, const char *name, const char **value, GError **error)
{
  return postern_request_get_form (page->request, name, value, error);
}

static gboolean
add_factors (PosternFlowOrganizationPage *page, PosternJsonObject *rules, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (factors); i++) {
    const char *ticked = NULL;

    if (!read_field (page, factors[i].field, &ticked, error))
      return FALSE;
    if (ticked)
      g_strv_builder_add (builder, factors[i].name);
  }
  list = g_strv_builder_end (builder);
  postern_json_object_add (rules, "factors", g_strv_length (list) == G_N_ELEMENTS (factors) ? nothing () : g_variant_new_strv ((const char *const *) list, -1));
  return TRUE;
}

static GVariant *
read_domains (const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, " ,;\t\r\n", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; words[i]; i++)
    if (*words[i])
      g_strv_builder_add (builder, words[i]);
  list = g_strv_builder_end (builder);
  return *list ? g_variant_new_strv ((const char *const *) list, -1) : nothing ();
}

static gboolean
add_rules (PosternFlowOrganizationPage *page, PosternJsonObject *rules, GError **error)
{
  const char *second = NULL, *domains = NULL, *join = NULL;

  if (!add_factors (page, rules, error) || !read_field (page, "second_factor", &second, error) || !read_field (page, "email_domains", &domains, error) ||
      !read_field (page, "join_by_domain", &join, error))
    return FALSE;
  postern_json_object_add (rules, "second_factor", second && *second ? g_variant_new_string (second) : nothing ());
  postern_json_object_add (rules, "email_domains", read_domains (domains ? domains : ""));
  postern_json_object_add (rules, "join_by_domain", join ? g_variant_new_boolean (TRUE) : nothing ());
  return TRUE;
}

PosternResponse *
postern_flow_organization_sign_in_submit (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter_to_change (&page, engine, request, SECTION, NULL, fields);
  g_auto (PosternJsonObject) body = POSTERN_JSON_OBJECT_INIT, rules = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GError) error = NULL;

  if (refused)
    return refused;
  if (!add_rules (&page, &rules, &error))
    return postern_response_new_error_page (error, NULL);
  postern_json_object_add (&body, "sign_in_rules", postern_json_object_end (&rules));
  return postern_flow_organization_page_answer (&page, postern_flow_organization_form_send (&page, dup_path (&page), postern_json_object_end (&body)), NULL, "saved", NULL);
}
