/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-files.h"

/* Which things there are, and what their files say. What is in a list that the API leaves out is shown alone. */

static const PosternFilesMember application_members[] = {
  { "name", POSTERN_FILES_STRING },
  { "kind", POSTERN_FILES_STRING, "\"web\"" },
  { "enabled", POSTERN_FILES_BOOLEAN, "true" },
  { "first_party", POSTERN_FILES_BOOLEAN, "false" },
  { "metadata", POSTERN_FILES_OBJECT, "{}" },
  { "roles", POSTERN_FILES_ROLES, "null" },
  { NULL },
};
static const PosternFilesMember resource_members[] = {
  { "name", POSTERN_FILES_STRING },
  { "scopes", POSTERN_FILES_ARRAY, "[]" },
  { "settings", POSTERN_FILES_OBJECT, "{}" },
  { NULL },
};
static const PosternFilesMember role_members[] = {
  { "description", POSTERN_FILES_STRING, "\"\"" },
  { "permissions", POSTERN_FILES_SCOPES, "{}" },
  { NULL },
};
/* Where a file does not say which secrets there are, they are not looked at. */
static const PosternFilesMember connector_members[] = {
  { "type", POSTERN_FILES_STRING },
  { "name", POSTERN_FILES_STRING },
  { "order", POSTERN_FILES_INTEGER, "100" },
  { "enabled", POSTERN_FILES_BOOLEAN, "true" },
  { "settings", POSTERN_FILES_OBJECT, "{}" },
  { "secrets", POSTERN_FILES_STRINGS, "null" },
  { NULL },
};
static const PosternFilesMember organization_members[] = {
  { "name", POSTERN_FILES_STRING },
  { "slug", POSTERN_FILES_STRING, POSTERN_FILES_NOTHING },
  { "disabled", POSTERN_FILES_BOOLEAN, "false" },
  { "sign_in_rules", POSTERN_FILES_OBJECT, "{}" },
  { "data", POSTERN_FILES_OBJECT, "{}" },
  { NULL },
};
static const PosternFilesMember group_members[] = {
  { "name", POSTERN_FILES_STRING },
  { "description", POSTERN_FILES_STRING, "\"\"" },
  { "roles", POSTERN_FILES_TEMPLATES, "[]" },
  { "own_roles", POSTERN_FILES_OWN_ROLES, "[]" },
  { NULL },
};
static const PosternFilesMember domain_members[] = { { NULL } };
/* What an application, or a member, was given in an organization. */
static const PosternFilesMember holder_members[] = {
  { "roles", POSTERN_FILES_TEMPLATES, "[]" },
  { "own_roles", POSTERN_FILES_OWN_ROLES, "[]" },
  { NULL },
};
static const PosternFilesMember person_members[] = { { "roles", POSTERN_FILES_ROLES }, { NULL } };
static const PosternFilesMember member_members[] = { { NULL } };
static const PosternFilesMember hook_members[] = {
  { "url", POSTERN_FILES_STRING },
  { "timeout", POSTERN_FILES_INTEGER, "500" },
  { "on_failure", POSTERN_FILES_STRING, "\"refuse\"" },
  { NULL },
};
static const PosternFilesMember webhook_members[] = {
  { "url", POSTERN_FILES_STRING },
  { "description", POSTERN_FILES_STRING, POSTERN_FILES_NOTHING },
  { "events", POSTERN_FILES_STRINGS },
  { "enabled", POSTERN_FILES_BOOLEAN, "true" },
  { NULL },
};

/* What organizations and the tenant may both set. */
#define LOOK \
  { "name", POSTERN_FILES_STRING, POSTERN_FILES_NOTHING }, \
  { "accent_color", POSTERN_FILES_STRING, POSTERN_FILES_NOTHING }, \
  { "page_color", POSTERN_FILES_STRING, POSTERN_FILES_NOTHING }, \
  { "card_color", POSTERN_FILES_STRING, POSTERN_FILES_NOTHING }, \
  { "dark_page_color", POSTERN_FILES_STRING, POSTERN_FILES_NOTHING }, \
  { "dark_card_color", POSTERN_FILES_STRING, POSTERN_FILES_NOTHING }, \
  { "logo", POSTERN_FILES_BYTES, POSTERN_FILES_NOTHING }, \
  { "css", POSTERN_FILES_SHEET, POSTERN_FILES_NOTHING }, \
  { "texts", POSTERN_FILES_OBJECT, POSTERN_FILES_NOTHING }

static const PosternFilesMember branding_members[] = { LOOK, { NULL } };
static const PosternFilesMember tenant_branding_members[] = { LOOK, { "phrases", POSTERN_FILES_OBJECT, POSTERN_FILES_NOTHING }, { NULL } };

#define OF_ORGANIZATION .parent = "organization", .belongs = "organization"

const PosternFilesKind postern_files_kinds[] = {
  { .noun = "policy", .path = "/policy" },
  { .noun = "branding", .path = "/branding", .members = tenant_branding_members, .query = "?logo=true" },
  { .noun = "connector", .folder = "connectors", .path = "/connectors", .key = "id", .id = "id", .members = connector_members },
  { .noun = "resource", .folder = "resources", .path = "/resources", .key = "indicator", .id = "id", .id_prefix = "res", .members = resource_members },
  { .noun = "role", .folder = "roles", .path = "/roles", .key = "name", .id = "id", .id_prefix = "rol", .role_kind = "tenant", .members = role_members, .alone = TRUE },
  { .noun = "organization-role", .folder = "organization-roles", .path = "/roles", .key = "name", .id = "id", .id_prefix = "rol", .role_kind = "organization", .members = role_members, .alone = TRUE },
  { .noun = "application", .folder = "applications", .path = "/applications", .key = "client_id", .id = "client_id", .members = application_members, .alone = TRUE },
  { .noun = "organization", .folder = "organizations", .path = "/organizations", .key = "id", .id = "id", .own_id = "org", .members = organization_members },
  { .noun = "own-role", .folder = "own-roles", .path = "/roles", .key = "name", .id = "id", .id_prefix = "rol", .role_kind = "organization", .members = role_members, .list = "/roles?organization_id={}", OF_ORGANIZATION, .alone = TRUE },
  { .noun = "group", .folder = "groups", .path = "/organizations/{}/groups", .key = "id", .id = "id", .own_id = "grp", .members = group_members, OF_ORGANIZATION, .alone = TRUE },
  { .noun = "domain", .folder = "domains", .path = "/organizations/{}/domains", .key = "domain", .id = "domain", .members = domain_members, OF_ORGANIZATION },
  { .noun = "organization-application", .folder = "organization-applications", .path = "/organizations/{}/role-holders", .key = "client_id", .id = "subject_id", .members = holder_members, .list = "/organizations/{}/role-holders?kind=application", OF_ORGANIZATION },
  { .noun = "organization-branding", .folder = "organization-brandings", .path = "/organizations/{}/branding", .members = branding_members, OF_ORGANIZATION, .query = "?logo=true", .always = TRUE },
  { .noun = "application-claims-hook", .folder = "application-claims-hooks", .path = "/applications/{}/claims-hook", .members = hook_members, .parent = "application", .belongs = "client_id" },
  { .noun = "resource-claims-hook", .folder = "resource-claims-hooks", .path = "/resources/{}/claims-hook", .members = hook_members, .parent = "resource", .belongs = "indicator" },
  { .noun = "webhook", .folder = "webhooks", .path = "/webhooks", .key = "id", .id = "id", .own_id = "whk", .members = webhook_members },
  { .noun = "person", .folder = "people", .path = "/role-holders", .key = "user_id", .id = "subject_id", .members = person_members, .list = "/role-holders?kind=user", .people = TRUE },
  { .noun = "member", .folder = "members", .path = "/organizations/{}/members", .key = "user_id", .id = "user_id", .members = member_members, OF_ORGANIZATION, .people = TRUE },
  { .noun = "organization-person", .folder = "organization-people", .path = "/organizations/{}/role-holders", .key = "user_id", .id = "subject_id", .members = holder_members, .list = "/organizations/{}/role-holders?kind=user", OF_ORGANIZATION, .people = TRUE },
  { .noun = "group-member", .folder = "group-members", .path = "/organizations/{}/groups/{}/members", .key = "user_id", .id = "user_id", .members = member_members, .parent = "group", .belongs = "group", .people = TRUE },
  { .noun = NULL },
};
