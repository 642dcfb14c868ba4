/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

/* clang-format off */
#define LOOK \
  { "name", POSTERN_CLI_UNSET, "name", "NAME", "What its pages call it; its own name unless it is said" }, \
  { "logo", POSTERN_CLI_BYTES, "logo", "FILE", "A PNG, JPEG, WebP or SVG of at most 24 KiB" }, \
  { "accent-color", POSTERN_CLI_UNSET, "accent_color", "#RRGGBB", "Of buttons and links" }, \
  { "page-color", POSTERN_CLI_UNSET, "page_color", "#RRGGBB", "Of what the card lies on, where pages are light" }, \
  { "card-color", POSTERN_CLI_UNSET, "card_color", "#RRGGBB", "Of the card, where pages are light" }, \
  { "dark-page-color", POSTERN_CLI_UNSET, "dark_page_color", "#RRGGBB", "Of what the card lies on, where pages are dark" }, \
  { "dark-card-color", POSTERN_CLI_UNSET, "dark_card_color", "#RRGGBB", "Of the card, where pages are dark" }, \
  { "css", POSTERN_CLI_UNSET, "css", "CSS|@FILE", "A style sheet of shapes and letters" }, \
  { "texts", POSTERN_CLI_JSON, "texts", "JSON|@FILE", "What stands where a sign-in begins, by the tag of a language; null: nothing" }
/* clang-format on */

static const PosternCliOption options[] = { LOOK, { NULL } };
static const PosternCliOption tenant_options[] = {
  LOOK,
  { "phrases", POSTERN_CLI_JSON, "phrases", "JSON|@FILE", "What is said otherwise: by the tag of a language, English words and what stands for them; null: nothing" },
  { NULL },
};

#define PATH "/api/v1/organizations/{}/branding"

static const PosternCliCommand commands[] = {
  { "show", "ORGANIZATION", "Shows how an organization's pages look.", "GET", PATH },
  { "update", "ORGANIZATION", "Changes what is given; an empty word takes it away.", "PATCH", PATH, NULL, options },
  { "show-tenant", NULL, "Shows how all pages and messages of the tenant look and speak.", "GET", "/api/v1/branding" },
  { "update-tenant", NULL, "Changes what is given; an empty word takes it away.", "PATCH", "/api/v1/branding", NULL, tenant_options },
  { NULL },
};

const PosternCliNoun postern_cli_branding = { "branding", "How the pages and mails of an organization, or of the tenant, look.", commands };
