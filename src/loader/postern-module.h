/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-plugin-info.h"

G_BEGIN_DECLS

/**
 * postern_module_open: opens @info's module for good, calls its one symbol and compares the type with the kind's base.
 * Runs foreign code; postern_module_probe() goes first.
 * Returns: the type; G_TYPE_INVALID with POSTERN_ERROR_CONFIG, "FILE: what, what to do"
 */
GType postern_module_open (PosternPluginInfo *info, GError **error);

/**
 * postern_module_probe: opens all of @infos in a forked child and makes an object of each, so that one that crashes or
 * hangs there is known before it is opened here. One child does them all; only a crash costs another one. Call it
 * before the process has threads.
 * @infos: (element-type PosternPluginInfo)
 * Returns: (transfer container) (element-type PosternPluginInfo utf8): the bad ones, "FILE: what, what to do"
 */
GHashTable *postern_module_probe (GPtrArray *infos);

G_END_DECLS
