/* A hash made octet by octet, by OpenSSL (which has the processor's own instructions for it). */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRYPTO_DIGEST_MAX	64	/* octets of the longest */
#define CRYPTO_HEX		65	/* of a SHA-256 as text, with its NUL */

struct crypto_digest;

/* "SHA256", "SHA1" … NULL: no such algorithm, or no memory. Released by crypto_digest_free(). */
struct crypto_digest	*crypto_digest_new(const char *algorithm);

/* False: OpenSSL could not; the digest is good for nothing from then on. */
bool	crypto_digest_add(struct crypto_digest *, const void *octets, size_t length) __attribute__((warn_unused_result));

/* Ends it. The octets of the hash go to `hash`, their number is returned; 0 when it failed. */
size_t	crypto_digest_end(struct crypto_digest *, uint8_t hash[CRYPTO_DIGEST_MAX]) __attribute__((warn_unused_result));

void	crypto_digest_free(struct crypto_digest *);	/* takes NULL */

/* Lower-case hexadecimal of a SHA-256. */
void	crypto_hex(char text[CRYPTO_HEX], const uint8_t *hash);

#endif
