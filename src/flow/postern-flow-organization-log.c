/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-context.h"
#include "postern-flow-organization-log-words.h"
#include "postern-flow-organization-page.h"
#include "postern-flow-routes.h"

/* What was done to the organization: by whom, to whom, and when, the newest first. Which part of it can be chosen. */

#define SECTION "log"
#define DAY (24 * 3600)
#define DAYS 7 /* of which it is shown without asking */

/** What is asked for. */
typedef struct {
  const char *kind;     /* "": any */
  const char *person;   /* as it was typed; "": anybody */
  char *actor;          /* (nullable): who that is */
  char *from, *to;      /* days, YYYY-MM-DD; to: "" for none */
  gint64 begin, end;    /* seconds since 1970; end: 0 for none */
} Wanted;

static void
wanted_clear (Wanted *self)
{
  g_free (self->actor);
  g_free (self->from);
  g_free (self->to);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wanted, wanted_clear)

/* (nullable): midnight (UTC) of the day that the query names so */
static GDateTime *
read_day (PosternRequest *request, const char *name)
{
  const char *typed = NULL;
  g_autofree char *text = NULL;

  postern_request_get_query (request, name, &typed, NULL);
  text = g_strdup_printf ("%.10sT00:00:00Z", typed ? typed : "");
  return g_date_time_new_from_iso8601 (text, NULL);
}

static const char *
read_word (PosternRequest *request, const char *name)
{
  const char *typed = NULL;

  postern_request_get_query (request, name, &typed, NULL);
  return typed ? typed : "";
}

/* From a week ago, where no day is named. */
static void
read_wanted (Wanted *self, PosternRequest *request)
{
  gint64 now = postern_flow_context_now ();
  g_autoptr (GDateTime) from = read_day (request, "from"), to = read_day (request, "to");

  if (from == NULL)
    from = g_date_time_new_from_unix_utc (now - now % DAY - DAYS * DAY);
  self->kind = read_word (request, "kind");
  if (!postern_flow_organization_log_words_is_kind (self->kind))
    self->kind = "";
  self->person = read_word (request, "person");
  self->from = g_date_time_format (from, "%F");
  self->to = to ? g_date_time_format (to, "%F") : g_strdup ("");
  self->begin = MAX (0, g_date_time_to_unix (from));
  self->end = to ? MAX (1, g_date_time_to_unix (to) + DAY) : 0;
}

/* By the address that a member signs in with, or any other word that names them. Nobody else is looked for. */
static gboolean
find_person (Wanted *self, PosternFlowOrganizationPage *page)
{
  g_autofree char *stripped = g_strstrip (g_strdup (self->person));
  g_autoptr (GVariant) member = NULL;
  char *path;

  if (*stripped == '\0')
    return TRUE;
  path = postern_flow_organization_page_dup_path ("organizations", page->organization->id, "members", stripped, NULL);
  if (!postern_flow_organization_page_ask (page, "GET", path, NULL, NULL, &member))
    return FALSE;
  self->actor = g_strdup (postern_json_get_string (member, "user_id"));
  return TRUE;
}

/* (transfer full): what the API is asked with */
static char *
dup_query (const Wanted *self, gboolean names)
{
  GString *query = g_string_new (NULL);

  g_string_append_printf (query, "newest_first=true&from=%" G_GINT64_FORMAT, self->begin);
  if (self->end)
    g_string_append_printf (query, "&to=%" G_GINT64_FORMAT, self->end);
  if (*self->kind)
    g_string_append_printf (query, "&kind=%s", self->kind);
  if (self->actor)
    g_string_append_printf (query, "&actor=%s", self->actor);
  if (names)
    g_string_append (query, "&names=true");
  return g_string_free (query, FALSE);
}

/* --- an entry ---------------------------------------------------------------------------------------------------------- */

/* Who is no member is not named: perhaps they were one, perhaps it is somebody of the operator's. */
static const char *
find_actor_words (const char *actor)
{
  if (g_strcmp0 (actor, POSTERN_AUDIT_SERVER) == 0)
    return N_("This server");
  if (actor && g_str_has_prefix (actor, "app_"))
    return N_("An application");
  return N_("Somebody who is not a member");
}

static void
add_actor (PosternJsonObject *row, PosternFlowOrganizationPage *page, GVariant *entry)
{
  g_autoptr (GVariant) names = postern_json_get (entry, "names");
  const char *actor = postern_json_get_string (entry, "actor"), *name = names && actor ? postern_json_get_string (names, actor) : NULL;

  postern_json_object_add_string (row, "actor", name);
  postern_json_object_add_string (row, "actor_words", name ? NULL : find_actor_words (actor));
  postern_json_object_add_boolean (row, "yourself", g_strcmp0 (actor, page->visit->user->id) == 0);
}

/* In pieces, which each language puts together in its own way. */
static void
add_time (PosternJsonObject *row, gint64 at)
{
  static const struct {
    const char *name, *format;
  } pieces[] = { { "year", "%Y" }, { "month", "%m" }, { "day", "%d" }, { "hour", "%H" }, { "minute", "%M" } };
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (at);

  postern_flow_visit_add_time (row, "at", at);
  for (guint i = 0; time && i < G_N_ELEMENTS (pieces); i++) {
    g_autofree char *piece = g_date_time_format (time, pieces[i].format);

    postern_json_object_add_string (row, pieces[i].name, piece);
  }
}

static GVariant *
row_of (PosternFlowOrganizationPage *page, GVariant *entry)
{
  g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;
  const char *event = postern_json_get_string (entry, "event");
  g_autofree char *about = postern_flow_organization_log_words_dup_about (entry), *raw = postern_flow_organization_log_words_dup_raw (entry);

  postern_json_object_add_string (&row, "id", postern_json_get_string (entry, "id"));
  postern_json_object_add_string (&row, "event", event);
  postern_json_object_add_string (&row, "event_words", postern_flow_organization_log_words_find (event));
  postern_json_object_add_string (&row, "about", *about ? about : NULL);
  add_actor (&row, page, entry);
  postern_json_object_add_string (&row, "remote_address", postern_json_get_string (entry, "remote_address"));
  add_time (&row, postern_json_get_int64 (entry, "at", 0));
  postern_json_object_add_string (&row, "raw", raw);
  return postern_json_object_end (&row);
}

static GVariant *
rows_of (PosternFlowOrganizationPage *page, GVariant *answer)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (gsize i = 0;; i++) {
    g_autoptr (GVariant) entry = answer ? postern_flow_organization_page_get_item (answer, i) : NULL;

    if (entry == NULL)
      return g_variant_builder_end (&rows);
    g_variant_builder_add (&rows, "v", row_of (page, entry));
  }
}

/* --- the page ---------------------------------------------------------------------------------------------------------- */

static PosternResponse *
show (PosternFlowOrganizationPage *page, const Wanted *wanted, GVariant *answer)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *person = g_uri_escape_string (wanted->person, NULL, FALSE), *rest = NULL;

  postern_json_object_add (&model, "kinds", postern_flow_organization_log_words_list_kinds (wanted->kind));
  postern_json_object_add_string (&model, "from", wanted->from);
  postern_json_object_add_string (&model, "to", *wanted->to ? wanted->to : NULL);
  postern_json_object_add_boolean (&model, "asks_person", postern_flow_organization_page_may (page, "members:read"));
  postern_json_object_add_string (&model, "person", *wanted->person ? wanted->person : NULL);
  postern_json_object_add (&model, "entries", rows_of (page, answer));
  if (answer == NULL) {
    postern_json_object_add_string (&model, "error_field", "person");
    postern_json_object_add_string (&model, "error_message", N_("No member is known by this. Enter an e-mail address or a user name."));
  }
  rest = g_strconcat ("&kind=", wanted->kind, "&person=", person, "&from=", wanted->from, "&to=", wanted->to, NULL);
  if (answer)
    postern_flow_organization_page_add_next (page, &model, answer, rest);
  return postern_flow_organization_page_show (page, "organization-log", &model, NULL);
}

PosternResponse *
postern_flow_organization_log_show (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter (&page, engine, request, SECTION, NULL);
  g_auto (Wanted) wanted = { NULL };
  g_autofree char *query = NULL;
  g_autoptr (GVariant) answer = NULL;
  char *path;

  if (refused)
    return refused;
  read_wanted (&wanted, request);
  if (!find_person (&wanted, &page))
    return postern_json_get_int64 (page.problem, "status", 500) == 404 ? show (&page, &wanted, NULL) : postern_flow_organization_page_show_problem (&page);
  query = dup_query (&wanted, postern_flow_organization_page_may (&page, "members:read"));
  path = postern_flow_organization_page_dup_path ("organizations", page.organization->id, "audit", NULL);
  if (!postern_flow_organization_page_ask_list (&page, path, query, &answer))
    return postern_flow_organization_page_show_problem (&page);
  return show (&page, &wanted, answer);
}
