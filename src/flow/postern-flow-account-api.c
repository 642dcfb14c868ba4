/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-account-api.h"

#include "postern-flow-account-data.h"
#include "postern-flow-account-delete.h"
#include "postern-flow-account-profile.h"
#include "postern-flow-look.h"
#include "postern-user-data.h"

/* --- what is asked of a request -------------------------------------------------------------------------------------------- */

gboolean
postern_flow_account_api_check_fresh (PosternFlowAccountCall *call, GError **error)
{
  if (postern_flow_visit_is_fresh (call->visit))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_AUTHENTICATION, "The person must have signed in in the last %d seconds for this", POSTERN_FLOW_VISIT_RECENT);
  return FALSE;
}

gboolean
postern_flow_account_api_refuse_field (PosternFlowAccountCall *call, const char *field, const char *why, GError **error)
{
  g_free (call->field);
  call->field = g_strdup (field);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s: %s", field, why);
  return FALSE;
}

static gint
find_name (const char *const *names, const char *name)
{
  for (gint i = 0; names[i]; i++)
    if (g_str_equal (names[i], name))
      return i;
  return -1;
}

static gboolean
read_member (PosternFlowAccountCall *call, const char *const *names, const char **values, GVariant *body, const char *name, GError **error)
{
  gint index = find_name (names, name);
  const char *text = postern_json_get_string (body, name);
  g_autoptr (GVariant) member = postern_json_get (body, name);

  if (index < 0) {
    g_autofree char *known = g_strjoinv (", ", (char **) names);
    g_autofree char *why = g_strdup_printf ("there is no such member here; known are %s", known);

    return postern_flow_account_api_refuse_field (call, name, why, error);
  }
  if (text == NULL && !g_variant_is_of_type (member, G_VARIANT_TYPE_MAYBE))
    return postern_flow_account_api_refuse_field (call, name, "must be a string", error);
  values[index] = text ? text : "";
  return TRUE;
}

GVariant *
postern_flow_account_api_read_body (PosternFlowAccountCall *call, const char *const *names, const char **values, GError **error)
{
  GBytes *bytes = postern_request_get_body (call->request);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GVariant) body = postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), POSTERN_FLOW_ACCOUNT_API_BODY_MAX, &failure);
  GVariantIter iter;
  const char *name;

  if (body == NULL || g_variant_n_children (body) == 0) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The body is no JSON object that says something: %s", failure ? failure->message : "it is empty");
    return NULL;
  }
  g_variant_iter_init (&iter, body);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    if (!read_member (call, names, values, body, name, error))
      return NULL;
  return g_steal_pointer (&body);
}

PosternResponse *
postern_flow_account_api_run (PosternFlowAccountCall *call, PosternFlowAccountApi api, GError **error)
{
  g_autoptr (GError) failure = NULL;
  PosternResponse *response = api (call, &failure);

  if (response)
    return response;
  if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_STALE))
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_AUTHENTICATION, "The session that the access token came from has ended");
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

PosternResponse *
postern_flow_account_api_answer_done (gboolean done)
{
  PosternResponse *response = done ? postern_response_new (204, NULL, NULL) : NULL;

  if (response)
    postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
}

/* --- profile and preferences ------------------------------------------------------------------------------------------------ */

void
postern_flow_account_api_add_time (PosternJsonObject *object, const char *name, gint64 at)
{
  if (at != 0)
    postern_json_object_add_int64 (object, name, at);
}

PosternResponse *
postern_flow_account_api_show_profile (PosternFlowAccountCall *call, GError **error)
{
  PosternUser *user = call->visit->user;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "id", user->id);
  for (guint i = 0; user->profile && i < POSTERN_FLOW_ACCOUNT_PROFILE_FIELDS; i++)
    postern_json_object_add_string (&object, postern_flow_account_profile_get_field (i), postern_json_get_string (user->profile, postern_flow_account_profile_get_field (i)));
  postern_json_object_add_string (&object, "username", user->username);
  postern_json_object_add_string (&object, "email", user->email);
  if (user->email)
    postern_json_object_add_boolean (&object, "email_verified", user->email_verified);
  postern_json_object_add_string (&object, "phone", user->phone);
  if (user->phone)
    postern_json_object_add_boolean (&object, "phone_verified", user->phone_verified);
  postern_flow_account_api_add_time (&object, "created_at", user->created_at);
  postern_flow_account_api_add_time (&object, "updated_at", user->updated_at);
  postern_flow_account_api_add_time (&object, "deletes_at", user->deletes_at);
  return postern_response_new_json (200, postern_json_object_end (&object));
}

PosternResponse *
postern_flow_account_api_change_profile (PosternFlowAccountCall *call, GError **error)
{
  const char *names[POSTERN_FLOW_ACCOUNT_PROFILE_FIELDS + 1] = { NULL };
  PosternFlowAccountProfile profile = { { NULL } };
  g_autoptr (GVariant) body = NULL;
  gint wrong;

  for (guint i = 0; i < POSTERN_FLOW_ACCOUNT_PROFILE_FIELDS; i++)
    names[i] = postern_flow_account_profile_get_field (i);
  body = postern_flow_account_api_read_body (call, names, profile.values, error);
  if (body == NULL)
    return NULL;
  wrong = postern_flow_account_profile_find_wrong (&profile);
  if (wrong >= 0) {
    postern_flow_account_api_refuse_field (call, names[wrong], "this cannot be a name: write it in letters, and shorter", error);
    return NULL;
  }
  return postern_flow_account_api_answer_done (postern_flow_account_profile_save (call->engine, call->visit, call->request, &profile, error));
}

PosternResponse *
postern_flow_account_api_show_preferences (PosternFlowAccountCall *call, GError **error)
{
  PosternUser *user = call->visit->user;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "language", user->profile ? postern_json_get_string (user->profile, "locale") : NULL);
  postern_json_object_add_string (&object, "appearance", user->appearance ? user->appearance : POSTERN_FLOW_ACCOUNT_PROFILE_SYSTEM);
  return postern_response_new_json (200, postern_json_object_end (&object));
}

PosternResponse *
postern_flow_account_api_change_preferences (PosternFlowAccountCall *call, GError **error)
{
  static const char *const names[] = { "language", "appearance", NULL };
  const char *values[2] = { NULL };
  g_autoptr (GVariant) body = postern_flow_account_api_read_body (call, names, values, error);

  if (body == NULL)
    return NULL;
  if (values[0] && !postern_flow_look_is_language (values[0])) {
    postern_flow_account_api_refuse_field (call, names[0], "must be a language tag (BCP 47)", error);
    return NULL;
  }
  if (values[1] && !postern_flow_account_profile_is_appearance (values[1])) {
    postern_flow_account_api_refuse_field (call, names[1], "must be light, dark or system", error);
    return NULL;
  }
  return postern_flow_account_api_answer_done (postern_flow_account_profile_save (call->engine, call->visit, call->request,
                                                         &(PosternFlowAccountProfile){ .locale = values[0], .appearance = values[1] }, error));
}

/* --- taking it away --------------------------------------------------------------------------------------------------------- */

PosternResponse *
postern_flow_account_api_show_data (PosternFlowAccountCall *call, GError **error)
{
  const char *after = NULL;
  g_autoptr (GVariant) data = NULL;

  if (!postern_flow_account_api_check_fresh (call, error) || !postern_request_get_query (call->request, "after", &after, error))
    return NULL;
  if (after && !postern_user_data_is_place (after)) {
    postern_flow_account_api_refuse_field (call, "after", "must be what `next` said", error);
    return NULL;
  }
  data = postern_flow_account_data_read (call->engine, call->visit, call->request, after, error);
  return data ? postern_response_new_json (200, data) : NULL;
}

/* Every session and grant ends with it, and so does the token that asked: the answer is the last word to it. */
PosternResponse *
postern_flow_account_api_ask_deletion (PosternFlowAccountCall *call, GError **error)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  gint64 deletes_at;

  if (!postern_flow_account_api_check_fresh (call, error) || !postern_flow_account_delete_wish (call->engine, call->visit, call->request, FALSE, &deletes_at, error))
    return NULL;
  postern_flow_account_api_add_time (&object, "deletes_at", deletes_at);
  return postern_response_new_json (202, postern_json_object_end (&object));
}

PosternResponse *
postern_flow_account_api_undo_deletion (PosternFlowAccountCall *call, GError **error)
{
  return postern_flow_account_api_answer_done (postern_flow_account_delete_wish (call->engine, call->visit, call->request, TRUE, NULL, error));
}
