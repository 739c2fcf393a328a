/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libpapi, loaded when it is first asked for: the same worker starts where it is not installed. Its low-level
 * interface alone; nothing is ever multiplexed.
 */
#ifndef IFM_COUNTER_PAPI_LIB_H
#define IFM_COUNTER_PAPI_LIB_H

#include <papi.h>
#include <stdbool.h>

#define PAPI_LIB_FUNCTIONS(F)                                                                                \
	F(library_init)                                                                                      \
	F(thread_init)                                                                                       \
	F(register_thread)                                                                                   \
	F(unregister_thread)                                                                                 \
	F(create_eventset)                                                                                   \
	F(cleanup_eventset)                                                                                  \
	F(destroy_eventset)                                                                                  \
	F(add_named_event)                                                                                   \
	F(start)                                                                                             \
	F(stop)                                                                                              \
	F(read)                                                                                              \
	F(strerror)                                                                                          \
	F(num_components)                                                                                    \
	F(get_component_info)

struct papi_lib {
#define MEMBER(name) __typeof__(&PAPI_##name) name;
	PAPI_LIB_FUNCTIONS(MEMBER)
#undef MEMBER
};

/* Loaded and initialised, at the first call; NULL with the reason. Static. Not for several threads at once the
 * first time. */
const struct papi_lib *papi_lib(char *why, int size);

#endif
