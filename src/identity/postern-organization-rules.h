/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/**
 * PosternOrganizationRules: how members of an organization sign in when they act for it, and who becomes one by signing in: the
 * column sign_in_rules, read. What is not there is left to the tenant's policy; nothing here is laxer than that. Immutable,
 * reference counted.
 */
typedef struct {
  char **connectors;    /* (nullable): ids of the instances that may say who it is; NULL: any, empty: none */
  char **factors;       /* (nullable): first factors of our own that may: POSTERN_ORGANIZATION_FACTORS; NULL: any, empty: none */
  char **email_domains; /* (nullable): a member needs a verified address of one of these */
  guint second_factor;  /* PosternSecondRule */
  guint second_factors; /* PosternSecondFactor bits that count; 0: whatever the tenant accepts */
  gboolean join_by_domain;   /* who signs in with a verified address of a verified domain becomes a member */
  char **join_by_connectors; /* (nullable): … or by one of these instances */
} PosternOrganizationRules;

#define POSTERN_ORGANIZATION_FACTORS "password email-code sms-code passkey"

/** postern_organization_rules_new: @model: (nullable) a{sv}; INVALID_REQUEST names the member that is wrong or not known */
PosternOrganizationRules *postern_organization_rules_new (GVariant *model, GError **error);
PosternOrganizationRules *postern_organization_rules_ref (PosternOrganizationRules *self);
void postern_organization_rules_unref (PosternOrganizationRules *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternOrganizationRules, postern_organization_rules_unref)

/** postern_organization_rules_allow_connector: whether the instance @id may say who a member is. */
gboolean postern_organization_rules_allow_connector (PosternOrganizationRules *self, const char *id);
/** postern_organization_rules_allow_factor: the same of a first factor of our own: one of POSTERN_ORGANIZATION_FACTORS, or "code" for either of its two. */
gboolean postern_organization_rules_allow_factor (PosternOrganizationRules *self, const char *name);
/** postern_organization_rules_allow_way: whether somebody who met @factors (the first one first), with @connector_id (nullable) for the one that is no factor of ours, came in by a way that is allowed. */
gboolean postern_organization_rules_allow_way (PosternOrganizationRules *self, const char *const *factors, const char *connector_id);
/** postern_organization_rules_allow_address: whether @user's address is one that a member may have. */
gboolean postern_organization_rules_allow_address (PosternOrganizationRules *self, const PosternUser *user);

G_END_DECLS
