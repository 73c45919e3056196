"use strict";

const byId = id => document.getElementById(id);
let key = "";

// A request as JSON; what the server says of an error becomes the error.
async function ask(path, body) {
  const headers = key ? { Authorization: "Bearer " + key } : {};
  if (body) headers["Content-Type"] = "application/json";
  const started = performance.now();
  const response = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) {
    if (response.status === 401) byId("key-part").open = true;
    const problem = answer.error?.message ?? answer.error ?? answer.message ?? response.statusText;
    throw new Error(problem);
  }
  return { answer, headers: response.headers, milliseconds: performance.now() - started };
}

function say(id, text, isError = false) {
  byId(id).textContent = text;
  byId(id).classList.toggle("error", isError);
}

// What the model did not see, from the response's headers.
function losses(headers) {
  const cut = headers.get("Sextant-Truncated-Tokens"), unknown = headers.get("Sextant-Unknown-Tokens");
  return (cut ? `; ${cut} tokens were cut off` : "") + (unknown ? `; ${unknown} unknown tokens` : "");
}

function fill(select, names) {
  select.replaceChildren(...names.map(name => new Option(name, name)));
}

function element(name, className, text) {
  const one = document.createElement(name);
  if (className) one.className = className;
  one.textContent = text;
  return one;
}

async function begin() {
  try {
    const info = (await ask("info")).answer, indexes = (await ask("v1/indexes")).answer.indexes;
    const models = info.models;
    say("served", models.map(one => `${one.id}: ${one.kind} on ${one.device}, ${one.precision}`).join(" · "));
    fill(byId("index"), indexes.map(one => one.name));
    fill(byId("model"), models.filter(one => one.kind === "embedding").map(one => one.id));
    const hasIndex = indexes.length > 0;
    for (const field of byId("search").elements) field.disabled = !hasIndex;
    say("search-status", hasIndex ? "" : "No index is loaded: start the server with --index NAME=FOLDER.");
  } catch (problem) {
    say("served", problem.message, true);
  }
}

function hit(one) {
  const item = document.createElement("li");
  item.append(element("span", "place", `${one.key}:${one.first_line}`), " ");
  if (one.headings) item.append(element("span", "scores", one.headings), " ");
  const scores = [`score ${one.score.toFixed(3)}`];
  if (one.similarity !== null) scores.push(`similarity ${one.similarity.toFixed(3)}`);
  if (one.terms !== null) scores.push(`BM25 ${one.terms.toFixed(2)}`);
  item.append(element("span", "scores", scores.join(", ")), element("p", "text", one.text));
  return item;
}

byId("search").addEventListener("submit", async event => {
  event.preventDefault();
  const form = new FormData(event.target);
  say("search-status", "Searching …");
  try {
    const { answer, headers, milliseconds } = await ask(
      `v1/indexes/${encodeURIComponent(form.get("index"))}/search`,
      { query: form.get("query"), k: Number(form.get("k")), ranking: form.get("ranking") });
    byId("hits").replaceChildren(...answer.hits.map(hit));
    say("search-status", `${answer.hits.length} ${answer.hits.length === 1 ? "passage" : "passages"}, ${answer.ranking}, in ${milliseconds.toFixed(0)} ms `
      + `(server ${answer.took_ms.toFixed(1)} ms)` + losses(headers));
  } catch (problem) {
    byId("hits").replaceChildren();
    say("search-status", problem.message, true);
  }
});

function cosine(a, b) {
  let dot = 0, left = 0, right = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    left += a[i] * a[i];
    right += b[i] * b[i];
  }
  return dot / Math.sqrt(left * right);
}

function matrix(texts, vectors) {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  head.append(element("td", "", ""));
  texts.forEach((_, i) => {
    const cell = element("th", "", String(i + 1));
    cell.scope = "col";
    head.append(cell);
  });
  const body = table.createTBody();
  texts.forEach((text, i) => {
    const row = body.insertRow();
    const name = element("th", "", `${i + 1}. ${text}`);
    name.scope = "row";
    row.append(name);
    vectors.forEach(other => {
      const value = cosine(vectors[i], other);
      const cell = element("td", "", value.toFixed(2));
      cell.style.background = `rgb(11 99 196 / ${Math.max(0, value) * 45}%)`;
      row.append(cell);
    });
  });
  return table;
}

byId("similarity").addEventListener("submit", async event => {
  event.preventDefault();
  const form = new FormData(event.target);
  const texts = form.get("texts").split("\n").map(text => text.trim()).filter(text => text);
  if (texts.length < 1 || texts.length > 20) {
    say("matrix-status", `${texts.length} texts; 1 to 20 are compared.`, true);
    return;
  }
  say("matrix-status", "Comparing …");
  try {
    const { answer, headers, milliseconds } = await ask("v1/embeddings", { input: texts, model: form.get("model") });
    byId("matrix").replaceChildren(matrix(texts, answer.data.map(one => one.embedding)));
    say("matrix-status", `${texts.length} texts, ${answer.usage.total_tokens} tokens, in ${milliseconds.toFixed(0)} ms`
      + losses(headers));
  } catch (problem) {
    byId("matrix").replaceChildren();
    say("matrix-status", problem.message, true);
  }
});

byId("use-key").addEventListener("click", () => {
  key = byId("key").value.trim();
  begin();
});

begin();
