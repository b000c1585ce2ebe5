import { describe, expect, it } from 'vitest';
import { plainMessage } from '../../../src/extension/plainMessage.ts';

/** What VS Code takes for a link in a notification. */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi;

describe('a message', () => {
  it.each([
    ['a command', 'layer [ok](command:workbench.action.closeWindow) failed'],
    ['an address', '[a](https://example.org/)'],
    ['a link in a link', '[[a](command:x)](command:y)'],
    ['a link with a title', '[a](file:///etc/passwd "b")'],
  ])('with %s in a name of the file holds no link', (_name, message) => {
    expect(message.match(LINK)).not.toBeNull();
    expect(plainMessage(message).match(LINK)).toBeNull();
  });

  it('shows characters that would hide or turn what follows', () => {
    expect(plainMessage('a\u202eb')).toBe('a[U+202E]b');
  });

  it('is left alone otherwise', () => {
    const message = "model.onnx: tensor 'w[0] (copy)' has 3 values, 4 were expected.";
    expect(plainMessage(message)).toBe(message);
  });
});
