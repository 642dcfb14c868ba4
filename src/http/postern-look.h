/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PosternLook: what a tenant set of how its pages and messages look and speak, ready for use. Immutable, thread-safe. Strings are borrowed from it; each is
 * (nullable): not set. Files are names below `/brand/`.
 */
typedef struct {
  GVariant *branding; /* a{sv}: as it is kept */
  const char *name, *accent_color;
  const char *logo, *light, *dark, *style;
  GVariant *texts;     /* (nullable): a{sv}: tag → what stands where a sign-in begins */
  GHashTable *phrases; /* tag → GHashTable: English words → its own */
} PosternLook;

/** postern_look_new: @branding: a{sv}, as the management API keeps it; a reference is taken. (transfer full) */
PosternLook *postern_look_new (GVariant *branding);
PosternLook *postern_look_ref (PosternLook *self);
void postern_look_unref (PosternLook *self);
/** postern_look_get_words: the phrases that it says otherwise in @language. (transfer none) (nullable) */
GHashTable *postern_look_get_words (PosternLook *self, const char *language);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternLook, postern_look_unref)

G_END_DECLS
