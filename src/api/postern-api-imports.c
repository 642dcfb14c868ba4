/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-user-import.h"

/*
 * People who come from elsewhere, many at a time. An import is one file: a batch of its records is one transaction that makes the
 * people and moves on how far the file has come, or does nothing. What cannot be taken is answered record by record.
 */
#define BATCH_MAX 500
#define BATCH_BYTES (1024 * 1024)

static const PosternApiMember import_members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id." },
  { "digest", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "SHA-256 of the file, in hex: the same file goes on where it stopped.", .pattern = "^[0-9a-f]{64}$" },
  { "format", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "What the file is, in a word.", 1, 32, .pattern = "^[a-z0-9-]+$" },
  { "position", POSTERN_API_INTEGER, POSTERN_API_OWN, "How many of its records were dealt with." },
  { "created", POSTERN_API_INTEGER, POSTERN_API_OWN, "How many of those became users." },
  { "refused", POSTERN_API_INTEGER, POSTERN_API_OWN, "How many did not." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it began." },
  { "updated_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When the last batch came." },
  { "finished_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When the file was done." },
  { NULL },
};
static const PosternApiSchema import_schema = { "Import", import_members, "A file of people that is being taken over." };

#define USERS                                                                                                         \
  {                                                                                                                   \
    "users", POSTERN_API_ARRAY, POSTERN_API_REQUIRED,                                                                 \
        "What a user is made of, and also id, password_hash, created_at, external_id and identities (connector, subject).", 0, BATCH_MAX, .items = POSTERN_API_OBJECT                                                \
  }

static const PosternApiMember batch_members[] = {
  USERS,
  { "position", POSTERN_API_INTEGER, POSTERN_API_REQUIRED, "Where the import stands: the number of records before these.", 0, G_MAXINT32 },
  { "skipped", POSTERN_API_INTEGER, 0, "How many records between these could not be read.", 0, G_MAXINT32 },
  { "last", POSTERN_API_BOOLEAN, 0, "Nothing comes behind these." },
  { NULL },
};
static const PosternApiSchema batch_schema = { "ImportBatch", batch_members, "Some records of a file." };

static const PosternApiMember check_members[] = { USERS, { NULL } };
static const PosternApiSchema check_schema = { "ImportCheck", check_members, "Records that are looked at and not taken over." };

static const PosternApiMember refused_members[] = {
  { "index", POSTERN_API_INTEGER, POSTERN_API_OWN, "Its place among `users`, from 0." },
  { "code", POSTERN_API_STRING, POSTERN_API_OWN, "invalid, or taken where somebody is known by it already." },
  { "detail", POSTERN_API_STRING, POSTERN_API_OWN, "Which member, and why." },
  { NULL },
};
static const PosternApiSchema refused_schema = { "ImportRefusal", refused_members, "A record that became no user." };

static const PosternApiMember result_members[] = {
  { "created", POSTERN_API_INTEGER, POSTERN_API_OWN, "How many became users, or would." },
  { "refused", POSTERN_API_ARRAY, POSTERN_API_OWN, "Those that did not.", .items = POSTERN_API_OBJECT, .schema = &refused_schema },
  { NULL },
};
static const PosternApiSchema result_schema = { "ImportResult", result_members, "What became of some records." };

static GVariant *
to_json (gconstpointer record)
{
  const PosternImport *import = record;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "id", import->id);
  postern_api_call_add_string (&dict, "digest", import->digest);
  postern_api_call_add_string (&dict, "format", import->format);
  g_variant_dict_insert (&dict, "position", "x", import->position);
  g_variant_dict_insert (&dict, "created", "x", import->created);
  g_variant_dict_insert (&dict, "refused", "x", import->refused);
  postern_api_call_add_time (&dict, "created_at", import->created_at);
  postern_api_call_add_time (&dict, "updated_at", import->updated_at);
  postern_api_call_add_time (&dict, "finished_at", import->finished_at);
  return g_variant_dict_end (&dict);
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GPtrArray) imports = postern_import_store_list (txn, call->after, call->limit, error);

  return imports != NULL && postern_api_call_set_page (call, imports, to_json);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternImport) import = postern_import_store_get (txn, postern_request_get_capture (call->request, "id"), error);

  return import != NULL && postern_api_call_set_result (call, 200, to_json (import));
}

/* The same file again is the same import: whoever was cut off asks where to go on. */
static gboolean
begin (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *digest = postern_json_get_string (call->body, "digest"), *format = postern_json_get_string (call->body, "format");
  g_autoptr (GError) missing = NULL;
  g_autoptr (PosternImport) import = postern_import_store_find (txn, digest, format, &missing);

  if (!postern_store_pass_missing (&missing, error))
    return FALSE;
  if (import == NULL)
    {
      import = postern_import_new ();
      import->id = postern_id_new ("imp");
      import->digest = g_strdup (digest);
      import->format = g_strdup (format);
      import->created_at = import->updated_at = call->now;
      if (!postern_import_store_insert (txn, import, error))
        return FALSE;
    }
  postern_api_call_audit (call, "import.started", import->id, NULL);
  return postern_api_call_set_result (call, 201, to_json (import));
}

/* --- records -------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternUserImportRules rules;
  gboolean stores;
  GVariantBuilder refused;
  gint64 n_created, n_refused;
} Batch;

static gboolean
knows (gpointer factor, const char *hash)
{
  return postern_factor_knows_value (factor, hash);
}

static void
refuse (Batch *self, gint64 index, const GError *problem)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "index", "x", index);
  g_variant_dict_insert (&dict, "code", "s", g_error_matches (problem, POSTERN_ERROR, POSTERN_ERROR_CONFLICT) ? "taken" : "invalid");
  g_variant_dict_insert (&dict, "detail", "s", problem->message);
  g_variant_builder_add_value (&self->refused, g_variant_dict_end (&dict));
  self->n_refused++;
}

/* (transfer full) (element-type PosternUserImport): each record, in its place */
static GPtrArray *
read_all (PosternApiCall *call, const Batch *batch)
{
  g_autoptr (GVariant) users = postern_json_get (call->body, "users");
  GPtrArray *imports = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_user_import_free);

  for (gsize i = 0; i < g_variant_n_children (users); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (users, i);
      g_autoptr (GVariant) record = g_variant_get_variant (box);

      g_ptr_array_add (imports, postern_user_import_new (record, &batch->rules));
    }
  return imports;
}

static gboolean
store_all (PosternApiCall *call, PosternTxn *txn, GPtrArray *imports, GError **error)
{
  g_autoptr (GPtrArray) audits = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_audit_unref);

  for (guint i = 0; i < imports->len; i++)
    {
      const PosternUserImport *import = imports->pdata[i];

      if (import->problem == NULL)
        g_ptr_array_add (audits, postern_api_call_make_further_audit (call, "user.imported", import->user->id, NULL));
    }
  return postern_user_import_batch_store (imports, txn, error) && postern_audit_store_append_many (txn, audits, error);
}

static gboolean
take_all (PosternApiCall *call, PosternTxn *txn, Batch *batch, GError **error)
{
  g_autoptr (GPtrArray) imports = read_all (call, batch);

  if (!postern_user_import_batch_check (imports, txn, error) || (batch->stores && !store_all (call, txn, imports, error)))
    return FALSE;
  for (guint i = 0; i < imports->len; i++)
    {
      const PosternUserImport *import = imports->pdata[i];

      if (import->problem != NULL)
        refuse (batch, i, import->problem);
    }
  batch->n_created = imports->len - batch->n_refused;
  return TRUE;
}

static void
batch_init (Batch *self, PosternApiCall *call, gboolean stores)
{
  PosternFactor *factor = call->api->factor;

  *self = (Batch){ .stores = stores, .rules = { factor ? postern_instance_get_type_id (POSTERN_INSTANCE (factor)) : NULL, knows, factor, call->now } };
  g_variant_builder_init (&self->refused, G_VARIANT_TYPE ("aa{sv}"));
}

static gboolean
answer (PosternApiCall *call, Batch *batch)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "created", "x", batch->n_created);
  g_variant_dict_insert_value (&dict, "refused", g_variant_builder_end (&batch->refused));
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&dict));
}

static gboolean
check (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  Batch batch;

  batch_init (&batch, call, FALSE);
  if (take_all (call, txn, &batch, error))
    return answer (call, &batch);
  g_variant_builder_clear (&batch.refused);
  return FALSE;
}

static gboolean
advance (PosternApiCall *call, PosternTxn *txn, PosternImport *import, const Batch *batch, GError **error)
{
  gint64 skipped = postern_json_get_int64 (call->body, "skipped", 0), from = postern_json_get_int64 (call->body, "position", 0);

  import->position = from + batch->n_created + batch->n_refused + skipped;
  import->created += batch->n_created;
  import->refused += batch->n_refused + skipped;
  import->updated_at = call->now;
  import->finished_at = postern_json_get_boolean (call->body, "last", FALSE) ? call->now : 0;
  return postern_import_store_advance (txn, import, from, error);
}

static gboolean
import_users (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternImport) import = postern_import_store_get (txn, postern_request_get_capture (call->request, "id"), error);
  g_auto (GVariantDict) detail = G_VARIANT_DICT_INIT (NULL);
  Batch batch;

  if (import == NULL)
    return FALSE;
  batch_init (&batch, call, TRUE);
  if (!take_all (call, txn, &batch, error) || !advance (call, txn, import, &batch, error))
    {
      g_variant_builder_clear (&batch.refused);
      return FALSE;
    }
  g_variant_dict_insert (&detail, "position", "x", import->position);
  g_variant_dict_insert (&detail, "created", "x", batch.n_created);
  postern_api_call_audit (call, "import.advanced", import->id, g_variant_dict_end (&detail));
  return answer (call, &batch);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/imports", "listImports", "users:read", "Lists imports.", .answer = &import_schema, .work = list },
  { POSTERN_API_CREATE, "/imports", "startImport", "users:import", "Begins an import, or says where that of the same file stands.", &import_schema, &import_schema, .work = begin },
  { POSTERN_API_QUERY, "/import-checks", "checkImport", "users:read", "Says which of some records would become users.", &check_schema, &result_schema, .work = check, .flags = POSTERN_API_SENSITIVE, .body_max = BATCH_BYTES },
  { POSTERN_API_SHOW, "/imports/{id}", "getImport", "users:read", "Shows an import.", .answer = &import_schema, .work = show },
  { POSTERN_API_ACTION, "/imports/{id}/users", "importUsers", "users:import", "Takes over some records, all at once.", &batch_schema, &result_schema, .work = import_users, .flags = POSTERN_API_LAPSES, .body_max = BATCH_BYTES },
  { .path = NULL },
};

const PosternApiResource postern_api_imports = { "Imports", "People who come from elsewhere, many at a time.", rows };
