/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-activity.h"

#include <glib/gi18n.h>

#include "postern-flow-device-words.h"
#include "postern-json.h"

/* What an event is called where its person reads of it; what is not here is not shown. */
static const struct {
  const char *event, *text;
} words[] = {
  { "user.created", N_("Account created") },
  { "profile.changed", N_("Profile changed") },
  { "sign-in.failed", N_("A sign-in failed") },
  { "password.changed", N_("Password changed") },
  { "password.recovered", N_("Password changed") },
  { "email.changed", N_("E-mail address changed") },
  { "email.proved", N_("E-mail address changed") },
  { "phone.changed", N_("Telephone number changed") },
  { "phone.proved", N_("Telephone number changed") },
  { "phone.removed", N_("Telephone number changed") },
  { "identity.linked", N_("A way to sign in added") },
  { "totp.added", N_("A way to sign in added") },
  { "passkey.added", N_("A way to sign in added") },
  { "recovery-codes.made", N_("New recovery codes made") },
  { "recovery-code.used", N_("A recovery code used") },
  { "identity.unlinked", N_("A way to sign in removed") },
  { "credential.removed", N_("A way to sign in removed") },
  { "factors.reset", N_("A way to sign in removed") },
  { "grants.revoked", N_("Access of an application removed") },
  { "invitation.accepted", N_("An organization joined") },
  { "member.joined", N_("An organization joined") },
  { "member.left", N_("An organization left") },
  { "account.deletion-asked", N_("Deletion of the account asked for") },
  { "account.kept", N_("Your account is kept.") },
};

static const char *
find_words (const char *event)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].event, event))
      return words[i].text;
  return NULL;
}

/* The id of what happened later is the greater one (UUIDv7), whatever it is of. */
static gint
compare_newest_first (gconstpointer a, gconstpointer b)
{
  const PosternFlowActivity *one = a, *other = b;
  gint64 first = postern_id_get_key (one->id), second = postern_id_get_key (other->id);

  return first > second ? -1 : first < second;
}

GArray *
postern_flow_activity_list (GPtrArray *events, GPtrArray *sessions)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (PosternFlowActivity));

  for (guint i = 0; i < events->len; i++) {
    PosternAudit *audit = g_ptr_array_index (events, i);
    PosternFlowActivity entry = { audit->id, audit->event, find_words (audit->event), audit->at, audit->remote_address, NULL };

    g_array_append_val (entries, entry);
  }
  for (guint i = 0; i < sessions->len; i++) {
    PosternSession *session = g_ptr_array_index (sessions, i);
    PosternFlowActivity entry = { session->id, "sign-in.succeeded", N_("Signed in"), session->created_at * G_USEC_PER_SEC, session->remote_address, session->user_agent };

    g_array_append_val (entries, entry);
  }
  g_array_sort (entries, compare_newest_first);
  return entries;
}

static GVariant *
to_variant (const PosternFlowActivity *entry)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (entry->at / G_USEC_PER_SEC);
  g_autofree char *at = time ? g_date_time_format_iso8601 (time) : NULL;
  g_autofree char *device = postern_flow_device_words_dup (entry->user_agent);
  g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&row, "text", entry->text);
  postern_json_object_add_string (&row, "at", at);
  postern_json_object_add_string (&row, "device", device);
  postern_json_object_add_string (&row, "remote_address", entry->remote_address);
  return postern_json_object_end (&row);
}

GVariant *
postern_flow_activity_to_variant (GPtrArray *events, GPtrArray *sessions)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_autoptr (GArray) entries = postern_flow_activity_list (events, sessions);

  for (guint i = 0, shown = 0; i < entries->len && shown < POSTERN_FLOW_ACTIVITY_MAX; i++) {
    const PosternFlowActivity *entry = &g_array_index (entries, PosternFlowActivity, i);

    if (entry->text) {
      g_variant_builder_add (&rows, "v", to_variant (entry));
      shown++;
    }
  }
  return g_variant_builder_end (&rows);
}
