#include <stdlib.h>

#include <openssl/evp.h>

#include "crypto/digest.h"

_Static_assert(CRYPTO_DIGEST_MAX >= EVP_MAX_MD_SIZE, "the longest hash");

struct crypto_digest {
	EVP_MD_CTX	*context;
	bool		 failed;
};

struct crypto_digest *
crypto_digest_new(const char *algorithm)
{
	const EVP_MD		*kind = EVP_get_digestbyname(algorithm);
	struct crypto_digest	*d = kind == NULL ? NULL : calloc(1, sizeof(*d));

	if (d == NULL)
		return (NULL);
	if ((d->context = EVP_MD_CTX_new()) == NULL || EVP_DigestInit_ex(d->context, kind, NULL) != 1) {
		crypto_digest_free(d);
		return (NULL);
	}
	return (d);
}

bool
crypto_digest_add(struct crypto_digest *d, const void *octets, size_t length)
{
	if (!d->failed && EVP_DigestUpdate(d->context, octets, length) != 1)
		d->failed = true;
	return (!d->failed);
}

size_t
crypto_digest_end(struct crypto_digest *d, uint8_t hash[CRYPTO_DIGEST_MAX])
{
	unsigned	length = 0;

	if (d->failed || EVP_DigestFinal_ex(d->context, hash, &length) != 1)
		return (0);
	d->failed = true;	/* it is over */
	return (length);
}

void
crypto_digest_free(struct crypto_digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->context);
	free(d);
}

void
crypto_hex(char text[CRYPTO_HEX], const uint8_t *hash)
{
	static const char	digits[] = "0123456789abcdef";
	size_t			i;

	for (i = 0; i < CRYPTO_HEX / 2; i++) {
		text[2 * i] = digits[hash[i] >> 4];
		text[2 * i + 1] = digits[hash[i] & 15];
	}
	text[CRYPTO_HEX - 1] = '\0';
}
