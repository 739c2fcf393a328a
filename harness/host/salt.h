/* SPDX-License-Identifier: Apache-2.0 */
/* The user's salt for names: for harness/host/names.c only. */
#ifndef IFM_HOST_SALT_H
#define IFM_HOST_SALT_H

#include <stddef.h>

#include "engines/base/err.h"

enum { SALT_DIGITS = 64 };

/*
 * From $XDG_CONFIG_HOME/inferometer/salt, else ~/.config/inferometer/salt, made when it is not there. ERR_IO
 * when it cannot be, or when others could have read it.
 */
MUST_CHECK int salt_read(char salt[SALT_DIGITS + 1], struct diag *d);

#endif
