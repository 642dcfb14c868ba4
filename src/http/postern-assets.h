/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-request.h"
#include "postern-response.h"

G_BEGIN_DECLS

/**
 * PosternAssets: the files beside the pages (styles, scripts, pictures), read once into memory. Their common version is a
 * hash over all of them and stands in the address, so that a browser may keep them for a year. Thread-safe once all are there.
 */
typedef struct _PosternAssets PosternAssets;

#define POSTERN_ASSETS_MAX_BYTES (8 * 1024 * 1024) /* of all of them together */

/** postern_assets_new: @folder: (nullable): none when NULL; sub-folders are read too. (transfer full) (nullable) */
PosternAssets *postern_assets_new (const char *folder, GError **error);
void postern_assets_free (PosternAssets *self);
/** postern_assets_add: one more, or another one in place of @name, which ends in a suffix that is served; before the first request. */
void postern_assets_add (PosternAssets *self, const char *name, GBytes *bytes);
/** postern_assets_get_version: (transfer none): 12 letters */
const char *postern_assets_get_version (PosternAssets *self);
/** postern_assets_serve: answers GET /assets/{rest...}; `rest` begins with the version, or is a bare name. (transfer full) */
PosternResponse *postern_assets_serve (PosternAssets *self, PosternRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternAssets, postern_assets_free)

G_END_DECLS
