/*
 * What the generator (generate.py) fills from docs/openapi/ and db/queries/, and the engine walks.
 * Everything here is constant, lives for the whole process and is never freed.
 */
#ifndef CONTRACT_CONTRACT_H
#define CONTRACT_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine_call;

enum contract_method {
	CONTRACT_GET, CONTRACT_POST, CONTRACT_PUT, CONTRACT_PATCH, CONTRACT_DELETE, CONTRACT_METHODS
};

enum contract_type {
	CONTRACT_ANY, CONTRACT_OBJECT, CONTRACT_ARRAY, CONTRACT_STRING,
	CONTRACT_INTEGER, CONTRACT_NUMBER, CONTRACT_BOOLEAN
};

enum contract_format {
	CONTRACT_PLAIN, CONTRACT_UUID, CONTRACT_DATE, CONTRACT_DATE_TIME,
	CONTRACT_USCC, CONTRACT_REGION_CODE, CONTRACT_PHONE_CN, CONTRACT_RECEIPT
};

/* What is done to a value of a request, once it is checked, before anything is bound: PostgreSQL never sees the plain one. */
enum contract_transform {
	CONTRACT_AS_IT_IS,
	CONTRACT_SEAL,			/* sealed to the key in column public_key of x-admit's row; base 64 */
	CONTRACT_HASH			/* its keyed hash, hexadecimal */
};

/* Who calls, and how that is known. */
enum contract_caller {
	CONTRACT_KEY_HOLDER,		/* Authorization: Bearer */
	CONTRACT_ANYBODY,		/* nothing is asked (security: []) */
	CONTRACT_KEY_OR_NOBODY,		/* a key counts when there is one (security: [{}, {bearer: []}]) */
	CONTRACT_RECEIPT_HOLDER		/* Authorization: Receipt (security: [{receipt: []}]) */
};

/* The closed subset of JSON Schema that the validator knows; the generator refuses the rest. */
struct contract_schema {
	enum contract_type	 type;
	enum contract_format	 format;
	enum contract_transform	 transform;
	bool			 nullable;
	bool			 has_minimum, has_maximum;
	double			 minimum, maximum;	/* inclusive */
	size_t			 min_length;		/* code points of a string, items of an array */
	size_t			 max_length;		/* SIZE_MAX: no bound */
	const char		*pattern;		/* POSIX extended, anchored by its author; NULL: none */
	const char		*hint;			/* zh: what the pattern asks for */
	const char *const	*values;		/* enum, NULL-ended; NULL: any */
	const struct contract_schema	*items;		/* of an array */
	const struct contract_property	*properties;	/* of an object, sorted by name (strcmp) */
	size_t			 nproperties;		/* unknown members are faults */
	size_t			 min_properties;
};

struct contract_property {
	const char			*name;
	const struct contract_schema	*schema;
	const char			*title;		/* zh, the CSV header; NULL: the name */
	size_t				 order;		/* place in the document, from 0: the CSV column */
	bool				 required;
};

struct contract_param {
	const char			*name;
	const struct contract_schema	*schema;
	const char			*fallback;	/* bound when absent; NULL: SQL NULL */
	bool				 required;
	bool				 form_only;	/* a field of a multipart form, never of the address */
};

/* Where the value of a placeholder comes from. */
enum contract_source {
	CONTRACT_FROM_PATH,		/* :path_<name>    index into the route's params */
	CONTRACT_FROM_QUERY,		/* :q_<name>       index into the op's query params */
	CONTRACT_FROM_BODY,		/* :body           the validated body, jsonb */
	CONTRACT_FROM_LIMIT,		/* :limit          bigint, 1..200 */
	CONTRACT_FROM_AFTER,		/* :after_<1..4>   cursor value, text; index 0..3 */
	CONTRACT_FROM_IF_MATCH,		/* :if_match       bigint; NULL when the header is absent */
	CONTRACT_FROM_SECRET_HASH,	/* :secret_hash    bytea, hash of the secret C has made */
	CONTRACT_FROM_CSV,		/* :csv            boolean, the list is written as a file */
	CONTRACT_FROM_RECEIPT_HASH,	/* :receipt_hash   bytea, hash of the receipt the caller holds */
	CONTRACT_FROM_HANDLER		/* :x_<name>       set in C by engine_value_set(); index into the op's values */
};

struct contract_bind {
	enum contract_source	source;
	int			index;
};

/* When a token of SQL is part of the statement. */
enum contract_when {
	CONTRACT_ALWAYS,
	CONTRACT_IF_QUERY,		/* query param `index` is present */
	CONTRACT_IF_AFTER,		/* a cursor was given */
	CONTRACT_IF_SORT		/* sort `index` is chosen */
};

/* A stretch of SQL, then (bind >= 0) one placeholder. The engine numbers placeholders ($1 …) in
 * order of first use within the variant it assembles; the cast follows as text of the next token. */
struct contract_token {
	const char		*text;
	int			 bind;		/* index into the op's binds; -1: none */
	enum contract_when	 when;
	int			 index;
	bool			 negated;
};

/* EITHER: reads, and for some who call also writes: what answers no items (NULL) is asked again where it may write. */
enum contract_lane { CONTRACT_READ, CONTRACT_WRITE, CONTRACT_SLOW, CONTRACT_EITHER };

enum contract_kind {
	CONTRACT_KIND_OBJECT,		/* one row: status, body, version, location */
	CONTRACT_KIND_LIST,		/* one row: items, next_key */
	CONTRACT_KIND_ROW,		/* one row of any columns, which C reads: x-handler beside x-sql, and x-admit */
	CONTRACT_KIND_HANDLER		/* x-handler only, no SQL */
};

enum contract_etag {
	CONTRACT_ETAG_NONE,
	CONTRACT_ETAG_VERSION,		/* "version" */
	CONTRACT_ETAG_DAILY		/* "version.yyyymmdd", Asia/Shanghai */
};

typedef void contract_handler(struct engine_call *);

struct contract_op {
	const char			*id;		/* operationId */
	const char			*title;		/* zh half of its summary, the name of its CSV file */
	const char			*file;		/* db/queries/<file>.sql; NULL: no SQL */
	const struct contract_route	*route;
	enum contract_method		 method;
	enum contract_lane		 lane;
	enum contract_kind		 kind;
	enum contract_etag		 etag;
	enum contract_caller		 caller;
	bool				 quiet;		/* x-quiet: no request-log line, no trace id */
	bool				 shy;		/* x-shy: quiet, counted by the hour, answers padded: nothing tells of a reporter */
	bool				 transforms;	/* something in its body is transformed */
	const char			*roles;		/* "{admin,inspector}", bound by auth as text[] */
	const struct contract_param	*query;		/* without limit, cursor and sort of a list */
	size_t				 nquery;
	bool				 limit, cursor;	/* takes ?limit=, ?cursor= (its SQL uses them) */
	const char *const		*sorts;		/* names for ?sort=, first is the default; NULL: none */
	size_t				 nsorts;
	const struct contract_schema	*body;		/* NULL: no body is taken */
	bool				 body_required;
	const char			*body_type;	/* application/json or application/merge-patch+json … */
	size_t				 body_max;	/* octets */
	bool				 if_match;	/* takes If-Match */
	const struct contract_token	*sql;
	size_t				 nsql;
	const struct contract_bind	*binds;
	size_t				 nbinds;
	const struct contract_schema	*item;		/* of a list, for CSV */
	bool				 sensitive;	/* may hold rows of sensitive categories: takes ?sensitive=include */
	bool				 sealed;	/* its tag is x-sealed: its answers are stored so that a repeated request alone opens them */
	const char			*secret;	/* x-secret: member of the reply that C makes and splices in; `receipt` is one */
	contract_handler		*handler;	/* x-handler; NULL: the engine's own way */
	contract_handler		*prepare;	/* x-prepare: sets values before any statement; NULL: none */
	contract_handler		*refusal;	/* x-refusal: answers what is refused, in place of problem+json; NULL: none */
	const char *const		*values;	/* names of the values C sets, "x_sha256" … */
	size_t				 nvalues;
	bool				 file_body;	/* x-body: file: the body goes to the store, not to memory */
	const struct contract_op	*admit;		/* x-admit: asked before the first octet of it, or before its values are sealed */
	const struct contract_op	*refused;	/* x-refusal-sql: the row x-refusal answers with; NULL: it needs none */
	bool				 idempotent;	/* takes an Idempotency-Key */
	unsigned			 timeout_ms;
};

#define CONTRACT_SEGMENTS	12

struct contract_route {
	const char			*path;		/* template, as in the document */
	const char			*segments[CONTRACT_SEGMENTS];	/* NULL: a parameter */
	size_t				 nsegments;
	const struct contract_param	*params;	/* of the path, in order */
	size_t				 nparams;
	const struct contract_op	*ops[CONTRACT_METHODS];
};

/* docs/openapi/problems.yaml; the enum PROBLEM_… is generated beside it (problems.h). */
struct contract_problem {
	const char	*code;
	int		 status;
	const char	*title_zh, *title_en;
	const char	*detail_zh, *detail_en;
	const char	*meaning_zh, *meaning_en;	/* the page /problems/<code> */
	const char	*action_zh, *action_en;
};

/* SQLSTATE (or two-character class), and for 23xxx optionally the constraint's name, to a problem. */
struct contract_sqlstate {
	const char	*sqlstate;
	const char	*constraint;	/* NULL: any */
	int		 problem;	/* index into contract_problems */
	const char	*pointer;	/* JSON pointer of the faulty member; NULL: none */
};

extern const struct contract_route	contract_routes[];
extern const size_t			contract_nroutes;
extern const struct contract_op *const	contract_ops[];		/* every op, then its admit, then its refused; index = op number */
extern const size_t			contract_nops;
extern const struct contract_problem	contract_problems[];
extern const size_t			contract_nproblems;
extern const struct contract_sqlstate	contract_sqlstates[];
extern const size_t			contract_nsqlstates;
extern const char *const		contract_patterns[];	/* every pattern of a request, NULL-ended */
extern const char			contract_auth_sql[];	/* db/queries/auth.sql: $1 bytea, $2 text[] */
extern const char			contract_nobody_sql[];	/* db/queries/nobody.sql: the session of one without a key */
extern const char			contract_export_sql[];	/* db/queries/export.sql: $1 boolean, $2 … $4 text */
extern const char			contract_openapi[];	/* /openapi.json, x- keys stripped */
extern const size_t			contract_openapi_length;

#endif
