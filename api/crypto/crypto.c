#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "crypto/crypto.h"

_Static_assert(CRYPTO_HASH == crypto_hash_sha256_BYTES, "SHA-256");
_Static_assert(CRYPTO_SEAL_KEY == crypto_box_PUBLICKEYBYTES, "keys to seal to");
_Static_assert(CRYPTO_SEAL_KEY == crypto_generichash_KEYBYTES, "keys of hashes");
_Static_assert(crypto_box_SEALBYTES == 48, "CRYPTO_SEALED");
_Static_assert(CRYPTO_BOX_EXTRA == crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES, "box");

static uint8_t	hash_key[CRYPTO_SEAL_KEY];

bool
crypto_start(void)
{
	return (sodium_init() >= 0);
}

void
crypto_sha256(uint8_t hash[CRYPTO_HASH], const void *octets, size_t length)
{
	(void)crypto_hash_sha256(hash, octets, length);
}

void
crypto_sha256_parts(uint8_t hash[CRYPTO_HASH], const struct crypto_part *parts, size_t nparts)
{
	crypto_hash_sha256_state	state;
	uint64_t			length;
	size_t				i;

	(void)crypto_hash_sha256_init(&state);
	for (i = 0; i < nparts; i++) {
		length = parts[i].length;
		(void)crypto_hash_sha256_update(&state, (const uint8_t *)&length, sizeof(length));
		if (length > 0)
			(void)crypto_hash_sha256_update(&state, parts[i].octets, length);
	}
	(void)crypto_hash_sha256_final(&state, hash);
}

void
crypto_secret(char secret[CRYPTO_SECRET_SIZE])
{
	static const char	digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	uint8_t			random[32];
	size_t			i;

	/* 32 octets of which five bits each are used: simpler than packing 20, and as random. */
	randombytes_buf(random, sizeof(random));
	memcpy(secret, "hzk_", 4);
	for (i = 0; i < sizeof(random); i++)
		secret[4 + i] = digits[random[i] & 31];
	secret[4 + sizeof(random)] = '\0';
	sodium_memzero(random, sizeof(random));
}

static void
box_key(uint8_t key[crypto_secretbox_KEYBYTES], const char *passphrase)
{
	static const char	context[] = "hz replay of a secret, version 1";

	(void)crypto_generichash(key, crypto_secretbox_KEYBYTES, (const uint8_t *)passphrase, strlen(passphrase),
	    (const uint8_t *)context, sizeof(context) - 1);
}

void
crypto_seal(uint8_t *box, const char *passphrase, const char *text, size_t length)
{
	uint8_t	key[crypto_secretbox_KEYBYTES];

	box_key(key, passphrase);
	randombytes_buf(box, crypto_secretbox_NONCEBYTES);
	(void)crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const uint8_t *)text, length, box, key);
	sodium_memzero(key, sizeof(key));
}

bool
crypto_open(char *text, const char *passphrase, const uint8_t *box, size_t length)
{
	uint8_t	key[crypto_secretbox_KEYBYTES];
	int	opened;

	if (length < CRYPTO_BOX_EXTRA)
		return (false);
	box_key(key, passphrase);
	opened = crypto_secretbox_open_easy((uint8_t *)text, box + crypto_secretbox_NONCEBYTES,
	    length - crypto_secretbox_NONCEBYTES, box, key);
	sodium_memzero(key, sizeof(key));
	return (opened == 0);
}

void
crypto_random(uint8_t *octets, size_t n)
{
	randombytes_buf(octets, n);
}

/* 64 hexadecimal digits. */
static bool
key_read(uint8_t key[CRYPTO_SEAL_KEY], const char *hex)
{
	size_t	length;

	return (strlen(hex) == (size_t)2 * CRYPTO_SEAL_KEY && sodium_hex2bin(key, CRYPTO_SEAL_KEY, hex, (size_t)2 * CRYPTO_SEAL_KEY, NULL,
	    &length, NULL) == 0 && length == CRYPTO_SEAL_KEY);
}

bool
crypto_key_set(const char *hex)
{
	return (key_read(hash_key, hex));
}

void
crypto_keyed_hash(uint8_t hash[CRYPTO_HASH], const void *octets, size_t length)
{
	(void)crypto_generichash(hash, CRYPTO_HASH, octets, length, hash_key, sizeof(hash_key));
}

bool
crypto_seal_to(char *box, const char *hex, const void *octets, size_t length)
{
	uint8_t	 key[CRYPTO_SEAL_KEY], *sealed;
	bool	 good = false;

	if (!key_read(key, hex) || (sealed = malloc(length + crypto_box_SEALBYTES)) == NULL)
		return (false);
	if (crypto_box_seal(sealed, octets, length, key) == 0) {
		(void)sodium_bin2base64(box, CRYPTO_SEALED(length), sealed, length + crypto_box_SEALBYTES, sodium_base64_VARIANT_ORIGINAL);
		good = true;
	}
	free(sealed);
	return (good);
}
