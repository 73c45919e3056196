// Reads the bytes of a COPY BINARY by pgvector's own receive functions: node copy.mjs MODULES BYTES "COLUMNS" "SELECTED".
// What a row holds is printed as PostgreSQL shows it, a line each.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [modules, file, columns, selected] = process.argv.slice(2);
const require = createRequire(modules + '/');
const load = async name => import(pathToFileURL(require.resolve(name)).href);
const { PGlite } = await load('@electric-sql/pglite');
const { vector } = await load('@electric-sql/pglite-pgvector');
const db = await PGlite.create({ extensions: { vector } });
await db.exec(`create extension vector; create table t (${columns})`);
await db.query("copy t from '/dev/blob' (format binary)", [], { blob: new Blob([readFileSync(file)]) });
for (const row of (await db.query(`select ${selected} from t`)).rows)
    console.log(Object.values(row).join(' '));
await db.close();
