/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-risk.h"

#define VISITS 20                      /* sign-ins that are compared with */
#define FAR 500                        /* km: nearer, what databases say of addresses is too coarse */
#define SPEED 1000                     /* km/h: of an airliner */

static const struct {
  PosternRiskSignal signal;
  const char *name;
  gsize offset; /* in PosternPolicy */
} rows[] = {
  { POSTERN_RISK_NEW_DEVICE, "new-device", G_STRUCT_OFFSET (PosternPolicy, risk_new_device) },
  { POSTERN_RISK_MANY_FAILURES, "many-failures", G_STRUCT_OFFSET (PosternPolicy, risk_many_failures) },
  { POSTERN_RISK_NEW_COUNTRY, "new-country", G_STRUCT_OFFSET (PosternPolicy, risk_new_country) },
  { POSTERN_RISK_IMPOSSIBLE_TRAVEL, "impossible-travel", G_STRUCT_OFFSET (PosternPolicy, risk_impossible_travel) },
};

const char *
postern_risk_get_name (PosternRiskSignal signal)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].signal == signal)
      return rows[i].name;
  return NULL;
}

guint
postern_risk_get_signals (const char *const *names)
{
  guint signals = 0;

  for (guint i = 0; names && i < G_N_ELEMENTS (rows); i++)
    if (g_strv_contains (names, rows[i].name))
      signals |= rows[i].signal;
  return signals;
}

PosternRiskEffect
postern_risk_get_effect (const PosternPolicy *policy, guint signals)
{
  guint strictest = POSTERN_RISK_OFF;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (signals & rows[i].signal)
      strictest = MAX (strictest, G_STRUCT_MEMBER (guint, policy, rows[i].offset));
  return strictest;
}

static gboolean
read_device (PosternTxn *txn, const PosternRiskCase *it, guint *signals, GError **error)
{
  gboolean has_any = FALSE;

  if (it->device_hash && postern_device_store_knows (txn, it->device_hash, it->user_id, it->now, NULL))
    return TRUE;
  if (!postern_device_store_has_any (txn, it->user_id, &has_any, error))
    return FALSE;
  if (has_any) /* the first one of all is nothing new */
    *signals |= POSTERN_RISK_NEW_DEVICE;
  return TRUE;
}

/* (nullable): who signed in last; a session is older than the last sign-in that raised it */
static PosternSession *
find_last (GPtrArray *sessions)
{
  PosternSession *last = NULL;

  for (guint i = 0; i < sessions->len; i++) {
    PosternSession *session = g_ptr_array_index (sessions, i);

    if (last == NULL || session->auth_time > last->auth_time)
      last = session;
  }
  return last;
}

static gboolean
is_new_country (const PosternRiskCase *it, const PosternPlace *here, GPtrArray *sessions)
{
  gboolean compared = FALSE;

  for (guint i = 0; here->country[0] && i < sessions->len; i++) {
    PosternPlace place;

    postern_geoip_find (it->geoip, ((PosternSession *) g_ptr_array_index (sessions, i))->remote_address, &place);
    if (g_str_equal (place.country, here->country))
      return FALSE;
    compared = compared || place.country[0];
  }
  return compared;
}

/* A clock that was set back makes no time negative: then it is no time at all. */
static gboolean
is_impossible (const PosternRiskCase *it, const PosternPlace *here, GPtrArray *sessions)
{
  PosternSession *last = find_last (sessions);
  PosternPlace there;
  double distance;

  if (last == NULL || !here->located)
    return FALSE;
  postern_geoip_find (it->geoip, last->remote_address, &there);
  if (!there.located)
    return FALSE;
  distance = postern_geoip_get_distance (here, &there);
  return distance > FAR && distance > (double) MAX (0, it->now - last->auth_time) / 3600 * SPEED;
}

static gboolean
read_place (PosternTxn *txn, const PosternRiskCase *it, guint *signals, GError **error)
{
  g_autoptr (GPtrArray) sessions = NULL;
  PosternPlace here;

  postern_geoip_find (it->geoip, it->address, &here);
  if (here.country[0] == '\0' && !here.located)
    return TRUE;
  sessions = postern_session_store_list_latest (txn, it->user_id, FALSE, NULL, VISITS, error);
  if (sessions == NULL)
    return FALSE;
  if (is_new_country (it, &here, sessions))
    *signals |= POSTERN_RISK_NEW_COUNTRY;
  if (is_impossible (it, &here, sessions))
    *signals |= POSTERN_RISK_IMPOSSIBLE_TRAVEL;
  return TRUE;
}

gboolean
postern_risk_read (PosternTxn *txn, const PosternRiskCase *it, guint *signals, GError **error)
{
  *signals = 0;
  return read_device (txn, it, signals, error) && read_place (txn, it, signals, error);
}
