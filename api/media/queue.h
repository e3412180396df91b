/* Tasks in PostgreSQL (db/code/37_media.sql): lent for a time, so that one whose worker died comes up again. Blocking. */
#ifndef MEDIA_QUEUE_H
#define MEDIA_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#define QUEUE_HASH	65
#define QUEUE_TYPE	128
#define QUEUE_NUMBER	24

struct queue {
	const char	*conninfo;	/* borrowed */
	PGconn		*conn;		/* NULL: not connected */
};

struct task {
	char		id[QUEUE_NUMBER], try[QUEUE_NUMBER];	/* as PostgreSQL writes them; an id below 0: of a reporter's file */
	char		kind[16], type[QUEUE_TYPE], sha256[QUEUE_HASH];	/* of a document there is no hash */
	uint64_t	size;
};

/* A file that a document is made from. Either its text, or the content that holds it, with its type. */
struct queue_input {
	const char	*name, *content, *sha256, *type;	/* NULL: none */
};

/* 1: a task is lent to us, for so long when it is a document or something else; 0: none is due; -1: PostgreSQL is away or refused, and the connection is dropped. */
int	queue_take(struct queue *, unsigned lease_seconds, unsigned document_seconds, struct task *) __attribute__((warn_unused_result));

/* Shows what a document is made from to `visit`, until it returns false. False: it did, or there is nothing, or PostgreSQL is away. */
bool	queue_inputs(struct queue *, const struct task *, bool (*visit)(void *, const struct queue_input *), void *arg)
	    __attribute__((warn_unused_result));

/* The task is done; `sha256` and `size` name a cleaned file that is kept already, NULL and 0 for a thumbnail. Content that
 * nobody has any more is removed from the store in the same transaction. */
bool	queue_done(struct queue *, const struct task *, const char *sha256, uint64_t size) __attribute__((warn_unused_result));

/* A document is done: its HTML and PDF are kept already. */
bool	queue_document_done(struct queue *, const struct task *, const char *html, uint64_t html_size, const char *pdf,
	    uint64_t pdf_size) __attribute__((warn_unused_result));

/* It failed for a reason that is a word; not `final`: it comes up again after a while. */
bool	queue_failed(struct queue *, const struct task *, const char *reason, bool final) __attribute__((warn_unused_result));

void	queue_drop(struct queue *);

#endif
