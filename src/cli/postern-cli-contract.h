/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-cli.h"

G_BEGIN_DECLS

/**
 * postern_cli_contract: runs the contract kit on the module that the first operand names, in a child process, so that it is told
 * how a module ends that ends its host. The other operands are NAME=VALUE. Prints TAP.
 */
gboolean postern_cli_contract (PosternCliCall *call, GError **error);

G_END_DECLS
