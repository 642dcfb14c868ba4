/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-policy.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>
#include <zxcvbn.h>

#define LOOK_AT 100 /* bytes that zxcvbn sees: its time grows with the square, and what is strong by then stays so */

/* ASCII is in normal form. */
char *
postern_password_policy_normalize (const char *typed)
{
  if (typed && g_str_is_ascii (typed))
    return g_strdup (typed);
  return typed && g_utf8_validate (typed, -1, NULL) ? g_utf8_normalize (typed, -1, G_NORMALIZE_NFC) : NULL;
}

/* zxcvbn's score of its guesses: up to 10^3 is 0, 10^6 1, 10^8 2, 10^10 3, beyond 4. */
static guint
score_of (const char *password, const char *const *words)
{
  static const double powers[] = { 3, 6, 8, 10 };
  g_autofree char *seen = g_strndup (password, LOOK_AT);
  double guesses = ZxcvbnMatch (seen, (const char **) words, NULL) * log10 (2);
  guint score = 0;

  while (score < G_N_ELEMENTS (powers) && guesses >= powers[score])
    score++;
  memset (seen, 0, strlen (seen));
  return score;
}

/* One character over and over, whatever its length. */
static gboolean
is_one_character (const char *password)
{
  gunichar first = g_utf8_get_char (password);

  for (const char *p = password; *p; p = g_utf8_next_char (p))
    if (g_utf8_get_char (p) != first)
      return FALSE;
  return TRUE;
}

const char *
postern_password_policy_check (PosternPolicy *policy, PosternPasswordBreached *breached, const char *password, gboolean alone, const char *const *words)
{
  static const char *const nothing[] = { NULL };
  glong length = g_utf8_strlen (password, -1);
  guint least = alone ? policy->password_min_length : policy->password_min_length_with_factor;

  if (length < (glong) least)
    return N_("This password is too short. A few words one after the other are long and easy to remember.");
  if (length > (glong) policy->password_max_length)
    return N_("This password is too long. Leave some of it away.");
  if (is_one_character (password) || postern_password_breached_contains (breached, password))
    return N_("This password is in lists of stolen passwords. Choose another one.");
  if (score_of (password, words ? words : nothing) < policy->password_min_score)
    return N_("This password is easy to guess. Add a word or two that have nothing to do with you.");
  return NULL;
}

char **
postern_password_policy_dup_words (const char *const *texts)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; texts[i]; i++) {
    g_auto (GStrv) pieces = g_strsplit_set (texts[i], " @.-_+:/", 32);

    g_ptr_array_add (words, g_utf8_strdown (texts[i], -1));
    for (guint n = 0; pieces[n]; n++)
      if (strlen (pieces[n]) > 2)
        g_ptr_array_add (words, g_utf8_strdown (pieces[n], -1));
  }
  g_ptr_array_add (words, NULL);
  return (char **) g_ptr_array_steal (words, NULL);
}
