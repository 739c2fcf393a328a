/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For programs that load providers of products: their threads (oneDNN's, BLIS's) are still there at the end, and the
 * leak sanitizer crashes in the thread-local storage of such libraries. It does not look there, then; what is only
 * pointed to from there would count as leaked, so that this is not for every program.
 */
#ifndef IFM_TESTS_LEAKS_H
#define IFM_TESTS_LEAKS_H

#ifdef __SANITIZE_ADDRESS__
const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
	return "use_tls=0";
}
#endif

#endif
