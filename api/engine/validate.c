#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/pattern.h"
#include "engine/validate.h"
#include "rule/format.h"
#include "rule/phone.h"
#include "rule/receipt.h"
#include "rule/uscc.h"

#define DETAIL_MAX	240	/* octets of a detail */
#define POINTER_MAX	600	/* octets of a pointer; a longer one is cut, keys come from the client */

/* Where the walker stands: a member (key) or an item (index) of what `up` stands for. */
struct step {
	const struct step	*up;
	const char		*key;
	size_t			 index;
};

struct walk {
	json_t		*errors;
	const char	*base;		/* pointer of the root */
	size_t		 faults;
};

static const char *const type_names[] = {
	[CONTRACT_ANY] = "任意值", [CONTRACT_OBJECT] = "对象", [CONTRACT_ARRAY] = "数组", [CONTRACT_STRING] = "字符串",
	[CONTRACT_INTEGER] = "整数", [CONTRACT_NUMBER] = "数字", [CONTRACT_BOOLEAN] = "true 或 false",
};

static void walk_value(struct walk *, const struct step *, const struct contract_schema *, json_t *);

void
validate_fault(json_t *errors, const char *pointer, const char *code, const char *detail)
{
	json_t *fault;

	if (json_array_size(errors) >= VALIDATE_ERRORS)
		return;
	/* What does not fit in memory is left out: the caller still knows that there was a fault. */
	fault = json_pack("{s:s, s:s, s:s}", "pointer", pointer, "code", code, "detail", detail);
	if (fault != NULL)
		(void)json_array_append_new(errors, fault);
}

/* Octets of the longest beginning of text that is at most `room` octets and ends no character in two. */
static size_t
whole_characters(const char *text, size_t room)
{
	size_t length = strnlen(text, room + 1);

	if (length <= room)
		return length;
	length = room;
	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return length;
}

/* Append a key to the pointer with ~ and / escaped (RFC 6901). Returns the new length. */
static size_t
append_key(char *pointer, size_t at, const char *key)
{
	size_t length = whole_characters(key, POINTER_MAX / 3);

	for (size_t i = 0; i < length; i++) {
		if (((unsigned char)key[i] & 0xc0) != 0x80 && at + 4 >= POINTER_MAX)
			break;		/* no room for a whole character */
		if (key[i] == '~' || key[i] == '/') {
			pointer[at++] = '~';
			pointer[at++] = key[i] == '~' ? '0' : '1';
		} else {
			pointer[at++] = key[i];
		}
	}
	return at;
}

/* Write the pointer of a step; returns its length. Recursion is as deep as the schema. */
static size_t
write_pointer(char *pointer, const char *base, const struct step *step)
{
	size_t at;

	if (step == NULL) {
		at = whole_characters(base, POINTER_MAX / 3);
		memcpy(pointer, base, at);
		return at;
	}
	at = write_pointer(pointer, base, step->up);
	if (at + 24 >= POINTER_MAX)
		return at;
	pointer[at++] = '/';
	if (step->key != NULL)
		return append_key(pointer, at, step->key);
	return at + (size_t)snprintf(pointer + at, POINTER_MAX - at, "%zu", step->index);
}

static void __attribute__((format(printf, 4, 5)))
fault(struct walk *walk, const struct step *step, const char *code, const char *format, ...)
{
	char pointer[POINTER_MAX + 1], detail[DETAIL_MAX];
	va_list args;

	walk->faults++;
	pointer[write_pointer(pointer, walk->base, step)] = '\0';
	va_start(args, format);
	(void)vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	detail[whole_characters(detail, sizeof(detail) - 4)] = '\0';
	validate_fault(walk->errors, pointer, code, detail);
}

static size_t
code_points(const char *text, size_t octets)
{
	size_t count = 0;

	for (size_t i = 0; i < octets; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static const char *
check_format(enum contract_format format, const char *text)
{
	switch (format) {
	case CONTRACT_UUID:
		return format_check_uuid(text);
	case CONTRACT_DATE:
		return format_check_date(text);
	case CONTRACT_DATE_TIME:
		return format_check_date_time(text);
	case CONTRACT_USCC:
		return uscc_check(text);
	case CONTRACT_REGION_CODE:
		return format_check_region_code(text);
	case CONTRACT_PHONE_CN:
		return phone_check(text);
	case CONTRACT_RECEIPT:
		return receipt_check(text);
	case CONTRACT_PLAIN:
		break;
	}
	return NULL;
}

/* "只能是：a、b、c", as many as have room. */
static void
not_in_enum(struct walk *walk, const struct step *step, const char *const *values)
{
	char list[DETAIL_MAX];
	size_t at = 0;

	for (size_t i = 0; values[i] != NULL; i++) {
		if (at + strlen(values[i]) + 10 > sizeof(list))
			break;
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s", i == 0 ? "" : "、", values[i]);
		if (values[i + 1] != NULL && at + strlen(values[i + 1]) + 10 > sizeof(list))
			(void)snprintf(list + at, sizeof(list) - at, " …");
	}
	fault(walk, step, "not_in_enum", "只能是：%s", list);
}

/* Nothing but white space, the ideographic and the unbreakable blank among it. */
static bool
is_blank(const char *text)
{
	size_t n;

	do {
		n = strspn(text, " \t\r\n\v\f");
		if (strncmp(text + n, "\xc2\xa0", 2) == 0)
			n += 2;
		else if (strncmp(text + n, "\xe3\x80\x80", 3) == 0)
			n += 3;
		text += n;
	} while (n > 0);
	return *text == '\0';
}

static void
walk_string(struct walk *walk, const struct step *step, const struct contract_schema *schema, json_t *value)
{
	const char *text = json_string_value(value), *wrong;
	size_t octets = json_string_length(value), points = code_points(text, octets);

	if (memchr(text, '\0', octets) != NULL) {
		fault(walk, step, "bad_character", "不能含有 NUL 字符");
		return;
	}
	if (points < schema->min_length) {
		fault(walk, step, "too_short", "至少 %zu 个字", schema->min_length);
		return;
	}
	if (schema->min_length > 0 && is_blank(text)) {
		fault(walk, step, "blank", "不能全是空白");
		return;
	}
	if (points > schema->max_length) {
		fault(walk, step, "too_long", "最多 %zu 个字，现有 %zu 个", schema->max_length, points);
		return;
	}
	if (schema->values != NULL) {
		for (const char *const *one = schema->values; *one != NULL; one++)
			if (strcmp(*one, text) == 0)
				return;
		not_in_enum(walk, step, schema->values);
		return;
	}
	if ((wrong = check_format(schema->format, text)) != NULL)
		fault(walk, step, "bad_format", "%s", wrong);
	else if (schema->pattern != NULL && !pattern_match(schema->pattern, text))
		fault(walk, step, "pattern_mismatch", "应为%s", schema->hint);
}

/* long double holds every json_int_t exactly, so that bounds are exact for integers too. */
static void
walk_number(struct walk *walk, const struct step *step, const struct contract_schema *schema, json_t *value)
{
	long double number = json_is_integer(value) ? (long double)json_integer_value(value) :
	    (long double)json_real_value(value);

	if (schema->has_minimum && number < (long double)schema->minimum)
		fault(walk, step, "out_of_range", "不能小于 %.15g", schema->minimum);
	else if (schema->has_maximum && number > (long double)schema->maximum)
		fault(walk, step, "out_of_range", "不能大于 %.15g", schema->maximum);
}

static void
walk_array(struct walk *walk, const struct step *step, const struct contract_schema *schema, json_t *value)
{
	struct step below = { step, NULL, 0 };
	size_t items = json_array_size(value);

	if (items < schema->min_length)
		fault(walk, step, "too_few_items", "至少 %zu 项", schema->min_length);
	if (items > schema->max_length) {
		fault(walk, step, "too_many_items", "最多 %zu 项，现有 %zu 项", schema->max_length, items);
		return;
	}
	for (; below.index < items && json_array_size(walk->errors) < VALIDATE_ERRORS; below.index++)
		walk_value(walk, &below, schema->items, json_array_get(value, below.index));
}

static int
compare_property(const void *key, const void *property)
{
	return strcmp(key, ((const struct contract_property *)property)->name);
}

static void
walk_object(struct walk *walk, const struct step *step, const struct contract_schema *schema, json_t *value)
{
	struct step below = { step, NULL, 0 };
	const struct contract_property *property;
	json_t *member;

	json_object_foreach(value, below.key, member) {
		if (json_array_size(walk->errors) >= VALIDATE_ERRORS)
			return;
		property = schema->nproperties == 0 ? NULL : bsearch(below.key, schema->properties,
		    schema->nproperties, sizeof(*property), compare_property);
		if (property == NULL)
			fault(walk, &below, "unknown_member", "接口文档中没有这一项");
		else
			walk_value(walk, &below, property->schema, member);
	}
	for (size_t i = 0; i < schema->nproperties; i++) {
		property = &schema->properties[i];
		below.key = property->name;
		if (property->required && json_object_get(value, property->name) == NULL)
			fault(walk, &below, "required", "缺少此项");
	}
	if (json_object_size(value) < schema->min_properties)
		fault(walk, step, "too_few_members", "至少写 %zu 项", schema->min_properties);
}

static void
walk_value(struct walk *walk, const struct step *step, const struct contract_schema *schema, json_t *value)
{
	if (json_is_null(value) && schema->type != CONTRACT_ANY) {
		if (!schema->nullable)
			fault(walk, step, "null_not_allowed", "不能为 null");
		return;
	}
	switch (schema->type) {
	case CONTRACT_ANY:
		return;
	case CONTRACT_OBJECT:
		if (json_is_object(value)) {
			walk_object(walk, step, schema, value);
			return;
		}
		break;
	case CONTRACT_ARRAY:
		if (json_is_array(value)) {
			walk_array(walk, step, schema, value);
			return;
		}
		break;
	case CONTRACT_STRING:
		if (json_is_string(value)) {
			walk_string(walk, step, schema, value);
			return;
		}
		break;
	case CONTRACT_INTEGER:
	case CONTRACT_NUMBER:
		if (json_is_integer(value) || (json_is_real(value) && schema->type == CONTRACT_NUMBER)) {
			walk_number(walk, step, schema, value);
			return;
		}
		break;
	case CONTRACT_BOOLEAN:
		if (json_is_boolean(value))
			return;
		break;
	}
	fault(walk, step, "wrong_type", "类型应为%s", type_names[schema->type]);
}

bool
validate_value(const struct contract_schema *schema, json_t *value, const char *pointer, json_t *errors)
{
	struct walk walk = { errors, pointer, 0 };

	walk_value(&walk, NULL, schema, value);
	return walk.faults == 0;
}

bool
validate_start(const char *const *patterns, const char **bad)
{
	for (; *patterns != NULL; patterns++) {
		if (!pattern_compile(*patterns)) {
			*bad = *patterns;
			return false;
		}
	}
	return true;
}
