/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-claims-map.h"

#include "postern-application.h"
#include "postern-error.h"
#include "postern-json.h"

#include <string.h>

/* (transfer full): JSON with ' for " */
static GVariant *
parse (const char *text)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  GVariant *value = postern_json_parse (json, -1, 0, NULL);

  g_assert_nonnull (value);
  return value;
}

static PosternUser *
new_user (void)
{
  PosternUser *user = postern_user_new ();

  user->id = g_strdup ("usr_1");
  user->username = g_strdup ("ada");
  user->email = g_strdup ("ada@example.org");
  user->email_verified = TRUE;
  user->profile = parse ("{'given_name':'Ada','address':{'country':'GB'}}");
  user->data = parse ("{'plan':'gold','seats':7,'tags':['a','b'],'deep':{'er':{'est':true}}}");
  return user;
}

static void
add_identity (GPtrArray *identities, const char *connector, const char *subject, const char *claims, gint64 used_at)
{
  PosternIdentity *identity = postern_identity_new ();

  identity->connector = g_strdup (connector);
  identity->subject = g_strdup (subject);
  identity->claims = parse (claims);
  identity->used_at = used_at;
  g_ptr_array_add (identities, identity);
}

static GPtrArray *
new_identities (void)
{
  GPtrArray *identities = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_identity_unref);

  add_identity (identities, "github", "42", "{'org':{'login':'acme'}}", 30);
  add_identity (identities, "okta", "00u2", "{'department':'Sales'}", 20);
  add_identity (identities, "okta", "00u1", "{'department':'Law'}", 10);
  return identities;
}

typedef struct {
  const char *map, *expected; /* JSON */
} Case;

static const Case cases[] = {
  { "[{'claim':'plan','from':'data.plan'}]", "{'plan':'gold'}" },
  { "[{'claim':'seats','from':'data.seats'},{'claim':'tags','from':'data.tags'}]", "{'seats':7,'tags':['a','b']}" },
  { "[{'claim':'https://example.org/deep','from':'data.deep.er.est'}]", "{'https://example.org/deep':true}" },
  { "[{'claim':'land','from':'profile.address.country'}]", "{'land':'GB'}" },
  { "[{'claim':'mail','from':'user.email'},{'claim':'proved','from':'user.email_verified'}]", "{'mail':'ada@example.org','proved':true}" },
  { "[{'claim':'org','from':'organization.id'},{'claim':'org_title','from':'organization.name'}]", "{'org':'org_1','org_title':'A'}" },
  { "[{'claim':'env','value':'live'},{'claim':'list','value':[1,{'a':null}]}]", "{'env':'live','list':[1,{'a':null}]}" },
  { "[{'claim':'greeting','template':'Dear {profile.given_name} of {organization.name}!'}]", "{'greeting':'Dear Ada of A!'}" },
  { "[{'claim':'greeting','template':'no paths'}]", "{'greeting':'no paths'}" },
  { "[{'claim':'x','template':'{data.none} here'},{'claim':'y','template':'{data.seats}'}]", "{}" }, /* not there; no text */
  { "[{'claim':'x','from':'data.none'},{'claim':'y','from':'data.plan.gold'},{'claim':'z','from':'user.phone'}]", "{}" },
  { "[{'claim':'vip','value':true,'when':{'path':'data.plan','equals':'gold'}}]", "{'vip':true}" },
  { "[{'claim':'vip','value':true,'when':{'path':'data.plan','equals':'tin'}}]", "{}" },
  { "[{'claim':'vip','value':true,'when':{'path':'data.seats'}}]", "{'vip':true}" },
  { "[{'claim':'vip','value':true,'when':{'path':'data.none'}}]", "{}" },
  { "[{'claim':'name','value':'Somebody else'}]", "{}" }, /* it is there already */
  { "[{'claim':'by','from':'identity.connector'},{'claim':'upstream','from':'identity.subject'},{'claim':'dept','from':'identity.claims.department'}]",
    "{'by':'okta','upstream':'00u2','dept':'Sales'}" }, /* of two accounts the one that was used last */
  { "[{'claim':'org','from':'identities.github.claims.org.login'},{'claim':'gh','template':'gh:{identities.github.subject}'}]", "{'org':'acme','gh':'gh:42'}" },
  { "[{'claim':'x','from':'identities.google.subject'},{'claim':'y','from':'identities.github.claims.department'},{'claim':'z','from':'identity.claims.org'}]", "{}" },
  { "[{'claim':'staff','value':true,'when':{'path':'identity.connector','equals':'okta'}},{'claim':'guest','value':true,'when':{'path':'identity.connector','equals':'github'}}]", "{'staff':true}" },
  { "[]", "{}" },
};

static void
test_apply (void)
{
  g_autoptr (PosternUser) user = new_user ();
  g_autoptr (GPtrArray) identities = new_identities ();
  PosternClaimsSource source = { user, "org_1", "A", identities, "okta" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GVariant) map = parse (cases[i].map), expected = parse (cases[i].expected);
    g_autoptr (PosternClaims) claims = postern_claims_new (), wanted = postern_claims_new_from_variant (expected);
    g_autoptr (GVariant) got = NULL, all = NULL;
    g_autofree char *got_text = NULL, *wanted_text = NULL;
    g_autoptr (GError) error = NULL;

    g_test_message ("case %u", i);
    postern_claims_map_check ("claims_map", map, &error);
    g_assert_no_error (error);
    postern_claims_add_string (claims, "name", "Ada");
    postern_claims_map_apply (map, &source, claims);
    postern_claims_add_string (wanted, "name", "Ada");
    got = postern_claims_to_variant (claims);
    all = postern_claims_to_variant (wanted);
    g_assert_cmpuint (g_variant_n_children (got), ==, g_variant_n_children (all));
    for (gsize n = 0; n < g_variant_n_children (all); n++) {
      g_autoptr (GVariant) pair = g_variant_get_child_value (all, n);
      g_autoptr (GVariant) value = NULL, other = NULL;
      const char *name;

      g_variant_get (pair, "{&sv}", &name, &value);
      other = g_variant_lookup_value (got, name, NULL);
      g_assert_nonnull (other);
      g_assert_true (g_variant_equal (value, other));
    }
  }
}

static const char *const wrong[] = {
  "{}", "'x'", "['x']", "[{}]", "[{'claim':'a'}]", "[{'claim':'','value':1}]", "[{'claim':'a b','value':1}]", "[{'claim':7,'value':1}]",
  "[{'claim':'a','value':1,'from':'data.x'}]", "[{'claim':'a','from':7}]", "[{'claim':'a','from':'data'}]", "[{'claim':'a','from':'data.'}]",
  "[{'claim':'a','from':'user.password'}]", "[{'claim':'a','from':'credential.value'}]", "[{'claim':'a','from':'data.a.b.c.d.e'}]", "[{'claim':'a','from':'organization.data'}]",
  "[{'claim':'a','from':'identity'}]", "[{'claim':'a','from':'identity.upstream'}]", "[{'claim':'a','from':'identity.claims'}]", "[{'claim':'a','from':'identity.claims.nonce'}]",
  "[{'claim':'a','from':'identity.claims.sub'}]", "[{'claim':'a','from':'identities.okta'}]", "[{'claim':'a','from':'identities.okta.connector'}]", "[{'claim':'a','from':'identities.okta.upstream'}]",
  "[{'claim':'a','from':'identities.okta.claims.iss'}]", "[{'claim':'a','template':'{identity.user_id}'}]", "[{'claim':'a','value':1,'when':{'path':'identities.claims.x'}}]",
  "[{'claim':'a','template':'{data'}]", "[{'claim':'a','template':'}'}]", "[{'claim':'a','template':'{}'}]", "[{'claim':'a','template':'{user.password}'}]", "[{'claim':'a','template':7}]",
  "[{'claim':'a','value':1,'when':'x'}]", "[{'claim':'a','value':1,'when':{}}]", "[{'claim':'a','value':1,'when':{'path':'x'}}]", "[{'claim':'a','value':1,'when':{'path':'data.x','is':1}}]",
  "[{'claim':'a','value':1},{'claim':'a','value':2}]", "[{'claim':'a','value':1,'note':2}]",
  "[{'claim':'iss','value':1}]", "[{'claim':'sub','value':1}]", "[{'claim':'aud','value':1}]", "[{'claim':'exp','value':1}]", "[{'claim':'scope','value':1}]", "[{'claim':'act','value':1}]",
  "[{'claim':'cnf','value':1}]", "[{'claim':'roles','value':1}]", "[{'claim':'permissions','value':1}]", "[{'claim':'organization_id','value':1}]", "[{'claim':'grant_id','value':1}]",
};

static void
test_wrong (void)
{
  g_autoptr (GString) many = g_string_new ("[");
  g_autofree char *huge = g_strnfill (17000, 'a'), *heavy = g_strdup_printf ("[{'claim':'a','value':'%s'}]", huge);
  g_autoptr (GVariant) too_many = NULL, too_heavy = parse (heavy);

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GVariant) map = parse (wrong[i]);
    g_autoptr (GError) error = NULL;

    g_test_message ("case %u: %s", i, wrong[i]);
    g_assert_false (postern_claims_map_check ("claims_map", map, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
    g_assert_true (g_str_has_prefix (error->message, "claims_map: "));
  }
  for (guint i = 0; i < 51; i++)
    g_string_append_printf (many, "%s{'claim':'a%u','value':1}", i ? "," : "", i);
  g_string_append_c (many, ']');
  too_many = parse (many->str);
  g_assert_false (postern_claims_map_check ("claims_map", too_many, NULL));
  g_assert_false (postern_claims_map_check ("claims_map", too_heavy, NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/claims-map/apply", test_apply);
  g_test_add_func ("/claims-map/wrong", test_wrong);
  return g_test_run ();
}
