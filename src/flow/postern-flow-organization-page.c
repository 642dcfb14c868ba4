/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-page.h"

#include <glib/gi18n.h>

#include <string.h>

#include "postern-flow-console.h"
#include "postern-flow-context.h"
#include "postern-flow-kept.h"
#include "postern-flow-organization-form.h"
#include "postern-flow-organization.h"
#include "postern-flow-routes.h"
#include "postern-management-roles.h"
#include "postern-organization-brand.h"
#include "postern-organization.h"
#include "postern-user-name.h"

#define RECENT 900 /* seconds: how old a sign-in may be of who changes something: a form is filled in, and lists are worked through */
#define PAGE 50    /* of a list */
#define NOT_FOR_YOU N_("Your roles do not let you do this.")

/* What there is, in the order in which it is shown. A section is there for who holds its permission. */
static const struct {
  const char *name, *permission, *title;
} sections[] = {
  { "members", "members:read", N_("Members") },
  { "invitations", "invitations:read", N_("Invitations") },
  { "groups", "members:read", N_("Groups") },
  { "roles", "roles:read", N_("Roles") },
  { "domains", "organizations:read", N_("Domains") },
  { "sign-in", "organizations:read", N_("Sign-in rules") },
  { "look", "branding:read", N_("Look") },
  { "log", "audit:read", N_("Log") },
};

/* --- who comes in ----------------------------------------------------------------------------------------------------- */

static gboolean
has (PosternPermission *permission, const char *issuer, const char *scope)
{
  g_autofree char *resource = postern_management_roles_dup_indicator (issuer);

  return postern_permission_has (permission, resource, scope);
}

gboolean
postern_flow_organization_page_may (PosternFlowOrganizationPage *self, const char *permission)
{
  return has (self->permission, postern_tenant_get_issuer (self->visit->tenant), permission);
}

/* What roles give in an organization. */
static void
note_open (const PosternEffective *effective, gpointer user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    if (g_str_equal (sections[i].permission, effective->scope))
      g_hash_table_add (user_data, g_strdup (effective->organization_id));
}

typedef struct {
  const char *user_id;
  GHashTable *open;
} Openings;

static gboolean
read_open (PosternTxn *txn, gpointer user_data, GError **error)
{
  Openings *self = user_data;

  return postern_assignment_store_each_delegated (txn, self->user_id, note_open, self->open, error);
}

GHashTable *
postern_flow_organization_page_list_open (PosternRuntime *runtime, const char *user_id)
{
  PosternTenant *tenant = postern_runtime_get_tenant (runtime);
  PosternPermissionSubject subject = { user_id, NULL };
  g_autoptr (GHashTable) open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Openings openings = { user_id, open };
  g_autoptr (PosternPermission) everywhere = NULL;

  if (!postern_runtime_has_management (runtime))
    return g_steal_pointer (&open);
  everywhere = postern_permission_cache_dup (postern_tenant_get_permissions (tenant), &subject, NULL);
  for (guint i = 0; everywhere && i < G_N_ELEMENTS (sections); i++)
    if (has (everywhere, postern_tenant_get_issuer (tenant), sections[i].permission))
      g_hash_table_add (open, g_strdup (""));
  postern_store_read (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, read_open, &openings, NULL);
  return g_steal_pointer (&open);
}

typedef struct {
  const char *id;
  PosternFlowOrganizationPage *page;
} Look;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *self = user_data;
  PosternFlowOrganizationPage *page = self->page;
  PosternPermissionSubject subject = { page->visit->user->id, self->id };

  g_clear_pointer (&page->organization, postern_organization_unref); /* a transaction may run twice */
  g_clear_pointer (&page->permission, postern_permission_unref);
  page->organization = postern_organization_load_for (txn, self->id, subject.id, error);
  page->permission = page->organization ? postern_permission_read (txn, postern_tenant_get_issuer (page->visit->tenant), &subject, error) : NULL;
  return page->permission != NULL;
}

/* By its id alone, which is what all addresses here have. Nobody learns which are there. */
static PosternResponse *
find (PosternFlowOrganizationPage *self)
{
  const char *id = postern_request_get_capture (self->request, "organization");
  Look search = { id, self };
  g_autoptr (GError) error = NULL;

  if (id == NULL || !postern_id_is_valid (id, "org"))
    g_set_error_literal (&error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such organization");
  else if (postern_store_read (postern_tenant_get_store (self->visit->tenant), POSTERN_KEEP_LASTING, look, &search, &error))
    return NULL;
  return postern_response_new_error_page (error, "/account");
}

/* Under the organization's rules, and as the same person. */
static PosternResponse *
sign_in (PosternFlowOrganizationPage *self, gint64 max_age, const char *mark)
{
  g_autofree char *path = g_strconcat (self->path, mark, NULL);
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin (self->visit->tenant, path, NULL);

  postern_flow_set_string (&flow->hinted_user_id, self->visit->user->id);
  postern_flow_set_string (&flow->login_hint, postern_user_name_get_identifier (self->visit->user));
  postern_flow_set_string (&flow->organization, self->organization->id);
  flow->max_age = max_age;
  return postern_flow_engine_run (self->engine, flow, self->request, NULL);
}

static gboolean
is_marked (PosternFlowOrganizationPage *self, const char *name)
{
  const char *value = NULL;

  postern_request_get_query (self->request, name, &value, NULL);
  return value != NULL;
}

/* Who has just signed in for the organization and is still not let in would be sent round for ever. */
static PosternResponse *
check_rules (PosternFlowOrganizationPage *self)
{
  g_autoptr (GError) error = NULL;

  if (postern_flow_organization_admits (self->visit->tenant, self->organization, self->visit->user, self->visit->session, &error))
    return NULL;
  if (error)
    return postern_response_new_error_page (error, "/account");
  if (is_marked (self, "entered"))
    return postern_flow_console_refuse (POSTERN_ERROR_INSUFFICIENT_AUTHENTICATION, "What was signed in with is not enough for the organization");
  return sign_in (self, 0, "?entered=1");
}

static const char *
find_permission (const char *section)
{
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    if (g_strcmp0 (sections[i].name, section) == 0)
      return sections[i].permission;
  return NULL;
}

/* (transfer full) */
static char *
dup_page_path (PosternFlowOrganizationPage *self, const char *section, const char *part)
{
  const char *id = postern_request_get_capture (self->request, "organization");
  g_autofree char *organization = g_uri_escape_string (id ? id : "", NULL, FALSE), *escaped = part ? g_uri_escape_string (part, NULL, FALSE) : NULL;

  return g_strconcat (POSTERN_FLOW_ORGANIZATION_PAGE_PATH, organization, section ? "/" : "", section ? section : "", escaped ? "/" : "", escaped, NULL);
}

/* @section: (nullable): whatever there is */
static PosternResponse *
enter (PosternFlowOrganizationPage *self, const char *section)
{
  PosternResponse *answer = NULL;
  const char *permission = find_permission (section);

  if (!postern_runtime_has_management (postern_flow_engine_get_runtime (self->engine)))
    return postern_flow_console_refuse (POSTERN_ERROR_NOT_FOUND, "There is no management API here");
  self->visit = postern_flow_visit_new (self->engine, self->request, self->path, &answer);
  if (self->visit)
    answer = find (self);
  if (answer)
    return answer;
  if (permission && !postern_flow_organization_page_may (self, permission))
    return postern_flow_console_refuse (POSTERN_ERROR_ACCESS_DENIED, NOT_FOR_YOU);
  return check_rules (self);
}

static gboolean
is_recent (PosternFlowOrganizationPage *self)
{
  return postern_flow_context_now () - self->visit->auth_time < RECENT;
}

PosternResponse *
postern_flow_organization_page_enter (PosternFlowOrganizationPage *self, PosternFlowEngine *engine, PosternRequest *request, const char *section, const char *part)
{
  PosternResponse *answer;

  self->engine = engine;
  self->request = request;
  self->section = section;
  self->path = dup_page_path (self, section, part);
  answer = enter (self, section);
  if (answer)
    return answer;
  self->kept = postern_flow_kept_get (self->visit, request, self->path);
  return is_marked (self, "again") && !is_recent (self) ? sign_in (self, POSTERN_FLOW_VISIT_RECENT, NULL) : NULL;
}

/* --- a form that was not done ------------------------------------------------------------------------------------------ */

static void
add_typed (PosternFlowOrganizationPage *self, PosternJsonObject *model)
{
  g_auto (PosternJsonObject) typed = POSTERN_JSON_OBJECT_INIT;

  for (const char *const *fields = self->fields; *fields; fields++) {
    const char *value = NULL;

    if (postern_request_get_form (self->request, *fields, &value, NULL))
      postern_json_object_add_string (&typed, *fields, value);
  }
  postern_flow_organization_form_keep (self, &typed);
  postern_json_object_add (model, "typed", postern_json_object_end (&typed));
}

PosternResponse *
postern_flow_organization_page_enter_to_change (PosternFlowOrganizationPage *self, PosternFlowEngine *engine, PosternRequest *request, const char *section, const char *part,
                                                const char *const *fields)
{
  PosternResponse *answer = postern_flow_organization_page_enter (self, engine, request, section, part);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  self->fields = fields;
  if (answer || is_recent (self))
    return answer;
  add_typed (self, &model);
  postern_json_object_add_string (&model, "error_message", N_("You signed in too long ago for this. Sign in again in a new tab, then save here."));
  postern_json_object_add_boolean (&model, "late", TRUE);
  return postern_flow_kept_put (self->visit, request, self->path, postern_json_object_end (&model));
}

/* The first member that is named; (transfer full) (nullable) */
static char *
dup_culprit (GVariant *problem)
{
  g_autoptr (GVariant) errors = postern_json_get (problem, "errors");
  g_autoptr (GVariant) box = errors && g_variant_n_children (errors) > 0 ? g_variant_get_child_value (errors, 0) : NULL;
  g_autoptr (GVariant) first = box ? g_variant_get_variant (box) : NULL;
  const char *pointer = first ? postern_json_get_string (first, "pointer") : NULL;

  return pointer && *pointer == '/' ? g_strndup (pointer + 1, strcspn (pointer + 1, "/")) : NULL;
}

static const char *
find_words (gint64 status)
{
  switch (status) {
  case 403:
    return NOT_FOR_YOU;
  case 404:
  case 410:
    return N_("It is not there any more.");
  case 412:
    return N_("Somebody else changed this meanwhile, so yours is not saved yet. Look at what they changed, then save again.");
  case 429:
    return N_("This was done very often. Wait a while, then try again.");
  case 502:
  case 503:
  case 504:
    return N_("Something went wrong on our side. Please try again in a moment.");
  default:
    return N_("This cannot be kept as it is.");
  }
}

PosternResponse *
postern_flow_organization_page_lead_to_problem (PosternFlowOrganizationPage *self, const char *conflict)
{
  gint64 status = postern_json_get_int64 (self->problem, "status", 500);
  g_autofree char *culprit = dup_culprit (self->problem);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  if (status == 500)
    return postern_flow_organization_page_show_problem (self);
  add_typed (self, &model);
  postern_json_object_add_string (&model, "error_field", culprit && g_strv_contains (self->fields, culprit) ? culprit : NULL);
  postern_json_object_add_string (&model, "error_message", status == 409 && conflict ? conflict : find_words (status));
  if (status == 400 || status == 409)
    postern_json_object_add_string (&model, "error_detail", postern_json_get_string (self->problem, "detail"));
  postern_json_object_add_boolean (&model, "changed_meanwhile", status == 412);
  if (self->retry_after > 0)
    postern_json_object_add_int64 (&model, "retry_after", self->retry_after);
  return postern_flow_kept_put (self->visit, self->request, self->path, postern_json_object_end (&model));
}

PosternResponse *
postern_flow_organization_page_lead (PosternFlowOrganizationPage *self, const char *part, const char *notice)
{
  g_autofree char *path = dup_page_path (self, self->section, part), *location = g_strconcat (path, "?notice=", notice, NULL);

  return postern_response_new_redirect (location);
}

PosternResponse *
postern_flow_organization_page_answer (PosternFlowOrganizationPage *self, gboolean done, const char *part, const char *notice, const char *conflict)
{
  return done ? postern_flow_organization_page_lead (self, part, notice) : postern_flow_organization_page_lead_to_problem (self, conflict);
}

/* --- what a button asks for -------------------------------------------------------------------------------------------- */

static const PosternFlowOrganizationAction *
find_action (const PosternFlowOrganizationAction *actions, const char *asked)
{
  for (; actions->name; actions++)
    if (g_str_has_suffix (actions->name, ":") ? g_str_has_prefix (asked, actions->name) : g_str_equal (asked, actions->name))
      return actions;
  return NULL;
}

PosternResponse *
postern_flow_organization_page_act (PosternFlowEngine *engine, PosternRequest *request, const char *section, const char *part, const char *const *fields,
                                    const PosternFlowOrganizationAction *actions)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter_to_change (&page, engine, request, section, part, fields);
  const PosternFlowOrganizationAction *action;
  const char *asked = NULL, *value = NULL;
  g_autoptr (GError) error = NULL;

  if (refused)
    return refused;
  if (!postern_request_get_form (request, "action", &asked, &error))
    return postern_response_new_error_page (error, NULL);
  action = asked ? find_action (actions, asked) : NULL;
  if (action == NULL)
    return postern_response_new_redirect (page.path);
  if (action->field == NULL)
    return action->run (&page, g_str_has_suffix (action->name, ":") ? asked + strlen (action->name) : "");
  if (!postern_request_get_form (request, action->field, &value, &error))
    return postern_response_new_error_page (error, NULL);
  return value && *value ? action->run (&page, value) : postern_response_new_redirect (page.path);
}

void
postern_flow_organization_page_clear (PosternFlowOrganizationPage *self)
{
  g_clear_pointer (&self->visit, postern_flow_visit_free);
  g_clear_pointer (&self->organization, postern_organization_unref);
  g_clear_pointer (&self->permission, postern_permission_unref);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->problem, g_variant_unref);
  g_clear_pointer (&self->kept, g_variant_unref);
  g_clear_pointer (&self->tag, g_free);
  g_clear_pointer (&self->condition, g_free);
  g_clear_pointer (&self->form, postern_flow_organization_form_free);
}

/* --- asking the API ---------------------------------------------------------------------------------------------------- */

char *
postern_flow_organization_page_dup_path (const char *step, ...)
{
  g_autoptr (GString) path = g_string_new ("/api/v1");
  va_list steps;

  va_start (steps, step);
  for (; step; step = va_arg (steps, const char *)) {
    g_string_append_c (path, '/');
    g_string_append_uri_escaped (path, step, NULL, FALSE);
  }
  va_end (steps);
  return g_string_free (g_steal_pointer (&path), FALSE);
}

/* (transfer full) */
static PosternRequest *
make_request (PosternFlowOrganizationPage *self, const char *method, const char *path, const char *query, GVariant *body)
{
  PosternRequest *request = postern_request_new (method, path, query);
  char *text = body ? postern_json_print (body) : g_strdup ("");
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

  postern_request_set_body (request, bytes);
  postern_request_add_header (request, "Content-Type", "application/json");
  if (self->condition && !g_str_equal (method, "GET"))
    postern_request_add_header (request, "If-Match", self->condition);
  postern_request_set_id (request, postern_request_get_id (self->request));
  postern_request_set_remote_address (request, postern_request_get_remote_address (self->request));
  postern_request_set_public_url (request, postern_request_get_public_url (self->request));
  postern_request_set_cancellable (request, postern_request_get_cancellable (self->request));
  return request;
}

/* (transfer full) (nullable) */
static GVariant *
read_body (PosternResponse *response)
{
  GBytes *bytes = postern_response_get_body (response);

  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    return NULL;
  return postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), 0, NULL);
}

static void
keep_problem (PosternFlowOrganizationPage *self, PosternResponse *response)
{
  const char *seconds = postern_response_get_header (response, "Retry-After");
  GVariant *problem = read_body (response);

  g_clear_pointer (&self->problem, g_variant_unref);
  self->problem = problem ? problem : g_variant_ref_sink (g_variant_new_parsed ("{'status': <int64 500>}"));
  self->retry_after = seconds ? g_ascii_strtoll (seconds, NULL, 10) : 0;
}

static void
keep_tag (PosternFlowOrganizationPage *self, PosternResponse *response)
{
  const char *tag = postern_response_get_header (response, "ETag");

  if (tag == NULL)
    return;
  g_free (self->tag);
  self->tag = g_strdup (tag);
}

gboolean
postern_flow_organization_page_ask (PosternFlowOrganizationPage *self, const char *method, char *path, const char *query, GVariant *body, GVariant **answer)
{
  g_autofree char *owned = path;
  g_autoptr (PosternRequest) request = make_request (self, method, owned, query, body);
  g_autoptr (PosternResponse) response =
    postern_runtime_ask_management (postern_flow_engine_get_runtime (self->engine), request, self->visit->user->id, self->organization->id);
  gboolean done = postern_response_get_status (response) < 300;

  if (done)
    keep_tag (self, response);
  else
    keep_problem (self, response);
  if (answer)
    *answer = done ? read_body (response) : NULL;
  return done;
}

GVariant *
postern_flow_organization_page_get_item (GVariant *answer, gsize index)
{
  g_autoptr (GVariant) items = postern_json_get (answer, "items");
  g_autoptr (GVariant) box = items && index < g_variant_n_children (items) ? g_variant_get_child_value (items, index) : NULL;

  return box ? g_variant_get_variant (box) : NULL;
}

/* (transfer full) */
static char *
dup_list_query (PosternFlowOrganizationPage *self, const char *more)
{
  const char *after = NULL;
  g_autofree char *escaped = NULL;

  postern_request_get_query (self->request, "after", &after, NULL);
  escaped = after ? g_uri_escape_string (after, NULL, FALSE) : NULL;
  return g_strdup_printf ("limit=%d%s%s%s%s", PAGE, escaped ? "&after=" : "", escaped ? escaped : "", more ? "&" : "", more ? more : "");
}

gboolean
postern_flow_organization_page_ask_list (PosternFlowOrganizationPage *self, char *path, const char *more, GVariant **answer)
{
  g_autofree char *query = dup_list_query (self, more);

  return postern_flow_organization_page_ask (self, "GET", path, query, NULL, answer);
}

/* --- what is shown ----------------------------------------------------------------------------------------------------- */

void
postern_flow_organization_page_add_url (PosternFlowOrganizationPage *self, PosternJsonObject *model, const char *name, const char *section, const char *part)
{
  g_autofree char *path = dup_page_path (self, section ? section : self->section, part);
  g_autofree char *url = g_strconcat (postern_tenant_get_issuer (self->visit->tenant), path, NULL);

  postern_json_object_add_string (model, name, url);
}

void
postern_flow_organization_page_add_person (PosternJsonObject *model, GVariant *member)
{
  const char *id = postern_json_get_string (member, "user_id"), *email = postern_json_get_string (member, "email"), *username = postern_json_get_string (member, "username");

  postern_json_object_add_string (model, "id", id);
  postern_json_object_add_string (model, "name", postern_json_get_string (member, "name"));
  postern_json_object_add_string (model, "identifier", email ? email : username ? username : id);
}

void
postern_flow_organization_page_add_next (PosternFlowOrganizationPage *self, PosternJsonObject *model, GVariant *answer, const char *rest)
{
  const char *next = postern_json_get_string (answer, "next");
  g_autofree char *escaped = next ? g_uri_escape_string (next, NULL, FALSE) : NULL;
  g_autofree char *url = next ? g_strconcat (postern_tenant_get_issuer (self->visit->tenant), self->path, "?after=", escaped, rest, NULL) : NULL;

  postern_json_object_add_string (model, "next_url", url);
}

GVariant *
postern_flow_organization_page_rows_of (PosternFlowOrganizationPage *self, GVariant *answer)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (gsize i = 0;; i++) {
    g_autoptr (GVariant) thing = postern_flow_organization_page_get_item (answer, i);
    g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;

    if (thing == NULL)
      return g_variant_builder_end (&rows);
    postern_json_object_add_string (&row, "id", postern_json_get_string (thing, "id"));
    postern_json_object_add_string (&row, "name", postern_json_get_string (thing, "name"));
    postern_json_object_add_string (&row, "description", postern_json_get_string (thing, "description"));
    postern_flow_organization_page_add_url (self, &row, "url", NULL, postern_json_get_string (thing, "id"));
    g_variant_builder_add (&rows, "v", postern_json_object_end (&row));
  }
}

static GVariant *
section_entries (PosternFlowOrganizationPage *self)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++) {
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

    if (!postern_flow_organization_page_may (self, sections[i].permission))
      continue;
    postern_json_object_add_string (&entry, "id", sections[i].name);
    postern_json_object_add_string (&entry, "title", sections[i].title);
    postern_json_object_add_boolean (&entry, "current", g_str_equal (sections[i].name, self->section));
    postern_flow_organization_page_add_url (self, &entry, "url", sections[i].name, NULL);
    g_variant_builder_add (&entries, "v", postern_json_object_end (&entry));
  }
  return g_variant_builder_end (&entries);
}

/* Why a form was not done. */
static void
add_kept (PosternFlowOrganizationPage *self, PosternJsonObject *model)
{
  static const char *const words[] = { "error_field", "error_message", "error_detail", "error_request" };
  GVariant *kept = self->kept;
  gint64 retry_after = postern_json_get_int64 (kept, "retry_after", 0);
  g_autofree char *again = g_strconcat (postern_tenant_get_issuer (self->visit->tenant), self->path, "?again=1", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    postern_json_object_add_string (model, words[i], postern_json_get_string (kept, words[i]));
  if (retry_after > 0)
    postern_json_object_add_int64 (model, "retry_after", retry_after);
  postern_json_object_add_string (model, "again_url", postern_json_get_boolean (kept, "late", FALSE) ? again : NULL);
}

PosternResponse *
postern_flow_organization_page_show (PosternFlowOrganizationPage *self, const char *name, PosternJsonObject *model, const PosternFlowVisitNotice *notices)
{
  const char *issuer = postern_tenant_get_issuer (self->visit->tenant);
  g_autofree char *action = g_strconcat (issuer, self->path, NULL), *account_url = g_strconcat (issuer, "/account", NULL);

  postern_json_object_add_string (model, "action", action);
  postern_json_object_add_string (model, "account_url", account_url);
  postern_json_object_add_string (model, "organization_name", self->organization->name);
  postern_json_object_add (model, "sections", section_entries (self));
  postern_json_object_add_string (model, "notice", notices ? postern_flow_visit_find_notice (self->request, notices) : NULL);
  postern_organization_brand_add_page (model, self->organization);
  postern_flow_organization_form_add_state (self, model);
  if (self->kept)
    add_kept (self, model);
  return postern_response_new_page (200, name, postern_json_object_end (model));
}

PosternResponse *
postern_flow_organization_page_show_problem (PosternFlowOrganizationPage *self)
{
  switch (postern_json_get_int64 (self->problem, "status", 500)) {
  case 400: /* of a GET: what its query says */
  case 404:
    return postern_flow_console_refuse (POSTERN_ERROR_NOT_FOUND, "there is no such thing in the organization");
  case 403:
    return postern_flow_console_refuse (POSTERN_ERROR_ACCESS_DENIED, NOT_FOR_YOU);
  default:
    return postern_flow_console_refuse (POSTERN_ERROR_FAILED, "The management API did not answer as it should");
  }
}

/** To the first section that there is for who comes. */
PosternResponse *
postern_flow_organization_page_begin (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) self = { .engine = engine, .request = request };
  PosternResponse *answer;

  self.path = dup_page_path (&self, NULL, NULL);
  answer = enter (&self, NULL);
  for (guint i = 0; answer == NULL && i < G_N_ELEMENTS (sections); i++)
    if (postern_flow_organization_page_may (&self, sections[i].permission)) {
      g_autofree char *path = dup_page_path (&self, sections[i].name, NULL);

      answer = postern_response_new_redirect (path);
    }
  return answer ? answer : postern_flow_console_refuse (POSTERN_ERROR_ACCESS_DENIED, NOT_FOR_YOU);
}
