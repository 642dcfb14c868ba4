/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-assurance.h"

#include "postern-json.h"

#define PASSKEY POSTERN_SECOND_PASSKEY
#define TOTP POSTERN_SECOND_TOTP
#define EMAIL POSTERN_SECOND_EMAIL_CODE
#define CODE POSTERN_SECOND_RECOVERY_CODE
#define ALL (PASSKEY | TOTP | CODE)

#define ENOUGH POSTERN_ASSURANCE_ENOUGH
#define ASK POSTERN_ASSURANCE_ASK
#define AGAIN POSTERN_ASSURANCE_AGAIN
#define OFFER POSTERN_ASSURANCE_OFFER
#define ENROL POSTERN_ASSURANCE_ENROL
#define MISSING POSTERN_ASSURANCE_MISSING

typedef struct {
  PosternSecondRule rule;
  guint counts, ready, can_enrol;
  const char *factors, *amr; /* space-separated */
  gboolean remembered, voted, asked, fresh;
  PosternAssuranceStep step;
} Row;

static const Row rows[] = {
  /* rule, counts, ready, can enrol, factors, amr, remembered, voted, asked, fresh */
  { POSTERN_SECOND_OFF, ALL, TOTP, ALL, "password", "pwd", 0, 0, 0, 1, ENOUGH },
  { POSTERN_SECOND_OPTIONAL, ALL, 0, ALL, "password", "pwd", 0, 0, 0, 1, ENOUGH },
  { POSTERN_SECOND_OPTIONAL, ALL, TOTP, ALL, "password", "pwd", 0, 0, 0, 1, ASK },
  { POSTERN_SECOND_OPTIONAL, ALL, CODE, ALL, "password totp", "pwd otp", 0, 0, 0, 1, ENOUGH },
  { POSTERN_SECOND_OPTIONAL, ALL, TOTP, ALL, "password", "pwd", 1, 0, 0, 1, ENOUGH },
  { POSTERN_SECOND_OPTIONAL, ALL, TOTP, ALL, "connector", "fed", 0, 0, 0, 1, ASK },
  { POSTERN_SECOND_PROMPTED, ALL, 0, ALL, "password", "pwd", 0, 0, 0, 1, OFFER },
  { POSTERN_SECOND_PROMPTED, ALL, 0, 0, "password", "pwd", 0, 0, 0, 1, ENOUGH },
  { POSTERN_SECOND_PROMPTED, ALL, TOTP, ALL, "password", "pwd", 0, 0, 0, 1, ASK },
  { POSTERN_SECOND_REQUIRED, ALL, 0, ALL, "password", "pwd", 0, 0, 0, 1, ENROL },
  { POSTERN_SECOND_REQUIRED, ALL, 0, 0, "password", "pwd", 0, 0, 0, 1, MISSING },
  { POSTERN_SECOND_REQUIRED, ALL, TOTP, 0, "connector", "fed", 0, 0, 0, 0, ASK },
  { POSTERN_SECOND_REQUIRED, ALL, 0, ALL, "connector totp", "fed otp mfa", 0, 0, 0, 1, ENOUGH },
  /* what does not count is asked for nothing, and an only factor is no second one */
  { POSTERN_SECOND_REQUIRED, TOTP, TOTP, 0, "password email-code", "pwd otp", 0, 0, 0, 1, ASK },
  { POSTERN_SECOND_REQUIRED, ALL | EMAIL, 0, TOTP, "email-code", "otp", 0, 0, 0, 1, ENROL },
  { POSTERN_SECOND_REQUIRED, ALL, TOTP, 0, "passkey", "hwk pop", 0, 0, 0, 1, ASK },
  { POSTERN_SECOND_REQUIRED, ALL, TOTP, 0, "passkey", "hwk pop user mfa", 0, 0, 0, 1, ENOUGH },
  { POSTERN_SECOND_REQUIRED, TOTP, TOTP, 0, "passkey", "hwk pop user mfa", 0, 0, 0, 1, ASK },
  /* a remembered browser serves for the rule, and never where more is wanted */
  { POSTERN_SECOND_REQUIRED, ALL, TOTP, 0, "password", "pwd", 1, 0, 0, 1, ENOUGH },
  { POSTERN_SECOND_REQUIRED, ALL, TOTP, 0, "password remembered-device", "pwd", 0, 0, 0, 0, ENOUGH },
  { POSTERN_SECOND_REQUIRED, ALL, TOTP, 0, "password", "pwd", 1, 1, 0, 1, ASK },
  { POSTERN_SECOND_OPTIONAL, ALL, TOTP, 0, "password remembered-device", "pwd", 1, 0, 1, 0, ASK },
  /* a vote */
  { POSTERN_SECOND_OFF, ALL, 0, 0, "password", "pwd", 0, 1, 0, 0, AGAIN },
  { POSTERN_SECOND_OFF, ALL, 0, 0, "password", "pwd", 0, 1, 0, 1, ENOUGH },
  { POSTERN_SECOND_OFF, ALL, TOTP, 0, "password", "pwd", 0, 1, 0, 1, ASK },
  { POSTERN_SECOND_OPTIONAL, ALL, CODE, 0, "password totp", "pwd otp", 0, 1, 0, 0, ENOUGH },
  /* an application's wish */
  { POSTERN_SECOND_OPTIONAL, ALL, 0, ALL, "password", "pwd", 0, 0, 1, 1, ENOUGH },
  { POSTERN_SECOND_REQUIRED, ALL, 0, ALL, "password", "pwd", 0, 0, 1, 1, ENROL },
  { POSTERN_SECOND_OPTIONAL, ALL, TOTP, ALL, "password", "pwd", 0, 0, 1, 0, ASK },
};

static void
test_decide (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const Row *row = &rows[i];
    PosternAssurance assurance = { row->rule, row->counts, 3600 };
    g_auto (GStrv) factors = g_strsplit (row->factors, " ", -1);
    g_auto (GStrv) amr = g_strsplit (row->amr, " ", -1);
    PosternAssuranceCase it = { (const char *const *) factors, (const char *const *) amr, row->ready, row->can_enrol,
                                row->remembered, row->voted, row->asked, row->fresh };
    PosternAssuranceStep step = postern_assurance_decide (&assurance, &it);

    if (step != row->step)
      g_error ("row %u: step %d, expected %d", i, step, row->step);
  }
}

/* No remembering: who was remembered before is asked again. */
static void
test_device_off (void)
{
  static const char *const factors[] = { "password", POSTERN_SECOND_DEVICE, NULL };
  static const char *const amr[] = { "pwd", NULL };
  PosternAssurance assurance = { POSTERN_SECOND_REQUIRED, ALL, 0 };
  PosternAssuranceCase it = { .factors = factors, .amr = amr, .ready = TOTP, .remembered = TRUE };

  g_assert_cmpint (postern_assurance_decide (&assurance, &it), ==, ASK);
  g_assert_false (postern_assurance_is_met (&assurance, factors, amr));
  assurance.device_lifetime = 60;
  g_assert_true (postern_assurance_is_met (&assurance, factors, amr));
}

static PosternClient *
make_client (const char *metadata)
{
  g_autoptr (PosternApplication) application = postern_application_new ();
  g_autoptr (GError) error = NULL;
  PosternClient *client;

  application->id = g_strdup ("app_1");
  application->kind = g_strdup ("web");
  application->metadata = postern_json_parse_object (metadata, -1, 0, &error);
  g_assert_no_error (error);
  client = postern_client_new (application, &error);
  g_assert_no_error (error);
  return client;
}

static void
test_strictest (void)
{
  g_autoptr (GVariant) model = postern_json_parse_object ("{\"second_factor\":\"prompted\",\"second_factors\":[\"totp\",\"email-code\"],\"remembered_device_lifetime\":0}", -1, 0, NULL);
  g_autoptr (PosternPolicy) policy = postern_policy_new (model, NULL);
  g_autoptr (PosternClient) milder = make_client ("{\"second_factor\":\"off\"}");
  g_autoptr (PosternClient) stricter = make_client ("{\"second_factor\":\"required\",\"second_factors\":[\"totp\",\"passkey\"]}");
  PosternAssurance assurance;

  g_assert_nonnull (policy);
  postern_assurance_init (&assurance, policy, NULL);
  g_assert_cmpuint (assurance.rule, ==, POSTERN_SECOND_PROMPTED);
  g_assert_cmpuint (assurance.counts, ==, TOTP | EMAIL);
  g_assert_cmpint (assurance.device_lifetime, ==, 0);
  postern_assurance_init (&assurance, policy, milder);
  g_assert_cmpuint (assurance.rule, ==, POSTERN_SECOND_PROMPTED);
  postern_assurance_init (&assurance, policy, stricter);
  g_assert_cmpuint (assurance.rule, ==, POSTERN_SECOND_REQUIRED);
  g_assert_cmpuint (assurance.counts, ==, TOTP);
}

static void
test_multiple (void)
{
  static const struct {
    const char *factors;
    gboolean multiple;
  } cases[] = { { "", FALSE }, { "password", FALSE }, { "connector", FALSE }, { "email-code totp", FALSE }, { "passkey totp", FALSE },
                { "password remembered-device", FALSE }, { "password totp", TRUE }, { "connector recovery-code", TRUE }, { "password email-code", TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (GStrv) factors = g_strsplit (cases[i].factors, " ", -1);

    g_assert_cmpint (postern_assurance_is_multiple ((const char *const *) factors), ==, cases[i].multiple);
  }
  g_assert_false (postern_assurance_is_multiple (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/assurance/decide", test_decide);
  g_test_add_func ("/assurance/device-off", test_device_off);
  g_test_add_func ("/assurance/strictest", test_strictest);
  g_test_add_func ("/assurance/multiple", test_multiple);
  return g_test_run ();
}
