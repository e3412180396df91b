/*
 * The header values of resumable uploads: Upload-Length, Upload-Offset, Upload-Checksum, Upload-Metadata.
 * sources: api/rule/tus.c api/base/text.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rule/tus.h"

static void
numbers_are_digits_alone(void **state)
{
	static const struct {
		const char	*text;
		int64_t		 number;
	} rows[] = {
		{ "0", 0 }, { "1", 1 }, { "007", 7 }, { "104857600", 104857600 },
		{ "9007199254740991", INT64_C(9007199254740991) }, { "9007199254740992", -1 },
		{ "18446744073709551617", -1 }, { "99999999999999999999999999", -1 },
		{ "", -1 }, { " 1", -1 }, { "1 ", -1 }, { "-1", -1 }, { "+1", -1 }, { "1.0", -1 }, { "0x10", -1 }, { "1, 1", -1 }
	};
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (tus_number(rows[i].text) != rows[i].number)
			fail_msg("%s: %lld", rows[i].text, (long long)tus_number(rows[i].text));
}

/* Digests of "abc" by FIPS 180-4. */
#define SHA1	"qZk+NkcGgWq6PiVxeFDCbJzQ2J0="
#define SHA256	"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="

static void
checksums_name_their_algorithm(void **state)
{
	static const char *const	bad[] = {
		"", "sha256", "sha256 ", "sha256 " SHA1, "sha1 " SHA256, "SHA256 " SHA256, "sha512 " SHA256, "md5 AAAAAAAAAAAAAAAAAAAAAA==",
		"sha256  " SHA256, "sha256 " SHA256 " ", "sha256\t" SHA256, "sha25 " SHA256, "sha2567 " SHA256, " sha256 " SHA256,
		/* without padding, as base64url, with bits after the last octet, twice as long */
		"sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0", "sha256 ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=",
		"sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa1=", "sha256 " SHA256 SHA256
	};
	struct tus_checksum	sum;
	size_t			i;

	(void)state;
	assert_null(tus_checksum("sha256 " SHA256, &sum));
	assert_int_equal(sum.algorithm, TUS_SHA256);
	assert_int_equal(sum.length, 32);
	assert_memory_equal(sum.digest, "\xba\x78\x16\xbf\x8f\x01\xcf\xea", 8);
	assert_int_equal(sum.digest[31], 0xad);
	assert_null(tus_checksum("sha1 " SHA1, &sum));
	assert_int_equal(sum.algorithm, TUS_SHA1);
	assert_int_equal(sum.length, 20);
	assert_memory_equal(sum.digest, "\xa9\x99\x3e\x36", 4);
	assert_int_equal(sum.digest[19], 0x9d);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (tus_checksum(bad[i], &sum) == NULL)
			fail_msg("taken: %s", bad[i]);
}

static void
metadata_is_read(void **state)
{
	struct tus_metadata	m;

	(void)state;
	assert_null(tus_metadata("filename 54Wn54mHIDEuanBn,filetype aW1hZ2UvanBlZw==,district NTAwMTAz,protected dHJ1ZQ==", &m));
	assert_string_equal(m.filename, "照片 1.jpg");
	assert_string_equal(m.filetype, "image/jpeg");
	assert_string_equal(m.district, "500103");
	assert_true(m.protected);
	/* blanks round the commas, keys of others, empty values with and without their blank */
	assert_null(tus_metadata(" relativePath bnVsbA== , filename ,\tis_confidential, filetype  ", &m));
	assert_string_equal(m.filename, "");
	assert_string_equal(m.filetype, "");
	assert_false(m.protected);
	assert_null(tus_metadata("protected ZmFsc2U=", &m));
	assert_false(m.protected);
	assert_null(tus_metadata("", &m));
	assert_null(tus_metadata(" ", &m));
	assert_string_equal(m.district, "");
}

static void
metadata_that_is_none_is_refused(void **state)
{
	static const char *const	bad[] = {
		",", "filename YQ==,", ",filename YQ==", "filename YQ==,,filetype YQ==", "filename  YQ==", "filename YQ== YQ==",
		"filename YQ", "filename YR==", "filename Y===", "filename ====", "filename _-8=", "filename a.jpg",
		"filename YQ==,filename YQ==", "a YQ==,b YQ==,a", "other !!!!", "f\xc3\xa4 YQ==", "protected eWVz", "protected",
		/* a NUL, a line feed, DEL, UTF-8 cut short, Latin-1, a surrogate */
		"filename YQBi", "filename YQpi", "filename YX9i", "filename 5bGx54U=", "filename 5A==", "filename 7aCA"
	};
	struct tus_metadata	m;
	size_t			i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (tus_metadata(bad[i], &m) == NULL)
			fail_msg("taken: %s", bad[i]);
}

/* "YWFh" is "aaa": 340 of them are the longest name. */
static void
metadata_is_bounded(void **state)
{
	struct tus_metadata	m;
	char			text[TUS_METADATA + 16] = "filename ";
	size_t			i;

	(void)state;
	for (i = 0; i < TUS_FILENAME / 3; i++)
		memcpy(text + 9 + 4 * i, "YWFh", 5);
	assert_null(tus_metadata(text, &m));
	assert_int_equal(strlen(m.filename), TUS_FILENAME);
	memcpy(text + 9 + 4 * i, "YQ==", 5);
	assert_non_null(tus_metadata(text, &m));

	memset(text, 'A', sizeof(text));
	memcpy(text, "a ", 2);
	text[TUS_METADATA - 2] = '\0';		/* the value a multiple of four */
	assert_null(tus_metadata(text, &m));
	text[TUS_METADATA - 2] = 'A';
	text[TUS_METADATA + 2] = '\0';
	assert_non_null(tus_metadata(text, &m));

	for (text[0] = '\0', i = 0; i < 32; i++)
		(void)sprintf(text + strlen(text), "%sk%zu", i == 0 ? "" : ",", i);
	assert_null(tus_metadata(text, &m));
	memcpy(text + strlen(text), ",one", 5);
	assert_non_null(tus_metadata(text, &m));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(numbers_are_digits_alone),
		cmocka_unit_test(checksums_name_their_algorithm),
		cmocka_unit_test(metadata_is_read),
		cmocka_unit_test(metadata_that_is_none_is_refused),
		cmocka_unit_test(metadata_is_bounded)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
