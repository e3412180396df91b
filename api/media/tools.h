/* Which tools do a piece of work, and how they are called. */
#ifndef MEDIA_TOOLS_H
#define MEDIA_TOOLS_H

#include <stdbool.h>

#define TOOLS_ARGS	44
#define TOOLS_MADE	2	/* files a piece of work makes, at the most */

/* Untagged colours are sRGB, and so is what is made. To be left out for grey pictures, which have no colours to be told. */
#define TOOLS_FROM	"--import-profile=srgb"
#define TOOLS_TO	"--export-profile=srgb"

struct tools {
	const char	*kind;			/* 'thumbnail', 'strip', 'document' */
	const char	*type;			/* media type */
	bool		 picture;		/* its size in pixels is looked at first */
	const char	*in;			/* names of the files in the folder; NULL: the queue has more than one */
	const char	*out[TOOLS_MADE];	/* the second may be NULL */
	const char	*steps[2][TOOLS_ARGS];	/* called one after another; the second may be empty */
};

/* NULL: there is nothing to be done with this type. */
const struct tools	*tools_find(const char *kind, const char *type);

#endif
