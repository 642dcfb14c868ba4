/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

static const PosternCliOption options[] = {
  { "name", POSTERN_CLI_UNSET, "name", "NAME", "What its pages call it; its own name unless it is said" },
  { "logo", POSTERN_CLI_BYTES, "logo", "FILE", "A PNG, JPEG, WebP or SVG of at most 24 KiB" },
  { "accent-color", POSTERN_CLI_UNSET, "accent_color", "#RRGGBB", "Of buttons and links" },
  { "page-color", POSTERN_CLI_UNSET, "page_color", "#RRGGBB", "Of what the card lies on, where pages are light" },
  { "card-color", POSTERN_CLI_UNSET, "card_color", "#RRGGBB", "Of the card, where pages are light" },
  { "dark-page-color", POSTERN_CLI_UNSET, "dark_page_color", "#RRGGBB", "Of what the card lies on, where pages are dark" },
  { "dark-card-color", POSTERN_CLI_UNSET, "dark_card_color", "#RRGGBB", "Of the card, where pages are dark" },
  { "css", POSTERN_CLI_UNSET, "css", "CSS|@FILE", "A style sheet of shapes and letters" },
  { "texts", POSTERN_CLI_JSON, "texts", "JSON|@FILE", "What stands where a sign-in begins, by the tag of a language; null: nothing" },
  { NULL },
};

#define PATH "/api/v1/organizations/{}/branding"

static const PosternCliCommand commands[] = {
  { "show", "ORGANIZATION", "Shows how an organization's pages look.", "GET", PATH },
  { "update", "ORGANIZATION", "Changes what is given; an empty word takes it away.", "PATCH", PATH, NULL, options },
  { NULL },
};

const PosternCliNoun postern_cli_branding = { "branding", "How the pages and mails of an organization look.", commands };
