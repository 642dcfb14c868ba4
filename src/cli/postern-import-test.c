/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-import.h"

#include <glib/gstdio.h>

#include "postern-json.h"

/* What each of the other servers writes, shaped as their documentation says; and files that no server writes. */
static char *folder;
static PosternImportOptions options;

static char *
write_file (const char *text)
{
  char *path = g_build_filename (folder, "export", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

/* The first record of @text as the API is sent it, in JSON; what was left out in @notes, a line each */
static char *
convert (const char *format_name, const char *text, char **notes)
{
  g_autofree char *path = write_file (text);
  const PosternImportFormat *format = postern_import_format_find (format_name);
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternImportSource) source = postern_import_source_open (path, format->table, &error);
  g_autoptr (GVariant) record = NULL, person = NULL, rest = NULL;
  PosternImportUser user;

  g_assert_no_error (error);
  g_assert_cmpint (postern_import_source_next (source, &record, &error), ==, POSTERN_IMPORT_RECORD);
  postern_import_user_init (&user, &options);
  format->convert (&user, record);
  person = postern_import_user_end (&user);
  g_ptr_array_add (user.notes, NULL);
  *notes = g_strjoinv ("\n", (char **) user.notes->pdata);
  postern_import_user_clear (&user);
  g_assert_cmpint (postern_import_source_next (source, &rest, &error), ==, POSTERN_IMPORT_END);
  return postern_json_print (person);
}

/* Of objects, members in any order. */
static gboolean
is_same (GVariant *a, GVariant *b)
{
  gboolean same = g_variant_n_children (a) == g_variant_n_children (b);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, b);
  while (same && g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) member = postern_json_get (a, name);

      if (member == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
        same = member != NULL && g_variant_equal (member, value);
      else
        same = g_variant_is_of_type (member, G_VARIANT_TYPE_VARDICT) && is_same (member, value);
    }
  return same;
}

static void
assert_converts (const char *format, const char *text, const char *wanted, const char *wanted_notes)
{
  g_autofree char *notes = NULL, *made = convert (format, text, &notes);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) one = postern_json_parse_object (made, -1, 0, &error), two = NULL;

  g_assert_no_error (error);
  two = postern_json_parse_object (wanted, -1, 0, &error);
  g_assert_no_error (error);
  g_test_message ("made   %s\nwanted %s", made, wanted);
  g_assert_true (is_same (one, two));
  g_assert_cmpstr (notes, ==, wanted_notes);
}

static void
test_auth0 (void)
{
  assert_converts ("auth0",
                   "{\"user_id\":\"auth0|5f\",\"email\":\"ada@example.com\",\"email_verified\":true,\"given_name\":\"Ada\",\"blocked\":false,"
                   "\"app_metadata\":{\"plan\":\"gold\"},\"identities\":[{\"provider\":\"auth0\",\"user_id\":\"5f\"},{\"provider\":\"google-oauth2\",\"user_id\":\"1033\"}]}\n",
                   "{\"external_id\":\"auth0|5f\",\"email\":\"ada@example.com\",\"email_verified\":true,\"phone_verified\":false,\"disabled\":false,"
                   "\"profile\":{\"given_name\":\"Ada\"},\"data\":{\"app_metadata\":{\"plan\":\"gold\"}},\"identities\":[{\"subject\":\"1033\",\"connector\":\"google\"}]}",
                   "");
  assert_converts ("auth0",
                   "{\"_id\":{\"$oid\":\"60425dc43519d90068f82973\"},\"email_verified\":false,\"email\":\"test2@example.com\","
                   "\"passwordHash\":\"$2b$10$Z6hUTEEeoJXN5/AmSm/4.eZ75RYgFVriQM9LPhNEC7kbAbS/VAaJ2\",\"tenant\":\"t\",\"connection\":\"c\",\"_tmp_is_unique\":true}",
                   "{\"external_id\":\"auth0|60425dc43519d90068f82973\",\"email\":\"test2@example.com\",\"email_verified\":false,\"phone_verified\":false,\"disabled\":false,"
                   "\"profile\":{},\"data\":{},\"password_hash\":\"$2b$10$Z6hUTEEeoJXN5/AmSm/4.eZ75RYgFVriQM9LPhNEC7kbAbS/VAaJ2\"}",
                   "");
  assert_converts ("auth0", "[{\"email\":\"a@example.com\",\"custom_password_hash\":{\"algorithm\":\"md5\",\"hash\":{\"value\":\"$x\"}}}]",
                   "{\"email\":\"a@example.com\",\"email_verified\":false,\"phone_verified\":false,\"disabled\":false,\"profile\":{},\"data\":{}}",
                   "the password: md5 is not taken; they ask for a new one by mail");
}

#define KEYCLOAK(credential)                                                                                          \
  "{\"id\":\"acme\",\"realm\":\"acme\",\"smtpServer\":{\"users\":\"[no]\"},\"roles\":{\"realm\":[{\"name\":\"x\"}]},\"users\" : [ {\"id\":\"7\",\"createdTimestamp\":1600000000123,"  \
  "\"username\":\"ada@example.com\",\"email\":\"ada@example.com\",\"enabled\":true,\"emailVerified\":true,\"firstName\":\"Ada\",\"credentials\":["                          \
  "{\"type\":\"password\",\"secretData\":\"{\\\"value\\\":\\\"AAECAwQFBgc=\\\",\\\"salt\\\":\\\"CAkKCwwNDg8=\\\"}\",\"credentialData\":\"" credential "\"}],"       \
  "\"federatedIdentities\":[{\"identityProvider\":\"corp\",\"userId\":\"u1\",\"userName\":\"x\"}]} ], \"clients\":[]}"
#define KEYCLOAK_PERSON(rest)                                                                                         \
  "{\"external_id\":\"7\",\"email\":\"ada@example.com\",\"email_verified\":true,\"disabled\":false,\"created_at\":1600000000,\"profile\":{\"given_name\":\"Ada\"},\"data\":{}" rest "}"
#define CORP "the identity at corp: --connector corp=ID says which connector that is here"

static void
test_keycloak (void)
{
  assert_converts ("keycloak", KEYCLOAK ("{\\\"hashIterations\\\":27500,\\\"algorithm\\\":\\\"pbkdf2-sha256\\\"}"),
                   KEYCLOAK_PERSON (",\"password_hash\":\"$pbkdf2-sha256$i=27500$CAkKCwwNDg8$AAECAwQFBgc\""), CORP);
  assert_converts ("keycloak",
                   KEYCLOAK ("{\\\"hashIterations\\\":5,\\\"algorithm\\\":\\\"argon2\\\",\\\"additionalParameters\\\":{\\\"hashLength\\\":[\\\"32\\\"],\\\"memory\\\":[\\\"7168\\\"],"
                             "\\\"type\\\":[\\\"id\\\"],\\\"version\\\":[\\\"1.3\\\"],\\\"parallelism\\\":[\\\"1\\\"]}}"),
                   KEYCLOAK_PERSON (",\"password_hash\":\"$argon2id$v=19$m=7168,t=5,p=1$CAkKCwwNDg8$AAECAwQFBgc\""), CORP);
  assert_converts ("keycloak", KEYCLOAK ("{\\\"hashIterations\\\":5,\\\"algorithm\\\":\\\"argon2\\\"}"), KEYCLOAK_PERSON (""),
                   "the password: parameters of its Argon2 are missing or unknown\n" CORP);
  assert_converts ("keycloak", KEYCLOAK ("{\\\"hashIterations\\\":5,\\\"algorithm\\\":\\\"md5\\\"}"), KEYCLOAK_PERSON (""),
                   "the password: md5 is not taken; they ask for a new one by mail\n" CORP);
}

#define FIREBASE                                                                                                      \
  "{\"users\":[{\"localId\":\"Lx\",\"email\":\"ada@example.com\",\"emailVerified\":true,\"passwordHash\":\"lSrf_15cpx95_A==\",\"salt\":\"42xEC-ixf3L2lw==\"," \
  "\"displayName\":\"Ada\",\"createdAt\":\"1600000000123\",\"phoneNumber\":\"+4930123456\",\"providerUserInfo\":[{\"providerId\":\"password\",\"rawId\":\"x\"},"  \
  "{\"providerId\":\"google.com\",\"rawId\":\"1033\"}]}]}"
#define FIREBASE_PERSON(rest)                                                                                         \
  "{\"external_id\":\"Lx\",\"email\":\"ada@example.com\",\"email_verified\":true,\"phone\":\"+4930123456\",\"phone_verified\":true,\"disabled\":false,\"created_at\":1600000000," \
  "\"profile\":{\"name\":\"Ada\"},\"data\":{},\"identities\":[{\"subject\":\"1033\",\"connector\":\"google\"}]" rest "}"

static void
test_firebase (void)
{
  assert_converts ("firebase", FIREBASE, FIREBASE_PERSON (""), "the password: --firebase-signer-key and --firebase-salt-separator say how it was hashed");
  options.firebase_signer_key = "jxspr8Ki0RYycQ==";
  options.firebase_salt_separator = "Bw==";
  options.firebase_rounds = 8;
  options.firebase_memory_cost = 14;
  assert_converts ("firebase", FIREBASE, FIREBASE_PERSON (",\"password_hash\":\"$firebase-scrypt$ln=14,r=8$jxspr8Ki0RYycQ$Bw$42xEC+ixf3L2lw$lSrf/15cpx95/A\""), "");
}

static void
test_logto (void)
{
  assert_converts ("logto",
                   "[{\"id\":\"foo\",\"username\":\"ada\",\"primaryEmail\":\"ada@example.com\",\"primaryPhone\":null,\"name\":\"Ada\",\"customData\":{\"a\":1},"
                   "\"identities\":{\"google\":{\"userId\":\"1033\",\"details\":{}}},\"profile\":{\"familyName\":\"L\"},\"isSuspended\":true,\"createdAt\":1600000000123,"
                   "\"passwordEncrypted\":\"$argon2i$v=19$m=4096,t=256,p=1$MDEy$MDEy\",\"passwordEncryptionMethod\":\"Argon2i\"}]",
                   "{\"external_id\":\"foo\",\"username\":\"ada\",\"email\":\"ada@example.com\",\"email_verified\":true,\"phone_verified\":false,\"disabled\":true,\"created_at\":1600000000,"
                   "\"profile\":{\"name\":\"Ada\",\"family_name\":\"L\"},\"data\":{\"custom_data\":{\"a\":1}},\"identities\":[{\"subject\":\"1033\",\"connector\":\"google\"}],"
                   "\"password_hash\":\"$argon2i$v=19$m=4096,t=256,p=1$MDEy$MDEy\"}",
                   "");
}

/* In its own words: ids stay, connectors are the same but for those that --connector names, and what is not known is said. */
static void
test_postern (void)
{
  assert_converts ("postern",
                   "{\"created_at\":1600000000,\"data\":{\"a\":{\"b\":[1]}},\"disabled\":true,\"email\":\"ada@example.com\",\"email_verified\":true,\"external_id\":\"x\","
                   "\"id\":\"usr_01m8hqyz49encaned8h3htdtw5\",\"identities\":[{\"connector\":\"google-oauth2\",\"subject\":\"1\"},{\"connector\":\"corp\",\"subject\":\"2\"},7],"
                   "\"password_hash\":\"$2b$x\",\"profile\":{\"name\":\"Ada\"},\"administrator\":true}",
                   "{\"created_at\":1600000000,\"data\":{\"a\":{\"b\":[1]}},\"disabled\":true,\"email\":\"ada@example.com\",\"email_verified\":true,\"phone_verified\":false,"
                   "\"external_id\":\"x\",\"id\":\"usr_01m8hqyz49encaned8h3htdtw5\",\"identities\":[{\"subject\":\"1\",\"connector\":\"google\"},{\"subject\":\"2\",\"connector\":\"corp\"}],"
                   "\"password_hash\":\"$2b$x\",\"profile\":{\"name\":\"Ada\"}}",
                   "an identity: it has no connector, or no subject\nthe member administrator: it is not known here");
}

static void
test_okta (void)
{
  assert_converts ("okta",
                   "[{\"id\":\"00u\",\"status\":\"SUSPENDED\",\"created\":\"2020-09-13T12:26:40.000Z\",\"profile\":{\"login\":\"ada@example.com\",\"email\":\"ada@example.com\",\"firstName\":\"Ada\","
                   "\"mobilePhone\":null},\"credentials\":{\"password\":{\"hash\":{\"algorithm\":\"BCRYPT\",\"workFactor\":10,\"salt\":\"rwh3vH166HCH/NT9XV5FYu\",\"value\":\"qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna\"}}}}]",
                   "{\"external_id\":\"00u\",\"email\":\"ada@example.com\",\"email_verified\":false,\"disabled\":true,\"created_at\":1600000000,\"profile\":{\"given_name\":\"Ada\"},\"data\":{},"
                   "\"password_hash\":\"$2a$10$rwh3vH166HCH/NT9XV5FYuqaMqvAPULkbiQzkTCWo5XDcvzpk8Tna\"}",
                   "");
}

static void
test_csv (void)
{
  assert_converts ("csv", "\xef\xbb\xbf" "email,name,email_verified,data.team,shoe\r\n\r\n\"ada@example.com\",\"Ada \"\"L\"\", Countess\",yes,\"a\nb\",\r\n",
                   "{\"email\":\"ada@example.com\",\"email_verified\":true,\"profile\":{\"name\":\"Ada \\\"L\\\", Countess\"},\"data\":{\"team\":\"a\\nb\"}}", "");
  assert_converts ("csv", "username,shoe\nada,42", "{\"username\":\"ada\",\"profile\":{},\"data\":{}}", "the column shoe: it is no member of a user; call it data.shoe to keep it");
}

/* What the source says of @text, a letter a turn: Record, bad (-), broken (!), End */
static void
assert_turns (const char *text, gboolean table, const char *wanted)
{
  g_autofree char *path = write_file (text);
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternImportSource) source = postern_import_source_open (path, table, &failure);
  g_autoptr (GString) turns = g_string_new (NULL);
  PosternImportTurn turn = source != NULL ? POSTERN_IMPORT_RECORD : POSTERN_IMPORT_END;

  while (source != NULL && turn != POSTERN_IMPORT_END)
    {
      g_autoptr (GVariant) record = NULL;
      g_autoptr (GError) error = NULL;

      turn = postern_import_source_next (source, &record, &error);
      g_string_append_c (turns, "R-!E"[turn]);
      g_assert_true ((record != NULL) == (turn == POSTERN_IMPORT_RECORD));
      g_assert_true ((error != NULL) == (turn == POSTERN_IMPORT_BAD || turn == POSTERN_IMPORT_BROKEN));
    }
  g_assert_true ((source == NULL) == (failure != NULL));
  g_test_message ("%.200s", g_utf8_validate (text, -1, NULL) ? text : "what is not UTF-8");
  g_assert_cmpstr (turns->str, ==, wanted);
}

static void
test_source (void)
{
  static const struct {
    const char *text, *turns;
    gboolean table;
  } cases[] = {
    { "", "E", FALSE },
    { " \n", "E", FALSE },
    { "[]", "E", FALSE },
    { "[ {}, {\"a\":\"]}\\\"\"} ]", "RRE", FALSE },
    { "{}\n{\"a\":{\"b\":[1]}}\n", "RRE", FALSE },
    { "{\"a\":1}", "RE", FALSE },
    { "{\"users\":[{}]}", "RE", FALSE },
    { "{\"a\":[\"users\"],\"b\":\"users\",\"users\":[{},{}],\"c\":1}", "RRE", FALSE },
    { "{\"users\":{}}", "RE", FALSE },
    { "[{},7,{\"a\":1,\"a\":2},{}]", "R--RE", FALSE },
    { "[{},{", "R!E", FALSE },
    { "[{},", "R!E", FALSE },
    { "[{} {}", "RR!E", FALSE },
    { "[{\"a\":\"", "!E", FALSE },
    { "{\"users\":[{}", "R!E", FALSE },
    { "{}\n{\"a\"", "R!E", FALSE },
    { "[,{}]", "!E", FALSE },
    { "[}", "!E", FALSE },
    { "[{}] \n", "RE", FALSE },
    { "[{}]\n[{}]", "R!E", FALSE }, /* the second list would be lost without a word */
    { "users", "", FALSE },
    { "email\na@b\n\nc@d", "RRE", TRUE },
    { "email,name\na@b\nc@d,e\n", "-RE", TRUE },
    { "email\n\"a@b", "!E", TRUE },
    { "email\n\"a\"b\n", "!E", TRUE },
    { "email,email\na,b", "", TRUE },
    { "email\n\xff\n", "-E", TRUE },
    { "email,pr\xe9nom\na@b,Ada\n", "", TRUE }, /* as older spreadsheets write it */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_turns (cases[i].text, cases[i].table, cases[i].turns);
}

/* What is as long as nothing that is meant is not read whole; and a text does not end at a NUL. */
static void
test_table (void)
{
  g_autofree char *x = g_strnfill (1024 * 1024, 'x'), *quoted = g_strconcat ("email\na@b\n\"", x, "\"\n", NULL), *plain = g_strconcat ("email\na@b\n", x, "\n", NULL);
  static const char nul[] = "email\na@b.example\0.evil.example\n";
  g_autofree char *path = g_build_filename (folder, "export", NULL);
  g_autoptr (PosternImportSource) source = NULL;
  g_autoptr (GVariant) record = NULL;
  g_autoptr (GError) error = NULL;

  assert_turns (quoted, TRUE, "R!E");
  assert_turns (plain, TRUE, "R!E");
  g_assert_true (g_file_set_contents (path, nul, sizeof nul - 1, NULL));
  source = postern_import_source_open (path, TRUE, NULL);
  g_assert_cmpint (postern_import_source_next (source, &record, &error), ==, POSTERN_IMPORT_BAD);
}

int
main (int argc, char **argv)
{
  int result;
  g_autofree char *path = NULL;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("postern-import-XXXXXX", NULL);
  path = g_build_filename (folder, "export", NULL);
  options.connectors = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (options.connectors, "google-oauth2", "google");
  g_hash_table_insert (options.connectors, "google.com", "google");
  g_hash_table_insert (options.connectors, "google", "google");
  g_test_add_func ("/import/source", test_source);
  g_test_add_func ("/import/table", test_table);
  g_test_add_func ("/import/auth0", test_auth0);
  g_test_add_func ("/import/keycloak", test_keycloak);
  g_test_add_func ("/import/firebase", test_firebase);
  g_test_add_func ("/import/logto", test_logto);
  g_test_add_func ("/import/okta", test_okta);
  g_test_add_func ("/import/postern", test_postern);
  g_test_add_func ("/import/csv", test_csv);
  result = g_test_run ();
  g_unlink (path);
  g_rmdir (folder);
  g_hash_table_unref (options.connectors);
  g_free (folder);
  return result;
}
