/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-organization-rules.h"

#include <string.h>

#include "postern-assurance.h"
#include "postern-error.h"
#include "postern-identifier.h"

#define CONNECTOR "connector" /* POSTERN_FLOW_FACTOR_CONNECTOR, among factors that were met */
#define MOST 50               /* entries of a list */

static gboolean
wrong (GError **error, const char *name, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "sign_in_rules: %s: %s", name, why);
  return FALSE;
}

/* --- reading ------------------------------------------------------------------------------------------------------- */

/* (transfer full) (nullable): NULL where one is no string, or there are too many */
static char **
dup_list (GVariant *value)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gsize count = g_variant_is_of_type (value, G_VARIANT_TYPE ("av")) ? g_variant_n_children (value) : MOST + 1;

  if (count > MOST)
    return NULL;
  for (gsize i = 0; i < count; i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (value, i), text = g_variant_get_variant (box);

    if (!g_variant_is_of_type (text, G_VARIANT_TYPE_STRING) || *g_variant_get_string (text, NULL) == '\0')
      return NULL;
    g_strv_builder_add (builder, g_variant_get_string (text, NULL));
  }
  return g_strv_builder_end (builder);
}

static gboolean
read_list (char ***list, const char *name, GVariant *value, GError **error)
{
  g_clear_pointer (list, g_strfreev);
  *list = dup_list (value);
  return *list != NULL || wrong (error, name, "must be a list of at most 50 words");
}

static gboolean
read_factors (PosternOrganizationRules *self, GVariant *value, GError **error)
{
  if (!read_list (&self->factors, "factors", value, error))
    return FALSE;
  for (guint i = 0; self->factors[i]; i++)
    if (postern_policy_find_word (POSTERN_ORGANIZATION_FACTORS, self->factors[i]) < 0)
      return wrong (error, "factors", "must be some of: " POSTERN_ORGANIZATION_FACTORS);
  return TRUE;
}

static gboolean
read_domains (PosternOrganizationRules *self, GVariant *value, GError **error)
{
  if (!read_list (&self->email_domains, "email_domains", value, error))
    return FALSE;
  for (guint i = 0; self->email_domains[i]; i++) {
    g_autofree char *typed = g_steal_pointer (&self->email_domains[i]);

    self->email_domains[i] = postern_identifier_canonicalize_domain (typed);
    if (self->email_domains[i] == NULL) {
      self->email_domains[i] = g_strdup (""); /* or the rest would not be freed */
      return wrong (error, "email_domains", "must be names of domains");
    }
  }
  return TRUE;
}

static gboolean
read_second_factor (PosternOrganizationRules *self, GVariant *value, GError **error)
{
  gint rule = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? postern_assurance_read_rule (g_variant_get_string (value, NULL)) : -1;

  if (rule < 0)
    return wrong (error, "second_factor", "must be one of: " POSTERN_SECOND_RULES);
  self->second_factor = (guint) rule;
  return TRUE;
}

static gboolean
read_second_factors (PosternOrganizationRules *self, GVariant *value, GError **error)
{
  g_auto (GStrv) words = dup_list (value);

  self->second_factors = 0;
  for (guint i = 0; words && words[i]; i++) {
    guint bit = postern_assurance_read_factor (words[i]);

    if (bit == 0)
      return wrong (error, "second_factors", "must be some of: " POSTERN_SECOND_FACTORS);
    self->second_factors |= bit;
  }
  return self->second_factors != 0 || wrong (error, "second_factors", "must be some of: " POSTERN_SECOND_FACTORS);
}

static gboolean
read_member (PosternOrganizationRules *self, const char *name, GVariant *value, GError **error)
{
  if (g_str_equal (name, "connectors"))
    return read_list (&self->connectors, name, value, error);
  if (g_str_equal (name, "join_by_connectors"))
    return read_list (&self->join_by_connectors, name, value, error);
  if (g_str_equal (name, "factors"))
    return read_factors (self, value, error);
  if (g_str_equal (name, "email_domains"))
    return read_domains (self, value, error);
  if (g_str_equal (name, "second_factor"))
    return read_second_factor (self, value, error);
  if (g_str_equal (name, "second_factors"))
    return read_second_factors (self, value, error);
  if (!g_str_equal (name, "join_by_domain"))
    return wrong (error, name, "is no rule that is known here");
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return wrong (error, name, "must be true or false");
  self->join_by_domain = g_variant_get_boolean (value);
  return TRUE;
}

/* Rules by which nobody could come in, or nobody join, are a slip that would be noticed too late. */
static gboolean
check (PosternOrganizationRules *self, GError **error)
{
  gboolean none = self->connectors && self->connectors[0] == NULL && self->factors && self->factors[0] == NULL;

  for (char **one = self->join_by_connectors; one && *one; one++)
    if (!postern_organization_rules_allow_connector (self, *one))
      return wrong (error, "join_by_connectors", "names one that is not among connectors");
  return !none || wrong (error, "factors", "and connectors are both empty: nobody could sign in");
}

PosternOrganizationRules *
postern_organization_rules_new (GVariant *model, GError **error)
{
  g_autoptr (PosternOrganizationRules) self = g_atomic_rc_box_new0 (PosternOrganizationRules);
  GVariantIter iter;
  const char *name;
  GVariant *member;
  gboolean good = TRUE;

  if (model == NULL)
    return g_steal_pointer (&self);
  g_variant_iter_init (&iter, model);
  while (good && g_variant_iter_next (&iter, "{&sv}", &name, &member)) {
    g_autoptr (GVariant) value = member;

    good = read_member (self, name, value, error);
  }
  return good && check (self, error) ? g_steal_pointer (&self) : NULL;
}

PosternOrganizationRules *
postern_organization_rules_ref (PosternOrganizationRules *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  PosternOrganizationRules *self = data;

  g_strfreev (self->connectors);
  g_strfreev (self->factors);
  g_strfreev (self->email_domains);
  g_strfreev (self->join_by_connectors);
}

void
postern_organization_rules_unref (PosternOrganizationRules *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/* --- asking -------------------------------------------------------------------------------------------------------- */

static gboolean
allows (char **list, const char *word)
{
  return list == NULL || (word && g_strv_contains ((const char *const *) list, word));
}

gboolean
postern_organization_rules_allow_connector (PosternOrganizationRules *self, const char *id)
{
  return allows (self->connectors, id);
}

gboolean
postern_organization_rules_allow_factor (PosternOrganizationRules *self, const char *name)
{
  if (g_strcmp0 (name, "code") == 0)
    return allows (self->factors, "email-code") || allows (self->factors, "sms-code");
  return allows (self->factors, name);
}

gboolean
postern_organization_rules_allow_way (PosternOrganizationRules *self, const char *const *factors, const char *connector_id)
{
  const char *first = factors ? factors[0] : NULL;

  if (g_strcmp0 (first, CONNECTOR) == 0)
    return postern_organization_rules_allow_connector (self, connector_id);
  return allows (self->factors, first);
}

gboolean
postern_organization_rules_allow_address (PosternOrganizationRules *self, const PosternUser *user)
{
  const char *at = user->email && user->email_verified ? strrchr (user->email, '@') : NULL;

  return allows (self->email_domains, at ? at + 1 : NULL);
}
