/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-code.h"

#include <string.h>

#include "postern-code-limits.h"
#include "postern-error.h"
#include "postern-identity-fixture.h"
#include "postern-json.h"
#include "postern-seal.h"

#define NOW 1800000000
#define FLOW "flw_0123456789abcdefghjkmnpqrs"
#define ADA "ada@example.org"
#define BROWSERS 8

static PosternTenant *tenant;

typedef struct {
  char *owner, *token, *digits;
} Made;

static void
made_clear (Made *self)
{
  g_free (self->owner);
  postern_secret_free (self->token);
  postern_secret_free (self->digits);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Made, made_clear)

static gboolean
put_code (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_code_store_put (txn, data, error);
}

static Made
make (const char *purpose, const char *person, const char *user_id, const char *recipient)
{
  PosternCodeOrder order = { purpose, FLOW, person, user_id, recipient };
  Made made = { NULL };
  g_autoptr (PosternCode) code = postern_code_make (tenant, &order, NOW, &made.token, &made.digits);

  made.owner = g_strdup (code->owner);
  g_assert_cmpint ((gint) strlen (made.digits), ==, 6);
  g_assert_null (strstr (code->hash, made.digits));
  fixture_write (postern_tenant_get_store (tenant), put_code, code);
  return made;
}

static PosternCodeTry
try_of (const char *purpose, const Made *made, const char *recipient)
{
  return (PosternCodeTry){ .purpose = purpose, .flow_id = FLOW, .owner = made->owner, .recipient = recipient, .digits = made->digits };
}

static PosternCodeResult
take_at (const PosternCodeTry *it, gint64 now)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *user_id = NULL;
  PosternCodeResult result;
  guint retry_after;

  if (!postern_code_take (tenant, it, now, &result, &user_id, &retry_after, &error))
    g_error ("%s", error->message);
  return result;
}

static PosternCodeResult
take (const PosternCodeTry *it)
{
  return take_at (it, NOW + 1);
}

static void
test_once (void)
{
  g_auto (Made) made = make (POSTERN_CODE_VERIFY, ADA, NULL, ADA);
  PosternCodeTry it = try_of (POSTERN_CODE_VERIFY, &made, ADA);

  g_assert_cmpint (take (&it), ==, POSTERN_CODE_RIGHT);
  g_assert_cmpint (take (&it), ==, POSTERN_CODE_DEAD);
  it.digits = NULL;
  it.token = made.token; /* its link is used up with it */
  g_assert_cmpint (take (&it), ==, POSTERN_CODE_DEAD);
}

static void
test_link (void)
{
  g_auto (Made) made = make (POSTERN_CODE_VERIFY, ADA, NULL, ADA);
  PosternCodeTry it = try_of (POSTERN_CODE_VERIFY, &made, ADA);
  g_autofree char *digits = postern_code_dup_digits (tenant, made.token);

  g_assert_cmpstr (digits, ==, made.digits);
  it.digits = made.token; /* each is taken as what it is only */
  g_assert_cmpint (take (&it), ==, POSTERN_CODE_WRONG);
  it.digits = NULL;
  it.token = made.digits;
  g_assert_cmpint (take (&it), ==, POSTERN_CODE_WRONG);
  it.token = made.token;
  g_assert_cmpint (take (&it), ==, POSTERN_CODE_RIGHT);
}

static void
test_time (void)
{
  g_auto (Made) made = make (POSTERN_CODE_VERIFY, ADA, NULL, ADA);
  PosternCodeTry it = try_of (POSTERN_CODE_VERIFY, &made, ADA);

  g_assert_cmpint (take_at (&it, NOW + 600), ==, POSTERN_CODE_DEAD);
  g_assert_cmpint (take_at (&it, NOW + 599), ==, POSTERN_CODE_RIGHT);
}

static void
test_newest (void)
{
  g_auto (Made) old = make (POSTERN_CODE_VERIFY, ADA, NULL, ADA);
  g_auto (Made) other = make (POSTERN_CODE_RECOVER, ADA, NULL, ADA); /* another purpose leaves it alone */
  g_auto (Made) fresh = make (POSTERN_CODE_VERIFY, ADA, NULL, ADA);
  PosternCodeTry it = try_of (POSTERN_CODE_VERIFY, &old, ADA);

  g_assert_cmpint (take (&it), ==, POSTERN_CODE_WRONG);
  it = try_of (POSTERN_CODE_VERIFY, &fresh, ADA);
  g_assert_cmpint (take (&it), ==, POSTERN_CODE_RIGHT);
  it = try_of (POSTERN_CODE_RECOVER, &other, ADA);
  g_assert_cmpint (take (&it), ==, POSTERN_CODE_RIGHT);
}

/* Bound to purpose, flow and recipient: with any of them changed it is not right, and still counts. */
static void
test_bound (void)
{
  static const char *const purposes[] = { POSTERN_CODE_SIGN_IN, POSTERN_CODE_VERIFY, POSTERN_CODE_RECOVER, POSTERN_CODE_LINK };

  for (guint made_for = 0; made_for < G_N_ELEMENTS (purposes); made_for++)
    for (guint shown_for = 0; shown_for < G_N_ELEMENTS (purposes); shown_for++) {
      g_auto (Made) made = make (purposes[made_for], "eve@example.org", NULL, "eve@example.org");
      PosternCodeTry it = try_of (purposes[shown_for], &made, "eve@example.org");

      g_assert_cmpint (take (&it), ==, made_for == shown_for ? POSTERN_CODE_RIGHT : POSTERN_CODE_WRONG);
    }
  g_auto (Made) made = make (POSTERN_CODE_VERIFY, "mia@example.org", NULL, "mia@example.org");
  PosternCodeTry it = try_of (POSTERN_CODE_VERIFY, &made, "eve@example.org");

  g_assert_cmpint (take (&it), ==, POSTERN_CODE_WRONG);
  it = try_of (POSTERN_CODE_VERIFY, &made, "mia@example.org");
  it.flow_id = "flw_another";
  g_assert_cmpint (take (&it), ==, POSTERN_CODE_DEAD);
}

static void
test_nobody (void)
{
  g_auto (Made) made = make (POSTERN_CODE_SIGN_IN, "nobody@example.org", NULL, NULL);
  PosternCodeTry it = try_of (POSTERN_CODE_SIGN_IN, &made, NULL);

  g_assert_cmpint (take (&it), ==, POSTERN_CODE_WRONG);
}

/* --- many at once ------------------------------------------------------------------------------------------------------ */

typedef struct {
  PosternCodeTry it;
  gint right, wrong, dead, refused;
} Mob;

static gpointer
press (gpointer data)
{
  Mob *mob = data;

  for (guint i = 0; i < 200 / BROWSERS; i++) {
    g_autofree char *user_id = NULL;
    g_autoptr (GError) error = NULL;
    PosternCodeResult result = POSTERN_CODE_DEAD;
    guint retry_after;

    if (!postern_code_take (tenant, &mob->it, NOW + 1, &result, &user_id, &retry_after, &error)) {
      g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS);
      g_assert_cmpuint (retry_after, >, 0);
      g_atomic_int_inc (&mob->refused);
      continue;
    }
    g_atomic_int_inc (result == POSTERN_CODE_RIGHT ? &mob->right : result == POSTERN_CODE_WRONG ? &mob->wrong : &mob->dead);
  }
  return NULL;
}

static void
run_mob (Mob *mob)
{
  GThread *threads[BROWSERS];

  for (guint i = 0; i < BROWSERS; i++)
    threads[i] = g_thread_new ("browser", press, mob);
  for (guint i = 0; i < BROWSERS; i++)
    g_thread_join (threads[i]);
}

static void
test_many_uses (void)
{
  g_auto (Made) made = make (POSTERN_CODE_VERIFY, "mob@example.org", NULL, "mob@example.org");
  Mob mob = { try_of (POSTERN_CODE_VERIFY, &made, "mob@example.org") };

  run_mob (&mob);
  g_assert_cmpint (mob.right, ==, 1);
  g_assert_cmpint (mob.wrong, ==, 0);
  g_assert_cmpint (mob.dead + mob.refused, ==, 199);
}

static void
test_many_guesses (void)
{
  g_auto (Made) made = make (POSTERN_CODE_VERIFY, "goal@example.org", NULL, "goal@example.org");
  Mob mob = { try_of (POSTERN_CODE_VERIFY, &made, "goal@example.org") };

  mob.it.digits = g_str_equal (made.digits, "000000") ? "000001" : "000000";
  run_mob (&mob);
  g_assert_cmpint (mob.wrong, ==, 5);
  g_assert_cmpint (mob.right, ==, 0);
  mob.it.digits = made.digits; /* too late: nothing of this person is looked at any more today */
  run_mob (&mob);
  g_assert_cmpint (mob.right, ==, 0);
}

/* --- an address that moves on ------------------------------------------------------------------------------------------- */

static PosternUser *
user_new (const char *id, const char *email)
{
  PosternUser *user = postern_user_new ();

  user->id = g_strdup (id);
  user->email = g_strdup (email);
  user->email_verified = email != NULL;
  user->created_at = user->updated_at = NOW;
  return user;
}

static gboolean
insert_user (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_user_store_insert (txn, data, error);
}

static gboolean
update_user (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_user_store_update (txn, data, error);
}

static void
test_recycled (void)
{
  PosternStore *store = postern_tenant_get_store (tenant);
  g_autofree char *old_id = postern_id_new ("usr");
  g_autofree char *new_id = postern_id_new ("usr");
  g_autoptr (PosternUser) old = user_new (old_id, "moves@example.org");
  g_autoptr (PosternUser) fresh = user_new (new_id, "moves@example.org");
  g_autofree char *user_id = NULL;
  PosternCodeResult result;
  guint retry_after;

  fixture_write (store, insert_user, old);
  {
    g_auto (Made) made = make (POSTERN_CODE_SIGN_IN, old_id, old_id, "moves@example.org");
    PosternCodeTry it = try_of (POSTERN_CODE_SIGN_IN, &made, "moves@example.org");

    g_assert_true (postern_code_take (tenant, &it, NOW + 1, &result, &user_id, &retry_after, NULL));
    g_assert_cmpint (result, ==, POSTERN_CODE_RIGHT);
    g_assert_cmpstr (user_id, ==, old_id);
  }
  g_auto (Made) made = make (POSTERN_CODE_SIGN_IN, old_id, old_id, "moves@example.org");
  PosternCodeTry it = try_of (POSTERN_CODE_SIGN_IN, &made, "moves@example.org");

  g_clear_pointer (&old->email, g_free);
  old->email_verified = FALSE;
  fixture_write (store, update_user, old);
  fixture_write (store, insert_user, fresh);
  g_assert_cmpint (take (&it), ==, POSTERN_CODE_DEAD); /* neither the one nor the other is signed in */
}

/* --- what is typed, what is sent ------------------------------------------------------------------------------------------ */

static void
test_typed (void)
{
  static const char *const good[] = { "123456", " 123 456 ", "123-456", "1 2 3 4 5 6", "123\xe2\x80\x93" "456", "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94\xef\xbc\x95\xef\xbc\x96",
                                      "\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6" /* Arabic digits */, "\xe2\x80\xaa" "123456\xe2\x80\xac" };
  static const char *const bad[] = { "", "12345", "1234567", "12345a", "+123456", "0x1234", "\xff", "123456\xc2\xb2" };
  g_autofree char *huge = g_strnfill (100000, '1');

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autofree char *typed = postern_code_dup_typed (good[i]);

    g_assert_cmpstr (typed, ==, "123456");
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (postern_code_dup_typed (bad[i]));
  g_assert_null (postern_code_dup_typed (huge));
  g_assert_null (postern_code_dup_typed (NULL));
}

static gboolean
put_policy (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GVariant) model = postern_json_parse_object (data, -1, 0, error);

  return model && postern_setting_store_put (txn, "policy", model, NOW, error);
}

static gboolean
count_sending (const PosternCodeSending *sending, gboolean *silent)
{
  g_autoptr (GError) error = NULL;
  guint retry_after;
  gboolean may = postern_code_limits_take (tenant, sending, NOW, silent, &retry_after, &error);

  if (may)
    return TRUE;
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS);
  g_assert_cmpuint (retry_after, ==, 3600);
  return FALSE;
}

static void
test_limits (void)
{
  PosternCodeSending by_name = { "ada", ADA, "192.0.2.1", NULL, NULL };
  PosternCodeSending known = { "ada", ADA, "192.0.2.1", NULL, "a browser of hers" };
  PosternCodeSending sms = { "+49301234567", "+49301234567", "198.51.100.1", "+49", NULL };
  gboolean silent;

  fixture_write (postern_tenant_get_store (tenant), put_policy,
                 "{\"codes_per_recipient\":2,\"codes_per_address\":8,\"codes_per_prefix\":3,\"codes_per_tenant\":12}");
  for (guint i = 0; i < 2; i++) {
    g_assert_true (count_sending (&by_name, &silent));
    g_assert_false (silent);
  }
  g_assert_false (count_sending (&by_name, &silent)); /* of what was typed */
  by_name.typed = ADA;
  g_assert_true (count_sending (&by_name, &silent)); /* the same person by another name: no word of it, and no mail */
  g_assert_true (silent);
  g_assert_true (count_sending (&known, &silent)); /* whom a stranger used the limits up for */
  g_assert_false (silent);
  by_name.typed = "somebody else";
  by_name.recipient = NULL;
  g_assert_true (count_sending (&by_name, &silent));
  g_assert_true (count_sending (&by_name, &silent));
  by_name.typed = "a third one";
  g_assert_true (count_sending (&by_name, &silent));
  g_assert_false (count_sending (&by_name, &silent)); /* the eighth was the address's last */
  for (guint i = 0; i < 3; i++) {
    g_autofree char *number = g_strdup_printf ("+4930123450%u", i);

    sms.typed = sms.recipient = number;
    g_assert_true (count_sending (&sms, &silent));
  }
  sms.typed = sms.recipient = "+49301234599";
  g_assert_false (count_sending (&sms, &silent)); /* of the country */
  sms.prefix = "+43";
  g_assert_true (count_sending (&sms, &silent));
  sms.typed = sms.recipient = "+43301234599";
  g_assert_true (count_sending (&sms, &silent));
  sms.typed = sms.recipient = "+43301234598";
  g_assert_false (count_sending (&sms, &silent)); /* the twelfth was the tenant's last */
}

int
main (int argc, char **argv)
{
  PosternStore *store;
  int failed;

  g_test_init (&argc, &argv, NULL);
  store = fixture_open ();
  tenant = postern_tenant_new ("default", "https://id.example", store, NULL);
  g_assert_nonnull (tenant);
  g_test_add_func ("/code/once", test_once);
  g_test_add_func ("/code/link", test_link);
  g_test_add_func ("/code/time", test_time);
  g_test_add_func ("/code/newest", test_newest);
  g_test_add_func ("/code/bound", test_bound);
  g_test_add_func ("/code/nobody", test_nobody);
  g_test_add_func ("/code/many-uses", test_many_uses);
  g_test_add_func ("/code/many-guesses", test_many_guesses);
  g_test_add_func ("/code/recycled", test_recycled);
  g_test_add_func ("/code/typed", test_typed);
  g_test_add_func ("/code/limits", test_limits);
  failed = g_test_run ();
  g_object_unref (tenant);
  fixture_close (store, TRUE);
  return failed;
}
