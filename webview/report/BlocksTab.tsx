import { useMemo } from 'preact/hooks';
import { t } from '../ui/localise.ts';
import { BlockGrid } from './BlockGrid.tsx';
import { blockTable } from './blockRows.ts';
import type { TabProps } from './tabProps.ts';

/** The layers by block, each with a small spectrum; the table of layers has the same as figures. */
export function BlocksTab({ report, selected, onSelect }: TabProps) {
  const { layers } = report;
  const table = useMemo(() => blockTable(layers), [layers]);
  return (
    <>
      <p class="footnote muted">
        {t(
          'Spectral density of each layer, all on the same logarithmic axes: eigenvalue to the right, share of the eigenvalues in a decade upwards.',
        )}{' '}
        {table.outside > 0 &&
          (table.outside === 1
            ? t('1 layer is in no block.')
            : t('{0} layers are in no block.', table.outside))}
      </p>
      <BlockGrid table={table} selected={selected} onSelect={onSelect} />
    </>
  );
}
