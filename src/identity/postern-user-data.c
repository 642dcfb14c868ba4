/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-user-data.h"

#include "postern-geoip-place.h"

#define LIST_MAX 10000

/* --- one of a kind ---------------------------------------------------------------------------------------------------------- */

static void
add_time (PosternJsonObject *object, const char *name, gint64 at)
{
  if (at != 0)
    postern_json_object_add_int64 (object, name, at);
}

static GVariant *
describe_user (gconstpointer record)
{
  const PosternUser *user = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "id", user->id);
  postern_json_object_add_string (&object, "username", user->username);
  postern_json_object_add_string (&object, "email", user->email);
  postern_json_object_add_boolean (&object, "email_verified", user->email_verified);
  postern_json_object_add_string (&object, "phone", user->phone);
  postern_json_object_add_boolean (&object, "phone_verified", user->phone_verified);
  if (user->profile)
    postern_json_object_add (&object, "profile", user->profile);
  postern_json_object_add_string (&object, "appearance", user->appearance);
  add_time (&object, "created_at", user->created_at);
  add_time (&object, "updated_at", user->updated_at);
  add_time (&object, "last_sign_in_at", user->last_sign_in_at);
  add_time (&object, "deletes_at", user->deletes_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_credential (gconstpointer record)
{
  const PosternCredential *credential = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "kind", credential->kind);
  postern_json_object_add_string (&object, "name", credential->data ? postern_json_get_string (credential->data, "name") : NULL);
  add_time (&object, "created_at", credential->created_at);
  add_time (&object, "updated_at", credential->updated_at);
  add_time (&object, "used_at", credential->used_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_identity (gconstpointer record)
{
  const PosternIdentity *identity = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "connector", identity->connector);
  postern_json_object_add_string (&object, "subject", identity->subject);
  if (identity->claims)
    postern_json_object_add (&object, "claims", identity->claims);
  add_time (&object, "created_at", identity->created_at);
  add_time (&object, "used_at", identity->used_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_session (const PosternSession *session, const PosternUserDataReader *reader)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "application", session->application_id);
  postern_json_object_add_string (&object, "amr", session->amr);
  postern_json_object_add_string (&object, "user_agent", session->user_agent);
  postern_json_object_add_string (&object, "remote_address", session->remote_address);
  postern_geoip_place_add (reader->geoip, &object, session->remote_address, reader->languages);
  add_time (&object, "created_at", session->created_at);
  add_time (&object, "used_at", session->used_at);
  add_time (&object, "ended_at", session->ended_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_grant (gconstpointer record)
{
  const PosternGrant *grant = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "application", grant->application_id);
  postern_json_object_add_string (&object, "scope", grant->scope);
  add_time (&object, "created_at", grant->created_at);
  add_time (&object, "expires_at", grant->expires_at);
  add_time (&object, "revoked_at", grant->revoked_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_event (gconstpointer record)
{
  const PosternAudit *audit = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "event", audit->event);
  postern_json_object_add_string (&object, "remote_address", audit->remote_address);
  add_time (&object, "at", audit->at / G_USEC_PER_SEC);
  return postern_json_object_end (&object);
}

static GVariant *
describe_consent (gconstpointer record)
{
  const PosternConsent *consent = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "application", consent->application_id);
  postern_json_object_add_string (&object, "scope", consent->scope);
  add_time (&object, "given_at", consent->updated_at);
  return postern_json_object_end (&object);
}

static GVariant *
describe_role (gconstpointer record)
{
  const PosternAssignment *assignment = record;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "role", assignment->role_id);
  postern_json_object_add_string (&object, "organization", *assignment->organization_id ? assignment->organization_id : NULL);
  add_time (&object, "created_at", assignment->created_at);
  return postern_json_object_end (&object);
}

/* --- all of a kind ---------------------------------------------------------------------------------------------------------- */

/* FALSE where @records (transfer full) (nullable) could not be read */
static gboolean
add_list (PosternJsonObject *object, const char *name, GPtrArray *records, GVariant *(*describe) (gconstpointer record))
{
  g_autoptr (GPtrArray) owned = records;
  GVariantBuilder list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; owned && i < owned->len; i++)
    g_variant_builder_add (&list, "v", describe (owned->pdata[i]));
  postern_json_object_add (object, name, g_variant_builder_end (&list));
  return owned != NULL;
}

static gboolean
add_sessions (PosternJsonObject *object, const PosternUserDataReader *reader, PosternTxn *txn, const char *user_id, GError **error)
{
  g_autoptr (GPtrArray) sessions = postern_session_store_list (txn, user_id, FALSE, NULL, LIST_MAX, error);
  GVariantBuilder list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; sessions && i < sessions->len; i++)
    g_variant_builder_add (&list, "v", describe_session (sessions->pdata[i], reader));
  postern_json_object_add (object, "sessions", g_variant_builder_end (&list));
  return sessions != NULL;
}

/* (transfer floating) (nullable): @member, and the groups that the person is in there */
static GVariant *
describe_membership (PosternTxn *txn, const PosternMember *member, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_organization_store_find (txn, member->organization_id, error);
  g_autoptr (GPtrArray) groups = organization ? postern_group_store_list_for_member (txn, member->organization_id, member->user_id, error) : NULL;
  GVariantBuilder names = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  if (groups == NULL)
    return NULL;
  for (guint i = 0; i < groups->len; i++)
    g_variant_builder_add (&names, "s", ((PosternGroup *) groups->pdata[i])->name);
  postern_json_object_add_string (&object, "id", organization->id);
  postern_json_object_add_string (&object, "name", organization->name);
  postern_json_object_add_string (&object, "source", member->source);
  postern_json_object_add (&object, "groups", g_variant_builder_end (&names));
  add_time (&object, "joined_at", member->joined_at);
  return postern_json_object_end (&object);
}

static gboolean
add_organizations (PosternJsonObject *object, PosternTxn *txn, const char *user_id, GError **error)
{
  g_autoptr (GPtrArray) members = postern_member_store_list_for_user (txn, user_id, NULL, LIST_MAX, error);
  GVariantBuilder list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  gboolean good = members != NULL;

  for (guint i = 0; good && i < members->len; i++) {
    GVariant *membership = describe_membership (txn, members->pdata[i], error);

    good = membership != NULL;
    if (good)
      g_variant_builder_add (&list, "v", membership);
  }
  postern_json_object_add (object, "organizations", g_variant_builder_end (&list));
  return good;
}

static gboolean
add_all (PosternJsonObject *object, const PosternUserDataReader *reader, PosternTxn *txn, const char *id, GError **error)
{
  return add_list (object, "credentials", postern_credential_store_list (txn, id, error), describe_credential) &&
         add_list (object, "identities", postern_identity_store_list (txn, id, error), describe_identity) && add_sessions (object, reader, txn, id, error) &&
         add_list (object, "grants", postern_grant_store_list (txn, id, NULL, LIST_MAX, error), describe_grant) &&
         add_list (object, "consents", postern_consent_store_list (txn, id, NULL, LIST_MAX, error), describe_consent) && add_organizations (object, txn, id, error) &&
         add_list (object, "roles", postern_assignment_store_list_for (txn, id, error), describe_role) &&
         add_list (object, "activity", postern_audit_store_list_for (txn, id, NULL, LIST_MAX, error), describe_event);
}

GVariant *
postern_user_data_read (const PosternUserDataReader *reader, PosternTxn *txn, const PosternUser *user, GError **error)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "issuer", reader->issuer);
  postern_json_object_add (&object, "user", describe_user (user));
  return add_all (&object, reader, txn, user->id, error) ? g_variant_ref_sink (postern_json_object_end (&object)) : NULL;
}
