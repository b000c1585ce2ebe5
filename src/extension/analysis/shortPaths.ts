import path from 'node:path';

/**
 * A message with the file under a short name, and the files beside it by their names alone: a notification is
 * narrow, and a path from the root hides what is said after it. `file` is absolute, `name` what it is called.
 */
export function shortPaths(message: string, file: string, name: string): string {
  const folder = path.dirname(file);
  const beside = folder.endsWith(path.sep) ? folder : `${folder}${path.sep}`;
  const short = message.replaceAll(file, name);
  // The root of a disk is the beginning of every path.
  return folder === path.dirname(folder) ? short : short.replaceAll(beside, '');
}
