import { useLayoutEffect, useState } from 'preact/hooks';
import type { Plan, PlanMethod, TargetKind } from '../../src/core/plan/plan.ts';
import {
  METHODS_OF,
  TARGETS_OF,
  type PlanRequest,
  type PlanSettings,
} from '../../src/core/plan/planRequest.ts';
import { PLAN_AXES, type PlanAxis } from '../../src/core/plan/planWeight.ts';
import { PRUNING_PATTERNS, type PruningPattern } from '../../src/core/plan/sparsityPlanner.ts';
import type { TargetReach } from '../../src/core/plan/targetBudget.ts';
import { t } from '../ui/localise.ts';
import { Select } from '../ui/Select.tsx';
import { Slider } from '../ui/Slider.tsx';
import { TextField } from '../ui/TextField.tsx';
import { axisLabel, methodLabel } from './labels.ts';
import {
  asShare,
  parsedTarget,
  sliderRange,
  targetAs,
  targetFor,
  targetLabel,
  targetText,
} from './target.ts';

export interface PlanControlsProps {
  readonly plan: Plan;
  readonly request: PlanRequest;
  /** Undefined where it is not known. */
  readonly reach: TargetReach | undefined;
  readonly disabled: boolean;
  readonly onAsk: (changes: Partial<PlanRequest>) => void;
  readonly onSlide: (value: number) => void;
}

/** Ranks that kernels like. */
const MULTIPLES = ['1', '8', '16', '32'] as const;

/** What the plan is asked for. */
export function PlanControls(props: PlanControlsProps) {
  const { plan, request, reach, disabled, onAsk, onSlide } = props;
  const { axis, method, target, settings } = request;
  const set = (changes: Partial<PlanSettings>): void =>
    onAsk({ settings: { ...settings, ...changes } });
  return (
    <div class="toolbar plan-controls" role="group" aria-label={t('What the plan is asked for')}>
      <Select
        name={t('What is changed')}
        value={axis}
        disabled={disabled}
        options={PLAN_AXES.map((value) => ({ value, label: axisLabel(value) }))}
        onChange={(value) => onAsk(onAxis(value as PlanAxis, request))}
      />
      <Select
        name={t('Method')}
        value={method}
        disabled={disabled}
        // A stored plan may be by a method that takes more than the spectra.
        options={[...new Set([...METHODS_OF[axis], method])].map((value) => ({
          value,
          label: methodLabel(value),
        }))}
        onChange={(value) => onAsk({ method: value as PlanMethod })}
      />
      {axis === 'lowrank' && (
        <Select
          name={t('Ranks are multiples of')}
          value={String(settings.multiple)}
          disabled={disabled}
          options={[...new Set([...MULTIPLES, String(settings.multiple)])].map((value) => ({
            value,
            label: value === '1' ? t('Any rank') : t('Multiples of {0}', value),
          }))}
          onChange={(value) => set({ multiple: Number(value) })}
        />
      )}
      {axis === 'sparsity' && (
        <Select
          name={t('Pattern of zeros')}
          value={settings.pattern}
          disabled={disabled}
          options={PRUNING_PATTERNS.map((value) => ({
            value,
            label: value === 'unstructured' ? t('Single values') : value.toUpperCase(),
          }))}
          onChange={(value) => set({ pattern: value as PruningPattern })}
        />
      )}
      <span class="plan-target">
        <Select
          name={t('Target')}
          value={target.kind}
          disabled={disabled}
          options={TARGETS_OF[axis].map((value) => ({ value, label: targetLabel(value) }))}
          onChange={(value) => onAsk({ target: targetAs(value as TargetKind, plan) })}
        />
        <TargetValue
          kind={target.kind}
          value={asShare(target, plan)}
          reach={reach}
          disabled={disabled}
          onSlide={onSlide}
          onSettle={(value) => onAsk({ target: { kind: target.kind, value } })}
        />
      </span>
    </div>
  );
}

function onAxis(axis: PlanAxis, { target }: PlanRequest): Partial<PlanRequest> {
  return { axis, method: METHODS_OF[axis][0]!, target: targetFor(axis, target) };
}

interface TargetValueProps {
  readonly kind: TargetKind;
  readonly value: number;
  readonly reach: TargetReach | undefined;
  readonly disabled: boolean;
  readonly onSlide: (value: number) => void;
  readonly onSettle: (value: number) => void;
}

/** The whole slider, for one that only shows its value. */
function anyReach(kind: TargetKind): TargetReach {
  if (kind === 'bits') return { furthest: 2, none: 32 };
  return kind === 'sparsity' || kind === 'error'
    ? { furthest: 1, none: 0 }
    : { furthest: 0, none: 1 };
}

/** The value by slider, and by a field for who knows it. */
function TargetValue({ kind, value, reach, disabled, onSlide, onSettle }: TargetValueProps) {
  const shown = targetText(kind, value);
  const [text, setText] = useState(shown);
  // At once: after the next frame it would write over what was typed meanwhile.
  useLayoutEffect(() => setText(shown), [shown]);
  const parsed = parsedTarget(kind, text);
  const known = reach ?? anyReach(kind);
  const { least, most, step } = sliderRange(kind, known);
  return (
    <>
      <Slider
        name={t('Target: {0}', targetLabel(kind))}
        value={value}
        least={least}
        most={most}
        step={step}
        text={shown}
        disabled={disabled || reach === undefined}
        onMove={onSlide}
        onSettle={onSettle}
      />
      <TextField
        name={t('Target: {0}, as a number', targetLabel(kind))}
        value={text}
        placeholder={shown}
        invalid={parsed === undefined}
        disabled={disabled}
        onInput={setText}
        onEnter={() => {
          if (parsed !== undefined && text !== shown) onSettle(parsed);
        }}
      />
    </>
  );
}
