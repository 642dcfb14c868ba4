/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many Argon2id hashes a second of processor time this machine does at our default cost (m = 19 MiB, t = 2, p = 1): what
 * password sign-ins are measured against. hash-bench [WAY [COUNT [KIB ITERATIONS]]]; a way's rate alone, else each with the spread
 * of its hashes, because memory that is there now and is not then makes two kinds of them.
 */
#include "postern-password-argon2.h"
#include "postern-password-memory.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#ifdef HAVE_SODIUM
#include <sodium.h>
#endif

#define PASSWORD "a long passphrase of the bench"
#define SALT "sixteen byte salt"

static PosternPasswordArgon2 shape = { 19456, 2, 1, ARGON2_VERSION_13 };
static GBytes *salt;
static guint8 hash[32];

static gboolean
by_malloc (void)
{
  return argon2id_hash_raw (shape.iterations, shape.memory, 1, PASSWORD, strlen (PASSWORD), SALT, 16, hash, sizeof hash) == ARGON2_OK;
}

static gboolean
by_arena (void)
{
  return postern_password_argon2_hash (&shape, Argon2_id, PASSWORD, salt, hash, sizeof hash);
}

static gboolean
by_sodium (void)
{
  return postern_password_sodium_fits (&shape, Argon2_id, salt, sizeof hash) && postern_password_sodium_hash (&shape, PASSWORD, salt, hash, sizeof hash);
}

/* As any program calls it */
static gboolean
by_shared (void)
{
#ifdef HAVE_SODIUM
  return sodium_init () >= 0 && crypto_pwhash (hash, sizeof hash, PASSWORD, strlen (PASSWORD), (const unsigned char *) SALT, shape.iterations,
                                               (size_t) shape.memory * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0;
#else
  return FALSE;
#endif
}

static const struct {
  const char *name, *help;
  gboolean (*run) (void);
} ways[] = {
  { "malloc", "libargon2, memory by malloc()", by_malloc },
  { "arena", "libargon2, memory kept by the thread", by_arena },
  { "shared", "libsodium, memory of its own", by_shared },
  { "sodium", "libsodium, memory kept by the thread", by_sodium },
};

/* Milliseconds of this process */
static double
now (void)
{
  struct timespec used;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used);
  return (double) used.tv_sec * 1e3 + (double) used.tv_nsec / 1e6;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double one = *(const double *) a, two = *(const double *) b;

  return (one > two) - (one < two);
}

/* Returns: FALSE: this way is not built, or fails */
static gboolean
measure (guint way, guint count, double *times, double *rate)
{
  double begin;

  if (!ways[way].run ())
    return FALSE;
  begin = now ();
  for (guint i = 0; i < count; i++) {
    double from = now ();
    if (!ways[way].run ())
      return FALSE;
    times[i] = now () - from;
  }
  *rate = count * 1e3 / (now () - begin);
  return TRUE;
}

int
main (int argc, char **argv)
{
  guint count = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 40;
  g_autofree double *times = g_new0 (double, MAX (count, 1));
  double rate;

  if (argc > 4) {
    shape.memory = (guint32) g_ascii_strtoull (argv[3], NULL, 10);
    shape.iterations = (guint32) g_ascii_strtoull (argv[4], NULL, 10);
  }
  salt = g_bytes_new_static (SALT, 16);
  postern_password_memory_keep ((gsize) shape.memory * 1024);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    if (argc > 1 && strcmp (argv[1], ways[i].name) != 0)
      continue;
    if (!measure (i, count, times, &rate)) {
      if (argc > 1)
        return 1;
      continue;
    }
    qsort (times, count, sizeof *times, compare);
    if (argc > 1)
      printf ("%.2f\n", rate);
    else
      printf ("%-40s %7.2f a second; a hash takes %.1f ms at least, %.1f in the middle, %.1f at most\n", ways[i].help, rate, times[0], times[count / 2], times[count - 1]);
  }
  return 0;
}
