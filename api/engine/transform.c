#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "engine/transform.h"
#include "engine/work.h"
#include "rule/receipt.h"

#define SEALED	1024

void
transform_hash(const struct contract_schema *schema, const char *text, char hex[2 * CRYPTO_HASH + 1])
{
	char	receipt[RECEIPT_SIZE];
	uint8_t	hash[CRYPTO_HASH];

	if (schema->format == CONTRACT_RECEIPT && receipt_read(text, strlen(text), receipt) == RECEIPT_GOOD)
		text = receipt;
	crypto_keyed_hash(hash, text, strlen(text));
	text_hex(hex, hash, sizeof(hash));
}

/* JSON with blanks behind it, to a multiple of SEALED octets: the length of a box does not tell whether a name has two characters or three. */
static char *
transform_plain(json_t *value, size_t *length)
{
	char	*text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY), *plain;
	size_t	 said;

	if (text == NULL)
		memory_out();
	said = strlen(text);
	*length = (said + SEALED - 1) / SEALED * SEALED;
	if ((plain = malloc(*length)) == NULL)
		memory_out();
	(void)memset(plain, ' ', *length);
	(void)memcpy(plain, text, said);
	explicit_bzero(text, said);
	free(text);
	return (plain);
}

static json_t *
transform_box(json_t *value, const char *key)
{
	size_t	 length;
	char	*plain = transform_plain(value, &length), *box;
	json_t	*sealed = NULL;

	if ((box = malloc(CRYPTO_SEALED(length))) == NULL)
		memory_out();
	if (crypto_seal_to(box, key, plain, length))
		sealed = json_string(box);
	explicit_bzero(plain, length);
	free(plain);
	free(box);
	return (sealed);
}

/* What one value becomes, owned; NULL when it cannot be done. key NULL: what would be sealed is hidden only. */
static json_t *
transform_one(const struct contract_schema *schema, json_t *value, const char *key)
{
	char	hex[2 * CRYPTO_HASH + 1];

	if (schema->transform == CONTRACT_HASH) {
		transform_hash(schema, json_string_value(value), hex);
		return (json_string(hex));
	}
	return (key == NULL ? json_true() : transform_box(value, key));
}

/* A copy of an object with its secrets transformed; NULL when one cannot be. */
static json_t *
transform_object(const struct contract_schema *schema, json_t *object, const char *key)
{
	json_t		*copy = json_copy(object), *member, *made;
	size_t		 i;

	for (i = 0; i < schema->nproperties; i++) {
		const struct contract_property	*p = &schema->properties[i];

		if ((member = json_object_get(object, p->name)) == NULL || json_is_null(member))
			continue;
		if (p->schema->transform != CONTRACT_AS_IT_IS)
			made = transform_one(p->schema, member, key);
		else if (p->schema->type == CONTRACT_OBJECT)
			made = transform_object(p->schema, member, key);
		else
			continue;
		if (made == NULL) {
			json_decref(copy);
			return (NULL);
		}
		(void)json_object_set_new(copy, p->name, made);
	}
	return (copy);
}

static const char *
transform_text(struct engine_call *call, const char *key)
{
	json_auto_t	*made = transform_object(call->op->body, call->work->value, key);
	const char	*kept;
	char		*text;

	if (made == NULL)
		return (NULL);
	if ((text = json_dumps(made, JSON_COMPACT)) == NULL)
		memory_out();
	kept = arena_string(call->arena, text);
	free(text);
	return (kept);
}

const char *
transform_hide(struct engine_call *call)
{
	return (transform_text(call, NULL));
}

const char *
transform_seal(struct engine_call *call, const char *public_key)
{
	struct engine_work	*w = call->work;
	const char		*text = transform_text(call, public_key == NULL ? "" : public_key);

	json_decref(w->value);
	w->value = NULL;
	return (text);
}
