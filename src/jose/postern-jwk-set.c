/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jose-private.h"

#include "postern-json.h"

#define MAX_KEYS 100 /* a set of more is an attack on our time */

struct _PosternJwkSet {
  GObject parent_instance;
  GPtrArray *keys;
};

G_DEFINE_FINAL_TYPE (PosternJwkSet, postern_jwk_set, G_TYPE_OBJECT)

static void
postern_jwk_set_finalize (GObject *object)
{
  g_ptr_array_unref (POSTERN_JWK_SET (object)->keys);
  G_OBJECT_CLASS (postern_jwk_set_parent_class)->finalize (object);
}

static void
postern_jwk_set_class_init (PosternJwkSetClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_jwk_set_finalize;
}

static void
postern_jwk_set_init (PosternJwkSet *self)
{
  self->keys = g_ptr_array_new_with_free_func (g_object_unref);
}

PosternJwkSet *
postern_jwk_set_new (GPtrArray *keys)
{
  PosternJwkSet *self = g_object_new (POSTERN_TYPE_JWK_SET, NULL);

  for (guint i = 0; keys != NULL && i < keys->len; i++)
    g_ptr_array_add (self->keys, g_object_ref (g_ptr_array_index (keys, i)));

  return self;
}

/* Keys of other kinds, broken keys and keys that show private members are left out, so that the good ones go
 * on working. */
PosternJwkSet *
postern_jwk_set_new_from_variant (GVariant *model, GError **error)
{
  g_autoptr (PosternJwkSet) self = g_object_new (POSTERN_TYPE_JWK_SET, NULL);
  g_autoptr (GVariant) keys = postern_json_get (model, "keys");
  gboolean is_array = keys != NULL && (g_variant_is_of_type (keys, G_VARIANT_TYPE ("av")) ||
                                       g_variant_is_of_type (keys, G_VARIANT_TYPE ("aa{sv}")));

  if (!is_array || g_variant_n_children (keys) > MAX_KEYS) {
    g_set_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_INVALID,
                 "A key set must have an array \"keys\" of at most %d keys", MAX_KEYS);
    return NULL;
  }

  for (gsize i = 0; i < g_variant_n_children (keys); i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (keys, i);
    g_autoptr (GVariant) member = g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT)
                                      ? g_variant_get_variant (child)
                                      : g_variant_ref (child);
    PosternJwk *key = g_variant_is_of_type (member, G_VARIANT_TYPE_VARDICT)
                          ? postern_jwk_new_from_variant (member, FALSE, NULL)
                          : NULL;

    if (key != NULL)
      g_ptr_array_add (self->keys, key);
  }

  return g_steal_pointer (&self);
}

guint
postern_jwk_set_get_n_keys (PosternJwkSet *self)
{
  return self->keys->len;
}

PosternJwk *
postern_jwk_set_get_key (PosternJwkSet *self, guint index)
{
  g_return_val_if_fail (index < self->keys->len, NULL);

  return g_ptr_array_index (self->keys, index);
}

typedef struct {
  PosternJwkFits fits;
  guint alg;
} Wanted;

/* @kid NULL stands for "has no name". @several (out): more than one key answers, so none is sure. */
static PosternJwk *
find_only (PosternJwkSet *self, const char *kid, gboolean any, const Wanted *wanted, gboolean *several)
{
  PosternJwk *found = NULL;

  *several = FALSE;
  for (guint i = 0; i < self->keys->len; i++) {
    PosternJwk *key = g_ptr_array_index (self->keys, i);

    if (!wanted->fits (key, wanted->alg) || (!any && g_strcmp0 (postern_jwk_get_kid (key), kid) != 0))
      continue;
    *several = found != NULL;
    if (*several)
      return NULL;
    found = key;
  }

  return found;
}

/*
 * By name; a token that names a key nobody has may still mean the only key that has no name. A token without
 * a name is answered only when a single key fits (OpenID Connect Core section 10.1). Two keys that answer are
 * none: guessing between them would let whoever adds a key choose.
 */
PosternJwk *
postern_jwk_set_find_fitting (PosternJwkSet *self, const char *kid, PosternJwkFits fits, guint alg)
{
  const Wanted wanted = {fits, alg};
  gboolean several;
  PosternJwk *found = find_only (self, kid, kid == NULL, &wanted, &several);

  if (found != NULL || several || kid == NULL)
    return found;

  return find_only (self, NULL, FALSE, &wanted, &several);
}

static gboolean
fits_signature (PosternJwk *key, guint alg)
{
  return postern_jwk_fits (key, (PosternJoseAlg)alg);
}

PosternJwk *
postern_jwk_set_find (PosternJwkSet *self, const char *kid, PosternJoseAlg alg)
{
  return postern_jwk_set_find_fitting (self, kid, fits_signature, alg);
}
