import * as fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportJsonSchema } from '../../../../src/core/report/jsonSchema.ts';

describe('the published JSON Schema', () => {
  it('is the one the reports are made by (node scripts/schemas.mjs writes it)', () => {
    const published = fs.readFileSync('schemas/eigenscope.report-1.schema.json', 'utf8');
    expect(JSON.parse(published)).toEqual(reportJsonSchema());
  });
});
