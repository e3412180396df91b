-- Documents about orders and re-inspections, first editions. The words are the office's own in the customary form. terms: periods that the
-- text names, with their basis; the articles were not read for this file (basis_read = false), check them before relying on them.
SELECT api.document_template_put('rectification_order', '', '1', '1949-10-01', '责令限期改正通知书', '1', $html$
{% import "common.html" as c %}
{{ c.head(data) }}
<p class="to">{{ data.institution.name }}：</p>
<p>{% if data.visit %}{{ data.visit.started_at|day }}，本机关检查人员{{ c.people(data.visit.inspectors) }}对你单位进行{{ data.visit.kind }}，发现{% else %}经查，{% endif %}你单位存在下列安全隐患，共 {{ data.findings|length }} 项。现责令你单位按照下表所列要求和期限改正：</p>
<table>
<colgroup><col style="width: 12mm"><col><col style="width: 42mm"><col style="width: 30mm"></colgroup>
<thead><tr><th>序号</th><th>隐患部位</th><th>改正期限</th><th>责任人</th></tr></thead>
{% for one in data.findings %}
<tbody class="group">
<tr class="lead"><td class="n">{{ one.n }}</td><td>{{ c.place(one) }}（{{ one.category }}{% if one.severity == "major" %}，重大事故隐患{% endif %}）</td><td class="c">{{ c.period(one) }}</td><td class="c">{{ one.responsible_name or "—" }}</td></tr>
<tr><td colspan="4"><span class="label">存在问题：</span><span class="text">{{ one.description }}</span></td></tr>
<tr><td colspan="4"><span class="label">改正要求：</span><span class="text">{{ one.requirement }}</span></td></tr>
{% if c.against(one, one.legal_basis) %}<tr><td colspan="4"><span class="label">依　　据：</span><span class="text">{{ c.against(one, one.legal_basis) }}</span></td></tr>{% endif %}
</tbody>
{% endfor %}
</table>
<p>你单位应当落实改正责任、措施和资金，改正期间采取必要的安全防范措施，确保人员安全；隐患排除前或者排除过程中无法保证安全的，应当从危险区域撤出人员，暂停使用有关设施、场所。改正完毕后，应当书面报告改正情况并申请复查。逾期不改正或者改正后仍不符合要求的，本机关将依法处理。</p>
{{ c.rights(data) }}
{% if data.note %}<p>备注：<span class="text">{{ data.note }}</span></p>{% endif %}
{{ c.contact(data, [data.officer]) }}
{{ c.seal(data) }}
<div class="sign">
{{ c.hand("检查人员（签名）") }}
{{ c.hand("检查人员（签名）") }}
{{ c.hand("签收人（签名）") }}
</div>
<p class="foot">本通知书一式两份，一份送达被责令单位，一份由出具机关存档。</p>
$html$, '{"review_days": 60, "litigation_months": 6}',
	'《行政复议法》（2023 年修订）第二十条、第二十四条、第四十二条；《行政诉讼法》（2017 年修正）第四十六条、第五十六条') \g /dev/null

SELECT api.document_template_put('service_receipt', '', '1', '1949-10-01', '送达回证', '1', $html$
{% import "common.html" as c %}
{{ c.head(data) }}
<table class="form">
<colgroup><col style="width: 34mm"><col></colgroup>
<tr><th>送达文书</th><td>{{ data.served.title }}（{{ data.served.number }}，{{ data.served.issued_at|day }}）</td></tr>
<tr><th>受送达人</th><td>{{ data.institution.name }}{% if data.institution.uscc %}（统一社会信用代码 {{ data.institution.uscc }}）{% endif %}</td></tr>
<tr><th>送达地点</th><td>{{ data.institution.address or "" }}</td></tr>
<tr><th>送达方式</th><td>{{ data.method }}</td></tr>
<tr><th>送达时间</th><td>{{ data.served_at|minute }}</td></tr>
<tr><th>签 收 人</th><td>{{ data.receiver or "" }}</td></tr>
<tr><th>送 达 人</th><td>{{ c.people([data.officer]) }}</td></tr>
<tr><th>备　　注</th><td class="text">{{ data.note or "" }}</td></tr>
</table>
<div class="sign">
{{ c.hand("受送达人（签名或者盖章）", false) }}
{{ c.hand("代收人（签名）及与受送达人关系", false) }}
{{ c.hand("送达人（签名）", false) }}
{{ c.hand("送达人（签名）", false) }}
{{ c.hand("见证人（签名）", false) }}
</div>
{{ c.seal(data) }}
<p class="foot">受送达人拒绝签收的，由见证人签名，并在备注中写明拒收的事由和日期。</p>
$html$) \g /dev/null

SELECT api.document_template_put('reinspection_opinion', '', '1', '1949-10-01', '整改复查意见书', '1', $html$
{% import "common.html" as c %}
{{ c.head(data) }}
<p class="to">{{ data.institution.name }}：</p>
<p>{% if data.order %}本机关于{{ data.order.issued_at|day }}作出责令限期改正通知书（{{ data.order.number }}）。{% endif %}{{ data.reinspected_at|day }}，本机关检查人员{{ c.people(data.visit.inspectors if data.visit and data.visit.inspectors else [data.officer]) }}对你单位的整改情况进行了复查（第{{ data.round|han }}轮），意见如下：</p>
<table class="form">
<colgroup><col style="width: 34mm"><col></colgroup>
<tr><th>隐患部位</th><td>{{ c.place(data.finding) }}（{{ data.finding.category }}{% if data.finding.severity == "major" %}，重大事故隐患{% endif %}）</td></tr>
<tr><th>存在问题</th><td class="text">{{ data.finding.description }}</td></tr>
{% if data.order %}
<tr><th>改正要求</th><td class="text">{{ data.order.requirement }}</td></tr>
<tr><th>改正期限</th><td>{{ data.order.deadline|day if data.order.deadline else "" }}</td></tr>
<tr><th>责 任 人</th><td>{{ data.order.responsible_name or "—" }}</td></tr>
{% endif %}
<tr><th>复查情况</th><td class="text">{{ data.note or "—" }}</td></tr>
<tr><th>复查结论</th><td class="label">{% if data.result != "passed" %}未按要求完成整改，复查不合格。{% elif data.state == "awaiting_closure" %}已按要求整改，复查合格，报分管负责人批准后销号。{% else %}已按要求整改，复查合格。{% endif %}</td></tr>
</table>
{% if data.next %}
<p>现责令你单位继续改正（{{ data.next.number }}），期限为{{ data.next.deadline|day }}前{% if data.next.responsible_name %}，责任人{{ data.next.responsible_name }}{% endif %}。要求：<span class="text">{{ data.next.requirement }}</span></p>
<p>再次逾期不改正或者改正后仍不符合要求的，本机关将依法处理。</p>
{% endif %}
{{ c.rights(data) }}
{{ c.contact(data, [data.officer]) }}
{{ c.seal(data) }}
<div class="sign">
{{ c.hand("复查人员（签名）") }}
{{ c.hand("复查人员（签名）") }}
{{ c.hand("被复查单位负责人（签名）") }}
</div>
<p class="foot">本意见书一式两份，一份送达被复查单位，一份由出具机关存档。</p>
$html$, '{"review_days": 60, "litigation_months": 6}',
	'《行政复议法》（2023 年修订）第二十条、第二十四条、第四十二条；《行政诉讼法》（2017 年修正）第四十六条、第五十六条') \g /dev/null
