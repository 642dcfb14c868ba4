/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/resource.h>

#include "bench-store.h"
#include "postern-audit-export.h"
#include "postern-audit-key.h"
#include "postern-audit-log.h"
#include "postern-audit-nodes.h"
#include "postern-audit-proof.h"
#include "postern-audit-verify.h"
#include "postern-json.h"

/*
 * audit-bench --module FILE [--entries N] [--location FOLDER|URL] [--check]
 * Prints what an audit entry costs: to write beside others in a transaction, to number, chain and hash a moment later, to export, to verify
 * without a server, and what one proof costs. Elapsed and processor time of each, in µs an entry. --check fails when to write and to number one takes
 * more than 100 µs, or to verify one more than 10.
 */
#define PROMISED_US 100
#define PROMISED_VERIFY_US 10
static char *module_file, *location;
static int n_entries = 100000;
static gboolean check;

static PosternStore *store;
static PosternTenant *tenant;
static GPtrArray *lines;

static double
processor_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Returns: µs each */
static double
measure (const char *what, void (*run) (void), int n)
{
  gint64 began = g_get_monotonic_time (), took;
  double processor = processor_seconds ();

  run ();
  took = g_get_monotonic_time () - began;
  g_print ("%-44s %9.2f µs each, %9.2f µs of a processor, %7.2f s in all\n", what, (double) took / n, (processor_seconds () - processor) * 1e6 / n, (double) took / 1e6);
  return (double) took / n;
}

/* --- what is measured ------------------------------------------------------------------------------------------------- */

/* As a sign-in writes it. */
static PosternAudit *
new_entry (void)
{
  PosternAudit *entry = postern_audit_store_new ("sign-in.succeeded", "usr_01m8kpek05ega95k0z66zch8zn", "app_01m8kpek05ega95k0z66zch8zn");
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&data, "tenant", "default");
  postern_json_object_add_string (&data, "user", entry->actor);
  postern_json_object_add_string (&data, "application", entry->target);
  postern_json_object_add_string (&data, "session", "ses_01m8kpek05ega95k0z66zch8zn");
  postern_json_object_add_string (&data, "acr", "urn:postern:one-factor");
  entry->request_id = g_strdup ("req_01m8kpek05ega95k0z66zch8zn");
  entry->remote_address = g_strdup ("192.0.2.1");
  entry->data = g_variant_ref_sink (postern_json_object_end (&data));
  return entry;
}

static gboolean
append_thousand (PosternTxn *txn, gpointer data, GError **error)
{
  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (PosternAudit) entry = new_entry ();

      if (!postern_audit_store_append (txn, entry, error))
        return FALSE;
    }
  return TRUE;
}

static void
write_entries (void)
{
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < n_entries; i += 1000)
    bench_store_must (postern_store_write (store, POSTERN_KEEP_LASTING, append_thousand, NULL, &error), error);
}

static void
sequence (void)
{
  g_autoptr (GError) error = NULL;
  guint n;

  bench_store_must (postern_audit_log_sequence (store, POSTERN_AUDIT_REACH_NEAR, g_get_real_time () / G_USEC_PER_SEC, &n, &error), error);
  g_assert_cmpuint (n, ==, (guint) n_entries);
}

static void
sign (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternAuditHead) head = postern_audit_log_sign (tenant, g_get_real_time () / G_USEC_PER_SEC, &error);

  bench_store_must (head != NULL, error);
}

static gboolean
export_some (PosternTxn *txn, gpointer at, GError **error)
{
  g_autoptr (GVariant) keys = postern_audit_key_list (txn, error);
  gint64 *next = at, from = 0;
  GPtrArray *more = *next < 0 ? postern_audit_export_begin (txn, tenant, keys, &from, error) : postern_audit_export_list (txn, *next, n_entries, next, error);

  *next = MAX (*next, 0);
  if (more != NULL)
    g_ptr_array_extend_and_steal (lines, more);
  return more != NULL;
}

static void
export (void)
{
  g_autoptr (GError) error = NULL;
  gint64 next = -1;

  while (next < n_entries)
    bench_store_must (postern_store_read (store, POSTERN_KEEP_LASTING, export_some, &next, &error), error);
}

static void
verify (void)
{
  g_autoptr (PosternAuditVerify) self = postern_audit_verify_new (NULL, NULL);
  const PosternAuditVerdict *verdict;

  for (guint i = 0; i < lines->len; i++)
    postern_audit_verify_line (self, lines->pdata[i], strlen (lines->pdata[i]));
  verdict = postern_audit_verify_end (self);
  g_assert_cmpuint (verdict->n_findings, ==, 0);
  g_assert_cmpint (verdict->proven, ==, n_entries);
}

static gboolean
prove_one (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) entries = postern_audit_chain_store_list_entries (txn, n_entries / 2, 1, error);
  g_autoptr (GVariant) proof = postern_audit_proof_make (txn, ((PosternAudit *) entries->pdata[0])->id, error);

  return proof != NULL;
}

static void
prove (void)
{
  g_autoptr (GError) error = NULL;

  bench_store_must (postern_store_read (store, POSTERN_KEEP_LASTING, prove_one, NULL, &error), error);
}

static void
keep_nodes (void)
{
  g_autoptr (GError) error = NULL;
  guint n;

  do
    bench_store_must (postern_audit_nodes_make (store, 16, &n, &error), error);
  while (n > 0);
}

/* --- the program ------------------------------------------------------------------------------------------------------ */

static void
open_store (void)
{
  g_autoptr (GError) error = NULL;

  store = bench_store_open (module_file, location);
  tenant = postern_tenant_new ("default", "https://id.example.org", store, &error);
  bench_store_must (tenant != NULL, error);
}

/* Returns: whether what is promised is kept */
static gboolean
measure_all (void)
{
  double entry, verifying;

  entry = measure ("write, 1,000 in a transaction", write_entries, n_entries);
  entry += measure ("number, chain, hash", sequence, n_entries);
  measure ("keep inner nodes", keep_nodes, n_entries);
  measure ("sign the tree", sign, 1);
  measure ("export", export, n_entries);
  verifying = measure ("verify without a server", verify, n_entries);
  measure ("prove the one in the middle", prove, 1);
  g_print ("an entry, written and numbered: %.1f µs; promised: at most %d\n", entry, PROMISED_US);
  return entry <= PROMISED_US && verifying <= PROMISED_VERIFY_US;
}

int
main (int argc, char **argv)
{
  const GOptionEntry options[] = {
    { "module", 0, 0, G_OPTION_ARG_FILENAME, &module_file, "The driver's module", "FILE" },
    { "entries", 0, 0, G_OPTION_ARG_INT, &n_entries, "How many entries, by the thousand", "N" },
    { "location", 0, 0, G_OPTION_ARG_FILENAME, &location, "An empty folder for the files, or database", "FOLDER" },
    { "check", 0, 0, G_OPTION_ARG_NONE, &check, "Fail when a promised time is missed", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- what an audit entry costs");
  g_autoptr (GError) error = NULL;
  gboolean kept;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || module_file == NULL)
    g_error ("%s", error ? error->message : "--module FILE is missing");
  if (location == NULL)
    location = g_dir_make_tmp ("postern-audit-bench-XXXXXX", NULL);
  g_print ("%d entries in %s\n", n_entries, location);
  open_store ();
  lines = g_ptr_array_new_with_free_func (g_free);
  kept = measure_all ();
  g_ptr_array_unref (lines);
  g_object_unref (tenant);
  postern_store_close (store);
  g_object_unref (store);
  return check && !kept ? 1 : 0;
}
