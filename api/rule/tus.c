#include <string.h>

#include "base/text.h"
#include "rule/tus.h"

#define NUMBER_MAX	((INT64_C(1) << 53) - 1)
#define KEYS		32		/* of one Upload-Metadata */

int64_t
tus_number(const char *text)
{
	int64_t	n = 0;

	if (*text == '\0')
		return (-1);
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || n > NUMBER_MAX / 10)
			return (-1);
		n = n * 10 + (*text - '0');
	}
	return (n > NUMBER_MAX ? -1 : n);
}

/* Base64 with its padding (RFC 4648, section 4) into out[0..size); false when it is not that, or too long. */
static bool
base64(const char *text, size_t length, uint8_t *out, size_t size, size_t *octets)
{
	char	plain[(TUS_METADATA / 4 + 1) * 4];
	size_t	i, n = length;

	if (length % 4 != 0 || length > sizeof(plain))
		return (false);
	while (n > 0 && length - n < 2 && text[n - 1] == '=')
		n--;
	if (n / 4 * 3 + n % 4 * 3 / 4 > size)
		return (false);
	for (i = 0; i < n; i++) {
		if (text[i] == '-' || text[i] == '_')
			return (false);
		plain[i] = (char)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
	}
	return (text_base64_decode(out, octets, plain, n));
}

const char *
tus_checksum(const char *text, struct tus_checksum *out)
{
	static const struct {
		const char	*name;
		size_t		 length;
	} known[] = { [TUS_SHA256] = { "sha256", 32 }, [TUS_SHA1] = { "sha1", 20 } };
	size_t	i, name = strcspn(text, " "), length;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (name == strlen(known[i].name) && memcmp(text, known[i].name, name) == 0)
			break;
	if (i == sizeof(known) / sizeof(known[0]))
		return ("校验算法只支持 sha256 和 sha1");
	out->algorithm = (enum tus_algorithm)i;
	out->length = known[i].length;
	if (text[name] == '\0' ||
	    !base64(text + name + 1, strlen(text + name + 1), out->digest, sizeof(out->digest), &length) ||
	    length != out->length)
		return ("应为“算法 空格 摘要的 Base64”");
	return (NULL);
}

/* Key and value of one pair, both still as sent. */
struct pair {
	const char	*key, *value;
	size_t		 key_length, value_length;
};

/* Take one pair off the list; false when it is not one. */
static bool
pair_next(const char **list, struct pair *p)
{
	const char	*end, *at = *list;

	at += strspn(at, " \t");
	end = at + strcspn(at, ",");
	*list = end + (*end == ',');
	while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	p->key = at;
	for (; at < end && *at != ' '; at++)
		if (*at < 0x21 || *at > 0x7e)
			return (false);
	p->key_length = (size_t)(at - p->key);
	p->value = at == end ? end : at + 1;	/* an empty value may leave its blank out */
	p->value_length = (size_t)(end - p->value);
	return (p->key_length > 0);
}

static bool
pair_is(const struct pair *p, const char *key)
{
	return (p->key_length == strlen(key) && memcmp(p->key, key, p->key_length) == 0);
}

/* The value as text in out[0..size), a NUL after it. */
static bool
pair_text(const struct pair *p, char *out, size_t size)
{
	size_t	i, n;

	if (!base64(p->value, p->value_length, (uint8_t *)out, size - 1, &n)) {
		out[0] = '\0';
		return (false);
	}
	out[n] = '\0';
	for (i = 0; i < n; i++)
		if ((unsigned char)out[i] < 0x20 || out[i] == 0x7f)
			return (false);
	return (text_utf8(out, n));
}

static const char *
take(const struct pair *p, struct tus_metadata *out)
{
	uint8_t	unused[TUS_METADATA];
	char	flag[8];
	size_t	n;

	if (pair_is(p, "filename"))
		return (pair_text(p, out->filename, sizeof(out->filename)) ? NULL :
		    "filename 应为 UTF-8 文字的 Base64，至多 1020 字节，不含控制字符");
	if (pair_is(p, "filetype"))
		return (pair_text(p, out->filetype, sizeof(out->filetype)) ? NULL : "filetype 应为媒体类型的 Base64");
	if (pair_is(p, "district"))
		return (pair_text(p, out->district, sizeof(out->district)) ? NULL : "district 应为六位区县代码的 Base64");
	if (!pair_is(p, "protected"))
		return (base64(p->value, p->value_length, unused, sizeof(unused), &n) ? NULL : "值应为 Base64");
	if (!pair_text(p, flag, sizeof(flag)) || (strcmp(flag, "true") != 0 && strcmp(flag, "false") != 0))
		return ("protected 应为 true 或 false 的 Base64");
	out->protected = strcmp(flag, "true") == 0;
	return (NULL);
}

const char *
tus_metadata(const char *text, struct tus_metadata *out)
{
	struct pair	 pairs[KEYS];
	const char	*fault;
	size_t		 i, n;
	bool		 more;

	memset(out, 0, sizeof(*out));
	if (strlen(text) > TUS_METADATA)
		return ("Upload-Metadata 过长");
	more = text[strspn(text, " \t")] != '\0';
	for (n = 0; more; n++) {
		if (n == KEYS)
			return ("Upload-Metadata 的键过多");
		more = strchr(text, ',') != NULL;
		if (!pair_next(&text, &pairs[n]))
			return ("应为以逗号分开的“键 空格 值的 Base64”");
		for (i = 0; i < n; i++)
			if (pairs[i].key_length == pairs[n].key_length &&
			    memcmp(pairs[i].key, pairs[n].key, pairs[n].key_length) == 0)
				return ("Upload-Metadata 的键不得重复");
		if ((fault = take(&pairs[n], out)) != NULL)
			return (fault);
	}
	return (NULL);
}
