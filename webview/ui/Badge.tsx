import './Badge.css';

/**
 * A small count beside a title; `name` says what is counted. Not the toolkit's: its template carries a
 * style attribute, which a strict content security policy refuses.
 */
export function Badge({ name, count }: { readonly name: string; readonly count: number }) {
  return (
    <span class="badge" title={name} aria-label={name} role="img">
      {count}
    </span>
  );
}
