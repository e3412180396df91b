/*
 * The pure checks: each row is a text and whether it is good.
 * sources: api/rule/format.c api/rule/uscc.c api/rule/phone.c api/rule/receipt.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "rule/format.h"
#include "rule/phone.h"
#include "rule/uscc.h"

struct row {
	const char	*text;
	bool		 good;
};

static void
check_rows(const char *(*check)(const char *), const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *wrong = check(rows[i].text);

		if ((wrong == NULL) != rows[i].good)
			fail_msg("%s: %s", rows[i].text, wrong == NULL ? "taken" : wrong);
	}
}

#define CHECK(check, rows)	check_rows(check, rows, sizeof(rows) / sizeof((rows)[0]))

static void
test_uuid(void **state)
{
	static const struct row rows[] = {
		{ "019a1b2c-3d4e-7f50-8a61-72839405b6c7", true },
		{ "019A1B2C-3D4E-7F50-8A61-72839405B6C7", true },
		{ "00000000-0000-0000-0000-000000000000", true },
		{ "", false },
		{ "019a1b2c-3d4e-7f50-8a61-72839405b6c", false },
		{ "019a1b2c-3d4e-7f50-8a61-72839405b6c77", false },
		{ "019a1b2c3d4e7f508a6172839405b6c7", false },
		{ "019a1b2c-3d4e-7f50-8a61_72839405b6c7", false },
		{ "g19a1b2c-3d4e-7f50-8a61-72839405b6c7", false },
		{ "{19a1b2c-3d4e-7f50-8a61-72839405b6c}", false },
	};

	(void)state;
	CHECK(format_check_uuid, rows);
}

static void
test_date(void **state)
{
	static const struct row rows[] = {
		{ "2026-11-23", true }, { "2024-02-29", true }, { "2000-02-29", true }, { "0001-01-01", true },
		{ "9999-12-31", true }, { "2026-02-29", false }, { "1900-02-29", false }, { "2026-04-31", false },
		{ "2026-13-01", false }, { "2026-00-10", false }, { "2026-01-00", false }, { "0000-01-01", false },
		{ "2026-1-1", false }, { "20261123", false }, { "2026/11/23", false }, { "2026-11-23 ", false },
		{ "2026-11-23T00:00:00Z", false }, { "-026-11-23", false }, { "", false }, { "２０２６-11-23", false },
	};

	(void)state;
	CHECK(format_check_date, rows);
}

static void
test_date_time(void **state)
{
	static const struct row rows[] = {
		{ "2026-11-23T09:30:00+08:00", true }, { "2026-11-23T09:30:00Z", true }, { "2026-11-23t09:30:00z", true },
		{ "2026-11-23T09:30:00.123456789+08:00", true }, { "2026-11-23T23:59:59-05:30", true },
		{ "2026-11-23T09:30:00+14:00", true }, { "2026-11-23T09:30:00-00:00", true },
		{ "2026-11-23T09:30:00", false }, { "2026-11-23T09:30+08:00", false }, { "2026-11-23 09:30:00+08:00", false },
		{ "2026-11-23T24:00:00+08:00", false }, { "2026-11-23T09:60:00+08:00", false },
		{ "2026-11-23T09:30:61+08:00", false }, { "2026-11-23T09:30:00.+08:00", false },
		{ "2026-11-23T09:30:00.1234567890+08:00", false }, { "2026-11-23T09:30:00+0800", false },
		{ "2026-11-23T09:30:00+14:01", false }, { "2026-11-23T09:30:00+08:60", false },
		{ "2026-02-30T09:30:00+08:00", false }, { "2026-11-23T09:30:00+08:00x", false }, { "2026-11-23", false }, { "", false },
	};

	(void)state;
	CHECK(format_check_date_time, rows);
}

/* Two refusals that people meet have a sentence of their own. */
static void
test_date_time_says_why(void **state)
{
	(void)state;
	assert_non_null(strstr(format_check_date_time("2026-12-31T23:59:60Z"), "闰秒"));
	assert_non_null(strstr(format_check_date_time("2026-11-23T09:30:00"), "时区偏移"));
	assert_non_null(strstr(format_check_date_time("2026-11-23T09:30:00.5"), "时区偏移"));
}

static void
test_region_code(void **state)
{
	static const struct row rows[] = {
		{ "500103", true }, { "500103001", true }, { "500103001002", true }, { "50010", false }, { "5001030", false },
		{ "5001030010", false }, { "5001030010021", false }, { "50010a", false }, { "000103", false },
		{ "900103", false }, { "", false },
	};

	(void)state;
	CHECK(format_check_region_code, rows);
}

static void
test_uscc(void **state)
{
	/* The first is the standard's own example, the next seven are published ones of companies and state bodies, three
	 * are invented and computed; then the first with one fault each. */
	static const struct row rows[] = {
		{ "91350100M000100Y43", true }, { "91110000802100433B", true }, { "91440300708461136T", true },
		{ "91330100799655058B", true }, { "91110108551385082Q", true }, { "914403001922038216", true },
		{ "12100000400006004L", true }, { "11100000000013338W", true },
		{ "52500103MJD000000T", true }, { "1250010345038210X6", true }, { "11500103009278120J", true },
		{ "91350100M000100Y44", false },	/* check character */
		{ "91350100M000010Y43", false },	/* two neighbours changed places */
		{ "91350100m000100y43", false }, { "91350100I000100Y43", false }, { "91350100O000100Y43", false },
		{ "91350100Z000100Y43", false }, { "91350100S000100Y43", false }, { "91350100V000100Y43", false },
		{ "9135010AM000100Y43", false },	/* the region is digits */
		{ "91350100M000100Y4", false }, { "91350100M000100Y433", false }, { "91350100M000100Y4 ", false },
		{ "", false }, { "统一社会信用代码", false },
	};

	(void)state;
	CHECK(uscc_check, rows);
}

/* Every single wrong character is found: 31 is prime and no weight is a multiple of it. */
static void
test_uscc_single_faults(void **state)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	char code[19];

	(void)state;
	for (size_t at = 0; at < 18; at++) {
		for (const char *c = alphabet; *c != '\0'; c++) {
			memcpy(code, "91350100M000100Y43", sizeof(code));
			if (code[at] == *c)
				continue;
			code[at] = *c;
			if (uscc_check(code) == NULL)
				fail_msg("%s was taken", code);
		}
	}
}

static void
test_phone(void **state)
{
	static const struct row rows[] = {
		{ "13800138000", true }, { "19912345678", true }, { "+8613800138000", true }, { "+86-13800138000", true },
		{ "12800138000", false }, { "1380013800", false }, { "138001380000", false }, { "13800138000-1", false },
		{ "023-63840000", true }, { "02363840000", true }, { "010-66012345-8001", true }, { "0826-5123456", true },
		{ "0755-88888888", true }, { "023-6384000", false }, { "0123-6384000", false }, { "63840000", false },
		{ "023-63840000-", false }, { "023-63840000-1234567", false }, { "023-63840000-12a", false },
		{ "400-820-8820", true }, { "4008208820", true }, { "800-820-8820", true }, { "500-820-8820", false },
		{ "95588", true }, { "95588-3", true }, { "95123456", true }, { "955", false }, { "951234567", false },
		{ "12345", true }, { "12350", true }, { "1234", false }, { "123456", false },
		{ "", false }, { "-", false }, { "+", false }, { "+86", false }, { "1[800138000", false }, { "电话", false },
	};

	(void)state;
	CHECK(phone_check, rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_date),
		cmocka_unit_test(test_date_time),
		cmocka_unit_test(test_date_time_says_why),
		cmocka_unit_test(test_region_code),
		cmocka_unit_test(test_uscc),
		cmocka_unit_test(test_uscc_single_faults),
		cmocka_unit_test(test_phone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
