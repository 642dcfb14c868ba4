/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-codec.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What is read of a parked flow is written the same again: no byte of it is lost or read in two ways. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (PosternFlow) flow = postern_flow_codec_read (bytes, NULL);
  g_autoptr (GBytes) again = flow ? postern_flow_codec_write (flow) : NULL;

  g_assert_true (again == NULL || g_bytes_equal (bytes, again));
  return 0;
}
