import type { Report } from '../../src/core/report/report.ts';
import { visibleName } from '../../src/core/report/visibleName.ts';
import { t } from '../ui/localise.ts';
import { formatBytes } from '../ui/quantities.ts';

/** `opset 17`, or each domain with its version where there are several. */
function opsetText(opset: Report['model']['opset']): string {
  const domains = Object.entries(opset);
  if (domains.length === 0) return '';
  const named = domains.map(([domain, version]) =>
    domain === '' || domain === 'ai.onnx' ? String(version) : `${domain} ${version}`,
  );
  return t('opset {0}', named.join(', '));
}

function computeText({ seconds, backend, workers }: Report['compute']): string {
  const time = seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0);
  return workers === 1
    ? t('{0} s ({1}, 1 worker)', time, backend)
    : t('{0} s ({1}, {2} workers)', time, backend, workers);
}

function deviceText(device: Report['compute']['device']): string {
  if (!device || device.layers === 0) return '';
  const adapter = visibleName(device.adapter);
  return device.layers === 1
    ? t('1 layer on {0}', adapter)
    : t('{0} layers on {1}', device.layers, adapter);
}

/** How the model is stored and how it was analyzed, on one line. */
export function modelLine({ model, settings, compute }: Report): string {
  return [
    model.format.toUpperCase(),
    t('IR {0}', model.irVersion),
    opsetText(model.opset),
    visibleName(model.producer),
    formatBytes(model.bytes),
    settings.mode === 'robust' ? t('robust mode') : t('WeightWatcher mode'),
    computeText(compute),
    deviceText(compute.device),
    compute.cached > 0 ? t('{0} from the cache', compute.cached) : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
