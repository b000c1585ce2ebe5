import { parseArgs } from 'node:util';
import { makeProfile } from '../test/e2e/profile.mjs';
import { fillSampleWorkspace } from '../test/e2e/sampleWorkspace.mjs';
import { installExtension, startServer } from '../test/e2e/server.mjs';
import { build } from './build.mjs';
import { ensurePackages, host, hostUnsupported } from './e2eHost.mjs';
import { packageVsix } from './package.mjs';

/** Resolves at the first Ctrl-C or request to end. */
function asked() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, resolve);
  });
}

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const unsupported = hostUnsupported();
if (unsupported) {
  console.error(
    `${unsupported} Run node scripts/package.mjs and install the .vsix in your VS Code.`,
  );
  process.exit(1);
}
const ended = asked();
ensurePackages();
console.log('Building Eigenscope ...');
await build({ tests: false });
const profile = makeProfile();
try {
  fillSampleWorkspace(profile.workspace);
  installExtension(host, profile, (await packageVsix(profile.root)).path);
  const server = await startServer(host, profile, { port: Number(values.port) });
  console.log(`
VS Code with Eigenscope and a folder of real models is at

  ${server.url}/?folder=${encodeURIComponent(profile.workspace)}

Right-click on an .onnx file and choose "Analyze Spectrum". Ctrl-C ends it and deletes the profile.`);
  await ended;
  await server.stop();
} finally {
  profile.remove();
}
