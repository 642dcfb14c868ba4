/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-json.h"
#include "postern-record.h"

/* --- the tenant's own files: few and small, so that one setting has them all, by kind --------------------------------------------------- */

#define SETTING "branding-files"

static gboolean
is_tenants (const char *organization_id)
{
  return *organization_id == '\0';
}

/* (transfer full) (nullable): empty where there are none */
static GVariant *
read_files (PosternTxn *txn, GError **error)
{
  g_autoptr (GError) local = NULL;
  GVariant *files = postern_setting_store_get (txn, SETTING, &local);

  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else if (files == NULL)
    files = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  return files;
}

/* @file: (nullable): none of @kind any more */
static gboolean
write_own (PosternTxn *txn, const char *kind, const PosternBrandFile *file, GError **error)
{
  g_autoptr (GVariant) before = read_files (txn, error), after = NULL;
  g_auto (GVariantDict) files = G_VARIANT_DICT_INIT (before);
  g_auto (PosternJsonObject) one = POSTERN_JSON_OBJECT_INIT;

  if (before == NULL)
    return FALSE;
  if (file == NULL && !g_variant_dict_remove (&files, kind))
    return TRUE;
  if (file != NULL)
    {
      postern_json_object_add_string (&one, "name", file->name);
      postern_json_object_add_string (&one, "data", file->data);
      g_variant_dict_insert_value (&files, kind, postern_json_object_end (&one));
    }
  after = g_variant_ref_sink (g_variant_dict_end (&files));
  return postern_setting_store_put (txn, SETTING, after, g_get_real_time () / G_USEC_PER_SEC, error);
}

/* @kind: (nullable): of any; @name: (nullable): of any. (transfer full) (nullable) NOT_FOUND */
static PosternBrandFile *
find_own (PosternTxn *txn, const char *kind, const char *name, GError **error)
{
  g_autoptr (GVariant) files = read_files (txn, error);
  g_autoptr (GVariant) one = NULL;
  g_autofree char *of = NULL;
  GVariantIter iter;
  const char *each;
  PosternBrandFile *file;

  if (files == NULL)
    return NULL;
  g_variant_iter_init (&iter, files);
  while (one == NULL && g_variant_iter_next (&iter, "{&sv}", &each, &one))
    if ((kind != NULL && !g_str_equal (kind, each)) || (name != NULL && g_strcmp0 (postern_json_get_string (one, "name"), name) != 0))
      g_clear_pointer (&one, g_variant_unref);
    else
      of = g_strdup (each);
  if (one == NULL)
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such file");
      return NULL;
    }
  file = postern_brand_file_new ();
  file->organization_id = g_strdup ("");
  file->kind = g_steal_pointer (&of);
  file->name = g_strdup (postern_json_get_string (one, "name"));
  file->data = g_strdup (postern_json_get_string (one, "data"));
  return file;
}

/* --- of both ------------------------------------------------------------------------------------------------------------ */

gboolean
postern_brand_store_put (PosternTxn *txn, PosternBrandFile *file, GError **error)
{
  static const char tail[] = "ON CONFLICT (organization_id, kind) DO UPDATE SET name = excluded.name, data = excluded.data";

  if (is_tenants (file->organization_id))
    return write_own (txn, file->kind, file, error);
  return postern_record_write (txn, &postern_records_brand_file, file, POSTERN_SQL_INSERT (postern_records_brand_file, tail), error) >= 0;
}

gboolean
postern_brand_store_delete (PosternTxn *txn, const char *organization_id, const char *kind, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (kind) };

  if (is_tenants (organization_id))
    return write_own (txn, kind, NULL, error);
  return postern_txn_run (txn, "DELETE FROM organization_brand_files WHERE organization_id = ?1 AND kind = ?2", values, G_N_ELEMENTS (values), error);
}

PosternBrandFile *
postern_brand_store_get (PosternTxn *txn, const char *organization_id, const char *kind, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (kind) };

  if (is_tenants (organization_id))
    return find_own (txn, kind, NULL, error);
  return postern_record_read (txn, &postern_records_brand_file, POSTERN_SQL_SELECT (postern_records_brand_file, "WHERE organization_id = ?1 AND kind = ?2"),
                              values, G_N_ELEMENTS (values), error);
}

/* Two may have the same picture: the one is as good as the other. */
PosternBrandFile *
postern_brand_store_find (PosternTxn *txn, const char *name, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (name) };

  g_autoptr (GError) local = NULL;
  PosternBrandFile *file = postern_record_read (txn, &postern_records_brand_file,
                                                POSTERN_SQL_SELECT (postern_records_brand_file, "WHERE name = ?1 ORDER BY organization_id LIMIT 1"), values, G_N_ELEMENTS (values), &local);

  if (g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    return find_own (txn, NULL, name, error);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return file;
}
