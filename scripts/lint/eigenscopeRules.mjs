import path from 'node:path';

const BAD_FILE_NAMES = /^(utils?|helpers?|common|misc)\.|(Manager|Service|Helper|Utils)\./;

/** Which part of the repository a file belongs to, as [top, sub]: ['core', 'linalg'], ['engine'], ['webview'], ... */
function placeOf(file, root) {
  const parts = path.relative(root, file).split(path.sep);
  if (parts[0] === 'src') return parts[1] === 'core' ? ['core', parts[2]] : [parts[1]];
  return [parts[0]];
}

/** What each shell may import besides itself. A core folder's own rule is its place in the order. */
const ALLOWED = {
  core: [],
  protocol: ['core/report', 'core/compare', 'core/plan'],
  engine: ['core/*', 'protocol'],
  cli: ['engine', 'core/report', 'core/compare', 'core/plan', 'protocol'],
  extension: ['engine', 'core/report', 'core/compare', 'core/plan', 'protocol'],
  webview: ['core/report', 'core/compare', 'core/plan', 'protocol'],
};

/** The one door of the engine for the shells: its client (and the types of its interface). */
const ENGINE_DOORS = /src[\\/]engine[\\/](client|engineApi)\.ts$/;

function layerProblem(from, source, root, options) {
  const [top, sub] = placeOf(from, root);
  const inProduct = from.startsWith(path.join(root, 'src')) || top === 'webview';
  if (!inProduct) return undefined;
  if (source === 'vscode' && top !== 'extension') return 'Only src/extension imports vscode.';
  if (
    source === '@vscode/webview-ui-toolkit' &&
    !path.relative(root, from).startsWith(path.join('webview', 'ui'))
  )
    return 'Only webview/ui imports the webview toolkit.';
  const here = path.relative(root, from).split(path.sep).join('/');
  if (/^node:/.test(source) && options.nodeFree.some((f) => here.startsWith(`${f}/`)))
    return 'This folder is shared with the browser: nothing of Node.';
  if (top === 'core' && /^node:(child_process|worker_threads|cluster)$/.test(source))
    return 'The core starts no thread and no process.';
  if (!source.startsWith('.')) return undefined;
  const target = path.resolve(path.dirname(from), source);
  const [otherTop, otherSub] = placeOf(target, root);
  if (top === 'core' && otherTop === 'core') {
    const order = options.coreOrder;
    if (order.indexOf(otherSub) < 0) return `core/${otherSub} has no place in the pipeline order.`;
    return order.indexOf(otherSub) <= order.indexOf(sub)
      ? undefined
      : `core/${sub} may import only from core folders before it, not from core/${otherSub}.`;
  }
  if (otherTop === top) return undefined;
  const name = otherTop === 'core' ? `core/${otherSub}` : otherTop;
  const allowed = ALLOWED[top] ?? [];
  if (!allowed.includes(name) && !(otherTop === 'core' && allowed.includes('core/*')))
    return `${top === 'core' ? `core/${sub}` : top} may not import from ${name}.`;
  if (otherTop === 'engine' && !ENGINE_DOORS.test(target))
    return 'Shells reach the engine only through its client.';
  return undefined;
}

const layers = {
  meta: { type: 'problem', schema: [{ type: 'object' }] },
  create(context) {
    const check = (node, source) => {
      const problem = layerProblem(context.filename, source, context.cwd, context.options[0]);
      if (problem) context.report({ node, message: problem });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => node.source && check(node, node.source.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ImportExpression: (node) =>
        typeof node.source.value === 'string' && check(node, node.source.value),
      // The toolkit's tags belong to webview/ui, where each has a required accessible name.
      JSXOpeningElement(node) {
        const here = path.relative(context.cwd, context.filename).split(path.sep).join('/');
        if (
          node.name.type === 'JSXIdentifier' &&
          node.name.name.startsWith('vscode-') &&
          !here.startsWith('webview/ui/')
        )
          context.report({ node, message: 'Only webview/ui writes <vscode-...> tags.' });
      },
    };
  },
};

const fileNames = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    return {
      Program(node) {
        const name = path.basename(context.filename);
        if (BAD_FILE_NAMES.test(name))
          context.report({ node, message: `${name}: a file is named by the noun it exports.` });
      },
    };
  },
};

export const eigenscopeRules = { rules: { layers, 'file-names': fileNames } };
