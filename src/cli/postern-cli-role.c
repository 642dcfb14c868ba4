/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#define ABOUT                                                                                             \
  { "name", POSTERN_CLI_STRING, "name", "NAME", "What tokens call it" },                                  \
  { "description", POSTERN_CLI_STRING, "description", "TEXT", "What it is for" }

static const PosternCliOption create_options[] = {
  ABOUT,
  { "kind", POSTERN_CLI_STRING, "kind", "KIND", "tenant or organization; without it organization where one is given, else tenant" },
  { "organization", POSTERN_CLI_STRING, "organization_id", "ORGANIZATION", "Whose own it is, by its id or slug; without one a role of kind organization is for all" },
  { NULL },
};
static const PosternCliOption update_options[] = { ABOUT, { NULL } };
static const PosternCliOption permit_options[] = {
  { "resource", POSTERN_CLI_STRING, "resource_id", "RESOURCE", "At which resource; its id, or management for the management API" },
  { "scope", POSTERN_CLI_STRING, "scope", "SCOPE", "Which of its scopes" },
  { NULL },
};
static const PosternCliOption assign_options[] = {
  { "to", POSTERN_CLI_STRING, "subject_id", "SUBJECT", "The id of a user, an application or a group; or what a user signs in with" },
  { "organization", POSTERN_CLI_STRING, "organization_id", "ORGANIZATION", "In which one (id or slug), where the role is of kind organization" },
  { NULL },
};
static const PosternCliOption in_options[] = {
  { "organization", POSTERN_CLI_STRING, "?organization_id", "ORGANIZATION", "In this one (id or slug); without it those of the tenant" },
  { NULL },
};

static const PosternCliCommand commands[] = {
  { "create", NULL, "Makes a role.", "POST", "/api/v1/roles", NULL, create_options },
  { "list", NULL, "Lists roles: an organization's own, or the tenant's and the templates.", "GET", "/api/v1/roles", "id name kind description", in_options },
  { "show", "ROLE", "Shows a role by its id; owner, security, support and read-only are ready-made.", "GET", "/api/v1/roles/{}" },
  { "update", "ROLE", "Changes what is given.", "PATCH", "/api/v1/roles/{}", NULL, update_options },
  { "delete", "ROLE", "Deletes a role: nobody has it any more.", "DELETE", "/api/v1/roles/{}" },
  { "permissions", "ROLE", "Lists what a role gives.", "GET", "/api/v1/roles/{}/permissions", "resource_id scope" },
  { "permit", "ROLE", "Has a role give a scope of a resource.", "POST", "/api/v1/roles/{}/permissions", NULL, permit_options },
  { "forbid", "ROLE RESOURCE SCOPE", "Has it give that no more.", "DELETE", "/api/v1/roles/{}/permissions/{}/{}" },
  { "assignments", "ROLE", "Lists who has a role.", "GET", "/api/v1/roles/{}/assignments", "subject_id organization_id created_at", in_options },
  { "assign", "ROLE", "Gives somebody a role.", "POST", "/api/v1/roles/{}/assignments", NULL, assign_options },
  { "take", "ROLE SUBJECT", "Takes it from them.", "DELETE", "/api/v1/roles/{}/assignments/{}", NULL, in_options },
  { "of", "USER", "Lists the roles of a user, not those of groups.", "GET", "/api/v1/users/{}/roles", "role_id organization_id created_at" },
  { "effective", "USER", "Shows what a user may, by all their roles.", "GET", "/api/v1/users/{}/permissions", NULL, in_options },
  { NULL },
};

const PosternCliNoun postern_cli_role = { "role", "Names for what may be had at resources, and who has them.", commands };
