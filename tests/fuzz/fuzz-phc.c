/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-phc.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* A stored hash may be anything that was imported: whatever is taken apart stays within its sizes. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  PosternPasswordPhc phc;

  if (!postern_password_phc_parse (&phc, text))
    return 0;
  g_assert_cmpuint (phc.salt_length, <=, POSTERN_PASSWORD_PHC_BYTES);
  g_assert_cmpuint (phc.hash_length, <=, POSTERN_PASSWORD_PHC_BYTES);
  g_assert_cmpuint (phc.n_parameters, <=, POSTERN_PASSWORD_PHC_PARAMETERS);
  g_assert_cmpuint (strlen (phc.id), <, sizeof phc.id);
  return 0;
}
