import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const BUNDLE = path.join(root, 'l10n/bundle.l10n.json');
const FOLDERS = ['src/extension', 'webview'];

/** The catalogue's words are translated where they are shown: `t(metric.label)`. */
const CATALOGUE = [
  'metrics',
  'estimatorMetrics',
  'shapeMetrics',
  'shuffleMetrics',
  'uncertaintyMetrics',
].map((name) => `src/core/report/${name}.ts`);
/** A sentence of the catalogue beside its entries: `t(UNCERTAINTY_NOTE)`. */
const CATALOGUE_NOTE = /^[A-Z_]+_NOTE$/;
const CATALOGUE_FIELDS = new Set(['label', 'unit', 'meaning', 'range']);

function parse(file) {
  const text = readFileSync(path.join(root, file), 'utf8');
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

function visit(node, each) {
  each(node);
  node.forEachChild((child) => visit(child, each));
}

/** The literals an expression can be, or undefined where it can be something else. */
function literals(expression) {
  if (ts.isStringLiteralLike(expression)) return [expression.text];
  if (ts.isParenthesizedExpression(expression)) return literals(expression.expression);
  if (!ts.isConditionalExpression(expression)) return undefined;
  const branches = [literals(expression.whenTrue), literals(expression.whenFalse)];
  return branches.includes(undefined) ? undefined : branches.flat();
}

function fromCatalogue(expression) {
  if (ts.isIdentifier(expression)) return CATALOGUE_NOTE.test(expression.text);
  return ts.isPropertyAccessExpression(expression) && CATALOGUE_FIELDS.has(expression.name.text);
}

function isTranslation(node) {
  if (!ts.isCallExpression(node) || node.arguments.length === 0) return false;
  const { expression } = node;
  return (ts.isPropertyAccessExpression(expression) ? expression.name : expression).text === 't';
}

function textsOf(file) {
  const source = parse(file);
  const texts = [];
  visit(source, (node) => {
    if (!isTranslation(node)) return;
    const [message] = node.arguments;
    const found = literals(message);
    if (found) texts.push(...found);
    else if (!fromCatalogue(message)) {
      const { line } = source.getLineAndCharacterOfPosition(message.getStart());
      throw new Error(
        `${file}:${line + 1}: t(${message.getText()}) cannot be translated: give it a literal.`,
      );
    }
  });
  return texts;
}

function catalogueTexts() {
  const texts = [];
  for (const file of CATALOGUE)
    visit(parse(file), (node) => {
      const isField = ts.isPropertyAssignment(node) && CATALOGUE_FIELDS.has(node.name.getText());
      const isNote = ts.isVariableDeclaration(node) && CATALOGUE_NOTE.test(node.name.getText());
      if (!isField && !isNote) return;
      const found = literals(node.initializer);
      if (found) texts.push(...found);
    });
  return texts;
}

/** The bundle for translators, as text: everything that the extension and the panels say, in English. */
export function bundleText() {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => path.join(folder, name)),
  );
  const texts = [...files.flatMap(textsOf), ...catalogueTexts()].filter((text) => text !== '');
  const sorted = [...new Set(texts)].sort();
  return `${JSON.stringify(Object.fromEntries(sorted.map((text) => [text, text])), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = bundleText();
  if (!process.argv.includes('--check')) writeFileSync(BUNDLE, text);
  else if (readFileSync(BUNDLE, 'utf8') !== text) {
    console.error('l10n/bundle.l10n.json is not up to date: run node scripts/l10n.mjs');
    process.exitCode = 1;
  }
}
