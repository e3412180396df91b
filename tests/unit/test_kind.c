/*
 * What a file is: MP4 by its tracks, documents by their parts, text by all of it; nothing is read beyond a file's end.
 * sources: api/store/kind.c api/store/kind_inside.c api/base/text.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/kind.h"

#define DOCX	"application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#define XLSX	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

static int
file_of(const void *octets, size_t n)
{
	int	fd = memfd_create("kind", MFD_CLOEXEC);

	assert_int_equal(write(fd, octets, n), n);
	return (fd);
}

static void
assert_kind(const void *octets, size_t n, const char *expected)
{
	char	type[KIND_TYPE];
	int	fd = file_of(octets, n);

	assert_true(kind_tell(fd, type));
	assert_string_equal(type, expected);
	close(fd);
}

/* ---- MP4 ---- */

static unsigned char	film[4096];
static size_t		nfilm;

static void
put(const void *octets, size_t n)
{
	memcpy(film + nfilm, octets, n);
	nfilm += n;
}

static void
put_number(uint64_t value, unsigned n)
{
	while (n-- > 0)
		film[nfilm++] = (unsigned char)(value >> (8 * n));
}

/* ftyp, moov/trak/mdia/hdlr, the last with a 64-bit size. */
static void
make_film(const char *handler)
{
	nfilm = 0;
	put("\0\0\0\024ftypisom\0\0\0\0mp42", 20);
	put_number(8 + 8 + 8 + 16 + 24, 4);
	put("moov", 4);
	put_number(8 + 8 + 16 + 24, 4);
	put("trak", 4);
	put_number(8 + 16 + 24, 4);
	put("mdia", 4);
	put_number(1, 4);
	put("hdlr", 4);
	put_number(16 + 24, 8);
	put("\0\0\0\0\0\0\0\0", 8);
	put(handler, 4);
	put("\0\0\0\0\0\0\0\0\0\0\0\0", 12);
}

static void
a_film_without_pictures_is_sound(void **state)
{
	size_t	i;
	int	fd;

	(void)state;
	make_film("soun");
	assert_kind(film, nfilm, "audio/mp4");
	make_film("vide");
	assert_kind(film, nfilm, "video/mp4");
	for (i = 0; i < nfilm; i++) {		/* cut anywhere, and with any length in any box */
		fd = file_of(film, i);
		(void)kind_of_boxes(fd);
		close(fd);
	}
	make_film("hint");
	fd = file_of(film, nfilm);
	assert_null(kind_of_boxes(fd));
	close(fd);
	memset(film, 0xff, 8);
	fd = file_of(film, nfilm);
	assert_null(kind_of_boxes(fd));
	close(fd);
	make_film("vide");
	memcpy(film + 20, "\0\0\0\0", 4);	/* to the end of the file */
	assert_kind(film, nfilm, "video/mp4");
	memcpy(film + 20, "\0\0\0\7", 4);	/* less than its own head */
	fd = file_of(film, nfilm);
	assert_null(kind_of_boxes(fd));
	close(fd);
	memset(film, 0, sizeof(film));		/* as many boxes as fit in little: still soon over */
	for (i = 3; i < sizeof(film); i += 8)
		film[i] = 8;
	fd = file_of(film, sizeof(film));
	assert_null(kind_of_boxes(fd));
	close(fd);
}

/* ---- ZIP ---- */

static size_t
make_zip(unsigned char *out, const char *const *names, size_t comment)
{
	unsigned char	entry[46] = "PK\001\002", record[22] = "PK\005\006";
	size_t		n = 0, i, directory;

	memcpy(out, "PK\003\004", 4);
	n = 30;
	directory = n;
	for (i = 0; names[i] != NULL; i++) {
		entry[28] = (unsigned char)strlen(names[i]);
		memcpy(out + n, entry, sizeof(entry));
		memcpy(out + n + sizeof(entry), names[i], strlen(names[i]));
		n += sizeof(entry) + strlen(names[i]);
	}
	record[10] = (unsigned char)i;
	record[16] = (unsigned char)directory;
	record[20] = (unsigned char)comment;
	record[21] = (unsigned char)(comment >> 8);
	memcpy(out + n, record, sizeof(record));
	memset(out + n + sizeof(record), ' ', comment);
	return (n + sizeof(record) + comment);
}

static void
documents_are_told_by_their_parts(void **state)
{
	static const struct {
		const char	*names[5];
		const char	*type;
	} cases[] = {
		{ { "[Content_Types].xml", "word/document.xml", NULL }, DOCX }, { { "xl/workbook.xml", "[Content_Types].xml", NULL }, XLSX },
		{ { "word/document.xml", NULL }, "application/zip" }, { { "[Content_Types].xml", NULL }, "application/zip" },
		{ { "[Content_Types].xml", "word/document.xml", "xl/workbook.xml", NULL }, "application/zip" },
		{ { "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin", NULL }, "application/zip" },
		{ { NULL }, "application/zip" }
	};
	static unsigned char	zip[80000];
	size_t			i, n, cut;
	int			fd;

	(void)state;
	memset(zip, 0, sizeof(zip));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		n = make_zip(zip, cases[i].names, 0);
		assert_kind(zip, n, cases[i].type);
	}
	for (i = 0; i <= 65535; i += 4095) {
		n = make_zip(zip, cases[0].names, i);
		fd = file_of(zip, n);
		assert_string_equal(kind_of_zip(fd), DOCX);
		close(fd);
	}
	n = make_zip(zip, cases[0].names, 0);
	for (cut = 0; cut < n; cut++) {
		fd = file_of(zip, cut);
		assert_string_equal(kind_of_zip(fd), "application/zip");
		close(fd);
	}
	memset(zip + n - 6, 0xff, 4);		/* a directory far beyond the end */
	fd = file_of(zip, n);
	assert_string_equal(kind_of_zip(fd), "application/zip");
	close(fd);
}

static void
text_is_text_to_its_end(void **state)
{
	static char	text[200000];
	size_t		i, shift;

	(void)state;
	for (shift = 0; shift < 4; shift++) {		/* characters over every seam between two reads */
		memset(text, 'x', shift);
		for (i = shift; i + 3 <= sizeof(text); i += 3)
			memcpy(text + i, "\xe4\xb8\xad", 3);
		assert_kind(text, i, "text/plain");
		text[i - 1] = 'x';
		assert_kind(text, i, "application/octet-stream");
		assert_kind(text, i - 1, "application/octet-stream");
		memcpy(text + i - 3, "\xe4\xb8\xad", 3);
		text[100000] = '\0';
		assert_kind(text, i, "application/octet-stream");
	}
	assert_kind("\x1b[31mred", 8, "application/octet-stream");
	assert_kind("", 0, "application/octet-stream");
}

static void
types_have_other_names(void **state)
{
	(void)state;
	assert_true(kind_same("image/jpeg", "IMAGE/JPG", 9));
	assert_true(kind_same("audio/mp4", "audio/x-m4a", 11));
	assert_true(kind_same("text/plain", "text/plain", 10));
	assert_false(kind_same("image/jpeg", "image/png", 9));
	assert_false(kind_same("image/jpeg", "image/jp", 8));
	assert_false(kind_same("video/mp4", "audio/mp4", 9));
}

static int
setup(void **state)
{
	const char	*why;

	(void)state;
	return (!kind_start(&why));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(a_film_without_pictures_is_sound), cmocka_unit_test(documents_are_told_by_their_parts),
		cmocka_unit_test(text_is_text_to_its_end), cmocka_unit_test(types_have_other_names)
	};

	return (cmocka_run_group_tests(tests, setup, NULL));
}
