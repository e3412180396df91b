/* What a file is, told from its content: by libmagic, and by a look inside where that is not enough. */
#ifndef STORE_KIND_H
#define STORE_KIND_H

#include <stdbool.h>
#include <stddef.h>

#define KIND_TYPE	96	/* octets of a media type, with its NUL */

/* Read the table of signatures; in the parent, so that its memory is shared by the workers. False: *why is a constant. */
bool	kind_start(const char **why) __attribute__((warn_unused_result));

/* The media type of an open file, "application/octet-stream" when it is nothing known; blocks. Types are told apart as the
 * product names them: audio/mp4 is an MP4 without pictures, a document of Word or Excel is one by its parts, text/plain is
 * UTF-8 without control characters. False: it could not be read. Safe in several threads. */
bool	kind_tell(int fd, char type[KIND_TYPE]) __attribute__((warn_unused_result));

/* Is that what a client calls this type? Types have several names. */
bool	kind_same(const char *type, const char *claimed, size_t length);

/* Parts of kind_tell(), for tests. Each reads as little as it needs; all bounds are checked. */
const char	*kind_of_zip(int fd);			/* docx, xlsx or application/zip */
const char	*kind_of_boxes(int fd);			/* video/mp4, audio/mp4; NULL: neither */
bool		 kind_is_text(int fd);			/* all of it */

#endif
