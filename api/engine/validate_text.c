#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/validate.h"

/* -?[0-9]+ and nothing else: no blanks, no plus, no hexadecimal. */
static bool
is_integer(const char *text)
{
	size_t digits;

	text += *text == '-';
	digits = strspn(text, "0123456789");
	return digits > 0 && text[digits] == '\0';
}

static bool
is_decimal(const char *text)
{
	size_t digits;

	text += *text == '-';
	digits = strspn(text, "0123456789");
	if (digits == 0 || text[digits] == '\0')
		return digits > 0;
	text += digits + 1;
	return text[-1] == '.' && *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* Make the JSON value that a text stands for; owned by the caller. On NULL *code says what is wrong. */
static json_t *
value_of(const struct contract_schema *schema, const char *text, const char **code, const char **detail)
{
	json_int_t integer;
	json_t *value = NULL;

	switch (schema->type) {
	case CONTRACT_INTEGER:
		*code = "wrong_type";
		*detail = "应为整数";
		if (!is_integer(text))
			return NULL;
		errno = 0;
		integer = strtoll(text, NULL, 10);
		*code = "out_of_range";
		*detail = "超出整数的范围";
		return errno == 0 ? json_integer(integer) : NULL;
	case CONTRACT_NUMBER:
		*code = "wrong_type";
		*detail = "应为数字";
		return is_decimal(text) ? json_real(strtod(text, NULL)) : NULL;
	case CONTRACT_BOOLEAN:
		*code = "wrong_type";
		*detail = "应为 true 或 false";
		if (strcmp(text, "true") == 0)
			value = json_true();
		else if (strcmp(text, "false") == 0)
			value = json_false();
		return value;
	default:
		*code = "bad_character";
		*detail = "应为正确的 UTF-8 文字";
		return json_string(text);
	}
}

/* Split at commas into a new array; owned by the caller. NULL with *code set when an item is no value. */
static json_t *
array_of(const struct contract_schema *items, const char *text, const char **code, const char **detail)
{
	json_t *array = json_array(), *item;
	char *copy = strdup(text), *rest = copy, *one;

	if (copy == NULL)
		memory_out();
	*code = "too_many_items";
	*detail = "内容太多";
	while (array != NULL && (one = strsep(&rest, ",")) != NULL) {
		item = value_of(items, one, code, detail);
		if (item == NULL || json_array_append_new(array, item) != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	free(copy);
	return array;
}

bool
validate_text(const struct contract_schema *schema, const char *text, const char *pointer, json_t *errors)
{
	const char *code, *detail;
	json_t *value;
	bool good;

	if (schema->type == CONTRACT_ARRAY)
		value = array_of(schema->items, text, &code, &detail);
	else
		value = value_of(schema, text, &code, &detail);
	if (value == NULL) {
		validate_fault(errors, pointer, code, detail);
		return false;
	}
	good = validate_value(schema, value, pointer, errors);
	json_decref(value);
	return good;
}
