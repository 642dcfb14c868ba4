/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-code-fixture.h"

#include "postern-flow-console.h"
#include "postern-role.h"

/* The console: what an administrator sets up in it, and what others cannot. */

#define PLUGIN                                                                                                          \
  "[Plugin]\nId=corp\nKind=connector\nApi=1\nModule=corp.so\nName=Corp\nDescription=Signs people in.\n"                   \
  "[Setting issuer]\nType=url\nRequired=true\nLabel=Issuer\nHelp=Its address.\n"                                       \
  "[Setting client-secret]\nType=string\nSecret=true\nRequired=true\nLabel=Secret\nHelp=Its secret.\n"                \
  "[Setting key]\nType=text\nSecret=true\nLabel=Key\n"                                                                \
  "[Setting prompt]\nType=choice\nChoices=login;consent\nDefault=login\nLabel=Prompt\n"                               \
  "[Setting ca]\nType=file\nLabel=Certificates\n"
#define FORM "action=save&id=made&name=Made&setting-issuer=https://made.example&setting-client-secret=swordfish&setting-key=one%0D%0Atwo&setting-prompt=login&order="

#define SINK "[Plugin]\nId=ear\nKind=sink\nApi=1\nModule=corp.so\nName=Ear\n[Setting url]\nType=url\nRequired=true\nLabel=Address\n"
#define FACTOR "[Plugin]\nId=eye\nKind=factor\nApi=1\nModule=corp.so\nName=Eye\n"

/* What of Markdown is shown, and what is nothing but text. */
#define GUIDE                                                                                                                  \
  "# corp: a title\n\n## What *it* does\n\nSigns `people` in,\n<b>with</b> **their** word. 2 * 3 ** 4 `open\n\n- one\n  more\n- two\n\n" \
  "| name | | meaning |\n|---|---|---|\n| `a|b` | required | [here](javascript:alert(1)) |\n| c |\n\n### Thus\n    x=1\n      y\n```ini\n# z\n\n"
#define BLOCKS                                                                                                                 \
  "[{\"heading\":\"What *it* does\"},"                                                                                           \
  "{\"paragraph\":{\"spans\":[{\"plain\":\"Signs \"},{\"code\":\"people\"},{\"plain\":\" in, <b>with</b> \"},{\"strong\":\"their\"},"   \
  "{\"plain\":\" word. 2 * 3 ** 4 `open\"}]}},"                                                                                \
  "{\"items\":[{\"spans\":[{\"plain\":\"one more\"}]},{\"spans\":[{\"plain\":\"two\"}]}]},"                                         \
  "{\"rows\":[{\"name\":{\"spans\":[{\"code\":\"a|b\"}]},\"cells\":[{\"spans\":[{\"plain\":\"required\"}]},"                           \
  "{\"spans\":[{\"plain\":\"[here](javascript:alert(1))\"}]}]},{\"name\":{\"spans\":[{\"plain\":\"c\"}]},\"cells\":[]}]},"              \
  "{\"subheading\":\"Thus\"},{\"listing\":\"x=1\\n  y\"},{\"listing\":\"# z\\n\\n\"}]"

static PosternInstanceBook *book;
static guint changes;

static void
count_change (gpointer data, gpointer user_data)
{
  changes++;
}

static void
open_book (void)
{
  g_autofree char *folder = g_dir_make_tmp ("postern-console-XXXXXX", NULL);
  g_autofree char *plugin = g_build_filename (folder, "corp.plugin", NULL), *module = g_build_filename (folder, "corp.so", NULL);
  g_autofree char *filed = g_build_filename (folder, "filed.conf", NULL);
  g_autofree char *guide = g_build_filename (folder, "corp.md", NULL), *sink = g_build_filename (folder, "ear.plugin", NULL), *factor = g_build_filename (folder, "eye.plugin", NULL);
  const char *const folders[] = { folder, NULL };
  g_autoptr (PosternRegistry) registry = postern_registry_new (folders);

  g_assert_true (g_file_set_contents_full (plugin, PLUGIN, -1, 0, 0644, NULL));
  g_assert_true (g_file_set_contents_full (module, "", 0, 0, 0644, NULL));
  g_assert_true (g_file_set_contents_full (sink, SINK, -1, 0, 0644, NULL));
  g_assert_true (g_file_set_contents_full (factor, FACTOR, -1, 0, 0644, NULL));
  g_assert_true (g_file_set_contents (guide, GUIDE, -1, NULL));
  g_assert_true (g_file_set_contents_full (filed, "[Instance]\nType=corp\nissuer=https://filed.example\n", -1, 0, 0600, NULL));
  postern_registry_scan (registry);
  book = postern_instance_book_new (registry, folders);
  postern_instance_book_set_changed (book, count_change, NULL);
  postern_runtime_set_book (house_runtime, book);
}

typedef struct {
  const char *email;
  gboolean administrator;
} Rank;

static gboolean
set_rank (PosternTxn *txn, gpointer data, GError **error)
{
  Rank *rank = data;
  g_autoptr (PosternUser) user = postern_user_store_find (txn, rank->email, error);

  if (user == NULL)
    return FALSE;
  user->administrator = rank->administrator;
  return postern_user_store_update (txn, user, error);
}

static gboolean
get_row (PosternTxn *txn, gpointer data, GError **error)
{
  *(PosternInstanceRecord **) data = postern_instance_store_get (txn, "made", NULL);
  return TRUE;
}

/* (transfer full) (nullable) */
static PosternInstanceRecord *
find_made (void)
{
  PosternInstanceRecord *record = NULL;

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, get_row, &record, NULL));
  return record;
}

static gboolean
delete_row (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_instance_store_delete (txn, "made", error);
}

/* Somebody at the form of a new connector. */
static Browser *
browser_at_form (const char *address, const char *email, gboolean administrator)
{
  g_autofree char *id = user_make_with_password (email, TRUE);
  Browser *browser = browser_new (address);
  Rank rank = { email, administrator };

  fixture_write (house_store, set_rank, &rank);
  browser_get (browser, "/console/add/corp");
  browser_follow (browser);
  browser_sign_in (browser, email, PASSWORD);
  return browser;
}

typedef struct {
  const char *email;
  char *id;
} Who;

static gboolean
find_who (PosternTxn *txn, gpointer data, GError **error)
{
  Who *who = data;
  g_autoptr (PosternUser) user = postern_user_store_find (txn, who->email, error);

  g_free (who->id);
  who->id = user ? g_strdup (user->id) : NULL;
  return user != NULL;
}

static char *
dup_user_id (const char *email)
{
  Who who = { email, NULL };

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, find_who, &who, NULL));
  return who.id;
}

static void
assert_status (Browser *browser, guint status)
{
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, status);
}

/* A form that is not taken leads to the page that says so: with what was sent, but never a secret. (transfer full): that page's path */
static char *
post_fault (Browser *browser, const char *path, const char *body, const char *field)
{
  g_autofree char *prefix = g_strconcat (path, "?kept=kpt_", NULL);
  char *location;

  browser_post (browser, path, body);
  assert_status (browser, 303);
  location = g_strdup (postern_response_get_header (browser->last, "Location"));
  g_assert_true (g_str_has_prefix (location, prefix));
  browser_follow (browser);
  assert_page (browser, "console-connector");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, field);
  return location;
}

static void
assert_fault (Browser *browser, const char *path, const char *body, const char *field)
{
  g_free (post_fault (browser, path, body, field));
}

/* The page's own form of the field @name has @value, and no page has ever the secret. */
static void
assert_field (Browser *browser, const char *name, const char *member, const char *value)
{
  g_autofree char *text = postern_json_print (postern_response_get_model (browser->last));
  g_autoptr (GVariant) fields = postern_json_get (postern_response_get_model (browser->last), "fields");

  g_assert_null (strstr (text, "swordfish"));
  for (gsize i = 0; i < g_variant_n_children (fields); i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (fields, i), field = g_variant_get_variant (child);

    if (g_str_equal (postern_json_get_string (field, "name"), name)) {
      g_assert_cmpstr (postern_json_get_string (field, member), ==, value);
      return;
    }
  }
  g_error ("there is no field %s", name);
}

static void
test_add (void)
{
  g_autoptr (Browser) browser = browser_at_form ("192.0.2.1", "add@example.org", TRUE);
  g_autoptr (PosternInstanceRecord) made = NULL;
  guint before = changes;

  assert_page (browser, "console-connector");
  g_assert_cmpstr (browser_model (browser, "callback_url"), ==, ISSUER "/callback/corp");
  assert_fault (browser, "/console/add/corp", "action=save&id=made&setting-issuer=nonsense&setting-client-secret=swordfish", "setting-issuer");
  g_assert_cmpstr (browser_model (browser, "id_value"), ==, "made");
  g_assert_cmpstr (browser_model (browser, "callback_url"), ==, ISSUER "/callback/made");
  assert_field (browser, "setting-issuer", "value", "nonsense");
  assert_field (browser, "setting-client-secret", "value", NULL);
  assert_fault (browser, "/console/add/corp", "action=save&id=Made!&setting-issuer=https://made.example&setting-client-secret=swordfish", "id");
  assert_fault (browser, "/console/add/corp", "action=save&id=filed&setting-issuer=https://made.example&setting-client-secret=swordfish", "id");
  assert_fault (browser, "/console/add/corp", FORM "first", "order");
  made = find_made ();
  g_assert_null (made);
  g_assert_cmpuint (changes, ==, before);

  browser_post (browser, "/console/add/corp", FORM "5");
  assert_page (browser, "/console?notice=added");
  made = find_made ();
  g_assert_cmpint (made->position, ==, 5);
  g_assert_null (postern_json_get_string (made->settings, "prompt")); /* the default goes with the plugin */
  g_assert_cmpuint (changes, ==, before + 1);
  assert_fault (browser, "/console/add/corp", FORM "5", "id"); /* pressed twice */
  fixture_write (house_store, delete_row, NULL);
}

static gboolean
read_secrets (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternInstanceRecord) record = postern_instance_store_get (txn, "made", error);

  *(GVariant **) data = postern_instance_store_dup_secrets (txn, record, error);
  return TRUE;
}

static void
assert_secrets (const char *secret, const char *key)
{
  g_autoptr (GVariant) secrets = NULL;

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, read_secrets, &secrets, NULL));
  g_assert_cmpstr (postern_json_get_string (secrets, "client-secret"), ==, secret);
  g_assert_cmpstr (postern_json_get_string (secrets, "key"), ==, key);
}

/* An empty secret keeps it, but not at another address. */
static void
test_secrets (void)
{
  g_autoptr (Browser) browser = browser_at_form ("192.0.2.2", "secrets@example.org", TRUE);

  browser_post (browser, "/console/add/corp", FORM);
  assert_secrets ("swordfish", "one\ntwo");
  browser_get (browser, "/console/connectors/made");
  assert_page (browser, "console-connector");
  assert_field (browser, "setting-client-secret", "forget", NULL); /* it must have one */
  assert_field (browser, "setting-key", "forget", "forget-key");
  browser_post (browser, "/console/connectors/made", "action=save&name=Other&setting-issuer=https://made.example&setting-client-secret=&setting-key=");
  assert_page (browser, "/console?notice=changed");
  assert_secrets ("swordfish", "one\ntwo");
  assert_fault (browser, "/console/connectors/made", "action=save&setting-issuer=https://evil.example&setting-client-secret=&setting-key=", "setting-client-secret");
  assert_fault (browser, "/console/connectors/made", "action=save&setting-issuer=https://evil.example&setting-client-secret=other&setting-key=", "setting-key");
  browser_post (browser, "/console/connectors/made", "action=save&setting-issuer=https://moved.example&setting-client-secret=other&setting-key=&forget-key=1");
  assert_page (browser, "/console?notice=changed");
  assert_secrets ("other", NULL);
  browser_post (browser, "/console/connectors/made", "action=save&setting-ca=/etc/passwd&setting-issuer=https://moved.example"); /* a path is for files alone */
  {
    g_autoptr (PosternInstanceRecord) made = find_made ();
    g_assert_null (postern_json_get_string (made->settings, "ca"));
  }
  fixture_write (house_store, delete_row, NULL);
}

/* Who fills the form in for long loses nothing that was typed, and sets up nothing. */
static void
test_late (void)
{
  g_autoptr (Browser) browser = browser_at_form ("192.0.2.3", "late@example.org", TRUE);
  g_autoptr (PosternInstanceRecord) made = NULL;
  g_autofree char *id = dup_user_id ("late@example.org");

  for (guint i = 0; i < 3; i++)
    fixture_write (house_store, sessions_age, id);
  assert_fault (browser, "/console/add/corp", FORM, NULL);
  g_assert_nonnull (browser_model (browser, "error_message"));
  g_assert_cmpstr (browser_model (browser, "id_value"), ==, "made");
  g_assert_nonnull (browser_model (browser, "again_url"));
  assert_field (browser, "setting-issuer", "value", "https://made.example");
  made = find_made ();
  g_assert_null (made);
  browser_get (browser, "/console/add/corp"); /* in another tab */
  browser_follow (browser);
  browser_confirm (browser, "late@example.org", PASSWORD);
  browser_post (browser, "/console/add/corp", FORM);
  assert_page (browser, "/console?notice=added");
  for (guint i = 0; i < 3; i++)
    fixture_write (house_store, sessions_age, id);
  browser_post (browser, "/console/connectors/made", "action=off");
  g_assert_true (g_str_has_prefix (browser_page (browser), "/sign-in/"));
  g_clear_pointer (&made, postern_instance_record_unref);
  made = find_made ();
  g_assert_true (made->enabled);
  fixture_write (house_store, delete_row, NULL);
}

static void
test_others (void)
{
  g_autoptr (Browser) browser = browser_at_form ("192.0.2.4", "other@example.org", FALSE), former = browser_at_form ("192.0.2.5", "former@example.org", TRUE);
  const char *const paths[] = { "/console", "/console/add", "/console/add/corp", "/console/guide/corp", "/console/connectors/filed", "/console/connectors/none" };
  Rank rank = { "former@example.org", FALSE };
  guint before = changes;

  assert_status (browser, 403);
  assert_status (former, 200);
  fixture_write (house_store, set_rank, &rank); /* while the form was open */
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    browser_get (browser, paths[i]);
    assert_status (browser, 403);
    browser_get (former, paths[i]);
    assert_status (former, 403);
  }
  browser_post (browser, "/console/add/corp", FORM);
  assert_status (browser, 403);
  browser_post (former, "/console/add/corp", FORM);
  assert_status (former, 403);
  g_assert_cmpuint (changes, ==, before);
}

typedef struct {
  const char *email, *role;
} Giving;

static gboolean
give_role (PosternTxn *txn, gpointer data, GError **error)
{
  Giving *giving = data;
  g_autoptr (PosternUser) user = postern_user_store_find (txn, giving->email, error);
  g_autoptr (PosternRole) role = postern_role_get (txn, giving->role, error);
  PosternAssignment assignment = { user->id, (char *) "", role->id, 1 };
  gboolean changed;

  return postern_role_assign (txn, role, &assignment, &changed, error);
}

/* @reason: (nullable): what switched it off, if not somebody */
static gboolean
put_webhook_off (PosternTxn *txn, gpointer reason, GError **error)
{
  g_autoptr (PosternWebhook) webhook = postern_webhook_new ();

  webhook->id = postern_id_new ("whk");
  webhook->url = g_strdup ("https://hooks.example/");
  webhook->events = g_variant_ref_sink (g_variant_new_parsed ("[<'*'>]"));
  webhook->disabled_reason = g_strdup (reason);
  return postern_webhook_store_insert (txn, webhook, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", error);
}

/* That a webhook was switched off is told whoever may look at webhooks; that somebody did it is no news. */
static void
test_webhook_off (void)
{
  g_autoptr (Browser) owner = browser_at_form ("192.0.2.13", "teller@example.org", TRUE), browser = browser_at_form ("192.0.2.14", "untold@example.org", FALSE);
  Giving giving = { "untold@example.org", "support" };

  fixture_write (house_store, give_role, &giving);
  fixture_write (house_store, put_webhook_off, NULL);
  browser_get (owner, "/console");
  g_assert_null (browser_model (owner, "webhook_off"));
  fixture_write (house_store, put_webhook_off, (gpointer) "failing");
  browser_get (owner, "/console");
  g_assert_nonnull (strstr (browser_model (owner, "webhook_off"), "was switched off"));
  browser_get (browser, "/console");
  assert_page (browser, "console");
  g_assert_null (browser_model (browser, "webhook_off"));
}

/* Who may see connectors is shown them, without anything that changes one, and what is sent all the same is refused. */
static void
test_looks_on (void)
{
  g_autoptr (Browser) owner = browser_at_form ("192.0.2.11", "setter@example.org", TRUE), browser = browser_at_form ("192.0.2.12", "support@example.org", FALSE);
  Giving giving = { "support@example.org", "support" };
  const char *const changing[] = { "/console/add", "/console/add/corp", "/console/connectors/made/delete" };
  const char *const actions[] = { "action=off", "action=try", "action=save&name=Evil&setting-issuer=https://evil.example&setting-client-secret=x" };
  g_autoptr (PosternInstanceRecord) made = NULL;
  g_autofree char *text = NULL;

  browser_post (owner, "/console/add/corp", FORM);
  assert_page (owner, "/console?notice=added");
  assert_status (browser, 403);
  fixture_write (house_store, give_role, &giving);
  browser_get (browser, "/account");
  g_assert_cmpstr (browser_model (browser, "console_url"), ==, ISSUER "/console");
  browser_get (browser, "/console");
  assert_page (browser, "console");
  g_assert_null (browser_model (browser, "add_url"));
  browser_get (browser, "/console/connectors/made");
  assert_page (browser, "console-connector");
  text = postern_json_print (postern_response_get_model (browser->last));
  g_assert_nonnull (strstr (text, "\"looks_on\":true"));
  g_assert_nonnull (strstr (text, "https://made.example"));
  g_assert_null (strstr (text, "swordfish"));
  g_assert_null (strstr (text, "\"form\""));
  g_assert_null (browser_model (browser, "delete_url"));
  for (guint i = 0; i < G_N_ELEMENTS (changing); i++) {
    browser_get (browser, changing[i]);
    assert_status (browser, 403);
    if (i == 0) /* which takes no form */
      continue;
    browser_post (browser, changing[i], FORM);
    assert_status (browser, 403);
  }
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++) {
    browser_post (browser, "/console/connectors/made", actions[i]);
    assert_status (browser, 403);
  }
  made = find_made ();
  g_assert_cmpstr (made->name, ==, "Made");
  g_assert_true (made->enabled);
  fixture_write (house_store, delete_row, NULL);
}

/* What a file sets up is shown, and nothing of it is changed. */
static void
test_file (void)
{
  g_autoptr (Browser) browser = browser_at_form ("192.0.2.6", "file@example.org", TRUE);
  guint before = changes;

  browser_get (browser, "/console/connectors/filed");
  assert_page (browser, "console-connector");
  g_assert_cmpstr (browser_model (browser, "file"), ==, "filed.conf");
  g_assert_null (browser_model (browser, "delete_url"));
  browser_post (browser, "/console/connectors/filed", "action=save&setting-issuer=https://evil.example");
  assert_status (browser, 400);
  browser_post (browser, "/console/connectors/filed", "action=off");
  assert_status (browser, 409);
  browser_get (browser, "/console/connectors/none");
  assert_status (browser, 404);
  browser_get (browser, "/console/add/none");
  assert_status (browser, 404);
  g_assert_cmpuint (changes, ==, before);
}

typedef struct {
  const char *id;
  char *text;
} Kept;

static gboolean
read_kept (PosternTxn *txn, gpointer data, GError **error)
{
  Kept *kept = data;
  g_autoptr (GBytes) bytes = postern_flow_store_get (txn, kept->id, error);

  g_clear_pointer (&kept->text, g_free);
  kept->text = bytes ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : NULL;
  return kept->text != NULL;
}

/* What was typed is there for who typed it, at the page where it was, as often as it is loaded; and it holds no secret. */
static void
test_kept (void)
{
  g_autoptr (Browser) browser = browser_at_form ("192.0.2.8", "kept@example.org", TRUE), other = browser_at_form ("192.0.2.9", "peer@example.org", TRUE);
  g_autofree char *location = post_fault (browser, "/console/add/corp", "action=save&id=made&setting-issuer=nonsense&setting-client-secret=swordfish&setting-key=swordfish", "setting-issuer");
  g_autofree char *elsewhere = g_strconcat ("/console/connectors/filed", strchr (location, '?'), NULL);
  Kept kept = { strstr (location, "kpt_"), NULL };

  browser_get (browser, location);
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "setting-issuer");
  browser_get (other, location);
  assert_page (other, "console-connector");
  g_assert_cmpstr (browser_model (other, "id_value"), ==, "corp");
  g_assert_null (browser_model (other, "error_field"));
  browser_get (browser, elsewhere);
  g_assert_null (browser_model (browser, "error_message"));
  browser_get (browser, "/console/add/corp?kept=kpt_00000000000000000000000000");
  g_assert_null (browser_model (browser, "error_field"));
  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_SHORT, read_kept, &kept, NULL));
  g_assert_nonnull (strstr (kept.text, "nonsense"));
  g_assert_null (strstr (kept.text, "swordfish"));
  g_free (kept.text);
}

/* What lies beside the key file is shown in pieces: nothing in it is markup. */
static void
test_guide (void)
{
  g_autoptr (Browser) browser = browser_at_form ("192.0.2.7", "guide@example.org", TRUE);
  g_autoptr (GVariant) blocks = NULL;
  g_autofree char *text = NULL;
  const char *const odd[] = { "", "`", "**", "*a", "|", "|-|", "||\n|-|\n|`|", "```", "#", "- ", "    ", "a\r\nb" };

  g_assert_cmpstr (browser_model (browser, "guide_url"), ==, ISSUER "/console/guide/corp");
  browser_get (browser, "/console/guide/corp");
  assert_page (browser, "console-guide");
  blocks = postern_json_get (postern_response_get_model (browser->last), "blocks");
  text = postern_json_print (blocks);
  g_assert_cmpstr (text, ==, BLOCKS);
  browser_get (browser, "/console/guide/none");
  assert_status (browser, 404);
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    g_variant_unref (g_variant_ref_sink (postern_flow_console_guide_read (odd[i])));
}

/* A sink is set up here, too. A factor is not: one more could take the place of the one that a file says something of. */
static void
test_kinds (void)
{
  g_autoptr (Browser) browser = browser_at_form ("192.0.2.10", "kinds@example.org", TRUE);
  g_autoptr (PosternInstanceRecord) made = NULL;
  g_autofree char *text = NULL;

  browser_get (browser, "/console/add");
  text = postern_json_print (postern_response_get_model (browser->last));
  g_assert_nonnull (strstr (text, "\"sinks\":[{\"id\":\"ear\""));
  g_assert_null (strstr (text, "\"eye\""));
  browser_get (browser, "/console/add/ear");
  assert_page (browser, "console-connector");
  g_assert_null (browser_model (browser, "callback_url"));
  browser_post (browser, "/console/add/ear", "action=save&id=made&setting-url=https://made.example");
  assert_page (browser, "/console?notice=added");
  made = find_made ();
  g_assert_cmpstr (made->type, ==, "ear");
  fixture_write (house_store, delete_row, NULL);
  browser_get (browser, "/console/add/eye");
  assert_status (browser, 404);
}

static gboolean
put_away (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternInstanceRecord) record = postern_instance_record_new ();

  record->id = g_strdup ("away");
  record->type = g_strdup ("corp");
  record->settings = g_variant_ref_sink (g_variant_new_parsed ("{'issuer': <'https://first.example'>}"));
  record->enabled = TRUE;
  record->revision = 1;
  return postern_instance_store_put (txn, record, NULL, error);
}

/* Whose account the provider's @subject comes to. (transfer full) */
static char *
dup_user_of (const char *address, const char *subject)
{
  g_autoptr (Browser) browser = browser_new (address);

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_press_provider (browser, subject);
  return browser_dup_part (browser, "user=");
}

/* Where another provider takes the place of the one that was deleted, its subject of the same name is not let into the account of the old one's. */
static void
test_delete_forgets (void)
{
  g_autoptr (Browser) browser = browser_at_form ("192.0.2.12", "forgets@example.org", TRUE);
  g_autofree char *victim = dup_user_of ("192.0.2.13", "1"), *again = dup_user_of ("192.0.2.14", "1"), *attacker = NULL;

  g_assert_cmpstr (again, ==, victim);
  fixture_write (house_store, put_away, NULL);
  browser_get (browser, "/console/connectors/away/delete");
  assert_page (browser, "console-delete");
  g_assert_cmpint (postern_json_get_int64 (postern_response_get_model (browser->last), "linked", 0), ==, 1);
  browser_post (browser, "/console/connectors/away/delete", "action=delete");
  assert_page (browser, "/console?notice=deleted");
  attacker = dup_user_of ("192.0.2.66", "1");
  g_assert_cmpstr (attacker, !=, victim);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/console/add", test_add },
    { "/console/secrets", test_secrets },
    { "/console/late", test_late },
    { "/console/others", test_others },
    { "/console/looks-on", test_looks_on },
    { "/console/webhook-off", test_webhook_off },
    { "/console/file", test_file },
    { "/console/kinds", test_kinds },
    { "/console/guide", test_guide },
    { "/console/kept", test_kept },
    { "/console/delete-forgets", test_delete_forgets },
    { NULL },
  };
  int failed = house_run (argc, argv, &(House){ .prepare = open_book }, tests);

  postern_instance_book_free (book);
  return failed;
}
