/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-factor-password.h"

#include "postern-cores-private.h"
#include "postern-error.h"
#include "postern-flow-ask.h"
#include "postern-password-policy.h"
#include "postern-seal.h"

#define LITTLE_MEMORY 7168 /* KiB: the least that is advised at all, with five passes; less is said in the log */
#define MOST_MEMORY (1024 * 1024)

struct _PosternFactorPassword {
  PosternFactor parent_instance;
  PosternPasswordCost cost;
  PosternPasswordPool *pool;
  PosternPasswordBreached *breached;
};

G_DEFINE_FINAL_TYPE (PosternFactorPassword, postern_factor_password, POSTERN_TYPE_FACTOR)

const PosternPasswordCost *
postern_factor_password_get_cost (PosternFactorPassword *self)
{
  return &self->cost;
}

PosternPasswordPool *
postern_factor_password_get_pool (PosternFactorPassword *self)
{
  return self->pool;
}

PosternPasswordBreached *
postern_factor_password_get_breached (PosternFactorPassword *self)
{
  return self->breached;
}

typedef struct {
  const char *name;
  gint64 fallback, least, most;
} Bound;

enum { MEMORY, ITERATIONS, PARALLELISM, MEMORY_LIMIT, QUEUE, N_BOUNDS };

static const Bound bounds[N_BOUNDS] = {
  [MEMORY] = { "memory", 19456, 8, MOST_MEMORY },
  [ITERATIONS] = { "iterations", 2, 1, 64 },
  [PARALLELISM] = { "parallelism", 1, 1, 16 },
  [MEMORY_LIMIT] = { "memory-limit", 262144, 8, G_MAXUINT32 },
  [QUEUE] = { "queue", 48, 0, 4096 },
};

static gboolean
read_numbers (PosternSettings *settings, gint64 *numbers, GError **error)
{
  for (guint i = 0; i < N_BOUNDS; i++) {
    const Bound *bound = &bounds[i];

    numbers[i] = postern_settings_get_string (settings, bound->name) ? postern_settings_get_int64 (settings, bound->name) : bound->fallback;
    if (numbers[i] < bound->least || numbers[i] > bound->most) {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
                   "%s: %" G_GINT64_FORMAT " is out of range; write a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                   bound->name, numbers[i], bound->least, bound->most);
      return FALSE;
    }
  }
  if (numbers[MEMORY] <= numbers[MEMORY_LIMIT])
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "memory-limit: not even one hash has room; make it larger than memory");
  return FALSE;
}

static gboolean
postern_factor_password_configure (PosternInstance *instance, GError **error)
{
  PosternFactorPassword *self = POSTERN_FACTOR_PASSWORD (instance);
  PosternSettings *settings = postern_instance_get_settings (instance);
  gint64 numbers[N_BOUNDS];

  if (!read_numbers (settings, numbers, error))
    return FALSE;
  if (numbers[MEMORY] < LITTLE_MEMORY)
    g_warning ("Instance \"%s\": memory=%" G_GINT64_FORMAT " makes stolen hashes cheap to guess; write at least %d unless this is a test",
               postern_instance_get_id (instance), numbers[MEMORY], LITTLE_MEMORY);
  self->cost = (PosternPasswordCost){ (guint32) numbers[MEMORY], (guint32) numbers[ITERATIONS], (guint32) numbers[PARALLELISM] };
  self->pool = postern_password_pool_new ((guint64) numbers[MEMORY_LIMIT], postern_count_cores (), (guint) numbers[QUEUE], self->cost.memory);
  self->breached = postern_password_breached_new (postern_settings_get_string (settings, "breached-list"), error);
  return self->breached != NULL;
}

static gboolean
postern_factor_password_handle_step (PosternAuthenticator *authenticator, PosternStep *step)
{
  PosternFactorPassword *self = POSTERN_FACTOR_PASSWORD (authenticator);
  PosternFlowContext *context = postern_flow_ask_get_context (step);

  if (context == NULL)
    return FALSE;
  if (postern_step_get_user_id (step) && g_strcmp0 (context->flow->factor_wanted, POSTERN_FLOW_TASK_CHANGE_PASSWORD) == 0)
    postern_password_change_answer (self, step);
  else if (postern_step_get_user_id (step))
    postern_password_sign_in_confirm (self, step);
  else if (postern_step_get_state (step, POSTERN_FLOW_STATE_RECOVER))
    postern_password_recover_answer (self, step);
  else if (context->flow->sign_up)
    postern_password_sign_up_answer (self, step);
  else
    postern_password_sign_in_answer (self, step);
  return TRUE;
}

/* An administrator is bound by the length and the lists too; the tenant's own policy holds where people choose themselves. */
static char *
postern_factor_password_make_value (PosternFactor *factor, const char *secret, const char *identifier, GCancellable *cancellable, GError **error)
{
  PosternFactorPassword *self = POSTERN_FACTOR_PASSWORD (factor);
  g_autoptr (PosternPolicy) policy = postern_policy_new (NULL, error);
  const char *texts[] = { identifier ? identifier : "", NULL };
  g_auto (GStrv) words = postern_password_policy_dup_words (texts);
  char *password = postern_password_policy_normalize (secret);
  const char *problem;
  char *made = NULL;

  if (policy == NULL || password == NULL) {
    postern_secret_free (password);
    if (policy)
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The password is not UTF-8");
    return NULL;
  }
  problem = postern_password_policy_check (policy, self->breached, password, TRUE, (const char *const *) words);
  if (problem)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, problem);
  else
    made = postern_password_hash_make (self->pool, &self->cost, password, cancellable, error);
  postern_secret_free (password);
  return made;
}

static void
postern_factor_password_finalize (GObject *object)
{
  PosternFactorPassword *self = POSTERN_FACTOR_PASSWORD (object);

  g_clear_pointer (&self->pool, postern_password_pool_free);
  g_clear_pointer (&self->breached, postern_password_breached_free);
  G_OBJECT_CLASS (postern_factor_password_parent_class)->finalize (object);
}

static gboolean
postern_factor_password_knows_value (PosternFactor *factor, const char *value)
{
  return postern_password_hash_is_known (value);
}

static void
postern_factor_password_class_init (PosternFactorPasswordClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_factor_password_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_factor_password_configure;
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = postern_factor_password_handle_step;
  POSTERN_FACTOR_CLASS (klass)->make_value = postern_factor_password_make_value;
  POSTERN_FACTOR_CLASS (klass)->knows_value = postern_factor_password_knows_value;
}

static void
postern_factor_password_init (PosternFactorPassword *self)
{
}
