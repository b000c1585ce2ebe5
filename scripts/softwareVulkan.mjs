import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

const MODULES = path.resolve(import.meta.dirname, '../test/e2e/host/node_modules');
const PACKED = path.join(MODULES, '@sparticuz/chromium/bin/swiftshader.tar.br');

/**
 * SwiftShader, the Vulkan driver in software that comes with the packed browser, extracted once into the
 * test host's node_modules: the loader to load first and the driver's description for VK_ICD_FILENAMES.
 * SOFTWARE_VULKAN names a folder with the same files. Undefined where the test host is not installed or is
 * of another platform.
 */
export function softwareVulkan() {
  const named = process.env.SOFTWARE_VULKAN;
  if (named !== undefined && named !== '') return filesIn(named);
  if (`${process.platform}-${process.arch}` !== 'linux-x64' || !existsSync(PACKED))
    return undefined;
  const folder = path.join(MODULES, '.swiftshader');
  if (!existsSync(folder)) {
    const partial = `${folder}-${process.pid}`;
    mkdirSync(partial, { recursive: true });
    const archive = path.join(partial, 'swiftshader.tar');
    writeFileSync(archive, brotliDecompressSync(readFileSync(PACKED)));
    execFileSync('tar', ['xf', archive, '-C', partial]);
    rmSync(archive);
    if (existsSync(folder)) rmSync(partial, { recursive: true });
    else renameSync(partial, folder);
  }
  return filesIn(folder);
}

function filesIn(folder) {
  return {
    loader: path.join(folder, 'libvulkan.so.1'),
    driver: path.join(folder, 'vk_swiftshader_icd.json'),
  };
}
