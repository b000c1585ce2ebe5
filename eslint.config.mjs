import globals from 'globals';
import tseslint from 'typescript-eslint';
import { eigenscopeRules } from './scripts/lint/eigenscopeRules.mjs';

/** The dependency order of src/core: a folder may import only from those before it. */
const CORE_ORDER = [
  'checkpoint',
  'linalg',
  'spectrum',
  'diagnosis',
  'report',
  'compare',
  'plan',
  'rewrite',
  'verify',
  'moments',
  'search',
];

const NODE_FREE = [
  'src/core/report',
  'src/core/compare',
  'src/core/plan',
  'src/protocol',
  'webview',
];

const bannedNames = ['Manager', 'Service', 'Helper', 'Utils'].map((word) => ({
  selector: `:matches(ClassDeclaration, FunctionDeclaration, VariableDeclarator, TSInterfaceDeclaration, TSTypeAliasDeclaration) > Identifier.id[name=/${word}$/]`,
  message: `No *${word}: name the thing by what it is.`,
}));

const syntaxRules = [
  ...bannedNames,
  {
    selector: 'ExportDefaultDeclaration',
    message: 'No default exports: a name is found by search.',
  },
  {
    selector: 'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]',
    message: 'No innerHTML: names from files are text, never markup.',
  },
  { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'No innerHTML.' },
];

export default tseslint.config(
  {
    ignores: [
      'dist',
      '.types',
      'node_modules',
      'test/e2e/host',
      'test/e2e/host-oldest',
      'e2e-artifacts',
      'demo-output',
      'bench-output',
      'src/kernels',
    ],
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      // Typed arrays are indexed in bounded loops; noUncheckedIndexedAccess makes `!` the honest way to say so.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'always' },
      ],
    },
  },
  {
    files: ['**/*.{ts,tsx,mjs}'],
    plugins: { eigenscope: eigenscopeRules },
    rules: {
      'max-lines': ['error', { max: 400 }],
      'no-restricted-syntax': ['error', ...syntaxRules],
      'eigenscope/layers': ['error', { coreOrder: CORE_ORDER, nodeFree: NODE_FREE }],
      'eigenscope/file-names': 'error',
      // `== null` is the one way to ask for null and undefined at once.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'off',
    },
  },
  { files: ['*.config.{ts,mjs}'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.mjs'], languageOptions: { globals: globals.node } },
  {
    files: NODE_FREE.map((folder) => `${folder}/**/*.{ts,tsx}`),
    rules: { 'no-restricted-globals': ['error', 'process', 'Buffer', '__dirname', 'require'] },
  },
  { files: ['src/core/**/*.ts'], rules: { 'no-console': 'error' } },
  { files: ['*.config.ts'], extends: [tseslint.configs.disableTypeChecked] },
);
