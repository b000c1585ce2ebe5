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
export function planFingerprint({ model, layers }: Plan): string {
  const actions = layers
    .flatMap((layer) => {
      const action = actionOf(layer);
      return action.action === 'keep' ? [] : [JSON.stringify([layer.id, action])];
    })
    .sort();
  let hash = OFFSET;
  for (const byte of new TextEncoder().encode(JSON.stringify([model.sha256, actions])))
    hash = ((hash ^ BigInt(byte)) * PRIME) & MASK;
  return hash.toString(16).padStart(16, '0');
}
