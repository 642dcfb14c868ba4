/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/**
 * postern_config_address_parse: "127.0.0.1:8080", "[::1]:8080" or "localhost:8080" (which is 127.0.0.1) into @address.
 * Returns: its length; 0 when @text is none of these, or the port is not 1..65535. Never asks a name server.
 */
socklen_t postern_config_address_parse (const char *text, struct sockaddr_storage *address);
/** postern_config_address_is_network: an address, or ADDRESS/BITS. */
gboolean postern_config_address_is_network (const char *text);

G_END_DECLS
