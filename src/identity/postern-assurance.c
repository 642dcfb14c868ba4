/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-assurance.h"

#include "postern-sign-in.h"

gint
postern_assurance_read_rule (const char *word)
{
  return postern_policy_find_word (POSTERN_SECOND_RULES, word);
}

guint
postern_assurance_read_factor (const char *word)
{
  gint place = postern_policy_find_word (POSTERN_SECOND_FACTORS, word);

  return place < 0 ? 0 : 1u << place;
}

char *
postern_assurance_dup_words (const char *words, guint bits)
{
  g_auto (GStrv) all = g_strsplit (words, " ", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) some = NULL;

  for (guint i = 0; all[i]; i++)
    if (bits & 1u << i)
      g_strv_builder_add (builder, all[i]);
  some = g_strv_builder_end (builder);
  return g_strjoinv (" ", some);
}

/* One more who has a say. The strictest wins here, and nowhere else. @counts: 0: whatever the others accept */
static void
narrow (PosternAssurance *self, PosternSecondRule rule, guint counts)
{
  self->rule = MAX (self->rule, rule);
  if (counts)
    self->counts &= counts;
}

void
postern_assurance_init (PosternAssurance *self, PosternPolicy *policy, PosternClient *client)
{
  self->rule = policy->second_factor;
  self->counts = policy->second_factors;
  self->device_lifetime = policy->remembered_device_lifetime;
  if (client)
    narrow (self, client->second_factor, client->second_factors);
}

void
postern_assurance_add_organization (PosternAssurance *self, PosternOrganizationRules *rules)
{
  narrow (self, rules->second_factor, rules->second_factors);
}

/* A second one counts beside the first; a passkey that knew its owner (a PIN, a finger) is both. */
static gboolean
has_counted (const PosternAssurance *self, const char *const *factors, const char *const *amr)
{
  gboolean whole = amr && g_strv_contains (amr, "mfa");

  for (guint i = 0; factors && factors[i]; i++) {
    guint bit = postern_assurance_read_factor (factors[i]) & self->counts;

    if (bit && (i > 0 || (bit == POSTERN_SECOND_PASSKEY && whole)))
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_device (const PosternAssurance *self, const char *const *factors)
{
  return self->device_lifetime > 0 && factors && g_strv_contains (factors, POSTERN_SECOND_DEVICE);
}

gboolean
postern_assurance_is_met (const PosternAssurance *self, const char *const *factors, const char *const *amr)
{
  return self->rule != POSTERN_SECOND_REQUIRED || has_device (self, factors) || has_counted (self, factors, amr);
}

gboolean
postern_assurance_is_multiple (const char *const *factors)
{
  if (factors == NULL || factors[0] == NULL || postern_assurance_read_factor (factors[0]))
    return FALSE; /* two things that somebody has are still one kind (NIST SP 800-63B, 2.2.2) */
  for (guint i = 1; factors[i]; i++)
    if (postern_assurance_read_factor (factors[i]))
      return TRUE;
  return FALSE;
}

/*
 * A risk, or the application, wants two kinds of factors: no remembered browser stands in for one, and none is set up for the
 * occasion: whoever has stolen the first would only add one of their own.
 */
static gboolean
decide_more (const PosternAssuranceCase *it, PosternAssuranceStep *step)
{
  gboolean strong = g_str_equal (postern_sign_in_get_acr (it->amr), "2");

  if (strong || !(it->voted || it->asked))
    return FALSE;
  *step = POSTERN_ASSURANCE_ASK;
  if (it->ready)
    return TRUE;
  *step = POSTERN_ASSURANCE_AGAIN;
  return it->voted && !it->fresh;
}

PosternAssuranceStep
postern_assurance_decide (const PosternAssurance *self, const PosternAssuranceCase *it)
{
  PosternAssuranceStep step;

  if (decide_more (it, &step))
    return step;
  if (self->rule == POSTERN_SECOND_OFF || has_counted (self, it->factors, it->amr))
    return POSTERN_ASSURANCE_ENOUGH;
  if (has_device (self, it->factors) || (it->remembered && self->device_lifetime > 0))
    return POSTERN_ASSURANCE_ENOUGH;
  if (it->ready)
    return POSTERN_ASSURANCE_ASK;
  if (self->rule == POSTERN_SECOND_REQUIRED)
    return it->can_enrol ? POSTERN_ASSURANCE_ENROL : POSTERN_ASSURANCE_MISSING;
  return self->rule == POSTERN_SECOND_PROMPTED && it->can_enrol ? POSTERN_ASSURANCE_OFFER : POSTERN_ASSURANCE_ENOUGH;
}
