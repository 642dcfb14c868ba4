/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-body.h"
#include "postern-gate-head.h"
#include "postern-router.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* A head, then its body in two pieces, then its path: what the wire guard does with a stranger's bytes. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static PosternGateHead head;
  const char *text = (const char *) data;
  gsize used = 0, half;
  PosternGateBody body;
  guint status;

  if (postern_gate_head_parse (&head, text, size, &used) != POSTERN_GATE_HEAD_DONE)
    return 0;
  g_assert (used <= size && head.n_fields <= POSTERN_GATE_HEAD_MAX_FIELDS);
  g_strfreev (postern_router_decode (head.path.text, head.path.length));
  if (postern_gate_body_begin (&body, &head, 4096) != 200)
    return 0;
  text += used;
  size -= used;
  half = size / 2;
  status = postern_gate_body_feed (&body, text, half, &used);
  g_assert (used <= half);
  if (status == 0)
    status = postern_gate_body_feed (&body, text + used, size - used, &used);
  if (status == 200)
    g_bytes_unref (postern_gate_body_steal (&body));
  postern_gate_body_clear (&body);
  return 0;
}
