/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-import.h"
#include "postern-cli-user-data.h"
#include "postern-cli-user-export.h"

#define ABOUT                                                                                                         \
  { "email", POSTERN_CLI_STRING, "email", "ADDRESS", "E-mail address" },                                              \
  { "username", POSTERN_CLI_STRING, "username", "NAME", "User name" },                                                \
  { "phone", POSTERN_CLI_STRING, "phone", "NUMBER", "Telephone number, as +49…" },                                    \
  { "external-id", POSTERN_CLI_STRING, "external_id", "ID", "What another system calls them" },                        \
  { "name", POSTERN_CLI_STRING, "name", "NAME", "Full name" },                                                        \
  { "email-verified", POSTERN_CLI_TRUE, "email_verified", NULL, "The e-mail address is known to be theirs" },         \
  { "phone-verified", POSTERN_CLI_TRUE, "phone_verified", NULL, "The telephone number is known to be theirs" },       \
  { "password", POSTERN_CLI_SECRET, "password", "PASSWORD", "Password; - reads it from standard input" },             \
  { "password-hash", POSTERN_CLI_SECRET, "password_hash", "HASH", "Imported hash: $argon2id$…, $2b$…, $pbkdf2…, $scrypt$…" }, \
  { "administrator", POSTERN_CLI_TRUE, "administrator", NULL, "May manage everything: has the role owner" },                              \
  { "profile", POSTERN_CLI_JSON, "profile", "JSON|@FILE", "OpenID Connect claims; null removes one" },                \
  { "data", POSTERN_CLI_JSON, "data", "JSON|@FILE", "Your own data about them" }

static const PosternCliOption create_options[] = { ABOUT, { NULL } };
static const PosternCliOption update_options[] = {
  ABOUT,
  { "email-unverified", POSTERN_CLI_FALSE, "email_verified", NULL, "Take that back" },
  { "phone-unverified", POSTERN_CLI_FALSE, "phone_verified", NULL, "Take that back" },
  { "no-administrator", POSTERN_CLI_FALSE, "administrator", NULL, "No longer an administrator" },
  { "disable", POSTERN_CLI_TRUE, "disabled", NULL, "Nobody can sign in as them; ends their sessions" },
  { "enable", POSTERN_CLI_FALSE, "disabled", NULL, "They can sign in again" },
  { NULL },
};
static const PosternCliOption list_options[] = {
  { "search", POSTERN_CLI_STRING, "?search", "TEXT", "Only those whose name, address or number begins so" },
  { NULL },
};

static const PosternCliOption export_options[] = { POSTERN_CLI_USER_EXPORT_OPTIONS, { NULL } };
static const PosternCliOption import_options[] = { POSTERN_CLI_IMPORT_OPTIONS, { NULL } };

#define COLUMNS "id username email name administrator disabled last_sign_in_at"

static const PosternCliCommand commands[] = {
  { "create", NULL, "Makes a user; give at least one of --email, --username, --phone.", "POST", "/api/v1/users", NULL, create_options },
  { "list", NULL, "Lists users.", "GET", "/api/v1/users", COLUMNS, list_options },
  { "show", "USER", "Shows a user; USER is an id, or what they sign in with.", "GET", "/api/v1/users/{}" },
  { "import", "FILE", "Takes over the users that another server exported. Stopped in the middle, the same command goes on.", NULL, NULL, NULL, import_options, postern_cli_import_run },
  { "export", "FILE", "Writes all users into a file, a line of JSON each, as import reads them; - is standard output.", NULL, NULL, NULL, export_options, postern_cli_user_export_run },
  { "update", "USER", "Changes what is given; an empty value clears. A new password ends their sessions.", "PATCH", "/api/v1/users/{}", NULL, update_options },
  { "delete", "USER", "Deletes a user and all that is theirs.", "DELETE", "/api/v1/users/{}" },
  { "reset-factors", "USER", "Removes all second factors of who has lost them: at the next sign-in after the delay that the policy says, announced by mail.", "POST", "/api/v1/users/{}/factor-reset" },
  { "keep-factors", "USER", "Takes that back.", "DELETE", "/api/v1/users/{}/factor-reset" },
  { "lockout", "USER", "Shows which tries at signing in they have left.", "GET", "/api/v1/users/{}/lockout" },
  { "unlock", "USER", "Lets them try again at once who have used up their tries.", "DELETE", "/api/v1/users/{}/lockout" },
  { "data", "USER", "Shows all that is kept about them, as they get it themselves, for who asks you for it.", NULL, NULL, NULL, NULL, postern_cli_user_data_run },
  { "consents", "USER", "Lists what they allowed applications, so that they are not asked again.", "GET", "/api/v1/users/{}/consents", "application_id scope given_at" },
  { "revoke-consent", "USER APPLICATION", "Takes that back from an application, with all that was granted to it: they are asked again.", "DELETE", "/api/v1/users/{}/consents/{}" },
  { "unlink", "USER IDENTITY", "Takes a connector's identity from a user.", "DELETE", "/api/v1/users/{}/identities/{}" },
  { NULL },
};

const PosternCliNoun postern_cli_user = { "user", "The people who sign in.", commands };
