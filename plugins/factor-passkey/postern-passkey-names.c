/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-names.h"

static const struct {
  const char *aaguid, *name;
} names[] = {
#include "postern-passkey-names.inc"
};

char *
postern_passkey_names_dup_aaguid (const guint8 *aaguid)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < 16; i++)
    g_string_append_printf (text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", aaguid[i]);
  return g_string_free (text, FALSE);
}

const char *
postern_passkey_names_find (const char *aaguid)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i].aaguid, aaguid))
      return names[i].name;
  return NULL;
}
