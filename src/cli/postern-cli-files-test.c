/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-fixture.h"

#include "postern-files.h"

#define APPLICATION "app_01m8hqyz49encaned8h3htdtw5"
#define URI "https%3A%2F%2Fapi.example%2Forders"
#define ORGANIZATION "org_01m8hqyz49encaned8h3htdtw5"
#define GROUP "grp_01m8hqyz49encaned8h3htdtw5"
#define WEBHOOK "whk_01m8hqyz49encaned8h3htdtw5"
#define BRANDING "organization-brandings/" ORGANIZATION ".json"
#define LOGO "iVBORw0KGgouLi4u" /* what a PNG begins with */
#define LOOK \
  "\"name\":\"Acme Weather\",\"accent_color\":\"#0b6e4f\",\"page_color\":\"#fbfbfb\",\"card_color\":\"#fffdf7\",\"dark_page_color\":\"#101010\",\"dark_card_color\":\"#181818\"," \
  "\"logo\":\"" LOGO "\",\"css\":\"h1 { font-size: 30px }\",\"texts\":{\"en\":\"Hello\"}"

/* --- folders --------------------------------------------------------------------------------------------------------- */

/* `postern export` or `apply` of the folder @name below the test's own */
static int
run_on (const char *verb, const char *name, const char *options)
{
  g_autofree char *line = g_strdup_printf ("%s %s/%s %s", verb, folder, name, options);

  return postern (line);
}

static char *
make_file_name (const char *name, const char *file)
{
  return g_build_filename (folder, name, file, NULL);
}

static char *
read_file (const char *name, const char *file)
{
  g_autofree char *path = make_file_name (name, file);
  char *text;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
write_file (const char *name, const char *file, const char *text)
{
  g_autofree char *path = make_file_name (name, file), *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* Puts @new in place of @old, which stands there once. */
static void
change_file (const char *name, const char *file, const char *old, const char *new)
{
  g_autofree char *text = read_file (name, file);
  const char *at = strstr (text, old);
  g_autofree char *changed = NULL;

  if (at == NULL)
    g_error ("%s lacks %s: %s", file, old, text);
  changed = g_strdup_printf ("%.*s%s%s", (int) (at - text), text, new, at + strlen (old));
  write_file (name, file, changed);
}

static void
begin_folder (const char *name)
{
  write_file (name, "postern.json", "{\"format\": 1}");
}

static void
assert_same (const char *one, const char *other)
{
  g_autofree char *line = g_strdup_printf ("diff -r %s/%s %s/%s", folder, one, folder, other);

  g_assert_cmpint (run (line), ==, 0);
}

/* --- a server with one of everything, and with odd names --------------------------------------------------------------- */

static void
put (const char *path, const char *body)
{
  g_variant_unref (call ("PUT", path, NULL, body, 200));
}

static void
fill (void)
{
  g_autofree char *resource = make ("/resources", "{\"indicator\":\"https://api.example/orders\",\"name\":\"Orders\",\"scopes\":[{\"name\":\"write\",\"description\":\"Change orders\"},{\"name\":\"read\"}],"
                                                  "\"settings\":{\"access_token_lifetime\":60}}", "id");
  g_autofree char *role = g_strdup_printf ("{\"name\":\"clerk\",\"description\":\"Takes orders\",\"permissions\":[{\"resource_id\":\"%s\",\"scope\":\"write\"},{\"resource_id\":\"%s\",\"scope\":\"read\"},"
                                           "{\"resource_id\":\"management\",\"scope\":\"users:read\"}]}", resource, resource);
  g_autofree char *ids[] = { make ("/roles", role, "id"), make ("/roles", "{\"name\":\"clerk\",\"kind\":\"organization\"}", "id"), make ("/roles", "{\"name\":\"../.. €\"}", "id"), NULL };

  g_autofree char *shop = g_strdup_printf ("{\"name\":\"Shop\",\"first_party\":true,\"metadata\":{\"redirect_uris\":[\"https://shop.example/b\",\"https://shop.example/a\"],\"scope\":\"openid\"},"
                                           "\"roles\":[\"support\",\"%s\"]}", ids[0]);
  g_autofree char *hook = g_strdup_printf ("/resources/%s/claims-hook", resource), *own = NULL, *group = NULL, *job = NULL;

  put ("/applications/" APPLICATION, shop);
  put ("/applications/" APPLICATION "/claims-hook", "{\"url\":\"https://crm.example/claims\",\"timeout\":900,\"on_failure\":\"without\"}");
  put (hook, "{\"url\":\"https://crm.example/claims\"}");
  put ("/webhooks/" WEBHOOK, "{\"url\":\"https://crm.example/in\",\"events\":[\"user.*\",\"role.*\"],\"description\":\"CRM\"}");
  put ("/organizations/" ORGANIZATION, "{\"name\":\"Acme\",\"slug\":\"acme\",\"data\":{\"plan\":\"gold\"},\"sign_in_rules\":{\"second_factor\":\"required\"}}");
  put ("/organizations/" ORGANIZATION "/domains/acme.example", NULL);
  own = make ("/roles", "{\"name\":\"clerk\",\"kind\":\"organization\",\"organization_id\":\"" ORGANIZATION "\",\"permissions\":[{\"resource_id\":\"management\",\"scope\":\"members:read\"}]}", "id");
  group = g_strdup_printf ("{\"name\":\"Sales\",\"roles\":[\"%s\",\"%s\"]}", ids[1], own);
  put ("/organizations/" ORGANIZATION "/groups/" GROUP, group);
  job = g_strdup_printf ("{\"roles\":[\"%s\",\"%s\"]}", ids[1], own);
  put ("/organizations/" ORGANIZATION "/role-holders/" APPLICATION, job);
  put ("/connectors/corp", "{\"type\":\"corp\",\"name\":\"Corp\",\"order\":7,\"enabled\":false,\"settings\":{\"issuer\":\"https://corp.example\",\"client-secret\":\"hidden\",\"greeting\":\"hello\"}}");
  put ("/policy", "{\"sign_up_enabled\":false,\"flow_lifetime\":600}");
  put ("/branding", "{" LOOK ",\"phrases\":{\"en\":{\"Sign in\":\"Come in\"}}}");
  put ("/organizations/" ORGANIZATION "/branding", "{" LOOK "}");
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_free (g_steal_pointer (&ids[i]));
}

static void
test_round_trip (void)
{
  g_autofree char *shop = NULL, *clerk = NULL, *corp = NULL, *sales = NULL;

  fill ();
  g_assert_cmpint (run_on ("export", "full", ""), ==, 0);
  shop = read_file ("full", "applications/" APPLICATION ".json");
  g_assert_cmpstr (shop, ==,
                   "{\n  \"client_id\": \"" APPLICATION "\",\n  \"enabled\": true,\n  \"first_party\": true,\n  \"kind\": \"web\",\n  \"metadata\": {\n    \"redirect_uris\": [\n"
                   "      \"https://shop.example/b\",\n      \"https://shop.example/a\"\n    ],\n    \"scope\": \"openid\"\n  },\n  \"name\": \"Shop\",\n  \"roles\": [\n    \"clerk\",\n    \"support\"\n  ]\n}\n");
  clerk = read_file ("full", "roles/clerk.json");
  g_assert_nonnull (strstr (clerk, "\"https://api.example/orders\": [\n      \"read\",\n      \"write\"\n    ],\n    \"management\": [")); /* no id of this server */
  sales = read_file ("full", "groups/" ORGANIZATION "%2F" GROUP ".json");
  g_assert_cmpstr (sales, ==, "{\n  \"description\": \"\",\n  \"id\": \"" GROUP "\",\n  \"name\": \"Sales\",\n  \"organization\": \"" ORGANIZATION "\",\n  \"own_roles\": [\n    \"clerk\"\n  ],\n  \"roles\": [\n    \"clerk\"\n  ]\n}\n");
  corp = read_file ("full", "connectors/corp.json");
  g_assert_nonnull (strstr (corp, "\"client-secret\""));
  g_assert_null (strstr (corp, "hidden"));
  g_assert_cmpint (run_on ("apply", "full", "--dry-run"), ==, 0);
  g_assert_nonnull (strstr (out, "as the files say"));

  begin_folder ("nothing");
  g_assert_cmpint (run_on ("apply", "nothing", "--dry-run"), ==, 0); /* what is in no file stays */
  g_assert_nonnull (strstr (out, "= role clerk: is in no file, and stays"));
  g_assert_cmpint (run_on ("apply", "nothing", "--prune --dry-run"), ==, 5);
  g_assert_nonnull (strstr (out, "- resource https://api.example/orders\n"));
  g_assert_cmpint (run_on ("apply", "nothing", "--prune"), ==, 0);
  g_assert_nonnull (strstr (out, "14 things were changed"));
  put ("/policy", "{}");
  put ("/branding", "{}");
  g_assert_cmpuint (count_items ("/applications", NULL) + count_items ("/organizations", NULL) + count_items ("/webhooks", NULL), ==, 0);

  g_setenv ("POSTERN_SECRET_CORP__CLIENT_SECRET", "hidden again", TRUE);
  g_assert_cmpint (run_on ("apply", "full", ""), ==, 0); /* as on another server: ids are others */
  g_unsetenv ("POSTERN_SECRET_CORP__CLIENT_SECRET");
  g_assert_nonnull (strstr (out, "! application " APPLICATION " has no secret"));
  g_assert_nonnull (strstr (out, "! webhook " WEBHOOK " has a secret that nobody was shown"));
  g_assert_nonnull (strstr (out, "! application-claims-hook " APPLICATION " has a secret"));
  g_assert_cmpint (run_on ("export", "again", ""), ==, 0);
  assert_same ("full", "again");
  g_assert_cmpint (run_on ("apply", "again", ""), ==, 0);
  g_assert_nonnull (strstr (out, "as the files say")); /* twice changes nothing */
}

/* Each member of each kind, changed in its file. */
static const struct {
  const char *file, *old, *new, *line;
} mutations[] = {
  { "applications/" APPLICATION ".json", "\"Shop\"", "\"Store\"", "~ application " APPLICATION ": name \"Shop\" → \"Store\"" },
  { "applications/" APPLICATION ".json", "\"kind\": \"web\"", "\"kind\": \"native\"", "~ application " APPLICATION ": kind \"web\" → \"native\"" },
  { "applications/" APPLICATION ".json", "\"enabled\": true", "\"enabled\": false", "~ application " APPLICATION ": enabled true → false" },
  { "applications/" APPLICATION ".json", "\"first_party\": true,", "", "~ application " APPLICATION ": first_party true → false" },
  { "applications/" APPLICATION ".json", "shop.example/b", "shop.example/c", "~ application " APPLICATION ": metadata.redirect_uris + \"https://shop.example/c\" - \"https://shop.example/b\"" },
  { "applications/" APPLICATION ".json", "https://shop.example/b\",\n      \"https://shop.example/a", "https://shop.example/a\",\n      \"https://shop.example/b", "~ application " APPLICATION ": metadata.redirect_uris in another order" },
  { "applications/" APPLICATION ".json", ",\n    \"scope\": \"openid\"", "", "~ application " APPLICATION ": metadata.scope \"openid\" is taken away" },
  { "applications/" APPLICATION ".json", "\"scope\": \"openid\"", "\"scope\": \"openid\",\"default_max_age\": 9", "~ application " APPLICATION ": metadata.default_max_age 9" },
  { "resources/" URI ".json", "\"Orders\"", "\"All orders\"", "~ resource https://api.example/orders: name \"Orders\" → \"All orders\"" },
  { "resources/" URI ".json", "60", "90", "~ resource https://api.example/orders: settings.access_token_lifetime 60 → 90" },
  { "resources/" URI ".json", "{\n      \"name\": \"read\"\n    }", "{ \"name\": \"read\", \"description\": \"See\" }", "~ resource https://api.example/orders: scopes + {\"name\":\"read\",\"description\":\"See\"} - {\"name\":\"read\"}" },
  { "roles/clerk.json", "Takes orders", "Takes them", "~ role clerk: description \"Takes orders\" → \"Takes them\"" },
  { "roles/clerk.json", "\"read\",", "", "~ role clerk: permissions.https://api.example/orders - \"read\"" },
  { "roles/clerk.json", "\"users:read\"", "\"keys:read\", \"users:read\"", "~ role clerk: permissions.management + \"keys:read\"" },
  { "organization-roles/clerk.json", "\"permissions\": {}", "\"permissions\": { \"management\": [ \"users:read\" ] }", "~ organization-role clerk: permissions.management + \"users:read\"" },
  { "connectors/corp.json", "\"Corp\"", "\"Company\"", "~ connector corp: name \"Corp\" → \"Company\"" },
  { "connectors/corp.json", "7", "8", "~ connector corp: order 7 → 8" },
  { "connectors/corp.json", "\"enabled\": false", "\"enabled\": true", "~ connector corp: enabled false → true" },
  { "connectors/corp.json", "\"hello\"", "\"welcome\"", "~ connector corp: settings.greeting \"hello\" → \"welcome\"" },
  { "applications/" APPLICATION ".json", "\"clerk\",", "", "~ application " APPLICATION ": roles - \"clerk\"" },
  { "application-claims-hooks/" APPLICATION ".json", "900", "800", "~ application-claims-hook " APPLICATION ": timeout 900 → 800" },
  { "application-claims-hooks/" APPLICATION ".json", "without", "refuse", "~ application-claims-hook " APPLICATION ": on_failure \"without\" → \"refuse\"" },
  { "resource-claims-hooks/" URI ".json", "crm.example", "new.example", "~ resource-claims-hook https://api.example/orders: url \"https://crm.example/claims\" → \"https://new.example/claims\"" },
  { "organizations/" ORGANIZATION ".json", "\"Acme\"", "\"Acme Ltd\"", "~ organization " ORGANIZATION ": name \"Acme\" → \"Acme Ltd\"" },
  { "organizations/" ORGANIZATION ".json", ",\n  \"slug\": \"acme\"", "", "~ organization " ORGANIZATION ": slug \"acme\" is taken away" },
  { "organizations/" ORGANIZATION ".json", "\"disabled\": false", "\"disabled\": true", "~ organization " ORGANIZATION ": disabled false → true" },
  { "organizations/" ORGANIZATION ".json", "gold", "free", "~ organization " ORGANIZATION ": data.plan \"gold\" → \"free\"" },
  { "organizations/" ORGANIZATION ".json", "\"second_factor\": \"required\"", "\"join_by_domain\": true, \"second_factor\": \"required\"", "~ organization " ORGANIZATION ": sign_in_rules.join_by_domain true" },
  { "groups/" ORGANIZATION "%2F" GROUP ".json", "Sales", "Sellers", "~ group " ORGANIZATION "/" GROUP ": name \"Sales\" → \"Sellers\"" },
  { "groups/" ORGANIZATION "%2F" GROUP ".json", "\"own_roles\": [\n    \"clerk\"\n  ],", "", "~ group " ORGANIZATION "/" GROUP ": own_roles - \"clerk\"" },
  { "organization-applications/" ORGANIZATION "%2F" APPLICATION ".json", "\"own_roles\": [\n    \"clerk\"\n  ],", "", "~ organization-application " ORGANIZATION "/" APPLICATION ": own_roles - \"clerk\"" },
  { "own-roles/" ORGANIZATION "%2Fclerk.json", "members:read", "members:write", "~ own-role " ORGANIZATION "/clerk: permissions.management + \"members:write\" - \"members:read\"" },
  { "webhooks/" WEBHOOK ".json", "crm.example", "new.example", "~ webhook " WEBHOOK ": url \"https://crm.example/in\" → \"https://new.example/in\"" },
  { "webhooks/" WEBHOOK ".json", "  \"description\": \"CRM\",\n", "", "~ webhook " WEBHOOK ": description \"CRM\" is taken away" },
  { "webhooks/" WEBHOOK ".json", "\"role.*\"", "\"group.*\"", "~ webhook " WEBHOOK ": events + \"group.*\" - \"role.*\"" },
  { "webhooks/" WEBHOOK ".json", "\"enabled\": true", "\"enabled\": false", "~ webhook " WEBHOOK ": enabled true → false" },
  { BRANDING, "\"Acme Weather\"", "\"Acme Storms\"", "~ organization-branding " ORGANIZATION ": name \"Acme Weather\" → \"Acme Storms\"" },
  { BRANDING, "\"#0b6e4f\"", "\"#0b6e50\"", "~ organization-branding " ORGANIZATION ": accent_color \"#0b6e4f\" → \"#0b6e50\"" },
  { BRANDING, "\"#fbfbfb\"", "\"#fcfcfc\"", "~ organization-branding " ORGANIZATION ": page_color \"#fbfbfb\" → \"#fcfcfc\"" },
  { BRANDING, "\"#fffdf7\"", "\"#fffdf8\"", "~ organization-branding " ORGANIZATION ": card_color \"#fffdf7\" → \"#fffdf8\"" },
  { BRANDING, "\"#101010\"", "\"#111111\"", "~ organization-branding " ORGANIZATION ": dark_page_color \"#101010\" → \"#111111\"" },
  { BRANDING, "\"#181818\"", "\"#191919\"", "~ organization-branding " ORGANIZATION ": dark_card_color \"#181818\" → \"#191919\"" },
  { BRANDING, "iVBORw0KGgouLi4u", "iVBORw0KGgouLi4vLg==", "~ organization-branding " ORGANIZATION ": logo \"12 bytes, 932cfa884e7d747b…\" → \"13 bytes, ca28cff9e3820e44…\"" },
  { BRANDING, "30px", "31px", "~ organization-branding " ORGANIZATION ": css \"h1{font-size:30px;}\\n\" → \"h1{font-size:31px;}\\n\"" },
  { BRANDING, "Hello", "Welcome", "~ organization-branding " ORGANIZATION ": texts.en \"Hello\" → \"Welcome\"" },
  { "branding.json", "\"Acme Weather\"", "\"Acme Storms\"", "~ branding: name \"Acme Weather\" → \"Acme Storms\"" },
  { "branding.json", "\"#0b6e4f\"", "\"#0b6e50\"", "~ branding: accent_color \"#0b6e4f\" → \"#0b6e50\"" },
  { "branding.json", "\"#fbfbfb\"", "\"#fcfcfc\"", "~ branding: page_color \"#fbfbfb\" → \"#fcfcfc\"" },
  { "branding.json", "\"#fffdf7\"", "\"#fffdf8\"", "~ branding: card_color \"#fffdf7\" → \"#fffdf8\"" },
  { "branding.json", "\"#101010\"", "\"#111111\"", "~ branding: dark_page_color \"#101010\" → \"#111111\"" },
  { "branding.json", "\"#181818\"", "\"#191919\"", "~ branding: dark_card_color \"#181818\" → \"#191919\"" },
  { "branding.json", "iVBORw0KGgouLi4u", "iVBORw0KGgouLi4vLg==", "~ branding: logo \"12 bytes, 932cfa884e7d747b…\" → \"13 bytes, ca28cff9e3820e44…\"" },
  { "branding.json", "30px", "31px", "~ branding: css \"h1{font-size:30px;}\\n\" → \"h1{font-size:31px;}\\n\"" },
  { "branding.json", "Hello", "Welcome", "~ branding: texts.en \"Hello\" → \"Welcome\"" },
  { "branding.json", "Come in", "Enter", "~ branding: phrases.en.Sign in \"Come in\" → \"Enter\"" },
  { "policy.json", "600", "700", "~ policy: flow_lifetime 600 → 700" },
  { "policy.json", ",\n  \"sign_up_enabled\": false", "", "~ policy: sign_up_enabled false is taken away" },
};

/* What was changed is told, and nothing else. */
static void
test_mutations (void)
{
  g_assert_cmpint (run_on ("export", "mutated", ""), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (mutations); i++)
    {
      g_autofree char *expected = g_strconcat (mutations[i].line, "\n1 thing would be changed.\n", NULL), *text = read_file ("mutated", mutations[i].file);

      change_file ("mutated", mutations[i].file, mutations[i].old, mutations[i].new);
      g_assert_cmpint (run_on ("apply", "mutated", "--dry-run"), ==, 5);
      g_assert_cmpstr (out, ==, expected);
      write_file ("mutated", mutations[i].file, text);
    }
  g_assert_cmpint (run_on ("apply", "full", "--dry-run"), ==, 0); /* it was only shown */
  for (guint i = 0; i < G_N_ELEMENTS (mutations); i++)
    {
      g_autofree char *text = read_file ("mutated", mutations[i].file);

      if (strstr (text, mutations[i].old) != NULL) /* else another case has changed it */
        change_file ("mutated", mutations[i].file, mutations[i].old, mutations[i].new);
    }
  g_assert_cmpint (run_on ("apply", "mutated", ""), ==, 0);
  g_assert_nonnull (strstr (out, "15 things were changed.\n"));
  g_assert_cmpint (run_on ("apply", "mutated", "--dry-run"), ==, 0);
  g_assert_cmpint (run_on ("apply", "full", ""), ==, 0);
  g_assert_cmpint (run_on ("export", "again", ""), ==, 0);
  assert_same ("full", "again");
}

/* What is wrong is told with its place, and nothing was done: not even what was good. */
static void
test_faults (void)
{
  static const struct {
    const char *file, *text, *words;
  } cases[] = {
    { "roles/new.json", "{\n  \"name\": \"new\",\n  \"description\": }\n", "roles/new.json:3: " },
    { "roles/new.json", "{\"name\": \"new\", \"colour\": \"red\"}", "roles/new.json: colour: is no member" },
    { "roles/new.json", "{\"name\": \"other\"}", "roles/new.json: must be called roles/other.json" },
    { "roles/new.json", "{\"description\": \"x\"}", "roles/new.json: name: must be there" },
    { "roles/new.json", "{\"name\": \"new\", \"permissions\": [\"read\"]}", "roles/new.json: permissions: must be an object" },
    { "roles/new.json", "{\"name\": \"new\", \"permissions\": {\"management\": [\"a\", \"a\"]}}", "none of them twice" },
    { "roles/new.json", "{\"name\": \"new\", \"permissions\": {\"https://api.example/none\": [\"read\"]}}", "role new: permissions: there is no resource https://api.example/none" },
    { "roles/new.json", "{\"name\": \"new\", \"permissions\": {\"https://api.example/orders\": [\"burn\"]}}", "nothing was done: role new: scope: " },
    { "resources/" URI ".json", "{\"indicator\": \"https://api.example/orders\", \"name\": \"Orders\", \"scopes\": [{\"name\": \"look\"}]}", "roles/good.json: permissions: https://api.example/orders has no scope read" },
    { "roles/new.txt", "", "roles/new.txt: is no file that is known" },
    { "role/new.json", "{\"name\": \"new\"}", "role: is nothing that is known here" },
    { "polices.json", "{}", "polices.json: is nothing that is known here" },
    { "policy.json", "{\"sign_up_enabled\": null}", "policy.json: sign_up_enabled: is null" },
    { "policy.json", "{\"sing_up_enabled\": true}", "nothing was done: policy: policy: sing_up_enabled" },
    { "postern.json", "{\"format\": 2}", "postern.json: format: " },
    { "applications/app_x.json", "{\"client_id\": \"app_x\", \"name\": \"X\", \"kind\": \"service\"}", "nothing was done: application app_x: client_id: must be 3 to 64 letters" },
    { "applications/app_x.json", "{\"client_id\": \"app_x\", \"name\": \"X\", \"metadata\": {\"scope\": null}}", "applications/app_x.json: metadata.scope: is null" },
    { "applications/app_x.json", "{\"client_id\": \"app_x\", \"name\": 7}", "applications/app_x.json: name: must be a string" },
    { "applications/app_x.json", "[]", "must be an object" },
    { "organizations/acme.json", "{\"id\": \"acme\", \"name\": \"Acme\"}", "organizations/acme.json: id: must be org_ and the 26 characters of a UUID; org_" },
    { "domains/org_00000000000000000000000000%2Fa.example.json", "{\"organization\": \"org_00000000000000000000000000\", \"domain\": \"a.example\"}", "organization: there is no such organization, neither here nor on the server" },
    { "domains/a.example.json", "{\"domain\": \"a.example\"}", "domains/a.example.json: organization: must be there" },
    { "groups/" ORGANIZATION "%2F" GROUP ".json", "{\"organization\": \"" ORGANIZATION "\", \"id\": \"" GROUP "\", \"name\": \"Sales\", \"roles\": [\"good\"]}", "roles: there is no such role good" },
    { "groups/" ORGANIZATION "%2F" GROUP ".json", "{\"organization\": \"" ORGANIZATION "\", \"id\": \"" GROUP "\", \"name\": \"Sales\", \"own_roles\": \"clerk\"}", "own_roles: must be an array of names of roles" },
    { "webhooks/" WEBHOOK ".json", "{\"id\": \"" WEBHOOK "\", \"url\": \"http://crm.example/\", \"events\": [\"*\"]}", "nothing was done: webhook " WEBHOOK ": url" },
    { BRANDING, "{\"organization\": \"" ORGANIZATION "\", \"css\": \"h1{}\\nbody{background:url(https://evil.example/)}\"}", BRANDING ": css: line 2" },
    { BRANDING, "{\"organization\": \"" ORGANIZATION "\", \"phrases\": {}}", BRANDING ": phrases: is no member" },
    { BRANDING, "{\"organization\": \"" ORGANIZATION "\", \"logo\": 7}", BRANDING ": logo: must be a string, of base64" },
    { BRANDING, "{\"organization\": \"" ORGANIZATION "\", \"logo\": \"aGVsbG8=\"}", "nothing was done: organization-branding " ORGANIZATION ": logo" },
    { "branding.json", "{\"card_color\": \"#333333\"}", "nothing was done: branding: card_color" },
    { "application-claims-hooks/" APPLICATION ".json", "{\"client_id\": \"" APPLICATION "\"}", "application-claims-hooks/" APPLICATION ".json: url: is missing" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *remove = g_strdup_printf ("rm -rf %s/bad", folder);

      begin_folder ("bad");
      write_file ("bad", "roles/good.json", "{\"name\": \"good\", \"permissions\": {\"https://api.example/orders\": [\"read\"]}}");
      write_file ("bad", cases[i].file, cases[i].text);
      g_assert_cmpint (run_on ("apply", "bad", ""), ==, 1);
      if (strstr (err, cases[i].words) == NULL)
        g_error ("%s: %s lacks %s", cases[i].text, err, cases[i].words);
      g_assert_cmpint (run (remove), ==, 0);
    }
  g_assert_cmpint (run_on ("apply", "full", "--dry-run"), ==, 0);
  g_assert_null (strstr (out, "good"));
  g_assert_cmpint (run_on ("apply", "no-such-folder", ""), ==, 1);
}

static void
test_secrets (void)
{
  g_autoptr (GVariant) shown = NULL;
  g_autofree char *text = NULL;

  begin_folder ("secret");
  write_file ("secret", "connectors/new.json", "{\"id\": \"new\", \"type\": \"corp\", \"name\": \"New\", \"settings\": {\"issuer\": \"https://new.example\"}, \"secrets\": [\"client-secret\"]}");
  g_assert_cmpint (run_on ("apply", "secret", ""), ==, 1);
  g_assert_nonnull (strstr (err, "put it into the environment as POSTERN_SECRET_NEW__CLIENT_SECRET"));
  g_setenv ("POSTERN_SECRET_NEW__CLIENT_SECRET", "deep secret", TRUE);
  g_assert_cmpint (run_on ("apply", "secret", "-o json"), ==, 0);
  g_assert_null (strstr (out, "deep secret"));
  g_unsetenv ("POSTERN_SECRET_NEW__CLIENT_SECRET");
  change_file ("secret", "connectors/new.json", "\"New\"", "\"Newer\"");
  g_assert_cmpint (run_on ("apply", "secret", ""), ==, 0); /* it is kept */
  shown = call ("GET", "/connectors/new", NULL, NULL, 200);
  text = postern_json_print (shown);
  g_assert_nonnull (strstr (text, "\"secrets\":[\"client-secret\"]"));
  change_file ("secret", "connectors/new.json", "https://new.example", "https://evil.example");
  g_assert_cmpint (run_on ("apply", "secret", ""), ==, 1); /* and goes nowhere else */
  g_assert_nonnull (strstr (err, "connector new: settings.client-secret"));
  g_assert_null (call ("DELETE", "/connectors/new", NULL, NULL, 204));
}

/* Nobody's files are lost, and those of what is gone go. */
static void
test_folder (void)
{
  g_autofree char *readme = make_file_name ("kept", "README.md"), *role = make_file_name ("kept", "roles/gone.json");

  write_file ("foreign", "thesis.txt", "years of work");
  g_assert_cmpint (run_on ("export", "foreign", ""), ==, 1);
  g_assert_nonnull (strstr (err, "name an empty folder"));
  write_file ("kept", ".git/HEAD", "ref: refs/heads/main");
  g_assert_cmpint (run_on ("export", "kept", ""), ==, 0);
  write_file ("kept", "README.md", "Ours");
  write_file ("kept", "roles/gone.json", "{\"name\": \"gone\"}");
  g_assert_cmpint (run_on ("export", "kept", ""), ==, 0);
  g_assert_true (g_file_test (readme, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (role, G_FILE_TEST_EXISTS));
  g_assert_cmpint (run_on ("apply", "kept", "--dry-run"), ==, 0);
}

/* Who proposes a change shows nobody else's file by it, nor holds up who looks; and what a link leads to is not swept. */
static void
test_links (void)
{
  static const struct {
    const char *command, *words;
  } cases[] = {
    { "ln -s ../../other.json roles/other.json", "roles/other.json: is a link" },
    { "ln -s ../elsewhere resources", "resources: is a link" },
    { "mkfifo roles/pipe.json", "roles/pipe.json: is no file" },
    { "mkdir roles/folder.json", "roles/folder.json: is no file" },
    { "truncate -s 1100000 roles/long.json", "roles/long.json: has more than 1 MiB" },
    { "touch \"$(printf \"roles/a\\\\033]0;b\")\"", "roles/a\\u001b]0;b: is no file that is known" }, /* nor does its name speak to the terminal */
  };
  g_autofree char *kept = make_file_name ("elsewhere", "kept.json"), *link = make_file_name ("links", "resources");

  begin_folder ("links");
  write_file ("links", "roles/good.json", "{\"name\": \"good\"}");
  write_file (".", "other.json", "{\"name\": \"other\", \"description\": \"hidden\"}");
  write_file ("elsewhere", "kept.json", "{}");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = g_strdup_printf ("sh -c 'cd %s/links && %s'", folder, cases[i].command);

      g_assert_cmpint (run (line), ==, 0);
      g_assert_cmpint (run_on ("apply", "links", "--dry-run"), ==, 1);
      g_assert_nonnull (strstr (err, cases[i].words));
      g_assert_null (strstr (err, "hidden"));
    }
  g_assert_cmpint (run_on ("export", "links", ""), ==, 1);
  g_assert_nonnull (strstr (err, "is a link"));
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS) && g_file_test (link, G_FILE_TEST_IS_SYMLINK));
}

/* (transfer full): @path of a row with {} for each of its captures */
static char *
make_pattern (const char *path)
{
  g_autoptr (GString) pattern = g_string_new (NULL);

  for (const char *c = path; *c != '\0'; c++)
    {
      g_string_append_c (pattern, *c);
      if (*c == '{')
        c = strchr (c, '}') - 1;
    }
  return g_string_free (g_steal_pointer (&pattern), FALSE);
}

static gboolean
can_say (const PosternFilesKind *kind, const PosternApiMember *member)
{
  static const char *const elsewhere[] = { "kind", "organization_id", NULL }; /* of roles: their folder says it */
  const PosternFilesMember *known = kind->members;

  while (known != NULL && known->name != NULL && !g_str_equal (known->name, member->name))
    known++;
  return known == NULL || known->name != NULL || (member->flags & (POSTERN_API_READ_ONLY | POSTERN_API_SECRET)) || g_strcmp0 (member->name, kind->key) == 0 ||
         (kind->role_kind != NULL && g_strv_contains (elsewhere, member->name));
}

/* Whatever the API takes of a thing, its file can say: a member that is new there must come here, too. */
static void
test_members (void)
{
  guint n = 0;

  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++)
      for (const PosternFilesKind *kind = postern_files_kinds; kind->noun != NULL; kind++)
        {
          g_autofree char *path = g_strconcat (kind->path, kind->key ? "/{}" : NULL, NULL), *pattern = make_pattern (row->path);

          if (row->kind != POSTERN_API_REPLACE || !g_str_equal (pattern, path))
            continue;
          n++;
          for (const PosternApiMember *member = row->body ? row->body->members : NULL; member != NULL && member->name != NULL; member++)
            if (!can_say (kind, member))
              g_error ("a file of %s cannot say %s", kind->noun, member->name);
        }
  g_assert_cmpuint (n, ==, 20);
}

/* A whole organization of the files, and what is pruned is nothing that others may name. */
static void
test_belonging (void)
{
  g_autofree char *remove = g_strdup_printf ("rm -r %s/part/organizations", folder), *role = g_strdup_printf ("rm %s/part/organization-roles/clerk.json", folder);

  g_assert_cmpint (run_on ("export", "part", ""), ==, 0);
  g_assert_cmpint (run (role), ==, 0);
  g_assert_cmpint (run_on ("apply", "part", "--dry-run"), ==, 0); /* the server has it still */
  g_assert_cmpint (run_on ("apply", "part", "--prune"), ==, 1);
  g_assert_nonnull (strstr (err, "group " ORGANIZATION "/" GROUP ": roles: there is no such role clerk"));
  g_assert_cmpint (run (remove), ==, 0);
  g_assert_cmpint (run_on ("apply", "part", "--prune"), ==, 1);
  g_assert_nonnull (strstr (err, "there is no such organization, neither here nor on the server, or it is to be deleted"));
  g_assert_cmpint (run_on ("apply", "full", "--prune --dry-run"), ==, 0);
}

/* Each organization has a look: what says nothing has no file, and what has none any more is taken away with --prune alone. */
static void
test_look (void)
{
  g_autofree char *text = NULL, *plain = make_file_name ("plain", "organization-brandings/org_01m8hqyz49encaned8h3htdtw6.json"), *remove = g_strdup_printf ("rm %s/plain/" BRANDING, folder);
  g_autoptr (GVariant) shown = NULL;

  put ("/organizations/org_01m8hqyz49encaned8h3htdtw6", "{\"name\":\"Plain\"}");
  g_assert_cmpint (run_on ("export", "plain", ""), ==, 0);
  g_assert_false (g_file_test (plain, G_FILE_TEST_EXISTS));
  text = read_file ("plain", BRANDING);
  g_assert_nonnull (strstr (text, "\"logo\": \"" LOGO "\""));
  g_assert_null (strstr (text, "logo_url"));
  change_file ("plain", BRANDING, "h1{font-size:30px;}\\n", " h1 {\\n  font-size : 30px; }"); /* the same rules */
  g_assert_cmpint (run_on ("apply", "plain", "--prune --dry-run"), ==, 0);
  g_assert_cmpint (run (remove), ==, 0);
  g_assert_cmpint (run_on ("apply", "plain", "--dry-run"), ==, 0);
  g_assert_nonnull (strstr (out, "= organization-branding " ORGANIZATION ": is in no file, and stays"));
  g_assert_cmpint (run_on ("apply", "plain", "--prune"), ==, 0);
  g_assert_cmpstr (out, ==, "- organization-branding " ORGANIZATION "\n1 thing was changed.\n");
  shown = call ("GET", "/organizations/" ORGANIZATION "/branding", NULL, NULL, 200);
  g_assert_cmpuint (g_variant_n_children (shown), ==, 0);
  g_assert_null (call ("DELETE", "/organizations/org_01m8hqyz49encaned8h3htdtw6", NULL, NULL, 204));
  g_assert_cmpint (run_on ("apply", "full", ""), ==, 0);
  g_assert_nonnull (strstr (out, "~ organization-branding " ORGANIZATION ": texts.en \"Hello\"\n"));
  g_assert_cmpint (run_on ("export", "again", ""), ==, 0);
  assert_same ("full", "again");
}

#define ADA "usr_01m8hqyz49encaned8h3htdtw5"
#define BEN "usr_01m8hqyz49encaned8h3htdtw6"

/* By an import, as people come to another server: with their ids */
static void
add_people (void)
{
  g_autofree char *id = make ("/imports", "{\"digest\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"format\":\"postern\"}", "id");
  g_autofree char *path = g_strconcat ("/imports/", id, "/users", NULL);

  g_variant_unref (call ("POST", path, NULL, "{\"position\":0,\"users\":[{\"id\":\"" ADA "\",\"username\":\"ada\"},{\"id\":\"" BEN "\",\"username\":\"ben\"}]}", 200));
}

/* (transfer full): {"roles": [the id of the template that they are filled with]} */
static char *
make_agent (void)
{
  g_autofree char *role = make ("/roles", "{\"name\":\"agent\",\"kind\":\"organization\"}", "id");

  return g_strdup_printf ("{\"roles\":[\"%s\"]}", role);
}

/* Who somebody is comes along where that is asked for, and goes from nobody whose file is not there. */
static void
test_people (void)
{
  g_autofree char *agent = make_agent (), *mark = NULL, *remove = g_strdup_printf ("rm %s/people/people/" BEN ".json", folder);
  g_autofree char *gone = make_file_name ("plain-people", "people");

  add_people ();
  put ("/role-holders/" ADA, "{\"roles\":[\"owner\",\"support\"]}");
  put ("/role-holders/" BEN, "{\"roles\":[\"read-only\"]}");
  put ("/organizations/" ORGANIZATION "/members/ada", NULL);
  put ("/organizations/" ORGANIZATION "/role-holders/" ADA, agent);
  put ("/organizations/" ORGANIZATION "/groups/" GROUP "/members/ada", NULL);
  g_assert_cmpint (run_on ("export", "plain-people", ""), ==, 0);
  g_assert_false (g_file_test (gone, G_FILE_TEST_EXISTS));
  g_assert_cmpint (run_on ("apply", "plain-people", "--prune-people"), ==, 1); /* it would take from all what they have */
  g_assert_nonnull (strstr (err, "the folder has no people"));
  g_assert_cmpint (run_on ("export", "people", "--people"), ==, 0);
  mark = read_file ("people", "postern.json");
  g_assert_cmpstr (mark, ==, "{\n  \"format\": 1,\n  \"people\": true\n}\n");
  g_assert_cmpint (run_on ("apply", "people", "--prune --prune-people --dry-run"), ==, 0);

  g_assert_cmpint (run (remove), ==, 0);
  g_assert_cmpint (run_on ("apply", "people", "--prune"), ==, 0);
  g_assert_nonnull (strstr (out, "= person " BEN ": is in no file, and stays; --prune-people takes it away"));
  g_variant_unref (call ("GET", "/role-holders/" BEN, NULL, NULL, 200));
  change_file ("people", "people/" ADA ".json", "\"support\"", "\"security\"");
  g_assert_cmpint (run_on ("apply", "people", "--prune-people"), ==, 0);
  g_assert_cmpstr (out, ==, "~ person " ADA ": roles + \"security\" - \"support\"\n- person " BEN "\n2 things were changed.\n");
  change_file ("people", "people/" ADA ".json", "\"owner\",", "");
  g_assert_cmpint (run_on ("apply", "people", ""), ==, 1); /* what the API refuses, a file does not get */
  g_assert_nonnull (strstr (err, "nothing was done: person " ADA ": this is the last owner"));
  write_file ("people", "people/ada.json", "{\"user_id\": \"ada\", \"roles\": [\"owner\"]}");
  g_assert_cmpint (run_on ("apply", "people", ""), ==, 1);
  g_assert_nonnull (strstr (err, "must be the id of a user"));
  write_file ("people", "postern.json", "{\"format\": 1}");
  g_assert_cmpint (run_on ("apply", "people", ""), ==, 1);
  g_assert_nonnull (strstr (err, "members: says who people are"));
}

/* On a server that has the people and nothing else, the same folder makes the same. */
static void
test_people_elsewhere (void)
{
  g_assert_cmpint (run_on ("export", "before", "--people"), ==, 0);
  g_assert_cmpint (run_on ("apply", "nothing", "--prune"), ==, 0);
  refuses ("GET", "/organizations/" ORGANIZATION "/role-holders/" ADA, NULL, 404, "");
  g_setenv ("POSTERN_SECRET_CORP__CLIENT_SECRET", "hidden again", TRUE);
  g_assert_cmpint (run_on ("apply", "before", ""), ==, 0);
  g_unsetenv ("POSTERN_SECRET_CORP__CLIENT_SECRET");
  g_assert_nonnull (strstr (out, "+ organization-person " ORGANIZATION "/" ADA ": roles + \"agent\""));
  g_assert_nonnull (strstr (out, "+ group-member " ORGANIZATION "/" GROUP "/" ADA));
  g_assert_cmpint (run_on ("export", "after", "--people"), ==, 0);
  assert_same ("before", "after");
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/cli-files/members", test_members },
    { "/cli-files/round-trip", test_round_trip },
    { "/cli-files/mutations", test_mutations },
    { "/cli-files/faults", test_faults },
    { "/cli-files/secrets", test_secrets },
    { "/cli-files/folder", test_folder },
    { "/cli-files/belonging", test_belonging },
    { "/cli-files/look", test_look },
    { "/cli-files/links", test_links },
    { "/cli-files/people", test_people },
    { "/cli-files/people-elsewhere", test_people_elsewhere },
    { NULL, NULL },
  };

  return cli_run (argc, argv, tests);
}
