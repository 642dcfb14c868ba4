/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-error.h"
#include "postern-http-client-answer.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define LARGEST 1000

/* What a provider sends back: whatever it is, it ends, and never in more than was allowed. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (data, (gssize) size, NULL);
  g_auto (PosternHttpClientAnswer) answer = { .max_bytes = LARGEST };
  g_autoptr (GError) error = NULL;

  if (!postern_http_client_answer_read (&answer, stream, NULL, &error)) {
    if (!g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER))
      g_error ("Refused without a reason");
  } else if (answer.status < 200 || answer.status > 599 || answer.body->len > LARGEST || !g_variant_is_normal_form (answer.headers)) {
    g_error ("An answer was taken that is none");
  }
  return 0;
}
