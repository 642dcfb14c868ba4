/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-tenant.h"

G_BEGIN_DECLS

/*
 * A person who has used up their tries waits, whoever used them up. Here is which budgets there are of a person, how much of each is used, and
 * how an administrator has them try again. What is counted of an address, and of a name that nobody has, is nobody's to lift: it lapses.
 */

/* How keys of counters begin, with the user's id behind: what each counts is where it is taken. */
#define POSTERN_LOCKOUT_SECOND "second:"      /* of an account's name, in postern-guard.h: its second factors */
#define POSTERN_LOCKOUT_SECOND_DAY "guess:day:"
#define POSTERN_LOCKOUT_CODE_DAY "code:wrong:"
/** POSTERN_LOCKOUT_WRONG_A_DAY: of second factors, of which three codes of a million are right at a time: who guesses for a year is right once in 46 times; of codes that were sent: once in 137 times */
#define POSTERN_LOCKOUT_WRONG_A_DAY 20

/** PosternLockoutBudget: @resets_at: seconds since 1970; 0: nothing is used */
typedef struct {
  const char *kind;
  gint64 used, limit, resets_at;
} PosternLockoutBudget;

#define POSTERN_LOCKOUT_BUDGETS 4

/** postern_lockout_read: of tries from anywhere but a known browser of the person, which has budgets of its own. In no transaction of the caller's. */
gboolean postern_lockout_read (PosternTenant *tenant, const char *user_id, gint64 now, PosternLockoutBudget budgets[POSTERN_LOCKOUT_BUDGETS], GError **error);
/** postern_lockout_lift: all of them, also those of known browsers. In no transaction of the caller's. */
gboolean postern_lockout_lift (PosternTenant *tenant, const char *user_id, GError **error);
/** postern_lockout_get_end: when the last budget that is used up is whole again; 0: none is */
gint64 postern_lockout_get_end (const PosternLockoutBudget budgets[POSTERN_LOCKOUT_BUDGETS]);

G_END_DECLS
