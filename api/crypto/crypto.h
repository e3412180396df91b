/* Hashes, secrets and sealed replays, by libsodium. */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRYPTO_HASH		32	/* octets of a SHA-256 */
#define CRYPTO_SECRET_SIZE	37	/* "hzk_", 32 characters of Crockford's base 32, NUL */
#define CRYPTO_SEAL_KEY	32	/* octets of a key to seal to, and of the key of the keyed hash */
#define CRYPTO_BOX_EXTRA	40	/* octets a sealed text is longer: nonce and authenticator */

struct crypto_part {
	const void	*octets;
	size_t		 length;
};

/* Once per process, before anything else here. */
bool crypto_start(void) __attribute__((warn_unused_result));

void crypto_sha256(uint8_t hash[CRYPTO_HASH], const void *octets, size_t length);

/* Hash of a list: each part goes in with its length, so that no two lists run together alike. */
void crypto_sha256_parts(uint8_t hash[CRYPTO_HASH], const struct crypto_part *parts, size_t nparts);

/* A new secret of 160 random bits. */
void crypto_secret(char secret[CRYPTO_SECRET_SIZE]);

/* Seal a text under a key derived from `passphrase` (of high entropy: an Idempotency-Key) and open it
 * again. The box has length + CRYPTO_BOX_EXTRA octets. Opening fails (false) under another
 * passphrase or when a bit was changed; the text gets no NUL. */
void crypto_seal(uint8_t *box, const char *passphrase, const char *text, size_t length);
bool crypto_open(char *text, const char *passphrase, const uint8_t *box, size_t length)
    __attribute__((warn_unused_result));

/* n octets of the kernel's generator. */
void crypto_random(uint8_t *octets, size_t n);

/* The key of crypto_keyed_hash(), 64 hexadecimal digits, for the whole process. False: they are not that. */
bool crypto_key_set(const char *hex) __attribute__((warn_unused_result));

/* BLAKE2b-256 under that key: without it nobody can tell what was hashed by trying. */
void crypto_keyed_hash(uint8_t hash[CRYPTO_HASH], const void *octets, size_t length);

/* Seal to the public key `hex` (64 digits) so that only the holder of its private half can open it (libsodium's sealed box), as base 64:
 * CRYPTO_SEALED(length) octets with NUL. False: no such key. */
#define CRYPTO_SEALED(length)	((((length) + 48 + 2) / 3) * 4 + 1)
bool crypto_seal_to(char *box, const char *hex, const void *octets, size_t length) __attribute__((warn_unused_result));

#endif
