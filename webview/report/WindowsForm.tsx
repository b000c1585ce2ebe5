import { useState } from 'preact/hooks';
import type { WindowsRequest } from '../../src/protocol/reportPanelApi.ts';
import { Button } from '../ui/Button.tsx';
import { t } from '../ui/localise.ts';
import { Select } from '../ui/Select.tsx';
import { TextField } from '../ui/TextField.tsx';

export type WindowSettings = Omit<WindowsRequest, 'id'>;

/** Columns over rows that a person may choose; FARMS takes 2, the robust mode 1. */
const RATIOS = ['0.25', '0.5', '1', '2', '4'] as const;
const MOST_PER_SIDE = 40;

/** A whole number of the text between two others; undefined where it is none. */
export function wholeNumber(text: string, least: number, most: number): number | undefined {
  const value = /^\s*\d{1,7}\s*$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

export interface WindowsFormProps {
  /** Of the windows that are shown. */
  readonly settings: WindowSettings;
  /** Larger side of the matrix: windows have no more rows. */
  readonly side: number;
  readonly busy: boolean;
  readonly onSolve: (settings: WindowSettings) => void;
  /** Back to those of the report; absent where they are shown. */
  readonly onReset?: () => void;
}

/** Asks for other windows of the layer. */
export function WindowsForm({ settings, side, busy, onSolve, onReset }: WindowsFormProps) {
  const [rows, setRows] = useState(String(settings.rows));
  const [ratio, setRatio] = useState(String(settings.ratio));
  const [perSide, setPerSide] = useState(String(settings.perSide));
  const height = wholeNumber(rows, 2, side);
  const count = wholeNumber(perSide, 1, MOST_PER_SIDE);
  const solve = (): void => {
    if (!busy && height !== undefined && count !== undefined)
      onSolve({ rows: height, ratio: Number(ratio), perSide: count });
  };
  return (
    <div class="windows-form" role="group" aria-label={t('Other windows')}>
      <label class="windows-field">
        {t('Rows')}
        <TextField
          name={t('Rows of a window, 2 to {0}', side)}
          placeholder={t('2 to {0}', side)}
          value={rows}
          invalid={height === undefined}
          onInput={setRows}
          onEnter={solve}
        />
      </label>
      <label class="windows-field">
        {t('Columns')}
        <Select
          name={t('Columns of a window')}
          value={ratio}
          options={RATIOS.map((value) => ({ value, label: t('{0} × rows', value) }))}
          onChange={setRatio}
        />
      </label>
      <label class="windows-field">
        {t('Per side')}
        <TextField
          name={t('Most windows along each side, 1 to {0}', MOST_PER_SIDE)}
          placeholder={t('1 to {0}', MOST_PER_SIDE)}
          value={perSide}
          invalid={count === undefined}
          onInput={setPerSide}
          onEnter={solve}
        />
      </label>
      <Button
        name={t('Solve these windows')}
        disabled={busy || height === undefined || count === undefined}
        onClick={solve}
      >
        {t('Solve')}
      </Button>
      {onReset && (
        <Button name={t('Show the windows of the report')} disabled={busy} onClick={onReset}>
          {t('As in the report')}
        </Button>
      )}
    </div>
  );
}
