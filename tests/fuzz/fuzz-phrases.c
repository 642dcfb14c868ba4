/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-phrases.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (PosternPhrases) phrases = postern_phrases_new (bytes, NULL);

  for (gulong n = 0; phrases && n < 5; n++)
    postern_phrases_look_up_plural (phrases, "one", n);
  return 0;
}
