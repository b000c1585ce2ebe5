import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const REPOSITORY = path.resolve(import.meta.dirname, '../..');
/** What another VS Code shows lies apart from what the newest does. */
const FOLDER = path.join(
  REPOSITORY,
  'e2e-artifacts',
  ...(process.env.EIGENSCOPE_HOST === 'oldest' ? ['oldest'] : []),
);

/** Absolute path for something a person will want to look at after a run; its folder is made. */
export function artifactPath(...names) {
  const file = path.join(FOLDER, ...names);
  mkdirSync(path.dirname(file), { recursive: true });
  return file;
}

export function saveArtifact(text, ...names) {
  writeFileSync(artifactPath(...names), text);
}
