/*
 * How far an upload is: the size of its file, but for unverified pieces and for the last octet of one that has become nothing yet.
 * sources: api/http/piece.c api/rule/tus.c api/store/store_dir.c api/crypto/digest.c api/crypto/crypto.c api/base/text.c
 * ldflags: -lcrypto
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/piece.h"

#define NAME	"019a1b2c-3d4e-7f50-8a61-72839405b6c7"

static char	folder[] = "/tmp/hz-piece-XXXXXX";

/* Octets come, and are appended as the intake does it. */
static void
come(struct piece *p, const char *octets)
{
	assert_true(piece_feed(p, octets, strlen(octets)));
	assert_true(store_append(p->fd, octets, strlen(octets)));
}

static void
pieces_go_on_where_the_last_one_ended(void **state)
{
	struct piece	p, other;

	(void)state;
	assert_int_equal(piece_offset(NAME, 10), 0);
	assert_true(piece_open(&p, NAME, 10));
	assert_int_equal(p.offset, 0);
	come(&p, "1234");
	assert_false(piece_ends(&p));
	assert_false(piece_open(&other, NAME, 10));
	assert_int_equal(errno, EWOULDBLOCK);
	assert_int_equal(other.fd, -1);
	piece_close(&p);
	piece_close(&p);		/* once more does no harm */
	assert_int_equal(piece_offset(NAME, 10), 4);
	assert_true(piece_open(&p, NAME, 10));
	assert_int_equal(p.offset, 4);
	come(&p, "567890");
	assert_true(piece_ends(&p));
	assert_true(piece_verify(&p));
	piece_close(&p);
}

/* The file is whole, but nobody has recorded it: the last octet is asked for again. */
static void
the_last_octet_is_kept_back(void **state)
{
	struct piece	p;

	(void)state;
	assert_int_equal(piece_offset(NAME, 10), 9);
	assert_true(piece_open(&p, NAME, 10));
	assert_int_equal(p.offset, 9);
	assert_int_equal(store_size(p.fd), 9);
	come(&p, "0");
	assert_true(piece_ends(&p));
	piece_close(&p);
	piece_forget(NAME);
	piece_forget(NAME);
	assert_int_equal(piece_offset(NAME, 10), 0);
}

static void
guard(struct piece *p, const char *checksum)
{
	struct tus_checksum	sum;

	assert_true(piece_open(p, NAME, 10));
	assert_null(tus_checksum(checksum, &sum));
	assert_true(piece_guard(p, &sum));
}

#define SHA1_OF_ABC	"sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0="
#define SHA256_OF_ABC	"sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="

static void
guarded_pieces_count_when_they_fit(void **state)
{
	struct piece	p;

	(void)state;
	guard(&p, SHA1_OF_ABC);
	come(&p, "a");
	come(&p, "bc");
	assert_int_equal(piece_offset(NAME, 10), 0);	/* on its way, unverified */
	assert_true(piece_verify(&p));
	assert_int_equal(piece_offset(NAME, 10), 3);
	piece_close(&p);

	guard(&p, SHA256_OF_ABC);
	come(&p, "abd");
	assert_false(piece_verify(&p));
	piece_close(&p);
	assert_int_equal(piece_offset(NAME, 10), 3);

	guard(&p, SHA256_OF_ABC);
	come(&p, "ab");
	piece_close(&p);				/* cut: not a part of it stays */
	assert_int_equal(piece_offset(NAME, 10), 3);
}

static void
a_death_amid_a_guarded_piece_leaves_nothing_of_it(void **state)
{
	struct piece	p;

	(void)state;
	guard(&p, SHA256_OF_ABC);
	come(&p, "xyz");
	crypto_digest_free(p.digest);
	(void)close(p.fd);				/* as the kernel does it for a process that was killed */
	assert_int_equal(piece_offset(NAME, 10), 3);
	assert_true(piece_open(&p, NAME, 10));
	assert_int_equal(p.offset, 3);
	assert_int_equal(store_size(p.fd), 3);
	come(&p, "more");
	piece_close(&p);
	assert_int_equal(piece_offset(NAME, 10), 7);	/* the mark is gone: what comes without a checksum counts */
}

static int
start(void **state)
{
	const char	*why;

	(void)state;
	return (mkdtemp(folder) != NULL && store_start(folder, &why) ? 0 : -1);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
	(void)st;
	(void)kind;
	(void)place;
	return (remove(path));
}

static int
stop(void **state)
{
	(void)state;
	return (nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(pieces_go_on_where_the_last_one_ended),
		cmocka_unit_test(the_last_octet_is_kept_back),
		cmocka_unit_test(guarded_pieces_count_when_they_fit),
		cmocka_unit_test(a_death_amid_a_guarded_piece_leaves_nothing_of_it)
	};

	return (cmocka_run_group_tests(tests, start, stop));
}
