/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/** PosternFlowSecond: what a second factor is: one row of the table in postern-flow-second-rows.c. */
typedef struct {
  const char *name;   /* one of POSTERN_SECOND_FACTORS; also flow->factor_wanted while the factor is asked for it */
  const char *plugin; /* id of the factor */
  const char *kind;   /* (nullable): of its credentials; NULL: it goes to a proved address */
  const char *task;   /* (nullable): which sets one up (postern-flow-tasks.c) */
  const char *title;  /* a phrase */
} PosternFlowSecond;

/** The table, the first to be asked first; the last row's name is NULL. */
extern const PosternFlowSecond postern_flow_second_rows[];

/** postern_flow_second_rows_find_task: which one @task sets up; (nullable). */
const PosternFlowSecond *postern_flow_second_rows_find_task (const char *task);
/** postern_flow_second_rows_name: what is noted among the factors met when @instance answered with @amr. (transfer none) */
const char *postern_flow_second_rows_name (PosternInstance *instance, const char *amr);

G_END_DECLS
