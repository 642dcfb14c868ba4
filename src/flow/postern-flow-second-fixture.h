/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-code-fixture.h"
#include "postern-totp.h"

/* For tests of second factors: people who have an app, and what it shows. */

#define RULE(rule) "{\"second_factor\":\"" rule "\",\"guesses_per_account\":1000,\"guesses_per_address\":100000}"

/* --- somebody with an app ------------------------------------------------------------------------------------------------ */

typedef struct {
  char *id;
  const char *email;
  guint8 seed[POSTERN_TOTP_SEED_BYTES];
} Person;

static inline gboolean
put_seed (PosternTxn *txn, gpointer data, GError **error)
{
  Person *self = data;
  g_autoptr (PosternCredential) credential = postern_credential_new ();

  credential->id = postern_id_new ("crd");
  credential->user_id = g_strdup (self->id);
  credential->kind = g_strdup (POSTERN_TOTP_KIND);
  credential->value = postern_seal (house_store, "credentials", "value", credential->id, (const char *) self->seed, sizeof self->seed, error);
  return credential->value && postern_credential_store_put (txn, credential, error);
}

static inline Person
person_make (const char *email, gboolean with_app)
{
  Person self = { user_make_with_password (email, TRUE), email };

  for (guint i = 0; i < sizeof self.seed; i++)
    self.seed[i] = (guint8) g_random_int ();
  if (with_app)
    fixture_write (house_store, put_seed, &self);
  return self;
}

static inline gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* A test that counts on one step lasts for less than what is left of it. */
static inline void
settle (void)
{
  gint64 left = POSTERN_TOTP_PERIOD - now () % POSTERN_TOTP_PERIOD;

  if (left < 8)
    g_usleep ((gulong) left * G_USEC_PER_SEC);
}

/* Of the step of now, and of steps before or after. */
static inline void
enter_code_of (Browser *browser, const Person *person, gint steps, const char *more)
{
  g_autofree char *body = g_strdup_printf ("action=continue&code=%06u%s", postern_totp_compute (person->seed, sizeof person->seed, now () + steps * 30), more ? more : "");

  browser_submit (browser, body);
}

static inline Browser *
browser_to_totp (const char *address, const char *email)
{
  Browser *browser = browser_new (address);

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, email, PASSWORD);
  assert_page (browser, "totp");
  return browser;
}
