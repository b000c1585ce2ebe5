let messages: Readonly<Record<string, string>> = {};

/** Takes the translations of the display language, keyed by the English text; `{}` for English. */
export function setMessages(bundle: Readonly<Record<string, string>>): void {
  messages = bundle;
}

/**
 * The text in the display language, or the English text itself where there is no translation; `{0}`,
 * `{1}`, ... are replaced by the arguments, as `vscode.l10n.t` does.
 */
export function t(text: string, ...values: readonly (string | number)[]): string {
  const message = Object.hasOwn(messages, text) ? messages[text]! : text;
  return message.replace(/\{(\d+)\}/g, (placeholder, index: string) => {
    const value = values[Number(index)];
    return value === undefined ? placeholder : String(value);
  });
}
