/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-routes.h"

#include <string.h>

#include "postern-stores.h"

#define FOR_EVER "public, max-age=31536000, immutable" /* the address is made of what is behind it */

/* What is in no row is not served. A picture runs nothing: every answer that is no page forbids it. */
static const struct {
  const char *suffix, *type;
} types[] = {
  { ".css", "text/css; charset=utf-8" }, { ".svg", "image/svg+xml" }, { ".png", "image/png" }, { ".jpg", "image/jpeg" }, { ".webp", "image/webp" },
};

typedef struct {
  const char *name;
  PosternBrandFile *file;
} Look;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *self = user_data;

  g_clear_pointer (&self->file, postern_brand_file_unref);
  self->file = postern_brand_store_find (txn, self->name, error);
  return self->file != NULL;
}

PosternResponse *
postern_flow_brand_show (PosternRequest *request, gpointer engine)
{
  PosternTenant *tenant = postern_runtime_get_tenant (postern_flow_engine_get_runtime (engine));
  Look self = { postern_request_get_capture (request, "file"), NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternBrandFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const char *suffix = strrchr (self.name, '.'), *type = NULL;
  PosternResponse *response;
  guchar *data;
  gsize length;

  for (guint i = 0; suffix && i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (types[i].suffix, suffix))
      type = types[i].type;
  if (type && !postern_store_read (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, look, &self, &error) && !g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    return postern_response_new_error_page (error, NULL);
  file = self.file;
  if (file == NULL)
    return postern_response_new (404, NULL, NULL);
  data = g_base64_decode (file->data, &length);
  bytes = g_bytes_new_take (data, length);
  response = postern_response_new (200, type, bytes);
  postern_response_set_header (response, "Cache-Control", FOR_EVER);
  return response;
}
