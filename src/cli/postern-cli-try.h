/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-cli-check.h"
#include "postern-config.h"

G_BEGIN_DECLS

/**
 * postern_cli_try: asks the provider itself, as the server would: whether it is reached, and with a code that nobody was given whether
 * it takes our secret. Runs the plugin of the instance's file @path, which postern_cli_check() found good.
 * @config: for `[outbound]` and the public URL
 * @findings: (element-type PosternCliFinding): what was found is added
 */
void postern_cli_try (PosternConfig *config, PosternRegistry *registry, const char *path, GPtrArray *findings);

G_END_DECLS
