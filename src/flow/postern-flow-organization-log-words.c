/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-log-words.h"

#include <glib/gi18n.h>

#include <string.h>

/* Every event of an organization's log is here: its test goes through the table of events. */
static const struct {
  const char *event, *text;
} words[] = {
  { "branding.changed", N_("Look changed") },
  { "data.read", N_("Data looked at") },
  { "domain.added", N_("Domain added") },
  { "domain.lost", N_("Domain lost") },
  { "domain.missed", N_("Domain not proved any more") },
  { "domain.removed", N_("Domain removed") },
  { "domain.verified", N_("Domain proved") },
  { "group.changed", N_("Group changed") },
  { "group.created", N_("Group made") },
  { "group.deleted", N_("Group deleted") },
  { "group.member-added", N_("Put into a group") },
  { "group.member-removed", N_("Taken out of a group") },
  { "invitation.accepted", N_("Invitation accepted") },
  { "invitation.created", N_("Invitation sent") },
  { "invitation.forgotten", N_("Invitation deleted") },
  { "invitation.revoked", N_("Invitation taken back") },
  { "invitation.sent", N_("Invitation sent again") },
  { "member.added", N_("Member added") },
  { "member.joined", N_("Joined by signing in") },
  { "member.left", N_("Left the organization") },
  { "member.removed", N_("Taken out of the organization") },
  { "organization.changed", N_("Organization changed") },
  { "organization.created", N_("Organization made") },
  { "organization.deleted", N_("Organization deleted") },
  { "role.assigned", N_("Role given") },
  { "role.changed", N_("Role changed") },
  { "role.created", N_("Role made") },
  { "role.deleted", N_("Role deleted") },
  { "role.holder-changed", N_("Roles changed") },
  { "role.holder-removed", N_("All roles taken away") },
  { "role.permission-added", N_("Permission added to a role") },
  { "role.permission-removed", N_("Permission taken from a role") },
  { "role.taken", N_("Role taken away") },
};

/* A kind is what the names of its events begin with, up to the dot. */
static const struct {
  const char *value, *title;
} kinds[] = {
  { "", N_("Everything") },     { "member", N_("Members") },        { "invitation", N_("Invitations") }, { "group", N_("Groups") },        { "role", N_("Roles") },
  { "domain", N_("Domains") },  { "organization", N_("Organization and sign-in rules") },                { "branding", N_("Look") },       { "data", N_("Data looked at") },
};

const char *
postern_flow_organization_log_words_find (const char *event)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (words[i].event, event) == 0)
      return words[i].text;
  return NULL;
}

gboolean
postern_flow_organization_log_words_is_kind (const char *kind)
{
  for (guint i = 1; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kinds[i].value, kind) == 0)
      return TRUE;
  return FALSE;
}

GVariant *
postern_flow_organization_log_words_list_kinds (const char *chosen)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

    postern_json_object_add_string (&entry, "value", kinds[i].value);
    postern_json_object_add_string (&entry, "title", kinds[i].title);
    postern_json_object_add_boolean (&entry, "selected", g_str_equal (kinds[i].value, chosen));
    g_variant_builder_add (&entries, "v", postern_json_object_end (&entry));
  }
  return g_variant_builder_end (&entries);
}

static void
add (GString *about, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  g_string_append_printf (about, "%s%s", about->len > 0 ? " · " : "", text);
}

/* The member @name of what was before or after, of which a deleted thing has the one and a new thing the other. @part: (nullable) */
static const char *
get_from (GVariant *part, const char *name)
{
  static const char *const states[] = { "after", "before" };

  for (guint i = 0; part && i < G_N_ELEMENTS (states); i++) {
    g_autoptr (GVariant) state = postern_json_get (part, states[i]);
    const char *text = state && g_variant_is_of_type (state, G_VARIANT_TYPE_VARDICT) ? postern_json_get_string (state, name) : NULL;

    if (text)
      return text; /* borrowed from @part, which holds what it was made of */
  }
  return NULL;
}

static void
add_named (GString *about, GVariant *entry, GVariant *data)
{
  static const char *const members[] = { "user", "subject_id", "group_id", "role_id" };
  g_autoptr (GVariant) names = postern_json_get (entry, "names");
  const char *actor = postern_json_get_string (entry, "actor");

  for (guint i = 0; names && i < G_N_ELEMENTS (members); i++) {
    const char *id = postern_json_get_string (data, members[i]);

    if (id && g_strcmp0 (id, actor) != 0)
      add (about, postern_json_get_string (names, id));
  }
}

char *
postern_flow_organization_log_words_dup_about (GVariant *entry)
{
  GString *about = g_string_new (NULL);
  g_autoptr (GVariant) data = postern_json_get (entry, "data"), personal = postern_json_get (entry, "personal");

  if (data) {
    add_named (about, entry, data);
    add (about, postern_json_get_string (data, "domain"));
  }
  add (about, get_from (personal, "email"));
  if (about->len == 0)
    add (about, get_from (data, "name"));
  return g_string_free (about, FALSE);
}

static void
break_line (GString *text, guint depth)
{
  g_string_append_printf (text, "\n%*s", (int) depth * 2, "");
}

/* Lines are broken outside of strings alone, so that it stays the same JSON. */
char *
postern_flow_organization_log_words_dup_raw (GVariant *entry)
{
  g_autofree char *plain = postern_json_print (entry);
  GString *text = g_string_new (NULL);
  gboolean quoted = FALSE;
  guint depth = 0;

  for (const char *c = plain; *c; c++) {
    if (!quoted && depth > 0 && strchr ("}]", *c))
      break_line (text, --depth);
    g_string_append_c (text, *c);
    if (quoted && *c == '\\')
      g_string_append_c (text, *++c);
    else if (*c == '"')
      quoted = !quoted;
    else if (!quoted && strchr ("{[", *c))
      break_line (text, ++depth);
    else if (!quoted && *c == ',')
      break_line (text, depth);
  }
  return g_string_free (text, FALSE);
}
