import { useRef, useState } from 'preact/hooks';
import type { Series } from './chartSpec.ts';
import { t } from './localise.ts';
import { stopForKey } from './stopForKey.ts';

const MARKERS = {
  circle: 'M14 6a3 3 0 1 1-6 0 3 3 0 0 1 6 0z',
  triangle: 'M11 2l4 7.5H7z',
  rect: 'M8 3h6v6H8z',
  rectRot: 'M11 1.8L15.2 6 11 10.2 6.8 6z',
  cross: 'M11 2v8M7 6h8',
} as const;

function Swatch({ series }: { readonly series: Series }) {
  return (
    <svg class={`swatch colour-${series.colour}`} width="22" height="12" aria-hidden="true">
      {series.draw === 'area' && <rect x="1" y="2" width="20" height="9" class="swatch-area" />}
      {series.draw === 'line' && (
        <path d="M0 6h22" stroke-width="2" stroke-dasharray={series.dash?.join(' ')} />
      )}
      {series.draw === 'points' && (
        <path class="swatch-marker" d={MARKERS[series.marker ?? 'circle']} />
      )}
    </svg>
  );
}

export interface LegendProps {
  readonly series: readonly Series[];
  /** Labels of the series that are not drawn. */
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (label: string) => void;
}

/**
 * What each line and mark means, as text of the page rather than of the canvas; each is a button that
 * shows and hides it. One tab stop; the arrows move along it.
 */
export function Legend({ series, hidden, onToggle }: LegendProps) {
  const bar = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState(0);
  const shown = series.filter((one) => !one.guide);
  const current = Math.min(stop, shown.length - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = stopForKey(event.key, current, shown.length);
    if (next === undefined) return;
    event.preventDefault();
    setStop(next);
    bar.current?.querySelectorAll('button')[next]?.focus();
  };
  return (
    <div
      ref={bar}
      class="legend"
      role="toolbar"
      aria-label={t('Legend: shows and hides what is drawn')}
      onKeyDown={onKeyDown}
    >
      {shown.map((one, index) => (
        <button
          key={one.label}
          type="button"
          class="legend-item"
          aria-pressed={!hidden.has(one.label)}
          title={hidden.has(one.label) ? t('Show {0}', one.label) : t('Hide {0}', one.label)}
          tabIndex={index === current ? 0 : -1}
          onClick={() => {
            setStop(index);
            onToggle(one.label);
          }}
        >
          <Swatch series={one} />
          {one.label}
        </button>
      ))}
    </div>
  );
}
