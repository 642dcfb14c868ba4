/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-pages.h"

#include "postern-flow-ask.h"
#include "postern-flow-browser.h"
#include "postern-flow-context.h"
#include "postern-flow-link.h"
#include "postern-flow-park.h"
#include "postern-flow-prompt.h"
#include "postern-flow-routes.h"
#include "postern-request-private.h"
#include "postern-stages.h"

static PosternFlow *
load (PosternRequest *request, PosternRuntime *runtime, PosternResponse **lost)
{
  return postern_flow_park_load (runtime, request, postern_request_get_capture (request, "flow"), lost);
}

/** A GET only shows what the flow stands on: reloading, going back or a second window change nothing. */
PosternResponse *
postern_flow_pages_show (PosternRequest *request, gpointer engine)
{
  PosternRuntime *runtime = postern_flow_engine_get_runtime (engine);
  PosternResponse *response = NULL;
  g_autoptr (PosternFlow) flow = load (request, runtime, &response);
  PosternFlowContext context;

  if (flow == NULL)
    return response;
  postern_flow_context_init (&context, runtime, flow, request, NULL);
  if (flow->application_id)
    context.client = postern_tenant_dup_client (context.tenant, flow->application_id, NULL);
  response = postern_flow_prompt_render (&context);
  postern_flow_context_clear (&context);
  return response;
}

static PosternResponse *
redirect_to_page (PosternFlow *flow)
{
  g_autofree char *location = g_strdup_printf ("/sign-in/%s", flow->id);

  return postern_response_new_redirect (location);
}

gboolean
postern_flow_pages_rewind (PosternRuntime *runtime, PosternRequest *request, PosternFlow *flow, PosternPairs *input, const char *at)
{
  PosternFlowContext context;

  if (!postern_stage_choose_takes (postern_pairs_get (input, "action")) && !g_str_equal (at, "identifier") && !g_str_equal (at, "choose-account"))
    return FALSE;
  postern_flow_context_init (&context, runtime, flow, request, NULL);
  postern_flow_context_forget_who (&context);
  postern_flow_set_string (&flow->stage, "choose");
  postern_flow_context_clear (&context);
  return TRUE;
}

/*
 * Which page did the form come from? The action's `at` says. A form of an earlier page (the back button, a double click)
 * begins again from there if it is the choice of a person, and else only shows where the flow stands now: nothing is
 * answered twice, and no answer is taken for another page's.
 */
static gboolean
settle_page (PosternRuntime *runtime, PosternRequest *request, PosternFlow *flow, PosternPairs *input, GError **error)
{
  const char *shown = postern_flow_prompt_get_template (flow);
  const char *at = NULL;

  if (!postern_request_get_query (request, "at", &at, error))
    return FALSE;
  at = at ? at : shown;
  return postern_flow_pages_rewind (runtime, request, flow, input, at) || g_str_equal (at, shown);
}

PosternResponse *
postern_flow_pages_submit (PosternRequest *request, gpointer engine)
{
  PosternRuntime *runtime = postern_flow_engine_get_runtime (engine);
  PosternResponse *lost = NULL;
  g_autoptr (PosternFlow) flow = load (request, runtime, &lost);
  g_autoptr (GError) error = NULL;
  PosternPairs *input = flow ? postern_request_get_parameters (request, &error) : NULL;

  if (flow == NULL)
    return lost;
  if (input && settle_page (runtime, request, flow, input, &error))
    return postern_flow_engine_run (engine, flow, request, input);
  return error ? postern_response_new_error_page (error, flow->back_url) : redirect_to_page (flow);
}

/* --- what providers send back ------------------------------------------------------------------------------------- */

/*
 * A provider that answers by a POST (form_post, SAML) sends it across sites, and there browsers keep Lax cookies to
 * themselves. So the form is sent once more, from our own origin, where the flow's cookie comes along.
 */
static PosternResponse *
post_again (PosternRequest *request, PosternPairs *input)
{
  g_autofree char *url = g_strconcat (postern_request_get_public_url (request), postern_request_get_path (request), NULL);
  GVariantBuilder fields = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < input->n_items; i++)
    g_variant_builder_add (&fields, "v", g_variant_new_parsed ("{'name': <%s>, 'value': <%s>}", input->items[i].name, input->items[i].value));
  g_variant_builder_add (&fields, "v", g_variant_new_parsed ("{'name': <'postern_again'>, 'value': <'1'>}"));
  return postern_response_new_page (200, "form-post", g_variant_new_parsed ("{'url': <%s>, 'fields': <%@av>}", url, g_variant_builder_end (&fields)));
}

static const char *
find_state (PosternPairs *input)
{
  const char *state = postern_pairs_get (input, "state");

  return state ? state : postern_pairs_get (input, "RelayState");
}

static PosternResponse *
wake_by_callback (PosternRequest *request, PosternFlowEngine *engine, PosternPairs *input, const char *state)
{
  PosternRuntime *runtime = postern_flow_engine_get_runtime (engine);
  PosternResponse *lost = NULL;
  g_autofree char *id = postern_flow_ask_find_flow (state);
  g_autoptr (PosternFlow) flow = postern_flow_park_load (runtime, request, id, &lost);
  gboolean wanted;

  if (flow == NULL)
    return lost;
  wanted = (g_strcmp0 (flow->stage, "authenticate") == 0 || postern_flow_link_is_away (flow)) && g_strcmp0 (flow->authenticator_id, postern_request_get_capture (request, "instance")) == 0;
  if (!wanted || !postern_flow_park_use_callback (runtime, flow, state))
    return redirect_to_page (flow);
  return postern_flow_engine_call_back (engine, flow, request, input);
}

static void
copy_cookie (const char *name, const char *value, gint64 max_age, gpointer page)
{
  postern_response_set_cookie (page, name, value, max_age);
}

static gboolean
is_own (PosternRequest *request, const char *location)
{
  const char *own = postern_request_get_public_url (request);

  return *location == '/' || (g_str_has_prefix (location, own) && strchr ("/?", location[strlen (own)]));
}

/*
 * Chromium holds the `form-action` of the page that posted against every redirect that answers it. That of post_again() allows
 * us alone, and of the provider's own page we know nothing: a redirect that leaves us becomes a page that does. Takes @response.
 */
static PosternResponse *
leave_by_page (PosternRequest *request, PosternResponse *response)
{
  const char *location = postern_response_get_header (response, "Location");
  g_autofree char *refresh = location ? g_strconcat ("0;url=", location, NULL) : NULL;
  PosternResponse *page;

  if (location == NULL || is_own (request, location))
    return response;
  page = postern_response_new_page (200, "form-post", g_variant_new_parsed ("{'link': <%s>}", location));
  postern_response_set_header (page, "Refresh", refresh);
  postern_response_foreach_cookie (response, copy_cookie, page);
  g_object_unref (response);
  return page;
}

PosternResponse *
postern_flow_pages_call_back (PosternRequest *request, gpointer engine)
{
  PosternResponse *response;
  g_autoptr (GError) error = NULL;
  PosternPairs *input = postern_request_get_parameters (request, &error);
  const char *state = input ? find_state (input) : NULL;
  gboolean posted = g_str_equal (postern_request_get_method (request), "POST");

  if (input == NULL)
    return postern_response_new_error_page (error, NULL);
  if (posted && postern_request_get_cookie (request, "flow") == NULL && !postern_pairs_get (input, "postern_again"))
    return post_again (request, input);
  if (state == NULL)
    return postern_flow_prompt_stale (NULL, NULL);
  response = wake_by_callback (request, engine, input, state);
  return posted ? leave_by_page (request, response) : response;
}
