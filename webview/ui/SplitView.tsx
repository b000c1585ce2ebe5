import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from './localise.ts';
import './SplitView.css';

/** Percent of the whole that an arrow key moves the divider by, and with Shift. */
const STEP = 2;
const LARGE_STEP = 10;

export interface SplitViewProps {
  /** What the divider is between, for a screen reader. */
  readonly name: string;
  /** Side by side, or one above the other. */
  readonly along: 'columns' | 'rows';
  /** Percent of the width or height that the first part has. */
  readonly share: number;
  readonly least: number;
  readonly most: number;
  /** Where a double click puts the divider. */
  readonly usual: number;
  readonly onChange: (share: number) => void;
  readonly first: ComponentChildren;
  readonly second: ComponentChildren;
}

/** The share that a key asks for; undefined for a key that moves nothing. */
export function shareForKey(
  { key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>,
  { along, share, least, most }: Pick<SplitViewProps, 'along' | 'share' | 'least' | 'most'>,
): number | undefined {
  const step = shiftKey ? LARGE_STEP : STEP;
  const [less, more] = along === 'columns' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  const wanted = new Map([
    [less, share - step],
    [more, share + step],
    ['Home', least],
    ['End', most],
  ]).get(key);
  return wanted === undefined ? undefined : Math.min(most, Math.max(least, wanted));
}

/** Two parts with a divider between them that is moved by pointer or by keyboard. */
export function SplitView(props: SplitViewProps) {
  const { name, along, share, least, most, usual, onChange, first, second } = props;
  const box = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<number>();
  // Until the divider is let go its place is of no concern to anyone else.
  useEffect(() => setDragged(undefined), [share, along]);
  const shown = dragged ?? share;

  const shareAt = (event: PointerEvent): number => {
    const { left, top, width, height } = box.current!.getBoundingClientRect();
    const part =
      along === 'columns' ? (event.clientX - left) / width : (event.clientY - top) / height;
    return Math.min(most, Math.max(least, 100 * part));
  };
  const letGo = (): void => {
    if (dragged !== undefined) onChange(dragged);
  };
  return (
    <div ref={box} class={`split split-${along}`} style={{ '--share': `${shown}%` }}>
      {first}
      <div
        role="separator"
        class={dragged === undefined ? 'divider' : 'divider dragged'}
        tabIndex={0}
        aria-label={name}
        aria-orientation={along === 'columns' ? 'vertical' : 'horizontal'}
        aria-valuenow={Math.round(shown)}
        aria-valuemin={least}
        aria-valuemax={most}
        aria-valuetext={t('{0} %', Math.round(shown))}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragged(shareAt(event));
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) setDragged(shareAt(event));
        }}
        onPointerUp={letGo}
        onPointerCancel={letGo}
        onDblClick={() => onChange(usual)}
        onKeyDown={(event) => {
          const next = shareForKey(event, { along, share, least, most });
          if (next === undefined) return;
          event.preventDefault();
          onChange(next);
        }}
      />
      {second}
    </div>
  );
}
