/*
 * Hashes, secrets, sealed replays.
 * sources: api/crypto/crypto.c api/base/text.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "crypto/crypto.h"

static void
sha256_is_sha256(void **state)
{
	uint8_t	hash[CRYPTO_HASH];
	char	hex[2 * CRYPTO_HASH + 1];

	(void)state;
	crypto_sha256(hash, "abc", 3);
	text_hex(hex, hash, sizeof(hash));
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
the_keyed_hash_hangs_on_its_key(void **state)
{
	uint8_t	one[CRYPTO_HASH], other[CRYPTO_HASH];

	(void)state;
	assert_false(crypto_key_set("00"));
	assert_false(crypto_key_set("zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"));
	assert_true(crypto_key_set("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"));
	crypto_keyed_hash(one, "abc", 3);
	assert_true(crypto_key_set("01112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"));
	crypto_keyed_hash(other, "abc", 3);
	assert_memory_not_equal(one, other, sizeof(one));
}

static void
only_good_keys_are_sealed_to(void **state)
{
	static const char	key[] = "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f";
	char			one[CRYPTO_SEALED(3)], other[CRYPTO_SEALED(3)];

	(void)state;
	assert_false(crypto_seal_to(one, "", "abc", 3));
	assert_false(crypto_seal_to(one, "8f40", "abc", 3));
	assert_true(crypto_seal_to(one, key, "abc", 3));
	assert_true(crypto_seal_to(other, key, "abc", 3));
	assert_int_equal(strlen(one), CRYPTO_SEALED(3) - 1);
	assert_string_not_equal(one, other);		/* equal texts do not look alike */
}

static void
parts_do_not_run_together(void **state)
{
	const struct crypto_part	ab_c[] = { { "ab", 2 }, { "c", 1 } }, a_bc[] = { { "a", 1 }, { "bc", 2 } };
	const struct crypto_part	again[] = { { "ab", 2 }, { "c", 1 } }, longer[] = { { "ab", 2 }, { "c", 1 }, { NULL, 0 } };
	uint8_t				x[CRYPTO_HASH], y[CRYPTO_HASH];

	(void)state;
	crypto_sha256_parts(x, ab_c, 2);
	crypto_sha256_parts(y, a_bc, 2);
	assert_memory_not_equal(x, y, CRYPTO_HASH);
	crypto_sha256_parts(y, again, 2);
	assert_memory_equal(x, y, CRYPTO_HASH);
	crypto_sha256_parts(y, longer, 3);
	assert_memory_not_equal(x, y, CRYPTO_HASH);
}

static void
secrets_differ(void **state)
{
	char	a[CRYPTO_SECRET_SIZE], b[CRYPTO_SECRET_SIZE];

	(void)state;
	crypto_secret(a);
	crypto_secret(b);
	assert_int_equal(strlen(a), CRYPTO_SECRET_SIZE - 1);
	assert_memory_equal(a, "hzk_", 4);
	assert_int_equal(strspn(a + 4, "0123456789abcdefghjkmnpqrstvwxyz"), 32);
	assert_string_not_equal(a, b);
}

static void
a_box_opens_under_its_own_key_only(void **state)
{
	const char	text[] = "hzk_secret";
	uint8_t		box[sizeof(text) - 1 + CRYPTO_BOX_EXTRA], other[sizeof(box)];
	char		out[sizeof(text)] = "";
	size_t		i;

	(void)state;
	crypto_seal(box, "key one", text, sizeof(text) - 1);
	crypto_seal(other, "key one", text, sizeof(text) - 1);
	assert_memory_not_equal(box, other, sizeof(box));
	assert_true(crypto_open(out, "key one", box, sizeof(box)));
	assert_memory_equal(out, text, sizeof(text) - 1);
	assert_false(crypto_open(out, "key two", box, sizeof(box)));
	assert_false(crypto_open(out, "key one", box, CRYPTO_BOX_EXTRA - 1));
	assert_false(crypto_open(out, "key one", box, sizeof(box) - 1));
	for (i = 0; i < sizeof(box); i++) {
		box[i] ^= 1;
		assert_false(crypto_open(out, "key one", box, sizeof(box)));
		box[i] ^= 1;
	}
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(sha256_is_sha256), cmocka_unit_test(parts_do_not_run_together),
		cmocka_unit_test(the_keyed_hash_hangs_on_its_key), cmocka_unit_test(only_good_keys_are_sealed_to),
		cmocka_unit_test(secrets_differ), cmocka_unit_test(a_box_opens_under_its_own_key_only)
	};

	if (!crypto_start())
		return (1);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
