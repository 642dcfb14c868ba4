/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-admin-client.h"
#include "postern-config-options.h"
#include "postern-config.h"
#include "postern-error.h"
#include "postern-json.h"

G_BEGIN_DECLS

/*
 * `postern NOUN VERB [OPERANDS] [OPTIONS]`. One file a noun, and in it a table of verbs. Most verbs are nothing but a call of the
 * management API: a method, a path, and options that each name the member they set.
 */

/** Exit codes: stable, for scripts. */
typedef enum {
  POSTERN_CLI_DONE = 0,
  POSTERN_CLI_FAILED = 1,
  POSTERN_CLI_USAGE = 2,
  POSTERN_CLI_NOT_FOUND = 3,
  POSTERN_CLI_NO_SERVER = 4,
  POSTERN_CLI_DIFFERENT = 5, /* `postern apply --dry-run`: the server is not as the files say */
  POSTERN_CLI_CONFIG = 78 /* EX_CONFIG of sysexits.h */
} PosternCliExit;

typedef enum {
  POSTERN_CLI_STRING,
  POSTERN_CLI_INTEGER,
  POSTERN_CLI_TRUE,   /* a flag: the member is true */
  POSTERN_CLI_FALSE,  /* a flag: the member is false */
  POSTERN_CLI_LIST,   /* may be given more than once: an array of strings */
  POSTERN_CLI_JSON,   /* JSON text, or @FILE */
  POSTERN_CLI_UNSET,  /* a string, or the text of @FILE; an empty one takes the member away */
  POSTERN_CLI_BYTES,  /* the name of a file, which is sent in base64; an empty one takes the member away */
  POSTERN_CLI_SECRET  /* a string; "-" reads a line from standard input, so that no process list shows it */
} PosternCliKind;

/** PosternCliOption: @member: "email", "metadata.jwks" (one level), "?user" (of the query), or NULL: read by the verb's own function. */
typedef struct {
  const char *name; /* without the dashes */
  PosternCliKind kind;
  const char *member;
  const char *argument; /* (nullable): what the help calls its value */
  const char *help;
} PosternCliOption;

typedef struct _PosternCliCall PosternCliCall;
typedef struct _PosternCliCommand PosternCliCommand;

struct _PosternCliCommand {
  const char *verb;     /* "" for a noun that is a command itself */
  const char *operands; /* "USER", "APPLICATION SECRET", or "[NAME=VALUE…]" for any number */
  const char *help;     /* one line */
  const char *method, *path; /* (nullable): of the API; {} takes an operand */
  const char *columns;  /* (nullable): of a list's table: member names */
  const PosternCliOption *options; /* (nullable): ends with a row whose name is NULL */
  gboolean (*run) (PosternCliCall *call, GError **error); /* (nullable): instead of the API call */
  gboolean alone; /* it asks no server: options that say which one are refused */
};

/** PosternCliNoun: the table of verbs ends with a row whose verb is NULL. */
typedef struct {
  const char *name;
  const char *help;
  const PosternCliCommand *commands;
} PosternCliNoun;

extern const PosternCliNoun postern_cli_api;
extern const PosternCliNoun postern_cli_app;
extern const PosternCliNoun postern_cli_apply;
extern const PosternCliNoun postern_cli_audit;
extern const PosternCliNoun postern_cli_branding;
extern const PosternCliNoun postern_cli_config;
extern const PosternCliNoun postern_cli_connector;
extern const PosternCliNoun postern_cli_db;
extern const PosternCliNoun postern_cli_doctor;
extern const PosternCliNoun postern_cli_domain;
extern const PosternCliNoun postern_cli_export;
extern const PosternCliNoun postern_cli_group;
extern const PosternCliNoun postern_cli_invitation;
extern const PosternCliNoun postern_cli_key;
extern const PosternCliNoun postern_cli_member;
extern const PosternCliNoun postern_cli_message;
extern const PosternCliNoun postern_cli_organization;
extern const PosternCliNoun postern_cli_resource;
extern const PosternCliNoun postern_cli_role;
extern const PosternCliNoun postern_cli_session;
extern const PosternCliNoun postern_cli_setup;
extern const PosternCliNoun postern_cli_tenant;
extern const PosternCliNoun postern_cli_token;
extern const PosternCliNoun postern_cli_user;
extern const PosternCliNoun postern_cli_sink;
extern const PosternCliNoun postern_cli_webhook;

/** what the nouns app and resource set up alike */
extern const PosternCliOption postern_cli_claims_hook_options[];

struct _PosternCliCall {
  const PosternCliNoun *noun;
  const PosternCliCommand *command;
  PosternConfigOptions *config_options;
  PosternConfig *config;       /* (nullable): postern_cli_call_get_config() */
  PosternAdminClient *client;  /* (nullable) */
  GPtrArray *operands;         /* (element-type utf8) */
  GHashTable *values;          /* option name → GPtrArray of utf8 */
  GVariant *body;              /* (nullable): a{sv} made of the options */
  char *query;                 /* (nullable) */
  gboolean json;
  PosternCliExit exit;         /* a verb's own code when it succeeds in running and the finding is bad */
};

/* postern-cli-call.c */
PosternConfig *postern_cli_call_get_config (PosternCliCall *call, GError **error); /* (transfer none) (nullable) */
/** postern_cli_call_api: as postern_admin_client_call() on the configured socket, or with --url and --token-file where those say */
gboolean postern_cli_call_api (PosternCliCall *call, const char *method, const char *path, GVariant *body, GVariant **answer, GError **error);
/** postern_cli_call_list: all pages of @path as one: members of the last answer, items of all. @answer: (transfer full) */
gboolean postern_cli_call_list (PosternCliCall *call, const char *path, GVariant **answer, GError **error);
/** postern_cli_call_run: what a row with a method and a path does: one call, or for lists as many as there are pages; then prints. */
gboolean postern_cli_call_run (PosternCliCall *call, GError **error);
const char *postern_cli_call_get_value (PosternCliCall *call, const char *option); /* (nullable): the last one given */
gboolean postern_cli_call_has (PosternCliCall *call, const char *option);
const char *postern_cli_call_get_operand (PosternCliCall *call, guint index);
/** postern_cli_call_dup_pair: the operand @index, which must be NAME=VALUE. Returns: (transfer full): NAME, of letters, digits, - and _ */
char *postern_cli_call_dup_pair (PosternCliCall *call, guint index, const char **value, GError **error);
/**
 * postern_cli_call_confirm: asks @question on the terminal, unless --yes was given, which the verb's options must have. TRUE: it is to be done;
 * FALSE with INVALID_REQUEST: it was not confirmed, or there is nobody to ask.
 */
gboolean postern_cli_call_confirm (PosternCliCall *call, const char *question, GError **error);
#define POSTERN_CLI_YES { "yes", POSTERN_CLI_TRUE, NULL, NULL, "Do not ask" }
/** postern_cli_call_wrong: sets INVALID_REQUEST, for the one line that is printed. Always FALSE. */
gboolean postern_cli_call_wrong (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
void postern_cli_call_clear (PosternCliCall *call);

/* postern-cli-options.c: FALSE with POSTERN_ERROR_INVALID_REQUEST: one clear line */
gboolean postern_cli_options_parse (PosternCliCall *call, char **arguments, GError **error);
/** postern_cli_options_build: makes body and query of what was given */
gboolean postern_cli_options_build (PosternCliCall *call, GError **error);

/* postern-cli-print.c */
void postern_cli_print_answer (PosternCliCall *call, GVariant *answer); /* as the person chose */
/** postern_cli_print_harmless: (transfer full): @text without what a terminal would obey */
char *postern_cli_print_harmless (const char *text);
void postern_cli_print_list (GVariant *items, const char *columns);
void postern_cli_print_help (const PosternCliNoun *const *nouns, const PosternCliNoun *noun, const PosternCliCommand *command);

G_END_DECLS
