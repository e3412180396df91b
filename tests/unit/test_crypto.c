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
		cmocka_unit_test(secrets_differ), cmocka_unit_test(a_box_opens_under_its_own_key_only)
	};

	if (!crypto_start())
		return (1);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
