/* Names of files as clients gave them: text to be shown, never a path of ours. */
#ifndef HTTP_FILENAME_H
#define HTTP_FILENAME_H

#include "base/arena.h"

#define FILENAME_MAX_CHARACTERS	200

/* The name itself, without the folders before it (a client may send its own path). NULL: *why (zh) tells what is wrong. */
const char	*filename_clean(struct arena *, const char *sent, const char **why);

/* What follows its last dot in lower case, when that looks like an extension (1 to 8 ASCII letters and digits, a letter among
 * them); else "". In the arena. */
const char	*filename_extension(struct arena *, const char *name);

/* The value of Content-Disposition by RFC 6266, `how` attachment or inline: the name in ASCII for old clients, and whole by RFC 8187. In the arena. */
const char	*filename_disposition(struct arena *, const char *how, const char *name);

#endif
