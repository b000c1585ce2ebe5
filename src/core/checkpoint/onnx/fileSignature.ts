import type { RangeReader } from '../rangeReader.ts';

/** Enough to recognise every signature below, and to tell text from binary. */
const SAMPLE_BYTES = 512;

/** Shown of a text file, so that a person sees which one it is. */
const SHOWN_CHARACTERS = 40;

interface Signature {
  readonly matches: (start: Uint8Array, text: string) => boolean;
  readonly says: string;
}

const BY_TORCH = "torch.onnx.export(model, (example_input,), 'model.onnx')";

const FROM_TORCH = `To get ONNX from it, load the model in Python and call ${BY_TORCH}`;

const FROM_TENSORFLOW = 'To get ONNX from it, run python -m tf2onnx.convert';

const FROM_HUB =
  'with optimum-cli export onnx --model MODEL FOLDER where it is one of Hugging Face';

const SIGNATURES: readonly Signature[] = [
  {
    matches: (_, text) => text.startsWith('version https://git-lfs'),
    says: 'it is a Git LFS pointer, a note in place of the file. Run `git lfs pull` to fetch the model itself.',
  },
  {
    matches: (_, text) => /^\s*<(!doctype|html|\?xml)/i.test(text),
    says: 'it is a web page, as a download that failed leaves. Download the model again.',
  },
  {
    matches: (_, text) => text.startsWith('PK\u0003\u0004'),
    says: `it is a zip archive, as PyTorch writes. ${FROM_TORCH}.`,
  },
  {
    matches: (_, text) => text.startsWith('GGUF'),
    says: `it is a GGUF file, quantised weights without a graph. To get ONNX, export the model it was made from, ${FROM_HUB}.`,
  },
  {
    matches: (start) => start[8] === 0x7b && start.subarray(4, 8).every((byte) => byte === 0),
    says: `it is a safetensors file, weights without a graph. To get ONNX, export the model they belong to, ${FROM_HUB}, else with ${BY_TORCH} in Python.`,
  },
  {
    matches: (start) => start[0] === 0x80 && start[1]! >= 2 && start[1]! <= 5,
    says: `it is a Python pickle, as PyTorch writes. ${FROM_TORCH}.`,
  },
  {
    matches: (_, text) => text.startsWith('\u0089HDF'),
    says: `it is an HDF5 file, as Keras writes. ${FROM_TENSORFLOW} --keras FILE --output model.onnx.`,
  },
  {
    matches: (_, text) => text.startsWith('TFL3', 4),
    says: `it is a TensorFlow Lite file. ${FROM_TENSORFLOW} --tflite FILE --output model.onnx.`,
  },
];

/** What the name promises of a file whose content says nothing. */
const NAMED: readonly (readonly [RegExp, string])[] = [
  [/\.(pt|pth|ckpt)$/i, `its name is that of a PyTorch file. ${FROM_TORCH}.`],
  [
    /\.bin$/i,
    `it holds bare data. If it belongs to an .onnx file beside it, choose that one; if it is of PyTorch, load the model in Python and call ${BY_TORCH}.`,
  ],
  [
    /\.(safetensors|gguf)$/i,
    `its name is that of weights without a graph. To get ONNX, export the model they belong to, ${FROM_HUB}, else with ${BY_TORCH} in Python.`,
  ],
];

/** What a file that is no ONNX model seems to be, and what to do; undefined where nothing is recognised. */
export function fileSignature(reader: RangeReader): string | undefined {
  const start = new Uint8Array(Math.min(SAMPLE_BYTES, reader.size));
  reader.read(0, start);
  const text = String.fromCharCode(...start);
  const known = SIGNATURES.find((signature) => signature.matches(start, text));
  if (known) return known.says;
  const readable = readableText(start);
  if (readable === undefined) return NAMED.find(([ending]) => ending.test(reader.file))?.[1];
  const shown = readable.trim().split(/\s+/).join(' ').slice(0, SHOWN_CHARACTERS);
  return `it is a text file that begins with "${shown}". Choose the model file itself.`;
}

/** The start of a file as UTF-8; undefined where it has control characters or is none. */
function readableText(start: Uint8Array): string | undefined {
  if (!start.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d))) return undefined;
  try {
    // As a stream: the sample may end within a character.
    return new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true });
  } catch {
    return undefined;
  }
}
