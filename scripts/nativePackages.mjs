/**
 * The platforms that have an extension of their own, by vsce's names for them: the libraries of ONNX Runtime
 * and of Dawn that go into it. ONNX Runtime's are those of its CPU provider (on Windows it loads DirectML and
 * the shader compilers beside it only when they are asked for), Dawn is published for some of them alone.
 */
export const PLATFORMS = {
  'linux-x64': { ort: 'libonnxruntime.so.1', dawn: 'libwebgpu_wrapper.so' },
  'linux-arm64': { ort: 'libonnxruntime.so.1', dawn: undefined },
  'darwin-arm64': { ort: 'libonnxruntime.1.dylib', dawn: 'libwebgpu_wrapper.dylib' },
  'win32-x64': { ort: 'onnxruntime.dll', dawn: 'webgpu_wrapper.dll' },
};

/** The platform of this process, as far as it has an extension of its own. */
export function ownPlatform() {
  const platform = `${process.platform}-${process.arch}`;
  return platform in PLATFORMS ? platform : undefined;
}

/** An Error where the platform is none of those above. */
function partsOf(platform) {
  const parts = PLATFORMS[platform];
  if (parts) return parts;
  const known = Object.keys(PLATFORMS).join(', ');
  throw new Error(`There is no extension for the platform '${platform}'; there is ${known}.`);
}

/**
 * The npm packages that a platform's extension brings and the files it takes of each, in the package's own
 * layout, so that Node resolves them as it does an installed one. A name that ends with `/*.js` stands for
 * every such file of that folder.
 */
export function nativePackages(platform) {
  const { ort, dawn } = partsOf(platform);
  const [system, processor] = platform.split('-');
  const binaries = `bin/napi-v6/${system}/${processor}`;
  return [
    {
      name: 'onnxruntime-node',
      files: [
        'package.json',
        'dist/backend.js',
        'dist/binding.js',
        'dist/index.js',
        'dist/version.js',
        `${binaries}/${ort}`,
        `${binaries}/onnxruntime_binding.node`,
      ],
    },
    {
      name: 'onnxruntime-common',
      files: ['package.json', 'dist/cjs/package.json', 'dist/cjs/*.js'],
    },
    ...(dawn === undefined ? [] : gpuPackages(platform, dawn)),
  ];
}

/** Dawn and, only where there is one, what calls it. */
function gpuPackages(platform, dawn) {
  return [
    {
      name: 'koffi',
      files: [
        'package.json',
        'LICENSE.txt',
        'index.cjs',
        'src/koffi/index.cjs',
        'src/koffi/src/static.cjs',
      ],
    },
    {
      name: `@koromix/koffi-${platform}`,
      files: ['package.json', 'index.js', `${platform.replace('-', '_')}/koffi.node`],
    },
    { name: `bun-webgpu-${platform}`, files: ['package.json', 'LICENSE', dawn] },
  ];
}
