/** What the search for `eigenscope.json` asks of the file system. */
export interface FolderView {
  /** The folder above; of the root the root itself. */
  above(folder: string): string;
  /** Whether the folder is the root of a repository. */
  isRepository(folder: string): boolean;
}

/**
 * The folders in which an `eigenscope.json` holds for a model in the first of them, the nearest first: up to
 * the root of its repository. Without a repository only the one beside it counts: what lies further up
 * belongs to someone else.
 */
export function acceptanceFolders(start: string, view: FolderView): readonly string[] {
  const folders = [start];
  for (let folder = start; ; folders.push(folder)) {
    if (view.isRepository(folder)) return folders;
    const above = view.above(folder);
    if (above === folder) return [start];
    folder = above;
  }
}
