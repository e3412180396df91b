// The main job as a program of someone else's: openapi-fetch over types made from the published document. It compiles only when the
// document says of each request and answer what this program needs; it runs against a live server (BASE) with an admin's key (KEY), from
// which it makes the three it works with. Prints one line a step; exits 1 at the first answer that is not what it should be.
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Finding = components["schemas"]["Finding"];
type Json = "application/json" | "application/problem+json";       // lists can be had as text/csv too; this program takes JSON
type Api = Client<paths, Json>;

function env(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const base = env("BASE");
const district = env("DISTRICT");
const street = env("STREET");

function api(key: string): Api {
  return createClient<paths, Json>({ baseUrl: base, headers: { Authorization: `Bearer ${key}` } });
}

/** The data of a good answer; a problem is thrown with its code and every fault. */
function good<T>(answer: { data?: T; error?: components["schemas"]["Problem"] | undefined; response: Response }): T {
  if (answer.error !== undefined || answer.data === undefined) {
    const problem = answer.error;
    throw new Error(`${answer.response.status} ${problem?.code} ${problem?.detail} ${JSON.stringify(problem?.errors ?? [])}`);
  }
  return answer.data;
}

function expect<T>(what: string, is: T, wanted: T): void {
  if (is !== wanted) throw new Error(`${what}: ${String(is)}, wanted ${String(wanted)}`);
  console.log(`${what}: ${String(is)}`);
}

function first<T>(items: readonly T[], what: string): T {
  const one = items[0];
  if (one === undefined) throw new Error(`no ${what}`);
  return one;
}

async function key(admin: Api, role: components["schemas"]["Role"], name: string, institutions: string[] = []): Promise<Api> {
  const made = good(await admin.POST("/v1/api-keys", {
    body: { name, role, districts: [district], institutions, actor: { kind: "person", name } },
  }));
  return api(made.key);
}

async function inspect(chief: Api, inspector: Api, institution_id: string): Promise<string> {
  const me = good(await inspector.GET("/v1/me"));
  const lists = good(await inspector.GET("/v1/checklists", { params: { query: { institution_type: "elderly_care", audience: "office", current: true } } }));
  const checklist_id = first(lists.items, "checklist").id;
  const visit = good(await chief.POST("/v1/inspections", {
    body: {
      institution_id, checklist_id, kind: "routine", method: "unannounced",
      inspectors: [{ actor_id: me.actor_id }, { name: "检查员丁", certificate_no: "演示执法9002" }],
    },
  }));
  const path = { params: { path: { id: visit.id } } };
  good(await inspector.POST("/v1/inspections/{id}/starts", { ...path, body: { place: "一至三楼", credentials_shown: true } }));
  return visit.id;
}

async function sign(inspector: Api, id: string, finding_id: string): Promise<void> {
  const path = { params: { path: { id } } };
  const answers = good(await inspector.GET("/v1/inspections/{id}/answers", path));
  const item_id = first(answers.answers.filter((answer) => answer.category === "personal"), "item of the checklist").item_id;
  const put = good(await inspector.PUT("/v1/inspections/{id}/answers", { ...path, body: { answers: [{ item_id, answer: "fail", finding_id }] } }));
  expect("items that fail", put.counts.fail, 1);
  good(await inspector.POST("/v1/inspections/{id}/submissions", { ...path, body: { conclusion: "一处责令限期整改" } }));
  good(await inspector.POST("/v1/inspections/{id}/signatures", { ...path, body: { party: "inspector", name: "检查员甲" } }));
  const signed = good(await inspector.POST("/v1/inspections/{id}/signatures", { ...path, body: { party: "institution", name: "韩守拙" } }));
  expect("inspection", signed.state, "recorded");
}

async function rectify(home: Api, id: string, note: string): Promise<void> {
  const path = { params: { path: { id } } };
  good(await home.POST("/v1/findings/{id}/progress-reports", { ...path, body: { note } }));
  const asked = good(await home.POST("/v1/findings/{id}/reinspection-requests", { ...path, body: {} }));
  expect("finding", asked.state, "reinspection_requested");
}

async function read(inspector: Api, id: string): Promise<Finding> {
  return good(await inspector.GET("/v1/findings/{id}", { params: { path: { id } } }));
}

async function main(): Promise<void> {
  const admin = api(env("KEY"));
  const chief = await key(admin, "section_chief", "科长乙");
  const inspector = await key(admin, "inspector", "检查员甲");

  const made = await chief.POST("/v1/institutions", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { name: `类型化客户端养老院 ${Date.now()}`, type: "elderly_care", district, street, beds: 80 },
  });
  const institution = good(made);
  const home = await key(admin, "institution", "安全员丙", [institution.id]);
  const changed = good(await chief.PATCH("/v1/institutions/{id}", {
    params: { path: { id: institution.id }, header: { "If-Match": made.response.headers.get("ETag") ?? "" } },
    headers: { "Content-Type": "application/merge-patch+json" },
    body: { residents: 62 },
  }));
  expect("residents", changed.residents, 62);

  const visit = await inspect(chief, inspector, institution.id);
  const finding = good(await inspector.POST("/v1/findings", {
    body: { institution_id: institution.id, inspection_id: visit, category: "personal", severity: "general", description: "205 卫生间呼叫器失效" },
  }));
  expect("finding", finding.state, "confirmed");
  await sign(inspector, visit, finding.id);

  const order = good(await inspector.POST("/v1/rectification-orders", {
    body: {
      institution_id: institution.id, inspection_id: visit,
      items: [{ finding_id: finding.id, requirement: "更换并接通呼叫器", responsible_name: "韩守拙", days: 7, day_kind: "calendar" }],
    },
  }));
  const served = good(await inspector.POST("/v1/rectification-orders/{id}/services", {
    params: { path: { id: order.id } }, body: { method: "direct", receiver: "沈望舒" },
  }));
  expect("order", served.state, "served");
  const due = good(await home.GET("/v1/deadlines", { params: { query: { institution_id: institution.id } } }));
  expect("deadlines", due.items.length, 1);

  const path = { params: { path: { id: finding.id } } };
  const early = await inspector.POST("/v1/findings/{id}/reinspections", { ...path, body: { result: "passed" } });
  expect("too early", early.error?.code, "invalid_state");
  await rectify(home, finding.id, "已更换");
  const failed = good(await inspector.POST("/v1/findings/{id}/reinspections", {
    ...path,
    body: { result: "failed", note: "按下无响应", order: { requirement: "接通线路，逐间测试", responsible_name: "韩守拙", days: 5, day_kind: "calendar" } },
  }));
  expect("finding", failed.state, "ordered");
  expect("round", (await read(inspector, finding.id)).round, 2);
  await rectify(home, finding.id, "已接线，逐间测试");
  const passed = good(await inspector.POST("/v1/findings/{id}/reinspections", { ...path, body: { result: "passed", note: "抽试五处" } }));
  expect("finding", passed.state, "closed");
  const history = good(await inspector.GET("/v1/findings/{id}/history", path));
  expect("last event", history.items.at(-1)?.to_state, "closed");
}

await main();
