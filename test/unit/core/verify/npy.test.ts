import { describe, expect, it } from 'vitest';
import { readNpy } from '../../../../src/core/verify/npy.ts';
import { asFloat64 } from '../../../../src/core/verify/tensorData.ts';
import { npyFile, type NpySpec } from '../../../fixtures/inputArchives.ts';

const bytes = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const floats = bytes(Float32Array.of(1.5, -2, 3, 4, 5, 6));

function read(spec: Partial<NpySpec>) {
  return readNpy(npyFile({ descr: '<f4', shape: [2, 3], bytes: floats, ...spec }), 'x.npy');
}

describe('a .npy file', () => {
  it.each([
    ['<f4', bytes(Float32Array.of(1.5, -2)), 'float32', [1.5, -2]],
    ['>f4', Uint8Array.of(0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0), 'float32', [1.5, -2]],
    ['<f8', bytes(Float64Array.of(1.5, -2)), 'float64', [1.5, -2]],
    ['<f2', bytes(Uint16Array.of(0x3e00, 0xc000)), 'float16', [1.5, -2]],
    ['<i8', bytes(BigInt64Array.of(7n, -9n)), 'int64', [7, -9]],
    ['>i2', Uint8Array.of(1, 2, 0xff, 0xfe), 'int16', [258, -2]],
    ['|u1', Uint8Array.of(7, 200), 'uint8', [7, 200]],
    ['|b1', Uint8Array.of(1, 0), 'bool', [1, 0]],
    ['<u4', bytes(Uint32Array.of(7, 4_000_000_000)), 'uint32', [7, 4_000_000_000]],
  ])('of %s is read', (descr, data, type, values) => {
    const tensor = read({ descr, shape: [2], bytes: data });
    expect([tensor.type, tensor.shape, [...asFloat64(tensor)]]).toEqual([type, [2], values]);
  });

  it.each([1, 2, 3] as const)('of version %i is read', (version) => {
    expect([...asFloat64(read({ version }))]).toEqual([1.5, -2, 3, 4, 5, 6]);
  });

  it('in Fortran order is turned row-major', () => {
    const shape = [2, 3, 2];
    const at = (i: number, j: number, k: number): number => 100 * i + 10 * j + k;
    const fortran: number[] = [];
    for (let k = 0; k < 2; k++)
      for (let j = 0; j < 3; j++) for (let i = 0; i < 2; i++) fortran.push(at(i, j, k));
    const rows: number[] = [];
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 3; j++) for (let k = 0; k < 2; k++) rows.push(at(i, j, k));
    const tensor = read({ shape, fortran: true, bytes: bytes(Float32Array.from(fortran)) });
    expect([...asFloat64(tensor)]).toEqual(rows);
  });

  it.each([
    ['one value', [], Float32Array.of(7), [7]],
    ['no values', [0, 3], new Float32Array(0), []],
  ])('of %s is read', (_what, shape, values, found) => {
    const tensor = read({ shape, bytes: bytes(values) });
    expect([tensor.shape, [...asFloat64(tensor)]]).toEqual([shape, found]);
  });

  it.each<[string, Partial<NpySpec>, RegExp]>([
    ['too few bytes', { bytes: floats.subarray(0, 20) }, /needs 24 bytes, but 20 follow/],
    ['too many bytes', { shape: [2, 2] }, /needs 16 bytes, but 24 follow/],
    ['objects', { descr: '|O' }, /NumPy's type '\|O'/],
    ['text', { descr: '<U3' }, /NumPy's type '<U3'/],
    ['complex numbers', { descr: '<c8' }, /NumPy's type '<c8'/],
    ['floats of 128 bits', { descr: '<f16' }, /NumPy's type '<f16'/],
    ['a header without a shape', { header: "{'descr': '<f4', 'fortran_order': False}" }, /'shape'/],
    ['a header without an order', { header: "{'descr': '<f4', 'shape': (6,)}" }, /fortran_order/],
    [
      'more values than can be counted',
      { shape: [2 ** 40, 2 ** 40] },
      /more values than can be counted/,
    ],
    [
      'a negative length',
      { header: "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3)}" },
      /'shape'/,
    ],
    ['too many axes', { shape: new Array<number>(65).fill(1) }, /which no array can have/],
    ['a long header', { header: `{${' '.repeat(20_000)}}` }, /a header of 20003 bytes/],
  ])('with %s is refused', (_what, spec, message) => {
    expect(() => read(spec)).toThrow(message);
  });

  it.each([
    ['nothing', Buffer.alloc(0), /does not begin with NumPy's mark/],
    ['another file', Buffer.from('a line of text, no array'), /does not begin with NumPy's mark/],
    ['a later version', Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 9, 0, 0, 0]), /version 9/],
    [
      'a cut header',
      npyFile({ descr: '<f4', shape: [6], bytes: floats }).subarray(0, 30),
      /cut off/,
    ],
  ])('that is %s is refused', (_what, file, message) => {
    expect(() => readNpy(file, 'x.npy')).toThrow(message);
  });
});
