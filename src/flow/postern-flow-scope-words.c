/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-scope-words.h"

#include "postern-json.h"

#include <glib/gi18n.h>

typedef struct {
  const char *scope, *title, *text;
} Words;

static const Words words[] = {
  { "openid", N_("Who you are here"), N_("A number that tells this application that it is you again.") },
  { "profile", N_("Your name and profile"), N_("Your name, picture, language and what else is in your profile.") },
  { "email", N_("Your e-mail address"), N_("Your e-mail address, and whether it is confirmed.") },
  { "phone", N_("Your telephone number"), N_("Your telephone number, and whether it is confirmed.") },
  { "address", N_("Your postal address"), N_("The postal address in your profile.") },
  { "organization", N_("Your organization"), N_("Which organization you act for, and what it is called.") },
  { "offline_access", N_("Access while you are away"), N_("It may use what you allow here when you are not signed in, until you take it back.") },
  { "account:read", N_("See your account"), N_("Your profile, how you sign in, where you are signed in, and what happened to your account; it can also download your data.") },
  { "account:write", N_("Change your account"), N_("Your profile and how you sign in. It can sign you out elsewhere, take access from applications, and delete your account.") },
  { "upstream_tokens", N_("Your accounts elsewhere"), N_("It may act for you at the services that you sign in with here, as far as they let it.") },
};

static const Words *
find (const char *scope)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].scope, scope))
      return &words[i];
  return NULL;
}

static PosternResource *
find_resource (PosternResourceBook *book, const char *const *resources, const char *scope)
{
  for (; book && resources && *resources; resources++) {
    PosternResource *resource = postern_resource_book_find (book, *resources);

    if (resource && postern_resource_has_scope (resource, scope))
      return resource;
  }
  return NULL;
}

/* @resource: (nullable) */
static char *
dup_title (PosternResource *resource, const Words *found, const char *scope)
{
  g_autofree char *description = resource && !found ? postern_resource_dup_description (resource, scope) : NULL;

  if (description && *description)
    return g_steal_pointer (&description);
  return g_strdup (found ? found->title : scope);
}

char *
postern_flow_scope_words_dup_title (PosternResourceBook *book, const char *const *resources, const char *scope)
{
  return dup_title (find_resource (book, resources, scope), find (scope), scope);
}

/* Which API it is at is said below what it is for. */
static GVariant *
entry_of (PosternResource *resource, const char *scope)
{
  g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;
  const Words *found = find (scope);
  g_autofree char *title = dup_title (resource, found, scope);

  postern_json_object_add_string (&entry, "name", scope);
  postern_json_object_add_string (&entry, "title", title);
  postern_json_object_add_string (&entry, "text", found ? found->text : resource ? resource->name : "");
  return postern_json_object_end (&entry);
}

GVariant *
postern_flow_scope_words_to_variant (PosternResourceBook *book, const char *const *resources, const char *const *scopes)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; scopes && scopes[i]; i++)
    if (!g_str_equal (scopes[i], "openid") || scopes[1] == NULL)
      g_variant_builder_add (&entries, "v", entry_of (find_resource (book, resources, scopes[i]), scopes[i]));
  return g_variant_builder_end (&entries);
}
