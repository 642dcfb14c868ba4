/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#define ABOUT                                                                                                                 \
  { "indicator", POSTERN_CLI_STRING, "indicator", "URI", "What tokens for it have as their audience (RFC 8707)" },            \
  { "name", POSTERN_CLI_STRING, "name", "NAME", "What people see" },                                                          \
  { "scopes", POSTERN_CLI_JSON, "scopes", "JSON|@FILE", "Array of objects with \"name\" and \"description\": all there are" }, \
  { "access-token-lifetime", POSTERN_CLI_INTEGER, "settings.access_token_lifetime", "SECONDS", "How long a token for it lives at most" }

static const PosternCliOption options[] = { ABOUT, { NULL } };

static const PosternCliCommand commands[] = {
  { "create", NULL, "Makes a resource: from then on roles say who has its scopes.", "POST", "/api/v1/resources", NULL, options },
  { "list", NULL, "Lists resources.", "GET", "/api/v1/resources", "id indicator name created_at" },
  { "show", "RESOURCE", "Shows a resource by its id.", "GET", "/api/v1/resources/{}" },
  { "update", "RESOURCE", "Changes what is given; a scope that is left out is taken from all roles.", "PATCH", "/api/v1/resources/{}", NULL, options },
  { "delete", "RESOURCE", "Deletes a resource, and what roles permit of it.", "DELETE", "/api/v1/resources/{}" },
  { "claims-hook", "RESOURCE", "Shows who is asked what access tokens for it say besides.", "GET", "/api/v1/resources/{}/claims-hook" },
  { "set-claims-hook", "RESOURCE", "Has somebody asked that, and shows the secret that signs the questions, if it is new.", "PUT", "/api/v1/resources/{}/claims-hook", NULL, postern_cli_claims_hook_options },
  { "delete-claims-hook", "RESOURCE", "Has nobody asked any more.", "DELETE", "/api/v1/resources/{}/claims-hook" },
  { NULL },
};

const PosternCliNoun postern_cli_resource = { "resource", "The APIs whose scopes roles give.", commands };
