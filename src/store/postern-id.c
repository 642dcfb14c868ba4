/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-store-private.h"

#include <string.h>

#include "postern-store-random.h"

/* Digits in ASCII order, so that ids sort as their times; without i, l, o and u, which people misread. */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

#define ID_DIGITS 26

/* UUIDv7's 48 bits of milliseconds and 12 bits of their fraction (RFC 9562 section 6.2, method 3): never twice the same, and never
 * backwards within the process, even when the clock is. */
static guint64
next_tick (void)
{
  static gint64 last;
  gint64 now_us = g_get_real_time ();
  gint64 now = (now_us / 1000) << 12 | ((now_us % 1000) << 12) / 1000;
  gint64 seen = __atomic_load_n (&last, __ATOMIC_RELAXED);

  for (;;)
    {
      gint64 next = MAX (now, seen + 1);

      if (__atomic_compare_exchange_n (&last, &seen, next, TRUE, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return (guint64) next;
    }
}

static void
make_uuid (guint8 uuid[16])
{
  guint64 tick = next_tick ();

  postern_store_random_fill (uuid + 8, 8);
  for (guint i = 0; i < 6; i++)
    uuid[i] = (guint8) (tick >> (52 - 8 * i));
  uuid[6] = (guint8) (0x70 | (tick >> 8 & 0x0f));
  uuid[7] = (guint8) tick;
  uuid[8] = (guint8) (0x80 | (uuid[8] & 0x3f));
}

static char *
encode (const char *prefix, const guint8 uuid[16])
{
  gsize start = strlen (prefix) + 1;
  char *id = g_malloc (start + ID_DIGITS + 1);
  guint32 bits = 0;
  guint n_bits = 2; /* 130 bits of digits hold 128: two zeroes in front */
  gsize at = start;

  memcpy (id, prefix, start - 1);
  id[start - 1] = '_';
  for (guint i = 0; i < 16; i++)
    {
      bits = bits << 8 | uuid[i];
      for (n_bits += 8; n_bits >= 5; n_bits -= 5)
        id[at++] = alphabet[bits >> (n_bits - 5) & 31];
    }
  id[at] = '\0';
  return id;
}

char *
postern_id_new (const char *prefix)
{
  guint8 uuid[16];

  make_uuid (uuid);
  return encode (prefix, uuid);
}

static void
put_time (guint8 uuid[16], gint64 time)
{
  guint64 milliseconds = (guint64) CLAMP (time, 0, G_MAXINT64 >> 24) * 1000;

  for (guint i = 0; i < 6; i++)
    uuid[i] = (guint8) (milliseconds >> (40 - 8 * i));
}

char *
postern_id_get_first (const char *prefix, gint64 time)
{
  guint8 uuid[16] = { 0 };

  put_time (uuid, time);
  return encode (prefix, uuid);
}

/* All but the time is chance (RFC 9562 section 5.7). */
char *
postern_id_new_at (const char *prefix, gint64 time)
{
  guint8 uuid[16];

  postern_store_random_fill (uuid, sizeof uuid);
  put_time (uuid, time);
  uuid[6] = (guint8) (0x70 | (uuid[6] & 0x0f));
  uuid[8] = (guint8) (0x80 | (uuid[8] & 0x3f));
  return encode (prefix, uuid);
}

/* The digit's value; -1 for what is none. */
static int
value_of (char digit)
{
  static const gint8 letters[] = { 10, 11, 12, 13, 14, 15, 16, 17, -1, 18, 19, -1, 20, 21, -1, 22, 23, 24, 25, 26, -1, 27, 28, 29, 30, 31 };

  if (digit >= '0' && digit <= '9')
    return digit - '0';
  return digit >= 'a' && digit <= 'z' ? letters[digit - 'a'] : -1;
}

/* Also in the middle of a longer text; a NUL is no digit. */
static gboolean
are_digits (const char *digits)
{
  for (guint i = 0; i < ID_DIGITS; i++)
    if (value_of (digits[i]) < 0)
      return FALSE;
  return digits[0] < '8';
}

gboolean
postern_id_is_valid (const char *id, const char *prefix)
{
  gsize start = strlen (prefix);

  if (id == NULL || strlen (id) != start + 1 + ID_DIGITS || memcmp (id, prefix, start) != 0 || id[start] != '_')
    return FALSE;
  return are_digits (id + start + 1);
}

static guint64
read_digits (const char *digits, guint n)
{
  guint64 value = 0;

  for (guint i = 0; i < n; i++)
    value = value << 5 | (guint64) value_of (digits[i]);
  return value;
}

/* Ten digits are the 48 bits of milliseconds; the next six are the version (4 bits), the fraction (12), the variant (2) and
 * the first bits of chance (12), of which 9 fit beside 42 bits of milliseconds: until the year 2109. */
gint64
postern_id_get_key (const char *id)
{
  const char *digits = id ? strchr (id, '_') : NULL;
  guint64 milliseconds, rest;

  if (digits == NULL || !are_digits (++digits) || digits[ID_DIGITS] != '\0')
    return -1;
  milliseconds = read_digits (digits, 10);
  rest = read_digits (digits + 10, 6);
  if (milliseconds >> 42 != 0)
    return -1;
  return (gint64) (milliseconds << 21 | (rest >> 14 & 0xfff) << 9 | (rest & 0xfff) >> 3);
}

#define LAST_TIME ((((gint64) 1 << 42) - 1) / 1000) /* seconds: the last one that a key has room for, in the year 2109 */

gint64
postern_id_get_first_key (gint64 time)
{
  return CLAMP (time, 0, LAST_TIME) * 1000 << 21; /* whoever asks for a later one means the end of all */
}
