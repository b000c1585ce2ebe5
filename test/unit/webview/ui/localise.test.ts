import { afterEach, expect, it } from 'vitest';
import { setMessages, t } from '../../../../webview/ui/localise.ts';

afterEach(() => setMessages({}));

it.each([
  ['the English text without a translation', {}, 'Layers', [], 'Layers'],
  ['the translation', { Layers: 'Schichten' }, 'Layers', [], 'Schichten'],
  ['arguments in their places', {}, '{0} of {1}', [3, 60], '3 of 60'],
  [
    'arguments in the order of the translation',
    { '{0} of {1}': '{1}: {0}' },
    '{0} of {1}',
    [3, 60],
    '60: 3',
  ],
  ['an argument twice', {}, '{0} {0}', ['a'], 'a a'],
  ['an argument that looks like a placeholder', {}, '{0} {1}', ['{1}', 'b'], '{1} b'],
  ['a placeholder without its argument', {}, '{0} {1}', ['a'], 'a {1}'],
  ['a text that names a property of every object', {}, 'toString', [], 'toString'],
] as const)('gives %s', (_what, messages, text, values, expected) => {
  setMessages(messages);
  expect(t(text, ...values)).toBe(expected);
});
