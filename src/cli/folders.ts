import * as fs from 'node:fs';

/** Whether a folder is there under that name and may be seen. */
export function isFolder(name: string): boolean {
  try {
    return fs.statSync(name).isDirectory();
  } catch {
    return false;
  }
}
