import type { RangeReader } from '../rangeReader.ts';

/** Enough to recognise every signature below, and to tell text from binary. */
const SAMPLE_BYTES = 512;

/** Shown of a text file, so that a person sees which one it is. */
const SHOWN_CHARACTERS = 40;

interface Signature {
  readonly matches: (start: Uint8Array, text: string) => boolean;
  readonly says: string;
}

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
    says: 'it is a zip archive, as PyTorch and Keras write. Export the model to ONNX.',
  },
  {
    matches: (_, text) => text.startsWith('GGUF'),
    says: 'it is a GGUF file. Choose an ONNX export of the model.',
  },
  {
    matches: (start) => start[8] === 0x7b && start.subarray(4, 8).every((byte) => byte === 0),
    says: 'it is a safetensors file. Choose an ONNX export of the model.',
  },
  {
    matches: (start) => start[0] === 0x80 && start[1]! >= 2 && start[1]! <= 5,
    says: 'it is a Python pickle, as PyTorch writes. Export the model to ONNX.',
  },
  {
    matches: (_, text) => text.startsWith('\u0089HDF'),
    says: 'it is an HDF5 file, as Keras writes. Export the model to ONNX.',
  },
];

/** What a file that is no ONNX model seems to be, and what to do; undefined where nothing is recognised. */
export function fileSignature(reader: RangeReader): string | undefined {
  const start = new Uint8Array(Math.min(SAMPLE_BYTES, reader.size));
  reader.read(0, start);
  const text = String.fromCharCode(...start);
  const known = SIGNATURES.find((signature) => signature.matches(start, text));
  if (known) return known.says;
  if (!start.every(isTextByte)) return undefined;
  const shown = text.trim().split(/\s+/).join(' ').slice(0, SHOWN_CHARACTERS);
  return `it is a text file that begins with "${shown}". Choose the model file itself.`;
}

/** Printable ASCII, white space, or part of a UTF-8 sequence. */
function isTextByte(byte: number): boolean {
  return byte >= 0x80 || (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d);
}
