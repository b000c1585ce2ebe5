import type * as Ort from 'onnxruntime-node';
import { gemmModel } from '../core/linalg/gemmModel.ts';
import { CPU_PROVIDER } from '../core/verify/modelRunner.ts';
import { VerifyError } from '../core/verify/verifyError.ts';

/** What runs a model in the place of the CPU. */
export interface ProviderChoice {
  /** As `listSupportedBackends` of onnxruntime-node has it. */
  readonly name: string;
  /** For what ONNX Runtime writes of the first run; the caller's to remove. */
  readonly folder: string;
}

/** What the others need beside ONNX Runtime itself, as its own documentation has it. */
const NEEDS: Readonly<Record<string, string>> = {
  webgpu: 'a graphics card with a driver for Vulkan, Direct3D 12 or Metal',
  cuda: "NVIDIA's driver, CUDA 12 with cuDNN, and the CUDA library of ONNX Runtime, which the install script of onnxruntime-node fetches",
  tensorrt:
    "NVIDIA's driver, CUDA 12, TensorRT, and the libraries of ONNX Runtime for both, which the install script of onnxruntime-node fetches",
  dml: 'a graphics card with a driver for Direct3D 12, and DirectML.dll',
  coreml: 'macOS',
};

const ONE = Float32Array.of(1);

/**
 * Holds a provider to run a product of two numbers, so that what it lacks is not laid to a model.
 *
 * @param provider as `listSupportedBackends` of onnxruntime-node has it
 * @param runtime such as `onnxruntime-node 1.30.0`, for messages
 * @throws VerifyError `no-provider` where the build does not have it, or it does not start here.
 */
export async function startProvider(
  ort: typeof Ort,
  provider: string,
  runtime: string,
): Promise<void> {
  const known = ort.listSupportedBackends().map(({ name }) => name);
  const has = `${runtime} for ${process.platform}-${process.arch} has ${known.join(', ')}; choose one with --provider, in VS Code with the setting eigenscope.verify.provider.`;
  if (!known.includes(provider))
    throw new VerifyError(
      'no-provider',
      `ONNX Runtime has no execution provider '${provider}' here: ${has}`,
    );
  try {
    const form = {
      element: 'float32',
      transA: false,
      transB: false,
      alpha: 1,
      add: false,
    } as const;
    const session = await ort.InferenceSession.create(gemmModel(form), {
      executionProviders: [provider],
      logSeverityLevel: 4,
    });
    const number = new ort.Tensor('float32', ONE, [1, 1]);
    await session.run({ A: number, B: number });
    await session.release();
  } catch (error) {
    const needs = NEEDS[provider];
    const wants = needs === undefined ? '' : ` It needs ${needs}.`;
    throw new VerifyError(
      'no-provider',
      `ONNX Runtime's execution provider '${provider}' does not start here: ${plainText((error as Error).message)}.${wants} ${CPU_PROVIDER} runs everywhere: ${has}`,
    );
  }
}

/** What ONNX Runtime says, without the place in its sources that it begins with, and without a full stop. */
function plainText(message: string): string {
  return message
    .replace(/\s+/g, ' ')
    .replace(/^\S+\.(cc|h):\d+ .* was false\. /, '')
    .trim()
    .replace(/\.$/, '');
}
