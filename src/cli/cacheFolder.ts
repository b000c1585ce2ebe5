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
      env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'),
      'eigenscope',
      'Cache',
    );
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'eigenscope');
  return path.join(env['XDG_CACHE_HOME'] || path.join(home, '.cache'), 'eigenscope');
}
