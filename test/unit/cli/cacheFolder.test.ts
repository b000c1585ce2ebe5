import { describe, expect, it } from 'vitest';
import { defaultCacheFolder } from '../../../src/cli/cacheFolder.ts';

describe('the folder of solved spectra', () => {
  it.each<[NodeJS.Platform, NodeJS.ProcessEnv, string]>([
    ['linux', {}, '/home/me/.cache/eigenscope'],
    ['linux', { XDG_CACHE_HOME: '/big/cache' }, '/big/cache/eigenscope'],
    ['linux', { XDG_CACHE_HOME: '' }, '/home/me/.cache/eigenscope'],
    ['linux', { XDG_CACHE_HOME: 'cache' }, '/home/me/.cache/eigenscope'],
    ['darwin', { XDG_CACHE_HOME: '/big/cache' }, '/home/me/Library/Caches/eigenscope'],
    ['win32', { LOCALAPPDATA: '' }, '/home/me/AppData/Local/eigenscope/Cache'],
    ['win32', {}, '/home/me/AppData/Local/eigenscope/Cache'],
  ])('on %s with %j is %s', (platform, env, folder) => {
    expect(defaultCacheFolder(platform, env, '/home/me').replaceAll('\\', '/')).toBe(folder);
  });
});
