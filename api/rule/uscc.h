/*
 * Unified social credit codes (统一社会信用代码, GB 32100-2015).
 */
#ifndef RULE_USCC_H
#define RULE_USCC_H

/* 18 characters: digits and upper-case letters without I O Z S V, the third to eighth digits (the
 * registering region), the last a check character. Borrows text; returns NULL when it is good, else a
 * static sentence (zh). */
const char *uscc_check(const char *text);

#endif
