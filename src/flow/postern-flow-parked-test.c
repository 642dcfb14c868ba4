/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-fixture.h"

#include "postern-flow-codec.h"
#include "postern-flow-end.h"

/* What is parked, and what becomes of it when the person, or the password, is another in the meantime. */

static void
test_codec (void)
{
  g_autoptr (PosternFlow) flow = application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) again = NULL;
  g_autoptr (PosternFlow) back = NULL;
  gsize length;
  const guint8 *data;

  flow->id = g_strdup ("flw_x");
  flow->stage = g_strdup ("choose");
  flow->max_age = 0;
  postern_flow_set_string (&flow->prompt_template, "identifier");
  bytes = postern_flow_codec_write (flow);
  back = postern_flow_codec_read (bytes, NULL);
  g_assert_nonnull (back);
  again = postern_flow_codec_write (back);
  g_assert_true (g_bytes_equal (bytes, again));
  g_assert_cmpint (back->max_age, ==, 0);
  g_assert_cmpstr (back->scopes[1], ==, "email");

  /* Cut short or changed anywhere: refused or read, never a crash. */
  data = g_bytes_get_data (bytes, &length);
  for (gsize i = 0; i < length; i++) {
    g_autoptr (GBytes) cut = g_bytes_new (data, i);
    g_autoptr (PosternFlow) half = postern_flow_codec_read (cut, NULL);

    g_assert_null (half);
  }
  for (guint i = 0; i < 20000; i++) {
    g_autofree guint8 *copy = g_memdup2 (data, length);
    g_autoptr (GBytes) changed = NULL;
    g_autoptr (PosternFlow) read = NULL;

    copy[g_test_rand_int_range (0, (gint) length)] ^= (guint8) g_test_rand_int_range (1, 256);
    changed = g_bytes_new (copy, length);
    read = postern_flow_codec_read (changed, NULL);
  }
}

static gboolean
end_everything (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_store_find (txn, data, error);
  g_autoptr (GPtrArray) ended = user ? postern_flow_end_others (txn, user->id, NULL, NULL, error) : NULL;

  return ended != NULL;
}

/* A stolen password is shown, and the flow left at the consent page until its owner has ended everything (or was switched off). */
static void
test_parked_before_the_end (void)
{
  static const PosternTxnFunc ends[] = { end_everything, user_switch_off };
  static const char *const names[] = { "parked-1@example.org", "parked-2@example.org" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autoptr (Browser) owner = browser_new ("192.0.2.1");
    g_autoptr (Browser) thief = browser_new ("192.0.2.66");
    g_autoptr (GError) error = NULL;

    browser_sign_up (owner, names[i]);
    browser_begin (thief, application_flow (APP_THIRD, 0));
    browser_sign_in (thief, names[i], PASSWORD);
    assert_page (thief, "consent");
    postern_store_write (house_store, POSTERN_KEEP_LASTING, ends[i], (gpointer) names[i], &error);
    g_assert_no_error (error);
    browser_submit (thief, "action=allow");
    assert_page (thief, "identifier");
    browser_get (thief, "/account"); /* no session came of it */
    g_assert_cmpuint (postern_response_get_status (thief->last), ==, 303);
  }
}

typedef struct {
  const char *name;
  PosternTxnFunc end;
} Meanwhile;

/* Stage `factor` asks for votes once the password is known to be right: what happens here happened while it was hashed. */
static PosternVerdict
end_meanwhile (PosternHub *hub, PosternFlow *flow, gpointer data)
{
  Meanwhile *meanwhile = data;

  if (flow->user_id)
    fixture_write (house_store, meanwhile->end, (gpointer) meanwhile->name);
  return POSTERN_VERDICT_ABSTAIN;
}

static void
test_ended_while_hashing (void)
{
  static const struct {
    Meanwhile meanwhile;
    const char *answer; /* (nullable): the page `identifier` */
  } rows[] = { { { "hash-1@example.org", user_switch_off }, "error=access_denied" }, { { "hash-2@example.org", end_everything }, NULL } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Browser) owner = browser_new ("192.0.2.1");
    g_autoptr (Browser) thief = browser_new ("192.0.2.67");
    gulong id;

    browser_sign_up (owner, rows[i].meanwhile.name);
    browser_begin (thief, application_flow (APP_FIRST, 0));
    id = g_signal_connect (house_hub, "decide::sign-in", G_CALLBACK (end_meanwhile), (gpointer) &rows[i].meanwhile);
    browser_sign_in (thief, rows[i].meanwhile.name, PASSWORD);
    g_signal_handler_disconnect (house_hub, id);
    if (rows[i].answer)
      assert_answer (thief, rows[i].answer);
    else
      assert_page (thief, "identifier");
    g_assert_null (g_hash_table_lookup (thief->cookies, "session"));
  }
}

/* Of two people in one browser the newer is switched off: the other is let in, and nobody is sent round in circles. */
static void
test_switched_off_beside_another (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.44");

  browser_sign_up (browser, "left@example.org");
  browser_sign_up (browser, "right@example.org");
  browser_get (browser, "/account");
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, "right@example.org");
  fixture_write (house_store, user_switch_off, (gpointer) "right@example.org");
  browser_get (browser, "/account");
  assert_page (browser, "account");
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, "left@example.org");
}

/* --- the password ---------------------------------------------------------------------------------------------------- */

static gpointer
submit_change (gpointer browser)
{
  browser_post (browser, ((Browser *) browser)->flow, "action=continue&current_password=" PASSWORD "&password=sieben Wolken ueber dem Moor");
  return NULL;
}

static gboolean
count_changes (PosternTxn *txn, gpointer count, GError **error)
{
  g_autoptr (GPtrArray) entries = postern_audit_store_list (txn, NULL, G_MAXINT32, error);

  for (guint i = 0; entries && i < entries->len; i++)
    *(guint *) count += g_str_equal (((PosternAudit *) g_ptr_array_index (entries, i))->event, "password.changed");
  return entries != NULL;
}

/* Owner and thief both know the password, and both change it: it is changed once, and the other is out, password and all. */
static void
test_changed_by_both (void)
{
  g_autoptr (Browser) owner = browser_new ("192.0.2.1");
  g_autoptr (Browser) thief = browser_new ("192.0.2.66");
  Browser *both[] = { owner, thief };
  guint before = 0, after = 0;
  GThread *thread;

  browser_sign_up (owner, "both@example.org");
  browser_begin (thief, application_flow (APP_FIRST, 0));
  browser_sign_in (thief, "both@example.org", PASSWORD);
  for (guint i = 0; i < G_N_ELEMENTS (both); i++) {
    browser_get (both[i], "/account/password");
    browser_follow (both[i]);
    assert_page (both[i], "change-password");
  }
  postern_store_read (house_store, POSTERN_KEEP_LASTING, count_changes, &before, NULL);
  thread = g_thread_new ("thief", submit_change, thief);
  submit_change (owner);
  g_thread_join (thread);
  postern_store_read (house_store, POSTERN_KEEP_LASTING, count_changes, &after, NULL);
  g_assert_cmpuint (after, ==, before + 1);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/parked/codec", test_codec },
    { "/parked/before-the-end", test_parked_before_the_end },
    { "/parked/ended-while-hashing", test_ended_while_hashing },
    { "/parked/switched-off-beside-another", test_switched_off_beside_another },
    { "/parked/changed-by-both", test_changed_by_both },
    { NULL },
  };

  return house_run (argc, argv, &(House){ FALSE }, tests);
}
