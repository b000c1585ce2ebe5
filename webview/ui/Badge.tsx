import './toolkit.ts';

/** A small count beside a title; `name` says what is counted. */
export function Badge({ name, count }: { readonly name: string; readonly count: number }) {
  return (
    <vscode-badge title={name} aria-label={name} role="img">
      {String(count)}
    </vscode-badge>
  );
}
