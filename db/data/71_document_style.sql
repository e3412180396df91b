-- How documents look, first edition: A4 with the margins of official papers a little narrowed for tables; Song for the text, since
-- Debian has no free FangSong; names of fonts after the first are for browsers. Macros: head, people, period, lines to sign on, seal.
SELECT api.document_style_put('1', '版式参照《党政机关公文格式》（GB/T 9704-2012）和安全生产执法文书的通行式样，标准原文未核对；文字为办公室自拟', $css$
@page {
	size: A4;
	margin: 26mm 24mm 24mm 26mm;
	@bottom-center {
		content: "第 " counter(page) " 页　共 " counter(pages) " 页";
		font-family: "Noto Serif CJK SC", "SimSun", serif;
		font-size: 10.5pt;
	}
}
html { font-family: "Noto Serif CJK SC", "FangSong", "仿宋", "SimSun", "宋体", serif; font-size: 14pt; line-height: 1.6; color: #000; }
body { margin: 0; overflow-wrap: anywhere; }
p { margin: 0; text-indent: 2em; orphans: 2; widows: 2; }
h1, .issuer, .number { text-align: center; text-indent: 0; }
.issuer { font-size: 18pt; font-weight: bold; line-height: 1.4; }
h1 { font-size: 22pt; font-weight: bold; letter-spacing: 0.1em; line-height: 1.5; margin: 0; break-after: avoid; }
.number { margin-bottom: 4mm; }
.keep { break-after: avoid; }
.to { text-indent: 0; }
.text { white-space: pre-wrap; }
table { border-collapse: separate; border-spacing: 0; width: 100%; table-layout: fixed; margin: 3mm 0; font-size: 10.5pt; line-height: 1.55; }
th, td { border: 0 solid #000; border-width: 0 0.75pt 0.75pt 0; padding: 1.2mm 1.6mm; vertical-align: top; text-align: left; overflow-wrap: anywhere;
	box-decoration-break: clone; }
th:first-child, td:first-child { border-left-width: 0.75pt; }
thead th, .form tr:first-child > * { border-top-width: 0.75pt; }
th { font-weight: bold; text-align: center; vertical-align: middle; }
td.c { text-align: center; }
td.n { text-align: center; font-weight: bold; }
thead { display: table-header-group; }
.group { break-inside: avoid; }
.lead > td { background: #f2f2f2; }
.label { font-weight: bold; }
.form td { vertical-align: middle; }
.sign { break-before: avoid; break-inside: avoid; margin-top: 4mm; font-size: 12pt; line-height: 1.9; }
.sign p { text-indent: 0; white-space: nowrap; }
.line { display: inline-block; width: 28mm; border-bottom: 0.75pt solid #000; height: 1em; }
.short { width: 14mm; }
.day { display: inline-block; width: 1.6em; }
.seal { break-before: avoid; break-inside: avoid; margin: 4mm 0 0 0; }
.seal p { text-align: right; text-indent: 0; padding-right: 2em; }
.seal .mark { color: #777; }
.picture { height: 14mm; max-width: 50mm; object-fit: contain; vertical-align: middle; }
.foot { break-before: avoid; font-size: 10.5pt; margin-top: 3mm; text-indent: 0; border-top: 0.75pt solid #000; padding-top: 1mm; }
@media screen {
	html { background: #e6e6e6; }
	body { box-sizing: border-box; width: 210mm; max-width: 100%; min-height: 297mm; margin: 8mm auto; padding: 26mm 24mm 24mm 26mm; background: #fff; }
}
$css$, $html$
{%- macro head(data) -%}
<p class="issuer">{{ data.issuer.name }}</p>
<h1>{{ data.title }}</h1>
<p class="number">{{ data.number }}</p>
{%- endmacro -%}

{%- macro people(list) -%}
{%- for one in list -%}
{{ one.name }}{% if one.certificate_no %}（执法证号：{{ one.certificate_no }}）{% endif %}{% if not loop.last %}、{% endif %}
{%- endfor -%}
{%- endmacro -%}

{%- macro period(item) -%}
{%- if item.deadline -%}
{{ item.deadline|day }}前
{%- elif item.days == 0 -%}
送达当日
{%- else -%}
自送达次日起 {{ item.days }} {{ "个工作日" if item.day_kind == "working" else "日" }}内
{%- endif -%}
{%- endmacro -%}

{%- macro place(finding) -%}
{{ [finding.key_place, finding.location]|select|join("，") or "—" }}
{%- endmacro -%}

{%- macro against(finding, basis) -%}
{{ [finding.clause, finding.violated_clause, basis]|select|unique|join("；") }}
{%- endmacro -%}

{%- macro rights(data) -%}
<p>如对本{{ data.title[-3:] }}不服，可以自收到之日起{{ data.terms.review_days|han }}日内向{{ data.issuer.government }}申请行政复议，也可以自收到之日起
{{- data.terms.litigation_months|han }}个月内依法向有管辖权的人民法院提起行政诉讼。复议、诉讼期间，除法律另有规定外，不停止执行。</p>
{%- endmacro -%}

{%- macro seal(data) -%}
<div class="seal">
<p>{{ data.issuer.name }}</p>
<p class="mark">（印　章）</p>
<p>{{ data.issued_at|day }}</p>
</div>
{%- endmacro -%}

{%- macro hand(label, post=true) -%}
<p>{{ label }}：<span class="line"></span>{% if post %}　职务：<span class="line short"></span>{% endif %}　<span class="day"></span>年<span class="day"></span>月<span class="day"></span>日</p>
{%- endmacro -%}

{%- macro contact(data, officers) -%}
<p>联系人：{{ people(officers) }}{% if data.issuer.phone %}，电话：{{ data.issuer.phone }}{% endif %}</p>
{%- endmacro -%}
$html$) \g /dev/null
