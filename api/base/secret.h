/* Values that must not stand in an environment, which other processes and crash reports may show. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#define SECRET_MAX	4096	/* octets of a secret's file */

/* Read the environment variable `name`, or the file that `name`_FILE names: one line, its end taken off. Exactly one of
 * the two must be set. Writes *out (the caller's, by free()) and returns NULL; else returns what is wrong, a constant. */
const char	*secret_read(const char *name, char **out) __attribute__((warn_unused_result));

#endif
