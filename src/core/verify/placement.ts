import type { Verification } from '../report/verification/verification.ts';
import { CPU_PROVIDER, type ModelRunner, type NodePlacement } from './modelRunner.ts';
import { counted } from '../report/counted.ts';

interface Runners {
  readonly a: ModelRunner;
  readonly b: ModelRunner;
  readonly settings: Pick<Verification['settings'], 'provider'>;
}

type Placement = NonNullable<Verification['placement']>;

/** Where the nodes of both models ran until now; undefined on the CPU. Throws VerifyError. */
export async function placementOf({ a, b, settings }: Runners): Promise<Placement | undefined> {
  if (settings.provider === CPU_PROVIDER) return undefined;
  return { a: plain(await a.placement()), b: plain(await b.placement()) };
}

function plain(found: NodePlacement | null): Placement['a'] {
  return found && { ...found, cpuOperators: [...found.cpuOperators] };
}

/** ONNX Runtime gives the CPU what a provider lacks, and says nothing of it. */
export function placementNotes(
  { a, b, settings: { provider } }: Runners,
  placement: Placement | undefined,
): string[] {
  if (!placement) return [];
  const models = [
    { file: a.file, nodes: placement.a },
    { file: b.file, nodes: placement.b },
  ];
  const notes = models.flatMap(({ file, nodes }) => {
    if (!nodes)
      return [`Whether ${provider} ran all nodes of ${file}, or the CPU some, is not known.`];
    if (nodes.cpu === 0) return [];
    const ran = nodes.provider === 0 ? 'None' : String(nodes.provider);
    return [
      `${ran} of the ${counted(nodes.provider + nodes.cpu, 'node')} of ${file} ran on ${provider}; ONNX Runtime gave the CPU the others: ${nodes.cpuOperators.join(', ')}.`,
    ];
  });
  // A model held against itself has one note.
  return [...new Set(notes)];
}
