import { shortName } from '../../src/core/report/visibleName.ts';
import './Name.css';

const TAIL = 20;

/** What is no longer than this is shown whole. */
const SHORT = 6;

/**
 * A name from a file on one line. Where it does not fit, its middle gives way: the end of a graph path
 * tells layers apart.
 */
export function Name({ text }: { readonly text: string }) {
  const whole = shortName(text);
  const tail = Math.min(TAIL, Math.ceil(whole.length * 0.6));
  const cut = whole.length > SHORT ? whole.length - tail : 0;
  return (
    <span class="name" title={whole}>
      {cut > 0 && <span class="name-head">{whole.slice(0, cut)}</span>}
      <span class="name-tail">{whole.slice(cut)}</span>
    </span>
  );
}
