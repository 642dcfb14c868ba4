/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Where Argon2 works: pages of 2 MiB where the kernel gives them, else of 4 KiB. A hash of 19 MiB touches ten of the large ones instead
 * of five thousand of the small. A thread that hashes often keeps them, its arena: to fault the small ones in anew costs half as much as
 * the fastest hash itself, and malloc() now gave memory that was there already, now such that was not.
 */

/** postern_password_memory_keep: this thread keeps what it allocates for one hash of up to @bytes, and the next one works in it, too. */
void postern_password_memory_keep (size_t bytes);
/** postern_password_memory_release: gives back what this thread keeps, until it allocates anew. Nothing of it may be in use. */
void postern_password_memory_release (void);

/** postern_password_memory_allocate: the shape of argon2_context's allocate_cbk. Returns: 0; -1 when there is none */
int postern_password_memory_allocate (uint8_t **memory, size_t bytes);
/** postern_password_memory_free: its free_cbk, of the same thread; Argon2 has wiped it by then. */
void postern_password_memory_free (uint8_t *memory, size_t bytes);
