import path from 'node:path';
import * as esbuild from 'esbuild';
import { REPOSITORY } from './artifacts.mjs';

/** The product's own catalogue of metrics (`METRICS`, `formatMetric`), bundled for this process. */
export async function metricCatalogue() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(REPOSITORY, 'src/core/report/metrics.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}
