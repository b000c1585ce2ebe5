import { useLayoutEffect, useState } from 'preact/hooks';
import { actionOf, type PlannedAction } from '../../src/core/plan/action.ts';
import type { PlanLayer } from '../../src/core/plan/plan.ts';
import type { PlanSettings } from '../../src/core/plan/planRequest.ts';
import type { PlanAxis, PlanWeight } from '../../src/core/plan/planWeight.ts';
import { shortName } from '../../src/core/report/visibleName.ts';
import { Button } from '../ui/Button.tsx';
import { Checkbox } from '../ui/Checkbox.tsx';
import { t } from '../ui/localise.ts';
import { formatBytes, formatCount } from '../ui/quantities.ts';
import { Select } from '../ui/Select.tsx';
import { TextField } from '../ui/TextField.tsx';
import { actionChoices, patternSparsity, type ActionChoice } from './actionChoices.ts';
import { errorText } from './errorText.ts';
import { actionLabel, actionText, levelText } from './labels.ts';

export interface LayerFormProps {
  readonly layer: PlanLayer;
  readonly axis: PlanAxis;
  readonly settings: PlanSettings;
  /** Undefined until the spectra are there. */
  readonly weight: PlanWeight | undefined;
  readonly editable: boolean;
  /** Fixes the action; undefined leaves it to the planner. */
  readonly onLock: (action: PlannedAction | undefined) => void;
}

/** The chosen layer: what is done to it and why, and another action for it. */
export function LayerForm({ layer, axis, settings, weight, editable, onLock }: LayerFormProps) {
  const action = actionOf(layer);
  const choices = weight ? actionChoices(weight, axis, settings) : [];
  const current = choices.find((choice) => choice.action === action.action);
  const [kind, setKind] = useState(action.action);
  useLayoutEffect(() => setKind(action.action), [action.action]);
  const choice = choices.find((each) => each.action === kind);
  const { bytes, parameters, error, reason, locked } = layer;
  return (
    <section class="layer-form" aria-label={t('Chosen layer')}>
      <h2 class="layer-name">{shortName(layer.name)}</h2>
      <p class="muted">
        {[
          ...(weight && weight.rows > 0 ? [t('{0} × {1} matrix', weight.rows, weight.cols)] : []),
          actionText(action),
          axis === 'sparsity'
            ? t('{0} of {1} values', formatCount(parameters[1]), formatCount(parameters[0]))
            : t('{0} of {1}', formatBytes(bytes[1]), formatBytes(bytes[0])),
          t('error {0}', errorText(error)),
        ].join(' · ')}
      </p>
      <p class="muted">{reason}</p>
      <div class="layer-form-fields">
        <Select
          name={t('Action')}
          value={kind}
          disabled={!editable}
          options={
            current
              ? choices.map((each) => ({ value: each.action, label: actionLabel(each.action) }))
              : [
                  { value: action.action, label: actionLabel(action.action) },
                  ...choices.map((each) => ({
                    value: each.action,
                    label: actionLabel(each.action),
                  })),
                ]
          }
          onChange={(value) => {
            const next = choices.find((each) => each.action === value);
            if (!next) return;
            setKind(next.action);
            const whole = withoutFigure(next);
            if (whole) onLock(whole);
          }}
        />
        {choice && editable && (
          <ActionFigure key={choice.action} choice={choice} action={action} onSet={onLock} />
        )}
        <Checkbox
          name={t('Locked')}
          checked={locked}
          disabled={!editable}
          onChange={(lock) => onLock(lock ? action : undefined)}
        />
      </div>
    </section>
  );
}

/** The action where there is nothing to be said of it, or only one thing. */
function withoutFigure(choice: ActionChoice): PlannedAction | undefined {
  return choice.action === 'keep' ? { action: 'keep' } : undefined;
}

interface ActionFigureProps {
  readonly choice: ActionChoice;
  readonly action: PlannedAction;
  readonly onSet: (action: PlannedAction) => void;
}

function ActionFigure({ choice, action, onSet }: ActionFigureProps) {
  switch (choice.action) {
    case 'keep':
      return null;
    case 'lowrank':
      return (
        <NumberForm
          name={t('Rank, 1 to {0}', choice.full)}
          start={action.action === 'lowrank' ? action.rank : choice.useful}
          parse={(text) => wholeNumber(text, 1, choice.full)}
          onSet={(rank) => onSet({ action: 'lowrank', rank })}
        />
      );
    case 'quantize':
      return (
        <ListForm
          name={t('Level')}
          options={choice.levels.map((level) => ({
            label: levelText(level.bits, level.block),
            action: level,
          }))}
          action={action}
          onSet={onSet}
        />
      );
    case 'prune':
      return choice.patterns.length > 0 ? (
        <ListForm
          name={t('Pattern')}
          options={choice.patterns.map((pattern) => ({
            label: t('{0} kept', pattern),
            action: { action: 'prune', sparsity: patternSparsity(pattern), pattern },
          }))}
          action={action}
          onSet={onSet}
        />
      ) : (
        <NumberForm
          name={t('Zeros in percent, 0 to 100')}
          start={action.action === 'prune' ? Number((100 * action.sparsity).toFixed(4)) : 50}
          parse={percent}
          onSet={(zeros) =>
            onSet({ action: 'prune', sparsity: zeros / 100, pattern: 'unstructured' })
          }
        />
      );
  }
}

/** A whole number of the text between two others; undefined where it is none. */
export function wholeNumber(text: string, least: number, most: number): number | undefined {
  const value = /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

function percent(text: string): number | undefined {
  const value = /^\s*\d{1,3}(\.\d{1,6})?\s*%?\s*$/.test(text)
    ? Number.parseFloat(text)
    : Number.NaN;
  return value >= 0 && value <= 100 ? value : undefined;
}

interface NumberFormProps {
  readonly name: string;
  readonly start: number;
  readonly parse: (text: string) => number | undefined;
  readonly onSet: (value: number) => void;
}

function NumberForm({ name, start, parse, onSet }: NumberFormProps) {
  const [text, setText] = useState(String(start));
  useLayoutEffect(() => setText(String(start)), [start]);
  const value = parse(text);
  const set = (): void => {
    if (value !== undefined) onSet(value);
  };
  return (
    <>
      <TextField
        name={name}
        value={text}
        placeholder={name}
        invalid={value === undefined}
        onInput={setText}
        onEnter={set}
      />
      <Button name={t('Set it and lock the layer')} disabled={value === undefined} onClick={set}>
        {t('Set')}
      </Button>
    </>
  );
}

interface ListFormProps {
  readonly name: string;
  readonly options: readonly { readonly label: string; readonly action: PlannedAction }[];
  readonly action: PlannedAction;
  readonly onSet: (action: PlannedAction) => void;
}

/** A list whose first entry, where the action is none of them, asks to choose. */
function ListForm({ name, options, action, onSet }: ListFormProps) {
  const keys = options.map((option) => JSON.stringify(option.action));
  const current = options.findIndex((option) => same(option.action, action));
  return (
    <Select
      name={name}
      value={keys[current] ?? ''}
      options={[
        ...(current < 0 ? [{ value: '', label: t('Choose...') }] : []),
        ...options.map(({ label }, k) => ({ value: keys[k]!, label })),
      ]}
      onChange={(value) => {
        const found = options[keys.indexOf(value)];
        if (found) onSet(found.action);
      }}
    />
  );
}

function same(a: PlannedAction, b: PlannedAction): boolean {
  if (a.action === 'quantize' && b.action === 'quantize')
    return a.bits === b.bits && a.block === b.block;
  return a.action === 'prune' && b.action === 'prune' && a.pattern === b.pattern;
}
