/** Compiles src/kernels to one WebAssembly module. Run directly, it writes dist/kernels.wasm. */
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

/** Writes the compiled kernels to `outFile`; throws with the compiler's messages where it fails. */
export async function buildKernels(outFile) {
  let wasm;
  const { error, stderr } = await asc.main(
    ['src/kernels/index.ts', '--baseDir', ROOT, '--outFile', 'kernels.wasm', ...OPTIONS],
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
  const outFile = path.join(ROOT, 'dist', 'kernels.wasm');
  await buildKernels(outFile);
  console.log(`Wrote ${path.relative(ROOT, outFile)}`);
}
