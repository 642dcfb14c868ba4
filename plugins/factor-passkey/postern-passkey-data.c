/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-data.h"

#include "postern-error.h"
#include "postern-json.h"
#include "postern-store.h"

#include <string.h>

#define FIXED (POSTERN_PASSKEY_HASH + 1 + 4)
#define CLIENT_DATA_MAX (16 * 1024)

gboolean
postern_passkey_data_refuse (GError **error, const char *check)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CREDENTIALS, "The passkey's response is not good: %s", check);
  return FALSE;
}

static PosternPasskeyBytes
take (PosternPasskeyBytes *left, gsize length)
{
  PosternPasskeyBytes taken = { left->data, length };

  left->data += length;
  left->length -= length;
  return taken;
}

static gboolean
take_map (PosternPasskeyBytes *left, PosternPasskeyBytes *map)
{
  PosternPasskeyCbor cbor;
  gsize used;

  if (!postern_passkey_cbor_read (&cbor, *left, &used) || cbor.items[0].kind != POSTERN_PASSKEY_CBOR_MAP)
    return FALSE;
  *map = take (left, used);
  return TRUE;
}

static gboolean
take_credential (PosternPasskeyData *self, PosternPasskeyBytes *left)
{
  gsize length;

  if (left->length < POSTERN_PASSKEY_AAGUID + 2)
    return FALSE;
  self->aaguid = take (left, POSTERN_PASSKEY_AAGUID);
  length = (gsize) left->data[0] << 8 | left->data[1];
  take (left, 2);
  if (length == 0 || length > POSTERN_PASSKEY_ID_MAX || length > left->length)
    return FALSE;
  self->credential_id = take (left, length);
  return take_map (left, &self->key);
}

gboolean
postern_passkey_data_read (PosternPasskeyData *self, PosternPasskeyBytes bytes)
{
  PosternPasskeyBytes extensions;

  *self = (PosternPasskeyData){ 0 };
  if (bytes.length < FIXED)
    return FALSE;
  self->rp_hash = take (&bytes, POSTERN_PASSKEY_HASH);
  self->flags = bytes.data[0];
  self->counter = (guint32) bytes.data[1] << 24 | (guint32) bytes.data[2] << 16 | (guint32) bytes.data[3] << 8 | bytes.data[4];
  take (&bytes, 5);
  if (self->flags & POSTERN_PASSKEY_FLAG_AT && !take_credential (self, &bytes))
    return FALSE;
  if (self->flags & POSTERN_PASSKEY_FLAG_ED && !take_map (&bytes, &extensions))
    return FALSE;
  return bytes.length == 0;
}

static gboolean
is_one_of (const char *text, const char *const *list)
{
  return text && list && g_strv_contains (list, text);
}

static gboolean
check_frame (GVariant *client, const PosternPasskeyExpected *expected, GError **error)
{
  const char *top = postern_json_get_string (client, "topOrigin");
  g_autoptr (GVariant) cross = g_variant_lookup_value (client, "crossOrigin", NULL);
  g_autoptr (GVariant) named = g_variant_lookup_value (client, "topOrigin", NULL);
  gboolean framed;

  if (cross && !g_variant_is_of_type (cross, G_VARIANT_TYPE_BOOLEAN))
    return postern_passkey_data_refuse (error, "crossOrigin");
  framed = cross && g_variant_get_boolean (cross);
  if (framed && expected->top_origins == NULL)
    return postern_passkey_data_refuse (error, "crossOrigin");
  if (named && (!framed || !is_one_of (top, expected->top_origins)))
    return postern_passkey_data_refuse (error, "topOrigin");
  return TRUE;
}

gboolean
postern_passkey_data_check_client (PosternPasskeyBytes json, const PosternPasskeyExpected *expected, GError **error)
{
  g_autoptr (GVariant) client = postern_json_parse_object ((const char *) json.data, (gssize) json.length, CLIENT_DATA_MAX, NULL);

  if (client == NULL)
    return postern_passkey_data_refuse (error, "clientDataJSON");
  if (g_strcmp0 (postern_json_get_string (client, "type"), expected->type) != 0)
    return postern_passkey_data_refuse (error, "type");
  if (!postern_secret_equal (postern_json_get_string (client, "challenge"), expected->challenge))
    return postern_passkey_data_refuse (error, "challenge");
  if (!is_one_of (postern_json_get_string (client, "origin"), expected->origins))
    return postern_passkey_data_refuse (error, "origin");
  return check_frame (client, expected, error);
}

static gboolean
is_for (const PosternPasskeyData *self, const char *rp_id)
{
  guint8 hash[POSTERN_PASSKEY_HASH];
  unsigned int length = sizeof hash;

  return EVP_Digest (rp_id, strlen (rp_id), hash, &length, EVP_sha256 (), NULL) == 1 && memcmp (self->rp_hash.data, hash, sizeof hash) == 0;
}

gboolean
postern_passkey_data_check (const PosternPasskeyData *self, const PosternPasskeyExpected *expected, GError **error)
{
  if (!is_for (self, expected->rp_id))
    return postern_passkey_data_refuse (error, "rpIdHash");
  if (!(self->flags & POSTERN_PASSKEY_FLAG_UP) && !expected->unattended)
    return postern_passkey_data_refuse (error, "flag UP");
  if (expected->verified && !(self->flags & POSTERN_PASSKEY_FLAG_UV))
    return postern_passkey_data_refuse (error, "flag UV");
  if (self->flags & POSTERN_PASSKEY_FLAG_BS && !(self->flags & POSTERN_PASSKEY_FLAG_BE))
    return postern_passkey_data_refuse (error, "flag BS without BE");
  return TRUE;
}
