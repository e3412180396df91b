/* /report: the form, and the page that shows the receipt once. */
#include <string.h>

#include "handlers.h"
#include "http/report_page.h"

static const struct report_field	identity_name = { .name = "identity", .inner = "name", .pointer = "/identity/name", .type = "text", .max = 60,
    .zh = "姓名", .en = "Name" };
static const struct report_field	identity_phone = { .name = "identity", .inner = "phone", .pointer = "/identity/phone", .type = "tel", .max = 40,
    .zh = "电话", .en = "Telephone" };
static const struct report_field	institution_name = { .name = "institution_name", .pointer = "/institution_name", .type = "text", .max = 100,
    .zh = "哪个单位", .en = "Which institution", .hint_zh = "写名称；不知道全名写大概，或写地址。", .hint_en = "Its name, or about where it is if you do not know the name." };
static const struct report_field	occurred_on = { .name = "occurred_on", .pointer = "/occurred_on", .type = "date", .zh = "哪一天（可不填）",
    .en = "Which day (optional)" };
static const struct report_field	occurred_time = { .name = "occurred_time", .pointer = "/occurred_time", .type = "time", .zh = "几点（可不填）",
    .en = "What time (optional)" };
static const struct report_field	persons = { .name = "persons", .pointer = "/persons", .type = "text", .max = 1500, .zh = "涉及哪些人（可不填）",
    .en = "Whom it is about (optional)", .hint_zh = "姓名，用顿号隔开。叫这个名字的工作人员看不到这件举报。",
    .hint_en = "Names, with commas between them. Staff called so will not see this report." };
static const struct report_field	description = { .name = "description", .pointer = "/description", .max = 10000, .required = true,
    .zh = "发生了什么", .en = "What happened", .hint_zh = "在哪里、什么情况、有多久了、谁知道。不要写出您是谁，也不要写只有您才知道的事。照片、录音提交后凭回执再附。",
    .hint_en = "Where, what, since when, who knows of it. Do not write who you are, nor what you alone can know. Pictures and sound are added afterwards, with the receipt." };

static void
warnings(struct report_page *p)
{
	static const struct { const char *zh, *en; } texts[] = {
		{ "不要用单位的网络、Wi-Fi、电话、电脑，也不要在单位里填写。用自己的手机和流量，最好开浏览器的无痕（隐私）模式。",
		    "Do not use your employer's network, Wi-Fi, telephone or computer, nor do it at work. Use your own telephone and data, best in a private window." },
		{ "想匿名，就哪一栏都不要写出您是谁。", "To stay anonymous, do not write who you are in any field." },
		{ "照片、录音、文件里的位置、设备、作者会自动清除；拍到的、听得出的、写在里面的清除不了，请自己留意。",
		    "Place, device and author are taken out of pictures, sound and documents. What is to be seen, heard or read in them stays: mind that yourself." }
	};
	size_t	i;

	html_put(&p->out, "<p>%s</p>\n<p><a class=\"go plain\" href=\"%s\">%s</a></p>\n<div class=\"box\"><h2>%s</h2>\n<ul>\n",
	    say(p, "养老、殡葬、婚姻登记等民政服务机构的安全问题，都可以在这里说。不用注册，不用留名。",
	    "Whatever is not safe in homes for the elderly, funeral services, marriage registration and other civil-affairs services can be told here. No account is needed, "
	    "and no name."), report_page_path(p, "/report/status", false), say(p, "已经举报过：凭回执查看", "I have reported: come back with the receipt"),
	    say(p, "先看这三条", "Before you begin"));
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		html_put(&p->out, "<li>%s</li>\n", say(p, texts[i].zh, texts[i].en));
	html_put(&p->out, "</ul></div>\n");
}

/* The short code that is printed on the sign at the institution's door. It is public: it may stand in an address. */
static void
code_form(struct report_page *p)
{
	html_put(&p->out, "<details><summary>%s</summary>\n<form method=\"get\" action=\"/report\" autocomplete=\"off\">\n",
	    say(p, "知道机构门口标牌上的 7 位短码？", "Do you have the 7-character code on the institution's sign?"));
	report_part_hidden(p, "lang", say(p, "zh", "en"));
	html_put(&p->out, "<div class=\"field\"><label for=\"at-code\">%s</label>\n<p class=\"hint\" id=\"hint-code\">%s</p>\n"
	    "<input type=\"text\" id=\"at-code\" name=\"code\" maxlength=\"7\" required autocomplete=\"off\" aria-describedby=\"hint-code\"></div>\n"
	    "<button class=\"plain\">%s</button></form></details>\n", say(p, "短码", "Code"),
	    say(p, "填了就不用写单位名称。下面出现单位名称就是对了；没有出现，是短码不对，直接写名称也一样。",
	    "Then you need not write its name. Its name appears below; if it does not, the code is not right: just write the name."), say(p, "用这个短码", "Use this code"));
}

static void
mode_part(struct report_page *p)
{
	bool	sealed = p->data == NULL || json_is_true(json_object_get(p->data, "sealed"));

	html_put(&p->out, "<fieldset><legend>%s</legend>\n", say(p, "您想怎样举报", "How you want to report"));
	report_part_fault(p, "/mode", "-mode");
	report_part_choice(p, "mode", 1, "anonymous", true, say(p, "匿名（建议）", "Anonymous (recommended)"),
	    say(p, "没有人知道您是谁；网络地址和手机型号都不记录。凭回执照样查进展、对话。",
	    "Nobody knows who you are; neither your network address nor your device is recorded. With the receipt you still follow it and talk to us."));
	if (!sealed) {
		html_put(&p->out, "<p class=\"hint\">%s</p></fieldset>\n", say(p, "这里还不能收身份信息，只收匿名举报。",
		    "An identity cannot be taken here yet; reports are anonymous."));
		return;
	}
	report_part_choice(p, "mode", 2, "confidential", false, say(p, "保密", "Confidential"),
	    say(p, "留下姓名，只有保密员能打开。办理人要知道您是谁，须写明理由、经保密员同意，每次都有记录。",
	    "You leave your name, and only the custodian can open it. A handler who needs it has to say why and be granted it, and each time is recorded."));
	report_part_choice(p, "mode", 3, "named", false, say(p, "实名", "With your name"),
	    say(p, "姓名同样只有保密员能打开；您愿意让办理人联系您核实情况。",
	    "Your name is sealed likewise; you are willing to be contacted about it."));
	html_put(&p->out, "<div class=\"who%s\">\n<p>%s</p>\n", report_fault(p, "/identity") != NULL || report_fault(p, "/identity/name") != NULL ? " open" : "",
	    say(p, "下面两栏在存入之前就加密：只有保密员能打开，服务器和管理员都打不开。选匿名的不要填。",
	    "What stands here is encrypted before it is stored: only the custodian can open it, no server and no administrator. Leave it empty to stay anonymous."));
	report_part_fault(p, "/identity", "-identity");
	report_part_field(p, &identity_name);
	report_part_field(p, &identity_phone);
	html_put(&p->out, "</div></fieldset>\n");
}

/* Who will read it. To tell the own institution first takes the code on its sign: names may be mistaken. */
static void
audience_part(struct report_page *p)
{
	html_put(&p->out, "<fieldset><legend>%s</legend>\n", say(p, "告诉谁", "Who will read it"));
	report_part_fault(p, "/institution_id", "-institution_id");
	report_part_choice(p, "audience", 1, "bureau", true, say(p, "民政局（建议）", "The bureau (recommended)"),
	    report_page_words(p, json_object_get(p->data, "bureau"), "readers"));
	if (report_page_text(p->data, "institution") != NULL)
		report_part_choice(p, "audience", 2, "institution", false, say(p, "我是本机构职工，先告知本机构", "I work there; tell the institution first"),
		    report_page_words(p, json_object_get(p->data, "own"), "readers"));
	else
		html_put(&p->out, "<p class=\"hint\">%s</p>\n", say(p, "职工想先告知本机构的，先在本页开头填本机构标牌上的短码。",
		    "If you work there and want to tell the institution first, begin with the code on its sign, at the top of this page."));
	html_put(&p->out, "</fieldset>\n");
}

static void
options(struct report_page *p, const char *name, const json_t *list, const char *none, bool chinese)
{
	const char	*typed = report_page_typed(p, name, NULL), *code;
	const json_t	*one;
	size_t		 i;

	html_put(&p->out, "<option value=\"\">%s</option>\n", none);
	json_array_foreach(list, i, one) {
		code = report_page_text(one, "code");
		html_put(&p->out, "<option value=\"%s\"%s>%s</option>\n", code, strcmp(typed, code) == 0 ? " selected" : "",
		    chinese ? report_page_text(one, "name") : report_page_text(one, say(p, "zh", "en")));
	}
}

/* The institution whose sign was read. */
static void
sign_part(struct report_page *p)
{
	const char	*institution = report_page_text(p->data, "institution");

	if (institution != NULL)
		html_put(&p->out, "<div class=\"box\"><p>%s<b lang=\"zh-CN\">%s</b></p><p><a href=\"%s\">%s</a></p></div>\n", say(p, "举报的单位：", "Institution: "),
		    institution, report_page_path(p, "/report", false), say(p, "不是这一家", "It is another one"));
}

/* The place where no sign tells it: in words, with its district: the only one there is, or one to choose. */
static void
place_part(struct report_page *p)
{
	const json_t	*districts = json_object_get(p->data, "districts"), *only = json_array_get(districts, 0);

	if (report_page_text(p->data, "institution") != NULL)
		return;
	report_part_field(p, &institution_name);
	if (json_array_size(districts) == 0) {		/* nothing is known now: what was chosen before stays */
		report_part_hidden(p, "district", report_page_typed(p, "district", NULL));
	} else if (json_array_size(districts) == 1 && report_fault(p, "/district") == NULL) {
		report_part_hidden(p, "district", report_page_text(only, "code"));
		html_put(&p->out, "<p class=\"hint\">%s<span lang=\"zh-CN\">%s</span></p>\n", say(p, "区县：", "District: "), report_page_text(only, "name"));
	} else {
		html_put(&p->out, "<div class=\"field\"><label for=\"at-district\">%s</label>\n", say(p, "在哪个区县", "In which district"));
		report_part_fault(p, "/district", "-district");
		html_put(&p->out, "<select id=\"at-district\" name=\"district\" lang=\"zh-CN\" required>\n");
		options(p, "district", districts, say(p, "请选择", "Choose one"), true);
		html_put(&p->out, "</select></div>\n");
	}
}

static void
subject_part(struct report_page *p)
{
	html_put(&p->out, "<fieldset><legend>%s</legend>\n", say(p, "是什么事", "What it is about"));
	report_part_fault(p, "/subject_kind", "-subject_kind");
	report_part_choice(p, "subject_kind", 1, "major_hazard", true, say(p, "重大安全隐患", "A serious danger"),
	    say(p, "可能伤人的：消防、用电、燃气、建筑、食品等", "What may hurt people: fire, electricity, gas, buildings, food …"));
	report_part_choice(p, "subject_kind", 2, "violation", false, say(p, "违法违规", "Breaking rules"), NULL);
	report_part_choice(p, "subject_kind", 3, "retaliation", false, say(p, "因举报被打击报复", "Retaliation for a report"), NULL);
	report_part_choice(p, "subject_kind", 4, "other", false, say(p, "其他", "Something else"), NULL);
	place_part(p);
	if (p->data == NULL) {
		report_part_hidden(p, "category", report_page_typed(p, "category", NULL));
	} else {
		html_put(&p->out, "<div class=\"field\"><label for=\"at-category\">%s</label>\n", say(p, "哪一类（可不选）", "Which kind (optional)"));
		report_part_fault(p, "/category", "-category");
		html_put(&p->out, "<select id=\"at-category\" name=\"category\">\n");
		options(p, "category", json_object_get(p->data, "categories"), say(p, "说不清", "Not sure"), false);
		html_put(&p->out, "</select></div>\n");
	}
	report_part_field(p, &description);
	html_put(&p->out, "<div class=\"two\">");
	report_part_field(p, &occurred_on);
	report_part_field(p, &occurred_time);
	html_put(&p->out, "</div>\n");
	report_part_fault(p, "/occurred_at", "-occurred_at");
	report_part_field(p, &persons);
	html_put(&p->out, "</fieldset>\n");
}

static void
form(struct report_page *p)
{
	report_part_form(p, "/report", true, false);
	sign_part(p);
	mode_part(p);
	audience_part(p);
	subject_part(p);
	html_put(&p->out, "<h2>%s</h2>\n<p>%s</p>\n<button>%s</button></form>\n", say(p, "提交之后", "What happens then"),
	    report_page_words(p, json_object_get(p->data, "bureau"), "next_steps"), say(p, "提交举报", "Send the report"));
}

void
handle_report_form(struct engine_call *call)
{
	struct report_page	p;

	report_page_begin(&p, call, "举报安全问题", "Report what is not safe");
	warnings(&p);
	if (report_page_text(p.data, "institution") == NULL)
		code_form(&p);
	form(&p);
	report_page_end(&p, 200);
}

/* The same form with what was typed; where it was only looked at, a way back to it. */
void
refuse_report_form(struct engine_call *call)
{
	struct report_page	p;

	report_page_begin(&p, call, "举报安全问题", "Report what is not safe");
	if (call->op != NULL && call->op->method == CONTRACT_POST)
		form(&p);
	else
		html_put(&p.out, "<p><a class=\"go\" href=\"%s\">%s</a></p>\n", report_page_path(&p, "/report", false), say(&p, "打开举报页面", "Open the page to report"));
	report_page_end(&p, call->reply.status);
}

void
handle_report_filed(struct engine_call *call)
{
	static const struct { const char *zh, *en; } texts[] = {
		{ "最好抄在纸上：截图会进相册，可能自动传到别处。不要存在单位的设备上，不要发给别人。",
		    "Best on paper: a picture of the screen may be copied elsewhere by itself. Not on a device of your employer, and send it to nobody." },
		{ "它只显示这一次。离开本页就再也看不到，谁也找不回来。", "It is shown this once. When you leave this page it cannot be seen again, and nobody can find it for you." },
		{ "谁拿到它，谁就能看这件举报的进展和对话。", "Whoever has it can read how this report goes, and the dialogue." },
		{ "字母没有 I、L、O、U；看着像的是数字 1 和 0。", "There is no I, L, O or U in it; what looks so is a 1 or a 0." }
	};
	struct report_page	p;
	size_t			i;

	report_page_begin(&p, call, "已收到您的举报", "Your report has come in");
	html_put(&p.out, "<p><b>%s</b></p>\n", say(&p, "这是您的回执，现在就抄下来：", "This is your receipt. Write it down now:"));
	report_part_secret(&p, engine_secret(call));
	html_put(&p.out, "<ul>\n");
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		html_put(&p.out, "<li>%s</li>\n", say(&p, texts[i].zh, texts[i].en));
	html_put(&p.out, "</ul>\n<h2>%s</h2>\n<p>%s</p>\n<p>%s</p>\n", say(&p, "接下来", "What happens next"), report_page_words(&p, p.data, "next_steps"),
	    report_page_words(&p, p.data, "readers"));
	html_put(&p.out, "<p>%s</p>\n<p><a class=\"go\" href=\"%s\">%s</a></p>\n",
	    say(&p, "要附照片、录音，或补充情况：抄好回执之后，从这里进去。以后回来的网址是本站的 /report/status。",
	    "To add pictures, sound, or anything you have left out, go on from here once you have written it down. Later, come back to /report/status on this site."),
	    report_page_path(&p, "/report/status", false), say(&p, "抄好了，凭回执进去", "I have it: go on with the receipt"));
	report_page_end(&p, 201);
}
