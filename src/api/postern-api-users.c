/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-rights.h"

#include "postern-fault.h"
#include "postern-identifier.h"
#include "postern-notice.h"
#include "postern-role.h"
#include "postern-user-erase.h"
#include "postern-user-name.h"
#include "postern-user-rules.h"

#include <string.h>

/* --- what a user is --------------------------------------------------------------------------------------------- */

static const PosternApiMember credential_members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id." },
  { "kind", POSTERN_API_STRING, POSTERN_API_OWN, "The factor it is for, such as password, passkey or totp." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was set up." },
  { "updated_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was changed last." },
  { "used_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When somebody signed in with it last." },
  { NULL },
};
static const PosternApiSchema credential_schema = { "Credential", credential_members, "Something that a person signs in with, without its secret." };

static const PosternApiMember identity_members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id." },
  { "connector", POSTERN_API_STRING, POSTERN_API_OWN, "The connector's id." },
  { "subject", POSTERN_API_STRING, POSTERN_API_OWN, "What the provider calls the account." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was connected." },
  { "used_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When somebody signed in with it last." },
  { NULL },
};
static const PosternApiSchema identity_schema = { "Identity", identity_members, "An account at a provider that is connected." };

#define OPTIONAL_NAME(name, most, description, ...) { name, POSTERN_API_STRING, POSTERN_API_NULLABLE | POSTERN_API_PERSONAL, description, 0, most, __VA_ARGS__ }

static const PosternApiMember user_members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id; it never changes." },
  OPTIONAL_NAME ("username", 254, "What the person signs in with; unique among all user names, addresses and numbers."),
  OPTIONAL_NAME ("email", 254, "E-mail address; unique likewise.", .format = "email"),
  OPTIONAL_NAME ("phone", 32, "Telephone number with its country, as +4915112345678; unique likewise."),
  OPTIONAL_NAME ("name", POSTERN_USER_NAME_MAX, "Full name; the same as `name` of the profile."),
  OPTIONAL_NAME ("external_id", 255, "What another system calls the person; unique."),
  { "email_verified", POSTERN_API_BOOLEAN, POSTERN_API_ALWAYS, "The address is known to be theirs." },
  { "phone_verified", POSTERN_API_BOOLEAN, POSTERN_API_ALWAYS, "The number is known to be theirs." },
  { "profile", POSTERN_API_OBJECT, POSTERN_API_PERSONAL, "OpenID Connect claims; what is sent is merged, and null removes a claim." },
  { "data", POSTERN_API_OBJECT, POSTERN_API_PERSONAL, "Your own data about the person; merged likewise." },
  { "administrator", POSTERN_API_BOOLEAN, POSTERN_API_ALWAYS, "May manage everything: has the role owner." },
  { "disabled", POSTERN_API_BOOLEAN, POSTERN_API_ALWAYS, "Nobody can sign in as the person; setting it ends all sessions and grants." },
  { "password", POSTERN_API_STRING, POSTERN_API_WRITE_ONLY | POSTERN_API_SECRET, "A new password; it ends all sessions and grants.", 1, 1024 },
  { "password_hash", POSTERN_API_STRING, POSTERN_API_WRITE_ONLY | POSTERN_API_SECRET, "In place of a password its hash from elsewhere: $argon2id$…, $2b$…, $pbkdf2…, $scrypt$….", 1, 1024 },
  { "credentials", POSTERN_API_ARRAY, POSTERN_API_READ_ONLY, "What the person signs in with; where one user is shown.", .items = POSTERN_API_OBJECT, .schema = &credential_schema },
  { "identities", POSTERN_API_ARRAY, POSTERN_API_READ_ONLY, "The accounts at providers; where one user is shown.", .items = POSTERN_API_OBJECT, .schema = &identity_schema },
  { "disabled_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "Since when." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When the user was made." },
  { "updated_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When the user was changed last." },
  { "last_sign_in_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When the person signed in last." },
  { NULL },
};
static const PosternApiSchema user_schema = { "User", user_members, "A person who signs in. At least one of username, email and phone is there." };

static const PosternApiMember filters[] = {
  { "search", POSTERN_API_STRING, POSTERN_API_PERSONAL, "Only those whose user name, address or number begins so.", 1, 254 },
  { "username", POSTERN_API_STRING, POSTERN_API_PERSONAL, "Only who signs in with this.", 1, 254 },
  { "email", POSTERN_API_STRING, POSTERN_API_PERSONAL, "Only whose address this is.", 1, 254 },
  { "phone", POSTERN_API_STRING, POSTERN_API_PERSONAL, "Only whose number this is.", 1, 32 },
  { "created_after", POSTERN_API_TIME, 0, "Only those made at this time or later." },
  { "created_before", POSTERN_API_TIME, 0, "Only those made before this time." },
  { "disabled", POSTERN_API_BOOLEAN, 0, "Only those who are, or are not, switched off." },
  { NULL },
};

/* --- to JSON ---------------------------------------------------------------------------------------------------- */

static GVariant *
to_json (gconstpointer record)
{
  const PosternUser *user = record;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "id", user->id);
  postern_api_call_add_string (&dict, "username", user->username);
  postern_api_call_add_string (&dict, "email", user->email);
  postern_api_call_add_string (&dict, "phone", user->phone);
  postern_api_call_add_string (&dict, "external_id", user->external_id);
  postern_api_call_add_string (&dict, "name", user->profile ? postern_json_get_string (user->profile, "name") : NULL);
  g_variant_dict_insert (&dict, "email_verified", "b", user->email_verified);
  g_variant_dict_insert (&dict, "phone_verified", "b", user->phone_verified);
  g_variant_dict_insert (&dict, "administrator", "b", user->administrator);
  g_variant_dict_insert (&dict, "disabled", "b", user->disabled_at != 0);
  if (user->profile != NULL)
    g_variant_dict_insert_value (&dict, "profile", user->profile);
  if (user->data != NULL)
    g_variant_dict_insert_value (&dict, "data", user->data);
  postern_api_call_add_time (&dict, "disabled_at", user->disabled_at);
  postern_api_call_add_time (&dict, "created_at", user->created_at);
  postern_api_call_add_time (&dict, "updated_at", user->updated_at);
  postern_api_call_add_time (&dict, "last_sign_in_at", user->last_sign_in_at);
  return g_variant_dict_end (&dict);
}

/* What a person signs in with, without any secret. */
static GVariant *
credentials_to_json (GPtrArray *credentials)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < credentials->len; i++)
    {
      PosternCredential *credential = credentials->pdata[i];
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

      postern_api_call_add_string (&dict, "id", credential->id);
      postern_api_call_add_string (&dict, "kind", credential->kind);
      postern_api_call_add_time (&dict, "created_at", credential->created_at);
      postern_api_call_add_time (&dict, "updated_at", credential->updated_at);
      postern_api_call_add_time (&dict, "used_at", credential->used_at);
      g_variant_builder_add_value (&list, g_variant_dict_end (&dict));
    }
  return g_variant_builder_end (&list);
}

static GVariant *
identities_to_json (GPtrArray *identities)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < identities->len; i++)
    {
      PosternIdentity *identity = identities->pdata[i];
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

      postern_api_call_add_string (&dict, "id", identity->id);
      postern_api_call_add_string (&dict, "connector", identity->connector);
      postern_api_call_add_string (&dict, "subject", identity->subject);
      postern_api_call_add_time (&dict, "created_at", identity->created_at);
      postern_api_call_add_time (&dict, "used_at", identity->used_at);
      g_variant_builder_add_value (&list, g_variant_dict_end (&dict));
    }
  return g_variant_builder_end (&list);
}

static gboolean
show_in_full (PosternApiCall *call, PosternTxn *txn, PosternUser *user, guint status, GError **error)
{
  g_autoptr (GPtrArray) credentials = postern_credential_store_list (txn, user->id, error);
  g_autoptr (GPtrArray) identities = credentials ? postern_identity_store_list (txn, user->id, error) : NULL;
  g_autoptr (GVariant) plain = g_variant_ref_sink (to_json (user));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (plain);

  if (identities == NULL)
    return FALSE;
  g_variant_dict_insert_value (&dict, "credentials", credentials_to_json (credentials));
  g_variant_dict_insert_value (&dict, "identities", identities_to_json (identities));
  return postern_api_call_set_result (call, status, g_variant_dict_end (&dict));
}

/* --- from JSON -------------------------------------------------------------------------------------------------- */

/* The spelling that is stored is the one that is looked up. */
static gboolean
read_identifier (PosternApiCall *call, const char *name, char **value, GError **error)
{
  g_autofree char *typed = g_steal_pointer (value);

  postern_api_call_read_string (call, name, &typed);
  if (typed == NULL)
    return TRUE;
  *value = g_str_equal (name, "email") ? postern_identifier_canonicalize_email (typed) : postern_identifier_canonicalize (typed);
  return *value != NULL || postern_api_call_invalid (error, name, "is not one that people can sign in with");
}

static void
set_profile_name (PosternUser *user, const char *name)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (user->profile);

  if (name != NULL)
    g_variant_dict_insert (&dict, "name", "s", name);
  else
    g_variant_dict_remove (&dict, "name");
  g_clear_pointer (&user->profile, g_variant_unref);
  user->profile = g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* Of what is sent: who was given a name before that would be refused now can still be switched off. */
static gboolean
check_names (PosternApiCall *call, GError **error)
{
  const char *name = postern_json_get_string (call->body, "name");
  g_autoptr (GVariant) profile = postern_json_get (call->body, "profile");

  return (name == NULL || postern_fault_check_text ("name", name, 0, POSTERN_USER_NAME_MAX, error)) && postern_user_name_check_profile (profile, error);
}

static void
read_name (PosternApiCall *call, PosternUser *user)
{
  g_autofree char *name = user->profile ? g_strdup (postern_json_get_string (user->profile, "name")) : NULL;

  postern_api_call_read_string (call, "name", &name);
  set_profile_name (user, name);
}

/* What was proved of the old address says nothing about the new one. */
static gboolean
read_address (PosternApiCall *call, const char *name, char **value, gboolean *verified, GError **error)
{
  g_autofree char *old = g_strdup (*value);

  if (!read_identifier (call, name, value, error))
    return FALSE;
  *verified = *verified && g_strcmp0 (old, *value) == 0;
  return TRUE;
}

static gboolean
read_user (PosternApiCall *call, PosternUser *user, GError **error)
{
  gboolean disabled = user->disabled_at != 0;

  if (!check_names (call, error) || !read_identifier (call, "username", &user->username, error)
      || !read_address (call, "email", &user->email, &user->email_verified, error)
      || !read_address (call, "phone", &user->phone, &user->phone_verified, error))
    return FALSE;
  postern_api_call_read_boolean (call, "email_verified", &user->email_verified);
  postern_api_call_read_boolean (call, "phone_verified", &user->phone_verified);
  postern_api_call_read_boolean (call, "administrator", &user->administrator);
  postern_api_call_read_boolean (call, "disabled", &disabled);
  postern_api_call_merge_object (call, "profile", &user->profile);
  postern_api_call_merge_object (call, "data", &user->data);
  postern_api_call_read_string (call, "external_id", &user->external_id);
  read_name (call, user);
  user->disabled_at = !disabled ? 0 : user->disabled_at ? user->disabled_at : call->now;
  user->updated_at = call->now;
  return postern_user_rules_settle (user, error);
}

/* --- passwords -------------------------------------------------------------------------------------------------- */

/* Hashing takes its time: it happens before the transaction, so that nobody else's write waits for it. */
static gboolean
prepare_password (PosternApiCall *call, GError **error)
{
  const char *password = postern_json_get_string (call->body, "password");
  const char *hash = postern_json_get_string (call->body, "password_hash");
  const char *identifier = postern_json_get_string (call->body, "email");

  if (password != NULL && hash != NULL)
    return postern_api_call_invalid (error, "password", "and password_hash exclude each other");
  if ((password != NULL || hash != NULL) && call->api->factor == NULL)
    return postern_api_call_invalid (error, "password", "cannot be set: no password factor is running here");
  if (hash != NULL && !postern_factor_knows_value (call->api->factor, hash))
    return postern_api_call_invalid (error, "password_hash", "is of no kind that can be verified here; one is as $argon2id$v=19$… or $2b$12$…");
  if (hash != NULL)
    call->prepared = g_strdup (hash);
  else if (password != NULL)
    call->prepared = postern_factor_make_value (call->api->factor, password, identifier ? identifier : postern_json_get_string (call->body, "username"),
                                                postern_request_get_cancellable (call->request), error);
  return call->prepared != NULL || (password == NULL && hash == NULL);
}

static gboolean
end_in_store (PosternApiCall *call, PosternTxn *txn, const char *user_id, GError **error)
{
  g_autoptr (GPtrArray) sessions = postern_session_store_list (txn, user_id, TRUE, NULL, G_MAXINT32, error);

  if (!postern_user_store_end (txn, user_id, g_get_real_time (), error))
    return FALSE;
  for (guint i = 0; sessions != NULL && i < sessions->len; i++)
    if (!postern_session_store_end (txn, ((PosternSession *) sessions->pdata[i])->id, call->now, error))
      return FALSE;
  return sessions != NULL;
}

/*
 * Whoever may know the old password, or was switched off, is signed out, and the applications are told. What outlives sessions
 * goes as well: it would be good again for whoever holds it as soon as the person is switched on.
 */
static gboolean
end_all (PosternApiCall *call, PosternTxn *txn, const char *user_id, GError **error)
{
  const PosternApiSessions *sessions = call->api->sessions;
  const PosternAuditBy by = postern_audit_by_request (call->actor, call->request);

  g_clear_pointer (&call->ended, g_ptr_array_unref); /* a transaction may run twice */
  if (sessions != NULL)
    call->ended = sessions->end_user (txn, user_id, &by, error);
  if (sessions != NULL ? call->ended == NULL : !end_in_store (call, txn, user_id, error))
    return FALSE;
  return postern_grant_store_revoke_all (txn, user_id, NULL, call->now, error);
}

static gboolean
store_password (PosternApiCall *call, PosternTxn *txn, const char *user_id, GError **error)
{
  const char *kind = postern_instance_get_type_id (POSTERN_INSTANCE (call->api->factor));
  g_autoptr (GError) missing = NULL;
  g_autoptr (PosternCredential) old = postern_credential_store_find (txn, user_id, kind, &missing);
  g_autoptr (PosternCredential) credential = postern_credential_new ();

  if (!postern_store_pass_missing (&missing, error))
    return FALSE;
  credential->id = old ? g_strdup (old->id) : postern_id_new ("crd");
  credential->user_id = g_strdup (user_id);
  credential->kind = g_strdup (kind);
  credential->value = g_strdup (call->prepared);
  credential->created_at = old ? old->created_at : call->now;
  credential->updated_at = call->now;
  return postern_credential_store_put (txn, credential, error);
}

/* --- the work --------------------------------------------------------------------------------------------------- */

/* Who may change people could otherwise sign in as one who may more. */
static gboolean
may_touch (PosternApiCall *call, PosternTxn *txn, const PosternUser *user, GError **error)
{
  return postern_api_rights_check_subject (call, txn, user->id, error);
}

/* Nor become an owner; and one is left who can sign in. @before: (nullable) */
static gboolean
check_owner (PosternApiCall *call, PosternTxn *txn, const PosternUser *before, const PosternUser *user, GError **error)
{
  gboolean was = before && before->administrator, is = user->administrator;

  if (was != is && !postern_api_rights_check_owner (call, txn, error))
    return FALSE;
  return !was || (is && user->disabled_at == 0) || postern_role_check_owner_left (txn, user->id, error);
}

/* Of @user what the filter names must be so, as it is stored. */
static gboolean
has_value (PosternApiCall *call, const char *name, const char *value)
{
  const char *wanted = postern_json_get_string (call->query, name);
  g_autofree char *canonical = wanted == NULL ? NULL : g_str_equal (name, "email") ? postern_identifier_canonicalize_email (wanted) : postern_identifier_canonicalize (wanted);

  return wanted == NULL || (canonical != NULL && g_strcmp0 (canonical, value) == 0);
}

static gboolean
passes (PosternApiCall *call, const PosternUserFilter *filter, const PosternUser *user)
{
  if (filter->search != NULL && !(user->username && g_str_has_prefix (user->username, filter->search)) && !(user->email && g_str_has_prefix (user->email, filter->search)) &&
      !(user->phone && g_str_has_prefix (user->phone, filter->search)))
    return FALSE;
  return has_value (call, "username", user->username) && has_value (call, "email", user->email) && has_value (call, "phone", user->phone) &&
         user->created_at >= filter->created_after && (filter->created_before == 0 || user->created_at < filter->created_before) &&
         (filter->disabled < 0 || filter->disabled == (user->disabled_at != 0)) && (call->after == NULL || strcmp (user->id, call->after) > 0);
}

/* One person at most has it: by its index. */
static GPtrArray *
list_one (PosternApiCall *call, PosternTxn *txn, const PosternUserFilter *filter, const char *name, GError **error)
{
  g_autoptr (GPtrArray) users = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_user_unref);
  g_autofree char *canonical = postern_identifier_canonicalize (name);
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternUser) user = canonical ? postern_user_store_find (txn, canonical, &failure) : NULL;

  if (!postern_store_pass_missing (&failure, error))
    return NULL;
  if (user != NULL && passes (call, filter, user))
    g_ptr_array_add (users, g_steal_pointer (&user));
  return g_steal_pointer (&users);
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  static const char *const unique[] = { "email", "username", "phone" };
  const char *search = postern_json_get_string (call->query, "search"), *name = NULL;
  g_autofree char *folded = search != NULL ? g_utf8_casefold (search, -1) : NULL;
  g_autoptr (GVariant) disabled = postern_json_get (call->query, "disabled");
  PosternUserFilter filter = { folded, postern_json_get_int64 (call->query, "created_after", 0), postern_json_get_int64 (call->query, "created_before", 0), disabled ? g_variant_get_boolean (disabled) : -1 };
  g_autoptr (GPtrArray) users = NULL;
  g_autofree char *next = NULL;

  for (guint i = 0; name == NULL && i < G_N_ELEMENTS (unique); i++)
    name = postern_json_get_string (call->query, unique[i]);
  users = name != NULL ? list_one (call, txn, &filter, name, error) : postern_user_store_list (txn, &filter, call->after, call->limit, &next, error);
  return users != NULL && postern_api_call_set_page_before (call, users, to_json, next);
}

static PosternUser *
find (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  return postern_api_call_find_user (txn, postern_request_get_capture (call->request, "id"), error);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternUser) user = find (call, txn, error);

  return user != NULL && show_in_full (call, txn, user, 200, error);
}

static gboolean
create (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_new ();

  user->id = postern_id_new ("usr");
  user->created_at = call->now;
  if (!read_user (call, user, error) || !check_owner (call, txn, NULL, user, error) || !postern_user_store_insert (txn, user, error)
      || (call->prepared != NULL && !store_password (call, txn, user->id, error)))
    return FALSE;
  postern_api_call_audit (call, "user.created", user->id, postern_api_call_names_of_body (call));
  return show_in_full (call, txn, user, 201, error);
}

static gboolean
tell_switched (PosternApiCall *call, PosternTxn *txn, PosternUser *before, PosternUser *user, GError **error)
{
  gboolean was_off = before->disabled_at != 0, off = user->disabled_at != 0;

  before->disabled_at = user->disabled_at; /* who cannot get in is shown no link */
  return off == was_off || postern_api_call_tell (call, txn, before, off ? POSTERN_NOTICE_SWITCHED_OFF : POSTERN_NOTICE_SWITCHED_ON, error);
}

/* The old address and the new one: the reader of either may be who is robbed. */
static gboolean
tell (PosternApiCall *call, PosternTxn *txn, PosternUser *before, PosternUser *user, GError **error)
{
  gboolean email = g_strcmp0 (before->email, user->email) != 0;
  gboolean other = g_strcmp0 (before->phone, user->phone) != 0 || g_strcmp0 (before->username, user->username) != 0;

  if (!email && !other && call->prepared == NULL)
    return TRUE;
  return postern_api_call_tell (call, txn, before, POSTERN_NOTICE_ADMINISTRATOR, error) &&
         (!email || postern_api_call_tell (call, txn, user, POSTERN_NOTICE_ADMINISTRATOR, error));
}

static gboolean
update (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternUser) before = find (call, txn, error);
  g_autoptr (PosternUser) user = before ? postern_user_store_get (txn, before->id, error) : NULL;
  gboolean sign_out;

  if (user == NULL || !may_touch (call, txn, before, error) || !read_user (call, user, error) || !check_owner (call, txn, before, user, error) || !postern_user_store_update (txn, user, error)
      || !tell_switched (call, txn, before, user, error) || !tell (call, txn, before, user, error))
    return FALSE;
  if (call->prepared != NULL && !store_password (call, txn, user->id, error))
    return FALSE;
  sign_out = call->prepared != NULL || user->disabled_at != 0;
  if (sign_out && !end_all (call, txn, user->id, error))
    return FALSE;
  postern_api_call_audit (call, "user.changed", user->id, postern_api_call_names_of_body (call));
  return show_in_full (call, txn, user, 200, error);
}

static gboolean
delete (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const PosternAuditBy by = postern_audit_by_request (call->actor, call->request);
  g_autoptr (PosternUser) user = find (call, txn, error);

  if (user == NULL || !may_touch (call, txn, user, error) || (user->administrator && !postern_role_check_owner_left (txn, user->id, error)) || !end_all (call, txn, user->id, error) || !postern_user_erase (txn, user, &by, error))
    return FALSE;
  user->disabled_at = call->now; /* nobody gets in with it any more: the mail, which outlives the account, shows no link */
  if (!postern_api_call_tell (call, txn, user, POSTERN_NOTICE_DELETED, error))
    return FALSE;
  postern_api_call_audit (call, "user.deleted", user->id, NULL);
  return TRUE;
}

/* (transfer full) (nullable): NOT_FOUND */
static PosternIdentity *
find_identity (PosternTxn *txn, const char *user_id, const char *id, GError **error)
{
  g_autoptr (GPtrArray) identities = postern_identity_store_list (txn, user_id, error);

  for (guint i = 0; identities != NULL && i < identities->len; i++)
    if (g_str_equal (((PosternIdentity *) identities->pdata[i])->id, id))
      return postern_identity_ref (identities->pdata[i]);
  if (identities != NULL)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "the user has no identity %s", id);
  return NULL;
}

static void
describe_identity (PosternApiCall *call, const PosternIdentity *identity)
{
  g_auto (GVariantDict) before = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&before, "connector", identity->connector);
  postern_api_call_add_string (&before, "subject", identity->subject);
  postern_api_call_audit (call, "identity.unlinked", identity->id, g_variant_new_parsed ("{'user': <%s>, 'connector': <%s>}", identity->user_id, identity->connector));
  postern_api_call_audit_personal (call, identity->user_id, g_variant_dict_end (&before), NULL);
}

static gboolean
unlink_identity (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *id = postern_request_get_capture (call->request, "identity");
  g_autoptr (PosternUser) user = find (call, txn, error);
  g_autoptr (PosternIdentity) identity = NULL;

  if (user == NULL || !may_touch (call, txn, user, error) || (identity = find_identity (txn, user->id, id, error)) == NULL || !postern_identity_store_delete (txn, id, error) ||
      !postern_api_call_tell (call, txn, user, POSTERN_NOTICE_ADMINISTRATOR, error))
    return FALSE;
  describe_identity (call, identity);
  return TRUE;
}

/* (transfer full) (nullable): NOT_FOUND */
static PosternCredential *
find_credential (PosternTxn *txn, const char *user_id, const char *id, GError **error)
{
  g_autoptr (GPtrArray) credentials = postern_credential_store_list (txn, user_id, error);

  for (guint i = 0; credentials != NULL && i < credentials->len; i++)
    if (g_str_equal (((PosternCredential *) credentials->pdata[i])->id, id))
      return postern_credential_ref (credentials->pdata[i]);
  if (credentials != NULL)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "the user has no credential %s", id);
  return NULL;
}

/* Whoever holds it may be signed in by it. */
static gboolean
remove_credential (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *id = postern_request_get_capture (call->request, "credential");
  g_autoptr (PosternUser) user = find (call, txn, error);
  g_autoptr (PosternCredential) credential = NULL;

  if (user == NULL || !may_touch (call, txn, user, error) || (credential = find_credential (txn, user->id, id, error)) == NULL || !postern_credential_store_delete (txn, id, error) ||
      !end_all (call, txn, user->id, error) || !postern_api_call_tell (call, txn, user, POSTERN_NOTICE_ADMINISTRATOR, error))
    return FALSE;
  postern_api_call_audit (call, "credential.removed", id, g_variant_new_parsed ("{'user': <%s>, 'before': <{'kind': <%s>}>}", user->id, credential->kind));
  return TRUE;
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/users", "listUsers", "users:read", "Lists users", .answer = &user_schema, .query = filters, .work = list, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_CREATE, "/users", "createUser", "users:write", "Makes a user", &user_schema, &user_schema, .work = create, .prepare = prepare_password, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_SHOW, "/users/{id}", "getUser", "users:read", "Shows a user; the id may also be what the person signs in with", .answer = &user_schema, .work = show, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_UPDATE, "/users/{id}", "updateUser", "users:write", "Changes the members that are sent", &user_schema, &user_schema, .work = update, .prepare = prepare_password, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, "/users/{id}", "deleteUser", "users:write", "Deletes a user and all that is theirs", .work = delete, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, "/users/{id}/credentials/{credential}", "removeCredential", "users:write", "Takes a password, a passkey or another factor from a user, and ends all sessions and grants", .work = remove_credential },
  { POSTERN_API_DELETE, "/users/{id}/identities/{identity}", "unlinkIdentity", "users:write", "Takes a provider's account from a user", .work = unlink_identity },
  { .path = NULL },
};

const PosternApiResource postern_api_users = { "Users", "The people who sign in.", rows };
