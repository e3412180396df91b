/* Looks inside of files whose first octets do not tell enough: ZIP, MP4, text. */
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/kind.h"

#define ZIP_TAIL	(65536 + 22)	/* octets at the end among which a ZIP's last record must stand */
#define ZIP_RECORD	22
#define ZIP_ENTRY	46
#define ZIP_ENTRIES	10000
#define ZIP_NAME	256
#define BOXES		4096		/* of an MP4, looked at */
#define CHUNK		65536

static uint32_t
little(const unsigned char *p, unsigned n)
{
	uint32_t	value = 0;

	while (n-- > 0)
		value = value << 8 | p[n];
	return (value);
}

static uint64_t
big(const unsigned char *p, unsigned n)
{
	uint64_t	value = 0;

	for (; n > 0; n--)
		value = value << 8 | *p++;
	return (value);
}

static bool
read_at(int fd, void *to, size_t n, uint64_t at)
{
	return (at < INT64_MAX && pread(fd, to, n, (off_t)at) == (ssize_t)n);
}

static uint64_t
size_of(int fd)
{
	struct stat	st;

	return (fstat(fd, &st) == -1 || st.st_size < 0 ? 0 : (uint64_t)st.st_size);
}

/* ---- ZIP: what its central directory names ---- */

/* Where the directory begins and how many entries it has, from the record at the very end. */
static bool
zip_directory(int fd, uint64_t *at, uint32_t *entries)
{
	unsigned char	tail[1024], record[ZIP_RECORD];
	uint64_t	size = size_of(fd), from, back;
	ssize_t		i;

	/* from the end backwards; a comment may follow the record */
	for (back = ZIP_RECORD; back <= size && back <= ZIP_TAIL; back += sizeof(tail) - ZIP_RECORD) {
		from = size > back + sizeof(tail) - ZIP_RECORD ? size - back - (sizeof(tail) - ZIP_RECORD) : 0;
		i = pread(fd, tail, sizeof(tail), (off_t)from);
		for (i -= ZIP_RECORD; i >= 0; i--) {
			if (memcmp(tail + i, "PK\005\006", 4) != 0)
				continue;
			memcpy(record, tail + i, sizeof(record));
			*entries = little(record + 10, 2);
			*at = little(record + 16, 4);
			return (*at < size);
		}
	}
	return (false);
}

const char *
kind_of_zip(int fd)
{
	unsigned char	entry[ZIP_ENTRY];
	char		name[ZIP_NAME + 1];
	uint64_t	at;
	uint32_t	entries, i, length;
	bool		types = false, word = false, sheet = false, macros = false;

	if (!zip_directory(fd, &at, &entries))
		return ("application/zip");
	for (i = 0; i < entries && i < ZIP_ENTRIES; i++) {
		if (!read_at(fd, entry, sizeof(entry), at) || memcmp(entry, "PK\001\002", 4) != 0)
			return ("application/zip");
		length = little(entry + 28, 2);
		name[0] = '\0';
		if (length <= ZIP_NAME && read_at(fd, name, length, at + ZIP_ENTRY))
			name[length] = '\0';
		types = types || strcmp(name, "[Content_Types].xml") == 0;
		word = word || strcmp(name, "word/document.xml") == 0;
		sheet = sheet || strcmp(name, "xl/workbook.xml") == 0;
		macros = macros || strstr(name, "vbaProject") != NULL;
		at += ZIP_ENTRY + length + little(entry + 30, 2) + little(entry + 32, 2);
	}
	if (!types || macros || word == sheet)
		return ("application/zip");
	return (word ? "application/vnd.openxmlformats-officedocument.wordprocessingml.document" :
	    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
}

/* ---- MP4: which tracks it has ---- */

struct boxes {
	int		fd;
	unsigned	seen;
	bool		video, sound;
};

/* Look at the boxes in [from, to); only the way to the handler of a track is followed. */
static void
boxes_in(struct boxes *b, uint64_t from, uint64_t to, unsigned depth)
{
	static const char *const	way[] = { "moov", "trak", "mdia" };
	unsigned char			head[20];
	uint64_t			size, header;

	while (to - from >= 8 && b->seen++ < BOXES && read_at(b->fd, head, 8, from)) {
		header = 8;
		size = big(head, 4);
		if (size == 1 && read_at(b->fd, head + 8, 8, from + 8)) {
			header = 16;
			size = big(head + 8, 8);
		} else if (size == 0) {
			size = to - from;
		}
		if (size < header || size > to - from)
			return;
		if (depth < 3 && memcmp(head + 4, way[depth], 4) == 0) {
			boxes_in(b, from + header, from + size, depth + 1);
		} else if (depth == 3 && memcmp(head + 4, "hdlr", 4) == 0 && size >= header + 12 &&
		    read_at(b->fd, head, 12, from + header)) {
			b->video = b->video || memcmp(head + 8, "vide", 4) == 0;
			b->sound = b->sound || memcmp(head + 8, "soun", 4) == 0;
		}
		from += size;
	}
}

const char *
kind_of_boxes(int fd)
{
	struct boxes	b = { .fd = fd };

	boxes_in(&b, 0, size_of(fd), 0);
	return (b.video ? "video/mp4" : b.sound ? "audio/mp4" : NULL);
}

/* ---- text ---- */

bool
kind_is_text(int fd)
{
	char		chunk[CHUNK];
	uint64_t	at = 0;
	ssize_t		n;
	size_t		whole, i;

	for (;;) {
		if ((n = pread(fd, chunk, sizeof(chunk), (off_t)at)) <= 0)
			return (n == 0 && at > 0);
		/* a character that the end of the chunk cuts is left to the next */
		whole = (size_t)n;
		for (i = 0; i < 4 && whole > 0 && n == (ssize_t)sizeof(chunk) && ((unsigned char)chunk[whole - 1] & 0xc0) == 0x80; i++)
			whole--;
		if (n == (ssize_t)sizeof(chunk) && whole > 0 && ((unsigned char)chunk[whole - 1] & 0x80) != 0)
			whole--;
		if (whole == 0 || !text_utf8(chunk, whole))
			return (false);
		for (i = 0; i < whole; i++)
			if ((unsigned char)chunk[i] < 0x20 && strchr("\t\n\r\f", chunk[i]) == NULL)
				return (false);
		at += whole;
	}
}
