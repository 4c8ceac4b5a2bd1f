// observatory.mjs URL: the grade that MDN's HTTP Observatory gives a page of this house; exit 0 for A+.
//
// The scanner's own retrieval wants a public host over https, and its `postinstall` fetches two lists from the open network (HSTS preload,
// public suffixes) that no closed machine has. So the page is fetched here over plain http from the loopback, its headers and body are given
// to the scanner's own tests and grader, and what only a public host can have is said: the house as a browser would meet it behind TLS
// (redirect from http to https, Strict-Transport-Security by the proxy's own line, as docs/administrator.ru.md tells) is assumed.
import { createRequire } from "node:module";
import { writeFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const modules = process.env.LETOPIS_NODE_MODULES;
const root = join(modules, "@mdn/mdn-http-observatory");
// Empty lists: this host is on none of them.
for (const [name, empty] of [["hsts-preload.json", "{}"], ["tld-list.json", "[]"]]) {
  const path = join(root, "conf", name);
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path)) writeFileSync(path, empty);
}
const load = (path) => import(pathToFileURL(join(root, path)));
const { ALL_TESTS } = await load("src/constants.js");
const { Requests } = await load("src/types.js");
const { getGradeForScore, getScoreModifier } = await load("src/grader/grader.js");
const { MINIMUM_SCORE_FOR_EXTRA_CREDIT } = await load("src/grader/charts.js");
const require = createRequire(join(modules, "x.js"));
const { AxiosHeaders } = require("axios");

const address = process.argv[2];
const answer = await fetch(address, { redirect: "manual", headers: { Accept: "text/html", "X-Forwarded-Proto": "https" } });
const body = await answer.text();
const headers = new AxiosHeaders();
for (const [name, value] of answer.headers) headers.set(name, value);
// What the TLS proxy in front of a house adds.
headers.set("strict-transport-security", headers.get("strict-transport-security") ?? "max-age=63072000");
const response = { status: answer.status, statusText: "", headers, data: body, config: {}, request: {}, verified: true, httpEquiv: new Map() };
const requests = new Requests("house.example");
const url = (scheme) => ({ url: new URL(`${scheme}://house.example/`) });
requests.responses.auto = response;
requests.responses.https = response;
requests.responses.http = response;
requests.responses.cors = { ...response, headers: new AxiosHeaders() };
requests.responses.httpRedirects = [url("http"), url("https")];
requests.responses.httpsRedirects = [url("https")];
requests.resources.path = body;
requests.session = { url: new URL("https://house.example/"), jar: null, redirectHistory: [], response, clientInstanceRecordingRedirects: {} };

let credit = 100, plain = 100;
for (const test of ALL_TESTS) {
  const result = test(requests);
  if (!result.result) continue;
  const modifier = getScoreModifier(result.result);
  credit += modifier;
  if (modifier < 0) plain += modifier;
  console.log(`observatory: ${result.constructor.name} ${result.result} ${modifier >= 0 ? "+" : ""}${modifier}`);
}
const { grade, score } = getGradeForScore(plain >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? credit : plain);
console.log(`observatory: grade ${grade}, score ${score}`);
process.exit(grade === "A+" ? 0 : 1);
