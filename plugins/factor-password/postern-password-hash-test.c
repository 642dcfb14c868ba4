/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-hash.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "postern-error.h"
#include "postern-password-argon2.h"
#include "postern-password-memory.h"

static const PosternPasswordCost cheap = { 64, 1, 1 };
static PosternPasswordPool *pool;

static PosternPasswordResult
verify (const char *stored, const char *password)
{
  g_autoptr (GError) error = NULL;
  PosternPasswordResult result;

  postern_password_hash_verify (pool, &cheap, stored, password, &result, NULL, &error);
  g_assert_no_error (error);
  return result;
}

static void
test_make (void)
{
  g_autofree char *one = postern_password_hash_make (pool, &cheap, "correct horse", NULL, NULL);
  g_autofree char *two = postern_password_hash_make (pool, &cheap, "correct horse", NULL, NULL);
  static const PosternPasswordCost dear = { 128, 1, 1 };

  g_assert_true (g_str_has_prefix (one, "$argon2id$v=19$m=64,t=1,p=1$"));
  g_assert_cmpstr (one, !=, two);
  g_assert_cmpint (verify (one, "correct horse"), ==, POSTERN_PASSWORD_RIGHT);
  g_assert_cmpint (verify (one, "correct horsf"), ==, POSTERN_PASSWORD_WRONG);
  g_assert_cmpint (verify (one, ""), ==, POSTERN_PASSWORD_WRONG);
  g_assert_false (postern_password_argon2_is_current (&dear, one));
  /* The reference code reads what we write. */
  g_assert_cmpint (argon2_verify (one, "correct horse", 13, Argon2_id), ==, ARGON2_OK);
}

/* What the makers of the scheme published with their code: signer key, separator, salt, and what "user1password" becomes. */
#define FIREBASE                                                                                                      \
  "$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA"                           \
  "$Bw$42xEC+ixf3L2lw$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ"

static void
test_firebase (void)
{
  static const char stored[] = "$firebase-scrypt$ln=14,r=8" FIREBASE;

  g_assert_true (postern_password_hash_is_known (stored));
  g_assert_cmpint (verify (stored, "user1password"), ==, POSTERN_PASSWORD_UPGRADE);
  g_assert_cmpint (verify (stored, "user1passwore"), ==, POSTERN_PASSWORD_WRONG);
}

/* Made by Python's hashlib and libxcrypt. */
static void
test_imports (void)
{
  static const char *const stored[] = {
    "$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
    "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M",
    "$pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg$OM0FAoIqCVK1sWtxDiffVlBejtLa.ks4TP71JiecwuSZCG8iLbnlIEPOMoVX.i2B2wkSxjQ8CRGR9OkNGuIPMQ",
    "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M",
    "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M",
    "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
    "$2a$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
    "$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
  };

  for (guint i = 0; i < G_N_ELEMENTS (stored); i++) {
    g_test_message ("%s", stored[i]);
    g_assert_true (postern_password_hash_is_known (stored[i]));
    g_assert_cmpint (verify (stored[i], "correct horse"), ==, POSTERN_PASSWORD_UPGRADE);
    g_assert_cmpint (verify (stored[i], "correct horsf"), ==, POSTERN_PASSWORD_WRONG);
  }
}

static void
test_argon2_kinds (void)
{
  static const argon2_type types[] = { Argon2_i, Argon2_d, Argon2_id };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    for (guint old = 0; old < 2; old++) {
      char stored[256];
      guint8 hash[24];

      g_assert_cmpint (argon2_hash (2, 64, 2, "pw", 2, "0123456789ab", 12, hash, sizeof hash, stored, sizeof stored, types[i],
                                    old ? ARGON2_VERSION_10 : ARGON2_VERSION_13), ==, ARGON2_OK);
      g_assert_cmpint (verify (stored, "pw"), ==, POSTERN_PASSWORD_UPGRADE);
      g_assert_cmpint (verify (stored, "pv"), ==, POSTERN_PASSWORD_WRONG);
    }
}

/* Strings that would take the machine's memory or its time, or that are not what they seem: refused before any work. */
static void
test_bombs (void)
{
  static const char *const stored[] = {
    "$argon2id$v=19$m=4194304,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
    "$argon2id$v=19$m=4294967295,t=4294967295,p=1$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
    "$argon2id$v=19$m=65536,t=100000,p=1$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
    "$argon2id$v=19$m=65536,t=1,p=4096$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
    "$argon2id$v=19$m=64,t=1,p=0$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
    "$argon2id$v=19$m=64,m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
    "$argon2id$v=19$m=99999999999999999999,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
    "$argon2id$v=19$m=-64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
    "$argon2id$v=19$m=64,t=1,p=1$MDEy$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
    "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$",
    "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$aUf!",
    "$argon2id$v=18$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
    "$argon2id$v=19$m=64,t=1,p=1,a=1,b=1,c=1,d=1$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
    "$argon2id$v=19$m=64,t=1,p=1,$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
    "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ$aUfE2vx5Q7zgbb0jx49AaNpXUQQ",
    "$argon2id$", "$argon2id$$$$", "$argon2id$v=19$m=64,t=1,p=1",
    "$pbkdf2-sha256$4294967295$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M",
    "$pbkdf2-sha256$0$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M",
    "$scrypt$ln=30,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M",
    "$scrypt$ln=22,r=32,p=16$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M",
    "$scrypt$ln=64,r=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M",
    "$2b$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
    "$2x$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
    "$2b$04$", "$2b$", "", "plain", "$1$abcdefgh$", "{SSHA}abc",
    "$firebase-scrypt$", "$firebase-scrypt$ln=14,r=8$AAAA$AAAA$AAAA$AAAA", "$firebase-scrypt$ln=21,r=8" FIREBASE, "$firebase-scrypt$ln=14,r=17" FIREBASE,
    "$firebase-scrypt$ln=14" FIREBASE, "$firebase-scrypt$ln=14,r=8,p=1" FIREBASE, "$firebase-scrypt$ln=14,r=8" FIREBASE "$AAAA", "$firebase-scrypt$ln=14,r=8" FIREBASE "==",
  };
  gint64 begin = g_get_monotonic_time ();

  for (guint i = 0; i < G_N_ELEMENTS (stored); i++) {
    g_test_message ("%s", stored[i]);
    g_assert_false (postern_password_hash_is_known (stored[i]));
    g_assert_cmpint (verify (stored[i], "correct horse"), ==, POSTERN_PASSWORD_WRONG);
  }
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 5 * G_TIME_SPAN_SECOND);
}

/* What the operator's limit forbids is not allocated either, however well formed. */
static void
test_limit (void)
{
  static const char stored[] = "$argon2id$v=19$m=262144,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ";

  g_assert_true (postern_password_hash_is_known (stored));
  g_assert_cmpint (verify (stored, "x"), ==, POSTERN_PASSWORD_WRONG);
}

/* Of this process: what else the machine does must not decide a test. */
static gint64
processor_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gint64
time_of (const char *stored)
{
  static const PosternPasswordCost normal = { 19456, 2, 1 };
  g_autoptr (PosternPasswordPool) wide = postern_password_pool_new (1024 * 1024, 4, 4, normal.memory);
  PosternPasswordResult result;
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < 5; i++) {
    gint64 begin = processor_time ();

    postern_password_hash_verify (wide, &normal, stored, "guess", &result, NULL, NULL);
    best = MIN (best, processor_time () - begin);
  }
  return best;
}

/* Nobody takes as long as somebody. */
static void
test_same_time (void)
{
  static const char somebody[] = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M";
  gint64 known = time_of (somebody);
  gint64 unknown = time_of (NULL);

  g_test_message ("somebody %" G_GINT64_FORMAT " us, nobody %" G_GINT64_FORMAT " us", known, unknown);
  g_assert_cmpint (ABS (known - unknown), <, MAX (known, unknown) / 2);
}

/* --- two libraries, one hash ------------------------------------------------------------------------------------- */

/* RFC 9106 section 5.3: that libargon2 is what the others are held against. It has lanes, a secret and data, as no password has. */
static void
test_rfc9106 (void)
{
  static const guint8 tag[] = { 0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53, 0xc9,
                                0xd0, 0x1e, 0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01, 0xe6, 0x59 };
  guint8 password[32], salt[16], secret[8], data[12], hash[32];
  argon2_context context = { .out = hash, .outlen = 32, .pwd = password, .pwdlen = 32, .salt = salt, .saltlen = 16, .secret = secret, .secretlen = 8,
                             .ad = data, .adlen = 12, .t_cost = 3, .m_cost = 32, .lanes = 4, .threads = 4, .version = ARGON2_VERSION_13,
                             .allocate_cbk = postern_password_memory_allocate, .free_cbk = postern_password_memory_free };

  memset (password, 1, sizeof password);
  memset (salt, 2, sizeof salt);
  memset (secret, 3, sizeof secret);
  memset (data, 4, sizeof data);
  g_assert_cmpint (argon2_ctx (&context, Argon2_id), ==, ARGON2_OK);
  g_assert_cmpmem (hash, sizeof hash, tag, sizeof tag);
}

/* Of the reference code's own tests. */
static void
test_known (void)
{
  static const PosternPasswordArgon2 shape = { 65536, 2, 1, ARGON2_VERSION_13 };
  static const guint8 known[] = { 0x09, 0x31, 0x61, 0x15, 0xd5, 0xcf, 0x24, 0xed, 0x5a, 0x15, 0xa3, 0x1a, 0x3b, 0xa3, 0x26, 0xe5,
                                  0xcf, 0x32, 0xed, 0xc2, 0x47, 0x02, 0x98, 0x7c, 0x02, 0xb6, 0x56, 0x6f, 0x61, 0x91, 0x3c, 0xf7 };
  g_autoptr (GBytes) salt = g_bytes_new_static ("somesalt", 8);
  guint8 hash[32];

  g_assert_true (postern_password_argon2_hash (&shape, Argon2_id, "password", salt, hash, sizeof hash));
  g_assert_cmpmem (hash, sizeof hash, known, sizeof known);
  g_assert_false (postern_password_sodium_fits (&shape, Argon2_id, salt, sizeof hash));
}

static GBytes *
random_bytes (gsize length)
{
  guint8 *bytes = g_malloc (length);

  for (gsize i = 0; i < length; i++)
    bytes[i] = (guint8) g_test_rand_int ();
  return g_bytes_new_take (bytes, length);
}

/* Any password of bytes but NUL, any cost: the same hash from both. */
static void
test_same_hash (void)
{
  g_autoptr (GBytes) some = random_bytes (16);

  if (!postern_password_sodium_fits (&(PosternPasswordArgon2){ 64, 1, 1, ARGON2_VERSION_13 }, Argon2_id, some, 32)) {
    g_test_skip ("built without libsodium, so one library makes all hashes (tests/packages installs it, so tests/run compares)");
    return;
  }
  for (guint i = 0; i < 200; i++) {
    PosternPasswordArgon2 shape = { (guint32) g_test_rand_int_range (8, i % 20 ? 500 : 20000), (guint32) g_test_rand_int_range (1, 5), 1, ARGON2_VERSION_13 };
    g_autoptr (GBytes) salt = random_bytes (16);
    g_autofree char *password = g_strnfill ((gsize) g_test_rand_int_range (0, 300), 'x');
    gsize length = (gsize) g_test_rand_int_range (16, 65);
    guint8 one[64], two[64];

    for (char *c = password; *c; c++)
      *c = (char) g_test_rand_int_range (1, 256);
    g_assert_true (postern_password_sodium_fits (&shape, Argon2_id, salt, length));
    g_assert_true (postern_password_sodium_hash (&shape, password, salt, one, length));
    g_assert_true (postern_password_argon2_hash (&shape, Argon2_id, password, salt, two, length));
    g_assert_cmpmem (one, length, two, length);
  }
}

/* What libsodium would compute otherwise, or not at all. */
static void
test_does_not_fit (void)
{
  static const PosternPasswordArgon2 right = { 64, 1, 1, ARGON2_VERSION_13 }, lanes = { 64, 1, 2, ARGON2_VERSION_13 }, old = { 64, 1, 1, ARGON2_VERSION_10 };
  g_autoptr (GBytes) salt = random_bytes (16);
  g_autoptr (GBytes) shorter = random_bytes (15);

  g_assert_false (postern_password_sodium_fits (&right, Argon2_i, salt, 32));
  g_assert_false (postern_password_sodium_fits (&right, Argon2_d, salt, 32));
  g_assert_false (postern_password_sodium_fits (&lanes, Argon2_id, salt, 32));
  g_assert_false (postern_password_sodium_fits (&old, Argon2_id, salt, 32));
  g_assert_false (postern_password_sodium_fits (&right, Argon2_id, shorter, 32));
  g_assert_false (postern_password_sodium_fits (&right, Argon2_id, salt, 15));
}

/* --- the pool ---------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternPasswordPool *pool;
  gint running, most, refused;
} Crowd;

static void
pass (gpointer data)
{
  Crowd *crowd = data;
  gint now = g_atomic_int_add (&crowd->running, 1) + 1;

  for (gint most = g_atomic_int_get (&crowd->most); now > most; most = g_atomic_int_get (&crowd->most))
    g_atomic_int_compare_and_exchange (&crowd->most, most, now);
  g_usleep (100000);
  g_atomic_int_add (&crowd->running, -1);
}

static gpointer
come (gpointer data)
{
  Crowd *crowd = data;
  g_autoptr (GError) error = NULL;

  if (!postern_password_pool_run (crowd->pool, 100, pass, crowd, NULL, &error)) {
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS);
    g_atomic_int_inc (&crowd->refused);
  }
  return NULL;
}

static void
test_pool (void)
{
  g_autoptr (PosternPasswordPool) narrow = postern_password_pool_new (250, 8, 4, 100);
  Crowd crowd = { narrow, 0, 0, 0 };
  GThread *threads[20];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("crowd", come, &crowd);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (crowd.most, ==, 2); /* 250 KiB have room for two of 100 */
  g_assert_cmpint (crowd.refused, >, 0);
  g_assert_cmpint (crowd.refused, <=, 14);
}

typedef struct {
  PosternPasswordPool *pool;
  GMutex lock; /* held as long as the work shall take */
  gint begun;
} Block;

static void
block (gpointer data)
{
  Block *it = data;

  g_atomic_int_set (&it->begun, TRUE);
  g_mutex_lock (&it->lock);
  g_mutex_unlock (&it->lock);
}

static gpointer
run_block (gpointer data)
{
  g_assert_true (postern_password_pool_run (((Block *) data)->pool, 100, block, data, NULL, NULL));
  return NULL;
}

static void
never (gpointer data)
{
  g_assert_not_reached ();
}

static void
test_cancelled (void)
{
  g_autoptr (PosternPasswordPool) narrow = postern_password_pool_new (100, 1, 4, 100);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Block holder = { narrow };
  GThread *thread;

  g_mutex_lock (&holder.lock);
  thread = g_thread_new ("holder", run_block, &holder);
  while (!g_atomic_int_get (&holder.begun))
    g_usleep (1000);
  g_cancellable_cancel (cancellable);
  g_assert_false (postern_password_pool_run (narrow, 100, never, NULL, cancellable, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS);
  g_mutex_unlock (&holder.lock);
  g_thread_join (thread);
  g_assert_true (postern_password_pool_run (narrow, 100, block, &holder, NULL, NULL)); /* the place is free again */
}

typedef struct {
  int policy, nice;
} Rank;

static void
look_at_rank (gpointer data)
{
  *(Rank *) data = (Rank){ sched_getscheduler (0), getpriority (PRIO_PROCESS, 0) };
}

/* Only who hashes steps back: the threads of the wire, and who asks, stay what they are. */
static void
test_priority (void)
{
  g_autoptr (PosternPasswordPool) one = postern_password_pool_new (100, 1, 4, 100);
  Rank mine, its;

  g_assert_true (postern_password_pool_run (one, 1, look_at_rank, &its, NULL, NULL));
  look_at_rank (&mine);
  g_assert_cmpint (its.policy, ==, SCHED_BATCH);
  g_assert_cmpint (its.nice, ==, MIN (19, mine.nice + POSTERN_PASSWORD_POOL_NICE));
  g_assert_cmpint (mine.policy, ==, SCHED_OTHER);
}

#define ARENA ((gsize) 19456 * 1024)

typedef struct {
  guint8 *first, *second;
  gsize left; /* bytes of the first hash that the second one could read */
} Arena;

static void
hash_twice (gpointer data)
{
  static const PosternPasswordArgon2 shape = { ARENA / 1024, 1, 1, ARGON2_VERSION_13 };
  g_autoptr (GBytes) salt = random_bytes (16);
  Arena *arena = data;
  guint8 hash[32];

  g_assert_cmpint (postern_password_memory_allocate (&arena->first, ARENA), ==, 0);
  memset (arena->first, 1, ARENA);
  postern_password_memory_free (arena->first, ARENA);
  g_assert_true (postern_password_argon2_hash (&shape, Argon2_id, "correct horse", salt, hash, sizeof hash));
  g_assert_cmpint (postern_password_memory_allocate (&arena->second, ARENA), ==, 0);
  for (gsize i = 0; i < ARENA; i++)
    arena->left += arena->second[i] != 0;
  postern_password_memory_free (arena->second, ARENA);
}

/* A thread of the pool hashes in one place, and leaves nothing of a password there. */
static void
test_arena (void)
{
  g_autoptr (PosternPasswordPool) one = postern_password_pool_new (1024 * 1024, 1, 4, ARENA / 1024);
  Arena arena = { NULL };

  g_assert_true (postern_password_pool_run (one, ARENA / 1024, hash_twice, &arena, NULL, NULL));
  g_assert_true (arena.first == arena.second);
  g_assert_cmpuint (arena.left, ==, 0);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  pool = postern_password_pool_new (64 * 1024, 2, 8, cheap.memory);
  g_test_add_func ("/password-hash/make", test_make);
  g_test_add_func ("/password-hash/imports", test_imports);
  g_test_add_func ("/password-hash/firebase", test_firebase);
  g_test_add_func ("/password-hash/argon2-kinds", test_argon2_kinds);
  g_test_add_func ("/password-hash/bombs", test_bombs);
  g_test_add_func ("/password-hash/limit", test_limit);
  g_test_add_func ("/password-hash/same-time", test_same_time);
  g_test_add_func ("/password-argon2/rfc9106", test_rfc9106);
  g_test_add_func ("/password-argon2/known", test_known);
  g_test_add_func ("/password-argon2/same-hash", test_same_hash);
  g_test_add_func ("/password-argon2/does-not-fit", test_does_not_fit);
  g_test_add_func ("/password-pool/bounds", test_pool);
  g_test_add_func ("/password-pool/cancelled", test_cancelled);
  g_test_add_func ("/password-pool/priority", test_priority);
  g_test_add_func ("/password-pool/arena", test_arena);
  result = g_test_run ();
  postern_password_pool_free (pool);
  return result;
}
