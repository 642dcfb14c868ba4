/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-scope-words.h"

#include "postern-json.h"

#include <glib/gi18n.h>
#include <string.h>

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

/* What is built in, at its own API alone: one of an operator's may call a scope the same. */
#define MANAGEMENT N_("In the administration of this server, as far as you may do it yourself.")
static const Words management[] = {
  { "status:read", N_("See what runs here") },
  { "configuration:read", N_("Try changes out") },
  { "configuration:write", N_("Make several changes at once") },
  { "setup:write", N_("Let the first administrator in") },
  { "tenants:read", N_("See tenants") },
  { "tenants:write", N_("Manage tenants") },
  { "users:read", N_("See people") },
  { "users:write", N_("Manage people") },
  { "users:import", N_("Bring people over from elsewhere") },
  { "users:export", N_("Take the hashes of passwords out") },
  { "administrators:write", N_("Manage owners") },
  { "applications:read", N_("See applications") },
  { "applications:write", N_("Manage applications") },
  { "resources:read", N_("See APIs") },
  { "resources:write", N_("Manage APIs") },
  { "roles:read", N_("See roles") },
  { "roles:write", N_("Manage roles") },
  { "invitations:read", N_("See invitations") },
  { "invitations:write", N_("Invite people") },
  { "branding:read", N_("See how pages look") },
  { "branding:write", N_("Change how pages look") },
  { "organizations:read", N_("See organizations") },
  { "organizations:write", N_("Manage organizations") },
  { "members:read", N_("See members and groups") },
  { "members:write", N_("Manage members and groups") },
  { "sessions:read", N_("See who is signed in") },
  { "sessions:write", N_("Sign people out") },
  { "grants:read", N_("See what applications may do") },
  { "grants:write", N_("Take access from applications") },
  { "keys:read", N_("See signing keys") },
  { "keys:write", N_("Change signing keys") },
  { "policy:read", N_("See the rules for sign-ins") },
  { "policy:write", N_("Change the rules for sign-ins") },
  { "connectors:read", N_("See connectors") },
  { "connectors:write", N_("Manage connectors") },
  { "messages:read", N_("See sent messages") },
  { "messages:write", N_("Send messages again") },
  { "audit:read", N_("See the audit log") },
  { "audit:write", N_("Sign the audit log") },
  { "webhooks:read", N_("See webhooks") },
  { "webhooks:write", N_("Manage webhooks") },
};

static const Words *
find_in (const Words *table, guint n, const char *scope)
{
  for (guint i = 0; i < n; i++)
    if (g_str_equal (table[i].scope, scope))
      return &table[i];
  return NULL;
}

/* @resource: (nullable) */
static const Words *
find (PosternResource *resource, const char *scope)
{
  if (resource && g_str_equal (resource->id, POSTERN_RESOURCE_MANAGEMENT))
    return find_in (management, G_N_ELEMENTS (management), scope);
  return find_in (words, G_N_ELEMENTS (words), scope);
}

static const char *
get_text (PosternResource *resource, const Words *found)
{
  if (found)
    return found->text ? found->text : MANAGEMENT;
  return resource ? resource->name : "";
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
  PosternResource *resource = find_resource (book, resources, scope);

  return dup_title (resource, find (resource, scope), scope);
}

/* --- at which resources a scope gives something ------------------------------------------------------------------------ */

typedef struct {
  PosternResource *resource; /* (nullable): it is not managed here */
  const char *indicator;     /* (nullable): at none: it is about the person */
} Place;

static void
add_place (GArray *places, PosternResource *resource, const char *indicator)
{
  Place place = { resource, indicator };

  g_array_append_val (places, place);
}

/* A scope that is ours stays one where a resource has one of that name, too: then it is both. At a resource that nobody manages here any other may mean something. */
static GArray *
list_places (PosternResourceBook *book, const char *const *resources, const char *scope)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (Place));
  gboolean ours = find_in (words, G_N_ELEMENTS (words), scope) != NULL;

  if (ours)
    add_place (places, NULL, NULL);
  for (; resources && *resources; resources++) {
    PosternResource *resource = postern_resource_book_find (book, *resources);

    if (resource ? postern_resource_has_scope (resource, scope) : !ours)
      add_place (places, resource, *resources);
  }
  if (places->len == 0)
    add_place (places, NULL, NULL);
  return places;
}

GStrv
postern_flow_scope_words_dup_allowed (PosternResourceBook *book, const char *const *resources, const char *const *scopes)
{
  g_autoptr (GStrvBuilder) allowed = g_strv_builder_new ();

  for (; scopes && *scopes; scopes++) {
    g_autoptr (GArray) places = list_places (book, resources, *scopes);

    for (guint i = 0; i < places->len; i++) {
      const char *indicator = g_array_index (places, Place, i).indicator;
      gboolean is_plain = !indicator && !strchr (*scopes, '#');
      g_autofree char *at = g_strconcat (indicator ? indicator : "", is_plain ? "" : "#", *scopes, NULL);

      g_strv_builder_add (allowed, at);
    }
  }
  return g_strv_builder_end (allowed);
}

/* Which API it is at is said below what it is for. */
static GVariant *
entry_of (const Place *place, const char *scope)
{
  g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;
  gboolean elsewhere = place->indicator && !(place->resource && g_str_equal (place->resource->id, POSTERN_RESOURCE_MANAGEMENT));
  const Words *found = elsewhere ? NULL : find (place->resource, scope);
  g_autofree char *title = dup_title (place->resource, found, scope);

  postern_json_object_add_string (&entry, "name", scope);
  postern_json_object_add_string (&entry, "title", title);
  postern_json_object_add_string (&entry, "text", place->indicator && !place->resource ? place->indicator : get_text (place->resource, found));
  return postern_json_object_end (&entry);
}

static void
add_entries (GVariantBuilder *entries, PosternResourceBook *book, const char *const *resources, const char *scope)
{
  g_autoptr (GArray) places = list_places (book, resources, scope);

  for (guint i = 0; i < places->len; i++)
    g_variant_builder_add (entries, "v", entry_of (&g_array_index (places, Place, i), scope));
}

GVariant *
postern_flow_scope_words_to_variant (PosternResourceBook *book, const char *const *resources, const char *const *scopes)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; scopes && scopes[i]; i++)
    if (!g_str_equal (scopes[i], "openid") || scopes[1] == NULL)
      add_entries (&entries, book, resources, scopes[i]);
  return g_variant_builder_end (&entries);
}
