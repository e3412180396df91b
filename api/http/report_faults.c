/* What is refused, in words for somebody who has filled in a form. */
#include <string.h>

#include "contract/contract.h"
#include "http/report_page.h"
#include "problems.h"

struct text {
	const char	*zh, *en;
};

/* Of a fault: the first row that fits. pointer NULL: any; zh NULL: what the fault itself says. */
static const struct {
	const char	*pointer, *code;
	struct text	 text;
} fault_texts[] = {
	{ "/mode", "required", { "请选一种方式", "Choose one of the three ways" } },
	{ "/identity", "not_expected", { "匿名举报不要写姓名和电话：请清空，或者选另外两种方式",
	    "To stay anonymous leave name and telephone empty; or choose one of the other two ways" } },
	{ "/identity", "required", { "请写姓名，或者改选匿名", "Write your name, or choose to stay anonymous" } },
	{ "/identity/name", "required", { "请写姓名，或者改选匿名", "Write your name, or choose to stay anonymous" } },
	{ "/institution_id", "required", { "要先告知本机构，须先填本机构标牌上的短码；不然请选民政局",
	    "To tell your own institution first begin with the code on its sign; or else choose the bureau" } },
	{ "/subject_kind", "required", { "请选是哪一类事", "Choose what it is about" } },
	{ "/district", NULL, { "请选区县", "Choose a district" } },
	{ "/occurred_at", NULL, { "这个时间还没有到", "This time has not come yet" } },
	{ "/occurred_on", "required", { NULL, "Which day was it?" } },
	{ "/occurred_on", NULL, { "请写成 2026-11-22 这样的日期", "Write a date, as 2026-11-22" } },
	{ "/occurred_time", NULL, { "请写成 21:30 这样的时刻", "Write a time of day, as 21:30" } },
	{ "/persons", "too_many", { NULL, "At most 20 people, each name within 60 characters, with commas between them" } },
	{ "/description", "required", { "请写下发生了什么", "Write what happened" } },
	{ "/text", "required", { "请先写下要说的话", "Write your message first" } },
	{ "/sure", NULL, { "要撤回，请先勾选“确定撤回”", "To withdraw, tick that you mean it" } },
	{ "/receipt", "required", { "请输入回执", "Enter the receipt" } },
	{ "", "too_many", { NULL, "No more messages fit into this report. Report again, or call 12350" } },
	{ NULL, "required", { "请填写这一项", "Please fill this in" } },
	{ NULL, "blank", { NULL, "Not only blanks, please" } },
	{ NULL, "too_long", { NULL, "This is too long; please shorten it" } },
	{ NULL, "not_in_enum", { "请选列出的一项", "Choose one of those listed" } },
	{ NULL, "invalid_form", { NULL, "The form did not arrive as it was sent; please try again" } },
};

/* Of a problem; its own title and detail where there is no row. %d in `wait`: seconds. */
static const struct {
	int		problem;
	struct text	text;
} problem_texts[] = {
	{ PROBLEM_VALIDATION_FAILED, { "还没有提交。写过的都还在，请改正：", "Not sent yet. All you wrote is still here; please mend:" } },
	{ PROBLEM_RULE_VIOLATED, { "还没有提交。写过的都还在，请改正：", "Not sent yet. All you wrote is still here; please mend:" } },
	{ PROBLEM_INVALID_QUERY, { "还没有提交。请改正：", "Not sent yet; please mend:" } },
	{ PROBLEM_MALFORMED_REQUEST, { "收到的表单不完整，没有提交，请再试一次。", "The form did not arrive whole and was not taken; please try again." } },
	{ PROBLEM_METHOD_NOT_ALLOWED, { "这个网址不能直接打开，请从下面进入。", "This address cannot be opened by itself; go on from here." } },
	{ PROBLEM_INVALID_STATE, { "这件举报现在不能这样办了，请先看看它的进展。", "This is no longer possible for this report; please look how it stands." } },
	{ PROBLEM_EMPTY_FILE, { "请先选一个文件。", "Choose a file first." } },
	{ PROBLEM_UNSUPPORTED_MEDIA_TYPE, { "这种文件收不了：里面的位置、设备等信息无法清除。可以收 JPG、PNG、WebP 照片，MP4 视频，M4A、MP3 录音，PDF、Word 文件。",
	    "A file of this kind cannot be taken: place and device could not be removed from it. JPG, PNG and WebP pictures, MP4 films, M4A and MP3 sound, PDF and Word "
	    "documents can." } },
	{ PROBLEM_TYPE_MISMATCH, { "文件的后缀与内容不符，没有收下。", "The file's name ends as if it were of another kind; it was not taken." } },
	{ PROBLEM_PAYLOAD_TOO_LARGE, { "太大了，没有收下。照片不超过 32 MB，录音和文件不超过 64 MB，视频不超过 512 MB。",
	    "Too large; it was not taken. Pictures up to 32 MB, sound and documents up to 64 MB, films up to 512 MB." } },
	{ PROBLEM_TOO_MANY_REQUESTS, { "此刻来的太多，这次没有收下。写过的都还在，请稍等一会儿再提交；急事请拨 12350。",
	    "Too much is coming in, and this was not taken. All you wrote is still here; wait a little and send it again. If it is urgent, call 12350." } },
};

static const struct text	broken = { "系统暂时有故障，没有确认收下。写过的都还在，请过一会儿再提交；急事请拨 12350。",
    "Something has failed, and it is not certain that this was taken. All you wrote is still here; try again in a while. If it is urgent, call 12350." };

/* The page's half of "中文 / English"; the whole where there is one half only. */
static const char *
half(const struct report_page *p, const char *text)
{
	const char	*middle = strstr(text, " / ");

	if (middle == NULL)
		return (text);
	return (p->english ? middle + 3 : arena_dup(p->call->arena, text, (size_t)(middle - text)));
}

/* A pointer into a body (/a) is one into the query (?a), of which fields of a form with a file are. */
static bool
points_to(const char *pointer, const char *where)
{
	return (pointer[0] == '\0' || where[0] == '\0' ? pointer[0] == where[0] : strcmp(pointer + 1, where + 1) == 0);
}

static const char *
fault_words(const struct report_page *p, const json_t *fault)
{
	const char	*pointer = report_page_text(fault, "pointer"), *code = report_page_text(fault, "code"), *detail = report_page_text(fault, "detail");
	size_t		 i;

	for (i = 0; i < sizeof(fault_texts) / sizeof(fault_texts[0]); i++) {
		if ((fault_texts[i].pointer != NULL && !points_to(pointer, fault_texts[i].pointer)) ||
		    (fault_texts[i].code != NULL && strcmp(code, fault_texts[i].code) != 0))
			continue;
		if (p->english)
			return (fault_texts[i].text.en);
		return (fault_texts[i].text.zh != NULL ? fault_texts[i].text.zh : half(p, detail));
	}
	if (p->english && strstr(detail, " / ") == NULL)
		return ("This is not as it should be");
	return (half(p, detail));
}

const char *
report_fault(const struct report_page *p, const char *pointer)
{
	const json_t	*fault;
	size_t		 i;

	json_array_foreach(p->faults, i, fault)
		if (points_to(report_page_text(fault, "pointer"), pointer))
			return (fault_words(p, fault));
	return (NULL);
}

static const char *
problem_words(const struct report_page *p)
{
	const struct engine_refusal	*r = &p->call->reply.refusal;
	const struct contract_problem	*known = &contract_problems[r->problem];
	size_t				 i;

	if (report_fault(p, "/receipt") != NULL)
		return (say(p, "回执不对，请对照原件改正：", "The receipt is not right; compare it with what you wrote down:"));
	for (i = 0; i < sizeof(problem_texts) / sizeof(problem_texts[0]); i++)
		if (problem_texts[i].problem == r->problem)
			return (say(p, problem_texts[i].text.zh, problem_texts[i].text.en));
	if (known->status >= 500)
		return (say(p, broken.zh, broken.en));
	return (say(p, known->detail_zh, known->detail_en));
}

void
report_faults_box(struct report_page *p)
{
	const json_t	*fault;
	const char	*pointer;
	size_t		 i;

	if (p->call->reply.refusal.problem < 0)
		return;
	html_put(&p->out, "<div class=\"box wrong\" role=\"alert\"><p><b>%s</b></p>\n", problem_words(p));
	if (json_array_size(p->faults) > 0)
		html_put(&p->out, "<ul>\n");
	json_array_foreach(p->faults, i, fault) {
		pointer = report_page_text(fault, "pointer");
		/* the field of a fault is called after its pointer: #at-identity-name */
		html_put(&p->out, "<li><a href=\"#at%s\">%s</a></li>\n", report_part_id(p, pointer), fault_words(p, fault));
	}
	if (json_array_size(p->faults) > 0)
		html_put(&p->out, "</ul>\n");
	html_put(&p->out, "</div>\n");
}
