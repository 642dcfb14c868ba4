/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-permission.h"

#include "postern-json.h"

void
postern_oidc_permission_review_clear (PosternOidcReview *self)
{
  g_clear_pointer (&self->scope, g_free);
  g_clear_pointer (&self->audience, g_strfreev);
  g_clear_pointer (&self->permission, postern_permission_unref);
  g_clear_pointer (&self->permissions, g_strfreev);
}

/* Whom a token is for besides ourselves, whose own scopes no role gives. */
static char **
dup_resources (PosternOidc *oidc, GVariant *claims)
{
  g_auto (GStrv) audience = postern_json_dup_strv (claims, "aud", TRUE);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; audience && audience[i]; i++)
    if (!g_str_equal (audience[i], postern_oidc_get_issuer (oidc)))
      g_strv_builder_add (builder, audience[i]);
  return g_strv_builder_end (builder);
}

static char **
dup_audience (PosternOidc *oidc, GVariant *claims, char **resources)
{
  g_auto (GStrv) audience = postern_json_dup_strv (claims, "aud", TRUE);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *issuer = postern_oidc_get_issuer (oidc);

  g_strv_builder_addv (builder, (const char **) resources);
  if (!*resources || (audience && g_strv_contains ((const char *const *) audience, issuer)))
    g_strv_builder_add (builder, issuer);
  return g_strv_builder_end (builder);
}

static PosternPermission *
read_permission (PosternOidc *oidc, GVariant *claims, GError **error)
{
  PosternPermissionSubject subject = { postern_json_get_string (claims, "sub"), postern_json_get_string (claims, "organization_id") };

  return postern_permission_cache_dup (postern_tenant_get_permissions (postern_oidc_get_tenant (oidc)), &subject, error);
}

gboolean
postern_oidc_permission_review (PosternOidc *oidc, GVariant *claims, PosternOidcReview *review, GError **error)
{
  g_autoptr (PosternResourceBook) book = postern_permission_cache_dup_resources (postern_tenant_get_permissions (postern_oidc_get_tenant (oidc)), error);
  g_auto (GStrv) resources = dup_resources (oidc, claims);
  const char *scope = postern_json_get_string (claims, "scope");
  g_auto (GStrv) scopes = scope ? g_strsplit (scope, " ", -1) : NULL;
  g_auto (PosternPermissionCut) cut = { NULL };

  if (!book)
    return FALSE;
  review->managed = postern_resource_book_find_any (book, (const char *const *) resources) != NULL;
  if (review->managed && !(review->permission = read_permission (oidc, claims, error)))
    return FALSE;
  postern_permission_cut (review->permission, book, (const char *const *) scopes, (const char *const *) resources, &cut);
  review->spent = postern_permission_cut_is_spent (&cut, (const char *const *) scopes, (const char *const *) resources);
  review->scope = g_strjoinv (" ", cut.scopes);
  review->audience = dup_audience (oidc, claims, cut.resources);
  if (!cut.permissions[0])
    g_clear_pointer (&review->permission, postern_permission_unref);
  review->permissions = g_steal_pointer (&cut.permissions);
  return TRUE;
}
