/* /report/status: how a report stands, by its receipt, and what may be done with it. The receipt goes on in hidden fields. */
#include <string.h>

#include "handlers.h"
#include "http/report_page.h"
#include "problems.h"

static const struct report_field	receipt_field = { .name = "receipt", .pointer = "/receipt", .type = "text", .max = 64, .required = true,
    .zh = "回执", .en = "Receipt", .hint_zh = "20 个字符，如 7Q2M-K4XW-9PTD-3HZA-VC5N。大小写、空格、连字符都不要紧。",
    .hint_en = "20 characters, as 7Q2M-K4XW-9PTD-3HZA-VC5N. Capitals, blanks and hyphens do not matter." };
static const struct report_field	text_field = { .name = "text", .pointer = "/text", .max = 4000, .required = true, .zh = "给办理人留言",
    .en = "A message to the handlers", .hint_zh = "匿名的仍是匿名：不要写出您是谁。", .hint_en = "Anonymous stays anonymous: do not write who you are." };
static const struct report_field	note_field = { .name = "note", .pointer = "/note", .max = 2000, .zh = "想说的话（可不填）",
    .en = "Anything you want to say (optional)" };

/* "2026-11-22 21:00" of a time of the hour. */
static const char *
hour(const struct report_page *p, const json_t *object, const char *name)
{
	const char	*text = report_page_text(object, name);

	return (text == NULL || strlen(text) < 16 ? text : arena_format(p->call->arena, "%.10s %.5s", text, text + 11));
}

/* ---- forms ---- */

static void
enter_form(struct report_page *p)
{
	report_part_form(p, "/report/status", false, false);
	report_part_field(p, &receipt_field);
	html_put(&p->out, "<button>%s</button></form>\n", say(p, "查看进展", "See how it stands"));
}

static void
message_form(struct report_page *p, const char *receipt)
{
	report_part_form(p, "/report/messages", false, false);
	report_part_hidden(p, "receipt", receipt);
	report_part_field(p, &text_field);
	html_put(&p->out, "<button>%s</button></form>\n", say(p, "发送", "Send"));
}

/* The receipt stands before the file: it is read first. */
static void
file_form(struct report_page *p, const char *receipt)
{
	report_part_form(p, "/report/attachments", false, true);
	report_part_hidden(p, "receipt", receipt);
	html_put(&p->out, "<div class=\"field\"><label for=\"at-file\">%s</label>\n<p class=\"hint\" id=\"hint-file\">%s</p>\n", say(p, "附一份材料", "Add a file"),
	    say(p, "JPG、PNG、WebP 照片，MP4 视频，M4A、MP3 录音，PDF、Word 文件，一次一份。位置、设备、作者先自动清除，之前谁也看不到；文件名不保留。",
	    "A JPG, PNG or WebP picture, an MP4 film, M4A or MP3 sound, a PDF or Word document, one at a time. Place, device and author are taken out before anybody sees it; "
	    "its name is not kept."));
	html_put(&p->out, "<input type=\"file\" id=\"at-file\" name=\"file\" required aria-describedby=\"hint-file\" "
	    "accept=\".jpg,.jpeg,.png,.webp,.mp4,.m4a,.mp3,.pdf,.docx\"></div>\n<button>%s</button></form>\n", say(p, "上传", "Send the file"));
}

static void
withdrawal_form(struct report_page *p, const char *receipt)
{
	report_part_form(p, "/report/withdrawals", false, false);
	report_part_hidden(p, "receipt", receipt);
	html_put(&p->out, "<p>%s</p>\n", say(p, "随时可以撤回，不必说明理由。已经发现的隐患仍会整改。", "You may withdraw it whenever you like, without a reason. Dangers already found are put right all the same."));
	report_part_field(p, &note_field);
	report_part_fault(p, "/sure", "-sure");
	html_put(&p->out, "<input type=\"checkbox\" id=\"at-sure\" name=\"sure\" value=\"yes\" required><label class=\"pick\" for=\"at-sure\">%s</label>\n"
	    "<button>%s</button></form>\n", say(p, "确定撤回这件举报", "I do want to withdraw this report"), say(p, "撤回", "Withdraw"));
}

/* ---- how it stands ---- */

static void
line(struct report_page *p, const char *text)
{
	if (text != NULL)
		html_put(&p->out, "<p>%s</p>\n", text);
}

static void
findings_part(struct report_page *p, const json_t *report)
{
	const json_t	*findings = json_object_get(report, "findings"), *one;
	const char	*due;
	size_t		 i;

	line(p, report_page_words(p, report, "summary"));
	if (json_array_size(findings) == 0)
		return;
	html_put(&p->out, "<ul>\n");
	json_array_foreach(findings, i, one) {
		due = report_page_text(one, "closed_on");
		if (due == NULL)
			due = report_page_text(one, "due_on");
		html_put(&p->out, "<li>%s %d: %s%s%s</li>\n", say(p, "问题", "Problem"), (int)json_integer_value(json_object_get(one, "n")),
		    report_page_words(p, one, "text"), due == NULL ? "" : report_page_text(one, "closed_on") != NULL ? say(p, "，", ", ") : say(p, "，期限 ", ", due "), due);
	}
	html_put(&p->out, "</ul>\n");
}

static void
state_part(struct report_page *p, const json_t *report)
{
	const json_t	*reason = json_object_get(report, "reason"), *next = json_object_get(report, "next");
	const char	*to = report_page_text(reason, "to");

	html_put(&p->out, "<div class=\"box\"><p><b>%s</b></p>\n", report_page_words(p, report, "text"));
	line(p, report_page_text(reason, say(p, "zh", "en")));
	if (to != NULL)
		html_put(&p->out, "<p>%s%s</p>\n", say(p, "转给：", "Handed to: "), to);
	line(p, report_page_text(reason, "note"));
	findings_part(p, report);
	line(p, report_page_words(p, next, "text"));
	line(p, report_page_words(p, json_object_get(report, "reward"), "text"));
	html_put(&p->out, "</div>\n<p class=\"hint\">%s%s%s%s</p>\n", say(p, "收到：", "Received: "), hour(p, report, "received_at"), say(p, "。", ". "),
	    report_page_words(p, report, "readers"));
}

static void
dialogue_part(struct report_page *p)
{
	const json_t	*messages = json_object_get(p->data, "messages"), *one;
	const char	*author, *text;
	size_t		 i;

	html_put(&p->out, "<h2 id=\"dialogue\">%s</h2>\n", say(p, "对话", "Dialogue"));
	if (json_array_size(messages) == 0)
		line(p, say(p, "还没有留言。", "There is no message yet."));
	html_put(&p->out, "<ol class=\"talk\">\n");
	json_array_foreach(messages, i, one) {
		author = report_page_text(one, "author");
		text = report_page_text(one, "text");
		html_put(&p->out, "<li class=\"%s\"><b>%s</b> <small>%s</small><p class=\"said\" dir=\"auto\">%s</p></li>\n",
		    strcmp(author, "reporter") == 0 ? "mine" : "theirs", strcmp(author, "reporter") == 0 ? say(p, "您", "You") :
		    strcmp(author, "office") == 0 ? say(p, "民政局", "The bureau") : say(p, "本机构", "The institution"), hour(p, one, "sent_at"),
		    text == NULL ? say(p, "保存期限已到，已清除。", "Erased at the end of its retention.") : text);
	}
	html_put(&p->out, "</ol>\n");
}

static void
files_part(struct report_page *p)
{
	const json_t	*files = json_object_get(p->data, "files"), *one;
	size_t		 i;

	html_put(&p->out, "<h2 id=\"files\">%s</h2>\n", say(p, "材料", "Evidence"));
	if (json_array_size(files) == 0)
		line(p, say(p, "还没有附材料。", "Nothing has been sent along yet."));
	html_put(&p->out, "<ul>\n");
	json_array_foreach(files, i, one) {
		html_put(&p->out, "<li>%s %d%s (%s): %s</li>\n", say(p, "第", "No."), (int)json_integer_value(json_object_get(one, "n")),
		    say(p, " 份", ""), hour(p, one, "sent_at"), report_page_words(p, one, "text"));
	}
	html_put(&p->out, "</ul>\n");
}

static bool
allowed(const json_t *report, const char *command)
{
	const json_t	*one;
	size_t		 i;

	json_array_foreach(json_object_get(report, "allowed"), i, one)
		if (strcmp(json_string_value(one), command) == 0)
			return (true);
	return (false);
}

/* Pressing it twice does no harm: the second code makes the first void, and says so. */
static void
reward_part(struct report_page *p, const json_t *report, const char *receipt)
{
	if (!allowed(report, "reward-collections"))
		return;
	html_put(&p->out, "<h2 id=\"reward\">%s</h2>\n", say(p, "奖励", "Reward"));
	line(p, say(p, "凭领取码领取，不用出示回执。以前取过的，再取一个，旧的即作废。",
	    "It is paid against a code; the receipt is not shown. If you fetched one before, another makes it void."));
	report_part_again(p, "/report/reward-collections", receipt, "取领取码", "Fetch a code");
}

static void
done_part(struct report_page *p)
{
	const char	*done = report_page_text(p->data, "done"), *text = NULL;

	if (done == NULL)
		return;
	if (strcmp(done, "said") == 0)
		text = say(p, "留言已送达。", "Your message has been delivered.");
	else if (strcmp(done, "attached") == 0)
		text = say(p, "材料已收到。", "The file has come in.");
	else if (strcmp(done, "collected") == 0)
		text = say(p, "这是您的领取码，现在就抄下来，只显示这一次：", "This is your code for the reward. Write it down now; it is shown this once:");
	else
		text = say(p, "举报已撤回。", "The report has been withdrawn.");
	html_put(&p->out, "<div class=\"box\" role=\"status\"><p><b>%s</b></p>\n", text);
	if (*engine_secret(p->call) != '\0') {
		report_part_secret(p, engine_secret(p->call));
		line(p, report_page_words(p, json_object_get(p->data, "reward"), "text"));
	}
	html_put(&p->out, "</div>\n");
	/* what was typed has been said */
	json_decref(p->typed);
	p->typed = json_object();
}

void
handle_report_status(struct engine_call *call)
{
	struct report_page	 p;
	const json_t		*report;
	const char		*receipt;

	report_page_begin(&p, call, "您的举报", "Your report");
	report = json_object_get(p.data, "report");
	receipt = arena_string(call->arena, report_page_typed(&p, "receipt", NULL));
	done_part(&p);
	state_part(&p, report);
	report_part_again(&p, "/report/status", receipt, "刷新", "Look again");
	reward_part(&p, report, receipt);
	dialogue_part(&p);
	if (allowed(report, "messages"))
		message_form(&p, receipt);
	files_part(&p);
	if (allowed(report, "attachments"))
		file_form(&p, receipt);
	if (allowed(report, "withdrawals")) {
		html_put(&p.out, "<details><summary>%s</summary>\n", say(&p, "撤回举报", "Withdraw the report"));
		withdrawal_form(&p, receipt);
		html_put(&p.out, "</details>\n");
	}
	report_page_end(&p, 200);
}

void
handle_report_enter(struct engine_call *call)
{
	struct report_page	p;

	report_page_begin(&p, call, "凭回执查看举报", "Come back with the receipt");
	enter_form(&p);
	html_put(&p.out, "<p>%s</p>\n<p><a class=\"go plain\" href=\"%s\">%s</a></p>\n",
	    say(&p, "回执丢了找不回来：这里没有别的记号能认出您。可以重新举报，并说明以前报过。",
	    "A lost receipt cannot be found again: nothing else here tells who you are. You may report once more and say that you did before."),
	    report_page_path(&p, "/report", false), say(&p, "去举报", "Report something"));
	report_page_end(&p, 200);
}

/* The form that was refused, with what was typed; without a receipt that may be good, the one that asks for it. */
void
refuse_report_receipt(struct engine_call *call)
{
	struct report_page	 p;
	const char		*receipt, *path = call->route->path;
	bool			 known;

	report_page_begin(&p, call, "凭回执查看举报", "Come back with the receipt");
	receipt = report_page_typed(&p, "receipt", NULL);
	known = *receipt != '\0' && report_fault(&p, "/receipt") == NULL && call->reply.refusal.problem != PROBLEM_RECEIPT_UNKNOWN;
	if (known && strcmp(path, "/report/messages") == 0)
		message_form(&p, receipt);
	else if (known && strcmp(path, "/report/attachments") == 0)
		file_form(&p, receipt);
	else if (known && strcmp(path, "/report/withdrawals") == 0)
		withdrawal_form(&p, receipt);
	else
		enter_form(&p);
	if (known)
		report_part_again(&p, "/report/status", receipt, "看进展", "See how it stands");
	report_page_end(&p, call->reply.status);
}
