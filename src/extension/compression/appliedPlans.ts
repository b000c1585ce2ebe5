import { stat } from 'node:fs/promises';
import * as v from 'valibot';
import { planSchema } from '../../core/plan/plan.ts';
import { compressionSchema } from '../../core/report/compression/compression.ts';
import type { AppliedPlan } from '../../protocol/verificationPanelApi.ts';
import type { KeptTexts } from './keptTexts.ts';

const keptSchema = v.strictObject({
  compression: compressionSchema,
  plan: planSchema,
  /** Of the new model when it had been written, in milliseconds. */
  modified: v.number(),
});

/** Which plan made which model, by the path of the model that was written. */
export class AppliedPlans {
  readonly #texts: KeptTexts;

  constructor(texts: KeptTexts) {
    this.#texts = texts;
  }

  async put(output: string, applied: AppliedPlan): Promise<void> {
    const { mtimeMs: modified } = await stat(output);
    await this.#texts.put(output, JSON.stringify({ ...applied, modified }));
  }

  /** What made the model at that path; undefined where it is not known, or the file is another one by now. */
  async of(output: string): Promise<AppliedPlan | undefined> {
    const [text, now] = await Promise.all([
      this.#texts.get(output),
      stat(output).catch(() => undefined),
    ]);
    if (text === undefined || !now) return undefined;
    const kept = v.safeParse(keptSchema, parsed(text));
    if (!kept.success) return undefined;
    const { compression, plan, modified } = kept.output;
    const isSame = modified === now.mtimeMs && compression.files[0]?.bytes === now.size;
    return isSame ? { compression, plan } : undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
