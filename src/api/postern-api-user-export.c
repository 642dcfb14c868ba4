/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include <string.h>

/*
 * All people, many at a time, as POST /imports/{id}/users takes them. A page reads three tables by the range of its ids, however many are in it,
 * and ends early where people have much about them: neither side ever holds more than a page.
 */
#define PAGE_BYTES (4 * 1024 * 1024)

static const PosternApiMember identity_members[] = {
  { "connector", POSTERN_API_STRING, POSTERN_API_OWN, "The connector's id." },
  { "subject", POSTERN_API_STRING, POSTERN_API_OWN, "What the provider calls the account." },
  { NULL },
};
static const PosternApiSchema identity_schema = { "UserRecordIdentity", identity_members, "An account at a provider." };

static const PosternApiMember record_members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Their id, which an import keeps: the `sub` that applications know." },
  { "username", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "What the person signs in with." },
  { "email", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "E-mail address." },
  { "phone", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "Telephone number." },
  { "external_id", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "What another system calls the person." },
  { "email_verified", POSTERN_API_BOOLEAN, POSTERN_API_READ_ONLY, "The address is known to be theirs." },
  { "phone_verified", POSTERN_API_BOOLEAN, POSTERN_API_READ_ONLY, "The number is known to be theirs." },
  { "disabled", POSTERN_API_BOOLEAN, POSTERN_API_READ_ONLY, "Nobody can sign in as the person." },
  { "profile", POSTERN_API_OBJECT, POSTERN_API_READ_ONLY, "OpenID Connect claims." },
  { "data", POSTERN_API_OBJECT, POSTERN_API_READ_ONLY, "Your own data about the person." },
  { "password_hash", POSTERN_API_STRING, POSTERN_API_READ_ONLY | POSTERN_API_SECRET, "The hash of the password; only where it was asked for." },
  { "identities", POSTERN_API_ARRAY, POSTERN_API_READ_ONLY, "The accounts at providers.", .items = POSTERN_API_OBJECT, .schema = &identity_schema },
  { "created_at", POSTERN_API_TIME, POSTERN_API_OWN, "When the user was made." },
  { NULL },
};
static const PosternApiSchema record_schema = { "UserRecord", record_members, "A person as an import takes them. What is not set, or false, is left out." };

static const PosternApiMember options[] = {
  { "password_hashes", POSTERN_API_BOOLEAN, 0, "Also the hashes of passwords; needs the permission users:export, too." },
  { NULL },
};

typedef struct {
  GPtrArray *users, *identities, *passwords; /* passwords: (nullable) */
  guint next_identity, next_password; /* both are in the order of the users */
} Page;

static void
page_clear (Page *self)
{
  g_clear_pointer (&self->users, g_ptr_array_unref);
  g_clear_pointer (&self->identities, g_ptr_array_unref);
  g_clear_pointer (&self->passwords, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Page, page_clear)

static gboolean
read_page (Page *self, PosternApiCall *call, PosternTxn *txn, const char *kind, GError **error)
{
  const PosternUser *first, *last;

  self->users = postern_user_store_list (txn, NULL, call->after, call->limit, NULL, error);
  if (self->users == NULL || self->users->len == 0)
    return self->users != NULL;
  first = self->users->pdata[0];
  last = self->users->pdata[self->users->len - 1];
  self->identities = postern_identity_store_list_range (txn, first->id, last->id, error);
  if (self->identities != NULL && kind != NULL)
    self->passwords = postern_credential_store_list_range (txn, kind, first->id, last->id, error);
  return self->identities != NULL && (kind == NULL || self->passwords != NULL);
}

/* (transfer floating) (nullable): there are none */
static GVariant *
take_identities (Page *self, const char *user_id)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  guint begin = self->next_identity;

  for (; self->next_identity < self->identities->len; self->next_identity++)
    {
      const PosternIdentity *identity = self->identities->pdata[self->next_identity];
      g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

      if (!g_str_equal (identity->user_id, user_id))
        break;
      postern_json_object_add_string (&object, "connector", identity->connector);
      postern_json_object_add_string (&object, "subject", identity->subject);
      g_variant_builder_add_value (&list, postern_json_object_end (&object));
    }
  return self->next_identity > begin ? g_variant_builder_end (&list) : NULL;
}

/* (nullable): of several the first, which is the one that signs in */
static const char *
take_password (Page *self, const char *user_id)
{
  const char *value = NULL;

  for (; self->passwords != NULL && self->next_password < self->passwords->len; self->next_password++)
    {
      const PosternCredential *credential = self->passwords->pdata[self->next_password];

      if (!g_str_equal (credential->user_id, user_id))
        break;
      value = value != NULL ? value : credential->value;
    }
  return value;
}

static void
add_object (PosternJsonObject *object, const char *name, GVariant *value)
{
  if (value != NULL && g_variant_n_children (value) > 0)
    postern_json_object_add (object, name, value);
}

static void
add_true (PosternJsonObject *object, const char *name, gboolean value)
{
  if (value)
    postern_json_object_add_boolean (object, name, TRUE);
}

/* (transfer floating) */
static GVariant *
take_record (Page *self, const PosternUser *user)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "id", user->id);
  postern_json_object_add_string (&object, "username", user->username);
  postern_json_object_add_string (&object, "email", user->email);
  postern_json_object_add_string (&object, "phone", user->phone);
  postern_json_object_add_string (&object, "external_id", user->external_id);
  add_true (&object, "email_verified", user->email_verified);
  add_true (&object, "phone_verified", user->phone_verified);
  add_true (&object, "disabled", user->disabled_at != 0);
  add_object (&object, "profile", user->profile);
  add_object (&object, "data", user->data);
  postern_json_object_add_string (&object, "password_hash", take_password (self, user->id));
  postern_json_object_add (&object, "identities", take_identities (self, user->id));
  postern_json_object_add_int64 (&object, "created_at", user->created_at);
  return postern_json_object_end (&object);
}

static gboolean
answer (PosternApiCall *call, Page *page)
{
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  gsize bytes = 0;
  guint n = 0;

  while (n < page->users->len && bytes < PAGE_BYTES)
    {
      g_autoptr (GVariant) record = g_variant_ref_sink (take_record (page, page->users->pdata[n++]));

      bytes += g_variant_get_size (record);
      g_variant_builder_add_value (&items, record);
    }
  g_variant_dict_insert_value (&dict, "items", g_variant_builder_end (&items));
  if (n > 0 && (n == call->limit || n < page->users->len))
    postern_api_call_add_string (&dict, "next", ((const PosternUser *) page->users->pdata[n - 1])->id);
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&dict));
}

/* (nullable): the kind of credential that is asked for; FALSE: it may not be, or there is none here */
static gboolean
find_kind (PosternApiCall *call, const char **kind, GError **error)
{
  *kind = NULL;
  if (!postern_json_get_boolean (call->query, "password_hashes", FALSE))
    return TRUE;
  if (!postern_api_call_may (call, "users:export", error))
    return FALSE;
  if (call->api->factor == NULL)
    return postern_api_call_invalid (error, "password_hashes", "cannot be given: no password factor is running here");
  *kind = postern_instance_get_type_id (POSTERN_INSTANCE (call->api->factor));
  return TRUE;
}

static gboolean
export (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_auto (Page) page = { NULL };
  const char *kind;

  return find_kind (call, &kind, error) && read_page (&page, call, txn, kind, error) && answer (call, &page);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/user-export", "exportUsers", "users:read", "Gives all users, the oldest first, as an import takes them", .answer = &record_schema, .query = options, .work = export, .flags = POSTERN_API_SENSITIVE },
  { .path = NULL },
};

const PosternApiResource postern_api_user_export = { "User export", "All people, many at a time.", rows };
