import { actionOf } from './action.ts';
import type { Plan } from './plan.ts';

/** FNV-1a, 64 bits (Fowler, Noll, Vo). */
const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = 0xffffffffffffffffn;

/**
 * What a plan does, as 16 hexadecimal digits: equal for two plans that do the same to the same model, however
 * they were made, worded and ordered. No protection against forgery.
 */
export function planFingerprint({ model, layers, calibration }: Plan): string {
  const actions = layers
    .flatMap((layer) => {
      const action = actionOf(layer);
      // Factors and zeros that go by inputs are others than those that go by the weight alone.
      const by = layer.errorOf === 'outputs' ? [calibration?.sha256 ?? ''] : [];
      return action.action === 'keep' ? [] : [JSON.stringify([layer.id, action, ...by])];
    })
    .sort();
  let hash = OFFSET;
  for (const byte of new TextEncoder().encode(JSON.stringify([model.sha256, actions])))
    hash = ((hash ^ BigInt(byte)) * PRIME) & MASK;
  return hash.toString(16).padStart(16, '0');
}
