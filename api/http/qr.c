/* The sign at an institution's door: a QR code that leads to it, as SVG (an A5 sheet with name and code) or PNG. */
#include <png.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "engine/engine.h"
#include "engine/negotiate.h"
#include "handlers.h"
#include "http/settings.h"
#include "problems.h"

#define QUIET		4	/* modules left white around the code, as ISO/IEC 18004 asks */
#define PIXELS		16	/* of a module in the PNG */
#define LINE_LEAST	14	/* characters of a line of the name, three lines at the most */

/* ---- SVG: 148 × 210 mm, the code 120 mm wide ---- */

/* One line of text in XML; characters XML cannot hold are left out. */
static void
svg_text(struct buf *b, const char *text, size_t length)
{
	for (; length > 0; text++, length--) {
		if (*text == '<')
			buf_string(b, "&lt;");
		else if (*text == '&')
			buf_string(b, "&amp;");
		else if ((unsigned char)*text >= 0x20)
			buf_char(b, *text);
	}
}

/* The octets of the first n characters of UTF-8. */
static size_t
utf8_prefix(const char *text, size_t n)
{
	const char	*p = text;

	for (; *p != '\0' && n > 0; n--)
		for (p++; ((unsigned char)*p & 0xc0) == 0x80; p++)
			;
	return ((size_t)(p - text));
}

static size_t
utf8_length(const char *text)
{
	size_t	n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return (n);
}

/* The name in up to three lines as large as the sheet's width allows; millimetres. */
static void
svg_name(struct buf *b, const char *name)
{
	size_t	length = utf8_length(name), line = (length + 2) / 3, part, n = 0;
	double	size;

	if (line < LINE_LEAST)
		line = LINE_LEAST;
	size = 126.0 / (double)(length < line ? length + 1 : line);
	if (size > 9)
		size = 9;
	for (; *name != '\0'; name += part, n++) {
		part = utf8_prefix(name, line);
		buf_format(b, "<text x=\"74\" y=\"%.1f\" font-size=\"%.2f\">", 156 + (double)n * size * 1.25, size);
		svg_text(b, name, part);
		buf_string(b, "</text>\n");
	}
}

/* Dark modules row by row, each run of them as one rectangle of a path. */
static void
svg_modules(struct buf *b, const QRcode *qr)
{
	int	x, y, run;

	buf_format(b, "<svg x=\"14\" y=\"14\" width=\"120\" height=\"120\" viewBox=\"0 0 %d %d\">"
	    "<path shape-rendering=\"crispEdges\" d=\"", qr->width + 2 * QUIET, qr->width + 2 * QUIET);
	for (y = 0; y < qr->width; y++) {
		for (x = 0; x < qr->width; x += run) {
			for (run = 0; x + run < qr->width && qr->data[y * qr->width + x + run] & 1; run++)
				;
			if (run > 0)
				buf_format(b, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
			else
				run = 1;
		}
	}
	buf_string(b, "\"/></svg>\n");
}

static void
answer_svg(struct engine_call *call, const QRcode *qr, const char *name, const char *code)
{
	struct buf	b;

	buf_init(&b, call->arena);
	buf_string(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"148mm\" height=\"210mm\" viewBox=\"0 0 148 210\">\n"
	    "<rect width=\"148\" height=\"210\" fill=\"#fff\"/>\n");
	svg_modules(&b, qr);
	buf_string(&b, "<g text-anchor=\"middle\" font-family=\"'Noto Sans CJK SC','Source Han Sans SC',SimHei,sans-serif\">\n");
	svg_name(&b, name);
	buf_string(&b, "<text x=\"74\" y=\"196\" font-size=\"10\" letter-spacing=\"1.5\">");
	svg_text(&b, code, strlen(code));
	buf_string(&b, "</text>\n</g>\n</svg>\n");
	/* looked at by itself it can load and run nothing */
	engine_field(call, "Content-Security-Policy", "default-src 'none'; sandbox");
	engine_answer(call, 200, "image/svg+xml", b.data, b.length);
}

/* ---- PNG: the code alone ---- */

static void
answer_png(struct engine_call *call, const QRcode *qr)
{
	size_t			 width = (size_t)(qr->width + 2 * QUIET) * PIXELS, y, n, x;
	unsigned char		*pixels = arena_alloc(call->arena, width * width), *row;
	png_image		 image = { .version = PNG_IMAGE_VERSION, .width = (png_uint_32)width, .height = (png_uint_32)width,
				     .format = PNG_FORMAT_GRAY };
	png_alloc_size_t	 size;
	char			*png;

	memset(pixels, 0xff, width * width);
	for (n = 0; n < (size_t)qr->width * (size_t)qr->width; n++) {
		if (!(qr->data[n] & 1))
			continue;
		x = (n % (size_t)qr->width + QUIET) * PIXELS;
		for (y = 0; y < PIXELS; y++) {
			row = pixels + ((n / (size_t)qr->width + QUIET) * PIXELS + y) * width;
			memset(row + x, 0, PIXELS);
		}
	}
	size = PNG_IMAGE_PNG_SIZE_MAX(image);
	png = arena_alloc(call->arena, size);
	if (!png_image_write_to_memory(&image, png, &size, 0, pixels, 0, NULL)) {
		log_line(LOG_LINE_ERROR, "PNG: %s", image.message);
		engine_refuse(call, PROBLEM_INTERNAL, NULL);
		return;
	}
	engine_answer(call, 200, "image/png", png, size);
}

void
handle_institution_qr(struct engine_call *call)
{
	const char	*accept = call->headers[ENGINE_ACCEPT], *code = engine_row_text(call, "code");
	double		 svg = negotiate_quality(accept, "image/svg+xml", "image/*"),
			 png = negotiate_quality(accept, "image/png", "image/*");
	QRcode		*qr;

	if (svg <= 0 && png <= 0) {
		engine_refuse(call, PROBLEM_NOT_ACCEPTABLE, NULL);
		return;
	}
	qr = QRcode_encodeString(arena_format(call->arena, "%s/v1/institutions/by-code/%s",
	    settings.public_url == NULL ? "" : settings.public_url, code), 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	if (qr == NULL) {
		log_line(LOG_LINE_ERROR, "QR code of %s: HZ_PUBLIC_URL is too long", code);
		engine_refuse(call, PROBLEM_INTERNAL, NULL);
		return;
	}
	engine_field(call, "Vary", "Accept");
	engine_field(call, "Content-Disposition", arena_format(call->arena, "inline; filename=\"%s.%s\"", code,
	    png > svg ? "png" : "svg"));
	if (png > svg)
		answer_png(call, qr);
	else
		answer_svg(call, qr, engine_row_text(call, "name"), code);
	QRcode_free(qr);
}
