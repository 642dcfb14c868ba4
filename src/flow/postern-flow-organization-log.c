/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-context.h"
#include "postern-flow-organization-page.h"
#include "postern-flow-routes.h"

/* What was done to the organization, from a day on that can be chosen. */

#define SECTION "log"
#define DAY (24 * 3600)
#define DAYS 7 /* of which it is shown without asking */

/* Midnight (UTC) of the day that the query names, seconds since 1970; of a week ago where it names none. @day: (out) (transfer full): YYYY-MM-DD */
static gint64
read_from (PosternRequest *request, char **day)
{
  const char *typed = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GDateTime) time = NULL;
  gint64 now = postern_flow_context_now ();

  postern_request_get_query (request, "from", &typed, NULL);
  text = g_strdup_printf ("%.10sT00:00:00Z", typed ? typed : "");
  time = g_date_time_new_from_iso8601 (text, NULL);
  if (time == NULL)
    time = g_date_time_new_from_unix_utc (now - now % DAY - DAYS * DAY);
  *day = g_date_time_format (time, "%F");
  return MAX (0, g_date_time_to_unix (time));
}

static GVariant *
rows_of (PosternFlowOrganizationPage *page, GVariant *answer)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (gsize i = 0;; i++) {
    g_autoptr (GVariant) entry = postern_flow_organization_page_get_item (answer, i);
    g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;
    const char *actor;

    if (entry == NULL)
      return g_variant_builder_end (&rows);
    actor = postern_json_get_string (entry, "actor");
    postern_json_object_add_string (&row, "event", postern_json_get_string (entry, "event"));
    postern_json_object_add_string (&row, "actor", actor);
    postern_json_object_add_boolean (&row, "yourself", g_strcmp0 (actor, page->visit->user->id) == 0);
    postern_json_object_add_string (&row, "remote_address", postern_json_get_string (entry, "remote_address"));
    postern_flow_visit_add_time (&row, "at", postern_json_get_int64 (entry, "at", 0));
    g_variant_builder_add (&rows, "v", postern_json_object_end (&row));
  }
}

PosternResponse *
postern_flow_organization_log_show (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter (&page, engine, request, SECTION, NULL);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *day = NULL, *more = NULL, *rest = NULL;
  g_autoptr (GVariant) answer = NULL;
  char *path;

  if (refused)
    return refused;
  more = g_strdup_printf ("from=%" G_GINT64_FORMAT, read_from (request, &day));
  path = postern_flow_organization_page_dup_path ("organizations", page.organization->id, "audit", NULL);
  if (!postern_flow_organization_page_ask_list (&page, path, more, &answer))
    return postern_flow_organization_page_show_problem (&page);
  postern_json_object_add_string (&model, "from", day);
  postern_json_object_add (&model, "entries", rows_of (&page, answer));
  rest = g_strconcat ("&from=", day, NULL);
  postern_flow_organization_page_add_next (&page, &model, answer, rest);
  return postern_flow_organization_page_show (&page, "organization-log", &model, NULL);
}
