/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-password-pool.h"
#include "postern-password-phc.h"

G_BEGIN_DECLS

/** PosternPasswordCost: what a new hash costs. */
typedef struct {
  guint32 memory;      /* KiB */
  guint32 iterations;
  guint32 parallelism; /* lanes */
} PosternPasswordCost;

/**
 * PosternPasswordScheme: one way in which passwords have been stored. @mark is how its strings begin, up to and with the '$'.
 * cost: what verifying @stored takes, in KiB; 0 refuses it before anything is allocated.
 * verify: TRUE when @password is the one.
 */
typedef struct {
  const char *mark;
  guint64 (*cost) (const char *stored);
  gboolean (*verify) (const char *stored, const char *password);
} PosternPasswordScheme;

/* The schemes, one file each. */
extern const PosternPasswordScheme postern_password_argon2_schemes[]; /* Argon2id, i, d */
extern const PosternPasswordScheme postern_password_bcrypt_schemes[]; /* $2a$ $2b$ $2y$ */
extern const PosternPasswordScheme postern_password_pbkdf2_schemes[]; /* HMAC with SHA-1, -256, -512 */
extern const PosternPasswordScheme postern_password_scrypt_schemes[];
extern const PosternPasswordScheme postern_password_firebase_schemes[];

typedef enum { POSTERN_PASSWORD_WRONG, POSTERN_PASSWORD_RIGHT, POSTERN_PASSWORD_UPGRADE } PosternPasswordResult;

/** postern_password_hash_make: an Argon2id string of @password (NFC) at @cost, on @pool. (transfer full) (nullable) TOO_MANY_REQUESTS */
char *postern_password_hash_make (PosternPasswordPool *pool, const PosternPasswordCost *cost, const char *password, GCancellable *cancellable, GError **error);
/**
 * postern_password_hash_verify: @stored NULL (nobody, or no password) costs what a current hash costs, and is WRONG.
 * UPGRADE: right, and to be stored anew at @cost. A string of no scheme, or one that would cost too much, is WRONG.
 * Returns: FALSE with TOO_MANY_REQUESTS when the pool is full
 */
gboolean postern_password_hash_verify (PosternPasswordPool *pool, const PosternPasswordCost *cost, const char *stored, const char *password,
                                       PosternPasswordResult *result, GCancellable *cancellable, GError **error);
/** postern_password_hash_is_known: whether @stored is of a scheme that can be verified here; for imports. */
gboolean postern_password_hash_is_known (const char *stored);

/* For postern-password-hash.c: the scheme of new hashes. */
char *postern_password_argon2_make (const PosternPasswordCost *cost, const char *password);
/** TRUE when @stored is Argon2id and costs at least @cost. */
gboolean postern_password_argon2_is_current (const PosternPasswordCost *cost, const char *stored);

G_END_DECLS
