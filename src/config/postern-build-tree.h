/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * postern_build_tree_enter: for a program that runs where it was built: sets what `postern.env` beside the program's file
 * says (KEY=VALUE lines: where plugins, templates, … of the tree are) and was not set yet. An installed program has no
 * such file. Call it first, before there are threads.
 * @folder: (nullable): where `postern.env` is, relative to the program's folder
 */
void postern_build_tree_enter (const char *folder);

G_END_DECLS
