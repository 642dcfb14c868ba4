/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-memory.h"

#include <stdlib.h>
#include <sys/mman.h>

#define LARGE ((size_t) 2 * 1024 * 1024)

static size_t
round_up (size_t bytes)
{
  return (bytes + LARGE - 1) / LARGE * LARGE;
}

/* A large page begins where its size divides the address, and mmap() promises less: ask for one more, give back the ends. */
int
postern_password_memory_allocate (uint8_t **memory, size_t bytes)
{
  size_t wanted = round_up (bytes), before;
  uint8_t *place;

  if (bytes < LARGE) { /* an imported hash that asks for little: a large page would only be cleared */
    *memory = malloc (bytes);
    return *memory ? 0 : -1;
  }
  if (bytes > SIZE_MAX - 2 * LARGE)
    return -1;
  place = mmap (NULL, wanted + LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED)
    return -1;
  before = round_up ((size_t) place) - (size_t) place;
  if (before)
    munmap (place, before);
  if (before < LARGE)
    munmap (place + before + wanted, LARGE - before);
  *memory = place + before;
  madvise (*memory, wanted, MADV_HUGEPAGE); /* a wish: without it the pages are small */
  return 0;
}

void
postern_password_memory_free (uint8_t *memory, size_t bytes)
{
  if (bytes < LARGE)
    free (memory);
  else
    munmap (memory, round_up (bytes));
}
