/* A request whose body is a file: between the exchange, the engine and the intake. */
#ifndef HTTP_RECEIVE_H
#define HTTP_RECEIVE_H

#include <stdbool.h>

#include "http/exchange.h"

/* The operation has let it in: begin. False: the refusal stands in the call. */
bool	receive_begin(struct exchange *, void (*done)(void *owner), void (*resume)(void *owner)) __attribute__((warn_unused_result));

/* The sink has stopped: its fault to the call's refusal. */
void	receive_refuse(struct exchange *);

/* The body is whole. Four ways on: */
enum receive_result {
	RECEIVE_ASK,			/* who sends it stands in its form: engine_admit() once more, then receive_keep() */
	RECEIVE_KEEPING,		/* done() follows, then receive_kept() */
	RECEIVE_REFUSED,		/* the refusal stands in the call */
	RECEIVE_RUN			/* the engine will refuse: run it */
};
enum receive_result	receive_whole(struct exchange *) __attribute__((warn_unused_result));
enum receive_result	receive_keep(struct exchange *) __attribute__((warn_unused_result));

/* It is kept, or was not fit to be: false. Else the engine may run. */
bool	receive_kept(struct exchange *) __attribute__((warn_unused_result));

/* The engine has answered. True: done() follows, then receive_settled(). */
bool	receive_settle(struct exchange *) __attribute__((warn_unused_result));
void	receive_settled(struct exchange *);

#endif
