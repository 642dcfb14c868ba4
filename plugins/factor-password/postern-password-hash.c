/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-hash.h"

#include <string.h>

static const PosternPasswordScheme *const families[] = {
  postern_password_argon2_schemes,
  postern_password_bcrypt_schemes,
  postern_password_pbkdf2_schemes,
  postern_password_scrypt_schemes,
};

static const PosternPasswordScheme *
find_scheme (const char *stored)
{
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    for (const PosternPasswordScheme *scheme = families[i]; scheme->mark; scheme++)
      if (g_str_has_prefix (stored, scheme->mark))
        return scheme;
  return NULL;
}

gboolean
postern_password_hash_is_known (const char *stored)
{
  const PosternPasswordScheme *scheme = stored ? find_scheme (stored) : NULL;

  return scheme && scheme->cost (stored) > 0;
}

char *
postern_password_hash_make (PosternPasswordGate *gate, const PosternPasswordCost *cost, const char *password, GCancellable *cancellable, GError **error)
{
  char *made;

  if (!postern_password_gate_enter (gate, cost->memory, cancellable, error))
    return NULL;
  made = postern_password_argon2_make (cost, password);
  postern_password_gate_leave (gate, cost->memory);
  if (made == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Argon2id failed; is there memory for one hash?");
  return made;
}

/* The same work for nobody: whoever measures the answer learns nothing about who has an account. */
static gboolean
verify_nothing (PosternPasswordGate *gate, const PosternPasswordCost *cost, const char *password, GCancellable *cancellable, GError **error)
{
  g_autofree char *made = postern_password_hash_make (gate, cost, password, cancellable, error);

  return made != NULL;
}

gboolean
postern_password_hash_verify (PosternPasswordGate *gate, const PosternPasswordCost *cost, const char *stored, const char *password,
                              PosternPasswordResult *result, GCancellable *cancellable, GError **error)
{
  const PosternPasswordScheme *scheme = stored ? find_scheme (stored) : NULL;
  guint64 memory = scheme ? scheme->cost (stored) : 0;
  gboolean right;

  *result = POSTERN_PASSWORD_WRONG;
  if (memory == 0 || memory > postern_password_gate_get_limit (gate))
    return verify_nothing (gate, cost, password, cancellable, error);
  if (!postern_password_gate_enter (gate, memory, cancellable, error))
    return FALSE;
  right = scheme->verify (stored, password);
  postern_password_gate_leave (gate, memory);
  if (right)
    *result = postern_password_argon2_is_current (cost, stored) ? POSTERN_PASSWORD_RIGHT : POSTERN_PASSWORD_UPGRADE;
  return TRUE;
}
