/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-account-data.h"

#include "postern-flow-browser.h"
#include "postern-flow-routes.h"
#include "postern-user-data.h"

typedef struct {
  PosternUserDataReader reader;
  PosternUser *user;
  const char *after; /* (nullable) */
  GVariant *data;    /* (nullable) */
} Reading;

static gboolean
read_data (PosternTxn *txn, gpointer user_data, GError **error)
{
  Reading *it = user_data;

  g_clear_pointer (&it->data, g_variant_unref); /* a transaction may run twice */
  it->data = postern_user_data_read (&it->reader, txn, it->user, it->after, error);
  return it->data != NULL;
}

GVariant *
postern_flow_account_data_read (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *after, GError **error)
{
  PosternGeoip *geoip = postern_runtime_get_geoip (postern_flow_engine_get_runtime (engine));
  Reading it = { { postern_tenant_get_issuer (visit->tenant), geoip, postern_flow_browser_get_languages (request) }, visit->user, after, NULL };

  if (!postern_store_read (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, read_data, &it, error))
    g_clear_pointer (&it.data, g_variant_unref);
  return it.data;
}

/* --- the page --------------------------------------------------------------------------------------------------------------- */

/* What is asked for: the file itself, or where there are several the page that leads to one of them. */
typedef struct {
  const char *after; /* (nullable) */
  guint64 part;      /* its number, for people alone: from 1 on */
  gboolean file;
} Asked;

static gboolean
read_asked (Asked *self, PosternRequest *request, GError **error)
{
  const char *part = NULL, *file = NULL;

  if (!postern_request_get_query (request, "after", &self->after, error) || !postern_request_get_query (request, "part", &part, error) ||
      !postern_request_get_query (request, "file", &file, error))
    return FALSE;
  self->file = file != NULL;
  if (part == NULL || g_ascii_string_to_unsigned (part, 10, 1, G_MAXUINT32, &self->part, NULL))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "part: must be a number");
  return FALSE;
}

/* @next: (nullable): there is no part behind it */
static PosternResponse *
answer_file (const Asked *asked, GVariant *data, const char *next)
{
  PosternResponse *response = postern_response_new_json (200, data);
  g_autofree char *field = g_strdup_printf ("attachment; filename=\"account-%" G_GUINT64_FORMAT ".json\"", asked->part);
  gboolean alone = asked->after == NULL && next == NULL;

  postern_response_set_header (response, "Content-Disposition", alone ? "attachment; filename=\"account.json\"" : field);
  return response;
}

/* @after: (nullable): of the first part */
static void
add_part_url (PosternJsonObject *model, const char *name, PosternTenant *tenant, const char *after, guint64 part, gboolean file)
{
  g_autofree char *escaped = g_uri_escape_string (after ? after : "", NULL, FALSE);
  g_autofree char *url = g_strdup_printf ("%s/account/data?part=%" G_GUINT64_FORMAT "%s%s%s", postern_tenant_get_issuer (tenant), part, after ? "&after=" : "", escaped, file ? "&file=yes" : "");

  postern_json_object_add_string (model, name, url);
}

static PosternResponse *
show (const Asked *asked, PosternTenant *tenant, const char *next)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *back_url = g_strconcat (postern_tenant_get_issuer (tenant), "/account", NULL);

  postern_json_object_add_int64 (&model, "part", (gint64) asked->part);
  add_part_url (&model, "file_url", tenant, asked->after, asked->part, TRUE);
  if (next)
    add_part_url (&model, "next_url", tenant, next, asked->part + 1, FALSE);
  postern_json_object_add_string (&model, "back_url", back_url);
  return postern_response_new_page (200, "account-data", postern_json_object_end (&model));
}

/** Who finds a browser that was left open takes nothing away from it. */
PosternResponse *
postern_flow_account_data (PosternRequest *request, gpointer engine)
{
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, "/account", &response);
  Asked asked = { NULL, 1, FALSE };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) data = NULL;
  const char *next;

  if (visit == NULL)
    return response;
  if (!postern_flow_visit_is_fresh (visit))
    return postern_flow_visit_sign_in_again (engine, visit, request, "/account?notice=again");
  if (read_asked (&asked, request, &error))
    data = postern_flow_account_data_read (engine, visit, request, asked.after, &error);
  if (data == NULL)
    return postern_response_new_error_page (error, "/account");
  next = postern_json_get_string (data, "next");
  return asked.file || (asked.after == NULL && next == NULL) ? answer_file (&asked, data, next) : show (&asked, visit->tenant, next);
}
