import './toolkit.ts';

/** A ring that turns while something of unknown length goes on. */
export function Progress({ name }: { readonly name: string }) {
  return (
    <div class="progress" role="status">
      <vscode-progress-ring aria-label={name} />
      <span>{name}</span>
    </div>
  );
}
