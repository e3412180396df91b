/*
 * Forms with a file, fed whole and octet by octet; names of files.
 * sources: api/http/multipart.c api/http/filename.c api/base/text.c api/base/arena.c api/base/memory.c api/base/buf.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/filename.h"
#include "http/multipart.h"

#define TYPE	"multipart/form-data; boundary=AaB03x"
#define PART	"--AaB03x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
#define FIELD	"--AaB03x\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n"
#define END	"\r\n--AaB03x--\r\n"

static struct multipart	form;
static char		got[65536], fields[4096];
static size_t		ngot;

static bool
octets(void *owner, const char *bytes, size_t n)
{
	assert_ptr_equal(owner, &form);
	assert_true(n > 0);
	memcpy(got + ngot, bytes, n);
	ngot += n;
	return (ngot < sizeof(got) / 2);
}

static bool
field(void *owner, const char *name, const char *value)
{
	(void)owner;
	(void)sprintf(fields + strlen(fields), "%s=%s;", name, value);
	return (strcmp(name, "stop") != 0);
}

/* Feed a body in pieces of `step` octets; true when it was taken whole. */
static bool
feed(const char *type, const char *body, size_t length, size_t step)
{
	size_t	i, n;

	ngot = 0;
	fields[0] = '\0';
	if (!multipart_start(&form, type))
		return (false);
	form.octets = octets;
	form.field = field;
	form.owner = &form;
	for (i = 0; i < length; i += n) {
		char	*piece;
		bool	 good;

		n = length - i < step ? length - i : step;
		piece = malloc(n);		/* of its own, so that reading past it is seen */
		memcpy(piece, body + i, n);
		good = multipart_feed(&form, piece, n);
		free(piece);
		if (!good)
			return (false);
	}
	return (multipart_whole(&form));
}

static void
a_file_comes_through(void **state)
{
	static const char	body[] = "--AaB03x\r\ncontent-disposition: form-data; name=protected\r\n\r\ntrue\r\n" PART
	    "ab\r\n--AaB03\r\r\n-\r\n\0\r" "\r\n--AaB03x\r\nContent-Disposition: form-data; name=\"x\"\r\nContent-Type: text/plain\r\n\r\n" END;
	static const char	file[] = "ab\r\n--AaB03\r\r\n-\r\n\0\r";
	size_t			step;

	(void)state;
	for (step = 1; step <= sizeof(body); step++) {
		assert_true(feed(TYPE, body, sizeof(body) - 1, step));
		assert_int_equal(ngot, sizeof(file) - 1);
		assert_memory_equal(got, file, ngot);
		assert_string_equal(fields, "protected=true;x=;");
		assert_string_equal(form.filename, "a.jpg");
		assert_string_equal(form.type, "image/jpeg");
		assert_true(form.has_file);
	}
}

static void
names_are_taken_out_of_their_quotes(void **state)
{
	static const struct {
		const char	*sent, *name;
	} cases[] = {
		{ "filename=\"\xe4\xb8\xad\xe6\x96\x87.jpg\"", "\xe4\xb8\xad\xe6\x96\x87.jpg" },
		{ "filename=\"a\\\"b\\\\c.jpg\"", "a\"b\\c.jpg" }, { "filename=\"C:\\dir\\x.jpg\"", "C:\\dir\\x.jpg" },
		{ "filename=\"a%22b%0D%0a%41.jpg\"", "a\"b\r\n%41.jpg" }, { "filename=plain.jpg", "plain.jpg" },
		{ "filename=\"a;b.jpg\"", "a;b.jpg" }, { "filename=\"\"", "" },
		{ "filename=\"x\"; filename*=UTF-8''%E4%B8%AD%2Ejpg", "\xe4\xb8\xad.jpg" },
		{ "filename*=utf-8''%41.jpg; filename=\"x\"", "A.jpg" }, { "filename*=UTF-8''b.jpg", "b.jpg" }
	};
	char	body[512];
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(body, sizeof(body), "--AaB03x\r\nContent-Disposition: form-data; name=\"file\"; %s\r\n\r\nx" END, cases[i].sent);
		assert_true(feed(TYPE, body, strlen(body), 7));
		assert_string_equal(form.filename, cases[i].name);
		assert_string_equal(form.type, "");
	}
}

static void
what_is_not_right_is_refused(void **state)
{
	static const char *const	types[] = { "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a",
	    "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=a<b",
	    "multipart/form-data; boundary=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghx" };
	static const char *const	bodies[] = {
		"", "x" PART "x" END, "\r\n" PART "x" END, "--AaB03", "--AaB03x", "--AaB03xx", PART, PART "x", PART "x\r\n--AaB03x",
		PART "x\r\n--AaB03x-", PART "x\r\n--AaB03x\r", PART "x\r\n--AaB03x--x", PART "x" END "x", PART "x" END "\r\n",
		PART "x\r\n--AaB03x \r\n" "x" END, "--AaB03x\r\n\r\nx" END, "--AaB03x\r\nContent-Type: a/b\r\n\r\nx" END,
		"--AaB03x\r\nContent-Disposition: attachment; name=\"file\"\r\n\r\nx" END,
		"--AaB03x\r\nContent-Disposition: form-data\r\n\r\nx" END, "--AaB03x\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nx" END,
		"--AaB03x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\r\n\r\nx" END,
		"--AaB03x\r\nContent-Disposition: form-data; name=\"other\"; filename=\"x\"\r\n\r\nx" END,
		"--AaB03x\r\nContent-Disposition: form-data; name=\"file\"; filename*=latin1''x\r\n\r\nx" END,
		"--AaB03x\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''%4\r\n\r\nx" END,
		"--AaB03x\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''%00\r\n\r\nx" END,
		"--AaB03x\r\nno colon\r\n\r\nx" END, "--AaB03x\r\n: x\r\n\r\nx" END,
		"--AaB03x\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\nx" END,
		"--AaB03x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\nContent-Transfer-Encoding: base64\r\n\r\nx" END,
		PART "x\r\n" PART "y" END, "--AaB03x\r\nContent-Disposition: form-data; name=\"stop\"\r\n\r\nx" END
	};
	static char	large[20000];
	char	*end;
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		assert_false(multipart_start(&form, types[i]));
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		if (feed(TYPE, bodies[i], strlen(bodies[i]), 1))
			fail_msg("taken: %s", bodies[i]);
		assert_false(feed(TYPE, bodies[i], strlen(bodies[i]), 1000));
	}
	(void)sprintf(large, "--AaB03x\r\nX: %05000d\r\n", 0);
	assert_false(feed(TYPE, large, strlen(large), 1000));
	(void)sprintf(large, "--AaB03x\r\nContent-Disposition: form-data; name=a\r\n\r\n%05000d" END, 0);
	assert_false(feed(TYPE, large, strlen(large), 1000));
	assert_non_null(form.fault);
	for (i = 0, end = large; i < MULTIPART_FIELDS + 1; i++)
		end = stpcpy(end, FIELD);
	memcpy(end, "--AaB03x--", sizeof("--AaB03x--"));
	assert_false(feed(TYPE, large, strlen(large), 1000));
	assert_true(feed(TYPE, large + strlen(FIELD), strlen(large) - strlen(FIELD), 1000));
}

static void
a_client_may_bring_any_name(void **state)
{
	static const struct {
		const char	*sent, *kept, *extension;
	} cases[] = {
		{ "a.JPG", "a.JPG", "jpg" }, { "../../etc/passwd", "passwd", "" }, { "C:\\fakepath\\x.Png", "x.Png", "png" },
		{ "\xe4\xb8\xad\xe6\x96\x87 .tar.gz", "\xe4\xb8\xad\xe6\x96\x87 .tar.gz", "gz" }, { ".profile", ".profile", "profile" },
		{ "a.2024", "a.2024", "" }, { "a.", "a.", "" }, { "a.\xe5\x9b\xbe", "a.\xe5\x9b\xbe", "" }, { "a.mp4", "a.mp4", "mp4" },
		{ "a.muchtoolong", "a.muchtoolong", "" }, { "a\"b;c'.jpg", "a\"b;c'.jpg", "jpg" },
		{ "", NULL, NULL }, { "/", NULL, NULL }, { "..", NULL, NULL }, { "x/.. ", NULL, NULL }, { "a\r\nX: y.jpg", NULL, NULL },
		{ "a\tb", NULL, NULL }, { "a\x7f", NULL, NULL }, { "\xff.jpg", NULL, NULL }, { "\xe2\x80\xaegpj\xe2\x80\xac.exe", NULL, NULL },
		{ "\xc2\x85", NULL, NULL }, { "\xef\xbb\xbf" "a.jpg", NULL, NULL }
	};
	struct arena	*arena = arena_create();
	char		 name[3 * 201 + 1] = "";
	const char	*why, *kept;
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		kept = filename_clean(arena, cases[i].sent, &why);
		if (cases[i].kept == NULL) {
			assert_null(kept);
			assert_non_null(why);
			continue;
		}
		assert_string_equal(kept, cases[i].kept);
		assert_string_equal(filename_extension(arena, kept), cases[i].extension);
	}
	for (i = 0; i < 200; i++)
		memcpy(name + 3 * i, "\xe4\xb8\xad", 3);
	assert_non_null(filename_clean(arena, name, &why));
	name[3 * i] = 'x';
	assert_null(filename_clean(arena, name, &why));
	arena_destroy(arena);
}

static void
a_name_is_safe_in_a_header(void **state)
{
	struct arena	*arena = arena_create();

	(void)state;
	assert_string_equal(filename_disposition(arena, "attachment", "a-b_1.jpg"), "attachment; filename=\"a-b_1.jpg\"; filename*=UTF-8''a-b_1.jpg");
	assert_string_equal(filename_disposition(arena, "inline", "\xe4\xb8\xad \"%.jpg"),
	    "inline; filename=\"_ __.jpg\"; filename*=UTF-8''%E4%B8%AD%20%22%25.jpg");
	assert_string_equal(filename_disposition(arena, "attachment", "a\r\nb'"), "attachment; filename=\"a__b'\"; filename*=UTF-8''a%0D%0Ab%27");
	arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(a_file_comes_through), cmocka_unit_test(names_are_taken_out_of_their_quotes),
		cmocka_unit_test(what_is_not_right_is_refused), cmocka_unit_test(a_client_may_bring_any_name),
		cmocka_unit_test(a_name_is_safe_in_a_header)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
