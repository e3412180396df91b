/*
 * hz-custodian: the custodian's key, off line. It needs no server, no network and no setting, and the server holds nothing of it: what is
 * in api.so seals and cannot open.
 *
 *	hz-custodian new KEYFILE		makes a key pair; the private half goes to KEYFILE, which must not exist, for its owner alone
 *	hz-custodian show KEYFILE		its public half and fingerprint
 *	hz-custodian seal PUBLIC <text		a box for a trial
 *	hz-custodian open KEYFILE… <box		what is in it: base 64, or the whole answer to a decision; old keys may stand behind the new one
 *
 * Exit code 0, 1 when it could not be done, 2 when it was not called like this.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#define HEX		((size_t)2 * crypto_box_PUBLICKEYBYTES)
#define FINGERPRINT	16		/* octets of the public key's SHA-256 that are shown */
#define TEXT_MAX	262144		/* octets of what is read */
#define HEAD		"hz-custodian private key 1 "

_Static_assert(crypto_box_PUBLICKEYBYTES == crypto_box_SECRETKEYBYTES, "halves of one length");

struct pair {
	uint8_t	public[crypto_box_PUBLICKEYBYTES];
	uint8_t	private[crypto_box_SECRETKEYBYTES];
};

static int
fail(const char *what, const char *about)
{
	(void)fprintf(stderr, "hz-custodian: %s%s%s\n", what, about == NULL ? "" : ": ", about == NULL ? "" : about);
	return (1);
}

static bool
hex_read(uint8_t key[crypto_box_PUBLICKEYBYTES], const char *hex, size_t length)
{
	size_t	got;

	return (length == HEX && sodium_hex2bin(key, crypto_box_PUBLICKEYBYTES, hex, length, NULL, &got, NULL) == 0 &&
	    got == crypto_box_PUBLICKEYBYTES);
}

static void
show(const uint8_t public[crypto_box_PUBLICKEYBYTES])
{
	uint8_t	hash[crypto_hash_sha256_BYTES];
	char	hex[HEX + 1];
	size_t	i;

	(void)crypto_hash_sha256(hash, public, crypto_box_PUBLICKEYBYTES);
	(void)printf("public %s\nfingerprint", sodium_bin2hex(hex, sizeof(hex), public, crypto_box_PUBLICKEYBYTES));
	for (i = 0; i < FINGERPRINT; i++)
		(void)printf("%s%02x", i % 2 == 0 ? " " : "", hash[i]);
	(void)printf("\n");
}

/* All of a stream, at most `size` octets; their number, or -1. */
static ssize_t
read_all(int fd, char *to, size_t size)
{
	size_t	got = 0;
	ssize_t	n;

	do {
		n = read(fd, to + got, size - got);
		if (n > 0)
			got += (size_t)n;
	} while (got < size && (n > 0 || (n == -1 && errno == EINTR)));
	return (n < 0 || got == size ? -1 : (ssize_t)got);
}

static bool
key_read(struct pair *pair, const char *path)
{
	char	text[sizeof(HEAD) + HEX + 2];
	ssize_t	length = -1;
	bool	good = false;
	int	fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd != -1) {
		length = read_all(fd, text, sizeof(text));
		(void)close(fd);
	}
	while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
		length--;
	if (length == (ssize_t)(sizeof(HEAD) - 1 + HEX) && memcmp(text, HEAD, sizeof(HEAD) - 1) == 0)
		good = hex_read(pair->private, text + sizeof(HEAD) - 1, HEX) && crypto_scalarmult_base(pair->public, pair->private) == 0;
	sodium_memzero(text, sizeof(text));
	return (good);
}

/* Written and on the disk, or not there at all. */
static bool
key_write(const struct pair *pair, const char *path)
{
	char	text[sizeof(HEAD) + HEX + 1];
	size_t	length = sizeof(HEAD) - 1 + HEX + 1;
	bool	good;
	int	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);

	if (fd == -1)
		return (false);
	(void)memcpy(text, HEAD, sizeof(HEAD));
	(void)sodium_bin2hex(text + sizeof(HEAD) - 1, HEX + 1, pair->private, sizeof(pair->private));
	text[length - 1] = '\n';
	good = write(fd, text, length) == (ssize_t)length && fsync(fd) == 0;
	sodium_memzero(text, sizeof(text));
	if (close(fd) == -1 || !good) {
		(void)unlink(path);
		return (false);
	}
	return (true);
}

static int
do_new(const char *path)
{
	struct pair	pair;
	bool		written;

	(void)crypto_box_keypair(pair.public, pair.private);
	written = key_write(&pair, path);
	sodium_memzero(pair.private, sizeof(pair.private));
	if (!written)
		return (fail(path, strerror(errno)));
	show(pair.public);
	return (0);
}

static int
do_show(const char *path)
{
	struct pair	pair;

	if (!key_read(&pair, path))
		return (fail("不是私钥文件 / no private key in this file", path));
	sodium_memzero(pair.private, sizeof(pair.private));
	show(pair.public);
	return (0);
}

static int
do_seal(const char *hex, char *text, size_t length)
{
	uint8_t	 key[crypto_box_PUBLICKEYBYTES], *box = malloc(length + crypto_box_SEALBYTES);
	char	*said = malloc(sodium_base64_ENCODED_LEN(length + crypto_box_SEALBYTES, sodium_base64_VARIANT_ORIGINAL));
	int	 code = 1;

	if (box == NULL || said == NULL)
		(void)fail("内存不足 / out of memory", NULL);
	else if (!hex_read(key, hex, strlen(hex)) || crypto_box_seal(box, (const uint8_t *)text, length, key) != 0)
		(void)fail("不是可用的公钥 / no public key that can be sealed to", hex);
	else {
		(void)puts(sodium_bin2base64(said, sodium_base64_ENCODED_LEN(length + crypto_box_SEALBYTES, sodium_base64_VARIANT_ORIGINAL), box,
		    length + crypto_box_SEALBYTES, sodium_base64_VARIANT_ORIGINAL));
		code = 0;
	}
	free(box);
	free(said);
	return (code);
}

/* Where the base 64 stands: all of the text, or the member identity_box of an answer. */
static const char *
box_find(const char *text)
{
	static const char	name[] = "\"identity_box\"";
	const char		*at = strstr(text, name);

	if (at == NULL)
		return (text);
	at += sizeof(name) - 1;
	at += strspn(at, " \t\r\n:");
	return (*at == '"' ? at + 1 : at);
}

static bool
box_open(const struct pair *pair, const uint8_t *box, size_t length)
{
	uint8_t	*plain;
	size_t	 size = length - crypto_box_SEALBYTES;
	bool	 opened;

	if ((plain = malloc(size + 1)) == NULL)
		return (false);
	opened = crypto_box_seal_open(plain, box, length, pair->public, pair->private) == 0;
	if (opened) {
		(void)fwrite(plain, 1, size, stdout);
		(void)putchar('\n');
	}
	sodium_memzero(plain, size);
	free(plain);
	return (opened);
}

static int
do_open(int nkeys, char *paths[], const char *text)
{
	const char	*from = box_find(text);
	size_t		 length = 0, size = strcspn(from, "\"");
	uint8_t		*box = malloc(size + 1);
	struct pair	 pair;
	int		 i;

	if (box == NULL || sodium_base642bin(box, size, from, size, " \t\r\n", &length, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    length < crypto_box_SEALBYTES) {
		free(box);
		return (fail("不是密封件 / this is no sealed box", NULL));
	}
	for (i = 0; i < nkeys; i++) {
		if (!key_read(&pair, paths[i])) {
			free(box);
			return (fail("不是私钥文件 / no private key in this file", paths[i]));
		}
		if (box_open(&pair, box, length))
			break;
	}
	sodium_memzero(pair.private, sizeof(pair.private));
	free(box);
	return (i < nkeys ? 0 : fail("密封件不是用这把钥匙封的，或者已损坏 / sealed to another key, or damaged", NULL));
}

static int
usage(void)
{
	(void)fputs("用法 / usage: hz-custodian new KEYFILE | show KEYFILE | seal PUBLIC <text | open KEYFILE… <box\n", stderr);
	return (2);
}

int
main(int argc, char *argv[])
{
	static char	text[TEXT_MAX + 1];
	ssize_t		length;

	if (argc < 3)
		return (usage());
	if (sodium_init() < 0)
		return (fail("libsodium", NULL));
	if (strcmp(argv[1], "new") == 0 && argc == 3)
		return (do_new(argv[2]));
	if (strcmp(argv[1], "show") == 0 && argc == 3)
		return (do_show(argv[2]));
	if (strcmp(argv[1], "open") != 0 && !(strcmp(argv[1], "seal") == 0 && argc == 3))
		return (usage());
	if ((length = read_all(STDIN_FILENO, text, TEXT_MAX)) < 0)
		return (fail("标准输入读不出来或过长 / standard input cannot be read, or is too long", NULL));
	text[length] = '\0';
	return (*argv[1] == 's' ? do_seal(argv[2], text, (size_t)length) : do_open(argc - 2, argv + 2, text));
}
