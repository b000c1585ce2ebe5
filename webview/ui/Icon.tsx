import './Icon.css';

/** Outlines on a 16 x 16 grid. */
const PATHS = {
  error: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM5.5 5.5l5 5m0-5l-5 5',
  passed: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM5 8.3l2.1 2.1L11 6.3',
  warning: 'M8 2L1.5 13.5h13zM8 6.2v3.9m0 1.3v.9',
  info: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 7.2v4.1M8 4.6v.9',
  ascending: 'M8 12.5v-9M4.5 7L8 3.5 11.5 7',
  descending: 'M8 3.5v9M4.5 9L8 12.5 11.5 9',
  previous: 'M10 3.5L5.5 8l4.5 4.5',
  next: 'M6 3.5L10.5 8 6 12.5',
  down: 'M3.5 6L8 10.5 12.5 6',
  table: 'M2 3h12v10H2zM2 6.3h12M2 9.6h12M6 3v10',
  chart: 'M2.5 2.5v11h11M5 10.5l2.7-3.4 2 1.7L13 4.5',
  save: 'M8 2v7.5M4.8 6.6L8 9.8l3.2-3.2M2.5 11.5v2h11v-2',
  columns: 'M2 3h12v10H2zM6 3v10M10 3v10',
  settings:
    'M2 5h6m4 0h2M2 11h2m4 0h6M10 3.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6zM6 9.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z',
  compress: 'M8 1.5v4.3M5.6 3.6L8 6l2.4-2.4M8 14.5v-4.3M5.6 12.4L8 10l2.4 2.4M2.5 8h11',
  locked: 'M4 7.3h8v6.2H4zM5.6 7.3V5a2.4 2.4 0 0 1 4.8 0v2.3',
  unlocked: 'M4 7.3h8v6.2H4zM5.6 7.3V4.6a2.4 2.4 0 0 1 4.7-.7',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.6L13.2 6M13.2 2.5V6H9.7',
} as const;

export type IconName = keyof typeof PATHS;

/** A decoration: what it means is always said in text too. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
