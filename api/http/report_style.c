/* The style of /report: large enough to touch, wide or narrow, light or dark, on a screen or on paper. */
#include <string.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "http/report_page.h"

const char	report_style[] =
	":root{color-scheme:light dark;--ink:#1c2022;--paper:#fff;--soft:#f1f5f4;--line:#7b8785;--key:#0b5d4e;--on:#fff;--bad:#a3161e}\n"
	"@media(prefers-color-scheme:dark){:root{--ink:#e9eeee;--paper:#14191a;--soft:#1f2829;--line:#84928f;--key:#7fd6c2;--on:#06221b;--bad:#ff9d96}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,\"PingFang SC\",\"Noto Sans CJK SC\",\"Microsoft YaHei\",sans-serif;"
	"overflow-wrap:anywhere}\n"
	"header,main,footer{max-width:42rem;margin:auto;padding:0 1rem}\n"
	"header{display:flex;flex-direction:row-reverse;justify-content:space-between;gap:1rem;padding-top:.5rem}\n"
	"header a{display:inline-block;padding:.55rem .9rem;min-height:2.75rem;border:1px solid var(--line);border-radius:.5rem;text-decoration:none}\n"
	".leave{background:var(--ink);color:var(--paper);border-color:var(--ink)}\n"
	"h1{font-size:1.5rem;line-height:1.3;margin:1rem 0}\nh2{font-size:1.2rem;margin:1.75rem 0 .5rem}\n"
	"p,ul,ol{margin:.5rem 0}\nul,ol{padding-left:1.4rem}\nli{margin:.3rem 0}\n"
	"a{color:var(--key)}\nsmall,.hint{display:block;font-size:.95rem;opacity:.85}\n"
	"fieldset{border:0;border-top:1px solid var(--line);margin:1.75rem 0 0;padding:.75rem 0 0;min-width:0}\n"
	"legend{font-size:1.2rem;font-weight:bold;padding:0 .5rem 0 0}\n"
	".field{margin:1rem 0}\n.field>label{font-weight:bold;display:block;margin-bottom:.25rem}\n"
	"input,select,textarea,button,.go{font:inherit;color:inherit;width:100%;min-height:3rem;padding:.5rem .75rem;border:1px solid var(--line);"
	"border-radius:.5rem;background:var(--paper)}\n"
	"textarea{min-height:11rem;resize:vertical;display:block}\n"
	"input[type=radio],input[type=checkbox]{float:left;width:1.5rem;height:1.5rem;min-height:0;margin:.7rem 0 0 .75rem;accent-color:var(--key)}\n"
	".pick{display:block;padding:.5rem .75rem .5rem 3rem;margin:0 0 .6rem;border:1px solid var(--line);border-radius:.5rem;min-height:3rem}\n"
	"input:checked+.pick{border-color:var(--key);box-shadow:inset 0 0 0 1px var(--key);background:var(--soft)}\n"
	"#mode-1:checked~.who:not(.open){display:none}\n"
	".two{display:flex;gap:1rem}\n.two>*{flex:1;min-width:0}\n"
	"button,.go{background:var(--key);border-color:var(--key);color:var(--on);font-weight:bold;margin:.75rem 0;cursor:pointer;text-align:center}\n"
	".go{display:block;text-decoration:none}\n.plain{background:var(--paper);color:var(--key)}\n"
	":focus-visible{outline:3px solid var(--key);outline-offset:2px}\n"
	".box{background:var(--soft);border-left:.3rem solid var(--key);border-radius:.25rem;padding:.5rem 1rem;margin:1rem 0}\n"
	".box h2{margin-top:.25rem}\n.wrong{border-color:var(--bad)}\n.bad{color:var(--bad);font-weight:bold;margin:.25rem 0}\n"
	"[aria-invalid=true]{border:2px solid var(--bad)}\n"
	".receipt{font:bold 1.75rem/1.7 ui-monospace,monospace;text-align:center;border:3px solid var(--ink);border-radius:.5rem;padding:.75rem .5rem;"
	"margin:1rem 0;letter-spacing:.06em}\n.receipt b{white-space:nowrap}\n"
	".said{white-space:pre-wrap;margin:.25rem 0 0}\n.talk{list-style:none;padding:0}\n.talk li{border-left:.3rem solid var(--line);padding:.25rem 0 .25rem 1rem;margin:1rem 0}\n"
	".talk .mine{border-color:var(--key)}\n"
	"details{margin:1rem 0}\ndetails textarea{min-height:5rem}\nsummary{padding:.6rem 0;cursor:pointer;color:var(--key)}\n"
	"footer{font-size:.95rem;border-top:1px solid var(--line);margin-top:2.5rem;padding-bottom:2rem}\n"
	"@media(max-width:24rem){.two{display:block}.receipt{font-size:1.5rem}}\n"
	"@media print{:root{--ink:#000;--paper:#fff;--soft:#fff;--key:#000;--on:#000}header,form,details,.go,.screen{display:none}.receipt{font-size:2.2rem}"
	"body{font-size:12pt}}\n";

const char *
report_style_source(void)
{
	static char	source[64];
	uint8_t		hash[CRYPTO_HASH];
	char		*p;

	if (source[0] != '\0')
		return (source);
	crypto_sha256(hash, report_style, sizeof(report_style) - 1);
	memcpy(source, "sha256-", 7);
	text_base64_encode(source + 7, hash, sizeof(hash));
	for (p = source + 7; *p != '\0'; p++)		/* from base64url */
		*p = *p == '-' ? '+' : *p == '_' ? '/' : *p;
	memcpy(p, "=", 2);
	return (source);
}
