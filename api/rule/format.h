/*
 * Forms of text: ids, dates, times, region codes. Every check borrows a NUL-ended text and returns
 * NULL when it is good, else a static sentence (zh) that says what is asked for.
 */
#ifndef RULE_FORMAT_H
#define RULE_FORMAT_H

/* 8-4-4-4-12 hexadecimal digits, either case, any version (RFC 9562). */
const char *format_check_uuid(const char *text);

/* YYYY-MM-DD, a day of the Gregorian calendar in the years 0001 … 9999. */
const char *format_check_date(const char *text);

/* RFC 3339: date, T, hh:mm:ss, up to 9 decimals, Z or an offset of at most 14 hours. A time without
 * offset and a leap second (:60) are refused, each with its own sentence. */
const char *format_check_date_time(const char *text);

/* GB/T 2260 and the statistics bureau's extension: 6 (county), 9 (street) or 12 (community) digits. */
const char *format_check_region_code(const char *text);

#endif
