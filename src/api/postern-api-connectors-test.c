/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

static guint changes;

static void
count_change (gpointer book, gpointer user_data)
{
  changes++;
}

#define CORP "{\"type\":\"corp\",\"name\":\"Corp\",\"settings\":{\"issuer\":\"https://corp.example\",\"client-secret\":\"swordfish\"}}"

static gboolean
read_sealed (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternInstanceRecord) record = postern_instance_store_get (txn, "corp", error);
  g_autoptr (GVariant) secrets = record ? postern_instance_store_dup_secrets (txn, record, error) : NULL;

  g_assert_nonnull (secrets);
  g_assert_cmpstr (postern_json_get_string (secrets, "client-secret"), ==, "swordfish");
  g_assert_true (g_str_has_prefix (record->secrets, "v1."));
  g_assert_null (strstr (record->secrets, "swordfish"));
  return TRUE;
}

static void
test_connectors (void)
{
  g_autoptr (GVariant) made = NULL, shown = NULL, changed = NULL, types = NULL;
  g_autofree char *text = NULL;
  guint before = changes;

  postern_instance_book_set_changed (api_fixture_book, count_change, NULL);
  made = call ("PUT", "/connectors/corp", NULL, CORP, 200);
  g_assert_cmpstr (postern_json_get_string (made, "state"), ==, "starting");
  g_assert_cmpstr (postern_json_get_string (made, "origin"), ==, "database");
  g_assert_cmpstr (postern_json_get_string (made, "callback_url"), ==, "https://id.example/callback/corp");
  assert_audited ("connector.changed");
  g_assert_cmpuint (changes, ==, before + 1);
  fixture_write (store, read_sealed, NULL);
  shown = call ("GET", "/connectors/corp", NULL, NULL, 200);
  text = postern_json_print (shown);
  g_assert_null (strstr (text, "swordfish"));
  g_assert_nonnull (strstr (text, "\"secrets\":[\"client-secret\"]"));

  /* A secret that is not sent stays, even where everything else is replaced. */
  g_assert_nonnull ((changed = call ("PUT", "/connectors/corp", NULL, "{\"type\":\"corp\",\"settings\":{\"issuer\":\"https://corp.example\"}}", 200)));
  fixture_write (store, read_sealed, NULL);
  g_clear_pointer (&changed, g_variant_unref);
  changed = call ("PATCH", "/connectors/corp", NULL, "{\"enabled\":false}", 200);
  g_assert_cmpstr (postern_json_get_string (changed, "state"), ==, "off");

  refuses ("PUT", "/connectors/corp", "{\"type\":\"corp\",\"settings\":{\"issuer\":\"nonsense\"}}", 400, "settings.issuer: ");
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{\"client-secret\":null}}", 400, "settings.client-secret: ");
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{\"client-secret-file\":\"/etc/shadow\"}}", 400, "settings.client-secret-file: ");
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{\"client-secret-credential\":\"master-key\"}}", 400, "settings.client-secret-credential: ");
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{\"ca\":\"/etc/passwd\"}}", 400, "settings.ca: ");
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{\"issuer\":1}}", 400, "settings.issuer: ");
  refuses ("PUT", "/connectors/corp", "{\"type\":\"none\"}", 400, "type: ");
  refuses ("PUT", "/connectors/Corp!", CORP, 400, "id: ");
  refuses ("PUT", "/connectors/filed", CORP, 409, "filed.conf");
  refuses ("PUT", "/connectors/password", CORP, 409, "password");
  refuses ("DELETE", "/connectors/filed", NULL, 409, "filed.conf");
  refuses ("PATCH", "/connectors/none", "{}", 404, "");
  g_assert_cmpuint (changes, ==, before + 3);

  types = call ("GET", "/connector-types", NULL, NULL, 200);
  g_clear_pointer (&text, g_free);
  text = postern_json_print (types);
  g_assert_nonnull (strstr (text, "\"client-secret\""));
  g_assert_null (strstr (text, "\"ca\"")); /* a path is for files alone */
  g_assert_nonnull (strstr (text, "\"ear\""));
  g_assert_null (strstr (text, "\"eye\"")); /* and so is a factor */
  refuses ("PUT", "/connectors/second", "{\"type\":\"eye\"}", 400, "type: ");
  g_assert_null (call ("DELETE", "/connectors/corp", NULL, NULL, 204));
  assert_audited ("connector.deleted");
  refuses ("DELETE", "/connectors/corp", NULL, 404, "");
}

#define EVIL "\"issuer\":\"https://evil.example\""
#define AGAIN "settings.client-secret: it must be given again"

/* Who may change a connector, but does not know its secret, tries to have it sent to an address of their own. */
static void
test_secret_goes_nowhere (void)
{
  g_autoptr (GVariant) made = call ("PUT", "/connectors/corp", NULL, CORP, 200), changed = NULL;

  refuses ("PATCH", "/connectors/corp", "{\"settings\":{" EVIL "}}", 400, AGAIN);
  refuses ("PUT", "/connectors/corp", "{\"type\":\"corp\",\"settings\":{" EVIL "}}", 400, AGAIN);
  refuses ("PATCH", "/connectors/corp", "{\"enabled\":false,\"settings\":{" EVIL "}}", 400, AGAIN);
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{\"host\":\"evil.example\"}}", 400, AGAIN); /* by its name, whatever its type */
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{\"smtp-port\":\"2525\"}}", 400, AGAIN);
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{" EVIL ",\"client-secret\":null}}", 400, "settings.client-secret: ");
  fixture_write (store, read_sealed, NULL);
  g_assert_nonnull ((changed = call ("PATCH", "/connectors/corp", NULL, "{\"name\":\"Other\",\"settings\":{\"smtp-port\":\"25\",\"greeting\":\"Hi\"}}", 200))); /* 25 is the default */
  g_clear_pointer (&changed, g_variant_unref);
  changed = call ("PATCH", "/connectors/corp", NULL, "{\"settings\":{\"issuer\":\"https://moved.example\",\"client-secret\":\"swordfish\"}}", 200);
  g_assert_nonnull (changed);
  fixture_write (store, read_sealed, NULL);
  g_assert_null (call ("DELETE", "/connectors/corp", NULL, NULL, 204));
}

typedef struct {
  const char *id, *type, *settings;
  const char *problem;
} Row;

static gboolean
write_row (PosternTxn *txn, gpointer data, GError **error)
{
  const Row *self = data;
  g_autoptr (PosternInstanceRecord) record = postern_instance_record_new ();

  record->id = g_strdup (self->id);
  record->type = g_strdup (self->type);
  record->settings = postern_json_parse_object (self->settings, -1, 0, error);
  record->enabled = TRUE;
  record->revision = 1;
  return record->settings != NULL && postern_instance_store_put (txn, record, NULL, error);
}

static gboolean
delete_row (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_instance_store_delete (txn, ((const Row *) data)->id, error);
}

/* As an older version of a plugin, a restored copy or another hand may have left it: what may not be written is not obeyed either. */
static void
test_rows_of_others (void)
{
  const Row rows[] = {
    { "row", "corp", "{\"issuer\":\"https://corp.example\",\"client-secret\":\"s\",\"ca\":\"/etc/passwd\"}", "row: ca names a path" },
    { "row", "corp", "{\"issuer\":\"https://corp.example\",\"client-secret-file\":\"/etc/hostname\"}", "row: corp has no setting 'client-secret-file'" },
    { "row", "corp", "{\"issuer\":\"https://corp.example\",\"client-secret-credential\":\"master-key\"}", "row: corp has no setting 'client-secret-credential'" },
    { "row", "eye", "{}", "row: 'eye' can only be set up by a file" },
    { "..", "corp", "{\"issuer\":\"https://corp.example\",\"client-secret\":\"s\"}", "..: this cannot be an id" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) shown = NULL;
      g_autofree char *path = g_strconcat ("/connectors/", rows[i].id, NULL);

      fixture_write (store, write_row, (gpointer) &rows[i]);
      g_assert_true (postern_instance_book_start (api_fixture_book, store, &error));
      shown = call ("GET", path, NULL, NULL, 200);
      g_assert_cmpstr (postern_json_get_string (shown, "state"), ==, "failed");
      if (!g_str_has_prefix (postern_json_get_string (shown, "problem"), rows[i].problem))
        g_error ("“%s” is not “%s”", postern_json_get_string (shown, "problem"), rows[i].problem);
      fixture_write (store, delete_row, (gpointer) &rows[i]);
    }
}

static gboolean
read_row (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternInstanceRecord) record = postern_instance_store_get (txn, ((const Row *) data)->id, error);

  g_assert_nonnull (record);
  g_assert_null (postern_json_get_string (record->settings, "client-secret"));
  g_assert_nonnull (record->secrets);
  return TRUE;
}

/* A setting that was no secret when it was written is one to this version of the plugin: it is not shown, and sealed when it is set again. */
static void
test_row_in_clear (void)
{
  const Row row = { "row", "corp", "{\"issuer\":\"https://corp.example\",\"client-secret\":\"swordfish\"}", NULL };
  g_autoptr (GVariant) shown = NULL, changed = NULL;
  g_autofree char *text = NULL;

  fixture_write (store, write_row, (gpointer) &row);
  shown = call ("GET", "/connectors/row", NULL, NULL, 200);
  text = postern_json_print (shown);
  g_assert_null (strstr (text, "swordfish"));
  refuses ("PATCH", "/connectors/row", "{\"settings\":{" EVIL "}}", 400, AGAIN);
  g_assert_nonnull (strstr (text, "\"secrets\":[\"client-secret\"]"));
  changed = call ("PATCH", "/connectors/row", NULL, "{\"settings\":{\"client-secret\":\"another\"}}", 200);
  g_assert_nonnull (changed);
  fixture_write (store, read_row, (gpointer) &row);
  fixture_write (store, delete_row, (gpointer) &row);
}

static gboolean
age_row (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternInstanceRecord) record = postern_instance_store_get (txn, "corp", error);
  g_autoptr (GVariant) secrets = record ? postern_instance_store_dup_secrets (txn, record, error) : NULL;

  if (secrets == NULL)
    return FALSE;
  record->updated_at -= 61;
  return postern_instance_store_put (txn, record, secrets, error);
}

/* Workers that cannot be started with a change leave the old ones: that is told, and not "starting" for ever. */
static void
test_not_taken_over (void)
{
  g_autoptr (GVariant) made = call ("PUT", "/connectors/corp", NULL, CORP, 200), shown = NULL;

  g_assert_cmpstr (postern_json_get_string (made, "state"), ==, "starting");
  fixture_write (store, age_row, NULL);
  shown = call ("GET", "/connectors/corp", NULL, NULL, 200);
  g_assert_cmpstr (postern_json_get_string (shown, "state"), ==, "failed");
  g_assert_nonnull (strstr (postern_json_get_string (shown, "problem"), "its log says why"));
  g_assert_null (call ("DELETE", "/connectors/corp", NULL, NULL, 204));
}

static gboolean
write_something_else (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_setting_store_put (txn, "else", g_variant_new_string ("x"), 1, error);
}

/* By another worker, or node. A change is told once, whoever made it and however often it is looked for. */
static void
test_changed_elsewhere (void)
{
  const Row row = { "row", "corp", "{\"issuer\":\"https://corp.example\",\"client-secret\":\"s\"}", NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *state = NULL, *then = NULL;
  guint before = changes;

  g_assert_true (postern_instance_book_start (api_fixture_book, store, &error));
  state = postern_instance_book_dup_state (api_fixture_book);
  fixture_write (store, write_something_else, NULL);
  postern_instance_book_look (api_fixture_book);
  g_assert_cmpuint (changes, ==, before);
  fixture_write (store, write_row, (gpointer) &row);
  for (guint i = 0; i < 2; i++)
    postern_instance_book_look (api_fixture_book);
  postern_instance_book_tell_changed (api_fixture_book);
  g_assert_cmpuint (changes, ==, before + 1);
  then = postern_instance_book_dup_state (api_fixture_book);
  g_assert_cmpstr (then, !=, state);
  fixture_write (store, delete_row, (gpointer) &row);
  postern_instance_book_look (api_fixture_book);
  g_assert_cmpuint (changes, ==, before + 2);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-connectors/connectors", test_connectors },
    { "/api-connectors/not-taken-over", test_not_taken_over },
    { "/api-connectors/secret-goes-nowhere", test_secret_goes_nowhere },
    { "/api-connectors/rows-of-others", test_rows_of_others },
    { "/api-connectors/row-in-clear", test_row_in_clear },
    { "/api-connectors/changed-elsewhere", test_changed_elsewhere },
    { NULL, NULL },
  };

  return house_run (argc, argv, NULL, tests);
}
