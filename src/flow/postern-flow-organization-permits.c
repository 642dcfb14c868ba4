/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-permits.h"

#include <string.h>

#include "postern-flow-organization-form.h"
#include "postern-flow-scope-words.h"

#define FIELD "permit-" /* and RESOURCE/SCOPE, in other characters; no id of a resource has a slash */

#define ASKED_MAX 80 /* a form has a hundred fields at most */

static void
add_resource (PosternFlowOrganizationPermits *self, const char *indicator)
{
  PosternResource *resource = postern_resource_book_find (self->book, indicator);
  g_auto (GStrv) scopes = postern_permission_dup_scopes (self->page->permission, indicator);

  for (guint i = 0; resource && scopes[i]; i++)
    g_ptr_array_add (self->all, g_strconcat (resource->id, "/", scopes[i], NULL));
}

gboolean
postern_flow_organization_permits_read (PosternFlowOrganizationPermits *self, PosternFlowOrganizationPage *page, GError **error)
{
  g_auto (GStrv) indicators = postern_permission_dup_indicators (page->permission);

  self->page = page;
  self->book = postern_permission_cache_dup_resources (postern_tenant_get_permissions (page->visit->tenant), error);
  self->all = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; self->book && indicators[i]; i++)
    add_resource (self, indicators[i]);
  return self->book != NULL;
}

void
postern_flow_organization_permits_clear (PosternFlowOrganizationPermits *self)
{
  g_clear_pointer (&self->book, postern_resource_book_unref);
  g_clear_pointer (&self->all, g_ptr_array_unref);
}

/* What the field of @name is called, and its id: of letters, digits, hyphens and underscores, which style sheets and robots need no escapes for. (transfer full) */
static char *
dup_field (const char *name)
{
  GString *field = g_string_new (FIELD);

  for (const char *c = name; *c; c++)
    if (g_ascii_isalnum (*c) || *c == '-')
      g_string_append_c (field, *c);
    else
      g_string_append_printf (field, "_%02x", (guchar) *c);
  return g_string_free (field, FALSE);
}

gboolean
postern_flow_organization_permits_are_asked (PosternFlowOrganizationPermits *self)
{
  return self->all->len <= ASKED_MAX;
}

/* What @role gives at @index. (transfer full) (nullable): RESOURCE/SCOPE; NULL behind the last */
static char *
dup_given (GVariant *role, gsize index)
{
  g_autoptr (GVariant) all = postern_json_get (role, "permissions");
  g_autoptr (GVariant) box = all && index < g_variant_n_children (all) ? g_variant_get_child_value (all, index) : NULL;
  g_autoptr (GVariant) one = box ? g_variant_get_variant (box) : NULL;

  return one ? g_strconcat (postern_json_get_string (one, "resource_id"), "/", postern_json_get_string (one, "scope"), NULL) : NULL;
}

static gboolean
is_given (GVariant *role, const char *name)
{
  for (gsize i = 0;; i++) {
    g_autofree char *given = dup_given (role, i);

    if (given == NULL || g_str_equal (given, name))
      return given != NULL;
  }
}

gboolean
postern_flow_organization_permits_holds (PosternFlowOrganizationPermits *self, GVariant *role)
{
  for (gsize i = 0;; i++) {
    g_autofree char *given = dup_given (role, i);

    if (given == NULL || !g_ptr_array_find_with_equal_func (self->all, given, g_str_equal, NULL))
      return given == NULL;
  }
}

/* (transfer full): what people read for RESOURCE/SCOPE */
static char *
dup_title (PosternFlowOrganizationPermits *self, const char *name)
{
  const char *scope = strchr (name, '/') + 1;
  g_autofree char *id = g_strndup (name, (gsize) (scope - name) - 1);
  const char *indicator = postern_resource_book_find_indicator (self->book, id);
  const char *const indicators[] = { indicator, NULL };

  return postern_flow_scope_words_dup_title (self->book, indicators, scope);
}

GVariant *
postern_flow_organization_permits_list_given (PosternFlowOrganizationPermits *self, GVariant *role)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (gsize i = 0;; i++) {
    g_autofree char *given = dup_given (role, i), *title = given ? dup_title (self, given) : NULL;
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

    if (given == NULL)
      return g_variant_builder_end (&entries);
    postern_json_object_add_string (&entry, "title", title);
    g_variant_builder_add (&entries, "v", postern_json_object_end (&entry));
  }
}

GVariant *
postern_flow_organization_permits_list (PosternFlowOrganizationPermits *self, GVariant *role)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < self->all->len; i++) {
    const char *name = self->all->pdata[i];
    g_autofree char *field = dup_field (name), *title = dup_title (self, name);
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

    postern_json_object_add_string (&entry, "id", field);
    postern_json_object_add_string (&entry, "title", title);
    postern_json_object_add_boolean (&entry, "ticked", postern_flow_organization_form_is_ticked (self->page, field, title, is_given (role, name)));
    g_variant_builder_add (&entries, "v", postern_json_object_end (&entry));
  }
  return g_variant_builder_end (&entries);
}

static gboolean
is_ticked (PosternFlowOrganizationPermits *self, const char *name)
{
  g_autofree char *field = dup_field (name);
  const char *value = NULL;

  return postern_request_get_form (self->page->request, field, &value, NULL) && value != NULL;
}

GVariant *
postern_flow_organization_permits_read_ticked (PosternFlowOrganizationPermits *self)
{
  GVariantBuilder list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < self->all->len; i++) {
    const char *name = self->all->pdata[i], *slash = strchr (name, '/');
    g_autofree char *id = g_strndup (name, (gsize) (slash - name));
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

    if (!is_ticked (self, name))
      continue;
    postern_json_object_add_string (&entry, "resource_id", id);
    postern_json_object_add_string (&entry, "scope", slash + 1);
    g_variant_builder_add (&list, "v", postern_json_object_end (&entry));
  }
  return g_variant_builder_end (&list);
}

void
postern_flow_organization_permits_keep (PosternFlowOrganizationPage *page, PosternJsonObject *typed)
{
  g_auto (PosternFlowOrganizationPermits) self = { NULL };

  if (!postern_flow_organization_permits_read (&self, page, NULL))
    return;
  for (guint i = 0; i < self.all->len; i++) {
    g_autofree char *field = dup_field (self.all->pdata[i]);

    if (is_ticked (&self, self.all->pdata[i]))
      postern_json_object_add_string (typed, field, "1");
  }
}
