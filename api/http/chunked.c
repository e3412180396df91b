#include <stdbool.h>

#include "http/chunked.h"

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (c - '0');
	if (c >= 'a' && c <= 'f')
		return (c - 'a' + 10);
	if (c >= 'A' && c <= 'F')
		return (c - 'A' + 10);
	return (-1);
}

static bool
is_text(char c)
{
	return (c == '\t' || ((unsigned char)c >= 0x20 && c != 0x7f));
}

/* One octet of the line "size [;extension] CR LF". */
static bool
size_octet(struct chunked *d, char c)
{
	int	value = digit_value(c);

	if (++d->line > CHUNKED_LINE)
		return (false);
	if (d->state == CHUNKED_SIZE && value >= 0) {
		if (++d->digits > 15)		/* no sum of these can overflow */
			return (false);
		d->left = d->left << 4 | (uint64_t)value;
		return (true);
	}
	if (d->digits == 0)
		return (false);
	if (d->state == CHUNKED_EXTENSION && is_text(c))
		return (++d->extra <= CHUNKED_EXTRA);
	if (c == '\r' && d->state != CHUNKED_BLANK)	/* blanks may only lead to an extension */
		d->state = CHUNKED_SIZE_LF;
	else if (c == ';')
		d->state = CHUNKED_EXTENSION;
	else if (c == ' ' || c == '\t')
		d->state = CHUNKED_BLANK;
	else
		return (false);
	return (true);
}

/* One octet of the lines after the last chunk. */
static bool
trailer_octet(struct chunked *d, char c)
{
	if (d->state == CHUNKED_TRAILER && c == '\r') {
		d->state = CHUNKED_LAST_LF;
		return (true);
	}
	if (c == '\r') {
		d->state = CHUNKED_TRAILER_LF;
		return (true);
	}
	d->state = CHUNKED_TRAILER_LINE;
	return (is_text(c) && ++d->extra <= CHUNKED_EXTRA);
}

/* Every octet that is not data. */
static bool
frame_octet(struct chunked *d, char c)
{
	switch (d->state) {
	case CHUNKED_SIZE:
	case CHUNKED_BLANK:
	case CHUNKED_EXTENSION:
		return (size_octet(d, c));
	case CHUNKED_SIZE_LF:
		d->state = d->left > 0 ? CHUNKED_OCTETS : CHUNKED_TRAILER;
		if (d->left == 0)
			d->extra = 0;
		return (c == '\n');
	case CHUNKED_CR:
		d->state = CHUNKED_LF;
		return (c == '\r');
	case CHUNKED_LF:
		d->state = CHUNKED_SIZE;
		d->digits = d->line = 0;
		return (c == '\n');
	case CHUNKED_TRAILER:
	case CHUNKED_TRAILER_LINE:
		return (trailer_octet(d, c));
	case CHUNKED_TRAILER_LF:
		d->state = CHUNKED_TRAILER;
		return (c == '\n');
	case CHUNKED_LAST_LF:
		d->state = CHUNKED_END;
		return (c == '\n');
	default:
		return (false);
	}
}

enum chunked_result
chunked_feed(struct chunked *d, const char *in, size_t n, size_t *used, const char **data, size_t *length)
{
	size_t	i = 0;

	*data = NULL;
	*length = 0;
	while (i < n && d->state != CHUNKED_END) {
		if (d->state == CHUNKED_OCTETS) {
			*data = in + i;
			*length = n - i < d->left ? n - i : (size_t)d->left;
			d->left -= *length;
			if (d->left == 0)
				d->state = CHUNKED_CR;
			*used = i + *length;
			return (CHUNKED_DATA);
		}
		if (!frame_octet(d, in[i++])) {
			*used = i;
			return (CHUNKED_FAULT);
		}
	}
	*used = i;
	return (d->state == CHUNKED_END ? CHUNKED_DONE : CHUNKED_MORE);
}
