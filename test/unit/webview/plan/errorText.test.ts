import { expect, it } from 'vitest';
import { errorText } from '../../../../webview/plan/errorText.ts';

it.each([
  [null, '–'],
  [0, '0 %'],
  [1e-9, '< 0.001 %'],
  [0.0000643, '0.0064 %'],
  [0.0468, '4.68 %'],
  [0.5, '50.0 %'],
  [1, '100 %'],
])('an error of %s is shown as %s', (error, text) => {
  expect(errorText(error)).toBe(text);
});
