/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-codec.h"

#include "postern-error.h"

#include <string.h>

/*
 * A parked flow is a version byte and the fields in the table's order, integers little-endian. It is written and read three
 * times a sign-in, so it is flat: a dictionary of variants took longer than the store. Two neighbouring versions of the server
 * run side by side during a reload: a reader refuses what another version wrote, and the person begins again, instead of
 * losing a field silently. Change VERSION with the table.
 *
 *   STRING   length + 1 (0: NULL), bytes          NUMBER   8 bytes
 *   STRINGS  count + 1 (0: NULL), then each as a  FLAGS    4 bytes
 *            STRING                               BOOLEAN  1 byte, 0 or 1
 *   PAIRS    count + 1 (0: NULL), then each as two STRINGs
 *   VARIANT  length + 1 (0: NULL), serialised, in normal form, of the table's type
 */
#define VERSION 7
#define MAX_BYTES (256 * 1024)
#define MAX_STRINGS 1000

typedef enum { STRING, STRINGS, PAIRS, NUMBER, FLAGS, BOOLEAN, VARIANT } FieldKind;

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
  FIELD (protocol_state, PAIRS),
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
  FIELD (organization, STRING),
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
  FIELD (factors, STRINGS),
  FIELD (met_at, NUMBER),
  FIELD (risks, STRINGS),
  FIELD (risks_read, BOOLEAN),
  FIELD (recovered, BOOLEAN),
  FIELD (authenticated_now, BOOLEAN),
  FIELD (authenticator_id, STRING),
  FIELD (authenticator_state, PAIRS),
  FIELD (factor_wanted, STRING),
  FIELD (remember_device, BOOLEAN),
  FIELD (enrolment_later, BOOLEAN),
  FIELD (callback_state, STRING),
  FIELD (connector_id, STRING),
  FIELD_VARIANT (subject, "a{sv}"),
  FIELD (link_user_id, STRING),
  FIELD (prompt_template, STRING),
  FIELD_VARIANT (prompt_model, "a{sv}"),
  FIELD (prompt_error_field, STRING),
  FIELD (prompt_error_message, STRING),
  FIELD (prompt_error_request, STRING),
  FIELD (prompt_status, FLAGS),
  FIELD (prompt_retry_at, NUMBER),
  FIELD_VARIANT (captcha, "a{sv}"),
  FIELD (task, STRING),
  FIELD (task_target, STRING),
  FIELD (ticket_hash, STRING),
  FIELD (invitation_id, STRING),
  FIELD (invited, STRING),
  FIELD (answered_prompts, FLAGS),
  FIELD (consent_given, BOOLEAN),
  FIELD (granted_scopes, STRINGS),
  FIELD (organization_id, STRING),
  FIELD (grant_id, STRING),
  FIELD (sign_up, BOOLEAN),
};

/* --- writing ------------------------------------------------------------------------------------------------------- */

static void
write_u32 (GByteArray *out, guint32 value)
{
  guint32 little = GUINT32_TO_LE (value);

  g_byte_array_append (out, (const guint8 *) &little, sizeof little);
}

static void
write_bytes (GByteArray *out, gconstpointer data, gsize length)
{
  write_u32 (out, data ? (guint32) length + 1 : 0);
  if (data)
    g_byte_array_append (out, data, (guint) length);
}

static void
write_string (GByteArray *out, const char *text)
{
  write_bytes (out, text, text ? strlen (text) : 0);
}

static void
write_strings (GByteArray *out, char **texts)
{
  write_u32 (out, texts ? g_strv_length (texts) + 1 : 0);
  for (guint i = 0; texts && texts[i]; i++)
    write_string (out, texts[i]);
}

static void
write_pairs (GByteArray *out, PosternPairs *pairs)
{
  write_u32 (out, pairs ? pairs->n_items + 1 : 0);
  for (guint i = 0; pairs && i < pairs->n_items; i++) {
    write_string (out, pairs->items[i].name);
    write_string (out, pairs->items[i].value);
  }
}

static void
write_number (GByteArray *out, gint64 value)
{
  gint64 little = GINT64_TO_LE (value);

  g_byte_array_append (out, (const guint8 *) &little, sizeof little);
}

static void
write_variant (GByteArray *out, GVariant *value)
{
  if (value)
    write_bytes (out, g_variant_get_data (value) ? g_variant_get_data (value) : "", g_variant_get_size (value));
  else
    write_u32 (out, 0);
}

static void
write_field (GByteArray *out, PosternFlow *flow, const Field *field)
{
  gpointer place = G_STRUCT_MEMBER_P (flow, field->offset);
  guint8 flag;

  switch (field->kind) {
  case STRING:
    write_string (out, *(char **) place);
    break;
  case STRINGS:
    write_strings (out, *(char ***) place);
    break;
  case PAIRS:
    write_pairs (out, *(PosternPairs **) place);
    break;
  case NUMBER:
    write_number (out, *(gint64 *) place);
    break;
  case FLAGS:
    write_u32 (out, *(guint *) place);
    break;
  case BOOLEAN:
    flag = *(gboolean *) place ? 1 : 0;
    g_byte_array_append (out, &flag, 1);
    break;
  case VARIANT:
    write_variant (out, *(GVariant **) place);
    break;
  }
}

GBytes *
postern_flow_codec_write (PosternFlow *flow)
{
  static const guint8 version = VERSION;
  GByteArray *out = g_byte_array_sized_new (1024);

  g_byte_array_append (out, &version, 1);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    write_field (out, flow, &fields[i]);
  return g_byte_array_free_to_bytes (out);
}

/* --- reading: each length is held against what is left before it is used ------------------------------------------------- */

typedef struct {
  const guint8 *at, *end;
  gboolean broken;
} Reader;

static const guint8 *
take (Reader *in, gsize length)
{
  const guint8 *at = in->at;

  if (in->broken || (gsize) (in->end - in->at) < length) {
    in->broken = TRUE;
    return NULL;
  }
  in->at += length;
  return at;
}

static guint32
read_u32 (Reader *in)
{
  const guint8 *at = take (in, sizeof (guint32));
  guint32 little = 0;

  if (at)
    memcpy (&little, at, sizeof little);
  return GUINT32_FROM_LE (little);
}

static gint64
read_number (Reader *in)
{
  const guint8 *at = take (in, sizeof (gint64));
  gint64 little = 0;

  if (at)
    memcpy (&little, at, sizeof little);
  return GINT64_FROM_LE (little);
}

/* (transfer none) (nullable): @length bytes of valid text, without a NUL behind it */
static const char *
read_text (Reader *in, gsize *length)
{
  guint32 size = read_u32 (in);
  const char *at = size > 0 ? (const char *) take (in, size - 1) : NULL;

  *length = at ? size - 1 : 0;
  if (at == NULL || g_utf8_validate_len (at, *length, NULL)) /* which refuses NUL, too */
    return at;
  in->broken = TRUE;
  return NULL;
}

static char *
read_string (Reader *in)
{
  gsize length;
  const char *text = read_text (in, &length);

  return text ? g_strndup (text, length) : NULL;
}

static char **
read_strings (Reader *in)
{
  guint32 count = read_u32 (in);
  g_auto (GStrv) texts = NULL;

  in->broken = in->broken || count > MAX_STRINGS;
  if (count == 0 || in->broken)
    return NULL;
  texts = g_new0 (char *, count);
  for (guint32 i = 0; !in->broken && i + 1 < count; i++) {
    texts[i] = read_string (in);
    in->broken = in->broken || texts[i] == NULL;
  }
  return in->broken ? NULL : g_steal_pointer (&texts);
}

static PosternPairs *
read_pairs (Reader *in)
{
  guint32 count = read_u32 (in);
  PosternPairs *pairs = count > 0 ? postern_pairs_new () : NULL;

  in->broken = in->broken || count > MAX_STRINGS;
  for (guint32 i = 1; !in->broken && i < count; i++) {
    gsize name_length, length;
    const char *name = read_text (in, &name_length);
    const char *text = read_text (in, &length);

    in->broken = in->broken || name == NULL || text == NULL;
    if (!in->broken)
      postern_pairs_add (pairs, name, (gssize) name_length, text, (gssize) length);
  }
  return pairs;
}

static gboolean
read_boolean (Reader *in)
{
  const guint8 *at = take (in, 1);

  if (at == NULL)
    return FALSE;
  in->broken = *at > 1;
  return *at == 1;
}

static GVariant *
read_variant (Reader *in, const char *type)
{
  guint32 length = read_u32 (in);
  const guint8 *at = length > 0 ? take (in, length - 1) : NULL;
  g_autoptr (GBytes) bytes = at ? g_bytes_new (at, length - 1) : NULL;
  g_autoptr (GVariant) value = bytes ? g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), bytes, FALSE)) : NULL;

  if (value == NULL || g_variant_is_normal_form (value))
    return g_steal_pointer (&value);
  in->broken = TRUE;
  return NULL;
}

static void
read_field (Reader *in, PosternFlow *flow, const Field *field)
{
  gpointer place = G_STRUCT_MEMBER_P (flow, field->offset);

  switch (field->kind) {
  case STRING:
    *(char **) place = read_string (in);
    break;
  case STRINGS:
    *(char ***) place = read_strings (in);
    break;
  case PAIRS:
    *(PosternPairs **) place = read_pairs (in);
    break;
  case NUMBER:
    *(gint64 *) place = read_number (in);
    break;
  case FLAGS:
    *(guint *) place = read_u32 (in);
    break;
  case BOOLEAN:
    *(gboolean *) place = read_boolean (in);
    break;
  case VARIANT:
    *(GVariant **) place = read_variant (in, field->type);
    break;
  }
}

/* The new flow's fields are all empty, so that each may be written without freeing. */
static gboolean
read_all (Reader *in, PosternFlow *flow)
{
  const guint8 *version = take (in, 1);

  if (version == NULL || *version != VERSION)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (fields) && !in->broken; i++)
    read_field (in, flow, &fields[i]);
  return !in->broken && in->at == in->end && flow->id && flow->stage && flow->entrance != 0;
}

PosternFlow *
postern_flow_codec_read (GBytes *bytes, GError **error)
{
  g_autoptr (PosternFlow) flow = postern_flow_new (0, NULL);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  Reader in = { data, data ? data + length : NULL, data == NULL || length > MAX_BYTES };

  if (read_all (&in, flow))
    return g_steal_pointer (&flow);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "The parked flow was written by another version");
  return NULL;
}
