/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What the door lets in is written again, read again, and is the same: nothing is read in two ways. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GVariant) first = postern_json_parse ((const char *) data, (gssize) size, 0, NULL);
  g_autoptr (GVariant) second = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!first)
    return 0;
  text = postern_json_print (first);
  second = postern_json_parse (text, -1, 16 * 1024 * 1024, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_equal (first, second));
  return 0;
}
