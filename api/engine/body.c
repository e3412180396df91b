#include <stdio.h>
#include <string.h>

#include "engine/body.h"
#include "engine/form.h"
#include "engine/transform.h"
#include "engine/validate.h"
#include "engine/work.h"
#include "problems.h"

/* Before the parser sees it: how deep do brackets nest outside of strings? */
static bool
body_shallow(const char *p, size_t length)
{
	const char	*end = p + length;
	bool		 string = false;
	int		 depth = 0;

	for (; p < end; p++) {
		if (*p == '\\' && string)
			p++;
		else if (*p == '"')
			string = !string;
		else if (!string && (*p == '{' || *p == '[') && ++depth > BODY_DEPTH)
			return (false);
		else if (!string && (*p == '}' || *p == ']'))
			depth--;
	}
	return (true);
}

static void
body_fault_at(json_t *errors, const json_error_t *e)
{
	const char	*what = "不是合法的 JSON";
	char		 detail[160];

	switch (json_error_code(e)) {
	case json_error_duplicate_key:
		what = "同一对象里有重复的键";
		break;
	case json_error_invalid_utf8:
		what = "不是合法的 UTF-8";
		break;
	case json_error_null_character:
	case json_error_null_byte_in_key:
		what = "含有 NUL 字符";
		break;
	case json_error_premature_end_of_input:
		what = "JSON 没有结束";
		break;
	case json_error_numeric_overflow:
		what = "数字过大";
		break;
	default:
		break;
	}
	(void)snprintf(detail, sizeof(detail), "第 %d 行第 %d 列：%s", e->line, e->column, what);
	validate_fault(errors, "", "invalid_json", detail);
}

static bool
body_is_form(const struct contract_op *op)
{
	return (op->body_type != NULL && strcmp(op->body_type, FORM_TYPE) == 0);
}

/* Against the schema; kept when something else than its own text is bound. */
static bool
body_judge(struct engine_call *call, json_t *value, json_t *errors, int *problem)
{
	*problem = PROBLEM_VALIDATION_FAILED;
	if (!validate_value(call->op->body, value, "", errors))
		return (false);
	json_decref(call->work->value);
	call->work->value = call->op->transforms || body_is_form(call->op) ? json_incref(value) : NULL;
	return (true);
}

static bool
body_parse(struct engine_call *call, json_t *errors, int *problem)
{
	json_auto_t	*value = NULL;
	json_error_t	 e;

	if (body_is_form(call->op)) {
		*problem = PROBLEM_MALFORMED_REQUEST;
		value = form_parse(call->body, call->body_length, errors);
		return (value != NULL && body_judge(call, value, errors, problem));
	}
	*problem = PROBLEM_INVALID_JSON;
	if (!body_shallow(call->body, call->body_length)) {
		validate_fault(errors, "", "invalid_json", "嵌套超过 32 层");
		return (false);
	}
	value = json_loadb(call->body, call->body_length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
	if (value == NULL) {
		body_fault_at(errors, &e);
		return (false);
	}
	return (body_judge(call, value, errors, problem));
}

bool
body_check(struct engine_call *call, const char **text, json_t *errors, int *problem)
{
	const struct contract_op	*op = call->op;

	if (call->body_length == 0) {
		*text = op->body != NULL && op->body->type == CONTRACT_OBJECT ? "{}" : NULL;
		if (!op->body_required)
			return (true);
		*problem = PROBLEM_INVALID_JSON;
		validate_fault(errors, "", "required", "缺少请求正文");
		return (false);
	}
	if (op->body == NULL) {
		*problem = PROBLEM_MALFORMED_REQUEST;
		validate_fault(errors, "", "unexpected_body", "这个接口不接收正文");
		return (false);
	}
	if (!body_parse(call, errors, problem))
		return (false);
	*text = call->work->value != NULL ? transform_hide(call) : arena_dup(call->arena, call->body, call->body_length);
	return (true);
}
