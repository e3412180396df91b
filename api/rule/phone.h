/*
 * Telephone numbers of mainland China.
 */
#ifndef RULE_PHONE_H
#define RULE_PHONE_H

/* A mobile number (+86 may stand before it), a fixed line with its area code, a 400/800 number, or a
 * short service number (95xxx … 95xxxxxx, 12xxx). Hyphens stand between the groups or nowhere; all but
 * a mobile number may have an extension of 1 to 6 digits behind a hyphen. Borrows text; returns
 * NULL when it is good, else a static sentence (zh). */
const char *phone_check(const char *text);

#endif
