/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-plugin-info.h"

G_BEGIN_DECLS

/**
 * A plugin without code: its key file names another plugin as `Base`, whose module it uses, and gives in `[Preset]` the
 * values of settings that the base declares. An operator fills in only the settings whose group stands there again:
 *
 *     [Plugin]
 *     Id=acme
 *     Kind=connector
 *     Api=1
 *     Base=oauth2
 *     Name=Acme
 *     [Preset]
 *     token-endpoint=https://acme.example/token     fixed: an instance file cannot say otherwise
 *     scopes=profile email                          a default, because it is declared again
 *     [Setting scopes]
 *     [Setting client-id]
 *     Help=From acme.example/developers             the rest of it is the base's
 */

/**
 * postern_plugin_preset_derive: makes @self, loaded from such a key file, whole.
 * @base: (nullable): what its `Base` names
 * Returns: FALSE with POSTERN_ERROR_CONFIG, "FILE:LINE: what, what to do"
 */
gboolean postern_plugin_preset_derive (PosternPluginInfo *self, PosternPluginInfo *base, GError **error);

G_END_DECLS
