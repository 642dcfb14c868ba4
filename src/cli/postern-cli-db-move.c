/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-db-job.h"

#include <string.h>

#include "postern-json.h"
#include "postern-store-copy.h"
#include "postern-tenant-directory.h"

/*
 * A tenant goes to another database. With --to-region the directory says so, and what was kept elsewhere is erased. That takes three steps in two
 * databases, and the process may die between any of them: so the directory says first what is under way. Whoever tries again finds it, and erases
 * what is in the place that the directory does not name.
 */

typedef struct {
  PosternCliDbJob job;
  const char *region;         /* (nullable): what the directory shall say then */
  const char *from_typed;     /* (nullable) */
  PosternTenantRecord *tenant; /* (nullable): the default one is in no directory */
  GVariant *pending;          /* (nullable): a move to another region that was interrupted */
  PosternCliDbPlace from, to;
} Move;

static void
move_clear (Move *self)
{
  postern_cli_db_job_clear (&self->job);
  g_clear_pointer (&self->tenant, postern_tenant_record_unref);
  g_clear_pointer (&self->pending, g_variant_unref);
  g_free (self->from.location);
  g_free (self->to.location);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Move, move_clear)

/* --- what the directory says of it -------------------------------------------------------------------------------------------- */

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Move *self = user_data;

  g_clear_pointer (&self->tenant, postern_tenant_record_unref);
  g_clear_pointer (&self->pending, g_variant_unref);
  self->tenant = postern_tenant_store_get (txn, self->job.tenant, error);
  return self->tenant != NULL && postern_tenant_store_find_move (txn, self->job.tenant, &self->pending, error);
}

static gboolean
note_begin (PosternTxn *txn, gpointer user_data, GError **error)
{
  const Move *self = user_data;
  g_auto (PosternJsonObject) move = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) noted = NULL;

  postern_json_object_add_string (&move, "from", self->tenant->region);
  postern_json_object_add_string (&move, "to", self->region);
  postern_json_object_add_boolean (&move, "elsewhere", self->from_typed != NULL);
  noted = g_variant_ref_sink (postern_json_object_end (&move));
  return postern_tenant_store_set_move (txn, self->job.tenant, noted, error);
}

static gboolean
note_end (PosternTxn *txn, gpointer user_data, GError **error)
{
  return postern_tenant_store_set_move (txn, ((Move *) user_data)->job.tenant, NULL, error);
}

static gboolean
set_region (PosternTxn *txn, gpointer user_data, GError **error)
{
  const Move *self = user_data;
  g_autoptr (PosternTenantRecord) tenant = postern_tenant_store_get (txn, self->job.tenant, error);
  g_autoptr (GVariant) data = NULL;

  if (tenant == NULL)
    return FALSE;
  data = g_variant_ref_sink (g_variant_new_parsed ("{'members': <['region']>, 'before': %v, 'after': %v}", postern_cli_db_job_make_region (tenant->region),
                                                    postern_cli_db_job_make_region (self->region)));
  g_free (tenant->region);
  tenant->region = g_strdup (self->region);
  tenant->updated_at = g_get_real_time () / G_USEC_PER_SEC;
  return postern_tenant_store_update (txn, tenant, error) && postern_cli_db_job_append_audit (txn, &self->job, "tenant.changed", data, error);
}

/* --- places ------------------------------------------------------------------------------------------------------------------- */

/* The modules first: an open store has threads. */
static gboolean
open_drivers (const Move *self, const PosternCliDbPlace *one, const PosternCliDbPlace *other, GError **error)
{
  return postern_cli_db_job_open_driver (self->job.registry, one->type, error) && postern_cli_db_job_open_driver (self->job.registry, other->type, error);
}

/* Whoever serves the directory may open any tenant at any moment. */
static gboolean
check_alone (const Move *self, GError **error)
{
  const PosternCliDbPlace *place = self->tenant ? &self->job.home : &self->from;

  return postern_cli_db_job_check_alone (&self->job, place, POSTERN_TENANT_DEFAULT, error);
}

/* --- what an interrupted one left --------------------------------------------------------------------------------------------- */

/* Where it is not: the directory decides. */
static gboolean
find_leftover (const Move *self, PosternCliDbPlace *place, GError **error)
{
  const char *from = postern_json_get_string (self->pending, "from"), *to = postern_json_get_string (self->pending, "to");

  if (g_strcmp0 (self->tenant->region, to) != 0)
    return postern_cli_db_job_find_region (&self->job, to ? to : "", place, error);
  if (!postern_json_get_boolean (self->pending, "elsewhere", FALSE))
    return postern_cli_db_job_find_region (&self->job, from ? from : "", place, error);
  if (self->from_typed == NULL)
    return postern_cli_call_wrong (error, "it was moved, and what was left where it was is to be erased: say with --from again where that is");
  *place = postern_cli_db_job_make_place (self->from_typed, self->job.tenant);
  return TRUE;
}

/* A region may have been given another address since, and --from is typed by hand. */
static gboolean
check_leftover (const Move *self, const PosternCliDbPlace *place, GError **error)
{
  PosternCliDbPlace home = { NULL };
  gboolean lives = FALSE, known = postern_cli_db_job_find_region (&self->job, self->tenant->region ? self->tenant->region : "", &home, error) &&
                                  open_drivers (self, &home, place, error) && postern_cli_db_job_compare_places (&self->job, &home, place, &lives, error);

  g_free (home.location);
  if (known && lives)
    return postern_cli_call_wrong (error, "what it left would be where the tenant lives now, and nothing is erased there: set the regions as they were when it was begun, or say with --from where it was");
  return known;
}

static gboolean
erase_leftover (Move *self, GError **error)
{
  PosternCliDbPlace place = { NULL };
  gboolean done = find_leftover (self, &place, error) && check_leftover (self, &place, error) && postern_cli_db_job_erase (&self->job, &place, error) &&
                  postern_cli_db_job_write_directory (&self->job, note_end, self, error);

  g_free (place.location);
  if (!done)
    g_prefix_error (error, "an earlier move of this tenant was interrupted: ");
  return done;
}

/* @over: (out): it had come so far that this one has nothing to do any more */
static gboolean
finish_earlier (Move *self, gboolean *over, GError **error)
{
  *over = FALSE;
  if (g_str_equal (self->job.tenant, POSTERN_TENANT_DEFAULT))
    return TRUE;
  if (!postern_cli_db_job_read_directory (&self->job, look, self, error))
    return FALSE;
  if (self->pending == NULL || self->region == NULL)
    return TRUE;
  if (!check_alone (self, error) || !erase_leftover (self, error))
    return FALSE;
  *over = g_str_equal (self->tenant->region, self->region);
  if (*over)
    g_print ("It was there already; what an interrupted move had left where it was is erased.\n");
  return TRUE;
}

/* --- the move ------------------------------------------------------------------------------------------------------------------ */

static void
print_copied (PosternCliCall *call, GPtrArray *copied)
{
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GVariant) answer = NULL;

  for (guint i = 0; i < copied->len; i++) {
    const PosternStoreCopied *one = copied->pdata[i];

    g_variant_builder_add_parsed (&items, "{'table': <%s>, 'rows': <%x>, 'checksum': <%s>}", one->table, one->rows, one->checksum);
  }
  answer = g_variant_ref_sink (g_variant_new_parsed ("{'items': <%@aa{sv}>}", g_variant_builder_end (&items)));
  postern_cli_print_answer (call, answer);
}

static gboolean
refuse_places (GError **error)
{
  return postern_cli_call_wrong (error, "where to? Name another place: with --to a URL of PostgreSQL or a folder, or with --to-region a store of the configuration");
}

/* What was typed, before anything is opened. */
static gboolean
check_options (PosternCliCall *call, const Move *self, GError **error)
{
  if ((postern_cli_call_get_value (call, "to") == NULL) == (self->region == NULL))
    return refuse_places (error);
  if (self->region && g_str_equal (self->job.tenant, POSTERN_TENANT_DEFAULT))
    return postern_cli_call_wrong (error, "the default tenant is in no region: move it with --to, and set [database] location");
  return TRUE;
}

/* Where it is, unless it was said: where its region says. */
static gboolean
find_places (PosternCliCall *call, Move *self, GError **error)
{
  const char *to = postern_cli_call_get_value (call, "to");

  if (self->from_typed)
    self->from = postern_cli_db_job_make_place (self->from_typed, self->job.tenant);
  else if (!postern_cli_db_job_find_region (&self->job, self->tenant ? self->tenant->region : "", &self->from, error))
    return FALSE;
  if (to)
    self->to = postern_cli_db_job_make_place (to, self->job.tenant);
  else if (!postern_cli_db_job_find_region (&self->job, self->region, &self->to, error))
    return FALSE;
  return TRUE;
}

static gboolean
check_apart (const Move *self, GError **error)
{
  gboolean same;

  return postern_cli_db_job_compare_places (&self->job, &self->from, &self->to, &same, error) && (!same || refuse_places (error));
}

/* Only what is put into a place that was empty may be erased there by who tries again. */
static gboolean
note_under_way (Move *self, GError **error)
{
  g_autoptr (PosternStore) target = NULL;

  if (self->region == NULL || g_str_equal (self->region, self->tenant->region))
    return TRUE;
  target = postern_cli_db_job_open_store (&self->job, &self->to, self->job.tenant, error);
  if (target == NULL || !postern_store_copy_check_room (target, error))
    return FALSE;
  postern_store_close (target);
  return postern_cli_db_job_write_directory (&self->job, note_begin, self, error);
}

static GPtrArray *
copy (const Move *self, GError **error)
{
  g_autoptr (PosternStore) source = postern_cli_db_job_open_store (&self->job, &self->from, self->job.tenant, error);
  g_autoptr (PosternStore) target = source ? postern_cli_db_job_open_store (&self->job, &self->to, self->job.tenant, error) : NULL;

  return target ? postern_store_copy (source, target, error) : NULL;
}

/* The old region must keep nothing of it: that is what regions are for. */
static gboolean
settle (Move *self, GError **error)
{
  if (!postern_cli_db_job_write_directory (&self->job, set_region, self, error))
    return FALSE;
  if (postern_cli_db_job_erase (&self->job, &self->from, error) && postern_cli_db_job_write_directory (&self->job, note_end, self, error))
    return TRUE;
  g_prefix_error (error, "it was moved, and what was left where it was could not be erased; the same command tries again: ");
  return FALSE;
}

static gboolean
run (PosternCliCall *call, Move *self, GError **error)
{
  g_autoptr (GPtrArray) copied = NULL;

  if (!find_places (call, self, error) || !open_drivers (self, &self->from, &self->to, error) || !check_alone (self, error) || !check_apart (self, error) || !note_under_way (self, error))
    return FALSE;
  copied = copy (self, error);
  if (copied == NULL || (self->region && !settle (self, error)))
    return FALSE;
  print_copied (call, copied);
  return TRUE;
}

gboolean
postern_cli_db_move_run (PosternCliCall *call, GError **error)
{
  g_auto (Move) move = {
    .job = { .config = postern_cli_call_get_config (call, error), .tenant = postern_cli_call_get_operand (call, 0) },
    .region = postern_cli_call_get_value (call, "to-region"),
    .from_typed = postern_cli_call_get_value (call, "from"),
  };
  gboolean over;

  if (move.job.config == NULL || !check_options (call, &move, error) || !postern_cli_db_job_begin (&move.job, error) || !finish_earlier (&move, &over, error))
    return FALSE;
  return over || run (call, &move, error);
}
