import { useEffect, useMemo, useState } from 'preact/hooks';
import {
  calibrationChoice,
  isSameChoice,
  type CalibrationChoice,
} from '../../src/core/plan/calibrationChoice.ts';
import type { PlannedAction } from '../../src/core/plan/action.ts';
import { lockedActions } from '../../src/core/plan/lockedWeights.ts';
import type { Plan } from '../../src/core/plan/plan.ts';
import { METHODS_OF, type PlanRequest } from '../../src/core/plan/planRequest.ts';
import { storedRequest } from '../../src/core/plan/storedRequest.ts';
import type { PlanEffort, TargetReach } from '../../src/core/plan/targetBudget.ts';
import type { PlanFile, PlanPanelHost } from '../../src/protocol/planPanelApi.ts';
import { t } from '../ui/localise.ts';
import { useMediaQuery } from '../ui/mediaQuery.ts';
import type { StateStore } from '../ui/panelState.ts';
import { SplitView } from '../ui/SplitView.tsx';
import { CalibrationBar } from './CalibrationBar.tsx';
import { FrontierSection } from './FrontierSection.tsx';
import { LayerForm } from './LayerForm.tsx';
import { LayerTable } from './LayerTable.tsx';
import { DEFAULT_SPLIT, parsePanelModel, type PanelModel } from './panelModel.ts';
import { PlanControls } from './PlanControls.tsx';
import { PlanHeader } from './PlanHeader.tsx';
import { covers, needsOf, type Locks, type Planning } from './planning.ts';
import { usePlanSource } from './planSource.ts';
import { SourceBar } from './SourceBar.tsx';
import { reachableTarget } from './target.ts';

export interface PlanPanelProps {
  readonly file: PlanFile;
  /** What the document holds. */
  readonly stored: Plan;
  readonly host: PlanPanelHost;
  readonly store: StateStore;
}

/** The plan: what is asked for and what it comes to above, the layers and the chart of all methods below. */
export function PlanPanel({ file, stored, host, store }: PlanPanelProps) {
  const [model, setModel] = useState<PanelModel>(() => parsePanelModel(store.read()));
  const change = (part: Partial<PanelModel>): void =>
    setModel((current) => ({ ...current, ...part }));
  useEffect(() => store.write(model), [store, model]);
  const [failure, setFailure] = useState('');
  /** What the document holds: what it came with, or what was written into it from here. */
  const [kept, setKept] = useState(stored);
  /** What is shown before it is in the document. */
  const [draft, setDraft] = useState<Plan>();
  const { source, load, cancel, drop } = usePlanSource(host, file.version);
  const narrow = useMediaQuery('(max-width: 860px)');

  // The document is the truth: what comes from it replaces what was tried here.
  useEffect(() => {
    setKept(stored);
    setDraft(undefined);
    setFailure('');
  }, [stored]);

  const plan = draft ?? kept;
  const request = useMemo(() => storedRequest(plan), [plan]);
  const locks = useMemo(() => lockedActions(plan.layers), [plan]);
  const inputs = useMemo(() => calibrationChoice(kept.calibration), [kept]);

  const planning = source.state === 'loaded' ? source.planning : undefined;
  const isOther =
    file.model.state === 'changed' ||
    (planning !== undefined && planning.source.model.sha256 !== kept.model.sha256);
  const loadFor = (
    { axis, settings }: PlanRequest,
    held: Locks,
    calibrate: CalibrationChoice | undefined,
  ): Promise<Planning | undefined> => {
    const needs = needsOf(axis, METHODS_OF[axis], settings, held);
    const known = planning && isSameChoice(planning.choice, calibrate) ? planning : undefined;
    if (known && !isOther && covers(known.needs, needs)) return Promise.resolve(known);
    return load({ needs, ...(calibrate ? { calibrate } : {}) });
  };
  const loadNow = (): Promise<Planning | undefined> => loadFor(request, locks, inputs);
  useEffect(() => {
    if (file.atHand && source.state === 'none') void loadNow();
    // Only when the host says so anew: what a person has cancelled stays so.
  }, [file.atHand]);

  // A model that was replaced while its spectra were here: they are of the one before.
  useEffect(() => {
    if (
      planning &&
      file.model.state === 'changed' &&
      planning.source.model.sha256 === kept.model.sha256
    )
      drop();
  }, [file.model, planning, kept, drop]);
  const isFitting = planning !== undefined && isSameChoice(planning.choice, inputs);
  // The document has come to go by other inputs than what is here.
  useEffect(() => {
    if (planning && !isFitting && !isOther) void loadNow();
  }, [inputs]);
  const editable = planning !== undefined && isFitting && !isOther;

  const attempt = (action: () => Promise<unknown>): void => {
    setFailure('');
    action().catch((error: unknown) => {
      setFailure(messageOf(error));
      setDraft(undefined);
    });
  };
  const made = (
    by: Planning,
    asked: PlanRequest,
    held: Locks,
    effort: PlanEffort,
  ): Plan | undefined => {
    try {
      const found = by.plan(asked, held, effort);
      setFailure('');
      setDraft(found);
      return found;
    } catch (error) {
      setFailure(messageOf(error));
      return undefined;
    }
  };
  const write = async (found: Plan): Promise<void> => {
    await host.write({ plan: found });
    setKept(found);
  };
  /** Makes a plan and writes it, getting first what it takes; false where there is no such plan. */
  const settle = async (
    wanted: PlanRequest,
    held: Locks,
    calibrate: CalibrationChoice | undefined = inputs,
  ): Promise<boolean> => {
    const by = await loadFor(wanted, held, calibrate);
    if (!by) return true;
    // Whoever turns to another method or axis has not said how far it is to go.
    const reach = isSameQuestion(wanted, request) ? undefined : reachOf(by, wanted, held);
    const target = reach ? reachableTarget(wanted.target, reach) : wanted.target;
    const found = made(by, { ...wanted, target }, held, 'brief');
    if (found) await write(found);
    return found !== undefined;
  };
  const ask = (changes: Partial<PlanRequest>): void =>
    attempt(() => settle({ ...request, ...changes }, locks));
  const slide = (value: number): void => {
    const target = { ...request.target, value };
    if (editable) made(planning, { ...request, target }, locks, 'draft');
  };
  const lock = (id: string, action: PlannedAction | undefined): void => {
    const next = new Map(locks);
    if (action) next.set(id, action);
    else next.delete(id);
    attempt(() => settle(request, next));
  };
  const calibrate = async (): Promise<void> => {
    const sources = await host.chooseInputs();
    if (!sources) return;
    const { seed } = request;
    const sensitivity = inputs?.sensitivity ?? false;
    const asked = { sources: [...sources], rows: false, samples: 0, dims: {}, seed, sensitivity };
    if (await settle(request, locks, asked)) return;
    // No plan came of them: the one that is shown goes by what it went by before.
    const needs = needsOf(request.axis, METHODS_OF[request.axis], request.settings, locks);
    await load({ needs, ...(inputs ? { calibrate: inputs } : {}) });
  };
  const weigh = async (): Promise<void> => {
    const by = await loadFor(request, locks, undefined);
    const found = by && made(by, request, locks, 'brief');
    if (found) await write(found);
  };
  const planAgain = async (): Promise<void> => {
    const by = await loadNow();
    if (!by) return;
    const held = new Map([...locks].filter(([id]) => by.weight(id) !== undefined));
    const found = made(by, request, held, 'brief');
    if (found) await write(found);
  };

  const reach = useMemo(
    () => (editable ? reachOf(planning, request, locks) : undefined),
    // The reach is of the question, whatever the value.
    [editable, planning, JSON.stringify({ ...request, target: request.target.kind }), locks],
  );
  const chosen = plan.layers.find(({ id }) => id === model.selected) ?? plan.layers[0];
  const along = narrow ? 'rows' : 'columns';
  return (
    <div class="panel plan-panel">
      <PlanHeader
        plan={plan}
        actions={file.actions}
        onRun={(command) => attempt(() => host.run({ command }))}
      />
      <main class="plan-main">
        <SourceBar
          file={file}
          plan={kept}
          source={source}
          isOther={isOther}
          onLoad={() => void loadNow()}
          onCancel={cancel}
          onPlanAgain={() => attempt(planAgain)}
          onFindModel={() => attempt(() => host.findModel())}
        />
        {failure !== '' && (
          <p class="panel-error" role="alert">
            {failure}
          </p>
        )}
        <PlanControls
          plan={plan}
          request={request}
          reach={reach}
          disabled={!editable}
          onAsk={ask}
          onSlide={slide}
        />
        <CalibrationBar
          calibration={plan.calibration}
          disabled={isOther || file.model.state === 'missing' || source.state === 'loading'}
          onChoose={() => attempt(calibrate)}
          onWeights={() => attempt(weigh)}
        />
        <div class="panel-main">
          <SplitView
            name={t('Between the layers and the chart')}
            along={along}
            share={model.split[along]}
            least={15}
            most={85}
            usual={DEFAULT_SPLIT[along]}
            onChange={(share) => change({ split: { ...model.split, [along]: share } })}
            first={
              <section class="panel-master plan-layers" aria-label={t('Layers')}>
                <LayerTable
                  plan={plan}
                  editable={editable}
                  sort={model.sort ?? undefined}
                  onSort={(sort) => change({ sort: sort ? { ...sort } : null })}
                  selected={chosen?.id}
                  onSelect={(selected) => change({ selected })}
                  onLock={lock}
                />
              </section>
            }
            second={
              <div class="plan-side">
                <FrontierSection
                  plan={plan}
                  planning={editable ? planning : undefined}
                  request={request}
                  locks={locks}
                  onAsk={ask}
                  onSave={(name, text) => attempt(() => host.save({ name, text }))}
                />
                {chosen && (
                  <LayerForm
                    key={chosen.id}
                    layer={chosen}
                    axis={request.axis}
                    settings={request.settings}
                    weight={planning?.weight(chosen.id)}
                    editable={editable}
                    onLock={(action) => lock(chosen.id, action)}
                  />
                )}
              </div>
            }
          />
        </div>
      </main>
    </div>
  );
}

function isSameQuestion(a: PlanRequest, b: PlanRequest): boolean {
  return a.axis === b.axis && a.method === b.method && a.settings === b.settings;
}

function reachOf(planning: Planning, request: PlanRequest, locks: Locks): TargetReach | undefined {
  try {
    return planning.reach(request, locks);
  } catch {
    // Whoever asks for a plan is told why there is none.
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
