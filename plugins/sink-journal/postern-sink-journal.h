/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/** PosternSinkJournal: the audit log in the systemd journal. */
#define POSTERN_TYPE_SINK_JOURNAL (postern_sink_journal_get_type ())
G_DECLARE_FINAL_TYPE (PosternSinkJournal, postern_sink_journal, POSTERN, SINK_JOURNAL, PosternSink)

G_END_DECLS
