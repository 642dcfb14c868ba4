/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oauth2-profile.h"

#include "postern-oauth2-path.h"

#include <string.h>

/* One row a standard claim: its JSON type, and the claim that says whether it was proved. */
static const struct {
  const char *name, *type, *proof;
} standard[] = {
  { "name", "s", NULL },        { "given_name", "s", NULL },         { "family_name", "s", NULL }, { "middle_name", "s", NULL },
  { "nickname", "s", NULL },    { "preferred_username", "s", NULL }, { "profile", "s", NULL },     { "picture", "s", NULL },
  { "website", "s", NULL },     { "gender", "s", NULL },             { "birthdate", "s", NULL },   { "zoneinfo", "s", NULL },
  { "locale", "s", NULL },      { "updated_at", "x", NULL },         { "address", "a{sv}", NULL },
  { "email", "s", "email_verified" },
  { "phone_number", "s", "phone_number_verified" },
};

static const char *
find_theirs (const char *const *map, const char *ours)
{
  gsize length = strlen (ours);

  for (; map && *map; map++)
    if (g_str_has_prefix (*map, ours) && (*map)[length] == '=')
      return *map + length + 1;
  return NULL;
}

/* Text is read along a path; of another type there is only what stands under the name itself. */
static GVariant *
look_up (GVariant *source, const char *place, const char *type)
{
  g_autoptr (GVariant) value = NULL;

  if (!source)
    return NULL;
  if (g_str_equal (type, "s")) {
    char *text = postern_oauth2_path_dup_text (source, place);
    return text ? g_variant_ref_sink (g_variant_new_take_string (text)) : NULL;
  }
  value = postern_json_get (source, place);
  return value && g_variant_is_of_type (value, G_VARIANT_TYPE (type)) ? g_steal_pointer (&value) : NULL;
}

/*
 * Whether the provider proved @value: only the JSON boolean true counts, and only in a document that gives this very
 * value. One document's address with the other's proof would let a stranger's address pass for proved.
 */
static gboolean
is_proved (GVariant *source, const char *place, const char *proof, GVariant *value)
{
  g_autoptr (GVariant) same = look_up (source, place, "s");

  return same && g_variant_equal (same, value) && postern_oauth2_path_is_true (source, proof);
}

PosternClaims *
postern_oauth2_profile_merge (GVariant *first, GVariant *second, const char *const *map, const char *email_proof)
{
  PosternClaims *claims = postern_claims_new ();

  for (guint i = 0; i < G_N_ELEMENTS (standard); i++) {
    const char *name = standard[i].name, *proof = standard[i].proof;
    const char *theirs = find_theirs (map, name), *place = theirs ? theirs : name;
    gboolean told = email_proof && g_str_equal (name, "email");
    g_autoptr (GVariant) value = look_up (first, place, standard[i].type);
    if (!value)
      value = look_up (second, place, standard[i].type);
    if (!value)
      continue;
    postern_claims_add (claims, name, value);
    if (told)
      proof = email_proof;
    /* What stands under another name is not what the standard's proof speaks of. */
    if (proof && (told || !theirs))
      postern_claims_add_boolean (claims, standard[i].proof, is_proved (first, place, proof, value) || is_proved (second, place, proof, value));
  }
  return claims;
}

static gboolean
is_standard (const char *entry, gsize length)
{
  for (guint i = 0; i < G_N_ELEMENTS (standard); i++)
    if (strlen (standard[i].name) == length && strncmp (standard[i].name, entry, length) == 0)
      return TRUE;
  return FALSE;
}

gboolean
postern_oauth2_profile_check_map (const char *const *map, GError **error)
{
  for (; map && *map; map++) {
    const char *equals = strchr (*map, '=');
    if (equals && equals[1] && is_standard (*map, (gsize) (equals - *map)) && postern_oauth2_path_check (equals + 1))
      continue;
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
                 "claim-map: “%s” is not “ours=theirs” with a standard claim on the left and a path on the right, such as preferred_username=upn", *map);
    return FALSE;
  }
  return TRUE;
}
