/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-policy.h"

#include "postern-assurance.h"
#include "postern-error.h"
#include "postern-risk.h"

#include <string.h>

#define DAY (24 * 3600)
#define DEFAULT_FACTORS (POSTERN_SECOND_PASSKEY | POSTERN_SECOND_TOTP | POSTERN_SECOND_RECOVERY_CODE) /* what is sent can be intercepted: only where it is wanted */

#define STRICT_FACTORS DEFAULT_FACTORS
#define PROFILE "profile"
#define PROFILES "standard strict"

typedef enum { BOOLEAN, COUNT, SECONDS, RULE, FACTORS, EFFECT } Sort;
typedef enum { ANY, AT_LEAST, AT_MOST, AMONG } Side; /* on which side of its bound the stricter values are */

typedef struct {
  const char *name;
  Sort sort;
  gsize offset;
  gint64 fallback, least, most;
  Side side;
  gint64 bound; /* of the profile "strict": what holds there, and nothing laxer can be set */
} Row;

#define FIELD(name) #name, COUNT, G_STRUCT_OFFSET(PosternPolicy, name)
#define RISK(name)  #name, EFFECT, G_STRUCT_OFFSET(PosternPolicy, name)
#define TIME(name)  #name, SECONDS, G_STRUCT_OFFSET(PosternPolicy, name)

static const Row rows[] = {
    {"sign_up_enabled", BOOLEAN, G_STRUCT_OFFSET (PosternPolicy, sign_up_enabled), TRUE, FALSE, TRUE},
    {"linking_enabled", BOOLEAN, G_STRUCT_OFFSET (PosternPolicy, linking_enabled), TRUE, FALSE, TRUE},
    {"password_enabled", BOOLEAN, G_STRUCT_OFFSET (PosternPolicy, password_enabled), TRUE, FALSE, TRUE},
    {"passkey_enabled", BOOLEAN, G_STRUCT_OFFSET (PosternPolicy, passkey_enabled), TRUE, FALSE, TRUE},
    {"email_code_enabled", BOOLEAN, G_STRUCT_OFFSET (PosternPolicy, email_code_enabled), TRUE, FALSE, TRUE},
    {"sms_code_enabled", BOOLEAN, G_STRUCT_OFFSET (PosternPolicy, sms_code_enabled), FALSE, FALSE, TRUE},
    {"no_account_mail", BOOLEAN, G_STRUCT_OFFSET (PosternPolicy, no_account_mail), FALSE, FALSE, TRUE},
    {"pkce_required", BOOLEAN, G_STRUCT_OFFSET (PosternPolicy, pkce_required), FALSE, FALSE, TRUE, AT_LEAST, TRUE},
    {"address_tags_ignored", BOOLEAN, G_STRUCT_OFFSET (PosternPolicy, address_tags_ignored), FALSE, FALSE, TRUE},
    {FIELD (codes_per_recipient), 6, 1, 1000},
    {FIELD (codes_per_address), 60, 1, 100000},
    {FIELD (codes_per_prefix), 200, 1, 1000000},
    {FIELD (codes_per_tenant), 10000, 1, 10000000},
    {TIME (code_window), 3600, 60, DAY},
    {FIELD (password_min_length), 15, 8, 128, AT_LEAST, 15}, /* NIST SP 800-63B-4 section 3.1.1.2 */
    {FIELD (password_min_length_with_factor), 8, 8, 128},
    {FIELD (password_max_length), 128, 64, 1024},
    {FIELD (password_min_score), 2, 0, 4, AT_LEAST, 3},
    {"second_factor", RULE, G_STRUCT_OFFSET (PosternPolicy, second_factor), POSTERN_SECOND_OPTIONAL, 0, 0, AT_LEAST, POSTERN_SECOND_REQUIRED},
    {"second_factors", FACTORS, G_STRUCT_OFFSET (PosternPolicy, second_factors), DEFAULT_FACTORS, 0, 0, AMONG, STRICT_FACTORS},
    {RISK (risk_new_device), POSTERN_RISK_NOTIFY, 0, 0, AT_LEAST, POSTERN_RISK_NOTIFY},
    {RISK (risk_many_failures), POSTERN_RISK_CAPTCHA, 0, 0, AT_LEAST, POSTERN_RISK_NOTIFY},
    {RISK (risk_new_country), POSTERN_RISK_NOTIFY, 0, 0, AT_LEAST, POSTERN_RISK_SECOND_FACTOR}, /* not REFUSE: a database may be wrong */
    {RISK (risk_impossible_travel), POSTERN_RISK_SECOND_FACTOR, 0, 0, AT_LEAST, POSTERN_RISK_SECOND_FACTOR},
    {TIME (remembered_device_lifetime), 30 * DAY, 0, 400 * DAY, AT_MOST, 0},
    {TIME (factor_reset_delay), DAY, 3600, 60 * DAY, AT_LEAST, DAY},
    {TIME (session_idle_lifetime), 7 * DAY, 60, 400 * DAY, AT_MOST, 3600}, /* these two: NIST SP 800-63B-4 section 2.2.3 */
    {TIME (session_lifetime), 30 * DAY, 60, 400 * DAY, AT_MOST, DAY},
    {FIELD (guesses_per_account), 10, 1, 1000, AT_MOST, 10},
    {FIELD (guesses_per_address), 100, 1, 100000},
    {TIME (guess_window), 900, 10, DAY, AT_LEAST, 900},
    {TIME (flow_lifetime), 3600, 60, DAY},
    {TIME (access_token_lifetime), 900, 10, 30 * DAY},
    {TIME (id_token_lifetime), 3600, 10, 30 * DAY},
    {TIME (refresh_token_lifetime), 30 * DAY, 60, 3650 * DAY},
    {TIME (deletion_delay), 14 * DAY, DAY, 90 * DAY},
    {TIME (audit_retention), 0, 0, 36500 * (gint64) DAY},
    {TIME (audit_head_interval), 3600, 60, 30 * DAY, AT_MOST, 3600},
};

gint
postern_policy_find_word (const char *words, const char *word)
{
  gsize length = word ? strlen (word) : 0;

  for (gint i = 0; length > 0; i++) {
    gsize n = strcspn (words, " ");

    if (n == length && memcmp (words, word, n) == 0)
      return i;
    if (words[n] == '\0')
      return -1;
    words += n + 1;
  }
  return -1;
}

static void
set (PosternPolicy *self, const Row *row, gint64 value)
{
  if (row->sort == BOOLEAN)
    G_STRUCT_MEMBER (gboolean, self, row->offset) = value != 0;
  else if (row->sort != SECONDS)
    G_STRUCT_MEMBER (guint, self, row->offset) = (guint)value;
  else
    G_STRUCT_MEMBER (gint64, self, row->offset) = value;
}

static gint64
get (const PosternPolicy *self, const Row *row)
{
  if (row->sort == BOOLEAN)
    return G_STRUCT_MEMBER (gboolean, self, row->offset);
  if (row->sort != SECONDS)
    return G_STRUCT_MEMBER (guint, self, row->offset);
  return G_STRUCT_MEMBER (gint64, self, row->offset);
}

static const Row *
find_row (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].name, name))
      return &rows[i];

  return NULL;
}

static gboolean
wrong (GError **error, const char *name, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "policy: %s: %s", name, why);
  return FALSE;
}

/* An array of names; at least one, and each known. */
static guint
read_factors (GVariant *value)
{
  guint bits = 0;
  GVariantIter iter;
  GVariant *child;
  gboolean good = g_variant_is_of_type (value, G_VARIANT_TYPE ("av"));

  if (!good)
    return 0;
  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "v", &child)) {
    g_autoptr (GVariant) name = child;
    guint bit = g_variant_is_of_type (name, G_VARIANT_TYPE_STRING) ? postern_assurance_read_factor (g_variant_get_string (name, NULL)) : 0;

    good = good && bit != 0;
    bits |= bit;
  }
  return good ? bits : 0;
}

/* A captcha is asked for before anybody is known, so that only what is known then can ask for one. */
static gint
read_effect (const Row *row, const char *word)
{
  gint effect = postern_policy_find_word (POSTERN_RISK_EFFECTS, word);

  return effect == POSTERN_RISK_CAPTCHA && !g_str_equal (row->name, "risk_many_failures") ? -1 : effect;
}

static gboolean
read_words (PosternPolicy *self, const Row *row, GVariant *value, GError **error)
{
  const char *word = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL) : NULL;
  gint64 read;

  if (row->sort == FACTORS) {
    read = read_factors (value);
    if (read == 0)
      return wrong (error, row->name, "must be an array of some of: " POSTERN_SECOND_FACTORS);
  } else {
    read = row->sort == RULE ? postern_assurance_read_rule (word) : read_effect (row, word);
    if (read < 0)
      return wrong (error, row->name, row->sort == RULE ? "must be one of: " POSTERN_SECOND_RULES
                                                        : "must be one of: " POSTERN_RISK_EFFECTS " (captcha: for risk_many_failures alone)");
  }
  set (self, row, read);
  return TRUE;
}

static gboolean
read_member (PosternPolicy *self, const char *name, GVariant *value, GError **error)
{
  const Row *row = find_row (name);
  g_autofree char *range = NULL;
  gint64 number;

  if (row == NULL)
    return wrong (error, name, "is no rule that is known here");
  if (row->sort == BOOLEAN && !g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return wrong (error, name, "must be true or false");
  if (row->sort == BOOLEAN) {
    set (self, row, g_variant_get_boolean (value));
    return TRUE;
  }
  if (row->sort == RULE || row->sort == FACTORS || row->sort == EFFECT)
    return read_words (self, row, value, error);

  number = g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) ? g_variant_get_int64 (value) : G_MININT64;
  range = g_strdup_printf ("must be a whole number%s from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                           row->sort == SECONDS ? " of seconds" : "", row->least, row->most);
  if (number < row->least || number > row->most)
    return wrong (error, name, range);
  set (self, row, number);

  return TRUE;
}

/* --- profiles: one word for many members --------------------------------------------------------------------------------- */

/* Before all others: it is what they fall back to. */
static gboolean
read_profile (GVariant *model, gboolean *strict, GError **error)
{
  g_autoptr (GVariant) value = model ? g_variant_lookup_value (model, PROFILE, NULL) : NULL;
  const char *word = value && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL) : NULL;

  *strict = g_strcmp0 (word, "strict") == 0;
  return value == NULL || *strict || g_strcmp0 (word, "standard") == 0 || wrong (error, PROFILE, "must be one of: " PROFILES);
}

static gboolean
is_strict (const Row *row, gint64 value)
{
  switch (row->side) {
  case AT_LEAST:
    return value >= row->bound;
  case AT_MOST:
    return value <= row->bound;
  case AMONG:
    return (value & ~row->bound) == 0;
  case ANY:
    break;
  }
  return TRUE;
}

static char *
dup_bound (const Row *row)
{
  if (row->sort == BOOLEAN)
    return g_strdup (row->bound ? "true" : "false");
  if (row->sort == RULE)
    return postern_assurance_dup_words (POSTERN_SECOND_RULES, 1u << row->bound);
  if (row->sort == EFFECT)
    return postern_assurance_dup_words (POSTERN_RISK_EFFECTS, 1u << row->bound);
  if (row->sort == FACTORS)
    return postern_assurance_dup_words (POSTERN_SECOND_FACTORS, (guint) row->bound);
  return g_strdup_printf ("%" G_GINT64_FORMAT, row->bound);
}

/* A profile holds as a whole: whatever was set besides may only be stricter. */
static gboolean
check_strict (const PosternPolicy *self, GError **error)
{
  static const char *const sides[] = { [AT_LEAST] = "at least", [AT_MOST] = "at most", [AMONG] = "some of" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!is_strict (&rows[i], get (self, &rows[i]))) {
      g_autofree char *bound = dup_bound (&rows[i]);
      g_autofree char *why = g_strdup_printf ("is laxer than the profile strict allows; there it is %s %s", sides[rows[i].side], bound);

      return wrong (error, rows[i].name, why);
    }
  return TRUE;
}

static gboolean
read_members (PosternPolicy *self, GVariant *model, GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *member;
  gboolean good = TRUE;

  g_variant_iter_init (&iter, model);
  while (good && g_variant_iter_next (&iter, "{&sv}", &name, &member)) {
    g_autoptr (GVariant) value = member;

    good = g_str_equal (name, PROFILE) || read_member (self, name, value, error);
  }
  return good;
}

PosternPolicy *
postern_policy_new (GVariant *model, GError **error)
{
  g_autoptr (PosternPolicy) self = g_atomic_rc_box_new0 (PosternPolicy);
  gboolean strict, good = read_profile (model, &strict, error);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    set (self, &rows[i], strict && rows[i].side != ANY ? rows[i].bound : rows[i].fallback);
  good = good && (model == NULL || read_members (self, model, error)) && (!strict || check_strict (self, error));
  if (good && self->password_min_length > self->password_max_length)
    good = wrong (error, "password_min_length", "must not be greater than password_max_length");
  if (good && self->session_idle_lifetime > self->session_lifetime)
    good = wrong (error, "session_idle_lifetime", "must not be greater than session_lifetime");

  return good ? g_steal_pointer (&self) : NULL;
}

PosternPolicy *
postern_policy_ref (PosternPolicy *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
postern_policy_unref (PosternPolicy *self)
{
  g_atomic_rc_box_release (self);
}
