/* SPDX-License-Identifier: Apache-2.0 */
/* A page in the browser of whoever sits before this machine. No shell is asked, and no page is sent anywhere. */
#ifndef IFM_CMD_OPEN_H
#define IFM_CMD_OPEN_H

/*
 * Opens the file with one of the programs of $BROWSER, else with xdg-open, and does not wait for it. Says on standard
 * error what opened it or why nothing did: no such program, no display, or a login over ssh, where a browser would
 * show it to nobody. That is no error: the page is there.
 */
void page_open(const char *path);

#endif
