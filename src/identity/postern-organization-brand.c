/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-organization-brand.h"

/* (nullable): borrowed from @organization */
static GVariant *
get_look (const PosternOrganization *organization)
{
  GVariant *branding = organization && organization->disabled_at == 0 ? organization->branding : NULL;

  return branding && g_variant_n_children (branding) > 0 ? branding : NULL;
}

static void
add_name (PosternJsonObject *brand, const PosternOrganization *organization, GVariant *look)
{
  const char *name = postern_json_get_string (look, "name");

  postern_json_object_add_string (brand, "name", name ? name : organization->name);
}

void
postern_organization_brand_add_page (PosternJsonObject *model, const PosternOrganization *organization)
{
  static const char *const files[] = { "logo", "light", "dark", "style" };
  GVariant *look = get_look (organization);
  g_autoptr (GVariant) texts = look ? postern_json_get (look, "texts") : NULL;
  g_auto (PosternJsonObject) brand = POSTERN_JSON_OBJECT_INIT;

  if (look == NULL)
    return;
  add_name (&brand, organization, look);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) { /* "" for what there is not, or a page would find the tenant's */
    const char *file = postern_json_get_string (look, files[i]);

    postern_json_object_add_string (&brand, files[i], file ? file : "");
  }
  if (texts)
    postern_json_object_add (&brand, "texts", texts);
  postern_json_object_add (model, "brand", postern_json_object_end (&brand));
}

void
postern_organization_brand_add_mail (PosternJsonObject *model, const PosternOrganization *organization)
{
  GVariant *look = get_look (organization);
  g_auto (PosternJsonObject) brand = POSTERN_JSON_OBJECT_INIT;

  if (look == NULL)
    return;
  add_name (&brand, organization, look);
  postern_json_object_add_string (&brand, "logo", postern_json_get_string (look, "logo"));
  postern_json_object_add_string (&brand, "accent_color", postern_json_get_string (look, "accent_color"));
  postern_json_object_add (model, "brand", postern_json_object_end (&brand));
}
