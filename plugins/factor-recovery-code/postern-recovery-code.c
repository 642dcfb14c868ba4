/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-recovery-code.h"

#include <openssl/rand.h>
#include <string.h>

#include "postern-mac.h"

#define LENGTH 16 /* of five bits each */
#define GROUP 4

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* none that is read as another */

char *
postern_recovery_code_make (void)
{
  guint8 random[LENGTH];
  GString *code = g_string_sized_new (LENGTH + LENGTH / GROUP);

  if (RAND_priv_bytes (random, sizeof random) != 1) {
    g_string_free (code, TRUE);
    return NULL;
  }
  for (guint i = 0; i < LENGTH; i++) {
    if (i > 0 && i % GROUP == 0)
      g_string_append_c (code, '-');
    g_string_append_c (code, alphabet[random[i] & 0x1f]);
  }
  memset (random, 0, sizeof random);
  return g_string_free (code, FALSE);
}

/* 0: it is in no code. On paper an O is a nought, and an l is a one. */
static char
read_letter (char typed)
{
  char letter = g_ascii_tolower (typed);

  if (letter == 'o')
    return '0';
  if (letter == 'i' || letter == 'l')
    return '1';
  return letter && strchr (alphabet, letter) ? letter : 0;
}

char *
postern_recovery_code_dup_hash (PosternStore *store, const char *user_id, const char *typed)
{
  char code[LENGTH + 1] = { 0 };
  const char *parts[] = { "recovery-code", user_id, code, NULL };
  guint count = 0;

  for (const char *at = typed; at && *at; at++) {
    char letter = read_letter (*at);

    if (*at == ' ' || *at == '-')
      continue;
    if (letter == 0 || count == LENGTH)
      return NULL;
    code[count++] = letter;
  }
  return count == LENGTH ? postern_mac_dup (store, parts) : NULL;
}
