/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#define HOW_LONG                                                                                                       \
  { "days", POSTERN_CLI_INTEGER, "days", "DAYS", "How long it is good; seven unless it is said" },                      \
  { "language", POSTERN_CLI_STRING, "language", "TAG", "In which language the mail is written to who has no account" }

static const PosternCliOption create_options[] = {
  { "email", POSTERN_CLI_STRING, "email", "ADDRESS", "Where it goes; only an account with this address can take it" },
  { "role", POSTERN_CLI_LIST, "role_ids", "ROLE", "A role that the person gets in the organization, by its id; may be repeated" },
  { "group", POSTERN_CLI_LIST, "group_ids", "GROUP", "A group that the person comes into, by its id; may be repeated" },
  HOW_LONG,
  { NULL },
};
static const PosternCliOption send_options[] = { HOW_LONG, { NULL } };

#define OF "/api/v1/organizations/{}/invitations"
#define COLUMNS "id email state created_at expires_at"

static const PosternCliCommand commands[] = {
  { "create", "ORGANIZATION", "Invites somebody by mail; an open invitation to the same address is revoked.", "POST", OF, NULL, create_options },
  { "list", "ORGANIZATION", "Lists an organization's invitations.", "GET", OF, COLUMNS },
  { "show", "ORGANIZATION INVITATION", "Shows an invitation, without its link.", "GET", OF "/{}" },
  { "send", "ORGANIZATION INVITATION", "Sends it again, with another link: the one before is worth nothing.", "POST", OF "/{}/send", NULL, send_options },
  { "delete", "ORGANIZATION INVITATION", "Revokes it: its link is worth nothing from now on.", "DELETE", OF "/{}" },
  { NULL },
};

const PosternCliNoun postern_cli_invitation = { "invitation", "Who is asked to join an organization.", commands };
