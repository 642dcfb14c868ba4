/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-hash.h"

#include <string.h>

static const PosternPasswordScheme *const families[] = {
  postern_password_argon2_schemes,
  postern_password_bcrypt_schemes,
  postern_password_pbkdf2_schemes,
  postern_password_scrypt_schemes,
  postern_password_firebase_schemes,
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

/* What a thread of the pool is told, and what it says. */
typedef struct {
  const PosternPasswordCost *cost;
  const PosternPasswordScheme *scheme;
  const char *stored, *password;
  char *made;
  gboolean right;
} Hashing;

static void
make (gpointer data)
{
  Hashing *it = data;

  it->made = postern_password_argon2_make (it->cost, it->password);
}

static void
verify (gpointer data)
{
  Hashing *it = data;

  it->right = it->scheme->verify (it->stored, it->password);
}

char *
postern_password_hash_make (PosternPasswordPool *pool, const PosternPasswordCost *cost, const char *password, GCancellable *cancellable, GError **error)
{
  Hashing it = { .cost = cost, .password = password };

  if (!postern_password_pool_run (pool, cost->memory, make, &it, cancellable, error))
    return NULL;
  if (it.made == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Argon2id failed; is there memory for one hash?");
  return it.made;
}

/* The same work for nobody: whoever measures the answer learns nothing about who has an account. */
static gboolean
verify_nothing (PosternPasswordPool *pool, const PosternPasswordCost *cost, const char *password, GCancellable *cancellable, GError **error)
{
  g_autofree char *made = postern_password_hash_make (pool, cost, password, cancellable, error);

  return made != NULL;
}

gboolean
postern_password_hash_verify (PosternPasswordPool *pool, const PosternPasswordCost *cost, const char *stored, const char *password,
                              PosternPasswordResult *result, GCancellable *cancellable, GError **error)
{
  Hashing it = { .scheme = stored ? find_scheme (stored) : NULL, .stored = stored, .password = password };
  guint64 memory = it.scheme ? it.scheme->cost (stored) : 0;

  *result = POSTERN_PASSWORD_WRONG;
  if (memory == 0 || memory > postern_password_pool_get_limit (pool))
    return verify_nothing (pool, cost, password, cancellable, error);
  if (!postern_password_pool_run (pool, memory, verify, &it, cancellable, error))
    return FALSE;
  if (it.right)
    *result = postern_password_argon2_is_current (cost, stored) ? POSTERN_PASSWORD_RIGHT : POSTERN_PASSWORD_UPGRADE;
  return TRUE;
}
