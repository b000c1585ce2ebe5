/**
 * The compiled kernels of src/kernels with their memory. Addresses are bytes in `memory`; leading
 * dimensions and counts are float64s. See the kernels' own documentation for what each computes.
 */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  gemmScratchBytes(): number;
  readonly gemm: (
    transA: number,
    transB: number,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: number,
    lda: number,
    b: number,
    ldb: number,
    beta: number,
    c: number,
    ldc: number,
    scratch: number,
  ) => void;
  /** As gemm, in float32: the counts are of float32s. */
  gemmFloat32: Kernels['gemm'];
  updateAndMultiply(
    bytes: number,
    k: number,
    u: number,
    ldu: number,
    v: number,
    ldv: number,
    m: number,
    n: number,
    ldn: number,
    count: number,
    depth: number,
    c: number,
    ldc: number,
    w: number,
    ldw: number,
    scratch: number,
  ): void;
  /** 1 where multiply-add rounds once, 0 where it rounds twice. */
  fuses(): number;
  panelQR(
    vectors: number,
    count: number,
    length: number,
    stride: number,
    tau: number,
    r: number,
  ): void;
  stackedPanelQR(
    vectors: number,
    count: number,
    length: number,
    stride: number,
    tau: number,
    r: number,
    ldr: number,
    scratch: number,
  ): void;
  triangularFactor(count: number, tau: number, gram: number, t: number): void;
  readonly transposeBlock: (
    source: number,
    lds: number,
    rows: number,
    cols: number,
    target: number,
    ldt: number,
  ) => void;
  transposeBlockFloat32: Kernels['transposeBlock'];
  copyBlock: Kernels['transposeBlock'];
  copyBlockFloat32: Kernels['transposeBlock'];
  subtractBlock: Kernels['transposeBlock'];
  scaleBlock(a: number, lda: number, rows: number, cols: number, p: number, q: number): void;
  /** float32 -> float64. */
  widenBlock: Kernels['transposeBlock'];
  /** float64 -> float32. */
  narrowBlock: Kernels['transposeBlock'];
  slabHeight(): number;
  /** Of a matrix in slabs: bytes of an element, address, leading dimension, rows, columns, first row meant. */
  slabsFromRows(
    bytes: number,
    a: number,
    lda: number,
    rows: number,
    cols: number,
    row: number,
    source: number,
    lds: number,
    count: number,
  ): void;
  readonly rowsOfSlabs: (
    bytes: number,
    a: number,
    lda: number,
    rows: number,
    cols: number,
    row: number,
    col: number,
    count: number,
    target: number,
    ldt: number,
  ) => void;
  columnsOfSlabs: Kernels['rowsOfSlabs'];
  panelTimesSlabsTurned(
    bytes: number,
    a: number,
    lda: number,
    rows: number,
    cols: number,
    row: number,
    col: number,
    m: number,
    panel: number,
    ldp: number,
    c: number,
    ldc: number,
    scratch: number,
  ): void;
  updateSlabsAndMultiply(
    bytes: number,
    a: number,
    lda: number,
    rows: number,
    cols: number,
    row: number,
    col: number,
    count: number,
    k: number,
    l: number,
    ldl: number,
    r: number,
    ldr: number,
    m: number,
    panel: number,
    ldp: number,
    add: number,
    c: number,
    ldc: number,
    scratch: number,
  ): void;
  mixRows(a: number, lda: number, rows: number, cols: number, seed: number, scratch: number): void;
  mixColumns(
    a: number,
    lda: number,
    rows: number,
    cols: number,
    seed: number,
    scratch: number,
    size: number,
  ): void;
  directBidiagonal(
    a: number,
    m: number,
    n: number,
    lda: number,
    d: number,
    e: number,
    scratch: number,
  ): void;
  directBidiagonalScratch(m: number, n: number): number;
  chaseBulges(
    band: number,
    n: number,
    b: number,
    first: number,
    count: number,
    scratch: number,
  ): void;
  readBidiagonal(band: number, n: number, b: number, d: number, e: number): void;
  valueSearchSize(n: number): number;
  startValueSearch(
    d: number,
    e: number,
    n: number,
    tolerance: number,
    state: number,
    values: number,
  ): void;
  /** How many intervals are left for further calls. */
  searchValues(state: number, budget: number): number;
}

/**
 * An instance of the kernels with a memory of its own: one for each thread. Compiles synchronously,
 * in a few milliseconds.
 *
 * @param wasm the bytes of kernels.wasm
 * @throws WebAssembly.CompileError or LinkError if the bytes are not those of the kernels.
 */
export function loadKernels(wasm: Uint8Array): Kernels {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const module = new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { ...(exports as unknown as Omit<Kernels, 'memory'>), memory };
}
