/*
 * Forms of browsers, and caps for the whole instance.
 * sources: api/engine/form.c api/engine/validate.c api/engine/validate_text.c api/engine/pattern.c api/rule/format.c api/rule/uscc.c
 * sources: api/rule/phone.c api/rule/receipt.c api/base/memory.c api/base/text.c api/http/rate.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/form.h"
#include "http/rate.h"

/* Parses, and tells the object as text or the first fault's detail. */
static void
assert_form(const char *text, const char *expected)
{
	json_t	*errors = json_array(), *object = form_parse(text, strlen(text), errors);
	char	*shown = object == NULL ? NULL : json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);

	assert_string_equal(object == NULL ? json_string_value(json_object_get(json_array_get(errors, 0), "code")) : shown, expected);
	free(shown);
	json_decref(object);
	json_decref(errors);
}

static void
test_forms(void **state)
{
	(void)state;
	assert_form("", "{}");
	assert_form("a=1&b=%E9%9A%90%E6%82%A3+x%2B%26", "{\"a\":\"1\",\"b\":\"隐患 x+&\"}");
	assert_form("a=&b&&c==", "{\"c\":\"=\"}");
	assert_form("a%20b=1", "{\"a b\":\"1\"}");
	assert_form("a=1&a=2", "invalid_form");
	assert_form("a[b]=1&a%5Bc%5D=2&d=3", "{\"a\":{\"b\":\"1\",\"c\":\"2\"},\"d\":\"3\"}");
	assert_form("a[b]=&c=1", "{\"c\":\"1\"}");
	assert_form("a[]=1&[b]=2&a[b=3&a]b=4&a[b][c]=5&a[b]c=6", "{\"[b]\":\"2\",\"a[]\":\"1\",\"a[b\":\"3\",\"a[b][c]\":\"5\",\"a[b]c\":\"6\",\"a]b\":\"4\"}");
	assert_form("a[b]=1&a[b]=2", "invalid_form");
	assert_form("a=1&a[b]=2", "invalid_form");
	assert_form("a[b]=2&a=1", "invalid_form");
	assert_form("a=%zz", "invalid_form");
	assert_form("a=%00", "invalid_form");
	assert_form("a=%ff", "invalid_form");
	assert_form("%ff=a", "invalid_form");
}

static void
test_nul(void **state)
{
	json_t	*errors = json_array();

	(void)state;
	assert_null(form_parse("a=\0b", 4, errors));
	assert_int_equal(json_array_size(errors), 1);
	json_decref(errors);
}

static void
test_rate(void **state)
{
	unsigned	i;
	uint64_t	now = 1000000;

	(void)state;
	assert_true(rate_map());
	rate_set(RATE_REPORTS, 60);
	rate_set(RATE_RECEIPTS, 6);
	for (i = 0; i < 60; i++)
		assert_int_equal(rate_take(RATE_REPORTS, now), 0);
	assert_int_equal(rate_take(RATE_REPORTS, now), 2);
	assert_int_equal(rate_take(RATE_RECEIPTS, now), 0);		/* the other is another */
	assert_int_equal(rate_take(RATE_REPORTS, now + 1000), 0);	/* one a second comes back */
	assert_int_not_equal(rate_take(RATE_REPORTS, now + 1000), 0);
	for (i = 0; i < 60; i++)
		assert_int_equal(rate_take(RATE_REPORTS, now + 120000), 0);	/* never more than a minute's worth */
	assert_int_not_equal(rate_take(RATE_REPORTS, now + 120000), 0);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = { cmocka_unit_test(test_forms), cmocka_unit_test(test_nul), cmocka_unit_test(test_rate) };

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
