/**
 * The block that each of a model's weights belongs to, from the names alone: the path down to its repeated
 * numbered unit, joined by dots, such as `encoder.layer.3` of `/encoder/layer.3/attention/query/MatMul`. Empty
 * where a weight is in no such unit.
 *
 * A number in a path makes a unit where it has siblings of other numbers and modules of their own stand
 * beneath (`conv2d_10.w_0` and the `fc1` of an MLP are single layers, not blocks). Of nested units the
 * outermost is the block, unless most of its weights stand in inner units of two weights or more, as in the
 * stages of a ResNet (`layer1.0`) or Swin (`layers.0.blocks.1`). The experts of a mixture are parts of their
 * layer. A name that is told from its like by the branch it stands in, `encoder.0.conv.weight (then_branch)`,
 * keeps that branch: `encoder.0 (then_branch)`.
 *
 * @param names of all the model's weights, each once: what is repeated is told by the others
 * @returns as many, in the same order
 */
export function blocksOf(names: readonly string[]): readonly string[] {
  const paths = names.map(pathOf);
  const patterns = new Map<string, Pattern>();
  paths.forEach((path, weight) => {
    for (const unit of path.units) {
      const pattern = patterns.get(unit.pattern) ?? newPattern();
      patterns.set(unit.pattern, pattern);
      addUnit(pattern, unit, weight);
    }
  });
  return paths.map((path) => blockOf(path, patterns));
}

/** A prefix of a path that ends in a number. */
interface Unit {
  /** `encoder.layer.3` */
  readonly prefix: string;
  /** Without its last number: units of one family are siblings. */
  readonly family: string;
  /** With every number left out, so that the units of all families are seen together. */
  readonly pattern: string;
  /** A module of its own stands beneath the number, not a parameter alone. */
  readonly holdsModules: boolean;
  /** Numbers a part of one layer, never a block. */
  readonly isPart: boolean;
}

interface NamePath {
  /** Outermost first. */
  readonly units: readonly Unit[];
  /** ` (then_branch)`, where the name has it. */
  readonly branch: string;
}

/** All units of one pattern. */
interface Pattern {
  /** Prefixes of each family. */
  readonly families: Map<string, Set<string>>;
  readonly prefixes: Set<string>;
  readonly holders: Set<string>;
  readonly weights: Set<number>;
}

function newPattern(): Pattern {
  return { families: new Map(), prefixes: new Set(), holders: new Set(), weights: new Set() };
}

function addUnit(pattern: Pattern, unit: Unit, weight: number): void {
  const family = pattern.families.get(unit.family) ?? new Set();
  pattern.families.set(unit.family, family.add(unit.prefix));
  pattern.prefixes.add(unit.prefix);
  pattern.weights.add(weight);
  if (unit.holdsModules) pattern.holders.add(unit.prefix);
}

/** What tells a name from its like: the branch it stands in, then a number. */
const BRANCH = /( \([^()]+\))?( #\d+)?$/;
/** Blocks are not nested deeper; a hostile name may hold thousands of numbers. */
const MOST_UNITS = 16;
/** Last components that name a parameter or an operator, not a module. */
const PARAMETER =
  /^((in_proj_)?weights?(_(ih|hh)(_l\d+)?(_reverse)?)?|kernel|embeddings?|[wrb]|conv(2d|1d)?|matmul|gemm|gather|read(variableop)?|resource|transpose|cast)([_:]\d+)*$/i;
/** Components whose numbers are parts of one layer. */
const PARTS = /^(experts?|heads?)$/i;

function pathOf(name: string): NamePath {
  const branch = BRANCH.exec(name)?.[1] ?? '';
  const components = name
    .replace(BRANCH, '')
    .split(/[/.]/)
    .filter((component) => component !== '')
    .flatMap(divided);
  const modules = components.length - trailing(components);
  const units: Unit[] = [];
  components.forEach((component, k) => {
    const stem = stemOf(component);
    if (stem === undefined || units.length === MOST_UNITS) return;
    const above = components.slice(0, k);
    units.push({
      prefix: [...above, component].join('.'),
      family: [...above, stem].join('.'),
      pattern: [...above.map((each) => stemOf(each) ?? each), stem].join('.'),
      holdsModules: k + 1 < modules,
      isPart: PARTS.test(stem === '#' ? (above.at(-1) ?? '') : stem.slice(0, -1)),
    });
  });
  return { units, branch };
}

/** `block_3_expand` is the module `expand` of `block_3`: Keras has no deeper paths. */
function divided(component: string): readonly string[] {
  const match = /^([A-Za-z]+_?\d+)_([A-Za-z]\w*)$/.exec(component);
  return match ? [match[1]!, match[2]!] : [component];
}

/** How many components at the end name no module. */
function trailing(components: readonly string[]): number {
  let count = 0;
  while (count < components.length && PARAMETER.test(components.at(-1 - count)!)) count++;
  return count;
}

/** `layer#` of `layer_3`, `#` of `3`; undefined where there is no number at the end. */
function stemOf(component: string): string | undefined {
  const match = /^(.*?)[_-]?\d+$/.exec(component);
  return match ? `${match[1]}#` : undefined;
}

/** Inner units of fewer weights are layers of a sequence, not blocks. */
const LEAST_INNER_WEIGHTS = 2;

function blockOf({ units, branch }: NamePath, patterns: ReadonlyMap<string, Pattern>): string {
  let block: { readonly prefix: string; readonly pattern: Pattern } | undefined;
  for (const unit of units) {
    const pattern = patterns.get(unit.pattern)!;
    if (unit.isPart || !isRepeated(pattern)) continue;
    if (block && !isFinerThan(pattern, block.pattern)) break;
    block = { prefix: unit.prefix, pattern };
  }
  return block ? block.prefix + branch : '';
}

function isRepeated({ families, holders }: Pattern): boolean {
  return holders.size > 1 && [...families.values()].some((prefixes) => prefixes.size > 1);
}

function isFinerThan(inner: Pattern, outer: Pattern): boolean {
  return (
    inner.weights.size >= LEAST_INNER_WEIGHTS * inner.prefixes.size &&
    inner.weights.size > outer.weights.size / 2
  );
}
