/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "bench-store.h"
#include "postern-json.h"

/*
 * people-bench --module FILE [--users N] [--location FOLDER|URL] [--fill COMMAND] [--check]
 * Makes one tenant of N people and asks for them in every way that the management API and a sign-in do, each in a transaction of its
 * own. Prints the time of all but the slowest twentieth (p95) and of half of them. --check fails when a p95 is 20 ms or more.
 *
 * User names are given in the order in which people came, e-mail addresses are not: a search by the former finds all in one corner of the list, by the
 * latter one here and there. They came over 1,000 days. Every 4th has an account at a provider, every 10th a number, every 10th is of one
 * organization, every 100th is switched off, and so are all of the first hundredth.
 */
#define TIMES 300
#define PAGE 50
#define DAYS 1000
#define DAY 86400
#define BATCH 1000

static char *module_file, *location, *fill_command;
static int n_users = 1000000;
static gboolean check;

static PosternStore *store;
static char **ids; /* of the users */
static char *organization_id;
static gint64 began_at; /* when the first of them came, seconds since 1970 */
static int missed;

/* --- people ---------------------------------------------------------------------------------------------------------- */

static gint64
time_of (int number)
{
  return began_at + (gint64) number * DAYS * DAY / n_users;
}

/* Each number once, in no order. */
static int
shuffled (int number)
{
  return (int) ((gint64) number * 7368787 % n_users); /* a prime */
}

static PosternUser *
new_user (int number)
{
  PosternUser *user = postern_user_new ();

  user->id = g_strdup (ids[number]);
  user->username = g_strdup_printf ("user%06d", number);
  user->email = g_strdup_printf ("p%06d@example.org", shuffled (number));
  user->phone = number % 10 == 0 ? g_strdup_printf ("+49301%06d", shuffled (number)) : NULL;
  user->external_id = number % 4 == 0 ? g_strdup_printf ("ext|%06d", number) : NULL;
  user->profile = g_variant_ref_sink (g_variant_new_parsed ("{'name': <'Somebody of Somewhere'>, 'given_name': <'Somebody'>, 'locale': <'de-DE'>, 'zoneinfo': <'Europe/Berlin'>}"));
  user->disabled_at = number % 100 == 99 || number < n_users / 100;
  user->created_at = user->updated_at = time_of (number);
  return user;
}

static gboolean
add_identity (PosternTxn *txn, int number, GError **error)
{
  g_autoptr (PosternIdentity) identity = postern_identity_new ();

  identity->id = postern_id_new ("idn");
  identity->user_id = g_strdup (ids[number]);
  identity->connector = g_strdup ("corp");
  identity->subject = g_strdup_printf ("sub|%06d", number);
  identity->created_at = time_of (number);
  return postern_identity_store_insert (txn, identity, error);
}

static gboolean
add_member (PosternTxn *txn, int number, GError **error)
{
  g_autoptr (PosternMember) member = postern_member_new ();

  member->organization_id = g_strdup (organization_id);
  member->user_id = g_strdup (ids[number]);
  member->source = g_strdup ("administrator");
  member->joined_at = time_of (number);
  return postern_member_store_put (txn, member, NULL, error);
}

static gboolean
add_batch (PosternTxn *txn, gpointer data, GError **error)
{
  int from = GPOINTER_TO_INT (data);

  for (int i = from; i < MIN (from + BATCH, n_users); i++)
    {
      g_autoptr (PosternUser) user = new_user (i);

      if (!postern_user_store_insert (txn, user, error) || (i % 4 == 0 && !add_identity (txn, i, error)) || (i % 10 == 0 && !add_member (txn, i, error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_organization (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_organization_new ();

  organization->id = g_strdup (organization_id);
  organization->name = g_strdup ("Corp");
  organization->created_at = organization->updated_at = began_at;
  return postern_organization_store_insert (txn, organization, error);
}

/* As psql copies rows. */
static void
print_rows (FILE *out)
{
  fprintf (out, "COPY users (id, username, email, phone, external_id, profile, disabled_at, created_at, updated_at, data, email_verified, phone_verified, administrator, last_sign_in_at) FROM STDIN;\n");
  for (int i = 0; i < n_users; i++)
    {
      g_autoptr (PosternUser) user = new_user (i);
      g_autofree char *profile = postern_json_print (user->profile);

      fprintf (out, "%s\t%s\t%s\t%s\t%s\t%s\t%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\t{}\t0\t0\t0\t0\n", user->id, user->username, user->email,
               user->phone ? user->phone : "\\N", user->external_id ? user->external_id : "\\N", profile, user->disabled_at, user->created_at, user->updated_at);
    }
  fprintf (out, "\\.\nCOPY identities (id, user_id, connector, subject, claims, created_at, used_at) FROM STDIN;\n");
  for (int i = 0; i < n_users; i += 4)
    {
      g_autofree char *id = postern_id_new ("idn");

      fprintf (out, "%s\t%s\tcorp\tsub|%06d\t{}\t%" G_GINT64_FORMAT "\t0\n", id, ids[i], i, time_of (i));
    }
  fprintf (out, "\\.\nCOPY organization_members (organization_id, user_id, source, joined_at) FROM STDIN;\n");
  for (int i = 0; i < n_users; i += 10)
    fprintf (out, "%s\t%s\tadministrator\t%" G_GINT64_FORMAT "\n", organization_id, ids[i], time_of (i));
  fprintf (out, "\\.\nVACUUM ANALYZE;\n");
}

static void
fill_by_command (void)
{
  FILE *out = popen (fill_command, "w");

  if (out == NULL)
    g_error ("%s does not start", fill_command);
  print_rows (out);
  if (pclose (out) != 0)
    g_error ("%s failed", fill_command);
}

static void
fill_by_store (void)
{
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < n_users; i += BATCH)
    bench_store_must (postern_store_write (store, POSTERN_KEEP_LASTING, add_batch, GINT_TO_POINTER (i), &error), error);
}

static void
fill (void)
{
  gint64 began = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  double took;

  began_at = g_get_real_time () / G_USEC_PER_SEC - DAYS * DAY;
  organization_id = postern_id_new_at ("org", began_at);
  ids = g_new0 (char *, n_users + 1);
  for (int i = 0; i < n_users; i++)
    ids[i] = postern_id_new_at ("usr", time_of (i));
  bench_store_must (postern_store_write (store, POSTERN_KEEP_LASTING, add_organization, NULL, &error), error);
  if (fill_command != NULL)
    fill_by_command ();
  else
    fill_by_store ();
  took = (double) (g_get_monotonic_time () - began) / 1e6;
  g_print ("%d people made in %.1f s, %.0f a second\n", n_users, took, n_users / took);
}

/* --- what is asked for --------------------------------------------------------------------------------------------- */

typedef enum { FROM_BEGIN, FROM_ANYWHERE, FROM_NEXT_PAGES } Where;

/* What one row of the table asks. */
typedef struct {
  const char *what;
  PosternTxnFunc func;
  const char *key; /* (nullable): of a look-up, or what is searched; %-directives take a number */
  int disabled;
  int days; /* of those who came within so many; 0: any */
  Where where;
  gboolean unpromised;
} Row;

typedef struct {
  const Row *row;
  int number; /* of somebody */
  char *key, *after;
  gint64 from, to;
} Ask;

static gboolean
get_by_id (PosternTxn *txn, gpointer data, GError **error)
{
  const Ask *ask = data;
  g_autoptr (PosternUser) user = postern_user_store_get (txn, ids[ask->number], error);

  return user != NULL;
}

static gboolean
find_by_name (PosternTxn *txn, gpointer data, GError **error)
{
  const Ask *ask = data;
  g_autoptr (PosternUser) user = postern_user_store_find (txn, ask->key, error);

  return user != NULL;
}

static gboolean
find_by_identity (PosternTxn *txn, gpointer data, GError **error)
{
  const Ask *ask = data;
  g_autofree char *subject = g_strdup_printf ("sub|%06d", ask->number / 4 * 4);
  g_autoptr (PosternIdentity) identity = postern_identity_store_find (txn, "corp", subject, error);

  return identity != NULL;
}

static gboolean
list_identities (PosternTxn *txn, gpointer data, GError **error)
{
  const Ask *ask = data;
  g_autoptr (GPtrArray) identities = postern_identity_store_list (txn, ids[ask->number], error);

  return identities != NULL;
}

static gboolean
list_users (PosternTxn *txn, gpointer data, GError **error)
{
  Ask *ask = data;
  const PosternUserFilter filter = { ask->key, ask->from, ask->to, ask->row->disabled };
  g_autofree char *next = NULL;
  g_autoptr (GPtrArray) users = postern_user_store_list (txn, &filter, ask->after, PAGE, &next, error);

  if (ask->row->where == FROM_NEXT_PAGES)
    {
      g_free (ask->after);
      ask->after = g_steal_pointer (&next);
    }
  return users != NULL;
}

static gboolean
list_members (PosternTxn *txn, gpointer data, GError **error)
{
  const Ask *ask = data;
  g_autoptr (GPtrArray) members = postern_member_store_list (txn, organization_id, ask->after, PAGE, error);

  return members != NULL;
}

static gboolean
list_organizations (PosternTxn *txn, gpointer data, GError **error)
{
  const Ask *ask = data;
  g_autoptr (GPtrArray) members = postern_member_store_list_for_user (txn, ids[ask->number], NULL, PAGE, error);

  return members != NULL;
}

static gboolean
count (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_user_store_count (txn, error) >= 0;
}

static const Row rows[] = {
  { "get by id", get_by_id, NULL, -1, 0, FROM_BEGIN },
  { "find by user name", find_by_name, "user%06d", -1, 0, FROM_BEGIN },
  { "find by e-mail address", find_by_name, "p%06d@example.org", -1, 0, FROM_BEGIN },
  { "find by a provider's account", find_by_identity, NULL, -1, 0, FROM_BEGIN },
  { "accounts at providers of one", list_identities, NULL, -1, 0, FROM_BEGIN },
  { "organizations of one", list_organizations, NULL, -1, 0, FROM_BEGIN },
  { "the first page", list_users, NULL, -1, 0, FROM_BEGIN },
  { "a page, anywhere", list_users, NULL, -1, 0, FROM_ANYWHERE },
  { "one page after another", list_users, NULL, -1, 0, FROM_NEXT_PAGES },
  { "switched off", list_users, NULL, 1, 0, FROM_ANYWHERE },
  { "not switched off", list_users, NULL, 0, 0, FROM_BEGIN },
  { "not switched off, anywhere", list_users, NULL, 0, 0, FROM_ANYWHERE },
  { "of a day", list_users, NULL, -1, 1, FROM_BEGIN },
  { "of a year, switched off", list_users, NULL, 1, 365, FROM_BEGIN },
  { "of a year, not switched off", list_users, NULL, 0, 365, FROM_BEGIN },
  { "search: a whole name", list_users, "user%06d", -1, 0, FROM_BEGIN },
  { "search: 10 names", list_users, "user%05d", -1, 0, FROM_BEGIN },
  { "search: 1,000 names", list_users, "user%03d", -1, 0, FROM_BEGIN },
  { "search: 1,000 addresses", list_users, "p%03d", -1, 0, FROM_BEGIN },
  { "search: 100,000 names, who came last", list_users, "user9", -1, 0, FROM_BEGIN },
  { "search: 100,000 names, page after page", list_users, "user9", -1, 0, FROM_NEXT_PAGES },
  { "search: 100,000 addresses", list_users, "p9", -1, 0, FROM_BEGIN },
  { "search: all names", list_users, "u", -1, 0, FROM_NEXT_PAGES },
  { "search: no name", list_users, "zz", -1, 0, FROM_BEGIN },
  { "search: 1,000 names, switched off", list_users, "user%03d", 1, 0, FROM_NEXT_PAGES },
  { "search: 100,000 names, switched off", list_users, "user9", 1, 0, FROM_NEXT_PAGES },
  { "search: 100,000 names, of a year", list_users, "user9", -1, 365, FROM_BEGIN },
  { "search: 100,000 addresses, of a day", list_users, "p9", -1, 1, FROM_NEXT_PAGES },
  { "members of 100,000, anywhere", list_members, NULL, -1, 0, FROM_ANYWHERE },
  { "how many there are", count, NULL, -1, 0, FROM_BEGIN, .unpromised = TRUE },
};

/* --- how long it takes ---------------------------------------------------------------------------------------------- */

/* @key may have one directive, for as many of a number's first digits as its width says. */
static char *
fill_in (const char *key, int number)
{
  const char *width = key ? strstr (key, "%0") : NULL;
  g_autofree char *digits = g_strdup_printf ("%06d", number);

  if (width == NULL)
    return g_strdup (key);
  digits[width[2] - '0'] = '\0';
  return g_strdup_printf ("%.*s%s%s", (int) (width - key), key, digits, width + strlen ("%0nd"));
}

static gint64
ask_once (Ask *ask)
{
  const Row *row = ask->row;
  gint64 began;
  g_autoptr (GError) error = NULL;

  ask->number = g_random_int_range (0, n_users);
  if (ask->after == NULL || row->where != FROM_NEXT_PAGES) /* else the next page of the same */
    {
      g_free (ask->key);
      g_free (ask->after);
      ask->key = fill_in (row->key, ask->number);
      ask->after = row->where == FROM_ANYWHERE ? g_strdup (ids[ask->number]) : NULL;
      ask->from = row->days == 0 ? 0 : began_at + g_random_int_range (0, DAYS - row->days) * (gint64) DAY;
      ask->to = row->days == 0 ? 0 : ask->from + row->days * (gint64) DAY;
    }
  began = g_get_monotonic_time ();
  bench_store_must (postern_store_read (store, POSTERN_KEEP_LASTING, row->func, ask, &error), error);
  return g_get_monotonic_time () - began;
}

static void
measure (const Row *row)
{
  Ask ask = { row };
  gint64 times[TIMES];

  for (guint i = 0; i < TIMES; i++)
    times[i] = ask_once (&ask);
  g_free (ask.key);
  g_free (ask.after);
  missed += !bench_store_report (row->what, times, TIMES, !row->unpromised);
}

int
main (int argc, char **argv)
{
  const GOptionEntry entries[] = {
    { "module", 0, 0, G_OPTION_ARG_FILENAME, &module_file, "The driver's module", "FILE" },
    { "location", 0, 0, G_OPTION_ARG_FILENAME, &location, "An empty folder, or the URL of an empty database (default: a temporary folder)", "PLACE" },
    { "users", 0, 0, G_OPTION_ARG_INT, &n_users, "How many people", "N" },
    { "fill", 0, 0, G_OPTION_ARG_STRING, &fill_command, "Make the people by a psql that writes as a superuser, which is faster; its `postern.tenant` is `default`", "COMMAND" },
    { "check", 0, 0, G_OPTION_ARG_NONE, &check, "Fail when a figure is missed", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- how long it takes to find one among many people");
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "C.UTF-8");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || module_file == NULL)
    {
      g_printerr ("people-bench: %s\n", error ? error->message : "--module FILE is missing");
      return 2;
    }
  location = location ? location : g_dir_make_tmp ("postern-bench-XXXXXX", NULL);
  store = bench_store_open (module_file, location);
  fill ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    measure (&rows[i]);
  g_clear_object (&store);
  g_strfreev (ids);
  g_free (organization_id);
  return check && missed > 0;
}
