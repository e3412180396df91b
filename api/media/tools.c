#include <stddef.h>
#include <string.h>

#include "media/tools.h"

/*
 * Pictures are made anew by libvips, upright and in sRGB, rather than cleaned by mat2, whose JPEG would lie on its side
 * (it drops the orientation with the rest) and which knows no WebP. libvips 8.14 takes metadata out of JPEG and PNG but leaves
 * them in WebP: cwebp writes that. Pages of a PDF become images, as mat2 does it: nothing is left that is not seen.
 * mat2's own command wants a process pool with shared memory; its library does not. Of MP4 ffmpeg copies the pictures and
 * nothing else: no places, names, chapters, covers, nor the tracks of data in which cameras tell where they were. What
 * a camera says between H.264's pictures (SEI) goes too; ffmpeg 5.1 leaves it in H.265's header, and h264_metadata refuses
 * that and all other kinds. Sound is made anew, in one channel as speech needs it: frames of AAC and MP3 have room for more than
 * sound. AMR, for which Debian has no encoder, cannot be. Documents are made by a program of our own (document.py) from what
 * the queue has for them.
 */
#define THUMBNAIL(name) \
	.kind = "thumbnail", .picture = true, .in = (name), .out = { "out.jpg" }, \
	.steps = { { "/usr/bin/vipsthumbnail", (name), "--size", "480x480>", TOOLS_FROM, TOOLS_TO, \
	    "--output", "out.jpg[Q=75,strip,background=255]", NULL } }
#define MADE_ANEW(name, target) \
	"/usr/bin/vipsthumbnail", (name), "--size", "65500x65500>", TOOLS_FROM, TOOLS_TO, "--output", (target), NULL
#define MAT2(name) { "/usr/bin/python3", "-I", "-c", \
	"import sys\n" \
	"try: import libmat2.parser_factory as factory\n" \
	"except ImportError: sys.exit(127)\n"	/* as if there were no such program */ \
	"parser = factory.get_parser(sys.argv[1])[0]\n" \
	"parser.sandbox = False\n" \
	"sys.exit(not parser.remove_all())\n", \
	(name), NULL }

#define FFMPEG(name, format)	"/usr/bin/ffmpeg", "-nostdin", "-loglevel", "quiet", "-protocol_whitelist", "file", "-f", (format), "-i", (name)
#define AAC			"-codec:a", "aac", "-aac_coder", "fast", "-b:a", "64k", "-ac", "1", "-ar", "32000"
#define NOTHING_ELSE		"-map_metadata", "-1", "-map_chapters", "-1", "-flags:a", "+bitexact", "-fflags", "+bitexact"

static const struct tools	all[] = {
	{ .type = "image/jpeg", THUMBNAIL("in.jpg") },
	{ .type = "image/png", THUMBNAIL("in.png") },
	{ .type = "image/webp", THUMBNAIL("in.webp") },
	{ .type = "image/heic", THUMBNAIL("in.heic") },
	{ .kind = "strip", .type = "image/jpeg", .picture = true, .in = "in.jpg", .out = { "out.jpg" },
	    .steps = { { MADE_ANEW("in.jpg", "out.jpg[Q=90,strip]") } } },
	{ .kind = "strip", .type = "image/png", .picture = true, .in = "in.png", .out = { "out.png" },
	    .steps = { { MADE_ANEW("in.png", "out.png[strip]") } } },
	{ .kind = "strip", .type = "image/webp", .picture = true, .in = "in.webp", .out = { "out.webp" },
	    .steps = { { MADE_ANEW("in.webp", "out.png[strip,compression=1]") },
	    { "/usr/bin/cwebp", "-quiet", "-metadata", "none", "-q", "90", "out.png", "-o", "out.webp", NULL } } },
	{ .kind = "strip", .type = "application/pdf", .in = "in.pdf", .out = { "in.cleaned.pdf" }, .steps = { MAT2("in.pdf") } },
	{ .kind = "strip", .type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	    .in = "in.docx", .out = { "in.cleaned.docx" }, .steps = { MAT2("in.docx") } },
	{ .kind = "strip", .type = "video/mp4", .in = "in.mp4", .out = { "out.mp4" },
	    .steps = { { FFMPEG("in.mp4", "mov"), "-map", "0:V", "-map", "0:a?", "-codec:v", "copy",
	    "-bsf:v", "h264_metadata=delete_filler=1,filter_units=remove_types=6", AAC, NOTHING_ELSE, "-f", "mp4", "out.mp4", NULL } } },
	{ .kind = "strip", .type = "audio/mp4", .in = "in.m4a", .out = { "out.m4a" },
	    .steps = { { FFMPEG("in.m4a", "mov"), "-map", "0:a:0", AAC, NOTHING_ELSE, "-f", "mp4", "out.m4a", NULL } } },
	{ .kind = "strip", .type = "audio/mpeg", .in = "in.mp3", .out = { "out.mp3" },
	    .steps = { { FFMPEG("in.mp3", "mp3"), "-map", "0:a:0", "-codec:a", "libmp3lame", "-b:a", "96k", "-ac", "1", "-ar", "32000",
	    NOTHING_ELSE, "-id3v2_version", "0", "-write_xing", "0", "-f", "mp3", "out.mp3", NULL } } },
	{ .kind = "document", .type = "application/pdf", .out = { "out.html", "out.pdf" },
	    .steps = { { "/usr/bin/python3", "-I", "document.py", NULL } } },
};

const struct tools *
tools_find(const char *kind, const char *type)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].kind, kind) == 0 && strcmp(all[i].type, type) == 0)
			return (&all[i]);
	return (NULL);
}
