/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-instance.h"

typedef struct {
  char *id;
  char *type_id;
  char *display_name;
  char *icon;
  PosternSettings *settings;
} PosternInstancePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (PosternInstance, postern_instance, G_TYPE_OBJECT)

static void
postern_instance_finalize (GObject *object)
{
  PosternInstancePrivate *priv = postern_instance_get_instance_private (POSTERN_INSTANCE (object));

  g_free (priv->id);
  g_free (priv->type_id);
  g_free (priv->display_name);
  g_free (priv->icon);
  g_clear_object (&priv->settings);
  G_OBJECT_CLASS (postern_instance_parent_class)->finalize (object);
}

static gboolean
postern_instance_real_configure (PosternInstance *self, GError **error)
{
  return TRUE;
}

static void
postern_instance_class_init (PosternInstanceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_instance_finalize;
  klass->configure = postern_instance_real_configure;
}

static void
postern_instance_init (PosternInstance *self)
{
}

void
postern_instance_set_identity (PosternInstance *self, const char *id, const char *type_id, const char *display_name,
                               const char *icon, PosternSettings *settings)
{
  PosternInstancePrivate *priv = postern_instance_get_instance_private (self);

  g_return_if_fail (POSTERN_IS_INSTANCE (self));
  g_return_if_fail (priv->id == NULL && id && settings);
  priv->id = g_strdup (id);
  priv->type_id = g_strdup (type_id);
  priv->display_name = g_strdup (display_name ? display_name : id);
  priv->icon = g_strdup (icon);
  priv->settings = g_object_ref (settings);
}

gboolean
postern_instance_configure (PosternInstance *self, GError **error)
{
  g_return_val_if_fail (POSTERN_IS_INSTANCE (self), FALSE);
  return POSTERN_INSTANCE_GET_CLASS (self)->configure (self, error);
}

const char *
postern_instance_get_id (PosternInstance *self)
{
  PosternInstancePrivate *priv = postern_instance_get_instance_private (self);

  return priv->id;
}

const char *
postern_instance_get_type_id (PosternInstance *self)
{
  PosternInstancePrivate *priv = postern_instance_get_instance_private (self);

  return priv->type_id;
}

const char *
postern_instance_get_display_name (PosternInstance *self)
{
  PosternInstancePrivate *priv = postern_instance_get_instance_private (self);

  return priv->display_name;
}

const char *
postern_instance_get_icon (PosternInstance *self)
{
  PosternInstancePrivate *priv = postern_instance_get_instance_private (self);

  return priv->icon;
}

PosternSettings *
postern_instance_get_settings (PosternInstance *self)
{
  PosternInstancePrivate *priv = postern_instance_get_instance_private (self);

  return priv->settings;
}
