/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sign-in.h"

#define TOUCH_EVERY 60 /* seconds: a session's last use need not be exact, and each note waits for the disk */

gboolean
postern_sign_in_is_alive (PosternSession *session, gint64 now)
{
  return session->ended_at == 0 && now < session->expires_at && now < session->idle_expires_at;
}

gboolean
postern_sign_in_needs_touch (PosternSession *session, gint64 now)
{
  return now - session->used_at >= TOUCH_EVERY;
}

gint64
postern_sign_in_idle_end (PosternPolicy *policy, PosternSession *session, gint64 now)
{
  return MIN (session->expires_at, now + policy->session_idle_lifetime);
}

/* What somebody knows, has or is: two values of one kind are still one factor (NIST SP 800-63B, 2.2.2). */
static guint
kind_of (const char *amr)
{
  static const char *const known[] = { "pwd", "pin", "kba", NULL };
  static const char *const being[] = { "fpt", "face", "iris", "retina", "vbm", NULL };

  if (g_strv_contains (known, amr))
    return 1 << 0;
  return g_strv_contains (being, amr) ? 1 << 2 : 1 << 1;
}

const char *
postern_sign_in_get_acr (const char *const *amr)
{
  guint kinds = 0;

  for (guint i = 0; amr && amr[i]; i++) {
    if (g_str_equal (amr[i], "mfa"))
      return "2";
    if (!g_str_equal (amr[i], "fed"))
      kinds |= kind_of (amr[i]);
  }
  return (kinds & (kinds - 1)) != 0 ? "2" : "1";
}

gboolean
postern_sign_in_meets_acr (const char *acr, const char *const *wanted)
{
  for (guint i = 0; acr && wanted && wanted[i]; i++) {
    gboolean known = g_str_equal (wanted[i], "1") || g_str_equal (wanted[i], "2");

    if (known && strcmp (acr, wanted[i]) >= 0)
      return TRUE;
  }
  return FALSE;
}

static void
set_secret (PosternSession *session, char **secret)
{
  *secret = postern_secret_new_for (session->id);
  g_free (session->secret_hash);
  session->secret_hash = postern_secret_hash (*secret);
}

static void
set_assurance (PosternSession *session, const char *const *amr, gint64 now)
{
  g_free (session->amr);
  g_free (session->acr);
  session->amr = g_strjoinv (" ", (char **) amr);
  session->acr = g_strdup (postern_sign_in_get_acr (amr));
  session->auth_time = session->used_at = now;
}

PosternSession *
postern_sign_in_new_session (PosternPolicy *policy, const char *user_id, const char *const *amr, gint64 now, char **secret)
{
  PosternSession *session = postern_session_new ();

  session->id = postern_id_new ("ses");
  session->user_id = g_strdup (user_id);
  session->created_at = now;
  session->expires_at = now + policy->session_lifetime;
  set_secret (session, secret);
  set_assurance (session, amr, now);
  session->idle_expires_at = postern_sign_in_idle_end (policy, session, now);
  return session;
}

PosternSession *
postern_sign_in_raise (PosternPolicy *policy, PosternSession *session, const char *const *amr, gint64 now, char **secret)
{
  PosternSession *raised = postern_session_new ();

  raised->id = g_strdup (session->id);
  raised->user_id = g_strdup (session->user_id);
  raised->device_hash = g_strdup (session->device_hash);
  raised->user_agent = g_strdup (session->user_agent);
  raised->remote_address = g_strdup (session->remote_address);
  raised->upstream_connector = g_strdup (session->upstream_connector);
  raised->upstream_sid = g_strdup (session->upstream_sid);
  raised->created_at = session->created_at;
  raised->expires_at = now + policy->session_lifetime; /* as the policy has it now, even if that is sooner */
  set_secret (raised, secret);
  set_assurance (raised, amr, now);
  raised->idle_expires_at = postern_sign_in_idle_end (policy, raised, now);
  return raised;
}
