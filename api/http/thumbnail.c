#include <string.h>
#include <unistd.h>

#include "crypto/digest.h"
#include "handlers.h"
#include "http/files.h"
#include "problems.h"
#include "store/store.h"

#define LARGEST	(1 << 20)	/* octets; a picture of 480 x 480 has far fewer */

/* Hash of a small open file, whose size is written to *size. False: it cannot be read, or is not small. */
static bool
thumbnail_digest(int fd, char sha256[CRYPTO_HEX], uint64_t *size)
{
	struct crypto_digest	*digest = crypto_digest_new("SHA256");
	uint8_t			 hash[CRYPTO_DIGEST_MAX], piece[16384];
	off_t			 at = 0;
	ssize_t			 n = 0;
	bool			 good = digest != NULL;

	while (good && at < LARGEST && (n = pread(fd, piece, sizeof(piece), at)) > 0) {
		good = crypto_digest_add(digest, piece, (size_t)n);
		at += n;
	}
	good = good && n == 0 && crypto_digest_end(digest, hash) > 0;
	crypto_digest_free(digest);
	if (good)
		crypto_hex(sha256, hash);
	*size = (uint64_t)at;
	return (good);
}

/* The row tells how it stands; hz-media has kept the file before it said `done`. */
void
handle_thumbnail(struct engine_call *call)
{
	const char	*state = engine_row_text(call, "state"), *content = engine_row_text(call, "sha256");
	char		 sha256[CRYPTO_HEX] = "";
	uint64_t	 size = 0;
	int		 fd;

	if (state == NULL || content == NULL || strcmp(state, "failed") == 0) {
		engine_refuse(call, PROBLEM_NO_THUMBNAIL, NULL);
	} else if (strcmp(state, "done") != 0) {
		engine_refuse(call, PROBLEM_THUMBNAIL_PENDING, NULL);
		call->reply.refusal.retry_after = 1;
	} else {
		fd = store_thumbnail_open(content);
		if (fd != -1 && !thumbnail_digest(fd, sha256, &size)) {
			(void)close(fd);
			fd = -1;
		}
		files_answer(call, fd, engine_param(call, 0), sha256, size, "image/jpeg", NULL);
	}
}
