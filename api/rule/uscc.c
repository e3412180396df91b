#include <string.h>

#include "rule/uscc.h"

#define USCC_LENGTH	18

static const char	alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

const char *
uscc_check(const char *text)
{
	unsigned sum = 0, weight = 1, check;

	if (strlen(text) != USCC_LENGTH)
		return "统一社会信用代码应为 18 位";
	if (strspn(text, alphabet) != USCC_LENGTH)
		return "统一社会信用代码只含数字和大写字母（没有 I、O、Z、S、V）";
	if (strspn(text + 2, "0123456789") < 6)
		return "统一社会信用代码第 3 至 8 位应为登记机关的区划代码";
	for (int i = 0; i < USCC_LENGTH - 1; i++) {
		sum += (unsigned)(strchr(alphabet, text[i]) - alphabet) * weight;
		weight = weight * 3 % 31;
	}
	check = (31 - sum % 31) % 31;
	if (text[USCC_LENGTH - 1] != alphabet[check])
		return "统一社会信用代码的校验位不对，请核对是否抄错";
	return NULL;
}
