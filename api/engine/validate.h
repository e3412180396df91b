/*
 * Checks a JSON value or a text (of a query or a path) against a schema of the contract, and
 * reports all faults at once.
 */
#ifndef ENGINE_VALIDATE_H
#define ENGINE_VALIDATE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "contract/contract.h"

#define VALIDATE_ERRORS	100	/* at most so many entries in one list of faults */

/* Check `value` (not changed; not const, as Jansson iterates over others only) against `schema`. Appends one object {pointer, code, detail} per fault to the array
 * `errors` (borrowed) up to VALIDATE_ERRORS entries; pointers are RFC 6901 and begin with `pointer`
 * ("" for a whole body). Borrows everything. Returns true when there was no fault. Codes: required,
 * unknown_member, wrong_type, null_not_allowed, too_short, too_long, out_of_range, not_in_enum,
 * bad_format, pattern_mismatch, too_few_items, too_many_items, too_few_members, bad_character. */
bool validate_value(const struct contract_schema *schema, json_t *value, const char *pointer,
    json_t *errors) __attribute__((warn_unused_result));

/* The same for a text that stands for a value of `schema`: decimal digits for an integer, true or
 * false for a boolean, comma-separated items for an array. `text` is decoded UTF-8, NUL-ended. */
bool validate_text(const struct contract_schema *schema, const char *text, const char *pointer,
    json_t *errors) __attribute__((warn_unused_result));

/* Append a fault to `errors` (borrowed), in the form above, unless the list is full. */
void validate_fault(json_t *errors, const char *pointer, const char *code, const char *detail);

/* Compile the NULL-ended list `patterns` (contract_patterns) ahead of the first request. Returns false,
 * with the faulty pattern in *bad, when one does not compile. They stay compiled for the life of the
 * process. */
bool validate_start(const char *const *patterns, const char **bad) __attribute__((warn_unused_result));

#endif
