/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oauth2-path.h"
#include "postern-oauth2-profile.h"
#include "postern-oidc-issuer.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* An address is proved only where the condition holds in the document that gives it. */
static void
check_proof (GVariant *profile, const char *path, const char *condition)
{
  g_autofree char *entry = g_strconcat ("email=", path, NULL), *text = postern_oauth2_path_dup_text (profile, path);
  const char *map[] = { entry, NULL };
  g_autoptr (PosternClaims) claims = postern_oauth2_profile_merge (profile, NULL, map, condition);
  g_autoptr (PosternSubject) subject = postern_subject_new ("1", claims);

  if (g_strcmp0 (postern_subject_get_email (subject), text) != 0)
    g_error ("The address is not what stands at its path");
  if (postern_subject_get_email_verified (subject) && !postern_oauth2_path_is_true (profile, condition))
    g_error ("An address is proved by nothing");
  if (text && !*text)
    g_error ("An empty text is a value");
}

/* Line 1: a path; line 2: a condition; the rest: what a provider says. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *all = g_strndup ((const char *) data, size);
  g_auto (GStrv) parts = g_strsplit (all, "\n", 3);
  g_autoptr (GVariant) profile = NULL;
  g_autofree char *issuer = NULL;

  if (g_strv_length (parts) < 3 || !g_utf8_validate (all, -1, NULL))
    return 0;
  issuer = postern_oidc_issuer_of_token ("https://x/{tenantid}/v2.0", parts[2]);
  if (issuer && !postern_oidc_issuer_fits ("https://x/{tenantid}/v2.0", issuer))
    g_error ("A token names an issuer that is none of the provider's");
  profile = postern_json_parse_object (parts[2], -1, 0, NULL);
  if (profile && postern_oauth2_path_check (parts[0]))
    check_proof (profile, parts[0], parts[1]);
  return 0;
}
