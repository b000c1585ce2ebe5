import { useAccessibleName } from './accessibleName.ts';
import './toolkit.ts';

/** A ring that turns while something of unknown length goes on. */
export function Progress({ name }: { readonly name: string }) {
  const ref = useAccessibleName<HTMLElement>(name);
  return (
    <div class="progress" role="status">
      <vscode-progress-ring ref={ref} />
      <span>{name}</span>
    </div>
  );
}
