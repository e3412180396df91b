/*
 * libFuzzer: bodies and query texts against every schema of the real contract. The first two octets choose the operation,
 * the rest is its body and the text of its parameters.
 * sources: build/gen/contract_tables.c api/engine/validate.c api/engine/validate_text.c api/engine/pattern.c api/rule/format.c api/rule/uscc.c api/rule/phone.c api/rule/receipt.c api/base/memory.c
 */
#include <stdlib.h>
#include <string.h>

#include "contract/contract.h"
#include "engine/validate.h"
#include "handlers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The tables point at the handlers; no handler is called here. */
#define STAND_IN(name)	void name(struct engine_call *call) { (void)call; abort(); }
CONTRACT_HANDLERS(STAND_IN)

/* What the validator promises of its list: bounded, and every entry whole. */
static void
check_faults(const json_t *errors, bool good)
{
	size_t count = json_array_size(errors);

	if (count > VALIDATE_ERRORS || good != (count == 0))
		abort();
	for (size_t i = 0; i < count; i++) {
		json_t *error = json_array_get(errors, i);

		if (!json_is_string(json_object_get(error, "pointer")) || !json_is_string(json_object_get(error, "code")) ||
		    json_string_length(json_object_get(error, "detail")) == 0)
			abort();
	}
}

static void
fuzz_params(const struct contract_param *params, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		json_t *errors = json_array();

		check_faults(errors, validate_text(params[i].schema, text, params[i].name, errors));
		json_decref(errors);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct contract_op *op;
	json_t *body, *errors;
	char *text;

	if (size < 2)
		return 0;
	op = contract_ops[(data[0] * (size_t)256 + data[1]) % contract_nops];
	text = strndup((const char *)data + 2, size - 2);
	fuzz_params(op->query, op->nquery, text);
	fuzz_params(op->route->params, op->route->nparams, text);
	free(text);
	body = json_loadb((const char *)data + 2, size - 2, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	if (op->body != NULL && body != NULL) {
		errors = json_array();
		check_faults(errors, validate_value(op->body, body, "", errors));
		json_decref(errors);
	}
	json_decref(body);
	return 0;
}
