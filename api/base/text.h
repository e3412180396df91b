/* Small codes: base64url, hex, percent-encoding, UTF-8, UUID. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Base64url without padding (RFC 4648, section 5). text_base64_encode() writes text_base64_size(n)
 * octets and a NUL. text_base64_decode() writes at most length * 3 / 4 octets and their number;
 * false on a foreign character, an impossible length or set bits after the last octet. */
size_t	text_base64_size(size_t octets);
void	text_base64_encode(char *to, const void *from, size_t octets);
bool	text_base64_decode(uint8_t *to, size_t *octets, const char *from, size_t length)
	    __attribute__((warn_unused_result));

/* Lower-case hexadecimal; writes 2 * octets and a NUL. */
void	text_hex(char *to, const void *from, size_t octets);

/* Undo percent-encoding in place; `plus` turns '+' into a space (queries). Writes a NUL after it and
 * returns false on a broken escape. */
bool	text_percent_decode(char *text, size_t *length, bool plus) __attribute__((warn_unused_result));

/* Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF, no NUL. */
bool	text_utf8(const char *text, size_t length);

/* 8-4-4-4-12 hexadecimal digits of either case. */
bool	text_uuid(const char *);

#endif
