/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-codec.h"

#include "postern-error.h"

/*
 * A parked flow is a version byte and a dictionary: only fields that are set are written, so that most flows take a few
 * hundred bytes. Two neighbouring versions of the server run side by side during a reload: a reader refuses what it does
 * not know, and the person begins again, instead of losing a field silently.
 */
#define VERSION 1
#define MAX_BYTES (256 * 1024)
#define FORMAT "(ya{sv})"

typedef enum { STRING, STRINGS, NUMBER, FLAGS, BOOLEAN, VARIANT } FieldKind;

typedef struct {
  const char *name;
  FieldKind kind;
  gsize offset;
  const char *type; /* of a VARIANT */
} Field;

#define FIELD(member, kind) { #member, kind, G_STRUCT_OFFSET (PosternFlow, member), NULL }
#define FIELD_VARIANT(member, type) { #member, VARIANT, G_STRUCT_OFFSET (PosternFlow, member), type }

static const Field fields[] = {
  FIELD (id, STRING),
  FIELD (entrance, FLAGS),
  FIELD (stage, STRING),
  FIELD (protocol, STRING),
  FIELD_VARIANT (protocol_state, "a{sv}"),
  FIELD (browser_hash, STRING),
  FIELD (created_at, NUMBER),
  FIELD (expires_at, NUMBER),
  FIELD (remote_address, STRING),
  FIELD (user_agent, STRING),
  FIELD (application_id, STRING),
  FIELD (scopes, STRINGS),
  FIELD (resources, STRINGS),
  FIELD (prompts, FLAGS),
  FIELD (max_age, NUMBER),
  FIELD (acr_values, STRINGS),
  FIELD (login_hint, STRING),
  FIELD (ui_locales, STRING),
  FIELD (display, STRING),
  FIELD (hinted_user_id, STRING),
  FIELD_VARIANT (requested_claims, "a{sv}"),
  FIELD (return_url, STRING),
  FIELD (back_url, STRING),
  FIELD (identifier, STRING),
  FIELD (user_id, STRING),
  FIELD (session_id, STRING),
  FIELD (auth_time, NUMBER),
  FIELD (amr, STRINGS),
  FIELD (acr, STRING),
  FIELD (authenticated_now, BOOLEAN),
  FIELD (authenticator_id, STRING),
  FIELD_VARIANT (authenticator_state, "a{ss}"),
  FIELD (callback_state, STRING),
  FIELD (connector_id, STRING),
  FIELD_VARIANT (subject, "a{sv}"),
  FIELD (link_user_id, STRING),
  FIELD_VARIANT (prompt, "a{sv}"),
  FIELD (task, STRING),
  FIELD (ticket_hash, STRING),
  FIELD (answered_prompts, FLAGS),
  FIELD (consent_given, BOOLEAN),
  FIELD (granted_scopes, STRINGS),
  FIELD (grant_id, STRING),
  FIELD (sign_up, BOOLEAN),
};

static GVariant *
write_field (PosternFlow *flow, const Field *field)
{
  gpointer place = G_STRUCT_MEMBER_P (flow, field->offset);

  switch (field->kind) {
  case STRING:
    return *(char **) place ? g_variant_new_string (*(char **) place) : NULL;
  case STRINGS:
    return *(char ***) place ? g_variant_new_strv (*(const char *const **) place, -1) : NULL;
  case NUMBER:
    return g_variant_new_int64 (*(gint64 *) place);
  case FLAGS:
    return *(guint *) place ? g_variant_new_uint32 (*(guint *) place) : NULL;
  case BOOLEAN:
    return *(gboolean *) place ? g_variant_new_boolean (TRUE) : NULL;
  case VARIANT:
    return *(GVariant **) place;
  }
  return NULL;
}

GBytes *
postern_flow_codec_write (PosternFlow *flow)
{
  g_auto (GVariantBuilder) members = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) whole = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    GVariant *value = write_field (flow, &fields[i]);

    if (value)
      g_variant_builder_add (&members, "{sv}", fields[i].name, value);
  }
  whole = g_variant_ref_sink (g_variant_new (FORMAT, VERSION, &members));
  return g_variant_get_data_as_bytes (whole);
}

static const char *
type_of (const Field *field)
{
  static const char *const types[] = {
    [STRING] = "s", [STRINGS] = "as", [NUMBER] = "x", [FLAGS] = "u", [BOOLEAN] = "b",
  };

  return field->kind == VARIANT ? field->type : types[field->kind];
}

static void
read_field (PosternFlow *flow, const Field *field, GVariant *value)
{
  gpointer place = G_STRUCT_MEMBER_P (flow, field->offset);

  switch (field->kind) {
  case STRING:
    postern_flow_set_string (place, g_variant_get_string (value, NULL));
    break;
  case STRINGS:
    g_strfreev (*(char ***) place);
    *(char ***) place = g_variant_dup_strv (value, NULL);
    break;
  case NUMBER:
    *(gint64 *) place = g_variant_get_int64 (value);
    break;
  case FLAGS:
    *(guint *) place = g_variant_get_uint32 (value);
    break;
  case BOOLEAN:
    *(gboolean *) place = g_variant_get_boolean (value);
    break;
  case VARIANT:
    g_clear_pointer ((GVariant **) place, g_variant_unref);
    *(GVariant **) place = g_variant_ref (value);
    break;
  }
}

static const Field *
find_field (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_str_equal (fields[i].name, name))
      return &fields[i];
  return NULL;
}

static gboolean
read_members (PosternFlow *flow, GVariant *members)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, members);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value)) {
    const Field *field = find_field (name);

    if (field == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE (type_of (field)))) {
      g_variant_unref (value);
      return FALSE;
    }
    read_field (flow, field, value);
  }
  return flow->id != NULL && flow->stage != NULL && flow->entrance != 0;
}

PosternFlow *
postern_flow_codec_read (GBytes *bytes, GError **error)
{
  g_autoptr (GVariant) whole = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (FORMAT), bytes, FALSE));
  g_autoptr (GVariant) members = NULL;
  g_autoptr (PosternFlow) flow = postern_flow_new (0, NULL);
  guint8 version = 0;

  if (g_bytes_get_size (bytes) <= MAX_BYTES && g_variant_is_normal_form (whole))
    g_variant_get (whole, "(y@a{sv})", &version, &members);
  if (version == VERSION && read_members (flow, members))
    return g_steal_pointer (&flow);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "The parked flow was written by another version");
  return NULL;
}
