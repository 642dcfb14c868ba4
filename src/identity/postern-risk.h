/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-geoip.h"
#include "postern-policy.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * What is unusual about a sign-in, and what the tenant's policy makes of it. Only looked for once somebody has shown a first
 * factor, so that a stranger learns nothing by it: not who has an account, nor from where its owner comes. Many failures are
 * counted before, for names that nobody has as for others (postern-guard.h).
 */

/** PosternRiskSignal: bits. */
typedef enum {
  POSTERN_RISK_NEW_DEVICE = 1 << 0,       /* a browser that this person has not signed in with, who has with others */
  POSTERN_RISK_MANY_FAILURES = 1 << 1,    /* more than half of a budget of guesses was used up: the account's, or the address's */
  POSTERN_RISK_NEW_COUNTRY = 1 << 2,      /* no session that is kept of this person came from this country last */
  POSTERN_RISK_IMPOSSIBLE_TRAVEL = 1 << 3 /* farther from the last sign-in than an airliner gets meanwhile */
} PosternRiskSignal;

/** PosternRiskEffect: what a signal leads to: each also to the ones before it. */
typedef enum {
  POSTERN_RISK_OFF,           /* it is noted in the audit event, and a listener of `decide` may vote on it */
  POSTERN_RISK_CAPTCHA,       /* before the next guess, where a captcha is set up; else as NOTIFY */
  POSTERN_RISK_NOTIFY,        /* the person is told by e-mail */
  POSTERN_RISK_SECOND_FACTOR, /* a second factor is asked of who has one, whatever browser is remembered */
  POSTERN_RISK_REFUSE
} PosternRiskEffect;

#define POSTERN_RISK_EFFECTS "off captcha notify second-factor refuse"

/** PosternRiskCase: a sign-in to be looked at. */
typedef struct {
  const char *user_id;
  const char *address, *device_hash; /* each (nullable) */
  PosternGeoip *geoip;               /* (nullable) */
  gint64 now;                        /* seconds */
} PosternRiskCase;

/** postern_risk_read: what of NEW_DEVICE, NEW_COUNTRY and IMPOSSIBLE_TRAVEL is true; before this sign-in is written down. */
gboolean postern_risk_read (PosternTxn *txn, const PosternRiskCase *it, guint *signals, GError **error);

/** postern_risk_get_name: of one bit. */
const char *postern_risk_get_name (PosternRiskSignal signal);
/** postern_risk_get_signals: the bits of @names; others' names are none. @names: (nullable) */
guint postern_risk_get_signals (const char *const *names);
/** postern_risk_get_effect: the strictest of what @policy makes of @signals. */
PosternRiskEffect postern_risk_get_effect (const PosternPolicy *policy, guint signals);

G_END_DECLS
