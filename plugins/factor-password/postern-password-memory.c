/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-memory.h"

#include <stdlib.h>
#include <sys/mman.h>

#define LARGE ((size_t) 2 * 1024 * 1024)

/* Argon2's callbacks are told nothing of who hashes; but they are called on his thread. */
static _Thread_local struct {
  size_t most, size; /* bytes that may be kept, and that are; 0: none */
  uint8_t *place;
} arena;

static size_t
round_up (size_t bytes)
{
  return (bytes + LARGE - 1) / LARGE * LARGE;
}

/* A large page begins where its size divides the address, and mmap() promises less: ask for one more, give back the ends. */
static uint8_t *
map (size_t wanted)
{
  uint8_t *place = mmap (NULL, wanted + LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  size_t before;

  if (place == MAP_FAILED)
    return NULL;
  before = round_up ((size_t) place) - (size_t) place;
  if (before)
    munmap (place, before);
  if (before < LARGE)
    munmap (place + before + wanted, LARGE - before);
  madvise (place + before, wanted, MADV_HUGEPAGE); /* a wish: without it the pages are small */
  return place + before;
}

void
postern_password_memory_keep (size_t bytes)
{
  arena.most = bytes;
}

void
postern_password_memory_release (void)
{
  if (arena.size)
    munmap (arena.place, arena.size);
  arena.size = 0;
}

static uint8_t *
take_arena (void)
{
  if (arena.size == 0) {
    arena.place = map (round_up (arena.most));
    arena.size = arena.place ? round_up (arena.most) : 0;
  }
  return arena.size ? arena.place : NULL;
}

int
postern_password_memory_allocate (uint8_t **memory, size_t bytes)
{
  if (bytes < LARGE) /* an imported hash that asks for little: a large page would only be cleared */
    *memory = malloc (bytes);
  else if (bytes <= arena.most)
    *memory = take_arena ();
  else
    *memory = bytes <= SIZE_MAX - 2 * LARGE ? map (round_up (bytes)) : NULL;
  return *memory ? 0 : -1;
}

void
postern_password_memory_free (uint8_t *memory, size_t bytes)
{
  if (bytes < LARGE)
    free (memory);
  else if (bytes > arena.most)
    munmap (memory, round_up (bytes));
}
