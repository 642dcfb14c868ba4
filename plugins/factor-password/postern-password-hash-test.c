/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-hash.h"

#include <argon2.h>
#include <time.h>

#include "postern-error.h"

static const PosternPasswordCost cheap = { 64, 1, 1 };
static PosternPasswordGate *gate;

static PosternPasswordResult
verify (const char *stored, const char *password)
{
  g_autoptr (GError) error = NULL;
  PosternPasswordResult result;

  postern_password_hash_verify (gate, &cheap, stored, password, &result, NULL, &error);
  g_assert_no_error (error);
  return result;
}

static void
test_make (void)
{
  g_autofree char *one = postern_password_hash_make (gate, &cheap, "correct horse", NULL, NULL);
  g_autofree char *two = postern_password_hash_make (gate, &cheap, "correct horse", NULL, NULL);
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
    "$argon2id$", "$argon2id$$$$", "$argon2id$v=19$m=64,t=1,p=1",
    "$pbkdf2-sha256$4294967295$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M",
    "$pbkdf2-sha256$0$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M",
    "$scrypt$ln=30,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M",
    "$scrypt$ln=22,r=32,p=16$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M",
    "$scrypt$ln=64,r=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M",
    "$2b$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
    "$2x$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
    "$2b$04$", "$2b$", "", "plain", "$1$abcdefgh$", "{SSHA}abc",
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

/* Of this thread: what else the machine does must not decide a test. */
static gint64
processor_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gint64
time_of (const char *stored)
{
  static const PosternPasswordCost normal = { 19456, 2, 1 };
  g_autoptr (PosternPasswordGate) wide = postern_password_gate_new (1024 * 1024, 4, 4);
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

/* --- the gate ---------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternPasswordGate *gate;
  gint running, most, refused;
} Crowd;

static gpointer
pass (gpointer data)
{
  Crowd *crowd = data;
  g_autoptr (GError) error = NULL;
  gint now;

  if (!postern_password_gate_enter (crowd->gate, 100, NULL, &error)) {
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS);
    g_atomic_int_inc (&crowd->refused);
    return NULL;
  }
  now = g_atomic_int_add (&crowd->running, 1) + 1;
  for (gint most = g_atomic_int_get (&crowd->most); now > most; most = g_atomic_int_get (&crowd->most))
    g_atomic_int_compare_and_exchange (&crowd->most, most, now);
  g_usleep (100000);
  g_atomic_int_add (&crowd->running, -1);
  postern_password_gate_leave (crowd->gate, 100);
  return NULL;
}

static void
test_gate (void)
{
  g_autoptr (PosternPasswordGate) narrow = postern_password_gate_new (250, 8, 4);
  Crowd crowd = { narrow, 0, 0, 0 };
  GThread *threads[20];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("crowd", pass, &crowd);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (crowd.most, ==, 2); /* 250 KiB have room for two of 100 */
  g_assert_cmpint (crowd.refused, >, 0);
  g_assert_cmpint (crowd.refused, <=, 14);
}

static void
test_gate_cancelled (void)
{
  g_autoptr (PosternPasswordGate) narrow = postern_password_gate_new (100, 1, 4);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (postern_password_gate_enter (narrow, 100, NULL, NULL));
  g_cancellable_cancel (cancellable);
  g_assert_false (postern_password_gate_enter (narrow, 100, cancellable, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS);
  postern_password_gate_leave (narrow, 100);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  gate = postern_password_gate_new (64 * 1024, 2, 8);
  g_test_add_func ("/password-hash/make", test_make);
  g_test_add_func ("/password-hash/imports", test_imports);
  g_test_add_func ("/password-hash/argon2-kinds", test_argon2_kinds);
  g_test_add_func ("/password-hash/bombs", test_bombs);
  g_test_add_func ("/password-hash/limit", test_limit);
  g_test_add_func ("/password-hash/same-time", test_same_time);
  g_test_add_func ("/password-gate/bounds", test_gate);
  g_test_add_func ("/password-gate/cancelled", test_gate_cancelled);
  result = g_test_run ();
  postern_password_gate_free (gate);
  return result;
}
