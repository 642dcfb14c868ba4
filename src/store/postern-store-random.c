/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-store-random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

/*
 * A call of RAND_bytes() costs 6,700 instructions, whether it is asked for 8 bytes or for 256; a sign-in needs ten. So each
 * thread has a stock, of which a byte is wiped as soon as it is given away. A process that forks and goes on without an exec
 * would give the same bytes twice: none of ours does.
 */
#define STOCK 256

typedef struct {
  guint8 bytes[STOCK];
  gsize left; /* at the front of @bytes */
} Stock;

static void
stock_free (gpointer data)
{
  OPENSSL_cleanse (data, sizeof (Stock));
  g_free (data);
}

static void
make (guint8 *out, gsize length)
{
  if (RAND_bytes (out, (int) length) != 1)
    g_error ("the random number generator failed; a server without one must not go on");
}

static Stock *
get_stock (void)
{
  static GPrivate stocks = G_PRIVATE_INIT (stock_free);
  Stock *stock = g_private_get (&stocks);

  if (stock == NULL)
    {
      stock = g_new0 (Stock, 1);
      g_private_set (&stocks, stock);
    }
  return stock;
}

void
postern_store_random_fill (guint8 *out, gsize length)
{
  Stock *stock = get_stock ();

  if (length > STOCK)
    {
      make (out, length);
      return;
    }
  if (stock->left < length)
    {
      make (stock->bytes, STOCK);
      stock->left = STOCK;
    }
  stock->left -= length;
  memcpy (out, stock->bytes + stock->left, length);
  OPENSSL_cleanse (stock->bytes + stock->left, length);
}
