/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-account-data.h"

#include "postern-flow-browser.h"
#include "postern-flow-routes.h"
#include "postern-user-data.h"

typedef struct {
  PosternUserDataReader reader;
  PosternUser *user;
  GVariant *data; /* (nullable) */
} Reading;

static gboolean
read_data (PosternTxn *txn, gpointer user_data, GError **error)
{
  Reading *it = user_data;

  g_clear_pointer (&it->data, g_variant_unref); /* a transaction may run twice */
  it->data = postern_user_data_read (&it->reader, txn, it->user, error);
  return it->data != NULL;
}

GVariant *
postern_flow_account_data_read (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, GError **error)
{
  PosternGeoip *geoip = postern_runtime_get_geoip (postern_flow_engine_get_runtime (engine));
  Reading it = { { postern_tenant_get_issuer (visit->tenant), geoip, postern_flow_browser_get_languages (request) }, visit->user, NULL };

  if (!postern_store_read (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, read_data, &it, error))
    g_clear_pointer (&it.data, g_variant_unref);
  return it.data;
}

/** Who finds a browser that was left open takes nothing away from it. */
PosternResponse *
postern_flow_account_data (PosternRequest *request, gpointer engine)
{
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, "/account", &response);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) model = NULL;

  if (visit == NULL)
    return response;
  if (!postern_flow_visit_is_fresh (visit))
    return postern_flow_visit_sign_in_again (engine, visit, request, "/account?notice=again");
  model = postern_flow_account_data_read (engine, visit, request, &error);
  if (model == NULL)
    return postern_response_new_error_page (error, "/account");
  response = postern_response_new_json (200, model);
  postern_response_set_header (response, "Content-Disposition", "attachment; filename=\"account.json\"");
  return response;
}
