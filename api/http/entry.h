/* Where Kore hands a request over: the handler of its one route. */
#ifndef HTTP_ENTRY_H
#define HTTP_ENTRY_H

struct http_request;

int	api_entry(struct http_request *);

#endif
