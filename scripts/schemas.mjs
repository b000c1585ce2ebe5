import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { format } from 'prettier';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Writes the JSON Schema of each published document, made from its one valibot schema. */
export async function writeSchemas(folder = path.join(root, 'schemas')) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'eigenscope-schemas-'));
  const outfile = path.join(scratch, 'jsonSchema.mjs');
  await esbuild.build({
    stdin: {
      // The report comes before the plan in the order of the core, so neither file can hold both lists.
      contents: `
        export { PUBLISHED_SCHEMAS } from './src/core/report/jsonSchema.ts';
        export { frontierJsonSchema, planJsonSchema } from './src/core/plan/planJsonSchema.ts';
      `,
      resolveDir: root,
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    absWorkingDir: root,
  });
  const { PUBLISHED_SCHEMAS, frontierJsonSchema, planJsonSchema } = await import(
    pathToFileURL(outfile).href
  );
  fs.rmSync(scratch, { recursive: true });
  for (const [name, schema] of Object.entries({
    ...PUBLISHED_SCHEMAS,
    'eigenscope.plan-1.schema.json': planJsonSchema,
    'eigenscope.frontier-1.schema.json': frontierJsonSchema,
  }))
    fs.writeFileSync(
      path.join(folder, name),
      await format(JSON.stringify(schema(), null, 2), { parser: 'json', printWidth: 100 }),
    );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await writeSchemas();
