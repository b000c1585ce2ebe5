import { at, mulAdd } from './vectors';

/**
 * One dqds transform on its way: from B^T B - shift I = B'^T B', row by row. Each row waits for the
 * quotient of the row before, so that one transform leaves the processor idle most of the time; several,
 * of different matrices, advance together in hardly more time than one, each in lanes of its own and with
 * the same bits as alone.
 */
@unmanaged
export class Transform {
  /** The row it has come to: q, e and the q of the next one; and where its q and e go. */
  source: usize;
  target: usize;
  /** Rows that are left, less the last three. */
  left: i32;
  shift: f64;
  pivot: f64;
  /** Least pivot, and least coupling of the rows passed. */
  smallest: f64;
  coupled: f64;
}

/** Takes one transform `count` rows further. */
export function advanceOne(a: Transform, count: i32): void {
  let source = a.source;
  let target = a.target;
  const taken = f64x2.splat(-a.shift);
  let pivot = f64x2.splat(a.pivot);
  let smallest = f64x2.splat(a.smallest);
  let coupled = f64x2.splat(a.coupled);
  const end = at(source, 2 * count);
  for (; source < end; source += 16, target += 16) {
    const x = v128.load(source, 8);
    const sum = f64x2.add(pivot, x);
    const ratio = f64x2.div(v128.shuffle<f64>(x, x, 1, 1), sum);
    const turned = f64x2.mul(x, ratio);
    pivot = mulAdd(taken, pivot, ratio);
    v128.store(target, v128.shuffle<f64>(sum, turned, 0, 2));
    coupled = f64x2.pmin(coupled, turned);
    smallest = f64x2.pmin(smallest, pivot);
  }
  a.source = source;
  a.target = target;
  a.left -= count;
  a.pivot = f64x2.extract_lane(pivot, 0);
  a.smallest = f64x2.extract_lane(smallest, 0);
  a.coupled = f64x2.extract_lane(coupled, 0);
}

/** As `advanceOne`, two. */
export function advanceTwo(a: Transform, b: Transform, count: i32): void {
  let sourceA = a.source;
  let sourceB = b.source;
  let targetA = a.target;
  let targetB = b.target;
  const taken = pair(-a.shift, -b.shift);
  let pivot = pair(a.pivot, b.pivot);
  let smallest = pair(a.smallest, b.smallest);
  let coupled = pair(a.coupled, b.coupled);
  const end = at(sourceA, 2 * count);
  while (sourceA < end) {
    const x = v128.load(sourceA, 8);
    const y = v128.load(sourceB, 8);
    const coupling = v128.shuffle<f64>(x, y, 0, 2);
    const sum = f64x2.add(pivot, coupling);
    const ratio = f64x2.div(v128.shuffle<f64>(x, y, 1, 3), sum);
    const turned = f64x2.mul(coupling, ratio);
    pivot = mulAdd(taken, pivot, ratio);
    v128.store(targetA, v128.shuffle<f64>(sum, turned, 0, 2));
    v128.store(targetB, v128.shuffle<f64>(sum, turned, 1, 3));
    coupled = f64x2.pmin(coupled, turned);
    smallest = f64x2.pmin(smallest, pivot);
    sourceA += 16;
    sourceB += 16;
    targetA += 16;
    targetB += 16;
  }
  leave(a, sourceA, targetA, count, pivot, smallest, coupled, 0);
  leave(b, sourceB, targetB, count, pivot, smallest, coupled, 1);
}

/** As `advanceOne`, four. */
export function advanceFour(
  a: Transform,
  b: Transform,
  c: Transform,
  d: Transform,
  count: i32,
): void {
  let sourceA = a.source;
  let sourceB = b.source;
  let sourceC = c.source;
  let sourceD = d.source;
  let targetA = a.target;
  let targetB = b.target;
  let targetC = c.target;
  let targetD = d.target;
  const taken = pair(-a.shift, -b.shift);
  const takenCD = pair(-c.shift, -d.shift);
  let pivot = pair(a.pivot, b.pivot);
  let pivotCD = pair(c.pivot, d.pivot);
  let smallest = pair(a.smallest, b.smallest);
  let smallestCD = pair(c.smallest, d.smallest);
  let coupled = pair(a.coupled, b.coupled);
  let coupledCD = pair(c.coupled, d.coupled);
  const end = at(sourceA, 2 * count);
  while (sourceA < end) {
    const x = v128.load(sourceA, 8);
    const y = v128.load(sourceB, 8);
    const coupling = v128.shuffle<f64>(x, y, 0, 2);
    const sum = f64x2.add(pivot, coupling);
    const ratio = f64x2.div(v128.shuffle<f64>(x, y, 1, 3), sum);
    const turned = f64x2.mul(coupling, ratio);
    pivot = mulAdd(taken, pivot, ratio);
    v128.store(targetA, v128.shuffle<f64>(sum, turned, 0, 2));
    v128.store(targetB, v128.shuffle<f64>(sum, turned, 1, 3));
    coupled = f64x2.pmin(coupled, turned);
    smallest = f64x2.pmin(smallest, pivot);

    const z = v128.load(sourceC, 8);
    const w = v128.load(sourceD, 8);
    const couplingCD = v128.shuffle<f64>(z, w, 0, 2);
    const sumCD = f64x2.add(pivotCD, couplingCD);
    const ratioCD = f64x2.div(v128.shuffle<f64>(z, w, 1, 3), sumCD);
    const turnedCD = f64x2.mul(couplingCD, ratioCD);
    pivotCD = mulAdd(takenCD, pivotCD, ratioCD);
    v128.store(targetC, v128.shuffle<f64>(sumCD, turnedCD, 0, 2));
    v128.store(targetD, v128.shuffle<f64>(sumCD, turnedCD, 1, 3));
    coupledCD = f64x2.pmin(coupledCD, turnedCD);
    smallestCD = f64x2.pmin(smallestCD, pivotCD);

    sourceA += 16;
    sourceB += 16;
    sourceC += 16;
    sourceD += 16;
    targetA += 16;
    targetB += 16;
    targetC += 16;
    targetD += 16;
  }
  leave(a, sourceA, targetA, count, pivot, smallest, coupled, 0);
  leave(b, sourceB, targetB, count, pivot, smallest, coupled, 1);
  leave(c, sourceC, targetC, count, pivotCD, smallestCD, coupledCD, 0);
  leave(d, sourceD, targetD, count, pivotCD, smallestCD, coupledCD, 1);
}

function pair(low: f64, high: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(low), 1, high);
}

/** Writes a transform's lane back. */
function leave(
  a: Transform,
  source: usize,
  target: usize,
  count: i32,
  pivot: v128,
  smallest: v128,
  coupled: v128,
  lane: i32,
): void {
  a.source = source;
  a.target = target;
  a.left -= count;
  a.pivot = laneOf(pivot, lane);
  a.smallest = laneOf(smallest, lane);
  a.coupled = laneOf(coupled, lane);
}

function laneOf(x: v128, lane: i32): f64 {
  return lane == 0 ? f64x2.extract_lane(x, 0) : f64x2.extract_lane(x, 1);
}
