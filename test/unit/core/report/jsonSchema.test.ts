import * as fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { frontierJsonSchema, planJsonSchema } from '../../../../src/core/plan/planJsonSchema.ts';
import { PUBLISHED_SCHEMAS } from '../../../../src/core/report/jsonSchema.ts';

const SCHEMAS = {
  ...PUBLISHED_SCHEMAS,
  'eigenscope.frontier-1.schema.json': frontierJsonSchema,
  'eigenscope.plan-1.schema.json': planJsonSchema,
};

describe('the published JSON Schemas', () => {
  it.each(Object.entries(SCHEMAS))(
    '%s is the one the parser is made of (node scripts/schemas.mjs writes it)',
    (name, schema) => {
      expect(JSON.parse(fs.readFileSync(`schemas/${name}`, 'utf8'))).toEqual(schema());
    },
  );

  it('are all there is in their folder', () => {
    expect(fs.readdirSync('schemas').sort()).toEqual(Object.keys(SCHEMAS).sort());
  });
});
