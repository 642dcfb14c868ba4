/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-instance.h"
#include "postern-plugin-info.h"

G_BEGIN_DECLS

/*
 * The contract between Postern and a plugin, as checks that are run on a module in a bare host: no database, no listener, and
 * where the kernel allows it no network but loopback. Results are TAP; each fault says what to do.
 */
typedef struct {
  char *module_file, *key_file;
  PosternPluginInfo *info; /* (nullable): the key file could not be read */
  GHashTable *given;       /* (element-type utf8 utf8): settings from the command line */
  GType type;              /* G_TYPE_INVALID: it could not be opened */
  PosternInstance *instance; /* (nullable): with providers that refuse every connection */
  PosternInstance *hanging;  /* (nullable): with providers that accept, and never answer */
  char *refusing_url, *hanging_url;
  guint n_checks, n_failed;
  GString *faults; /* of the check that runs; "# …" lines */
} PosternContract;

/** PosternContractAct: asks @instance its kind's one question, whatever the answer. From any thread. */
typedef void (*PosternContractAct) (PosternContract *self, PosternInstance *instance, GCancellable *cancellable);

/** postern_contract_run: all checks, in this process, to standard output. Returns: whether the contract is kept */
gboolean postern_contract_run (const char *module_file, GHashTable *given);
/** postern_contract_fault: notes what is wrong in the check that runs, and what to do. From any thread. */
void postern_contract_fault (PosternContract *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void postern_contract_check (PosternContract *self, const char *name, void (*check) (PosternContract *self));
/** postern_contract_take_error: @error is one that an operator or the log can use, else a fault of @what. (transfer full) (nullable) */
void postern_contract_take_error (PosternContract *self, const char *what, GError *error);

/* postern-contract-elf.c: (element-type utf8) lists of strings; FALSE for what is no ELF file of this machine's width */
gboolean postern_contract_elf_read (const char *file, GPtrArray *exports, GPtrArray *needed);

/* postern-contract-host.c */
void postern_contract_host_isolate (void); /* before there are threads */
/** postern_contract_host_start: makes the two providers' addresses, and lets the guarded client reach them. */
void postern_contract_host_start (PosternContract *self);

/* postern-contract-settings.c */
/** postern_contract_settings_make: an instance with a value for every required setting. (transfer full) (nullable): with @error */
PosternInstance *postern_contract_settings_make (PosternContract *self, const char *url, GError **error);
void postern_contract_settings_check (PosternContract *self);

/* postern-contract-step.c, -messenger.c, -captcha.c, -sink.c: what only one kind is asked */
void postern_contract_step_act (PosternContract *self, PosternInstance *instance, GCancellable *cancellable);
void postern_contract_step_check (PosternContract *self);
void postern_contract_messenger_act (PosternContract *self, PosternInstance *instance, GCancellable *cancellable);
void postern_contract_messenger_check (PosternContract *self);
void postern_contract_captcha_act (PosternContract *self, PosternInstance *instance, GCancellable *cancellable);
void postern_contract_captcha_check (PosternContract *self);
void postern_contract_sink_act (PosternContract *self, PosternInstance *instance, GCancellable *cancellable);
void postern_contract_sink_check (PosternContract *self);

/* postern-contract-strain.c: what every kind is asked: to stop, by many threads, without end */
void postern_contract_strain_check (PosternContract *self, PosternContractAct act);

G_END_DECLS
