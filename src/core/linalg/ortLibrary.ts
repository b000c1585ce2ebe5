import { createRequire } from 'node:module';
import type { DenseView, GemmLibrary } from './gemmLibrary.ts';
import { type GemmForm, gemmModel } from './gemmModel.ts';

/** What is used of onnxruntime-node's native binding. */
interface NativeSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(feeds: object, fetches: object, options: object): unknown;
}
interface Binding {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  initOrt(): void;
}
interface Common {
  readonly Tensor: new (
    type: string,
    data: Float64Array | Float32Array,
    dims: readonly number[],
  ) => object;
}

/** One thread a matrix: sums in another order give other last bits. Spinning threads take the cores from the other workers. */
const SESSION = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  enableMemPattern: false,
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
};

/**
 * ONNX Runtime as a library of matrix products, one Gemm model for each form. The calls go to the native
 * binding, which answers in the calling thread: the package's own `run` does the same a turn of the event
 * loop later, and a solver that waited for it would have to be written twice.
 *
 * @param from a file or its URL, beside which and above which the package is looked for
 * @throws Error where the package is absent, or has nothing for this platform, or is broken.
 */
export function loadOrt(from: string): GemmLibrary {
  const require = createRequire(from);
  const native = require('onnxruntime-node/dist/binding.js') as Binding;
  const { Tensor } = createRequire(require.resolve('onnxruntime-node'))(
    'onnxruntime-common',
  ) as Common;
  native.initOrt();
  const sessions = new Map<string, NativeSession>();

  const sessionOf = (form: GemmForm): NativeSession => {
    const key = JSON.stringify(form);
    const known = sessions.get(key);
    if (known) return known;
    const model = gemmModel(form);
    const session = new native.binding.InferenceSession();
    session.loadModel(model.buffer, model.byteOffset, model.byteLength, SESSION);
    sessions.set(key, session);
    return session;
  };

  return {
    multiply(form, a, b, y) {
      const tensor = ({ data, rows, cols }: DenseView): object =>
        new Tensor(form.element, data, [rows, cols]);
      const product = tensor(y);
      const inputs = { A: tensor(a), B: tensor(b) };
      const feeds = form.add ? { ...inputs, C: product } : inputs;
      sessionOf(form).run(feeds, { Y: product }, {});
    },
  };
}
