/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-delegation.h"

#include "postern-brand-css.h"
#include "postern-brand.h"
#include "postern-fault.h"
#include "postern-organization.h"

#include <string.h>

/* What people see of an organization on the pages of a sign-in for it, and of the tenant on all. Whatever is kept was checked, or made, here. */

#define COLOR "^#[0-9A-Fa-f]{6}$"
#define TEXTS_MAX 32
#define TEXT_MAX 300
#define PHRASES_MAX 100 /* in a language */
#define PHRASE_MAX 500
#define TENANT_BODY_MAX (512 * 1024)
#define WHOLE_BODY_MAX (128 * 1024) /* of all that an organization may set; a tenant's phrases come on top of that */

#define NAME(text) { "name", POSTERN_API_STRING, POSTERN_API_NULLABLE, text, 1, POSTERN_ORGANIZATION_NAME_MAX }
/* clang-format off */
#define LOOK \
  { "accent_color", POSTERN_API_STRING, POSTERN_API_NULLABLE, "Of buttons; links have it as light or as dark as it takes to read them.", 7, 7, .pattern = COLOR }, \
  { "page_color", POSTERN_API_STRING, POSTERN_API_NULLABLE, "Of what the card lies on, where pages are light.", 7, 7, .pattern = COLOR }, \
  { "card_color", POSTERN_API_STRING, POSTERN_API_NULLABLE, "Of the card, where pages are light.", 7, 7, .pattern = COLOR }, \
  { "dark_page_color", POSTERN_API_STRING, POSTERN_API_NULLABLE, "Of what the card lies on, where pages are dark.", 7, 7, .pattern = COLOR }, \
  { "dark_card_color", POSTERN_API_STRING, POSTERN_API_NULLABLE, "Of the card, where pages are dark.", 7, 7, .pattern = COLOR }, \
  { "logo", POSTERN_API_STRING, POSTERN_API_NULLABLE | POSTERN_API_ASKED, "A PNG, JPEG, WebP or SVG of at most 24 KiB, in base64; answered where the query says `logo=true`.", 4, 4 * ((POSTERN_BRAND_LOGO_MAX + 2) / 3) }, \
  { "logo_url", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "Where it is shown." }, \
  { "css", POSTERN_API_STRING, POSTERN_API_NULLABLE, "A style sheet of shapes and letters, as it was understood.", 0, POSTERN_BRAND_CSS_MAX }, \
  { "texts", POSTERN_API_OBJECT, POSTERN_API_NULLABLE, "What stands above the form where a sign-in begins: by the tag of a language." }
/* clang-format on */

static const PosternApiMember members[] = { NAME ("What its pages call it; its own name unless it is said."), LOOK, { NULL } };
static const PosternApiMember tenant_members[] = {
  NAME ("What pages and messages call the tenant; its own name unless it is said."),
  LOOK,
  { "phrases", POSTERN_API_OBJECT, POSTERN_API_NULLABLE, "What is said otherwise on pages and in messages: by the tag of a language, English words and what stands for them." },
  { NULL },
};
static const PosternApiSchema schema = { "Branding", members, "How the pages look where somebody signs in for an organization." };

static const PosternApiSchema tenant_schema = { "TenantBranding", tenant_members, "How all pages and messages look and speak; an organization's look goes before it." };

static const PosternApiMember parts[] = {
  { "logo", POSTERN_API_BOOLEAN, 0, "Whether the answer is to have the picture itself." },
  { NULL },
};

static const char *const plain[] = { "name", "accent_color", "page_color", "card_color", "dark_page_color", "dark_card_color" };

/* --- showing ---------------------------------------------------------------------------------------------------------- */

/* @organization_id: "": the tenant's; @branding: (nullable) */
static gboolean
answer (PosternApiCall *call, PosternTxn *txn, const char *organization_id, GVariant *branding, GError **error)
{
  const char *logo = branding ? postern_json_get_string (branding, "logo") : NULL;
  gboolean styled = branding && postern_json_get_string (branding, "style") != NULL, asked = logo != NULL && postern_json_get_boolean (call->query, "logo", FALSE);
  g_autoptr (PosternBrandFile) style = styled ? postern_brand_store_get (txn, organization_id, "style", error) : NULL, picture = NULL;
  g_autoptr (GVariant) texts = branding ? postern_json_get (branding, "texts") : NULL, phrases = branding ? postern_json_get (branding, "phrases") : NULL;
  g_autofree char *url = logo ? g_strconcat (postern_tenant_get_issuer (call->api->tenant), "/brand/", logo, NULL) : NULL, *css = NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  gsize length;

  if ((styled && style == NULL) || (asked && (picture = postern_brand_store_get (txn, organization_id, "logo", error)) == NULL))
    return FALSE;
  for (guint i = 0; branding && i < G_N_ELEMENTS (plain); i++)
    postern_api_call_add_string (&dict, plain[i], postern_json_get_string (branding, plain[i]));
  postern_api_call_add_string (&dict, "logo", picture ? picture->data : NULL);
  postern_api_call_add_string (&dict, "logo_url", url);
  if (style) {
    g_autofree guchar *bytes = g_base64_decode (style->data, &length);

    css = g_strndup ((const char *) bytes, length);
    postern_api_call_add_string (&dict, "css", css);
  }
  if (texts)
    g_variant_dict_insert_value (&dict, "texts", texts);
  if (phrases)
    g_variant_dict_insert_value (&dict, "phrases", phrases);
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&dict));
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);

  return organization != NULL && answer (call, txn, organization->id, organization->branding, error);
}

/* --- changing --------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternApiCall *call;
  PosternTxn *txn;
  const char *organization_id; /* "": of the tenant */
  gboolean whole; /* what is not sent is taken away */
  GVariantDict branding;
} Change;

/* @before: (nullable): what is kept now */
static void
begin (Change *self, GVariant *before)
{
  self->whole = self->call->row->kind == POSTERN_API_REPLACE;
  g_variant_dict_init (&self->branding, self->whole ? NULL : before);
}

/* Kept under a name that is made of what is in it, so that browsers may keep it for ever. @bytes: (nullable): there is none any more */
static gboolean
put_file (Change *self, const char *kind, GBytes *bytes, const char *suffix, GError **error)
{
  g_autofree char *sum = bytes ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes) : NULL;
  g_autoptr (PosternBrandFile) file = postern_brand_file_new ();
  gsize length;
  gconstpointer data;

  if (bytes == NULL) {
    g_variant_dict_remove (&self->branding, kind);
    return postern_brand_store_delete (self->txn, self->organization_id, kind, error);
  }
  data = g_bytes_get_data (bytes, &length);
  file->organization_id = g_strdup (self->organization_id);
  file->kind = g_strdup (kind);
  file->name = g_strdup_printf ("%.40s%s", sum, suffix);
  file->data = g_base64_encode (data, length);
  g_variant_dict_insert (&self->branding, kind, "s", file->name);
  return postern_brand_store_put (self->txn, file, error);
}

/* Takes @css. */
static gboolean
put_sheet (Change *self, const char *kind, char *css, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (css, strlen (css));

  return put_file (self, kind, *css ? bytes : NULL, ".css", error);
}

static gboolean
take_logo (Change *self, const char *text, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree guchar *data = NULL;
  g_autofree char *again = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const char *kind;
  gsize length;

  if (text == NULL)
    return put_file (self, "logo", NULL, NULL, error);
  data = g_base64_decode (text, &length);
  again = g_base64_encode (data, length);
  if (!g_str_equal (text, again))
    return postern_api_call_invalid (error, "logo", "must be base64");
  bytes = g_bytes_new (data, length);
  kind = postern_brand_check_logo (bytes, &local);
  if (kind == NULL)
    return postern_api_call_invalid (error, "logo", local->message);
  return put_file (self, "logo", bytes, strchr (kind, '.'), error);
}

static gboolean
take_css (Change *self, const char *text, GError **error)
{
  char *clean = postern_brand_css_clean (text ? text : "", error);

  return clean != NULL && put_sheet (self, "style", clean, error);
}

static gboolean
is_tag (const char *tag)
{
  gsize length = strlen (tag);

  return length >= 2 && length <= 35 && strspn (tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == length;
}

static gboolean
take_texts (Change *self, GVariant *texts, GError **error)
{
  GVariantIter iter;
  const char *tag;
  GVariant *value;

  if (!g_variant_is_of_type (texts, G_VARIANT_TYPE_VARDICT)) {
    g_variant_dict_remove (&self->branding, "texts");
    return TRUE;
  }
  if (g_variant_iter_init (&iter, texts) > TEXTS_MAX)
    return postern_fault (error, "texts", "must be in at most %d languages", TEXTS_MAX);
  while (g_variant_iter_loop (&iter, "{&sv}", &tag, &value))
    if (!is_tag (tag) || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) || !postern_fault_check_phrase ("texts", g_variant_get_string (value, NULL), 1, TEXT_MAX, NULL)) {
      g_variant_unref (value);
      return postern_fault (error, "texts", "must have a text of at most %d characters, on one line and in one direction, for each tag of a language", TEXT_MAX);
    }
  g_variant_dict_insert_value (&self->branding, "texts", texts);
  return TRUE;
}

/* What is filled in must be something that the phrase itself is given: the rest would stand there empty. */
static gboolean
has_only_places_of (const char *words, const char *english)
{
  for (const char *at = strchr (words, '{'); at != NULL; at = strchr (at + 1, '{')) {
    gsize name = strspn (at + 1, "abcdefghijklmnopqrstuvwxyz0123456789_.");
    g_autofree char *place = name > 0 && at[1 + name] == '}' ? g_strndup (at, name + 2) : NULL;

    if (place && strstr (english, place) == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_phrase (Change *self, const char *english, GVariant *value, GError **error)
{
  const PosternApi *api = self->call->api;
  const char *words = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL) : "";

  if (api->knows_phrase && !api->knows_phrase (english, api->phrases_data))
    return postern_fault (error, "phrases", "has “%.60s”, which no page says; it must be the English words to the letter", english);
  if (!postern_fault_check_phrase ("phrases", words, 1, PHRASE_MAX, NULL))
    return postern_fault (error, "phrases", "must have words of at most %d characters, on one line and in one direction, for “%.60s”", PHRASE_MAX, english);
  return has_only_places_of (words, english) || postern_fault (error, "phrases", "may not fill in what “%.60s” does not", english);
}

static gboolean
check_language (Change *self, const char *tag, GVariant *words, GError **error)
{
  GVariantIter iter;
  const char *english;
  GVariant *value;
  gboolean good;

  if (!is_tag (tag) || !g_variant_is_of_type (words, G_VARIANT_TYPE_VARDICT))
    return postern_fault (error, "phrases", "must have an object of English words and others for each tag of a language");
  if (g_variant_iter_init (&iter, words) > PHRASES_MAX)
    return postern_fault (error, "phrases", "must be at most %d in a language", PHRASES_MAX);
  for (good = TRUE; good && g_variant_iter_next (&iter, "{&sv}", &english, &value); g_variant_unref (value))
    good = check_phrase (self, english, value, error);
  return good;
}

static gboolean
take_phrases (Change *self, GVariant *phrases, GError **error)
{
  GVariantIter iter;
  const char *tag;
  GVariant *words;
  gboolean good;

  if (!g_variant_is_of_type (phrases, G_VARIANT_TYPE_VARDICT)) {
    g_variant_dict_remove (&self->branding, "phrases");
    return TRUE;
  }
  if (g_variant_iter_init (&iter, phrases) > TEXTS_MAX)
    return postern_fault (error, "phrases", "must be in at most %d languages", TEXTS_MAX);
  for (good = TRUE; good && g_variant_iter_next (&iter, "{&sv}", &tag, &words); g_variant_unref (words))
    good = check_language (self, tag, words, error);
  if (good)
    g_variant_dict_insert_value (&self->branding, "phrases", phrases);
  return good;
}

static gboolean
take_plain (Change *self, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++) {
    g_autoptr (GVariant) member = postern_json_get (self->call->body, plain[i]);

    if (member && g_variant_is_of_type (member, G_VARIANT_TYPE_STRING))
      g_variant_dict_insert_value (&self->branding, plain[i], member);
    else if (member)
      g_variant_dict_remove (&self->branding, plain[i]);
  }
  return TRUE;
}

/* (transfer none) (nullable) */
static const char *
get_color (Change *self, const char *name)
{
  const char *color = NULL;

  g_variant_dict_lookup (&self->branding, name, "&s", &color);
  return color;
}

/* The dark sheet comes after the light one, and takes back what that one sets. */
static gboolean
make_palettes (Change *self, GError **error)
{
  const char *accent = get_color (self, "accent_color");
  PosternBrandPalette light = { accent, get_color (self, "page_color"), get_color (self, "card_color"), FALSE };
  PosternBrandPalette dark = { accent, get_color (self, "dark_page_color"), get_color (self, "dark_card_color"), light.page != NULL || light.card != NULL };
  char *css = postern_brand_make_palette_css (&light, FALSE, "", error);

  if (css == NULL || !put_sheet (self, "light", css, error))
    return FALSE;
  css = postern_brand_make_palette_css (&dark, TRUE, "dark_", error);
  return css != NULL && put_sheet (self, "dark", css, error);
}

static gboolean
take_all (Change *self, GError **error)
{
  GVariant *body = self->call->body;
  g_autoptr (GVariant) logo = postern_json_get (body, "logo"), css = postern_json_get (body, "css"), texts = postern_json_get (body, "texts");
  g_autoptr (GVariant) phrases = postern_json_get (body, "phrases");
  const char *name = postern_json_get_string (body, "name");

  return (name == NULL || postern_organization_check_name (name, error)) && take_plain (self, error) &&
         ((logo == NULL && !self->whole) || take_logo (self, postern_json_get_string (body, "logo"), error)) &&
         ((css == NULL && !self->whole) || take_css (self, postern_json_get_string (body, "css"), error)) && (texts == NULL || take_texts (self, texts, error)) &&
         (phrases == NULL || take_phrases (self, phrases, error)) && make_palettes (self, error);
}

/* PATCH: the members sent. PUT: exactly those. */
static gboolean
change (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  Change self = { call, txn };
  gboolean done;

  if (organization == NULL)
    return FALSE;
  self.organization_id = organization->id;
  begin (&self, organization->branding);
  done = take_all (&self, error);
  g_clear_pointer (&organization->branding, g_variant_unref);
  organization->branding = g_variant_ref_sink (g_variant_dict_end (&self.branding));
  organization->updated_at = call->now;
  if (!done || !postern_organization_store_update (txn, organization, error))
    return FALSE;
  postern_api_call_audit (call, "branding.changed", organization->id, postern_api_call_names_of_body (call));
  return answer (call, txn, organization->id, organization->branding, error);
}

/* --- the tenant's --------------------------------------------------------------------------------------------------------- */

/* (transfer full) (nullable): empty where nothing was set */
static GVariant *
load_own (PosternTxn *txn, GError **error)
{
  g_autoptr (GError) local = NULL;
  GVariant *branding = postern_setting_store_get (txn, POSTERN_TENANT_BRANDING, &local);

  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  else if (branding == NULL)
    branding = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  return branding;
}

static gboolean
show_own (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GVariant) branding = load_own (txn, error);

  return branding != NULL && answer (call, txn, "", branding, error);
}

static gboolean
change_own (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GVariant) before = load_own (txn, error), after = NULL;
  Change self = { call, txn, "" };
  gboolean done;

  if (before == NULL)
    return FALSE;
  begin (&self, before);
  done = take_all (&self, error);
  after = g_variant_ref_sink (g_variant_dict_end (&self.branding));
  if (!done || !postern_setting_store_put (txn, POSTERN_TENANT_BRANDING, after, call->now, error))
    return FALSE;
  postern_api_call_audit (call, "branding.changed", NULL, postern_api_call_names_of_body (call));
  return answer (call, txn, "", after, error);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_SHOW, "/branding", "getTenantBranding", "branding:read", "Shows how all pages and messages look and speak", .answer = &tenant_schema, .query = parts, .work = show_own },
  { POSTERN_API_UPDATE, "/branding", "updateTenantBranding", "branding:write", "Changes the members that are sent; null takes one away", &tenant_schema, &tenant_schema, .work = change_own, .body_max = TENANT_BODY_MAX },
  { POSTERN_API_REPLACE, "/branding", "replaceTenantBranding", "branding:write", "Sets exactly the members that are sent", &tenant_schema, &tenant_schema, .work = change_own, .body_max = TENANT_BODY_MAX + WHOLE_BODY_MAX },
  { POSTERN_API_SHOW, "/organizations/{id}/branding", "getBranding", "branding:read", "Shows how an organization's pages look", .answer = &schema, .query = parts, .work = show, .flags = POSTERN_API_DELEGATED },
  { POSTERN_API_UPDATE, "/organizations/{id}/branding", "updateBranding", "branding:write", "Changes the members that are sent; null takes one away", &schema, &schema, .work = change, .flags = POSTERN_API_DELEGATED, .body_max = WHOLE_BODY_MAX },
  { POSTERN_API_REPLACE, "/organizations/{id}/branding", "replaceBranding", "branding:write", "Sets exactly the members that are sent", &schema, &schema, .work = change, .flags = POSTERN_API_DELEGATED, .body_max = WHOLE_BODY_MAX },
  { .path = NULL },
};

const PosternApiResource postern_api_branding = { "Branding", "What people see of the tenant, and of an organization where they sign in for it.", rows };
