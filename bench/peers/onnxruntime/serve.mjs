// One ONNX Runtime model, timed on command.   node serve.mjs MODEL.onnx THREADS SESSIONS
//
// Reads a command a line from stdin and answers each with one line on stdout:
//   ids BATCH TOKENS ID…   the input of the next commands (mask all ones, types all zeros)  →  ok
//   check                  runs it                       →  the hidden states, f32 [BATCH, TOKENS, hidden], in base64
//   time PASSES ROWS       times passes over the whole input, ROWS sequences a run (ROWS divides BATCH)
//                                                        →  median and minimum, ms a pass
// The sessions are copies of one model and take turns, so that a pass finds its weights in memory, not in the cache.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [model, threads, sessionCount] = process.argv.slice(2);
const sessions = [];
for (let i = 0; i < Number(sessionCount); i++) {
  sessions.push(await InferenceSession.create(model, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
  }));
}

let ids = new BigInt64Array(0);
let batch = 0;
let tokens = 0;
let hidden = 0;
let turn = 0;

// Inputs of `rows` sequences a run, each with a place for its output: ONNX Runtime writes there, node copies nothing.
function runs(rows) {
  const shape = [rows, tokens];
  const list = [];
  for (let first = 0; first < batch; first += rows) {
    const part = ids.slice(first * tokens, (first + rows) * tokens);
    const feeds = {
      ids: new Tensor('int64', part, shape),
      mask: new Tensor('int64', new BigInt64Array(part.length).fill(1n), shape),
      types: new Tensor('int64', new BigInt64Array(part.length), shape),
    };
    const output = new Tensor('float32', new Float32Array(part.length * hidden), [rows, tokens, hidden]);
    list.push({ feeds, fetches: { hidden: output } });
  }
  return list;
}

async function check() {
  const [{ feeds }] = runs(batch);
  const output = (await sessions[0].run(feeds)).hidden;
  hidden = output.dims[2];
  return Buffer.from(output.data.buffer, output.data.byteOffset, output.data.byteLength).toString('base64');
}

async function time(passes, rows) {
  const list = runs(rows);
  const times = [];
  for (let pass = 0; pass < passes; pass++) {
    const session = sessions[turn++ % sessions.length];
    const start = process.hrtime.bigint();
    for (const { feeds, fetches } of list)
      await session.run(feeds, fetches);
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  times.sort((a, b) => a - b);
  return `${times[times.length >> 1]} ${times[0]}`;
}

const { version } = JSON.parse(readFileSync(new URL('node_modules/onnxruntime-node/package.json', import.meta.url)));
console.log(`onnxruntime ${version}`);
for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...numbers] = line.split(' ');
  if (command === 'ids') {
    [batch, tokens] = numbers.slice(0, 2).map(Number);
    ids = BigInt64Array.from(numbers.slice(2), BigInt);
    console.log(ids.length === batch * tokens ? 'ok' : `error: ${ids.length} ids, not ${batch} × ${tokens}`);
  } else if (command === 'check') {
    console.log(await check());
  } else if (command === 'time') {
    console.log(hidden > 0 ? await time(...numbers.map(Number)) : 'error: check first');
  } else {
    console.log(`error: unknown command ${command}`);
  }
}
