/*
 * Files by content in a folder of their own.
 * sources: api/store/store_dir.c api/crypto/digest.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <signal.h>
#include <errno.h>
#include <ftw.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/digest.h"
#include "store/store.h"

#define ABC	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define OTHER	"0000000000000000000000000000000000000000000000000000000000000001"

static char	folder[] = "/tmp/hz-store-XXXXXX";

static int
setup(void **state)
{
	const char	*why;

	(void)state;
	return (mkdtemp(folder) == NULL || !store_start(folder, &why));
}

static int
take_away(const char *path, const struct stat *what, int kind, struct FTW *where)
{
	(void)what, (void)kind, (void)where;
	return (remove(path));
}

static int
teardown(void **state)
{
	(void)state;
	return (nftw(folder, take_away, 8, FTW_DEPTH | FTW_PHYS));
}

static void
digests_are_right(void **state)
{
	uint8_t			 hash[CRYPTO_DIGEST_MAX];
	char			 text[CRYPTO_HEX];
	struct crypto_digest	*d = crypto_digest_new("SHA256");

	(void)state;
	assert_true(crypto_digest_add(d, "a", 1));
	assert_true(crypto_digest_add(d, "", 0));
	assert_true(crypto_digest_add(d, "bc", 2));
	assert_int_equal(crypto_digest_end(d, hash), 32);
	crypto_hex(text, hash);
	assert_string_equal(text, ABC);
	assert_int_equal(crypto_digest_end(d, hash), 0);
	assert_false(crypto_digest_add(d, "d", 1));
	crypto_digest_free(d);
	d = crypto_digest_new("SHA1");
	assert_int_equal(crypto_digest_end(d, hash), 20);
	crypto_digest_free(d);
	crypto_digest_free(NULL);
	assert_null(crypto_digest_new("CRC0"));
}

/* A file with these octets under its content's name in incoming. */
static void
receive(char name[STORE_NAME], const char *octets, const char *sha256)
{
	int	fd = store_incoming_new(name);

	assert_true(fd >= 0);
	assert_true(store_append(fd, octets, strlen(octets)));
	assert_int_equal(store_size(fd), strlen(octets));
	close(fd);
	assert_true(store_incoming_name(name, sha256));
	assert_memory_equal(name, sha256, 64);
}

static void
a_kept_file_is_there_under_its_hash(void **state)
{
	char	name[STORE_NAME], octets[8] = "";
	int	fd;

	(void)state;
	receive(name, "abc", ABC);
	assert_false(store_exists(ABC));
	assert_int_equal(store_open(ABC), -1);
	assert_int_equal(errno, ENOENT);
	assert_true(store_keep(name, ABC));
	assert_true(store_exists(ABC));
	assert_true(store_keep(name, ABC));		/* once more is no fault */
	assert_true(store_drop(name));
	assert_true(store_drop(name));
	fd = store_open(ABC);
	assert_int_equal(read(fd, octets, sizeof(octets)), 3);
	assert_string_equal(octets, "abc");
	close(fd);
	assert_false(store_keep(name, ABC));		/* nothing is incoming any more */
	assert_true(store_remove(ABC));
	assert_true(store_remove(ABC));
	assert_false(store_exists(ABC));
}

static void
an_upload_goes_on_where_it_was_cut(void **state)
{
	char	name[] = "0190d000-0000-7000-8002-000000000005", octets[8] = "";
	int	fd;

	(void)state;
	assert_int_equal(store_incoming_open(name, false), -1);
	assert_int_equal(errno, ENOENT);
	fd = store_incoming_open(name, true);
	assert_true(store_append(fd, "abXX", 4));
	close(fd);
	fd = store_incoming_open(name, false);
	assert_int_equal(store_size(fd), 4);
	assert_true(store_truncate(fd, 2));
	assert_true(store_append(fd, "c", 1));
	assert_int_equal(pread(fd, octets, 8, 0), 3);
	assert_string_equal(octets, "abc");
	close(fd);
	assert_true(store_drop(name));
}

static void
names_lead_nowhere_else(void **state)
{
	static const char *const	names[] = { "", ".", "..", "../x", "a/b", "A", ".x", "a b",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	static const char *const	hashes[] = { "", "../../../../etc/passwd", "abc",
	    "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD", ABC "0", "../" ABC };
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(store_incoming_open(names[i], true), -1);
		assert_int_equal(errno, EINVAL);
		assert_false(store_drop(names[i]));
	}
	for (i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		assert_int_equal(store_open(hashes[i]), -1);
		assert_false(store_exists(hashes[i]));
		assert_false(store_remove(hashes[i]));
		assert_int_equal(store_thumbnail_open(hashes[i]), -1);
	}
}

static void
a_thumbnail_stands_apart(void **state)
{
	char	name[STORE_NAME];
	int	fd;

	(void)state;
	receive(name, "picture", OTHER);
	assert_true(store_thumbnail_keep(name, OTHER));
	assert_false(store_exists(OTHER));
	fd = store_thumbnail_open(OTHER);
	assert_int_equal(store_size(fd), 7);
	close(fd);
	assert_true(store_thumbnail_remove(OTHER));
	assert_int_equal(store_thumbnail_open(OTHER), -1);
	assert_true(store_drop(name));
}

static unsigned	seen, strange;

static bool
look(void *arg, const struct store_item *item)
{
	seen++;
	if (item->name == NULL)
		strange++;
	else if (arg != NULL)
		assert_string_equal(item->name, arg);
	assert_true(item->size >= 0 && item->changed > 0);
	return (seen < 10);
}

static void
everything_is_walked(void **state)
{
	char	name[STORE_NAME], stray[128], sha256[] = ABC;
	FILE	*file;

	(void)state;
	seen = strange = 0;
	assert_true(store_walk(STORE_BLOBS, look, NULL));
	assert_int_equal(seen, 0);
	receive(name, "abc", ABC);
	assert_true(store_keep(name, ABC));
	assert_true(store_walk(STORE_BLOBS, look, sha256));
	assert_true(store_walk(STORE_INCOMING, look, name));
	assert_int_equal(seen, 2);
	(void)snprintf(stray, sizeof(stray), "%s/blobs/ba/" ABC, folder);	/* a hash, but not where it belongs */
	file = fopen(stray, "w");
	assert_non_null(file);
	(void)fclose(file);
	assert_true(store_walk(STORE_BLOBS, look, sha256));
	assert_int_equal(strange, 1);
	seen = 9;
	assert_false(store_walk(STORE_BLOBS, look, NULL));
	assert_true(store_drop(name));
	assert_true(store_remove(ABC));
}

static void
no_room_is_told(void **state)
{
	struct rlimit	limit = { 1024, RLIM_INFINITY };
	char		name[STORE_NAME], octets[2048] = "";
	int		fd = store_incoming_new(name);

	(void)state;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_false(store_append(fd, octets, sizeof(octets)));
	assert_int_equal(errno, EFBIG);
	limit.rlim_cur = RLIM_INFINITY;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	close(fd);
	assert_true(store_drop(name));
	assert_true(store_room(0) > 0);
	assert_true(store_room(UINT64_MAX) == 0);
}

static void
a_folder_that_is_not_there_is_told(void **state)
{
	const char	*why = NULL;

	(void)state;
	assert_false(store_start("/nonexistent/folder", &why));
	assert_non_null(why);
	assert_int_equal(errno, ENOENT);
	assert_true(store_start(folder, &why));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(digests_are_right), cmocka_unit_test(a_kept_file_is_there_under_its_hash),
		cmocka_unit_test(an_upload_goes_on_where_it_was_cut), cmocka_unit_test(names_lead_nowhere_else),
		cmocka_unit_test(a_thumbnail_stands_apart), cmocka_unit_test(everything_is_walked),
		cmocka_unit_test(no_room_is_told), cmocka_unit_test(a_folder_that_is_not_there_is_told)
	};

	return (cmocka_run_group_tests(tests, setup, teardown));
}
