/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Everything a plugin may call. One include; the headers below are the reference. */
#include "postern-types.h"
#include "postern-json.h"

#include "postern-authenticator.h"
#include "postern-captcha.h"
#include "postern-claims.h"
#include "postern-database.h"
#include "postern-error.h"
#include "postern-event.h"
#include "postern-flow.h"
#include "postern-http-client.h"
#include "postern-hub.h"
#include "postern-instance.h"
#include "postern-message.h"
#include "postern-messenger.h"
#include "postern-prompt.h"
#include "postern-request.h"
#include "postern-response.h"
#include "postern-route.h"
#include "postern-settings.h"
#include "postern-sink.h"
#include "postern-step.h"
#include "postern-subject.h"
