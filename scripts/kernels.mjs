/**
 * Compiles src/kernels to three WebAssembly modules: kernels.wasm runs everywhere, kernels-fma.wasm needs
 * relaxed SIMD and is a third faster, and kernels-wide.wasm is the same, laid out for a V8 that joins pairs
 * of vectors to one of 256 bits. Run directly, it writes them to dist/.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const OPTIONS = [
  ['--runtime', 'stub'],
  ['--enable', 'simd'],
  // The solver owns the memory and its layout; 65,536 pages are all that 32-bit addresses reach.
  ['--importMemory'],
  ['--initialMemory', '1'],
  ['--maximumMemory', '65536'],
  ['-O3', '--converge', '--noAssert'],
].flat();

/** Both builds: file name -> what the compiler is told besides. */
const BUILDS = {
  'kernels.wasm': ['--use', 'WIDE_REGISTERS=0'],
  'kernels-fma.wasm': ['--enable', 'relaxed-simd', '--use', 'WIDE_REGISTERS=0'],
  'kernels-wide.wasm': ['--enable', 'relaxed-simd', '--use', 'WIDE_REGISTERS=1'],
};

/** Writes all builds of the kernels to `folder`; throws with the compiler's messages where it fails. */
export async function buildKernels(folder) {
  for (const [name, options] of Object.entries(BUILDS)) {
    await compile(path.join(folder, name), options);
  }
}

async function compile(outFile, options) {
  let wasm;
  const { error, stderr } = await asc.main(
    [
      'src/kernels/index.ts',
      ...['--baseDir', ROOT, '--outFile', 'kernels.wasm'],
      ...OPTIONS,
      ...options,
    ],
    { writeFile: (_name, contents) => void (wasm = contents) },
  );
  if (error || !wasm) {
    throw new Error(`The kernels do not compile.\n${stderr.toString()}`, { cause: error });
  }
  await mkdir(path.dirname(outFile), { recursive: true });
  // Moved into place whole: another process may be reading it.
  const partial = `${outFile}.${process.pid}`;
  await writeFile(partial, wasm);
  await rename(partial, outFile);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await buildKernels(path.join(ROOT, 'dist'));
  console.log(`Wrote ${Object.keys(BUILDS).join(', ')} to dist/`);
}
