/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-subject.h"

#include "postern-json.h"

GVariant *
postern_flow_subject_to_variant (PosternSubject *subject)
{
  g_auto (PosternJsonObject) kept = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) claims = postern_claims_to_variant (postern_subject_get_claims (subject));
  GVariant *upstream = postern_subject_get_upstream_tokens (subject);
  const char *sid = postern_subject_get_upstream_sid (subject);

  postern_json_object_add_string (&kept, "id", postern_subject_get_id (subject));
  postern_json_object_add (&kept, "claims", claims);
  if (upstream)
    postern_json_object_add (&kept, "upstream", upstream);
  postern_json_object_add_string (&kept, "sid", sid);
  return g_variant_ref_sink (postern_json_object_end (&kept));
}

PosternSubject *
postern_flow_subject_from_variant (GVariant *kept)
{
  g_autoptr (GVariant) model = postern_json_get (kept, "claims");
  g_autoptr (GVariant) upstream = postern_json_get (kept, "upstream");
  g_autoptr (PosternClaims) claims = model ? postern_claims_new_from_variant (model) : postern_claims_new ();
  const char *id = postern_json_get_string (kept, "id");
  PosternSubject *subject = postern_subject_new (id ? id : "", claims);

  postern_subject_set_upstream (subject, upstream, postern_json_get_string (kept, "sid"));
  return subject;
}
