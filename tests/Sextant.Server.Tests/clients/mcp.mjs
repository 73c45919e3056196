// The official client of the Model Context Protocol against the tool and the server:
// node mcp.mjs stdio EXPECTED COMMAND [ARGUMENT…] | node mcp.mjs http EXPECTED URL
// Both have a source "notes": documents about the sky and the sea. EXPECTED holds the vectors of two texts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [kind, expectedFile, ...rest] = process.argv.slice(2);
const texts = ["The sky is blue.", "Ships sail over the sea."];
const expected = readFileSync(expectedFile, "utf8").trim().split("\n").map(line => JSON.parse(line));
const bits = vector => Array.from(new Uint8Array(new Float32Array(vector).buffer));

const transport = kind === "stdio"
  ? new StdioClientTransport({ command: rest[0], args: rest.slice(1), env: process.env })
  : new StreamableHTTPClientTransport(new URL(rest[0] + "/mcp"));
const client = new Client({ name: "check", version: "1" });
await client.connect(transport);
assert.equal(client.getServerVersion().name, "sextant");

const call = (name, args, options) => client.callTool({ name, arguments: args }, undefined, options);
const refused = async (name, args, word) => {
  const result = await call(name, args);
  assert.equal(result.isError, true, `${name} ${JSON.stringify(args)} is not refused`);
  assert.match(result.content[0].text, word);
};

// What is offered. Listing the tools also makes the client check results against their schemas.
const { tools } = await client.listTools();
assert.deepEqual(tools.map(one => one.name), ["search", "embed", "similarity"]);
for (const tool of tools) {
  assert.ok(tool.description.length > 40 && tool.annotations.readOnlyHint);
  for (const [name, schema] of Object.entries(tool.inputSchema.properties))
    assert.ok(schema.description?.length > 10, `${tool.name}.${name} is not described`);
}

// Search, and each hit read again as a resource.
const found = (await call("search", { query: "blue sky", source: "notes", k: 2 })).structuredContent;
assert.equal(found.ranking, "hybrid");
assert.ok(found.hits.length >= 1 && found.hits.length <= 2);
assert.match(found.hits[0].text, /sky is blue/);
for (const hit of found.hits) {
  const { contents } = await client.readResource({ uri: hit.uri });
  assert.equal(contents[0].text, hit.text);
}
const { resources } = await client.listResources();
assert.deepEqual(resources.map(one => one.uri), ["sextant://notes"]);
assert.equal((await client.listResourceTemplates()).resourceTemplates.length, 1);

// Vectors have the library's bits.
const embedded = (await call("embed", { texts })).structuredContent;
embedded.vectors.forEach((vector, i) => assert.deepEqual(bits(vector), bits(expected[i])));
const shorter = (await call("embed", { texts, dimensions: 8 })).structuredContent;
assert.equal(shorter.vectors[0].length, 8);
assert.match(shorter.notes[0], /do not say that it was trained/);
const scores = (await call("similarity", { texts: [texts[0], texts[1]], to: texts[0] })).structuredContent.scores;
assert.ok(Math.abs(scores[0] - 1) < 1e-6 && scores[1] < 1);

// What is not accepted is an error of the tool, and says why.
await refused("search", {}, /'query' is needed/);
await refused("search", { query: "a", source: "elsewhere" }, /'source' is 'elsewhere'; notes/);
await refused("search", { query: "a", k: 0 }, /'k' is no whole number/);
await refused("search", { query: "a", limit: 3 }, /no argument 'limit'/);
await refused("embed", { texts: [] }, /'texts' is needed/);
await refused("embed", { texts: [""] }, /empty text/);
await refused("embed", { texts: Array(65).fill("a") }, /at most 64/);
await refused("embed", { texts: ["a"], dimensions: 60000 }, /dimensions/);
await refused("embed", { texts: ["a".repeat(100001)] }, /at most 100000/);
await refused("similarity", { texts: [1] }, /no array of strings/);
await assert.rejects(call("erase", {}), /no tool 'erase'/);
for (const uri of ["file:///etc/passwd", "sextant://notes/..%2F..%2Fetc%2Fpasswd?span=0-9",
  "sextant://notes/%2Fetc%2Fpasswd?passage=0", "sextant://elsewhere/a?passage=0", "sextant://notes/a?passage=-1"])
  await assert.rejects(client.readResource({ uri }), /no such passage|no address|no file or folder/i);

// A call that is given up, and calls at once.
const gone = new AbortController();
const slow = call("embed", { texts: Array(64).fill("ships sail over the sea ".repeat(40)) }, { signal: gone.signal });
setTimeout(() => gone.abort("enough"), 5);
await assert.rejects(slow);
const many = await Promise.all(Array.from({ length: 20 }, () => call("search", { query: "blue sky", k: 2 })));
for (const one of many)
  assert.deepEqual(one.structuredContent, found);

await client.close();
console.log(`mcp over ${kind}: passed`);
