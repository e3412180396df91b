/*
 * Values of the header fields of the tus protocol 1.0.0 (resumable uploads). Pure: every function
 * borrows a NUL-ended text, copies what it finds and allocates nothing.
 */
#ifndef RULE_TUS_H
#define RULE_TUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TUS_VERSION	"1.0.0"
#define TUS_EXTENSIONS	"creation,checksum,expiration,termination"
#define TUS_CHECKSUMS	"sha256,sha1"

#define TUS_METADATA	8192		/* octets of an Upload-Metadata */
#define TUS_FILENAME	1020		/* octets: 255 code points of four octets */
#define TUS_VALUE	127		/* octets of the other values we know */
#define TUS_DIGEST	32		/* octets of the longest digest */

/* Upload-Length and Upload-Offset: digits alone, at most 2^53 - 1, which every client counts exactly.
 * -1: it is none. */
int64_t tus_number(const char *text);

enum tus_algorithm { TUS_SHA256, TUS_SHA1 };

struct tus_checksum {
	enum tus_algorithm	algorithm;
	uint8_t			digest[TUS_DIGEST];
	size_t			length;		/* octets of the digest: 32 or 20 */
};

/* Upload-Checksum: the name of an algorithm, one blank, the digest in Base64. Returns NULL when it is good, else a
 * static sentence (zh) that says what is asked for. */
const char *tus_checksum(const char *text, struct tus_checksum *out) __attribute__((warn_unused_result));

/* What Upload-Metadata says of a file, each value with a NUL; "" where it says nothing. */
struct tus_metadata {
	char	filename[TUS_FILENAME + 1];
	char	filetype[TUS_VALUE + 1];
	char	district[TUS_VALUE + 1];
	bool	protected;
};

/* Upload-Metadata: pairs of a key and a value in Base64, with commas between. Keys we do not know are passed over when
 * they are well-formed; the values we know are UTF-8 without control characters. Returns as tus_checksum(). */
const char *tus_metadata(const char *text, struct tus_metadata *out) __attribute__((warn_unused_result));

#endif
