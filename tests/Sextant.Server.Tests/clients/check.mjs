// The clients that people have, against a running server: node check.mjs URL EMBEDDER RANKER EXPECTED
// EXPECTED is a file of the vectors that the tool gives of the same texts, a JSON array a line.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import OpenAI from "openai";
import { InferenceClient } from "@huggingface/inference";
import { CohereClient, CohereClientV2 } from "cohere-ai";

const [url, embedder, ranker, expectedFile] = process.argv.slice(2);
const texts = ["The sky is blue.", "Ships sail over the sea."];
const expected = readFileSync(expectedFile, "utf8").trim().split("\n").map(line => JSON.parse(line));
const bits = vector => Array.from(new Uint8Array(new Float32Array(vector).buffer));
const same = (found, wanted) => assert.deepEqual(bits(found), bits(wanted));

async function openai() {
  const client = new OpenAI({ apiKey: "any", baseURL: url + "/v1" });
  const models = await client.models.list();
  assert.deepEqual(models.data.map(one => one.id), [embedder, ranker]);
  for (const options of [{}, { encoding_format: "float" }, { encoding_format: "base64" }]) {
    const found = await client.embeddings.create({ model: embedder, input: texts, ...options });
    assert.equal(found.data.length, 2);
    found.data.forEach((one, i) => {
      const vector = typeof one.embedding === "string"
        ? new Float32Array(new Uint8Array(Buffer.from(one.embedding, "base64")).buffer) : one.embedding;
      same(vector, expected[i]);
    });
    assert.ok(found.usage.total_tokens > 4);
  }
  const shorter = await client.embeddings.create({ model: embedder, input: texts[0], dimensions: 8 });
  assert.equal(shorter.data[0].embedding.length, 8);
  await assert.rejects(
    client.embeddings.create({ model: "none", input: "a" }),
    problem => problem instanceof OpenAI.NotFoundError && problem.code === "model_not_found");
  await assert.rejects(
    client.embeddings.create({ model: embedder, input: "a", dimensions: 99999 }),
    problem => problem instanceof OpenAI.BadRequestError && problem.param === "dimensions");
}

async function huggingFace() {
  const client = new InferenceClient("", { endpointUrl: url });
  const embed = client.endpoint(url + "/embed"), similarity = client.endpoint(url + "/similarity");
  const found = await embed.featureExtraction({ inputs: texts });
  found.forEach((vector, i) => same(vector, expected[i]));
  const scores = await similarity.sentenceSimilarity({
    inputs: { source_sentence: texts[0], sentences: texts },
  });
  assert.equal(scores.length, 2);
  assert.ok(Math.abs(scores[0] - 1) < 1e-5 && scores[1] < 1);
}

async function cohere() {
  const request = { model: ranker, query: "blue", documents: ["the sky is blue", "ships", "grass"], topN: 2 };
  for (const client of [new CohereClient({ token: "any", environment: url }),
    new CohereClientV2({ token: "any", environment: url })]) {
    const found = await client.rerank(request);
    assert.equal(found.results.length, 2);
    assert.ok(found.results[0].relevanceScore >= found.results[1].relevanceScore);
  }
}

let failed = false;
for (const [name, check] of [["openai", openai], ["@huggingface/inference", huggingFace], ["cohere-ai", cohere]]) {
  try {
    await check();
    console.log(`${name}: passed`);
  } catch (problem) {
    failed = true;
    console.error(`${name}: FAILED`, problem);
  }
}
process.exit(failed ? 1 : 0);
