import type { Series } from './chartSpec.ts';

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

/** What each line and mark means, as text of the page rather than of the canvas. */
export function Legend({ series }: { readonly series: readonly Series[] }) {
  return (
    <ul class="legend">
      {series
        .filter((one) => !one.guide)
        .map((one) => (
          <li key={one.label}>
            <Swatch series={one} />
            {one.label}
          </li>
        ))}
    </ul>
  );
}
