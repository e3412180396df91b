#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "engine/engine.h"
#include "handlers.h"
#include "http/pages.h"
#include "http/ui.h"
#include "problems.h"

static const char	page[] =
    "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>接口文档 / API documentation</title>\n"
    "<link rel=\"icon\" href=\"/docs/favicon-32x32.png\">\n"
    "<link rel=\"stylesheet\" href=\"/docs/swagger-ui.css\">\n"
    "<script src=\"/docs/swagger-ui-bundle.js\" defer></script>\n"
    "<script src=\"/docs/start.js\" defer></script>\n</head>\n<body>\n"
    "<noscript>此页需要 JavaScript;接口描述见 <a href=\"/openapi.json\">/openapi.json</a>。 / "
    "This page needs JavaScript; the description itself is at <a href=\"/openapi.json\">/openapi.json</a>.</noscript>\n"
    "<div id=\"ui\"></div>\n</body>\n</html>\n";

static const char	missing[] =
    "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<title>接口文档 / API documentation</title>\n<link rel=\"stylesheet\" href=\"/docs/page.css\">\n</head>\n<body>\n"
    "<h1>接口文档未安装</h1>\n<p>请在服务器上执行 <code>make deps</code> 并设置 <code>HZ_UI_DIR</code>。"
    "接口描述见 <a href=\"/openapi.json\">/openapi.json</a>。</p>\n"
    "<h2 lang=\"en\">The documentation page is not installed</h2>\n<p lang=\"en\">Run <code>make deps</code> and set "
    "<code>HZ_UI_DIR</code>. The description itself is at <a href=\"/openapi.json\">/openapi.json</a>.</p>\n"
    "</body>\n</html>\n";

static const char	start[] =
    "window.addEventListener('DOMContentLoaded', function () {\n"
    "\tSwaggerUIBundle({\n\t\turl: '/openapi.json', dom_id: '#ui', deepLinking: true, docExpansion: 'none',\n"
    "\t\tfilter: true, persistAuthorization: false, validatorUrl: null, tryItOutEnabled: true\n\t});\n});\n";

static const char	style[] =
    "body { font: 16px/1.6 sans-serif; max-width: 46em; margin: 2em auto; padding: 0 1em; color: #222; }\n"
    "h1 { font-size: 1.4em; } h2 { font-size: 1.1em; margin-top: 2em; }\n"
    "code { background: #f2f2f2; padding: 0 .3em; }\n";

static struct {
	const char	*name, *type;
	const char	*body;		/* NULL: was not found */
	size_t		 length;
	bool		 file;		/* stands in HZ_UI_DIR */
} assets[] = {
	{ "swagger-ui.css", "text/css; charset=utf-8", NULL, 0, true },
	{ "swagger-ui-bundle.js", "text/javascript; charset=utf-8", NULL, 0, true },
	{ "favicon-32x32.png", "image/png", NULL, 0, true },
	{ "start.js", "text/javascript; charset=utf-8", start, sizeof(start) - 1, false },
	{ "page.css", "text/css; charset=utf-8", style, sizeof(style) - 1, false },
};

/* A whole file in memory that is never freed; NULL when it cannot be read. */
static char *
read_whole(const char *path, size_t *length)
{
	FILE	*f = fopen(path, "rb");
	char	*data = NULL;
	long	 size;

	if (f == NULL)
		return (NULL);
	if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) > 0 && (data = malloc((size_t)size)) != NULL) {
		rewind(f);
		*length = fread(data, 1, (size_t)size, f);
		if (*length != (size_t)size) {
			free(data);
			data = NULL;
		}
	}
	(void)fclose(f);
	return (data);
}

void
ui_load(const char *dir)
{
	char	path[4096];
	size_t	i;

	for (i = 0; i < sizeof(assets) / sizeof(assets[0]); i++) {
		if (!assets[i].file)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", dir == NULL ? "" : dir, assets[i].name);
		assets[i].body = dir == NULL ? NULL : read_whole(path, &assets[i].length);
		if (assets[i].body == NULL)
			log_line(LOG_LINE_WARNING, "HZ_UI_DIR: %s is missing, /docs will say so", assets[i].name);
	}
}

void
handle_docs_page(struct engine_call *call)
{
	bool	whole = assets[0].body != NULL && assets[1].body != NULL;

	pages_answer(call, whole ? page : missing, whole ? sizeof(page) - 1 : sizeof(missing) - 1);
}

void
handle_docs_asset(struct engine_call *call)
{
	const char	*name = engine_param(call, 0);
	size_t		 i;

	for (i = 0; i < sizeof(assets) / sizeof(assets[0]); i++)
		if (strcmp(assets[i].name, name) == 0 && assets[i].body != NULL)
			break;
	if (i == sizeof(assets) / sizeof(assets[0])) {
		engine_refuse(call, PROBLEM_NOT_FOUND, NULL);
		return;
	}
	engine_field(call, "Cache-Control", "public, max-age=3600");
	engine_answer(call, 200, assets[i].type, assets[i].body, assets[i].length);
}
