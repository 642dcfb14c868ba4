/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PosternPolicy: a tenant's rules, read from the setting "policy" (JSON) over built-in defaults, or over those of the member
 * `profile` ("standard", "strict": data/guides/operating.md). Immutable, reference counted.
 */
typedef struct {
  gboolean sign_up_enabled;
  gboolean linking_enabled;              /* a verified address that is known may be linked, after the password */
  gboolean password_enabled;             /* which first factors there are: a password … */
  gboolean passkey_enabled;              /* … a passkey alone … */
  gboolean email_code_enabled;           /* … a code by e-mail, where a messenger carries it … */
  gboolean sms_code_enabled;             /* … a code by text message, likewise */
  gboolean no_account_mail;              /* who asks for a code to an address without an account is told so there */
  gboolean pkce_required;                /* of each application, whatever its record says */
  gboolean address_tags_ignored;         /* ada+news@ is ada@ */
  guint codes_per_recipient, codes_per_address, codes_per_prefix, codes_per_tenant; /* sent in code_window; prefix: of SMS */
  gint64 code_window;                    /* seconds */
  guint password_min_length;             /* characters: 15 when alone (NIST 800-63B-4) */
  guint password_min_length_with_factor; /* 8 */
  guint password_max_length;             /* 128 */
  guint password_min_score;              /* zxcvbn 0..4 */
  guint second_factor, second_factors;   /* PosternSecondRule; PosternSecondFactor bits that count: postern-assurance.h */
  guint risk_new_device, risk_many_failures, risk_new_country, risk_impossible_travel; /* PosternRiskEffect: postern-risk.h */
  gint64 remembered_device_lifetime;     /* seconds; 0: who is asked for a second factor is asked each time */
  gint64 factor_reset_delay;             /* seconds between an administrator's word and the end of lost factors */
  gint64 session_idle_lifetime;          /* seconds */
  gint64 session_lifetime;               /* seconds */
  guint guesses_per_account, guesses_per_address; /* wrong ones in guess_window */
  gint64 guess_window;                   /* seconds */
  gint64 flow_lifetime;                  /* seconds */
  gint64 deletion_delay; /* seconds until an account is gone whose owner wants that */
  gint64 audit_retention; /* seconds after which the audit log is cut; 0: it is kept */
  gint64 audit_head_interval; /* seconds after which the audit log is signed again, where it has grown */
  gint64 access_token_lifetime, id_token_lifetime, refresh_token_lifetime; /* seconds; an application may say less or more */
} PosternPolicy;

PosternPolicy *postern_policy_new (GVariant *model, GError **error); /* @model: (nullable) a{sv}; an unknown member is an error */
/** postern_policy_find_word: (-1: none): the place of @word in the space-separated @words */
gint postern_policy_find_word (const char *words, const char *word);
PosternPolicy *postern_policy_ref (PosternPolicy *self);
void postern_policy_unref (PosternPolicy *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternPolicy, postern_policy_unref)

G_END_DECLS
