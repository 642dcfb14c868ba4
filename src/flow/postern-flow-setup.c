/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-console.h"
#include "postern-flow-context.h"
#include "postern-flow-prompt.h"
#include "postern-flow-routes.h"
#include "postern-flow-visit.h"
#include "postern-setup.h"
#include "postern-user-name.h"

typedef struct {
  const char *hash;
  PosternTicket *ticket;
} Look;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *it = user_data;

  g_clear_pointer (&it->ticket, postern_ticket_unref);
  it->ticket = postern_ticket_store_get (txn, it->hash, error);
  return it->ticket != NULL;
}

/* Only a look: the factor redeems the ticket in the transaction that makes the administrator. */
static gboolean
is_open (PosternTenant *tenant, const char *hash)
{
  Look it = { hash, NULL };
  g_autoptr (PosternTicket) ticket = NULL;
  gboolean found = postern_store_read (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, look, &it, NULL);

  ticket = it.ticket;
  return found && g_str_equal (ticket->kind, POSTERN_SETUP_KIND) && ticket->used_at == 0 && postern_flow_context_now () < ticket->expires_at;
}

/** The set-up link: whoever holds it makes the first administrator, once. */
PosternResponse *
postern_flow_setup_begin (PosternRequest *request, gpointer engine)
{
  PosternTenant *tenant = postern_runtime_get_tenant (postern_flow_engine_get_runtime (engine));
  const char *ticket = postern_request_get_capture (request, "ticket");
  g_autofree char *hash = ticket ? postern_secret_hash (ticket) : NULL;
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin (tenant, "/account/welcome", POSTERN_FLOW_TASK_SETUP);

  if (hash == NULL || !is_open (tenant, hash))
    return postern_flow_prompt_stale (flow, NULL);
  postern_flow_set_string (&flow->ticket_hash, hash);
  return postern_flow_engine_run (engine, flow, request, NULL);
}

PosternResponse *
postern_flow_setup_welcome (PosternRequest *request, gpointer engine)
{
  PosternResponse *answer = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, "/account/welcome", &answer);
  const char *issuer = visit ? postern_tenant_get_issuer (visit->tenant) : NULL;
  PosternRuntime *runtime = postern_flow_engine_get_runtime (engine);
  gboolean demo = postern_registry_get_instance (postern_runtime_get_registry (runtime), "demo-application") != NULL;
  g_autofree char *demo_url = issuer && demo ? g_strconcat (issuer, "/demo", NULL) : g_strdup ("");
  gboolean outbox = visit && postern_flow_outbox_find_folder (runtime, visit->tenant) != NULL;
  g_autofree char *outbox_url = outbox ? g_strconcat (issuer, "/dev/outbox", NULL) : g_strdup ("");
  g_autofree char *account_url = issuer ? g_strconcat (issuer, "/account", NULL) : NULL;

  gboolean console = visit && postern_flow_console_is_open (runtime, visit->tenant, visit->user->id);
  g_autofree char *console_url = console ? g_strconcat (issuer, "/console", NULL) : g_strdup ("");

  if (visit == NULL)
    return answer;
  return postern_response_new_page (200, "welcome", g_variant_new_parsed ("{'identifier': <%s>, 'demo_url': <%s>, 'account_url': <%s>, 'console_url': <%s>, 'outbox_url': <%s>, 'issuer': <%s>}",
                                                                          postern_user_name_get_identifier (visit->user), demo_url, account_url, console_url, outbox_url, issuer));
}
