/*
 * Templates of pages: what is put in is text, whatever it says.
 * sources: api/http/html.c api/base/arena.c api/base/buf.c api/base/memory.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "http/html.h"

static struct arena	*arena;

static void
assert_text(const char *text, const char *expected)
{
	struct buf	b;

	buf_init(&b, arena);
	html_text(&b, text);
	assert_string_equal(buf_end(&b), expected);
}

static void
test_text(void **state)
{
	(void)state;
	assert_text("", "");
	assert_text("隐患 café", "隐患 café");
	assert_text("<script>\"'&amp;</script>", "&lt;script&gt;&quot;&#39;&amp;amp;&lt;/script&gt;");
	assert_text("a\tb\r\nc", "a\tb\r\nc");
	assert_text("\001a\033[31m\177", "a[31m");
	assert_text("&", "&amp;");
	assert_text("<", "&lt;");
}

static void
test_put(void **state)
{
	static const char *volatile	nothing;
	struct buf			b;

	(void)state;
	buf_init(&b, arena);
	html_put(&b, "<p class=\"%s\">%d%% %s</p>", "\"><b>", 7, "%s<i>");
	html_put(&b, "<br>%s", nothing);
	assert_string_equal(buf_end(&b), "<p class=\"&quot;&gt;&lt;b&gt;\">7% %s&lt;i&gt;</p><br>");
}

int
main(void)
{
	const struct CMUnitTest	tests[] = { cmocka_unit_test(test_text), cmocka_unit_test(test_put) };
	int			failed;

	arena = arena_create();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_destroy(arena);
	return (failed);
}
