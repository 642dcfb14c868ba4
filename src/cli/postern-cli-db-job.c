/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-db-job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "postern-seal.h"
#include "postern-tenant-directory.h"

#define LEASE_WAIT (6 * G_TIME_SPAN_SECOND) /* it is renewed every four */
#define OWN_FOLDER "tenants" /* where the tenants beside the default one are, in files */

PosternRegistry *
postern_cli_db_job_open_registry (PosternConfig *config)
{
  PosternRegistry *registry = postern_registry_new (postern_config_get_strv (config, "paths.plugins"));

  postern_registry_scan (registry);
  return registry;
}

PosternDatabase *
postern_cli_db_job_open_driver (PosternRegistry *registry, const char *type, GError **error)
{
  static guint n;
  g_autofree char *id = g_strdup_printf ("%s-%u", type, n++);

  return (PosternDatabase *) postern_registry_add_instance (registry, type, id, NULL, error);
}

/* A server that uses that folder would go on changing what is copied. The lock goes with the process. */
static gboolean
lock_data_dir (PosternConfig *config, GError **error)
{
  g_autofree char *path = g_build_filename (postern_config_get_string (config, "server.data-dir"), "posternd.lock", NULL);
  int fd = open (path, O_RDWR | O_CLOEXEC);

  if (fd < 0 && errno == ENOENT)
    return TRUE; /* no server was ever there */
  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "%s: %s", path,
               fd >= 0 ? "a server uses this folder; stop it, and all that share the database" : g_strerror (errno));
  return FALSE;
}

PosternCliDbPlace
postern_cli_db_job_make_place (const char *text, const char *tenant)
{
  if (strstr (text, "://") != NULL)
    return (PosternCliDbPlace){ "postgresql", g_strdup (text) };
  return (PosternCliDbPlace){ "sqlite", g_str_equal (tenant, POSTERN_TENANT_DEFAULT) ? g_strdup (text) : g_build_filename (text, OWN_FOLDER, NULL) };
}

static const char *
get_home (PosternConfig *config)
{
  const char *location = postern_config_get_string (config, "database.location");

  return location && *location ? location : postern_config_get_string (config, "server.data-dir");
}

gboolean
postern_cli_db_job_find_region (const PosternCliDbJob *self, const char *region, PosternCliDbPlace *place, GError **error)
{
  const PosternConfigStore *store = *region ? postern_config_find_store (self->config, region) : NULL;

  if (*region && store == NULL)
    return postern_cli_call_wrong (error, "there is no [store %s] in the configuration", region);
  g_free (place->location);
  *place = store ? (PosternCliDbPlace){ postern_config_store_get_type (store), g_strdup (store->url) } : postern_cli_db_job_make_place (get_home (self->config), self->tenant);
  return TRUE;
}

PosternStore *
postern_cli_db_job_open_store (const PosternCliDbJob *self, const PosternCliDbPlace *place, const char *tenant, GError **error)
{
  PosternDatabase *database = postern_cli_db_job_open_driver (self->registry, place->type, error);

  return database ? postern_store_open (database, self->master_key, place->location, tenant, error) : NULL;
}

/* --- whether two are one -------------------------------------------------------------------------------------------------------- */

/* (transfer full) */
static char *
dup_real_path (const char *location)
{
  char *real = realpath (location, NULL);

  return real ? real : g_canonicalize_filename (location, NULL); /* nothing is there yet */
}

static gboolean
is_same_folder (const PosternCliDbPlace *one, const PosternCliDbPlace *other)
{
  g_autofree char *first = dup_real_path (one->location), *second = dup_real_path (other->location);

  return g_str_equal (first, second);
}

#define MARK "place"
#define MARK_SECONDS 60

typedef struct {
  char *word;
  gboolean taken, found;
} Mark;

static gboolean
put_mark (PosternTxn *txn, gpointer user_data, GError **error)
{
  Mark *self = user_data;
  g_autofree char *before = NULL;
  gint64 until, now = g_get_real_time () / G_USEC_PER_SEC;

  return postern_lease_store_get (txn, MARK, &before, &until, error) &&
         postern_lease_store_take_from (txn, MARK, self->word, now + MARK_SECONDS, before, until, &self->taken, error);
}

static gboolean
find_mark (PosternTxn *txn, gpointer user_data, GError **error)
{
  Mark *self = user_data;
  g_autofree char *holder = NULL;
  gint64 until;

  if (!postern_lease_store_get (txn, MARK, &holder, &until, error))
    return FALSE;
  self->found = g_strcmp0 (holder, self->word) == 0;
  return TRUE;
}

static gboolean
drop_mark (PosternTxn *txn, gpointer user_data, GError **error)
{
  return postern_lease_store_release (txn, MARK, ((Mark *) user_data)->word, error);
}

/*
 * A database has many addresses: names of its host, a proxy, the options in any order. And one that is a copy of another says of itself what that one says. So
 * something is written at the one and looked for at the other.
 */
static gboolean
try_mark (const PosternCliDbJob *self, const PosternCliDbPlace *one, const PosternCliDbPlace *other, gboolean *same, GError **error)
{
  g_autofree char *word = postern_id_new ("place");
  Mark mark = { word };
  g_autoptr (PosternStore) first = postern_cli_db_job_open_store (self, one, self->tenant, error);
  g_autoptr (PosternStore) second = first ? postern_cli_db_job_open_store (self, other, self->tenant, error) : NULL;
  gboolean done;

  if (second == NULL || !postern_store_write (first, POSTERN_KEEP_SHORT, put_mark, &mark, error))
    return FALSE;
  done = mark.taken && postern_store_read (second, POSTERN_KEEP_SHORT, find_mark, &mark, error);
  *same = mark.found;
  if (!mark.taken)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "somebody else moves this tenant at the same time");
  return done && postern_store_write (first, POSTERN_KEEP_SHORT, drop_mark, &mark, error);
}

gboolean
postern_cli_db_job_compare_places (const PosternCliDbJob *self, const PosternCliDbPlace *one, const PosternCliDbPlace *other, gboolean *same, GError **error)
{
  *same = FALSE;
  if (!g_str_equal (one->type, other->type))
    return TRUE;
  *same = strstr (one->location, "://") ? g_str_equal (one->location, other->location) : is_same_folder (one, other);
  return *same || strstr (one->location, "://") == NULL || try_mark (self, one, other, same, error);
}

/* --- who works with it ---------------------------------------------------------------------------------------------------------- */

typedef struct {
  char *holder; /* (nullable): nobody */
  gint64 expires_at; /* by the clock of who has it: another one is all that it says here */
} Lease;

static void
lease_clear (Lease *self)
{
  g_clear_pointer (&self->holder, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lease, lease_clear)

static gboolean
read_lease (PosternTxn *txn, gpointer user_data, GError **error)
{
  Lease *self = user_data;

  lease_clear (self);
  return postern_lease_store_get (txn, POSTERN_LEASE_MAINTENANCE, &self->holder, &self->expires_at, error);
}

/* The lock of the data folder tells of this machine's server alone. */
gboolean
postern_cli_db_job_check_alone (const PosternCliDbJob *self, const PosternCliDbPlace *place, const char *tenant, GError **error)
{
  g_autoptr (PosternStore) store = postern_cli_db_job_open_store (self, place, tenant, error);
  g_auto (Lease) first = { NULL }, then = { NULL };

  if (store == NULL || !postern_store_read (store, POSTERN_KEEP_SHORT, read_lease, &first, error))
    return FALSE;
  if (first.holder == NULL)
    return TRUE;
  g_usleep (LEASE_WAIT);
  if (!postern_store_read (store, POSTERN_KEEP_SHORT, read_lease, &then, error))
    return FALSE;
  if (then.holder == NULL || (then.expires_at == first.expires_at && g_str_equal (then.holder, first.holder)))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "a server still works with this database (%s); stop all that share it", then.holder);
  return FALSE;
}

gboolean
postern_cli_db_job_erase (const PosternCliDbJob *self, const PosternCliDbPlace *place, GError **error)
{
  PosternDatabase *database = postern_cli_db_job_open_driver (self->registry, place->type, error);

  return database != NULL && postern_store_erase (database, place->location, self->tenant, error);
}

/* --- the directory ------------------------------------------------------------------------------------------------------------ */

gboolean
postern_cli_db_job_read_directory (const PosternCliDbJob *self, PosternTxnFunc func, gpointer user_data, GError **error)
{
  g_autoptr (PosternStore) directory = postern_cli_db_job_open_store (self, &self->home, POSTERN_TENANT_DEFAULT, error);

  return directory != NULL && postern_store_read (directory, POSTERN_KEEP_LASTING, func, user_data, error);
}

gboolean
postern_cli_db_job_write_directory (const PosternCliDbJob *self, PosternTxnFunc func, gpointer user_data, GError **error)
{
  g_autoptr (PosternStore) directory = postern_cli_db_job_open_store (self, &self->home, POSTERN_TENANT_DEFAULT, error);

  return directory != NULL && postern_store_write (directory, POSTERN_KEEP_LASTING, func, user_data, error);
}

typedef struct {
  const char *slug;
  PosternTenantRecord *tenant;
} Look;

static gboolean
find_tenant (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *self = user_data;

  g_clear_pointer (&self->tenant, postern_tenant_record_unref);
  self->tenant = postern_tenant_store_get (txn, self->slug, error);
  return self->tenant != NULL;
}

PosternTenantRecord *
postern_cli_db_job_load_tenant (const PosternCliDbJob *self, GError **error)
{
  Look look = { self->tenant, NULL };

  return postern_cli_db_job_read_directory (self, find_tenant, &look, error) ? look.tenant : NULL;
}

GVariant *
postern_cli_db_job_make_region (const char *region)
{
  return region && *region ? g_variant_new_parsed ("<{'region': %v}>", g_variant_new_string (region)) : g_variant_new_parsed ("<@a{sv} {}>");
}

gboolean
postern_cli_db_job_append_audit (PosternTxn *txn, const PosternCliDbJob *self, const char *event, GVariant *data, GError **error)
{
  g_autoptr (PosternAudit) audit = postern_audit_store_new (event, "local administrator", self->tenant);

  audit->request_id = postern_id_new ("req"); /* the command is one of its own */
  g_clear_pointer (&audit->data, g_variant_unref);
  audit->data = g_variant_ref_sink (data);
  return postern_audit_store_append (txn, audit, error);
}

/* --- life --------------------------------------------------------------------------------------------------------------------- */

void
postern_cli_db_job_clear (PosternCliDbJob *self)
{
  g_clear_object (&self->registry);
  g_clear_pointer (&self->master_key, g_bytes_unref);
  g_free (self->home.location);
}

gboolean
postern_cli_db_job_begin (PosternCliDbJob *self, GError **error)
{
  if (!lock_data_dir (self->config, error))
    return FALSE;
  self->master_key = postern_master_key_load (postern_config_get_string (self->config, "database.master-key"), error);
  if (self->master_key == NULL)
    return FALSE;
  self->registry = postern_cli_db_job_open_registry (self->config);
  self->home = postern_cli_db_job_make_place (get_home (self->config), POSTERN_TENANT_DEFAULT);
  return postern_cli_db_job_open_driver (self->registry, self->home.type, error) != NULL; /* an open store has threads: so its module comes before any */
}
