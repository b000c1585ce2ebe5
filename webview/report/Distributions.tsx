import { useState } from 'preact/hooks';
import { formatFigure, type FigureFormat } from '../../src/core/report/format.ts';
import { METRICS, type Metric } from '../../src/core/report/metrics.ts';
import type { Report } from '../../src/core/report/report.ts';
import { ALL_ROLES } from '../../src/core/report/summary.ts';
import { t } from '../ui/localise.ts';
import { Select } from '../ui/Select.tsx';
import { metricLabel } from './layerColumns.tsx';
import { roleLabel } from './roleLabel.ts';

/** A mean or a quartile of whole numbers need not be one. */
function formatOf({ format }: Metric, value: number | null): FigureFormat {
  return format === 'integer' && !Number.isInteger(value) ? 'fixed' : format;
}

/** Quartiles and means of every metric over the layers of a role. */
export function Distributions({ report }: { readonly report: Report }) {
  const [role, setRole] = useState<string>(ALL_ROLES);
  const { distributions } = report.summary;
  const roles = [...new Set(distributions.map((one) => one.role))];
  return (
    <section aria-label={t('Distributions')}>
      <div class="section-line">
        <h2>{t('Distributions')}</h2>
        {roles.length > 2 && (
          <Select
            name={t('Role of the layers')}
            value={role}
            options={roles.map((value) => ({ value, label: roleLabel(value) }))}
            onChange={setRole}
          />
        )}
      </div>
      <div
        class="wide-table"
        tabIndex={0}
        role="group"
        aria-label={t('Table of the distributions')}
      >
        <table class="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('Figure')}</th>
              <th scope="col">{t('Layers')}</th>
              <th scope="col">{t('Lower quartile')}</th>
              <th scope="col">{t('Median')}</th>
              <th scope="col">{t('Upper quartile')}</th>
              <th scope="col">{t('Mean')}</th>
              <th scope="col" title={t('Weighted by the number of parameters')}>
                {t('Weighted mean')}
              </th>
            </tr>
          </thead>
          <tbody>
            {METRICS.map((metric) => {
              const one = distributions.find(
                (candidate) => candidate.metric === metric.id && candidate.role === role,
              );
              if (!one) return null;
              const figure = (value: number | null) => (
                <td>{formatFigure(value, formatOf(metric, value))}</td>
              );
              return (
                <tr key={metric.id}>
                  <th scope="row" title={t(metric.meaning)}>
                    {metricLabel(metric)}
                  </th>
                  <td
                    title={
                      one.failed === 1
                        ? t('1 layer has no value')
                        : t('{0} layers have no value', one.failed)
                    }
                  >
                    {one.layers}
                  </td>
                  {figure(one.q1)}
                  {figure(one.median)}
                  {figure(one.q3)}
                  {figure(one.mean)}
                  {figure(one.weightedMean)}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
