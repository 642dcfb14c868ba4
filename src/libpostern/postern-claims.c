/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-claims.h"

#include "postern-json.h"

struct _PosternClaims {
  GObject parent_instance;
  GHashTable *values; /* (element-type utf8 GVariant) */
  GPtrArray *order;   /* (element-type utf8): the keys, owned by @values */
};

G_DEFINE_FINAL_TYPE (PosternClaims, postern_claims, G_TYPE_OBJECT)

static void
postern_claims_finalize (GObject *object)
{
  PosternClaims *self = POSTERN_CLAIMS (object);

  g_ptr_array_unref (self->order);
  g_hash_table_unref (self->values);
  G_OBJECT_CLASS (postern_claims_parent_class)->finalize (object);
}

static void
postern_claims_class_init (PosternClaimsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_claims_finalize;
}

static void
postern_claims_init (PosternClaims *self)
{
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  self->order = g_ptr_array_new ();
}

PosternClaims *
postern_claims_new (void)
{
  return g_object_new (POSTERN_TYPE_CLAIMS, NULL);
}

PosternClaims *
postern_claims_new_from_variant (GVariant *model)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (model);
  g_autoptr (PosternClaims) self = postern_claims_new ();
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_return_val_if_fail (g_variant_is_of_type (owned, G_VARIANT_TYPE_VARDICT), NULL);
  g_variant_iter_init (&iter, owned);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    postern_claims_add (self, name, value);
  return g_steal_pointer (&self);
}

gboolean
postern_claims_add (PosternClaims *self, const char *name, GVariant *value)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);
  char *key;

  g_return_val_if_fail (POSTERN_IS_CLAIMS (self), FALSE);
  g_return_val_if_fail (name && *name, FALSE);
  if (g_hash_table_contains (self->values, name))
    return FALSE;
  key = g_strdup (name);
  g_hash_table_insert (self->values, key, g_steal_pointer (&owned));
  g_ptr_array_add (self->order, key);
  return TRUE;
}

gboolean
postern_claims_add_string (PosternClaims *self, const char *name, const char *value)
{
  return postern_claims_add (self, name, g_variant_new_string (value));
}

gboolean
postern_claims_add_int64 (PosternClaims *self, const char *name, gint64 value)
{
  return postern_claims_add (self, name, g_variant_new_int64 (value));
}

gboolean
postern_claims_add_boolean (PosternClaims *self, const char *name, gboolean value)
{
  return postern_claims_add (self, name, g_variant_new_boolean (value));
}

GVariant *
postern_claims_get (PosternClaims *self, const char *name)
{
  g_return_val_if_fail (POSTERN_IS_CLAIMS (self), NULL);
  return g_hash_table_lookup (self->values, name);
}

const char *
postern_claims_get_string (PosternClaims *self, const char *name)
{
  GVariant *value = postern_claims_get (self, name);

  return value && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL) : NULL;
}

GVariant *
postern_claims_to_variant (PosternClaims *self)
{
  g_auto (PosternJsonObject) builder = POSTERN_JSON_OBJECT_INIT;

  g_return_val_if_fail (POSTERN_IS_CLAIMS (self), NULL);
  for (guint i = 0; i < self->order->len; i++) {
    const char *name = self->order->pdata[i];
    postern_json_object_add (&builder, name, g_hash_table_lookup (self->values, name));
  }
  return g_variant_ref_sink (postern_json_object_end (&builder));
}
