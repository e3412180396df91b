-- Documents about visits, first editions: notices and records, of the bureau, of streets, of institutions themselves. The words are the
-- office's own in the customary form.
SELECT api.document_template_put(k.kind, '', '1', '1949-10-01', k.title, '1', $html$
{% import "common.html" as c %}
{{ c.head(data) }}
<p class="to">{{ data.institution.name }}：</p>
<p>{% if data.inspection.task_source %}根据{{ data.inspection.task_source }}，{% endif %}本机关定于{{ data.inspection.planned_on|day }}对你单位进行{{ data.inspection.kind }}，现将有关事项通知如下：</p>
<table class="form">
<colgroup><col style="width: 34mm"><col></colgroup>
<tr><th>被检查单位</th><td>{{ data.institution.name }}</td></tr>
<tr><th>地　　址</th><td>{{ data.institution.address or "—" }}</td></tr>
<tr><th>检查日期</th><td>{{ data.inspection.planned_on|day }}</td></tr>
<tr><th>检查方式</th><td>{{ data.inspection.method }}</td></tr>
<tr><th>检查内容</th><td>{{ data.inspection.checklist or "安全管理责任、制度、设施和现场情况" }}</td></tr>
<tr><th>检查人员</th><td>{{ c.people(data.inspection.inspectors) or "—" }}</td></tr>
<tr><th>被通知人</th><td>{{ data.receiver or "—" }}{% if data.method %}（{{ data.method }}）{% endif %}</td></tr>
</table>
<p>请你单位主要负责人或者安全管理人员届时到场，备齐安全管理制度、台账、证照和设施检测、维护记录等资料，如实反映情况，配合检查。{% if data.inspection.administrative %}检查人员将出示执法证件；未出示的，你单位有权拒绝检查。{% endif %}</p>
{% if data.note %}<p>备注：<span class="text">{{ data.note }}</span></p>{% endif %}
{{ c.contact(data, [data.officer]) }}
{{ c.seal(data) }}
<div class="sign">
{{ c.hand("签收人（签名）") }}
</div>
$html$)
  FROM (VALUES ('inspection_notice', '检查通知书'), ('patrol_notice', '巡查走访通知书')) k (kind, title) \g /dev/null

SELECT api.document_template_put(k.kind, '', '1', '1949-10-01', k.title, '1', $html$
{% import "common.html" as c %}
{% set visit = data.inspection %}
{{ c.head(data) }}
<table class="form">
<colgroup><col style="width: 30mm"><col><col style="width: 24mm"><col style="width: 42mm"></colgroup>
<tr><th>被检查单位</th><td colspan="3">{{ data.institution.name }}</td></tr>
<tr><th>地　　址</th><td colspan="3">{{ data.institution.address or "—" }}</td></tr>
<tr><th>信用代码</th><td>{{ data.institution.uscc or "—" }}</td><th>主要负责人</th><td>{{ data.institution.principal_name or "—" }}</td></tr>
<tr><th>检查种类</th><td>{{ visit.kind }}</td><th>检查方式</th><td>{{ visit.method }}</td></tr>
<tr><th>任务来源</th><td colspan="3">{{ visit.task_source or "—" }}</td></tr>
<tr><th>检查时间</th><td colspan="3">{{ visit.started_at|minute }}至{{ visit.ended_at|minute }}</td></tr>
<tr><th>检查地点</th><td colspan="3">{{ visit.place or "—" }}</td></tr>
<tr><th>检查人员</th><td colspan="3">{{ c.people(visit.inspectors) or c.people([data.officer]) }}</td></tr>
<tr><th>陪同人员</th><td colspan="3">{% for one in visit.accompanying %}{{ one.name }}{% if one.post %}（{{ one.post }}）{% endif %}{% if not loop.last %}、{% endif %}{% else %}—{% endfor %}</td></tr>
{% if visit.administrative %}
<tr><th>告知事项</th><td colspan="3">检查人员{{ "已出示执法证件，" if visit.credentials_shown else "" }}说明来意，告知被检查单位有权申请与本次检查有利害关系的人员回避，应当如实回答询问、配合检查。</td></tr>
{% endif %}
</table>
{% if data.answers.total %}
<p>一、检查表：{{ visit.checklist }}，共 {{ data.answers.total }} 项，合格 {{ data.answers.pass }} 项，不合格 {{ data.answers.fail }} 项，当场改正 {{ data.answers.corrected_on_spot }} 项，不适用 {{ data.answers.not_applicable }} 项，未检查 {{ data.answers.not_checked }} 项。</p>
{% if data.answers.wrong %}
<table>
<colgroup><col style="width: 12mm"><col style="width: 26mm"><col><col style="width: 24mm"></colgroup>
<thead><tr><th>序号</th><th>类别</th><th>检查项目</th><th>结果</th></tr></thead>
<tbody>
{% for one in data.answers.wrong %}
<tr><td class="n">{{ loop.index }}</td><td class="c">{{ one.category }}</td><td><span class="text">{{ one.content }}</span>{% if one.note %}<br><span class="label">说明：</span><span class="text">{{ one.note }}</span>{% endif %}</td><td class="c">{{ "不合格" if one.answer == "fail" else "当场改正" }}</td></tr>
{% endfor %}
</tbody>
</table>
{% endif %}
{% else %}
<p>一、检查表：本次检查没有使用检查表。</p>
{% endif %}
<p class="keep">二、发现的问题：{% if data.findings %}共 {{ data.findings|length }} 项。{% else %}未发现安全隐患。{% endif %}</p>
{% if data.findings %}
<table>
<colgroup><col style="width: 12mm"><col style="width: 26mm"><col></colgroup>
<thead><tr><th>序号</th><th>类别</th><th>问题</th></tr></thead>
<tbody>
{% for one in data.findings %}
<tr><td class="n">{{ loop.index }}</td><td class="c">{{ one.category }}{% if one.severity == "major" %}<br>重大事故隐患{% endif %}</td><td>{% if one.key_place or one.location %}<span class="label">{{ c.place(one) }}：</span>{% endif %}<span class="text">{{ one.description }}</span>{% if c.against(one, none) %}<br><span class="label">违反：</span><span class="text">{{ c.against(one, none) }}</span>{% endif %}{% if one.state == "closed" %}<br>（已当场改正）{% endif %}</td></tr>
{% endfor %}
</tbody>
</table>
{% endif %}
<p>三、检查结论：<span class="text">{{ visit.conclusion }}</span></p>
<p class="keep">四、签名：</p>
<table>
<colgroup><col style="width: 30mm"><col><col style="width: 52mm"></colgroup>
<thead><tr><th>签字方</th><th>姓名、职务、时间</th><th>签名</th></tr></thead>
<tbody>
{% for one in data.signatures %}
<tr><td class="c">{{ {"inspector": "检查方", "institution": "被检查单位", "witness": "见证人"}[one.party] }}</td>
<td>{{ one.name }}{% if one.post %}，{{ one.post }}{% endif %}，{{ one.signed_at|minute }}{% if one.refused %}<br><span class="label">拒绝签字。原因：</span><span class="text">{{ one.reason }}</span>{% if one.witness %}<br><span class="label">见证人：</span>{{ one.witness }}{% endif %}{% endif %}</td>
<td class="c">{% for id in one.images %}{% if images[id] %}<img class="picture" src="{{ images[id] }}" alt="签名">{% else %}（签字图片未提交）{% endif %}{% endfor %}</td></tr>
{% endfor %}
</tbody>
</table>
<div class="sign">
{{ c.hand("检查人员（签名）") }}
{{ c.hand("检查人员（签名）") }}
<p>以上笔录已阅，与现场情况相符。</p>
{{ c.hand("被检查单位负责人（签名）") }}
</div>
{{ c.seal(data) }}
$html$)
  FROM (VALUES ('inspection_record', '现场检查笔录'), ('patrol_record', '巡查走访记录'), ('self_inspection_record', '安全自查记录')) k (kind, title) \g /dev/null
