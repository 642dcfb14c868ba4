/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-fixture.h"

/* For tests of one API over one store: both, the requests that a test makes as the administrator of the machine, and what main() does. */

static PosternStore *store;
static PosternTenant *tenant;
static PosternApi *api;

/* --- requests -------------------------------------------------------------------------------------------------------- */

/** send_with: @path is below /api/v1; @name: (nullable): of one more field. (transfer full) */
static inline PosternResponse *
send_with (const char *method, const char *path, const char *body, const char *name, const char *value)
{
  g_autofree char *full = g_strconcat ("/api/v1", path, NULL);
  char *query = strchr (full, '?');
  PosternResponse *response;

  if (query)
    *query++ = '\0';
  api_fixture_header[0] = name;
  api_fixture_header[1] = value;
  response = api_fixture_dispatch (api, method, full, query, body);
  api_fixture_header[0] = NULL;
  return response;
}

/** read_body: (transfer full) (nullable): NULL where there is none */
static inline GVariant *
read_body (PosternResponse *response)
{
  GBytes *bytes = postern_response_get_body (response);
  g_autoptr (GError) error = NULL;
  GVariant *answer;

  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    return NULL;
  answer = postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), 0, &error);
  g_assert_no_error (error);
  return answer;
}

/** call: must be answered @status, and by a problem where it is not done. @path is below /api/v1. (transfer full) (nullable) */
static inline GVariant *
call (const char *method, const char *path, const char *query, const char *body, guint status)
{
  g_autofree char *full = g_strconcat ("/api/v1", path, NULL);
  g_autoptr (PosternResponse) response = api_fixture_dispatch (api, method, full, query, body);
  g_autoptr (GVariant) answer = read_body (response);
  g_autofree char *text = answer ? postern_json_print (answer) : NULL;

  if (postern_response_get_status (response) != status)
    g_error ("%s %s %s: %u %s", method, path, body ? body : "", postern_response_get_status (response), text ? text : "");
  if (status >= 400)
    g_assert_cmpstr (postern_response_get_content_type (response), ==, "application/problem+json");
  return g_steal_pointer (&answer);
}

/** refuses: the problem's detail has @words */
static inline void
refuses (const char *method, const char *path, const char *body, guint status, const char *words)
{
  g_autoptr (GVariant) answer = call (method, path, NULL, body, status);

  if (strstr (postern_json_get_string (answer, "detail"), words) == NULL)
    g_error ("%s lacks “%s”", postern_json_get_string (answer, "detail"), words);
}

/** make: (transfer full): @member of what is made */
static inline char *
make (const char *path, const char *body, const char *member)
{
  g_autoptr (GVariant) made = call ("POST", path, NULL, body, 201);

  return g_strdup (postern_json_get_string (made, member));
}

static inline gsize
count_items (const char *path, const char *query)
{
  g_autoptr (GVariant) answer = call ("GET", path, query, NULL, 200);
  g_autoptr (GVariant) items = postern_json_get (answer, "items");

  return g_variant_n_children (items);
}

/* --- what was written down ------------------------------------------------------------------------------------------- */

typedef struct {
  const char *event, *actor;
  PosternAudit *found;
} HouseEntry;

static inline gboolean
house_find_entry (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) rows = postern_audit_store_list (txn, NULL, 500, error);
  HouseEntry *self = data;

  for (guint i = rows->len; i > 0 && self->found == NULL; i--)
    {
      PosternAudit *audit = rows->pdata[i - 1];

      if (g_str_equal (audit->event, self->event) && (self->actor == NULL || g_strcmp0 (audit->actor, self->actor) == 0))
        self->found = postern_audit_ref (audit);
    }
  return TRUE;
}

/** find_entry: the newest of @event, by @actor (nullable: by anybody), which must be there. (transfer full) */
static inline PosternAudit *
find_entry (const char *event, const char *actor)
{
  HouseEntry self = { event, actor, NULL };
  g_autoptr (GError) error = NULL;

  postern_store_read (store, POSTERN_KEEP_LASTING, house_find_entry, &self, &error);
  g_assert_no_error (error);
  if (self.found == NULL)
    g_error ("%s was not written down", event);
  return self.found;
}

static inline void
assert_audited (const char *event)
{
  postern_audit_unref (find_entry (event, NULL));
}

/* --- a session of somebody ------------------------------------------------------------------------------------------- */

static inline gboolean
house_insert_session (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_session_store_insert (txn, data, error);
}

/** add_session: (transfer full): its id */
static inline char *
add_session (const char *user_id)
{
  g_autoptr (PosternSession) session = postern_session_new ();
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  session->id = postern_id_new ("ses");
  session->secret_hash = postern_secret_new ();
  session->user_id = g_strdup (user_id);
  session->created_at = now;
  session->expires_at = session->idle_expires_at = now + 100;
  fixture_write (store, house_insert_session, session);
  return g_strdup (session->id);
}

/* --- a test of the house --------------------------------------------------------------------------------------------- */

typedef struct {
  const char *path;
  void (*run) (void);
} HouseTest;

static inline void
house_begin (int *argc, char ***argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (argc, argv, NULL);
  store = fixture_open ();
  tenant = postern_tenant_new ("default", "https://id.example", store, &error);
  g_assert_no_error (error);
  api = api_fixture_new (tenant);
}

static inline void
house_end (void)
{
  api_fixture_free (api);
  g_clear_object (&tenant);
  fixture_close (store, TRUE);
}

/** house_test: @tests: ends with a row without a path. Returns: what main() returns */
static inline int
house_test (const HouseTest *tests)
{
  for (; tests->path != NULL; tests++)
    g_test_add_func (tests->path, tests->run);
  return g_test_run ();
}

/** house_run: what main() does. @prepare: (nullable): what else is to be there before the tests */
static inline int
house_run (int argc, char **argv, void (*prepare) (void), const HouseTest *tests)
{
  int failed;

  house_begin (&argc, &argv);
  if (prepare != NULL)
    prepare ();
  failed = house_test (tests);
  house_end ();
  return failed;
}
