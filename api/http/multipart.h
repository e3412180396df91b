/*
 * multipart/form-data (RFC 7578) as it comes, octet by octet, strictly: one file in the field `file`, small fields beside it.
 * Knows neither sockets nor Kore.
 */
#ifndef HTTP_MULTIPART_H
#define HTTP_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#define MULTIPART_BOUNDARY	70	/* octets, by RFC 2046 */
#define MULTIPART_HEADERS	4096	/* octets of the header fields of one part */
#define MULTIPART_FIELDS	16
#define MULTIPART_VALUE		2048	/* octets of one field's value */
#define MULTIPART_NAME		64	/* octets of a field's name */
#define MULTIPART_FILENAME	1024	/* octets of a file name as it was sent */
#define MULTIPART_TYPE		128

enum multipart_state {
	MULTIPART_PREAMBLE, MULTIPART_AFTER, MULTIPART_HEADER, MULTIPART_CONTENT, MULTIPART_END
};

struct multipart {
	/* set by multipart_start() */
	char	boundary[MULTIPART_BOUNDARY + 5];	/* CR LF -- and the boundary itself */
	size_t	length;					/* of it */
	/* Borrowed octets of the file; false stops with a fault of the owner's own. */
	bool	(*octets)(void *owner, const char *octets, size_t length);
	/* A field beside it, both NUL-ended. */
	bool	(*field)(void *owner, const char *name, const char *value);
	void	*owner;

	/* the file, once its header fields have come */
	bool	has_file;
	char	filename[MULTIPART_FILENAME];		/* as it was sent, taken out of its quotes */
	char	type[MULTIPART_TYPE];			/* "": none was given */
	const char	*fault;				/* zh; NULL: the owner's own */

	/* where it is */
	enum multipart_state	state;
	bool	in_file;
	size_t	matched;				/* octets of the boundary seen */
	size_t	after;					/* octets after a boundary */
	char	mark;					/* the first of them */
	unsigned	fields;
	char	name[MULTIPART_NAME];
	char	text[MULTIPART_HEADERS];		/* header fields, then a field's value */
	size_t	ntext;
};

/* Begin with the Content-Type of the request; false when it names no good boundary. */
bool	multipart_start(struct multipart *, const char *content_type) __attribute__((warn_unused_result));

/* Read on. False: a fault. */
bool	multipart_feed(struct multipart *, const char *in, size_t n) __attribute__((warn_unused_result));

/* True when the last boundary has come. */
bool	multipart_whole(const struct multipart *);

#endif
