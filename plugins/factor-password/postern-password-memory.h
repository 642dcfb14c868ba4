/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Where Argon2 works: fresh pages of 2 MiB where the kernel gives them, else of 4 KiB. A hash of 19 MiB touches ten of the
 * large ones instead of five thousand of the small; faulting those in cost a third as much again as the hash itself.
 */

/** postern_password_memory_allocate: the shape of argon2_context's allocate_cbk. Returns: 0; -1 when there is none */
int postern_password_memory_allocate (uint8_t **memory, size_t bytes);
/** postern_password_memory_free: its free_cbk; Argon2 has wiped it by then. */
void postern_password_memory_free (uint8_t *memory, size_t bytes);
