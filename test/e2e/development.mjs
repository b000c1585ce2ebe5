import { REPOSITORY } from './artifacts.mjs';

/** Without it VS Code ignores what `developmentQuery` puts into the address, and says nothing. */
export const DEVELOPMENT_ARGS = ['--enable-smoke-test-driver'];

/**
 * What is added to the workbench's address to have the extension from the working tree, with the packages that
 * are installed there, instead of one from a VSIX; given `testsPath`, that bundle is run in the extension host.
 */
export function developmentQuery(server, testsPath) {
  const remote = `vscode-remote://${new URL(server.url).host}`;
  const payload = [
    ['extensionDevelopmentPath', `${remote}${REPOSITORY}`],
    ...(testsPath === undefined ? [] : [['extensionTestsPath', `${remote}${testsPath}`]]),
    ['skipWelcome', 'true'],
  ];
  return `&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}
