/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own pages of Markdown as plain text: paragraphs and items filled to a width, code as it is, a row of a table as its
 * first cell with the others below. Only what docs/ uses.
 */
#ifndef IFM_CMD_PAGE_H
#define IFM_CMD_PAGE_H

struct strbuf;

/* Appends the page; width: columns. */
void page_plain(struct strbuf *out, const char *markdown, int width);

#endif
