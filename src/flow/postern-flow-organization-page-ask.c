/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "postern-flow-organization-page.h"
#include "postern-organization.h"

/* The pages ask the management API by a request that never leaves this process, in the name of who looks at them. */

#define PAGE 50      /* of a list */
#define AT_ONCE 200  /* of one that is read whole */

/* (transfer full) */
static PosternRequest *
make_request (PosternFlowOrganizationPage *self, const char *method, const char *path, const char *query, GVariant *body)
{
  PosternRequest *request = postern_request_new (method, path, query);
  char *text = body ? postern_json_print (body) : g_strdup ("");
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

  postern_request_set_body (request, bytes);
  postern_request_add_header (request, "Content-Type", "application/json");
  if (self->condition && !g_str_equal (method, "GET"))
    postern_request_add_header (request, "If-Match", self->condition);
  postern_request_set_id (request, postern_request_get_id (self->request));
  postern_request_set_remote_address (request, postern_request_get_remote_address (self->request));
  postern_request_set_public_url (request, postern_request_get_public_url (self->request));
  postern_request_set_cancellable (request, postern_request_get_cancellable (self->request));
  return request;
}

/* (transfer full) (nullable) */
static GVariant *
read_body (PosternResponse *response)
{
  GBytes *bytes = postern_response_get_body (response);

  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    return NULL;
  return postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), 0, NULL);
}

static void
keep_problem (PosternFlowOrganizationPage *self, PosternResponse *response)
{
  const char *seconds = postern_response_get_header (response, "Retry-After");
  GVariant *problem = read_body (response);

  g_clear_pointer (&self->problem, g_variant_unref);
  self->problem = problem ? problem : g_variant_ref_sink (g_variant_new_parsed ("{'status': <int64 500>}"));
  self->retry_after = seconds ? g_ascii_strtoll (seconds, NULL, 10) : 0;
}

static void
keep_tag (PosternFlowOrganizationPage *self, PosternResponse *response)
{
  const char *tag = postern_response_get_header (response, "ETag");

  if (tag == NULL)
    return;
  g_free (self->tag);
  self->tag = g_strdup (tag);
}

gboolean
postern_flow_organization_page_ask (PosternFlowOrganizationPage *self, const char *method, char *path, const char *query, GVariant *body, GVariant **answer)
{
  g_autofree char *owned = path;
  g_autoptr (PosternRequest) request = make_request (self, method, owned, query, body);
  g_autoptr (PosternResponse) response =
    postern_runtime_ask_management (postern_flow_engine_get_runtime (self->engine), request, self->visit->user->id, self->organization->id);
  gboolean done = postern_response_get_status (response) < 300;

  if (done)
    keep_tag (self, response);
  else
    keep_problem (self, response);
  if (answer)
    *answer = done ? read_body (response) : NULL;
  return done;
}

/* (transfer full) */
static char *
dup_list_query (PosternFlowOrganizationPage *self, const char *more)
{
  const char *after = NULL;
  g_autofree char *escaped = NULL;

  postern_request_get_query (self->request, "after", &after, NULL);
  escaped = after ? g_uri_escape_string (after, NULL, FALSE) : NULL;
  return g_strdup_printf ("limit=%d%s%s%s%s", PAGE, escaped ? "&after=" : "", escaped ? escaped : "", more ? "&" : "", more ? more : "");
}

gboolean
postern_flow_organization_page_ask_list (PosternFlowOrganizationPage *self, char *path, const char *more, GVariant **answer)
{
  g_autofree char *query = dup_list_query (self, more);

  return postern_flow_organization_page_ask (self, "GET", path, query, NULL, answer);
}

/* Adds what a page of the list has. @after: (inout) (nullable): NULL: there is no more */
static gboolean
ask_next (PosternFlowOrganizationPage *self, const char *path, const char *more, GVariantBuilder *items, char **after)
{
  g_autofree char *escaped = *after ? g_uri_escape_string (*after, NULL, FALSE) : NULL;
  g_autofree char *query = g_strdup_printf ("limit=%d%s%s%s%s", AT_ONCE, escaped ? "&after=" : "", escaped ? escaped : "", more ? "&" : "", more ? more : "");
  g_autoptr (GVariant) page = NULL;

  if (!postern_flow_organization_page_ask (self, "GET", g_strdup (path), query, NULL, &page))
    return FALSE;
  for (gsize i = 0;; i++) {
    g_autoptr (GVariant) item = postern_flow_organization_page_get_item (page, i);

    if (item == NULL)
      break;
    g_variant_builder_add (items, "v", item);
  }
  g_free (*after);
  *after = g_strdup (postern_json_get_string (page, "next"));
  return TRUE;
}

gboolean
postern_flow_organization_page_ask_all (PosternFlowOrganizationPage *self, char *path, const char *more, GVariant **answer)
{
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_auto (PosternJsonObject) whole = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *owned = path, *after = NULL;

  do
    if (!ask_next (self, owned, more, &items, &after))
      return FALSE;
  while (after);
  postern_json_object_add (&whole, "items", g_variant_builder_end (&items));
  *answer = g_variant_ref_sink (postern_json_object_end (&whole));
  return TRUE;
}
