/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>

#include "bench-store.h"
#include "postern-seal.h"

/*
 * organizations-bench --module FILE [--organizations N] [--location FOLDER|URL] [--check]
 * Makes one tenant of N organizations and N people who all belong to the first one, and asks for pages of 50 as the management API does, each
 * in a transaction of its own. Prints the time of all but the slowest twentieth (p95) and of half of them. --check fails when a p95 is 20 ms or more.
 */
#define TIMES 300
#define PAGE 50
#define BATCH 1000

static char *module_file, *location;
static int n_organizations = 100000;
static gboolean check;

static PosternStore *store;
static char **organizations, **people; /* ids */

/* --- filling ----------------------------------------------------------------------------------------------------------------- */

static gboolean
add_one (PosternTxn *txn, int number, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_organization_new ();
  g_autoptr (PosternUser) user = postern_user_new ();
  PosternMember member = { .organization_id = organizations[0], .user_id = people[number], .source = (char *) "administrator", .joined_at = 1 };

  organization->id = g_strdup (organizations[number]);
  organization->name = g_strdup_printf ("Firm %06d", number);
  organization->slug = g_strdup_printf ("firm-%06d", number);
  user->id = g_strdup (people[number]);
  user->username = g_strdup_printf ("user%06d", number);
  return postern_organization_store_insert (txn, organization, error) && postern_user_store_insert (txn, user, error) && postern_member_store_put (txn, &member, NULL, error);
}

static gboolean
add_batch (PosternTxn *txn, gpointer data, GError **error)
{
  int from = GPOINTER_TO_INT (data);

  for (int i = from; i < MIN (from + BATCH, n_organizations); i++)
    if (!add_one (txn, i, error))
      return FALSE;
  return TRUE;
}

static void
fill (void)
{
  organizations = g_new0 (char *, n_organizations + 1);
  people = g_new0 (char *, n_organizations + 1);
  for (int i = 0; i < n_organizations; i++) {
    organizations[i] = postern_id_new ("org");
    people[i] = postern_id_new ("usr");
  }
  for (int i = 0; i < n_organizations; i += BATCH) {
    g_autoptr (GError) error = NULL;

    bench_store_must (postern_store_write (store, POSTERN_KEEP_LASTING, add_batch, GINT_TO_POINTER (i), &error), error);
  }
}

/* --- asking ------------------------------------------------------------------------------------------------------------------ */

static gboolean
list_organizations (PosternTxn *txn, gpointer search, GError **error)
{
  g_autoptr (GPtrArray) found = postern_organization_store_list (txn, search, search ? NULL : organizations[g_random_int_range (0, n_organizations)], PAGE, error);

  return found != NULL;
}

static gboolean
list_members (PosternTxn *txn, gpointer unused, GError **error)
{
  g_autoptr (GPtrArray) found = postern_member_store_list (txn, organizations[0], people[g_random_int_range (0, n_organizations)], PAGE, error);

  return found != NULL;
}

static gboolean
list_for_member (PosternTxn *txn, gpointer unused, GError **error)
{
  g_autoptr (GPtrArray) found = postern_organization_store_list_for_member (txn, people[g_random_int_range (0, n_organizations)], NULL, PAGE, error);

  return found != NULL;
}

static const struct {
  const char *what, *search;
  PosternTxnFunc func;
} questions[] = {
  { "organizations, a page", NULL, list_organizations },
  { "organizations, search that all match", "firm", list_organizations },
  { "organizations, search that 100 match", "Firm 0420", list_organizations },
  { "organizations, search that none match", "zz", list_organizations },
  { "organizations of a person", NULL, list_for_member },
  { "members of the largest, a page", NULL, list_members },
};

/* Returns: whether it is as fast as was promised */
static gboolean
ask (guint question)
{
  gint64 times[TIMES];

  for (guint i = 0; i < TIMES; i++) {
    gint64 began = g_get_monotonic_time ();
    g_autoptr (GError) error = NULL;

    bench_store_must (postern_store_read (store, POSTERN_KEEP_LASTING, questions[question].func, (gpointer) questions[question].search, &error), error);
    times[i] = g_get_monotonic_time () - began;
  }
  return bench_store_report (questions[question].what, times, TIMES, TRUE);
}

int
main (int argc, char **argv)
{
  const GOptionEntry entries[] = {
    { "module", 0, 0, G_OPTION_ARG_FILENAME, &module_file, "The driver's module", "FILE" },
    { "location", 0, 0, G_OPTION_ARG_FILENAME, &location, "Where to keep it (default: a temporary folder)", "FOLDER|URL" },
    { "organizations", 0, 0, G_OPTION_ARG_INT, &n_organizations, "How many, and how many people", "N" },
    { "check", 0, 0, G_OPTION_ARG_NONE, &check, "Fail when a p95 is 20 ms or more", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- how long it takes to find organizations and members");
  g_autoptr (GError) error = NULL;
  gboolean good = TRUE;

  setlocale (LC_ALL, "C.UTF-8");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || module_file == NULL || n_organizations < 1) {
    g_printerr ("organizations-bench: %s\n", error ? error->message : "--module FILE is missing");
    return 2;
  }
  location = location ? location : g_dir_make_tmp ("postern-bench-XXXXXX", NULL);
  store = bench_store_open (module_file, location);
  fill ();
  for (guint i = 0; i < G_N_ELEMENTS (questions); i++)
    good = ask (i) && good;
  g_clear_object (&store);
  g_strfreev (organizations);
  g_strfreev (people);
  return check && !good ? 1 : 0;
}
