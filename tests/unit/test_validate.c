/*
 * The validator over schemas as the generator writes them: a JSON text and the faults it must have.
 * sources: api/engine/validate.c api/engine/validate_text.c api/engine/pattern.c api/rule/format.c api/rule/uscc.c api/rule/phone.c api/rule/receipt.c api/base/memory.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/validate.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define STRING		.type = CONTRACT_STRING, .max_length = SIZE_MAX

static const char			 code_pattern[] = "^[A-Z]{2}-[0-9]+$", broken_pattern[] = "^[$";
static const char *const		 colours[] = { "red", "orange", NULL };
static const struct contract_schema	 uuid = { STRING, .format = CONTRACT_UUID };
static const struct contract_schema	 date = { STRING, .format = CONTRACT_DATE };
static const struct contract_schema	 moment = { STRING, .format = CONTRACT_DATE_TIME };
static const struct contract_schema	 uscc = { STRING, .format = CONTRACT_USCC };
static const struct contract_schema	 region = { STRING, .format = CONTRACT_REGION_CODE };
static const struct contract_schema	 phone = { STRING, .format = CONTRACT_PHONE_CN };
static const struct contract_schema	 colour = { STRING, .values = colours };
static const struct contract_schema	 maybe = { STRING, .values = colours, .nullable = true };
static const struct contract_schema	 code = { STRING, .pattern = code_pattern, .hint = "编号" };
static const struct contract_schema	 broken = { STRING, .pattern = broken_pattern, .hint = "编号" };
static const struct contract_schema	 name = { .type = CONTRACT_STRING, .min_length = 2, .max_length = 4 };
static const struct contract_schema	 beds = {
	.type = CONTRACT_INTEGER, .has_minimum = true, .has_maximum = true, .minimum = 0, .maximum = 100
};
static const struct contract_schema	 whole = { .type = CONTRACT_INTEGER };
static const struct contract_schema	 ratio = { .type = CONTRACT_NUMBER, .has_minimum = true, .minimum = -1.5 };
static const struct contract_schema	 flag = { .type = CONTRACT_BOOLEAN };
static const struct contract_schema	 any = { .type = CONTRACT_ANY };
static const struct contract_schema	 list = { .type = CONTRACT_ARRAY, .min_length = 1, .max_length = 3, .items = &colour };
static const struct contract_property	 inner_properties[] = {
	{ .name = "a/b~c", .schema = &flag }, { .name = "n", .schema = &beds, .required = true },
};
static const struct contract_schema	 inner = {
	.type = CONTRACT_OBJECT, .properties = inner_properties, .nproperties = COUNT(inner_properties)
};
static const struct contract_schema	 inners = { .type = CONTRACT_ARRAY, .max_length = SIZE_MAX, .items = &inner };
static const struct contract_property	 thing_properties[] = {
	{ .name = "any", .schema = &any }, { .name = "colour", .schema = &colour, .required = true },
	{ .name = "inners", .schema = &inners }, { .name = "name", .schema = &name, .required = true },
};
static const struct contract_schema	 thing = {
	.type = CONTRACT_OBJECT, .properties = thing_properties, .nproperties = COUNT(thing_properties)
};
static const struct contract_property	 patch_properties[] = {
	{ .name = "colour", .schema = &maybe }, { .name = "name", .schema = &name },
};
static const struct contract_schema	 patch = {
	.type = CONTRACT_OBJECT, .properties = patch_properties, .nproperties = COUNT(patch_properties), .min_properties = 1
};

struct row {
	const struct contract_schema	*schema;
	const char			*text;
	const char			*faults;	/* "pointer code" joined by "; " in order; "" when good */
};

/* "pointer code; pointer code" of a list of faults, owned by the caller. */
static char *
faults_text(json_t *errors)
{
	char *text = NULL;
	size_t size, i;
	json_t *error;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	json_array_foreach(errors, i, error) {
		assert_true(strlen(json_string_value(json_object_get(error, "detail"))) > 0);
		(void)fprintf(out, "%s%s %s", i == 0 ? "" : "; ", json_string_value(json_object_get(error, "pointer")),
		    json_string_value(json_object_get(error, "code")));
	}
	(void)fclose(out);
	return text;
}

static void
expect(const char *what, json_t *errors, bool good, const char *faults)
{
	char *text = faults_text(errors);

	if (strcmp(text, faults) != 0 || good != (faults[0] == '\0'))
		fail_msg("%s: %s «%s», expected «%s»", what, good ? "good" : "faulty", text, faults);
	free(text);
	json_decref(errors);
}

static void
check_json(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_t *value = json_loads(rows[i].text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL), *errors = json_array();

		assert_non_null(value);
		expect(rows[i].text, errors, validate_value(rows[i].schema, value, "", errors), rows[i].faults);
		json_decref(value);
	}
}

static void
check_text(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_t *errors = json_array();

		expect(rows[i].text, errors, validate_text(rows[i].schema, rows[i].text, "?x", errors), rows[i].faults);
	}
}

static void
test_scalars(void **state)
{
	static const struct row rows[] = {
		{ &name, "\"安全\"", "" }, { &name, "\"安全检查\"", "" },		/* code points, not octets */
		{ &name, "\"安\"", " too_short" }, { &name, "\"安全检查表\"", " too_long" }, { &name, "\"𠀀𠀀𠀀𠀀\"", "" },
		{ &name, "\"  \"", " blank" }, { &name, "\"\\t\u3000\u00a0\\n\"", " blank" }, { &name, "\"\u3000安\"", "" }, { &name, "\"\u3001\u3001\"", "" },
		{ &name, "\"a\\u0000b\"", " bad_character" }, { &name, "12", " wrong_type" }, { &name, "null", " null_not_allowed" },
		{ &name, "[]", " wrong_type" }, { &name, "{}", " wrong_type" }, { &name, "true", " wrong_type" },
		{ &colour, "\"red\"", "" }, { &colour, "\"Red\"", " not_in_enum" }, { &colour, "null", " null_not_allowed" },
		{ &maybe, "null", "" }, { &maybe, "\"blue\"", " not_in_enum" },
		{ &code, "\"AB-12\"", "" }, { &code, "\"AB-\"", " pattern_mismatch" }, { &code, "\"AB-12\\n\"", " pattern_mismatch" },
		{ &broken, "\"x\"", " pattern_mismatch" },
		{ &beds, "0", "" }, { &beds, "100", "" }, { &beds, "-1", " out_of_range" }, { &beds, "101", " out_of_range" },
		{ &beds, "-0", "" }, { &beds, "1e2", " wrong_type" }, { &beds, "1e-99999", " wrong_type" },
		{ &ratio, "-0.0", "" }, { &ratio, "1e-99999", "" }, { &ratio, "-1e300", " out_of_range" },
		{ &beds, "1.0", " wrong_type" }, { &beds, "\"1\"", " wrong_type" }, { &beds, "1e1", " wrong_type" },
		{ &whole, "9223372036854775807", "" }, { &whole, "-9223372036854775808", "" },
		{ &ratio, "-1.5", "" }, { &ratio, "3", "" }, { &ratio, "-1.6", " out_of_range" }, { &ratio, "-2", " out_of_range" },
		{ &flag, "true", "" }, { &flag, "0", " wrong_type" },
		{ &any, "null", "" }, { &any, "{\"x\": [1]}", "" },
	};

	(void)state;
	check_json(rows, COUNT(rows));
}

/* Each format reaches its own rule; the rules' cases are in test_rule.c. */
static void
test_formats(void **state)
{
	static const struct row rows[] = {
		{ &uuid, "\"019a1b2c-3d4e-7f50-8a61-72839405b6c7\"", "" }, { &uuid, "\"2026-11-23\"", " bad_format" },
		{ &date, "\"2026-11-23\"", "" }, { &date, "\"2026-02-30\"", " bad_format" },
		{ &moment, "\"2026-11-23T09:30:00+08:00\"", "" }, { &moment, "\"2026-11-23\"", " bad_format" },
		{ &uscc, "\"91350100M000100Y43\"", "" }, { &uscc, "\"91350100M000100Y44\"", " bad_format" },
		{ &region, "\"500103001\"", "" }, { &region, "\"5001\"", " bad_format" },
		{ &phone, "\"023-63840000\"", "" }, { &phone, "\"63840000\"", " bad_format" },
	};

	(void)state;
	check_json(rows, COUNT(rows));
}

static void
test_arrays(void **state)
{
	static const struct row rows[] = {
		{ &list, "[\"red\"]", "" }, { &list, "[]", " too_few_items" },
		{ &list, "[\"red\",\"red\",\"red\",\"red\"]", " too_many_items" },
		{ &list, "[\"x\",\"red\",3]", "/0 not_in_enum; /2 wrong_type" }, { &list, "{}", " wrong_type" },
	};

	(void)state;
	check_json(rows, COUNT(rows));
}

static void
test_objects(void **state)
{
	static const struct row rows[] = {
		{ &thing, "{\"name\":\"安全\",\"colour\":\"red\"}", "" },
		{ &thing, "{}", "/colour required; /name required" },
		{ &thing, "{\"name\":null,\"colour\":\"red\"}", "/name null_not_allowed" },
		{ &thing, "{\"name\":\"安全\",\"colour\":\"red\",\"any\":{\"x\":null}}", "" },
		{ &thing, "{\"nane\":\"安全\",\"colour\":\"blue\"}", "/nane unknown_member; /colour not_in_enum; /name required" },
		{ &thing, "{\"name\":\"安全\",\"colour\":\"red\",\"inners\":[{\"n\":1},{\"n\":-1,\"a/b~c\":0,\"~/\":1},{}]}",
		  "/inners/1/n out_of_range; /inners/1/a~1b~0c wrong_type; /inners/1/~0~1 unknown_member; /inners/2/n required" },
		{ &thing, "{\"\":1,\"name\":\"安全\",\"colour\":\"red\"}", "/ unknown_member" },
		{ &thing, "[]", " wrong_type" }, { &thing, "null", " null_not_allowed" },
		{ &patch, "{}", " too_few_members" }, { &patch, "{\"colour\":null}", "" }, { &patch, "{\"name\":null}", "/name null_not_allowed" },
	};

	(void)state;
	check_json(rows, COUNT(rows));
}

static void
test_texts(void **state)
{
	static const struct row rows[] = {
		{ &beds, "7", "" }, { &beds, "007", "" }, { &beds, "101", "?x out_of_range" }, { &beds, "", "?x wrong_type" },
		{ &beds, " 7", "?x wrong_type" }, { &beds, "+7", "?x wrong_type" }, { &beds, "0x7", "?x wrong_type" },
		{ &beds, "7.0", "?x wrong_type" }, { &beds, "-", "?x wrong_type" },
		{ &beds, "9223372036854775808", "?x out_of_range" }, { &whole, "-9223372036854775808", "" },
		{ &ratio, "3", "" }, { &ratio, "-1.25", "" }, { &ratio, "-1.6", "?x out_of_range" }, { &ratio, "1.", "?x wrong_type" },
		{ &ratio, ".5", "?x wrong_type" }, { &ratio, "1e5", "?x wrong_type" }, { &ratio, "nan", "?x wrong_type" },
		{ &flag, "true", "" }, { &flag, "false", "" }, { &flag, "1", "?x wrong_type" }, { &flag, "", "?x wrong_type" },
		{ &name, "安全", "" }, { &name, "安", "?x too_short" }, { &name, "\xff\xfe", "?x bad_character" },
		{ &date, "2026-02-29", "?x bad_format" }, { &colour, "red", "" },
		{ &list, "red", "" }, { &list, "red,orange", "" }, { &list, "red,blue", "?x/1 not_in_enum" },
		{ &list, "", "?x/0 not_in_enum" }, { &list, "red,,red", "?x/1 not_in_enum" },
		{ &list, "red,red,red,red", "?x too_many_items" }, { &list, "red,\xff", "?x bad_character" },
	};

	(void)state;
	check_text(rows, COUNT(rows));
}

/* People read what is asked for, not a regular expression. */
static void
test_a_pattern_is_told_in_words(void **state)
{
	json_t *errors = json_array();

	(void)state;
	assert_false(validate_text(&code, "x", "?x", errors));
	assert_string_equal(json_string_value(json_object_get(json_array_get(errors, 0), "detail")), "应为编号");
	json_decref(errors);
}

/* A flood of faults ends at the bound, and is still a fault when the list came full. */
static void
test_bound(void **state)
{
	json_t *value = json_array(), *errors = json_array();

	(void)state;
	for (int i = 0; i < 1000; i++)
		json_array_append_new(value, json_object());
	assert_false(validate_value(&inners, value, "", errors));
	assert_int_equal(json_array_size(errors), VALIDATE_ERRORS);
	assert_false(validate_value(&inner, json_array_get(value, 0), "", errors));
	assert_int_equal(json_array_size(errors), VALIDATE_ERRORS);
	json_decref(value);
	json_decref(errors);
}

/* Pointers hold the client's keys: a long one is cut between characters, so that it stays UTF-8. */
static void
test_long_keys(void **state)
{
	(void)state;
	for (size_t lead = 0; lead < 3; lead++) {
		json_t *value = json_object(), *errors = json_array();
		char key[3002] = "aa";

		for (size_t i = 0; i < 999; i++)
			memcpy(key + lead + 3 * i, "检", 4);
		json_object_set_new(value, key, json_true());
		assert_false(validate_value(&inner, value, "", errors));
		/* Jansson takes UTF-8 only: a character cut in two would have lost the entry. */
		assert_int_equal(json_array_size(errors), 2);
		assert_true(json_string_length(json_object_get(json_array_get(errors, 0), "pointer")) < 300);
		json_decref(value);
		json_decref(errors);
	}
}

static void
test_patterns_compile_ahead(void **state)
{
	const char *const good[] = { code_pattern, NULL }, *const bad[] = { code_pattern, broken_pattern, NULL };
	const char *which = NULL;

	(void)state;
	assert_true(validate_start(good, &which));
	assert_null(which);
	assert_false(validate_start(bad, &which));
	assert_ptr_equal(which, broken_pattern);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_arrays),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_a_pattern_is_told_in_words),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_long_keys),
		cmocka_unit_test(test_patterns_compile_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
