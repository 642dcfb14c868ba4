/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oauth2-identity.h"

#include "postern-oauth2-fetch.h"
#include "postern-oauth2-path.h"
#include "postern-oauth2-profile.h"

#include <string.h>

#define GET_CLASS(self) G_TYPE_INSTANCE_GET_CLASS (self, POSTERN_TYPE_OAUTH2_CONNECTOR, PosternOauth2ConnectorClass)
#define SUBJECT_MAX_BYTES 255
#define LEEWAY 60 /* seconds that clocks may differ */

/* What the provider wants to read beside the token: "Name=value", where {client-id} stands for ours. */
static GVariant *
make_headers (PosternOauth2Connector *self)
{
  g_auto (GStrv) pairs = postern_settings_dup_strv (postern_instance_get_settings (POSTERN_INSTANCE (self)), "profile-headers");
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));

  for (guint i = 0; pairs && pairs[i]; i++) {
    g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);
    g_variant_builder_add (&builder, "{ss}", pair[0], g_str_equal (pair[1], "{client-id}") ? self->client.id : pair[1]);
  }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static GVariant *
fetch (PosternOauth2Connector *self, PosternStep *step, const char *endpoint, const char *access_token, GError **error)
{
  gboolean in_query = g_strcmp0 (postern_oauth2_connector_get_filled (self, "profile-authorization"), "query") == 0;
  g_autofree char *authorization = in_query ? NULL : g_strconcat ("Bearer ", access_token, NULL);
  g_autoptr (GVariant) headers = make_headers (self), document = NULL;
  g_autoptr (GString) url = g_string_new (endpoint);
  guint status = 0;

  if ((in_query || GET_CLASS (self)->add_profile_parameters) && !strchr (endpoint, '?'))
    g_string_append_c (url, '?');
  postern_oauth2_client_append (url, "access_token", in_query ? access_token : NULL);
  if (GET_CLASS (self)->add_profile_parameters)
    GET_CLASS (self)->add_profile_parameters (self, url, access_token);
  document = postern_oauth2_fetch (url->str, NULL, authorization, headers, &status, postern_step_get_cancellable (step), error);
  if (!document || status == 200)
    return g_steal_pointer (&document);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "%s: status %u instead of 200; do the scopes allow it?", endpoint, status);
  return NULL;
}

/* "name=url": the document behind the URL becomes the profile's member of that name. */
static gboolean
fetch_more (PosternOauth2Connector *self, PosternStep *step, const char *pair, const char *access_token, GVariantDict *profile, GError **error)
{
  const char *sign = strchr (pair, '=');
  g_autofree char *name = g_strndup (pair, (gsize) (sign - pair));
  g_autoptr (GVariant) document = fetch (self, step, sign + 1, access_token, error);

  if (document)
    g_variant_dict_insert_value (profile, name, document);
  return document != NULL;
}

/* Some sign an ID token in a way that we take from nobody, and say themselves what is in it: that becomes the profile's member id_token. */
static gboolean
fetch_id_token (PosternOauth2Connector *self, PosternStep *step, GVariant *response, GVariantDict *profile, GError **error)
{
  const char *endpoint = postern_oauth2_connector_get_filled (self, "id-token-endpoint"), *id_token = postern_json_get_string (response, "id_token");
  g_autoptr (GString) form = g_string_new (NULL);
  g_autoptr (GVariant) claims = NULL, sub = NULL;
  guint status = 0;

  if (!endpoint || !id_token)
    return TRUE;
  postern_oauth2_client_append (form, "id_token", id_token);
  postern_oauth2_client_append (form, "client_id", self->client.id);
  claims = postern_oauth2_fetch_object (endpoint, form->str, NULL, NULL, &status, postern_step_get_cancellable (step), error);
  if (!claims)
    return FALSE;
  sub = g_variant_dict_lookup_value (profile, "sub", G_VARIANT_TYPE_STRING);
  if (status != 200 || !sub || g_strcmp0 (postern_json_get_string (claims, "sub"), g_variant_get_string (sub, NULL)) != 0) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "%s: status %u, or its sub is not that of the profile", endpoint, status);
    return FALSE;
  }
  g_variant_dict_insert_value (profile, "id_token", claims);
  return TRUE;
}

GVariant *
postern_oauth2_identity_fetch (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata, GVariant *response, GError **error)
{
  const char *access_token = postern_json_get_string (response, "access_token");
  g_auto (GStrv) more = postern_settings_dup_strv (postern_instance_get_settings (POSTERN_INSTANCE (self)), "further-endpoints");
  const char *endpoint = postern_json_get_string (metadata, "userinfo_endpoint");
  g_autoptr (GVariant) first = fetch (self, step, endpoint, access_token, error);
  g_auto (GVariantDict) profile = G_VARIANT_DICT_INIT (NULL);

  if (first && !g_variant_is_of_type (first, G_VARIANT_TYPE_VARDICT)) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "%s: the profile is no JSON object", endpoint);
    return NULL;
  }
  if (!first)
    return NULL;
  g_variant_dict_clear (&profile);
  g_variant_dict_init (&profile, first);
  for (guint i = 0; more && more[i]; i++)
    if (!fetch_more (self, step, more[i], access_token, &profile, error))
      return NULL;
  if (!fetch_id_token (self, step, response, &profile, error))
    return NULL;
  return g_variant_ref_sink (g_variant_dict_end (&profile));
}

gboolean
postern_oauth2_identity_check (PosternOauth2Connector *self, GVariant *document, const char *setting, GError **error)
{
  g_auto (GStrv) conditions = postern_settings_dup_strv (postern_instance_get_settings (POSTERN_INSTANCE (self)), setting);

  for (guint i = 0; conditions && conditions[i]; i++) {
    if (postern_oauth2_path_is_true (document, conditions[i]))
      continue;
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "What the provider says is refused: “%s” of %s does not hold in it", conditions[i], setting);
    return FALSE;
  }
  return TRUE;
}

gboolean
postern_oauth2_identity_check_age (PosternOauth2Connector *self, PosternStep *step, GVariant *claims, GError **error)
{
  const char *asked = postern_step_get_state (step, "earliest");
  gint64 earliest = asked ? g_ascii_strtoll (asked, NULL, 10) : 0, auth_time = claims ? postern_json_get_int64 (claims, "auth_time", -1) : -1;
  gboolean missing = auth_time < 0, must_say = self->reauthentication == POSTERN_OAUTH2_REAUTHENTICATION_MAX_AGE;

  if (!asked || (missing && !must_say) || (!missing && auth_time >= earliest - LEEWAY && auth_time <= g_get_real_time () / G_USEC_PER_SEC + LEEWAY))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_UNMET_AUTHENTICATION, "%s was asked for a new sign-in; its ID token %s",
               postern_instance_get_display_name (POSTERN_INSTANCE (self)), missing ? "lacks auth_time (see the setting reauthentication)" : "has an auth_time that is not of one");
  return FALSE;
}

PosternSubject *
postern_oauth2_identity_read (PosternOauth2Connector *self, GVariant *profile, GError **error)
{
  const char *place = postern_oauth2_connector_get_filled (self, "subject");
  g_autofree char *id = postern_oauth2_path_dup_text (profile, place ? place : "id");
  g_autoptr (PosternClaims) claims = NULL;

  if (!postern_oauth2_identity_check (self, profile, "profile-conditions", error))
    return NULL;
  if (!id || strlen (id) > SUBJECT_MAX_BYTES) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "The profile has no text or number of at most %d bytes at “%s”", SUBJECT_MAX_BYTES, place ? place : "id");
    return NULL;
  }
  claims = postern_oauth2_profile_merge (profile, NULL, (const char *const *) self->claim_map, postern_oauth2_connector_get_filled (self, "email-verified"));
  return postern_subject_new (id, claims);
}

PosternSubject *
postern_oauth2_identity_find (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata, GVariant *response, GError **error)
{
  g_autoptr (GVariant) profile = postern_oauth2_identity_fetch (self, step, metadata, response, error);
  g_autoptr (GVariant) claims = profile && postern_oauth2_connector_get_filled (self, "id-token-endpoint") ? postern_json_get (profile, "id_token") : NULL;

  return profile && postern_oauth2_identity_check_age (self, step, claims, error) ? postern_oauth2_identity_read (self, profile, error) : NULL;
}
