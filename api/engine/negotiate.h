/* Request headers that decide on the form of things: Accept, Content-Type, If-Match, If-None-Match. */
#ifndef ENGINE_NEGOTIATE_H
#define ENGINE_NEGOTIATE_H

#include <stdbool.h>
#include <stdint.h>

enum negotiate_form { NEGOTIATE_NONE, NEGOTIATE_JSON, NEGOTIATE_CSV };

/* The form a client wants most (NULL: no header). CSV is only offered for lists. */
enum negotiate_form negotiate_accept(const char *accept, bool list);

/* How much a client (NULL: no header) wants a type of a family ("image/png", and the same with a star): 1 most, 0 not at all. */
double negotiate_quality(const char *accept, const char *type, const char *family);

/* Is this Content-Type (NULL: none) the wanted media type, in UTF-8 where it names a charset? */
bool negotiate_type(const char *content_type, const char *wanted);

/* The version in If-Match: "version" or "version.yyyymmdd". A weak, foreign or broken tag, or a list of
 * several, gives -1, which no version equals. *any is set for "*". */
int64_t negotiate_version(const char *if_match, bool *any);

/* Does If-None-Match hold this tag (weak comparison), or "*"? */
bool negotiate_unchanged(const char *if_none_match, const char *etag);

#endif
