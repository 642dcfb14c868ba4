/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jose-private.h"

#include <openssl/crypto.h>

/* The bytes may be a key: they are zeroed before they are freed, and for that their length stands in front.
 */
typedef struct {
  gsize length;
  guchar data[];
} Block;

static void
block_free (gpointer block)
{
  Block *self = block;

  OPENSSL_cleanse (self->data, self->length);
  g_free (self);
}

GBytes *
postern_jose_bytes_new (gsize length, guchar **data)
{
  Block *block = g_malloc (sizeof (Block) + length + 1);

  block->length = length;
  block->data[length] = 0; /* who reads text stops here */
  *data = block->data;

  return g_bytes_new_with_free_func (block->data, length, block_free, block);
}
