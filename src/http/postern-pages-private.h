/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-pages.h"
#include "postern-value.h"

G_BEGIN_DECLS

/* What reading the folders left behind, for the files of postern-pages*.c. */
#define POSTERN_PAGES_BRAND_SHEET "brand.css"
#define POSTERN_PAGES_DARK_BRAND_SHEET "brand-dark.css"

struct _PosternPages {
  GObject parent_instance;
  GHashTable *templates; /* name → PosternTemplate */
  GHashTable *phrases;   /* tag → PosternPhrases; English has none */
  GPtrArray *languages;  /* tags, sorted, NULL at the end */
  GHashTable *language_lists; /* tag → PosternValue, read to its end */
  PosternAssets *assets;
  char *tenant_name;
  const char *logo; /* (nullable): the asset's name */
  char *accent_color; /* (nullable) */
  PosternPages *base; /* (nullable): of another tenant: whose assets, phrases and most templates they are */
  GPtrArray *own_templates; /* (nullable): those in `templates` that are not the base's */
  PosternPagesGetBranding get_branding; /* (nullable) */
  gpointer branding_data;
  GMutex lock; /* guards what follows */
  PosternLook *look; /* (nullable): of what the tenant's branding was, last time */
};

/** postern_pages_find_language: of the page for @request (nullable) with @model; one of ours */
const char *postern_pages_find_language (PosternPages *self, PosternValue *model, PosternRequest *request);

G_END_DECLS
