/* The interactive documentation: fixed files, read once, served from memory. */
#ifndef HTTP_UI_H
#define HTTP_UI_H

/* Parent, before the fork and the sandbox: read what there is in `dir` (may be NULL). */
void	ui_load(const char *dir);

#endif
