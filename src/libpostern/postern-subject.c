/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-subject.h"

struct _PosternSubject {
  GObject parent_instance;
  char *id;
  PosternClaims *claims;
  GVariant *upstream_tokens;
  char *upstream_sid;
};

G_DEFINE_FINAL_TYPE (PosternSubject, postern_subject, G_TYPE_OBJECT)

static void
postern_subject_finalize (GObject *object)
{
  PosternSubject *self = POSTERN_SUBJECT (object);

  g_free (self->id);
  g_clear_object (&self->claims);
  g_clear_pointer (&self->upstream_tokens, g_variant_unref);
  g_free (self->upstream_sid);
  G_OBJECT_CLASS (postern_subject_parent_class)->finalize (object);
}

static void
postern_subject_class_init (PosternSubjectClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_subject_finalize;
}

static void
postern_subject_init (PosternSubject *self)
{
}

PosternSubject *
postern_subject_new (const char *id, PosternClaims *claims)
{
  PosternSubject *self;

  g_return_val_if_fail (id && *id, NULL);
  self = g_object_new (POSTERN_TYPE_SUBJECT, NULL);
  self->id = g_strdup (id);
  self->claims = claims ? g_object_ref (claims) : postern_claims_new ();
  return self;
}

const char *
postern_subject_get_id (PosternSubject *self)
{
  return self->id;
}

PosternClaims *
postern_subject_get_claims (PosternSubject *self)
{
  return self->claims;
}

const char *
postern_subject_get_email (PosternSubject *self)
{
  return postern_claims_get_string (self->claims, "email");
}

/* A string "true" is no proof: only the boolean counts, and only beside an address. */
gboolean
postern_subject_get_email_verified (PosternSubject *self)
{
  GVariant *value = postern_claims_get (self->claims, "email_verified");

  return postern_subject_get_email (self) && value && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) &&
         g_variant_get_boolean (value);
}

void
postern_subject_set_upstream (PosternSubject *self, GVariant *tokens, const char *sid)
{
  g_clear_pointer (&self->upstream_tokens, g_variant_unref);
  self->upstream_tokens = tokens ? g_variant_ref_sink (tokens) : NULL;
  g_free (self->upstream_sid);
  self->upstream_sid = g_strdup (sid);
}

GVariant *
postern_subject_get_upstream_tokens (PosternSubject *self)
{
  return self->upstream_tokens;
}

const char *
postern_subject_get_upstream_sid (PosternSubject *self)
{
  return self->upstream_sid;
}
