import { visibleName } from '../core/report/visibleName.ts';

/**
 * A message in which no word of a file can act. VS Code makes links of `[text](command:...)` in
 * notifications, and following one runs the command; names of layers and files may hold just that.
 */
export function plainMessage(message: string): string {
  return visibleName(message).replaceAll('](', '] (');
}
