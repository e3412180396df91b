#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "rule/format.h"

static const char	wrong_date[] = "应为日历上存在的日期，写作 YYYY-MM-DD";
static const char	wrong_time[] = "应为带偏移的时间，如 2026-11-23T09:30:00+08:00";

/* Read exactly `digits` decimal digits at *at; moves *at behind them. -1 when there are fewer. */
static int
read_digits(const char **at, int digits)
{
	int value = 0;

	for (int i = 0; i < digits; i++) {
		if ((*at)[i] < '0' || (*at)[i] > '9')
			return -1;
		value = value * 10 + ((*at)[i] - '0');
	}
	*at += digits;
	return value;
}

static bool
read_char(const char **at, char wanted)
{
	if (**at != wanted)
		return false;
	(*at)++;
	return true;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

static bool
read_date(const char **at)
{
	int year, month, day;

	if ((year = read_digits(at, 4)) < 1 || !read_char(at, '-'))
		return false;
	if ((month = read_digits(at, 2)) < 1 || month > 12 || !read_char(at, '-'))
		return false;
	day = read_digits(at, 2);
	return day >= 1 && day <= days_of_month(year, month);
}

static bool
read_offset(const char **at)
{
	int hours, minutes;

	if (read_char(at, 'Z') || read_char(at, 'z'))
		return true;
	if (!read_char(at, '+') && !read_char(at, '-'))
		return false;
	if ((hours = read_digits(at, 2)) < 0 || !read_char(at, ':') || (minutes = read_digits(at, 2)) < 0)
		return false;
	return minutes < 60 && hours * 60 + minutes <= 14 * 60;
}

static bool
read_fraction(const char **at)
{
	size_t digits;

	if (!read_char(at, '.'))
		return true;
	digits = strspn(*at, "0123456789");
	*at += digits;
	return digits >= 1 && digits <= 9;
}

const char *
format_check_uuid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	static const char wrong[] = "应为 UUID，如 019a1b2c-3d4e-7f50-8a61-72839405b6c7";

	for (size_t i = 0; i < sizeof(form) - 1; i++) {
		if (text[i] == '\0')
			return wrong;
		if (form[i] == '-' ? text[i] != '-' : strchr("0123456789abcdefABCDEF", text[i]) == NULL)
			return wrong;
	}
	return text[sizeof(form) - 1] == '\0' ? NULL : wrong;
}

const char *
format_check_date(const char *text)
{
	return read_date(&text) && *text == '\0' ? NULL : wrong_date;
}

const char *
format_check_date_time(const char *text)
{
	int hour, minute, second;

	if (!read_date(&text) || (!read_char(&text, 'T') && !read_char(&text, 't')))
		return wrong_time;
	if ((hour = read_digits(&text, 2)) < 0 || hour > 23 || !read_char(&text, ':'))
		return wrong_time;
	if ((minute = read_digits(&text, 2)) < 0 || minute > 59 || !read_char(&text, ':'))
		return wrong_time;
	second = read_digits(&text, 2);
	if (second == 60)
		return "不接受闰秒（秒为 60），请写作下一分钟的 00 秒";
	if (second < 0 || second > 59 || !read_fraction(&text))
		return wrong_time;
	if (*text == '\0')
		return "缺少时区偏移：北京时间请在末尾加 +08:00";
	return read_offset(&text) && *text == '\0' ? NULL : wrong_time;
}

const char *
format_check_region_code(const char *text)
{
	size_t length = strlen(text);

	if (strspn(text, "0123456789") == length && text[0] >= '1' && text[0] <= '8' &&
	    (length == 6 || length == 9 || length == 12))
		return NULL;
	return "应为 6 位（区县）、9 位（街道）或 12 位（社区）区划代码";
}
