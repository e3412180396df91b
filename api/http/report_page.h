/*
 * The pages of /report: one form to report, one to come back with the receipt, and what either answers. No script, no cookie, no other
 * host, nothing left in a cache; every text in Chinese or in English.
 */
#ifndef HTTP_REPORT_PAGE_H
#define HTTP_REPORT_PAGE_H

#include <stdbool.h>

#include <jansson.h>

#include "base/buf.h"
#include "engine/engine.h"
#include "http/html.h"

struct report_page {
	struct engine_call	*call;
	struct buf		 out;
	bool			 english;
	json_t			*data;		/* owned; column `page` of the row; NULL: there is none */
	json_t			*address;	/* owned; what stands behind the ? */
	json_t			*typed;		/* owned; the fields of the form that came */
	const json_t		*faults;	/* [{pointer, code, detail}]; NULL: none */
};

/* A page in its language: everything up to the main part, with the heading. Then report_page_end() sends it. */
void	report_page_begin(struct report_page *, struct engine_call *, const char *title_zh, const char *title_en);
void	report_page_end(struct report_page *, int status);

/* One of two texts. */
const char	*say(const struct report_page *, const char *zh, const char *en);

/* A member of an object: the text; its half in the page's language of {"zh", "en"}; NULL: none. */
const char	*report_page_text(const json_t *object, const char *name);
const char	*report_page_words(const struct report_page *, const json_t *object, const char *name);

/* What was typed into a field (`inner`: in a[b]); "" nothing. */
const char	*report_page_typed(const struct report_page *, const char *name, const char *inner);

/* A path of this page with its language, and the code of an institution's sign where `code` says so; arena. */
const char	*report_page_path(const struct report_page *, const char *path, bool code);

/* ---- what is refused (report_faults.c) ---- */

/* What is wrong with a field, in the page's language; NULL: nothing. `pointer`, or what is below it. */
const char	*report_fault(const struct report_page *, const char *pointer);

/* The box that says what was refused, with links to the fields it is about; nothing where nothing was. */
void	report_faults_box(struct report_page *);

/* ---- parts of forms (report_parts.c) ---- */

struct report_field {
	const char	*name, *inner;	/* called name, or name[inner] */
	const char	*pointer;	/* where its faults point to */
	const char	*type;		/* of <input>; NULL: a <textarea> */
	const char	*zh, *en;	/* its label */
	const char	*hint_zh, *hint_en;	/* NULL: none */
	int		 max;		/* characters; 0: as the type has it */
	bool		 required;
};

/* What stands behind "at" in the id of the field a pointer leads to; arena. */
const char	*report_part_id(const struct report_page *, const char *pointer);

/* A field with label, hint, fault and what was typed. */
void	report_part_field(struct report_page *, const struct report_field *);

/* A radio button; chosen when it was before, or nothing was and `preset` says so. `n`: to tell the ids of one name apart. */
void	report_part_choice(struct report_page *, const char *name, int n, const char *value, bool preset, const char *label, const char *hint);

/* The fault of a field, which its aria-describedby names by <id>-bad; nothing when there is none. */
void	report_part_fault(struct report_page *, const char *pointer, const char *id);

void	report_part_hidden(struct report_page *, const char *name, const char *value);

/* A form without end: whoever begins one ends it. `code`: takes the sign's code along; `file`: takes one. */
void	report_part_form(struct report_page *, const char *path, bool code, bool file);

/* A form of one button that takes the receipt along. */
void	report_part_again(struct report_page *, const char *path, const char *receipt, const char *zh, const char *en);

/* A receipt or a code, to be written down: in groups of four, as it is read out; copied, it is one word with hyphens. */
void	report_part_secret(struct report_page *, const char *secret);

/* The octets of the style sheet, and the source expression of a Content-Security-Policy that admits it and no other. */
extern const char	report_style[];
const char	*report_style_source(void);

#endif
