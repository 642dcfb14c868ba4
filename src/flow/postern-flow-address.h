/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-step.h"

G_BEGIN_DECLS

/*
 * The tasks "email" and "phone": a person gives the account another e-mail address or telephone number, or proves the one that it
 * has. Nothing of the account changes before the code that was sent to the new address has come back, in this browser, while the
 * session that began it lives. Whether the address is somebody else's is told to who reads it, and to nobody who only typed it.
 */

/** postern_flow_address_answer: answers a step of those tasks. */
void postern_flow_address_answer (PosternStep *step);

G_END_DECLS
