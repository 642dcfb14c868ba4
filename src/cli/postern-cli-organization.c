/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#define ABOUT                                                                                                                     \
  { "name", POSTERN_CLI_STRING, "name", "NAME", "What people see" },                                                              \
  { "slug", POSTERN_CLI_STRING, "slug", "SLUG", "What applications call it: small letters, digits, hyphens; empty: nothing" },    \
  { "rules", POSTERN_CLI_JSON, "sign_in_rules", "JSON|@FILE", "How its members sign in; a rule of null is taken away" },          \
  { "data", POSTERN_CLI_JSON, "data", "JSON|@FILE", "Your own notes, which its own administrators do not see" }

static const PosternCliOption create_options[] = { ABOUT, { NULL } };
static const PosternCliOption update_options[] = {
  ABOUT,
  { "disable", POSTERN_CLI_TRUE, "disabled", NULL, "Nobody can act for it; what was granted for it is revoked" },
  { "enable", POSTERN_CLI_FALSE, "disabled", NULL, "It is as it was, without those grants" },
  { NULL },
};
static const PosternCliOption list_options[] = {
  { "search", POSTERN_CLI_STRING, "?search", "TEXT", "Only those whose name or slug begins so" },
  { "member", POSTERN_CLI_STRING, "?member", "USER", "Only those that this user belongs to" },
  { NULL },
};

static const PosternCliCommand commands[] = {
  { "create", NULL, "Makes an organization.", "POST", "/api/v1/organizations", NULL, create_options },
  { "list", NULL, "Lists organizations.", "GET", "/api/v1/organizations", "id slug name disabled", list_options },
  { "show", "ORGANIZATION", "Shows an organization, by its id or slug.", "GET", "/api/v1/organizations/{}" },
  { "update", "ORGANIZATION", "Changes what is given.", "PATCH", "/api/v1/organizations/{}", NULL, update_options },
  { "delete", "ORGANIZATION", "Deletes it with all that is its own; its members stay as users.", "DELETE", "/api/v1/organizations/{}" },
  { NULL },
};

const PosternCliNoun postern_cli_organization = { "organization", "Business customers, and how their people sign in.", commands };

/* --- who belongs to one --- */

static const PosternCliCommand member_commands[] = {
  { "list", "ORGANIZATION", "Lists who belongs to an organization.", "GET", "/api/v1/organizations/{}/members", "user_id username email name source" },
  { "show", "ORGANIZATION USER", "Shows a member.", "GET", "/api/v1/organizations/{}/members/{}" },
  { "add", "ORGANIZATION USER", "Takes a user in, by id or what they sign in with.", "PUT", "/api/v1/organizations/{}/members/{}" },
  { "remove", "ORGANIZATION USER", "Takes somebody out, with their roles and groups there.", "DELETE", "/api/v1/organizations/{}/members/{}" },
  { NULL },
};

const PosternCliNoun postern_cli_member = { "member", "Who belongs to an organization.", member_commands };

/* --- its groups --- */

#define GROUPS "/api/v1/organizations/{}/groups"

static const PosternCliOption group_options[] = {
  { "name", POSTERN_CLI_STRING, "name", "NAME", "What it is called; unique in the organization" },
  { "description", POSTERN_CLI_STRING, "description", "TEXT", "What it is for" },
  { NULL },
};

static const PosternCliCommand group_commands[] = {
  { "create", "ORGANIZATION", "Makes a group.", "POST", GROUPS, NULL, group_options },
  { "list", "ORGANIZATION", "Lists the groups of an organization.", "GET", GROUPS, "id name" },
  { "show", "ORGANIZATION GROUP", "Shows a group by its id.", "GET", GROUPS "/{}" },
  { "update", "ORGANIZATION GROUP", "Gives it another name or description.", "PATCH", GROUPS "/{}", NULL, group_options },
  { "delete", "ORGANIZATION GROUP", "Deletes a group; its members stay in the organization.", "DELETE", GROUPS "/{}" },
  { "members", "ORGANIZATION GROUP", "Lists who is in a group.", "GET", GROUPS "/{}/members", "user_id username email name" },
  { "add", "ORGANIZATION GROUP USER", "Puts a member of the organization into it.", "PUT", GROUPS "/{}/members/{}" },
  { "remove", "ORGANIZATION GROUP USER", "Takes somebody out of it.", "DELETE", GROUPS "/{}/members/{}" },
  { NULL },
};

const PosternCliNoun postern_cli_group = { "group", "Some members of one organization; a role of the group is theirs.", group_commands };

/* --- its domains --- */

#define DOMAINS "/api/v1/organizations/{}/domains"

static const PosternCliOption domain_options[] = {
  { "domain", POSTERN_CLI_STRING, "domain", "DOMAIN", "What stands behind the @ of its addresses" },
  { NULL },
};

static const PosternCliCommand domain_commands[] = {
  { "create", "ORGANIZATION", "Says that a domain is the organization's; shows the TXT record that proves it.", "POST", DOMAINS, NULL, domain_options },
  { "list", "ORGANIZATION", "Lists its domains.", "GET", DOMAINS, "id domain verified record_name record_value" },
  { "show", "ORGANIZATION DOMAIN", "Shows one, by its name or id.", "GET", DOMAINS "/{}" },
  { "verify", "ORGANIZATION DOMAIN", "Looks for the record in the DNS.", "POST", DOMAINS "/{}/verification" },
  { "delete", "ORGANIZATION DOMAIN", "Takes one away.", "DELETE", DOMAINS "/{}" },
  { NULL },
};

const PosternCliNoun postern_cli_domain = { "domain", "The e-mail domains of an organization, and their proof.", domain_commands };
