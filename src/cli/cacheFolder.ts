import * as os from 'node:os';
import * as path from 'node:path';

/** Where this system keeps what programs can compute again. */
export function defaultCacheFolder(
  platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home = os.homedir(),
): string {
  if (platform === 'win32')
    return path.join(
      absolute(env['LOCALAPPDATA']) ?? path.join(home, 'AppData', 'Local'),
      'eigenscope',
      'Cache',
    );
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'eigenscope');
  return path.join(absolute(env['XDG_CACHE_HOME']) ?? path.join(home, '.cache'), 'eigenscope');
}

/** A variable that is empty or relative names no folder: the XDG specification has it ignored. */
function absolute(folder: string | undefined): string | undefined {
  return folder !== undefined && path.isAbsolute(folder) ? folder : undefined;
}
