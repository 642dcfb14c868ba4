/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-user-import.h"

#include <string.h>

#include "postern-error.h"
#include "postern-identifier.h"
#include "postern-json.h"
#include "postern-user-name.h"
#include "postern-user-rules.h"

#define IDENTITIES 32
#define SUBJECT_BYTES 255 /* OpenID Connect Core 2 */

static const char *const members[] = { "id", "username", "email",         "phone",      "email_verified", "phone_verified", "disabled", "profile",
                                       "data",     "password_hash", "created_at", "identities",     "external_id",    NULL };

void
postern_user_import_free (PosternUserImport *self)
{
  g_clear_pointer (&self->user, postern_user_unref);
  g_clear_pointer (&self->credential, postern_credential_unref);
  g_clear_pointer (&self->identities, g_ptr_array_unref);
  g_clear_error (&self->problem);
  g_free (self);
}

static gboolean
invalid (GError **error, const char *member, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s: %s", member, why);
  return FALSE;
}

/* An unknown member is somebody's data that would be lost without a word. */
static gboolean
check_members (GVariant *record, GError **error)
{
  GVariantIter iter;
  const char *name;

  g_variant_iter_init (&iter, record);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    if (!g_strv_contains (members, name))
      return invalid (error, name, "there is no such member");
  return TRUE;
}

static gboolean
read_member (GVariant *record, const char *name, const GVariantType *type, const char *why, GVariant **value, GError **error)
{
  *value = postern_json_get (record, name);
  if (*value == NULL || g_variant_is_of_type (*value, type))
    return TRUE;
  g_clear_pointer (value, g_variant_unref);
  return invalid (error, name, why);
}

static gboolean
read_string (GVariant *record, const char *name, char **value, GError **error)
{
  g_autoptr (GVariant) member = NULL;

  if (!read_member (record, name, G_VARIANT_TYPE_STRING, "must be a string", &member, error))
    return FALSE;
  *value = member != NULL && g_variant_get_size (member) > 1 ? g_variant_dup_string (member, NULL) : NULL;
  return TRUE;
}

static gboolean
read_boolean (GVariant *record, const char *name, gboolean *value, GError **error)
{
  g_autoptr (GVariant) member = NULL;

  if (!read_member (record, name, G_VARIANT_TYPE_BOOLEAN, "must be true or false", &member, error))
    return FALSE;
  *value = member != NULL && g_variant_get_boolean (member);
  return TRUE;
}

static gboolean
read_object (GVariant *record, const char *name, GVariant **value, GError **error)
{
  return read_member (record, name, G_VARIANT_TYPE_VARDICT, "must be an object", value, error);
}

/* Stored is the spelling that is looked up. */
static gboolean
read_identifier (GVariant *record, const char *name, char *(*canonicalize) (const char *), char **value, GError **error)
{
  g_autofree char *typed = NULL;

  if (!read_string (record, name, &typed, error))
    return FALSE;
  *value = typed != NULL ? canonicalize (typed) : NULL;
  return typed == NULL || *value != NULL || invalid (error, name, "is not one that people can sign in with");
}

static gboolean
read_time (GVariant *record, gint64 now, gint64 *value, GError **error)
{
  g_autoptr (GVariant) member = NULL;

  if (!read_member (record, "created_at", G_VARIANT_TYPE_INT64, "must be seconds since 1970", &member, error))
    return FALSE;
  *value = member != NULL ? g_variant_get_int64 (member) : now;
  return (*value > 0 && *value <= now) || invalid (error, "created_at", "must be in the past");
}

/* Who comes from a server like this one stays to applications who they were. Else lists find by the id who was made when. */
static gboolean
read_id (PosternUserImport *self, GVariant *record, GError **error)
{
  PosternUser *user = self->user;

  if (!read_string (record, "id", &user->id, error))
    return FALSE;
  self->has_own_id = user->id != NULL;
  if (!self->has_own_id)
    user->id = postern_id_new_at ("usr", user->created_at);
  return postern_id_is_valid (user->id, "usr") || invalid (error, "id", "must be one that a server like this gave: usr_…");
}

static gboolean
read_user (PosternUserImport *self, GVariant *record, gint64 now, GError **error)
{
  PosternUser *user = self->user;
  gboolean disabled;

  if (!read_identifier (record, "username", postern_identifier_canonicalize, &user->username, error) ||
      !read_identifier (record, "email", postern_identifier_canonicalize_email, &user->email, error) ||
      !read_identifier (record, "phone", postern_identifier_canonicalize, &user->phone, error) ||
      !read_boolean (record, "email_verified", &user->email_verified, error) || !read_boolean (record, "phone_verified", &user->phone_verified, error) ||
      !read_boolean (record, "disabled", &disabled, error) || !read_object (record, "profile", &user->profile, error) ||
      !read_object (record, "data", &user->data, error) || !read_string (record, "external_id", &user->external_id, error) ||
      !read_time (record, now, &user->created_at, error) || !read_id (self, record, error))
    return FALSE;
  user->updated_at = now;
  user->disabled_at = disabled ? now : 0;
  return postern_user_name_check_profile (user->profile, error) && postern_user_rules_settle (user, error);
}

static gboolean
read_password (PosternUserImport *self, GVariant *record, const PosternUserImportRules *rules, GError **error)
{
  g_autofree char *hash = NULL;

  if (!read_string (record, "password_hash", &hash, error))
    return FALSE;
  if (hash == NULL)
    return TRUE;
  if (rules->kind == NULL)
    return invalid (error, "password_hash", "cannot be kept: no password factor is running here");
  if (!rules->knows (rules->factor, hash))
    return invalid (error, "password_hash", "is of no kind that can be verified here");
  self->credential = postern_credential_new ();
  self->credential->id = postern_id_new ("crd");
  self->credential->user_id = g_strdup (self->user->id);
  self->credential->kind = g_strdup (rules->kind);
  self->credential->value = g_steal_pointer (&hash);
  self->credential->created_at = self->credential->updated_at = rules->now;
  return TRUE;
}

static gboolean
read_identity (PosternUserImport *self, GVariant *model, gint64 now, GError **error)
{
  PosternIdentity *identity = postern_identity_new ();

  g_ptr_array_add (self->identities, identity);
  if (!g_variant_is_of_type (model, G_VARIANT_TYPE_VARDICT) || !read_string (model, "connector", &identity->connector, error) ||
      !read_string (model, "subject", &identity->subject, error) || identity->connector == NULL || identity->subject == NULL ||
      strlen (identity->connector) > SUBJECT_BYTES || strlen (identity->subject) > SUBJECT_BYTES)
    {
      g_clear_error (error);
      return invalid (error, "identities", "must be objects of a connector and a subject, of 255 bytes at most");
    }
  for (guint i = 0; i + 1 < self->identities->len; i++) /* a statement that fails would cost the whole batch */
    {
      const PosternIdentity *other = self->identities->pdata[i];

      if (g_str_equal (other->connector, identity->connector) && g_str_equal (other->subject, identity->subject))
        return invalid (error, "identities", "has the same account twice");
    }
  identity->id = postern_id_new ("idn");
  identity->user_id = g_strdup (self->user->id);
  identity->created_at = now;
  return TRUE;
}

static gboolean
read_identities (PosternUserImport *self, GVariant *record, gint64 now, GError **error)
{
  g_autoptr (GVariant) list = NULL;

  self->identities = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_identity_unref);
  if (!read_member (record, "identities", G_VARIANT_TYPE ("av"), "must be an array", &list, error))
    return FALSE;
  if (list != NULL && g_variant_n_children (list) > IDENTITIES)
    return invalid (error, "identities", "are more than 32");
  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) model = g_variant_get_variant (box);

      if (!read_identity (self, model, now, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_record (PosternUserImport *self, GVariant *record, const PosternUserImportRules *rules, GError **error)
{
  self->user = postern_user_new ();
  return check_members (record, error) && read_user (self, record, rules->now, error) && read_password (self, record, rules, error) &&
         read_identities (self, record, rules->now, error);
}

PosternUserImport *
postern_user_import_new (GVariant *record, const PosternUserImportRules *rules)
{
  PosternUserImport *self = g_new0 (PosternUserImport, 1);

  read_record (self, record, rules, &self->problem);
  return self;
}
