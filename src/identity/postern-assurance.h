/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-application.h"
#include "postern-organization-rules.h"
#include "postern-policy.h"

G_BEGIN_DECLS

/*
 * How sure we must be of a person: the one place that says whether what was shown is enough. Whoever has a say (tenant,
 * application, organization) says how strict; the strictest wins, and only the factors count that all of them accept.
 */

/** PosternSecondRule: what is asked besides the first factor, from the mildest on. */
typedef enum {
  POSTERN_SECOND_OFF,      /* nothing */
  POSTERN_SECOND_OPTIONAL, /* a second factor of who has set one up */
  POSTERN_SECOND_PROMPTED, /* likewise; who has none is offered to set one up */
  POSTERN_SECOND_REQUIRED  /* likewise; who has none must */
} PosternSecondRule;

/** PosternSecondFactor: bits: what can be a second factor. */
typedef enum {
  POSTERN_SECOND_PASSKEY = 1 << 0,
  POSTERN_SECOND_TOTP = 1 << 1,
  POSTERN_SECOND_SMS_CODE = 1 << 2,
  POSTERN_SECOND_EMAIL_CODE = 1 << 3,
  POSTERN_SECOND_RECOVERY_CODE = 1 << 4
} PosternSecondFactor;

#define POSTERN_SECOND_RULES "off optional prompted required"
#define POSTERN_SECOND_FACTORS "passkey totp sms-code email-code recovery-code"
#define POSTERN_SECOND_DEVICE "remembered-device" /* among the factors met: this browser was remembered, and so none was asked */

/** postern_assurance_read_rule: -1 where @word is none. */
gint postern_assurance_read_rule (const char *word);
/** postern_assurance_read_factor: its bit; 0 where @word is none: the ids of the other plugins are first factors only. */
guint postern_assurance_read_factor (const char *word);

/** postern_assurance_dup_words: those of the space-separated @words whose bit is set, likewise. (transfer full) */
char *postern_assurance_dup_words (const char *words, guint bits);

/** PosternAssurance: what holds for one sign-in. */
typedef struct {
  PosternSecondRule rule;
  guint counts;           /* PosternSecondFactor */
  gint64 device_lifetime; /* seconds that a browser may stay remembered; 0: not at all */
} PosternAssurance;

/** postern_assurance_init: @client: (nullable): our own pages */
void postern_assurance_init (PosternAssurance *self, PosternPolicy *policy, PosternClient *client);

/** postern_assurance_add_organization: its members act for it under its rules, too. */
void postern_assurance_add_organization (PosternAssurance *self, PosternOrganizationRules *rules);

/** PosternAssuranceCase: what is known of the person and of what was asked. */
typedef struct {
  const char *const *factors; /* (nullable): met, the first one first */
  const char *const *amr;     /* (nullable): RFC 8176 */
  guint ready;                /* second factors that the person could show now, and has not */
  guint can_enrol;            /* those that could be set up now */
  gboolean remembered;        /* this browser, by this person, not longer ago than device_lifetime */
  gboolean voted;             /* listeners of `decide` want more: they see a risk */
  gboolean asked;             /* the application wants two factors */
  gboolean fresh;             /* a factor was met just now, not in an older session */
} PosternAssuranceCase;

/** PosternAssuranceStep: what comes next. */
typedef enum {
  POSTERN_ASSURANCE_ENOUGH,
  POSTERN_ASSURANCE_ASK,     /* one of `ready` */
  POSTERN_ASSURANCE_AGAIN,   /* the first factor once more: there is no other */
  POSTERN_ASSURANCE_OFFER,   /* to set one up, now or later */
  POSTERN_ASSURANCE_ENROL,   /* one must be set up */
  POSTERN_ASSURANCE_MISSING  /* nothing that could be asked or set up would be enough */
} PosternAssuranceStep;

PosternAssuranceStep postern_assurance_decide (const PosternAssurance *self, const PosternAssuranceCase *it);
/** postern_assurance_is_met: whether the factors met so far satisfy the rule, whatever else the person has: for entrances where nobody can be asked. */
gboolean postern_assurance_is_met (const PosternAssurance *self, const char *const *factors, const char *const *amr);
/** postern_assurance_is_multiple: whether @factors are of two kinds, so that `amr` may say "mfa" (RFC 8176). */
gboolean postern_assurance_is_multiple (const char *const *factors);

G_END_DECLS
